/**
 * Requests: those of the protocol, and those of the application.
 * @module
 */
import { bare, type Effect, Failed, type Outcome } from './protocol.js';

type Http = Extract<Effect, { do: 'http' }>;

const READ = ['content-type', 'retry-after', 'date', 'www-authenticate', 'dpop-nonce'];

/** What the core may know of an answer. */
export function describe(response: Response, body?: string): Outcome {
  const headers: Record<string, string> = {};
  for (const name of READ) {
    const value = response.headers.get(name);
    if (value !== null) headers[name] = value;
  }
  return { status: response.status, headers, body };
}

/** Why a request did not get through, as far as a page can know: browsers do not say which one it was. */
export function failure(error: unknown, url = ''): Failed {
  return new Failed(globalThis.navigator?.onLine === false ? 'offline' : 'network', `${error} ${url.split('?')[0]}`.trim());
}

/** Sends a request of the protocol. */
export async function http(fetch: typeof globalThis.fetch, effect: Http, signal: AbortSignal): Promise<Outcome> {
  const abort = new AbortController();
  const stop = () => abort.abort();
  signal.addEventListener('abort', stop);
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    stop();
  }, effect.timeout);
  try {
    const response = await fetch(effect.url, bare<RequestInit>({
      method: effect.method,
      headers: effect.headers,
      body: effect.body,
      signal: abort.signal,
      redirect: 'manual',
      credentials: 'omit',
      cache: 'no-store',
      referrerPolicy: 'no-referrer',
    }));
    if (response.type === 'opaqueredirect' || (response.status >= 300 && response.status < 400)) throw new Failed('redirected');
    return describe(response, await read(response, effect.limit));
  } catch (error) {
    throw error instanceof Failed ? error : late ? new Failed('timeout') : signal.aborted ? new Failed('aborted') : failure(error, effect.url);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', stop);
  }
}

/** Reads a body up to a limit. What is not UTF-8 becomes a text that no parser takes. */
async function read(response: Response, limit: number): Promise<string> {
  const reader = response.body?.getReader();
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  let text = '';
  let size = 0;
  for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) {
    size += part.value.length;
    if (size > limit) {
      await reader?.cancel();
      throw new Failed('tooLarge');
    }
    text += decoder.decode(part.value, { stream: true });
  }
  return text + decoder.decode();
}
