/**
 * Where sessions and flows on their way are kept, under the names that applications' storages have them by.
 * @module
 */
import { LocalStorage } from './storage.js';
import type { CallbackState, IStorage, MonoCloudSession } from './types.js';

/** The session and the pending flow of one client. */
export class Sessions {
  /** The name of the lock. */
  readonly lock: string;
  readonly #session: string;
  readonly #pending: string;
  readonly #given: IStorage | undefined;
  #storage: IStorage | undefined;
  /** How often a session was ended here: what an operation read before is not written afterwards. */
  #ended = 0;

  constructor(clientId: string, sessionKey: string | undefined, storage: IStorage | undefined) {
    const suffix = sessionKey ? `.${sessionKey}` : '';
    this.lock = `mc.lock.${clientId}${suffix}`;
    this.#session = `mc.session.${clientId}${suffix}`;
    this.#pending = `mc.state.${clientId}`;
    this.#given = storage;
  }

  get #place(): IStorage {
    return (this.#storage ??= this.#given ?? new LocalStorage());
  }

  /** The session. Errors of the storage and of what stands there pass through. */
  async read(): Promise<MonoCloudSession | undefined> {
    const text = await this.#place.getItem(this.#session);
    return text ? (JSON.parse(text) as MonoCloudSession) : undefined;
  }

  /** Keeps a session. */
  async write(session: MonoCloudSession): Promise<void> {
    await this.#place.setItem(this.#session, JSON.stringify(session));
  }

  /** Forgets the session. */
  async remove(): Promise<void> {
    this.#ended += 1;
    await this.#place.removeItem(this.#session);
  }

  /** Marks a moment; the result says whether the session was ended since. */
  mark(): () => boolean {
    const before = this.#ended;
    return () => before !== this.#ended;
  }

  /** The flow on its way, if there is one. A text that is none is removed and its error passes through. */
  pending(): CallbackState | undefined {
    const text = window.sessionStorage.getItem(this.#pending);
    if (!text) return undefined;
    try {
      return JSON.parse(text) as CallbackState;
    } catch (error) {
      this.forget();
      throw error;
    }
  }

  /** Remembers a flow while the page is away. */
  keep(state: CallbackState): void {
    window.sessionStorage.setItem(this.#pending, JSON.stringify(state));
  }

  /** Forgets the flow on its way. */
  forget(): void {
    window.sessionStorage.removeItem(this.#pending);
  }
}
