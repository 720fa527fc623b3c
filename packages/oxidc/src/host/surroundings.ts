/**
 * What happens around the page: other tabs, the network, the page's visibility.
 * @module
 */

/** Listens to the page's surroundings and can call out to the other tabs. */
export class Surroundings {
  readonly #abort = new AbortController();
  readonly #channel: BroadcastChannel | undefined;

  /**
   * @param name Shared by the tabs that have one session.
   * @param notice Told what happened.
   */
  constructor(name: string, notice: (what: string, record?: string) => void) {
    if (typeof document === 'undefined') return;
    const { signal } = this.#abort;
    addEventListener('online', () => notice('online'), { signal });
    addEventListener('pageshow', (event) => event.persisted && notice('shown'), { signal });
    // Where there is no channel, the storage itself tells.
    addEventListener('storage', (event) => (event.key === null || event.key === name) && notice('stored'), { signal });
    const visibility = () => notice(document.visibilityState === 'hidden' ? 'hidden' : 'visible');
    document.addEventListener('visibilitychange', visibility, { signal });
    if (document.visibilityState === 'hidden') visibility();
    try {
      this.#channel = new BroadcastChannel(name);
      this.#channel.onmessage = ({ data }) => notice('stored', typeof data === 'string' ? data : undefined);
    } catch {
      // An opaque origin has no channels, and no other tabs to share with.
    }
  }

  /** Tells the other tabs that the stored session changed, or hands over one that could not be stored. */
  broadcast(record: string | null = null): void {
    this.#channel?.postMessage(record);
  }

  /** Stops listening. */
  close(): void {
    this.#abort.abort();
    this.#channel?.close();
  }
}
