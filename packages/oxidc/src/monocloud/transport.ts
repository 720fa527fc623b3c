/**
 * Requests to the provider, and what their answers mean.
 * @module
 */
import { MonoCloudHttpError, MonoCloudOPError, type MonoCloudRawResponse } from './errors.js';
import { isJsonObject } from './internal.js';
import type { MonoCloudClientOptionsBase } from './types.js';

/** How long a request may take, in milliseconds. */
const TIMEOUT = 30_000;

/** An answer whose body has been read. */
export interface Answer {
  status: number;
  body: string;
  headers: Headers;
  raw: MonoCloudRawResponse;
}

/**
 * Sends a request.
 *
 * @throws {@link MonoCloudHttpError} when it does not get through.
 */
export async function send(fetcher: MonoCloudClientOptionsBase['fetcher'], url: string, init: RequestInit = {}): Promise<Answer> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  // No signal goes along: where a DOM is emulated, its signals are not those of the platform's `fetch`.
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`Request to ${url} timed out after ${TIMEOUT}ms`)), TIMEOUT);
  });
  try {
    return await Promise.race([Promise.resolve((fetcher ?? globalThis.fetch)(url, init)).then(read), late]);
  } catch (error) {
    throw new MonoCloudHttpError((error as Error | undefined)?.message || 'Unexpected Network Error');
  } finally {
    clearTimeout(timer);
  }
}

async function read(response: Response): Promise<Answer> {
  const { status, statusText, headers } = response;
  // What stands in for an answer in an application's tests may have no text.
  const body = typeof response.text === 'function' ? await response.text() : JSON.stringify(await (response as Response).json());
  const fields: Record<string, string> = {};
  headers?.forEach?.((value, name) => {
    if (name !== 'set-cookie') fields[name] = value;
  });
  return { status, body, headers, raw: { status, statusText, headers: fields, body } };
}

/**
 * The JSON of a good answer.
 *
 * @throws {@link MonoCloudHttpError}
 */
export function json<T>({ body }: Answer): T {
  try {
    return JSON.parse(body) as T;
  } catch (error) {
    throw new MonoCloudHttpError(`Failed to parse response body as JSON : ${(error as Error).message}`);
  }
}

/**
 * The error for an answer that is not good.
 *
 * @param error What the answer is called if it names no error itself.
 * @param description Its words, if it has none itself.
 * @param sentence What was tried, for answers in which no error of the protocol is expected.
 */
export function refused(answer: Answer, error: string, description: string, sentence: string): Error {
  if (answer.status !== 400 && answer.status !== 401) return unexpected(answer, sentence);
  let named: Record<string, unknown> = {};
  try {
    const value: unknown = JSON.parse(answer.body);
    if (isJsonObject(value)) named = value;
  } catch {}
  return new MonoCloudOPError((named['error'] as string) ?? error, (named['error_description'] as string) ?? description, answer.raw);
}

/** The error for a status that nobody expects. */
export function unexpected({ status, raw }: Answer, sentence: string): Error {
  return new MonoCloudHttpError(`${sentence} Unexpected status code: ${status}`, raw);
}
