/**
 * `OAuth2`: the tokens of the current person, as one object.
 * @module
 */
import { errorFor } from './errors.js';
import type { MiniAppFrame } from './frame.js';
import { guarded, Listeners } from './transport.js';
import type { AuthContext, EventCallbacks, FrameTokens, OAuth2EventName, OAuth2Params, OAuth2RefreshResult } from './types.js';

/** Manages the tokens of the mini-app. One instance; also at `rest.oauth2`. */
export class OAuth2 {
  static #instance: OAuth2 | undefined;
  static #frame: MiniAppFrame | undefined;
  readonly #listeners = new Listeners();
  #events: EventCallbacks<OAuth2EventName> = {};
  #tokens: FrameTokens | undefined;
  #stops: (() => void)[] = [];

  private constructor() {
    this.#attach();
  }

  /** The instance; made by the first call. Later calls replace the handlers if they bring some. */
  static initialize(params: OAuth2Params = {}): OAuth2 {
    const instance = (this.#instance ??= new OAuth2());
    if (params.events) instance.events = params.events;
    return instance;
  }

  /**
   * The instance.
   *
   * @throws {@link BridgeError} `not_initialized` before `initialize`.
   */
  static getInstance(): OAuth2 {
    if (!this.#instance) throw errorFor('not_initialized', 'OAuth2');
    return this.#instance;
  }

  /** @internal */
  static attach(frame: MiniAppFrame | undefined): void {
    this.#frame = frame;
    if (this.#instance) this.#instance.#attach();
  }

  #attach(): void {
    this.#detach();
    const frame = OAuth2.#frame;
    if (!frame) return;
    this.#stops = [
      frame.on('tokens', (tokens, replaced) => this.#took(tokens, replaced)),
      frame.on('ended', () => (this.#tokens = undefined)),
    ];
  }

  #took(tokens: FrameTokens & { default?: boolean }, replaced: boolean): void {
    if (!tokens.default) return;
    this.#tokens = tokens;
    if (!replaced) return;
    const result = this.#result();
    guarded(this.#events.onRefresh, result);
    this.#listeners.emit('onRefresh', result);
  }

  #detach(): void {
    for (const stop of this.#stops) stop();
    this.#stops = [];
  }

  /** The access token; the empty text before there is one. */
  get accessToken(): string {
    return this.#tokens?.accessToken ?? '';
  }

  /** The empty text, unless the host dangerously hands refresh tokens to frames. */
  get refreshToken(): string {
    return this.#tokens?.refreshToken ?? '';
  }

  /** When the access token expires. */
  get expiresAt(): Date | null {
    const at = this.#tokens?.expiresAt;
    return at === undefined ? null : new Date(at);
  }

  /** The handlers. Assigning an object replaces all of them. */
  get events(): EventCallbacks<OAuth2EventName> {
    return this.#events;
  }
  set events(events: EventCallbacks<OAuth2EventName>) {
    this.#events = events;
  }

  /** Adds a handler beside `events`; gives back a function that removes it. */
  on(event: OAuth2EventName, handler: (data: OAuth2RefreshResult) => void): () => void {
    return this.#listeners.on(event, handler);
  }

  /** The tokens as they stand in the context. */
  get context(): AuthContext {
    const { access_token, refresh_token, expires_at } = this.#result();
    return { access_token, refresh_token, expires_at };
  }

  /**
   * Asks the host for new tokens. Also fires `onRefresh`, as does every automatic renewal.
   *
   * @throws {@link BridgeError} `not_initialized` before the frame is initialised; and as `getTokens`.
   */
  async refresh(): Promise<OAuth2RefreshResult> {
    if (!OAuth2.#frame) throw errorFor('not_initialized', 'OAuth2.refresh');
    this.#tokens = (await OAuth2.#frame.getTokens({ forceRefresh: true })) as FrameTokens;
    return this.#result();
  }

  /** Drops the handlers and forgets the tokens. `initialize` makes another instance. */
  destroy(): void {
    this.#detach();
    this.#events = {};
    this.#tokens = undefined;
    if (OAuth2.#instance === this) OAuth2.#instance = undefined;
  }

  #result(): OAuth2RefreshResult {
    const { accessToken, refreshToken, expiresAt } = this;
    const pad = (number: number) => String(number).padStart(2, '0');
    // In local time, as which browsers read this form.
    const expires_at = expiresAt
      ? `${expiresAt.getFullYear()}-${pad(expiresAt.getMonth() + 1)}-${pad(expiresAt.getDate())} ${pad(expiresAt.getHours())}:${pad(expiresAt.getMinutes())}:${pad(expiresAt.getSeconds())}`
      : '';
    const result = { access_token: accessToken, refresh_token: refreshToken, expires_at };
    const also = { accessToken, refreshToken, expiresAt };
    for (const [name, value] of Object.entries(also)) Object.defineProperty(result, name, { get: () => value });
    return result as OAuth2RefreshResult;
  }
}
