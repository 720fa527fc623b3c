/**
 * A frame without singletons.
 * @module
 */
import { request } from '../host/request.js';
import { Driver } from './driver.js';
import { address, bodyOf } from './encode.js';
import { errorFor } from './errors.js';
import type { Machine } from './machine.js';
import type { FrameContext, FrameEvents, FrameOptions, FrameTokenOptions, FrameTokens, RateLimitState, RestGetParams, RestOptions, RestPostData } from './types.js';

/** Makes machines once the WebAssembly module is there. */
export type LoadGuest = (first: object) => Promise<Machine>;

/** A mini-app's way to its host: context, tokens, requests. Made by `createFrame`. */
export class MiniAppFrame {
  readonly #driver: Driver;
  #context: FrameContext = {};
  #origin = '';

  /** @internal */
  constructor(driver: Driver) {
    this.#driver = driver;
    driver.on('context', (context) => (this.#context = context));
    driver.on('connected', (context, origin) => {
      this.#context = context;
      this.#origin = origin;
    });
  }

  /** @internal */
  static async start(load: LoadGuest, { signal, transport, ...options }: FrameOptions): Promise<MiniAppFrame> {
    if (typeof window === 'undefined') throw errorFor('no_browser');
    const hosts = options.hosts ?? namedHosts();
    const machine = await load({ options: { ...options, hosts, transport: transport && true }, own: location.origin });
    const frame = new MiniAppFrame(new Driver(machine, transport, options.timeout ?? 10_000));
    try {
      await frame.#driver.call({ do: 'ready' }, { signal });
      return frame;
    } catch (error) {
      await frame.close();
      throw error;
    }
  }

  /** What the host told last. */
  get context(): FrameContext {
    return this.#context;
  }

  /** The origin of the host, as the handshake proved it; with another transport, what that says. */
  get origin(): string {
    return this.#origin;
  }

  /** What is known of the rate limit. */
  get limiter(): RateLimitState {
    return this.#driver.limiter;
  }

  /** Listens to an event; gives back a function that stops that. */
  on<E extends keyof FrameEvents>(event: E, handler: FrameEvents[E]): () => void {
    return this.#driver.on(event, handler);
  }

  /** Stops listening. */
  off<E extends keyof FrameEvents>(event: E, handler: FrameEvents[E]): void {
    this.#driver.off(event, handler);
  }

  /**
   * A token that is good for a while: from memory if possible, else from the host, with one question for all callers.
   *
   * @throws {@link BridgeError} `host_unavailable`, `scope_not_granted`, `needs_interaction` and others, with the session kept; {@link SessionError}
   * `signed_out` when the host ended the session.
   */
  getTokens({ signal, ...options }: FrameTokenOptions = {}): Promise<FrameTokens> {
    return this.#driver.call({ do: 'tokens', ...options }, { signal });
  }

  /**
   * Like the browser's `fetch`, with a token added for the platform's interface and for `allowedOrigins`. When a token is refused, the host is asked
   * for another once, and the request is repeated once if its body can be sent again.
   *
   * @throws As {@link getTokens}; {@link RequestError}; and whatever `fetch` throws, as {@link NetworkError}.
   */
  fetch(input: RequestInfo | URL, init: RequestInit = {}): Promise<Response> {
    return this.#request(input, init, false);
  }

  #request(input: RequestInfo | URL, init: RequestInit, limited: boolean): Promise<Response> {
    return request((command, extra) => this.#driver.call({ ...command, limited }, extra), input, init);
  }

  /**
   * Reads from the platform's interface: the `response` of its answer.
   *
   * @throws As {@link fetch}; {@link BridgeError} `api_failed` for an answer that is an error.
   */
  get<T = any>(method: string, params: RestGetParams = {}, options: RestOptions = {}): Promise<T> {
    return this.#api(method, (base) => [address(base, method, params), {}], options);
  }

  /** Creates, changes or deletes by the platform's interface. Throws as {@link get}. */
  post<T = any>(method: string, data: RestPostData = {}, options: RestOptions = {}): Promise<T> {
    return this.#api(method, (base) => [address(base, method, {}), { method: 'POST', body: bodyOf(data) }], options);
  }

  /** All entries of a list, page after page. Ends with the first page that is not full. */
  async *pages<T = any>(method: string, params: RestGetParams = {}, options: RestOptions = {}): AsyncGenerator<T, void> {
    const limit = params.limit ?? 50;
    for (let page = params.page ?? 1; ; page += 1) {
      const { items = [] } = await this.get<{ items?: T[] }>(method, { ...params, limit, page }, options);
      yield* items;
      if (items.length < limit) return;
    }
  }

  async #api(method: string, make: (base: string) => [string, RequestInit], { signal }: RestOptions): Promise<any> {
    const { domain, https } = this.#context;
    if (!domain) throw errorFor('api_failed', `${method}: the context names no domain`);
    const [url, init] = make(`${https === false ? 'http' : 'https'}://${domain}`);
    const response = await this.#request(url, signal ? { ...init, signal } : init, true);
    const body = await response.json().catch(() => undefined);
    const error = body?.error;
    if (!response.ok || body === undefined || (error !== undefined && error !== null && error !== false)) {
      throw errorFor('api_failed', `${method}: ${response.status}`, typeof error === 'string' ? error : error?.message);
    }
    return body?.response ?? body;
  }

  /**
   * Has the platform do something: a name that it knows, and parameters. `timeout` is how long the answer may take, in
   * milliseconds: a person may have to decide.
   *
   * @throws {@link BridgeError} `not_supported_by_host` where the platform has no handler.
   */
  call<T = any>(method: string, params: unknown = null, { signal, timeout }: { signal?: AbortSignal; timeout?: number } = {}): Promise<T> {
    return this.#driver.call({ do: 'host', method, params, timeout }, { signal });
  }

  /** Ends everything that is under way and releases what is held. */
  close(): Promise<void> {
    return this.#driver.close();
  }
}

/** The hosts that the page itself names, in its own head. Two such elements contradict each other, so they name nobody. */
function namedHosts(): string[] {
  const [meta, another] = document.head.querySelectorAll<HTMLMetaElement>(':scope > meta[name="miniapp-hosts"]');
  return another ? [] : (meta?.content.split(/\s+/).filter(Boolean) ?? []);
}
