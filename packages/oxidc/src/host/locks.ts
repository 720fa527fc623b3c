/**
 * Exclusive locks over all tabs, by the Web Locks API.
 * @module
 */
import { Failed, type Outcome } from './protocol.js';

/** The locks that this page holds. */
export class Locks {
  readonly #held = new Map<number, () => void>();

  /** Takes a lock; it is held until {@link release}. */
  take(id: number, name: string, wait: number, signal: AbortSignal): Promise<Outcome> {
    const locks = globalThis.navigator?.locks;
    if (!locks) throw new Failed('unsupported');
    const abort = new AbortController();
    const stop = () => abort.abort();
    signal.addEventListener('abort', stop);
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      stop();
    }, wait);
    return new Promise<Outcome>((resolve, reject) => {
      const granted = () =>
        new Promise<void>((release) => {
          this.#held.set(id, release);
          resolve({});
        });
      const refused = (error: unknown) =>
        reject(new Failed(late ? 'timeout' : signal.aborted ? 'aborted' : 'unsupported', String(error)));
      locks.request(name, { signal: abort.signal }, granted).catch(refused);
    }).finally(() => {
      clearTimeout(timer);
      signal.removeEventListener('abort', stop);
    });
  }

  /** Gives a lock back. */
  release(id: number): void {
    this.#held.get(id)?.();
    this.#held.delete(id);
  }

  /** Gives all locks back. */
  close(): void {
    for (const id of this.#held.keys()) this.release(id);
  }
}
