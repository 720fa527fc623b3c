/**
 * The page's side of the worker that keeps the refresh token.
 * @module
 */
import { http } from './http.js';
import { type Effect, Failed, type Outcome } from './protocol.js';
import { MemoryStorage, type Records } from './storage.js';

/** Where the worker's script is. */
export interface WorkerStorageOptions {
  /**
   * The address of `oxidc/worker.js`, of the page's own origin; also a `TrustedScriptURL`. Default: beside the package's script, where
   * bundlers that know `new URL(…, import.meta.url)` put it.
   */
  url?: string | { toString(): string } | undefined;
}

type Http = Extract<Effect, { do: 'http' }>;
type Asked = Http | Extract<Effect, { do: 'load' | 'swap' }>;

/** How long a worker may take to say something, in milliseconds. */
const PATIENCE = 10_000;
/** Grows when pages and workers no longer understand each other. */
const VERSION = 1;

/**
 * A worker's memory: the refresh token is never in a page. All tabs share it, and it is gone with the last of them. Where there are no
 * shared workers, each page has a worker of its own, and a reload signs out.
 */
export class WorkerStorage extends MemoryStorage {
  readonly #url: WorkerStorageOptions['url'];

  constructor({ url }: WorkerStorageOptions = {}) {
    super();
    this.#url = url;
  }

  /** @internal */
  override recordsFor({ issuer, clientId, provider }: Record<string, unknown>): Records {
    const { token_endpoint: token, revocation_endpoint: revocation } = (provider ?? {}) as Record<string, unknown>;
    // Bundlers find the file by these very words.
    return new Remote(this.#url ?? new URL('./worker.js', import.meta.url), JSON.stringify([VERSION, issuer, clientId, token, revocation]));
  }
}

/** Records that a worker keeps. */
class Remote implements Records {
  #line: Line | undefined;

  constructor(
    readonly url: { toString(): string },
    readonly name: string,
  ) {}

  async load(key: string): Promise<string | null> {
    const { record } = await this.#stored({ id: 0, do: 'load', area: 'session', key });
    return record as string | null;
  }

  swap(key: string, expected: string | null, value: string | null): ReturnType<Records['swap']> {
    return this.#stored({ id: 0, do: 'swap', area: 'session', key, expected, value }) as ReturnType<Records['swap']>;
  }

  /** What presents a grant or a token goes to the worker. */
  readonly http = (fetch: typeof globalThis.fetch, effect: Http, signal: AbortSignal): Promise<Outcome> =>
    /(^|&)(grant_type|token)=/.test(effect.body ?? '') ? this.#ask(effect, signal) : http(fetch, effect, signal);

  close(): void {
    this.#line?.close();
  }

  /** A worker that was stopped took its records along: another one is asked, which has none. */
  async #stored(asked: Asked): Promise<Outcome> {
    for (;;) {
      try {
        return await this.#ask(asked);
      } catch (error) {
        const { failed, detail } = error as Failed;
        if (failed !== 'lost') throw error;
        if (!this.#line?.greeted) throw new Failed('denied', detail);
      }
    }
  }

  #ask(asked: Asked, signal?: AbortSignal): Promise<Outcome> {
    if (!this.#line || this.#line.lost) this.#line = new Line(this.url, this.name);
    return this.#line.ask(asked, signal);
  }
}

/** One connection with one worker. */
class Line {
  lost = false;
  /** Whether the worker ever said something. */
  greeted = false;
  readonly #asked = new Map<number, { resolve: (outcome: Outcome) => void; reject: (failed: Failed) => void }>();
  readonly #closed = new AbortController();
  #port: MessagePort | undefined;
  #last = 0;
  #detail = '';

  constructor(url: { toString(): string }, name: string) {
    const lose = (detail: string) => this.#lose(detail);
    const timer = setTimeout(lose, PATIENCE, 'it does not answer');
    const { signal } = this.#closed;
    signal.addEventListener('abort', () => clearTimeout(timer));
    try {
      this.#port = connect(url, name, lose, signal);
      this.#port.onmessage = ({ data }) => {
        if (data.lock) {
          this.greeted = true;
          clearTimeout(timer);
          const locks = globalThis.navigator.locks as LockManager | undefined;
          locks?.request(data.lock, { signal }, () => lose('it was stopped')).catch(() => {});
          return;
        }
        const asked = this.#asked.get(data.id);
        this.#asked.delete(data.id);
        if (data.failed) asked?.reject(new Failed(data.failed, data.detail));
        else asked?.resolve(data.outcome);
      };
    } catch (error) {
      lose(String(error));
    }
  }

  ask(asked: Asked, signal?: AbortSignal): Promise<Outcome> {
    const id = (this.#last += 1);
    return new Promise<Outcome>((resolve, reject) => {
      if (this.lost) return reject(new Failed('lost', this.#detail));
      this.#asked.set(id, { resolve, reject });
      signal?.addEventListener('abort', () => {
        this.#port?.postMessage({ do: 'cancel', id });
        if (this.#asked.delete(id)) reject(new Failed('aborted'));
      });
      this.#port!.postMessage({ ...asked, id });
    });
  }

  close(): void {
    this.#lose('it was closed');
  }

  #lose(detail: string): void {
    if (this.lost) return;
    this.lost = true;
    this.#detail = detail;
    this.#closed.abort();
    this.#port?.close();
    for (const { reject } of this.#asked.values()) reject(new Failed('lost', detail));
    this.#asked.clear();
  }
}

/** The workers of this page alone: clients of one application share one, as tabs share the others. */
const own = new Map<string, Worker>();

function connect(url: { toString(): string }, name: string, lose: (detail: string) => void, signal: AbortSignal): MessagePort {
  const failed = () => lose('its script could not be loaded');
  if (typeof SharedWorker === 'function') {
    // Where it is known, the worker outlives a reload of its only page.
    const shared = new SharedWorker(trusted(url), { name, extendedLifetime: true } as WorkerOptions);
    shared.addEventListener('error', failed, { signal });
    return shared.port;
  }
  const key = `${url} ${name}`;
  const worker = own.get(key) ?? new Worker(trusted(url), { name });
  own.set(key, worker);
  worker.addEventListener('error', () => (own.delete(key), failed()), { signal });
  const { port1, port2 } = new MessageChannel();
  worker.postMessage(null, [port2]);
  return port1;
}

interface Policy {
  createScriptURL(text: string): string;
}
interface Policies {
  createPolicy(name: string, rules: Policy): Policy;
  isScriptURL(value: unknown): boolean;
}
let policy: Policy | undefined;

/** The address as a page with Trusted Types wants it: by the policy `oxidc`, which nobody else can use. */
function trusted(url: { toString(): string }): string {
  const { trustedTypes } = globalThis as { trustedTypes?: Policies };
  if (!trustedTypes || trustedTypes.isScriptURL(url)) return url as string;
  try {
    policy ??= trustedTypes.createPolicy('oxidc', { createScriptURL: (text) => text });
    return policy.createScriptURL(String(url));
  } catch {
    // The page does not allow the policy; where it demands one, the worker says so.
    return String(url);
  }
}
