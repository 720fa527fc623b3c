/**
 * The client for browser applications.
 * @module
 */
import { errorOf } from './errors.js';
import { bare, Driver, type Core, type Extra } from './host/index.js';
import { OPERATIONS, type Oidc } from './oidc.js';
import { check, isExtended, own } from './options.js';
import type {
  AuthClientEvents,
  AuthClientOptions,
  CallbackResult,
  CallOptions,
  GetTokensOptions,
  RefreshOptions,
  Session,
  SessionState,
  SignInOptions,
  SignInSilentOptions,
  SignOutOptions,
  SignOutResult,
  StepUpChallenge,
  Tokens,
} from './types.js';

/** Makes cores once the WebAssembly module is there: the main one, or the one with the extended protocol features. */
export type Load = (extended: boolean) => Promise<new (options: string, page: string, wall: number, monotonic: number) => Core>;

/** What a call says that says nothing: the one call that is made all the time need not make an object of it. */
const NONE = bare({}) as GetTokensOptions;

/** A token that can be answered again for a while without asking. */
interface Fresh {
  tokens: Tokens;
  wall: number;
  monotonic: number;
  life: number;
}

/**
 * Signs people in from a browser application and keeps their tokens fresh.
 *
 * The constructor does nothing but check its options; the WebAssembly module is loaded by the first call.
 *
 * @example
 * ```ts
 * const client = new AuthClient({ issuer: 'https://login.example.com', clientId: 'my-app' });
 * await client.processCallback();
 * const session = await client.getSession();
 * if (!session) await client.signIn();
 * ```
 */
export class BaseClient {
  readonly #driver: Driver;
  readonly #options: AuthClientOptions;
  readonly #fresh = new Map<string, Fresh>();
  readonly #extend: () => Driver;
  #extended: Driver | undefined;
  #oidc: Oidc | undefined;

  /** @internal */
  constructor(given: AuthClientOptions, load: Load) {
    const options = own(given);
    const checked = check(options);
    const hooks: Record<string, (value: never) => unknown> = {};
    const { onSessionCreating, onStepUp } = options;
    if (onSessionCreating) {
      hooks['sessionCreating'] = async ({ session, appState }: { session: Session; appState?: unknown }) =>
        (await onSessionCreating(session, appState)) ?? session;
    }
    if (onStepUp) {
      // Several requests may be refused at once; the person is asked once.
      let asked: Promise<boolean> | undefined;
      hooks['stepUp'] = (challenge: StepUpChallenge) =>
        (asked ??= Promise.resolve(onStepUp({ ...challenge, sameUser: true })).finally(() => (asked = undefined)));
    }
    const drive = (extended: boolean) => {
      const makeCore = async (...arguments_: [string, string, number, number]) => {
        const Core = await load(extended);
        try {
          return new Core(...arguments_);
        } catch (refused) {
          throw typeof refused === 'string' ? errorOf(JSON.parse(refused)) : refused;
        }
      };
      const { storage, requestObject } = options;
      return new Driver({ options: checked, storage, makeCore, makeError: errorOf, requestObject, hooks });
    };
    this.#options = options;
    this.#driver = drive(isExtended(options));
    this.#extend = () => (this.#extended ??= isExtended(options) ? this.#driver : drive(true));
    for (const event of ['session', 'tokens', 'signedOut']) this.#driver.on(event, () => this.#fresh.clear());
  }

  /**
   * Completes a sign-in or sign-out if the page's address is its callback. Call it first on every page; it is safe on
   * all of them, and twice. In a window or frame that another page opened, it hands the address over to that page and touches nothing; the
   * browser then closes the window, so that usually nothing comes after it.
   *
   * @returns What was completed, if anything.
   * @throws {@link CallbackError}, {@link ProviderError}, {@link ProtocolError} or {@link NetworkError}. The address bar is
   * clean in every case, and a session that was there before is untouched.
   */
  processCallback(): Promise<CallbackResult> {
    return this.#driver.processCallback(this.#options.onReturn);
  }

  /**
   * Sends the person to the provider to sign in: this page, whose promise settles when the page is on its way, or with
   * `mode: 'popup'` a window, whose promise settles when the person came back. Call it directly in a click for that.
   *
   * @returns The session, if a window brought one.
   * @throws {@link NetworkError} when the provider cannot be reached, {@link ConfigurationError} for wrong options; with a window
   * also {@link EnvironmentError} `popup_blocked`, `popup_closed` or `popup_timed_out`, and whatever {@link processCallback} throws.
   */
  async signIn(options: SignInOptions = {}): Promise<Session | undefined> {
    return ((await this.#visit('signIn', { ...this.#options.defaultSignIn, ...options })) as Session | null) ?? undefined;
  }

  /**
   * Signs in without showing anything: with the refresh token if there is one, else in a hidden frame, or with
   * `mode: 'redirect'` by way of the provider and back.
   *
   * @returns The session; after a redirect, {@link processCallback} has it.
   * @throws {@link ProviderError} `login_required`, `interaction_required`, `consent_required` or `account_selection_required`
   * when the person must act, also for ten minutes after the provider said so; {@link SessionError} `silent_after_sign_out` when the person
   * signed out here, or `user_changed`; {@link EnvironmentError} `frame_failed` or `frame_blocked`. All but `user_changed` leave the session as it is.
   */
  async signInSilent(options: SignInSilentOptions = {}): Promise<Session> {
    const { prompt: _prompt, signUp: _signUp, popup: _popup, mode: _mode, ...defaults } = this.#options.defaultSignIn ?? {};
    const returnTo = options.mode === 'redirect' ? { returnTo: location.href } : {};
    return (await this.#run('signInSilent', { ...defaults, ...returnTo, ...options })) as Session;
  }

  /**
   * What a user interface can show. It changes only with the event `state`, and is `signedOut` until the first call has read the
   * storage.
   */
  get state(): SessionState {
    return this.#driver.state as SessionState;
  }

  /** Who is signed in, or `undefined`. */
  async getSession(options: CallOptions = {}): Promise<Session | undefined> {
    return ((await this.#driver.run({ do: 'getSession' }, options)) as Session | null) ?? undefined;
  }

  /**
   * An access token that is good for a while: from memory if possible, else fetched with the refresh token, once for all
   * callers and tabs.
   *
   * @throws {@link SessionError} `no_session`, `no_refresh_token` or `refresh_rejected`; {@link NetworkError} when a new token is
   * needed and the provider cannot be reached. Only `session: 'ended'` means that the person must sign in again.
   */
  async getTokens(options: GetTokensOptions = NONE): Promise<Tokens> {
    const { resource, scopes, forceRefresh, signal } = options === NONE ? NONE : bare(options);
    const key = resource === undefined && scopes === undefined ? '' : JSON.stringify([resource, scopes]);
    const known = forceRefresh ? undefined : this.#fresh.get(key);
    if (known && !signal?.aborted) {
      // Both clocks: one may jump, the other may stand still while the machine sleeps.
      const elapsed = Date.now() - known.wall;
      if (elapsed >= 0 && elapsed < known.life && performance.now() - known.monotonic < known.life) return known.tokens;
    }
    const [wall, monotonic] = [Date.now(), performance.now()];
    const { freshFor: life, ...tokens } = (await this.#run('getTokens', options)) as Tokens & { freshFor: number };
    this.#fresh.set(key, { tokens: Object.freeze(tokens), wall, monotonic, life });
    return tokens;
  }

  /**
   * Renews tokens now, whatever their age.
   *
   * @throws As {@link getTokens}.
   */
  async refreshSession(options: RefreshOptions = {}): Promise<Session> {
    return (await this.#run('refreshSession', options)) as Session;
  }

  /**
   * Reads the user information again.
   *
   * @throws {@link SessionError}, {@link ProviderError}, {@link ProtocolError} or {@link NetworkError}; the session is kept.
   */
  async refetchUserInfo(options: CallOptions = {}): Promise<Session> {
    return (await this.#driver.run({ do: 'refetchUserInfo' }, options)) as Session;
  }

  /**
   * Ends the session here in every case, and at the provider if it can be reached: in this page, or with `mode: 'popup'` in a
   * window. Call it directly in a click for that.
   */
  async signOut(options: SignOutOptions = {}): Promise<SignOutResult> {
    return (await this.#visit('signOut', options)) as SignOutResult;
  }

  /**
   * Like the browser's `fetch`, with the access token added for the origins in `allowedOrigins`. When the API refuses the token,
   * it is renewed once and the request repeated once, if its body can be sent again. When the API wants a stronger sign-in (RFC 9470), the
   * option `onStepUp` is asked, and the request repeated if it says so. A request with a token does not
   * follow redirects unless `redirect` says so.
   *
   * @throws As {@link getTokens}; {@link RequestError} when the request already has an `Authorization` header, or `step_up_required`
   * or `step_up_unsatisfied` with the API's `challenge`; and whatever
   * `fetch` throws, as {@link NetworkError}.
   */
  fetch(input: RequestInfo | URL, init: RequestInit = {}): Promise<Response> {
    return this.#driver.fetch(input, init);
  }

  /**
   * Listens to an event.
   *
   * @returns A function that stops listening.
   */
  on<E extends keyof AuthClientEvents>(event: E, handler: AuthClientEvents[E]): () => void {
    return this.#driver.on(event, handler);
  }

  /** Ends everything that is under way and releases what the client holds. The session stays in its storage. */
  async close(): Promise<void> {
    this.#fresh.clear();
    await Promise.all([this.#driver.close(), this.#extended?.close()]);
  }

  /**
   * The operations of the protocol one by one, each usable alone. They neither read nor write the session. The first use loads
   * the extended module.
   */
  get oidc(): Oidc {
    const operation = (name: string) => [
      name,
      ({ signal, ...options }: { signal?: AbortSignal | undefined } = {}) =>
        this.#extend().run({ do: 'operation', operation: name, options }, { signal }),
    ];
    return (this.#oidc ??= Object.fromEntries(OPERATIONS.map(operation)) as Oidc);
  }

  #visit(command: 'signIn' | 'signOut', { popup, ...options }: SignInOptions | SignOutOptions): Promise<unknown> {
    if (options.mode !== 'popup') return this.#run(command, options);
    const { signal, ...rest } = options;
    // A sign-out happens here whether or not there is a window; a sign-in does not.
    const run: Driver['run'] = (given, extra) => this.#try(given, extra);
    return this.#driver.show({ do: command, options: rest }, { ...this.#options.popup, ...popup }, command === 'signIn', signal, run);
  }

  #run(command: string, { signal, ...options }: { signal?: AbortSignal | undefined }): Promise<unknown> {
    return this.#try({ do: command, options }, { signal });
  }

  async #try(command: object, extra?: Extra): Promise<unknown> {
    try {
      return await this.#driver.run(command, extra);
    } catch (error) {
      // Only the provider's metadata tells; the answer to the request needs nothing special.
      if ((error as { code?: string }).code !== 'pushed_request_required') throw error;
      const result = await this.#extend().run(command, extra);
      // What the other core stored is known here before the call ends.
      await this.#driver.run({ do: 'notice', what: 'stored' });
      return result;
    }
  }
}
