/**
 * One operation after the other on a session, over all tabs where the browser has locks.
 * @module
 */
import { MonoCloudAuthBaseError, MonoCloudJsError } from './errors.js';

/** How long an operation waits for the others, in milliseconds. */
const WAIT = 5000;

const flights = new Map<string, Promise<unknown>>();
const queues = new Map<string, Promise<void>>();

/**
 * Runs work under a lock; calls with the same parts that run together are one.
 *
 * @param parts What is done, and with which options.
 */
export function once<T>(lock: string, parts: unknown[], work: () => Promise<T>): Promise<T> {
  const key = JSON.stringify([lock, ...parts.map((part) => part ?? null)]);
  const running = flights.get(key) as Promise<T> | undefined;
  if (running) return running;
  const flight = locked(lock, work).finally(() => flights.delete(key));
  flights.set(key, flight);
  return flight;
}

/** Runs work under a lock. */
export function locked<T>(lock: string, work: () => Promise<T>): Promise<T> {
  return globalThis.navigator?.locks && window.isSecureContext ? shared(lock, work) : queued(lock, work);
}

async function shared<T>(lock: string, work: () => Promise<T>): Promise<T> {
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), WAIT);
  try {
    return (await navigator.locks.request(lock, { signal: abort.signal }, () => {
      clearTimeout(timer);
      return work();
    })) as T;
  } catch (error) {
    if (error instanceof MonoCloudAuthBaseError) throw error;
    throw new MonoCloudJsError(`Failed to acquire lock: ${(error as Error | undefined)?.message}`);
  } finally {
    clearTimeout(timer);
  }
}

/** Where there are no locks, the operations of this page queue up; correctness does not rest on more. */
async function queued<T>(lock: string, work: () => Promise<T>): Promise<T> {
  const before = queues.get(lock);
  let release: () => void = () => {};
  const mine = new Promise<void>((resolve) => (release = resolve));
  const turn = (before ?? Promise.resolve()).then(() => mine);
  queues.set(lock, turn);
  void turn.then(() => queues.get(lock) === turn && queues.delete(lock));
  try {
    if (before) await patient(before);
    return await work();
  } finally {
    release();
  }
}

async function patient(before: Promise<void>): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new MonoCloudJsError('Failed to acquire lock.')), WAIT);
  });
  try {
    await Promise.race([before, late]);
  } finally {
    clearTimeout(timer);
  }
}
