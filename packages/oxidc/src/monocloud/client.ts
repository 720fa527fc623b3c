/**
 * The client of the drop-in: one session in a storage of the application's choice, and the flows that begin, renew and end it.
 * @module
 */
import { cleanAddress, cleanAddressAnyway, demand, same } from './callback.js';
import { demandOpenid } from './claims.js';
import { MonoCloudJsError, MonoCloudOPError, MonoCloudValidationError } from './errors.js';
import { ensureLeadingSlash, findToken, isPresent, now, parseSpaceSeparatedSet, removeTrailingSlash, setsEqual, timingSafeEqual } from './internal.js';
import { locked, once } from './locks.js';
import { MonoCloudOidcClient } from './oidc.js';
import { signInRequest } from './request.js';
import { Sessions } from './sessions.js';
import { generateState, parseCallbackParams } from './utils.js';
import type {
  AccessToken,
  CallbackState,
  GetTokensOptions,
  MonoCloudSession,
  MonoCloudTokens,
  MonoCloudWebJSClientOptions,
  RefreshOptions,
  SignInOptions,
  SignInSilentOptions,
  SignOutOptions,
} from './types.js';
import { handOver, openFrame, openPopup, type Ref, surroundings, visit } from './windows.js';

/** A token with less than this is renewed, in seconds. */
const MARGIN = 30;

/**
 * Signs people in from a browser application and keeps their tokens.
 *
 * The constructor does nothing; wrong options show in the first call.
 *
 * @example
 * ```ts
 * const client = new MonoCloudWebJSClient({ tenantDomain: 'https://login.example.com', clientId: 'my-app' });
 * await client.processCallback();
 * const session = await client.getSession();
 * if (!session) await client.signIn();
 * ```
 */
export class MonoCloudWebJSClient {
  /** The low-level client. */
  readonly oidcClient: MonoCloudOidcClient;
  readonly #options: MonoCloudWebJSClientOptions;
  readonly #sessions: Sessions;

  constructor(options: MonoCloudWebJSClientOptions) {
    this.#options = { ...options };
    const { tenantDomain, clientId, clientSecret, clientAuthMethod, idTokenSigningAlgorithm, jwksCacheDuration, metadataCacheDuration } = options;
    this.oidcClient = new MonoCloudOidcClient(tenantDomain, clientId, {
      clientSecret, clientAuthMethod, idTokenSigningAlgorithm, jwksCacheDuration, metadataCacheDuration,
    });
    this.#sessions = new Sessions(clientId, options.sessionKey, options.storage);
  }

  /** The low-level client. */
  get oidc(): MonoCloudOidcClient {
    return this.oidcClient;
  }

  /**
   * Completes a sign-in or sign-out if the page's address is its callback. Call it first on every page. In a window or frame that
   * another page opened, it hands the address over to that page and does nothing else.
   */
  async processCallback(): Promise<void> {
    const { href } = window.location;
    const [isSignIn, isSignOut] = [same(href, this.#signInUri), same(href, this.#signOutUri)];
    if (surroundings() !== 'main') {
      if (isSignIn || isSignOut) handOver(this.#origin);
      return;
    }
    const state = this.#sessions.pending();
    if (!state || !(isSignIn || isSignOut)) return;
    this.#sessions.forget();
    try {
      if (isSignIn && !state.signOut) await this.internalProcessSignInCallback(href, state);
      else if (isSignOut && state.signOut) await this.internalProcessSignOutCallback(href, state);
    } catch (error) {
      // A code or state that failed is of no use to anybody but a thief.
      if (same(window.location.href, this.#signInUri) || same(window.location.href, this.#signOutUri)) cleanAddressAnyway();
      throw error;
    }
  }

  /**
   * Sends the person to the provider to sign in: this page, or with `mode: 'popup'` a window. Call it directly in a click for that.
   *
   * @throws {@link MonoCloudJsError} when a window cannot be opened, was closed or takes too long, {@link MonoCloudOPError} when the provider
   * says no, and others.
   */
  async signIn(options: SignInOptions = {}): Promise<void> {
    if (options.mode === 'popup') {
      await this.#inWindow(this.#popup(), options);
      return;
    }
    if (surroundings() === 'frame') {
      throw new MonoCloudJsError('Cannot start a redirect sign-in from inside an iframe. Use a popup instead.');
    }
    const { params, state } = await this.#signInRequest('redirect', options);
    const url = await this.oidcClient.authorizationUrl(params);
    this.#sessions.keep(state);
    window.location.assign(url);
  }

  /**
   * Signs in without showing anything, in a hidden frame.
   *
   * @returns The new session.
   * @throws {@link MonoCloudOPError} such as `login_required`; the session that was there stays.
   */
  signInSilent(options: SignInSilentOptions = {}): Promise<MonoCloudSession> {
    const { resource, scopes, maxAge, loginHint, acrValues } = options;
    return once(this.#sessions.lock, ['signInSilent', resource, scopes, maxAge, loginHint, acrValues], () => this.#inWindow(openFrame(), options, 'none'));
  }

  /**
   * Renews the session with its refresh token.
   *
   * @throws {@link MonoCloudValidationError} when there is no session or no refresh token, and others; the session stays.
   */
  refreshSession({ refreshGrantOptions = {} }: RefreshOptions = {}): Promise<void> {
    const { resource, scopes } = refreshGrantOptions;
    return once(this.#sessions.lock, ['refresh', resource, scopes], async () => {
      const ended = this.#sessions.mark();
      const session = await this.#existing('Ensure the user is authenticated before refreshing the session');
      if (!session.refreshToken) {
        throw new MonoCloudValidationError('Refresh token not found. Sign in with offline_access scope to get the refresh token.');
      }
      const next = await this.oidcClient.refreshSession(session, { ...this.#checks, refreshGrantOptions, onSessionCreating: this.#options.onSessionCreating });
      await this.#write(next, ended);
    });
  }

  /**
   * Reads the user information again.
   *
   * @throws {@link MonoCloudValidationError} when there is no session or no default token for it, and others; the session stays.
   */
  refetchUserInfo(): Promise<void> {
    return once(this.#sessions.lock, ['refetchUserInfo'], async () => {
      const ended = this.#sessions.mark();
      const session = await this.#existing('Ensure the user is authenticated before refetching userinfo');
      const token = findToken(session.accessTokens, this.#defaults.resource, session.authorizedScopes);
      if (!token) throw new MonoCloudValidationError('Default token not found');
      demandOpenid(token.scopes);
      await this.#write(await this.oidcClient.refetchUserInfo(token, session, { onSessionCreating: this.#options.onSessionCreating }), ended);
    });
  }

  /**
   * The tokens for a resource and scopes, renewed if the access token has less than half a minute left.
   *
   * @throws {@link MonoCloudValidationError} when there is no session or no token, and others.
   */
  getTokens(options: GetTokensOptions = {}): Promise<MonoCloudTokens> {
    const { resource, scopes, forceRefresh = false, refetchUserInfo = false } = options;
    return once(this.#sessions.lock, ['getTokens', resource, scopes, !!forceRefresh, !!refetchUserInfo], async () => {
      const ended = this.#sessions.mark();
      let session = await this.#existing('Session does not exist');
      const key = this.#tokenKey(options, session);
      let token = findToken(session.accessTokens, key.resource, key.scopes);
      if (forceRefresh || !token || token.accessTokenExpiration - MARGIN < now()) {
        const asked = { resource: key.resource, scopes: key.asked };
        const next = await this.oidcClient.refreshSession(session, {
          ...this.#checks, fetchUserInfo: refetchUserInfo, refreshGrantOptions: asked, onSessionCreating: this.#options.onSessionCreating,
        });
        session = withTokenAs(next, asked, key);
        await this.#write(session, ended);
        token = findToken(session.accessTokens, key.resource, key.scopes);
      }
      if (!token) throw new MonoCloudValidationError('Access token not found');
      return { ...token, idToken: session.idToken, refreshToken: session.refreshToken, isExpired: token.accessTokenExpiration - MARGIN < now() };
    });
  }

  /** Who is signed in, or undefined. Errors of the storage pass through. */
  getSession(): Promise<MonoCloudSession | undefined> {
    return this.#sessions.read();
  }

  /**
   * Ends the session here, and with `federatedSignOut` at the provider: in this page, or with `mode: 'popup'` in a window. Call it
   * directly in a click for that.
   */
  async signOut(options: SignOutOptions = {}): Promise<void> {
    const { mode = 'redirect', returnUrl, idTokenHint } = options;
    const federated = options.federatedSignOut ?? this.#options.federatedSignOut ?? true;
    if (federated && mode === 'redirect' && surroundings() === 'frame') {
      throw new MonoCloudJsError('Cannot start a redirect sign-out from inside an iframe. Use a popup instead.');
    }
    const popup = federated && mode === 'popup' ? this.#popup() : undefined;
    try {
      const session = await this.#end();
      if (!federated) return;
      const postLogoutRedirectUri = removeTrailingSlash(options.postLogoutRedirectUri ?? this.#signOutUri);
      const unguessable = generateState();
      const url = await this.oidcClient.endSessionUrl({ idTokenHint: idTokenHint ?? session?.idToken, postLogoutRedirectUri, state: unguessable });
      const state: CallbackState = { mode, state: unguessable, signOut: true, returnUrl };
      if (!popup) {
        this.#sessions.keep(state);
        window.location.assign(url);
        return;
      }
      const back = await visit(popup, url, this.#origin, this.#windowTimeout);
      await this.#signedOut(back, state, postLogoutRedirectUri);
    } finally {
      popup?.close();
    }
  }

  /**
   * Completes a sign-in: checks what came back, keeps the session, goes where the flow leads.
   *
   * @param callbackUrl The whole address that the provider sent the person to.
   * @param callbackState The flow that it must belong to.
   */
  async internalProcessSignInCallback(callbackUrl: string, callbackState: CallbackState): Promise<void> {
    await this.#signedIn(callbackUrl, callbackState);
  }

  /**
   * Completes a sign-out.
   *
   * @param callbackUrl The whole address that the provider sent the person to.
   * @param callbackState The flow that it must belong to.
   */
  async internalProcessSignOutCallback(callbackUrl: string, callbackState: CallbackState): Promise<void> {
    await this.#signedOut(callbackUrl, callbackState, this.#signOutUri);
  }

  async #signedIn(callbackUrl: string, state: CallbackState, ended: () => boolean = () => false): Promise<MonoCloudSession> {
    if (!same(callbackUrl, this.#signInUri)) throw new MonoCloudValidationError('Incorrect callback url');
    if (state.signOut) throw new MonoCloudValidationError('Incorrect callback state');
    const { scopes, responseType } = state;
    if (!isPresent(scopes)) throw new MonoCloudValidationError('Scopes missing from callback state');
    if (!responseType) throw new MonoCloudValidationError('Response type missing from callback state');
    const { search, hash } = new URL(callbackUrl);
    const response = parseCallbackParams(responseType === 'code' ? search : hash);
    // Where a state was sent, it comes back.
    if (state.state && !timingSafeEqual(response.state ?? '', state.state)) throw new MonoCloudValidationError('Sign in callback states mismatch');
    if (response.error) throw new MonoCloudOPError(response.error, response.errorDescription);
    const missing = demand(responseType, response);
    if (missing) throw new MonoCloudValidationError(`Response is missing ${missing}`);
    const { appState, codeVerifier, nonce, maxAge } = state;
    const hook = this.#options.onSessionCreating;
    const onSessionCreating: MonoCloudWebJSClientOptions['onSessionCreating'] = hook && ((session, claims, userinfo) => hook(session, claims, userinfo, appState));
    const session = responseType.includes('code')
      ? await this.oidcClient.authenticate(response.code!, this.#signInUri, scopes!, this.#defaults.resource, {
          ...this.#checks, codeVerifier, idTokenNonce: nonce, idTokenMaxAge: maxAge, onSessionCreating,
        })
      : await (await import('./implicit.js')).session(this.oidcClient, response, state, {
          ...this.#checks, algorithm: this.#options.idTokenSigningAlgorithm ?? 'RS256', onSessionCreating,
        });
    await this.#write(session, ended, true);
    await this.#return(state);
    return session;
  }

  async #signedOut(callbackUrl: string, state: CallbackState, expected: string): Promise<void> {
    await this.#sessions.remove();
    if (!same(callbackUrl, expected)) throw new MonoCloudValidationError('Incorrect callback url');
    if (!state.signOut) throw new MonoCloudValidationError('Incorrect callback state');
    const { state: returned } = parseCallbackParams(new URL(callbackUrl).search);
    if (!timingSafeEqual(returned ?? '', state.state ?? '')) throw new MonoCloudValidationError('Sign out states mismatch');
    await this.#return(state);
  }

  async #inWindow(ref: Ref, options: SignInOptions, prompt?: string): Promise<MonoCloudSession> {
    // What nobody asked for in a click does not undo a sign-out.
    const ended = prompt ? this.#sessions.mark() : undefined;
    try {
      const { params, state } = await this.#signInRequest(prompt ? 'silent' : 'popup', options, prompt);
      const back = await visit(ref, await this.oidcClient.authorizationUrl(params), this.#origin, this.#windowTimeout);
      return await this.#signedIn(back, state, ended);
    } finally {
      ref.close();
    }
  }

  #signInRequest(mode: CallbackState['mode'], options: SignInOptions, prompt?: string) {
    return signInRequest(mode, options, this.#defaults, this.#options.resources ?? [], this.#signInUri, prompt);
  }

  /** Forgets the session after whoever is writing it, but does not wait for them forever. Gives what was forgotten, if it can be read. */
  async #end(): Promise<MonoCloudSession | undefined> {
    const session = await this.#sessions.read().catch((error: unknown) => {
      if (error instanceof SyntaxError) return undefined;
      throw error;
    });
    this.#sessions.forget();
    await this.#sessions.remove();
    // Another tab may be about to write what it has just fetched.
    await locked(this.#sessions.lock, () => this.#sessions.remove()).catch(() => {});
    return session;
  }

  async #existing(otherwise: string): Promise<MonoCloudSession> {
    const session = await this.#sessions.read();
    if (!session) throw new MonoCloudValidationError(otherwise);
    return session;
  }

  /** Keeps a session that `begins` or goes on, unless the person signed out meanwhile, here or, of one that goes on, in another tab. */
  async #write(session: MonoCloudSession, ended: () => boolean, begins = false): Promise<void> {
    if (ended() || !(begins || (await this.#sessions.read()))) throw new MonoCloudValidationError('Session does not exist');
    await this.#sessions.write(session);
  }

  /** By what a token is found, and what is asked for where it must be fetched. */
  #tokenKey(options: GetTokensOptions, { authorizedScopes }: MonoCloudSession) {
    const resource = options.resource ?? this.#defaults.resource;
    let asked = options.scopes;
    if (options.resource !== undefined && asked === undefined) {
      const wanted = parseSpaceSeparatedSet(options.resource);
      const entries = (this.#options.resources ?? []).filter((one) => setsEqual(parseSpaceSeparatedSet(one.resource), wanted));
      asked = entries.some((one) => !one.scopes) ? undefined : entries[0]?.scopes;
    }
    const isDefault = options.resource === undefined && options.scopes === undefined;
    return { resource, asked, scopes: isDefault ? authorizedScopes : asked };
  }

  /** Goes where a flow leads. */
  async #return(state: CallbackState): Promise<void> {
    const { postCallback } = this.#options;
    if (postCallback) return postCallback(state);
    const { mode, returnUrl } = state;
    const target = returnUrl && mode !== 'silent' ? new URL(returnUrl, `${this.#appUrl}/`) : undefined;
    if (target?.origin !== this.#origin) {
      if (target) console.warn(`The return address is on a different origin and is ignored: ${target.origin}`);
      // A window or frame has an address of its own; this page's is none of its business.
      if (mode === 'redirect') cleanAddress();
      return;
    }
    console.warn('Going to the return address by loading the full page. Give a postCallback to let a router do it.');
    window.location.href = target.href;
  }

  #popup(): Ref {
    return openPopup(this.#options.popupWindowWidth ?? 375, this.#options.popupWindowHeight ?? 600);
  }

  get #defaults() {
    return this.#options.defaultAuthParams ?? {};
  }
  get #windowTimeout(): number {
    return this.#options.authWindowTimeout ?? 600;
  }
  get #appUrl(): string {
    return removeTrailingSlash(this.#options.appUrl ?? window.location.origin);
  }
  get #origin(): string {
    return new URL(this.#appUrl).origin;
  }
  get #signInUri(): string {
    return removeTrailingSlash(this.#appUrl + ensureLeadingSlash(this.#options.callbackPath));
  }
  get #signOutUri(): string {
    return removeTrailingSlash(this.#appUrl + ensureLeadingSlash(this.#options.signOutPath));
  }
  get #checks() {
    const { fetchUserinfo = true, validateIdToken = true, clockSkew = 0, clockTolerance = 60, filteredIdTokenClaims } = this.#options;
    return { fetchUserInfo: fetchUserinfo, validateIdToken, idTokenClockSkew: clockSkew, idTokenClockTolerance: clockTolerance, filteredIdTokenClaims };
  }
}

/** A session whose newest token is kept under the scopes by which it will be looked for. */
function withTokenAs(session: MonoCloudSession, asked: { resource?: string | undefined; scopes?: string | undefined }, key: { resource?: string | undefined; scopes?: string | undefined }): MonoCloudSession {
  const found = findToken(session.accessTokens, key.resource, key.scopes);
  const fresh: AccessToken | undefined = session.accessTokens?.at(-1);
  if (!fresh || fresh === found || asked.resource === undefined) return session;
  const others = session.accessTokens!.filter((one) => one !== fresh && one !== found);
  return { ...session, accessTokens: [...others, { ...fresh, requestedScopes: key.scopes }] };
}
