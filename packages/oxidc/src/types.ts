/**
 * The public types of the package. What an application may leave out may be undefined too, also under `exactOptionalPropertyTypes`.
 * @module
 */
import type { OxidcError } from './errors.js';

/** Keeps texts under names. Methods may be synchronous or return promises. */
export interface Storage {
  /** The text under a name, or null. */
  getItem(key: string): string | null | Promise<string | null>;
  /** Keeps a text under a name. */
  setItem(key: string, value: string): void | Promise<void>;
  /** Forgets a name. */
  removeItem(key: string): void | Promise<void>;
}

/** An API for which access tokens are wanted (RFC 8707). */
export interface Resource {
  /** The API's absolute address, as the provider knows it. */
  resource: string;
  /** The scopes to request for it. */
  scopes?: string | readonly string[] | undefined;
}

/**
 * An origin to which `fetch` adds an access token. Given as a text, the token is that of the configured resource
 * which lives at the origin, or else the token of the sign-in.
 */
export interface AllowedOrigin {
  /** Exactly scheme, host and port. */
  origin: string;
  /** The API that the token is for. */
  resource?: string | undefined;
}

/** A provider described by hand, for those without a discovery document (OpenID Connect Discovery 1.0, section 3). */
export interface ProviderMetadata {
  /** Where people sign in. */
  authorization_endpoint: string;
  /** Where codes and refresh tokens are exchanged. */
  token_endpoint: string;
  /** Where the provider's keys are. Either this or `jwks`. */
  jwks_uri?: string | undefined;
  /** The provider's keys themselves. */
  jwks?: { keys: readonly Record<string, unknown>[] } | undefined;
  /** Where user information is read. */
  userinfo_endpoint?: string | undefined;
  /** Where people sign out. */
  end_session_endpoint?: string | undefined;
  /** Where tokens are revoked. */
  revocation_endpoint?: string | undefined;
  /** The frame that tells of changes of the person's session. */
  check_session_iframe?: string | undefined;
  /** Whether the provider names itself in callbacks (RFC 9207). */
  authorization_response_iss_parameter_supported?: boolean | undefined;
}

/** How long things may take. */
export interface Timeouts {
  /** A request to the provider, in milliseconds. Default 10000. */
  request?: number | undefined;
  /** A request for the provider's keys, in milliseconds. Default 5000. */
  keys?: number | undefined;
  /** Waiting for another tab that is refreshing, in milliseconds. Default 10000. */
  lock?: number | undefined;
  /** From starting a sign-in to its callback, in seconds. Default 1800. */
  signIn?: number | undefined;
  /** Until a window comes back, in milliseconds. Default 300000. */
  popup?: number | undefined;
  /** Until a hidden frame comes back, in milliseconds. Default 10000. */
  silent?: number | undefined;
}

/** Where a window opens. */
export interface PopupOptions {
  /** In CSS pixels. Default 480. */
  width?: number | undefined;
  /** In CSS pixels. Default 640. */
  height?: number | undefined;
  /** From the left edge of the screen. Default: in the middle of this window. */
  left?: number | undefined;
  /** From the top edge of the screen. Default: in the middle of this window. */
  top?: number | undefined;
}

/** What every call takes. */
export interface CallOptions {
  /** Aborts the call; work that others share goes on. */
  signal?: AbortSignal | undefined;
}

/** What an API demands of the sign-in (RFC 9470), as options of {@link AuthClient.signIn}. */
export interface StepUpChallenge {
  /** Acceptable ways of authentication, best first; none: any. */
  acrValues: readonly string[];
  /** The oldest acceptable authentication, in seconds. */
  maxAge?: number;
  /** The person who is signed in, and nobody else. */
  sameUser: true;
}

/** The options of {@link AuthClient}. Only `issuer` and `clientId` are required. */
export interface AuthClientOptions {
  /** The provider's issuer identifier, exactly as it publishes it. */
  issuer: string;
  /** The identifier under which this application is registered. */
  clientId: string;
  /** Where the provider sends people back to. Default: the page's origin with the path `/`. */
  redirectUri?: string | undefined;
  /** Where the provider sends people after signing out, as registered there. Default: none is sent, and they stay at the provider. */
  postLogoutRedirectUri?: string | undefined;
  /** What to ask for. Default `openid profile email`; add `offline_access` for a refresh token. */
  scopes?: string | readonly string[] | undefined;
  /** The APIs for which access tokens will be wanted. */
  resources?: readonly (string | Resource)[] | undefined;
  /** Where the session is kept. Default: IndexedDB, with a copy in the tab's `sessionStorage` for its next page. */
  storage?: Storage | undefined;
  /** Whether user information is read after sign-in. Default true. */
  fetchUserinfo?: boolean | undefined;
  /** Slack for all times in tokens, in seconds, at most 300. Default 60. */
  clockTolerance?: number | undefined;
  /** How long things may take. */
  timeouts?: Timeouts | undefined;
  /** Origins to which `fetch` adds an access token, each exactly scheme, host and port. Default: none. */
  allowedOrigins?: readonly (string | AllowedOrigin)[] | undefined;
  /** A provider described by hand; nothing is discovered then. */
  provider?: ProviderMetadata | undefined;
  /** Signature algorithms accepted for ID tokens. Default: all asymmetric ones. */
  idTokenAlgorithms?: readonly string[] | undefined;
  /** Further audiences that an ID token may name beside this client. Default: none. */
  trustedAudiences?: readonly string[] | undefined;
  /** Whether access tokens are renewed before they expire while the page is visible. Default true. */
  automaticRenewal?: boolean | undefined;
  /**
   * Binds tokens to a key of this browser (RFC 9449), so that a stolen token is of no use elsewhere. `true`: a provider that does not
   * do it is refused; `'optional'`: its bearer tokens are used.
   */
  dpop?: boolean | 'optional' | undefined;
  /** Pushes authorization requests to the provider first (RFC 9126). Default: where the provider demands it. */
  par?: boolean | undefined;
  /** Sends authorization requests as signed JWTs (RFC 9101): with a key of the application, or made by it from the claims. */
  requestObject?: RequestObjectSigner | undefined;
  /** Asks for a signed authorization response (JARM), in the address's query or fragment. */
  responseMode?: 'query.jwt' | 'fragment.jwt' | undefined;
  /** Whether the provider was told to sign user information (`userinfo_signed_response_alg`). Default false. */
  signedUserinfo?: boolean | undefined;
  /**
   * Whether a hidden frame of the provider is asked every few seconds whether the person's session there changed (OpenID Connect Session
   * Management 1.0), where the provider has one. Default false.
   */
  checkSession?: boolean | undefined;
  /** Called instead of loading the page anew when a sign-in or sign-out returns to `returnTo`. */
  onReturn?: ((target: ReturnTarget) => void | Promise<void>) | undefined;
  /** What every `signIn` and `signInSilent` asks for unless it says otherwise itself. */
  defaultSignIn?: Omit<SignInOptions, 'signal' | 'appState' | 'returnTo'> | undefined;
  /** Where windows open. */
  popup?: PopupOptions | undefined;
  /**
   * Asked before a session begins. It may change claims of `session.user` and add members of its own to the session, by changing
   * it or by returning another; what it adds is kept as long as the session. When it throws, nothing is stored.
   */
  onSessionCreating?: ((session: Session, appState?: unknown) => void | Session | Promise<void | Session>) | undefined;
  /**
   * Asked when an API wants a stronger sign-in. Signs the person in (`signIn({ mode: 'popup', ...challenge })` in a click) and answers true,
   * and the request is repeated; answers false, and the request fails with `step_up_required`.
   */
  onStepUp?: ((challenge: StepUpChallenge) => boolean | Promise<boolean>) | undefined;
  /** Claims of the ID token that do not become part of `user`. Default: those of the protocol, such as `iss`, `aud` and `nonce`. */
  filteredClaims?: readonly string[] | undefined;
  /** Where the provider loads this application in a frame to say that the session ended (Front-Channel Logout 1.0). Default: none. */
  frontChannelLogoutUri?: string | undefined;
  /** Whether such a message must name the session. Default true. */
  frontChannelLogoutSessionRequired?: boolean | undefined;
  /** Keeps sessions of the same application apart, for several clients on one page. */
  sessionKey?: string | undefined;
}

/** How request objects are signed: by a function that makes the JWT from the claims, or with a key. */
export type RequestObjectSigner =
  | ((claims: Record<string, unknown>) => Promise<string>)
  | {
      /** The private key, for `sign`. */
      key: CryptoKey;
      /** The signature algorithm, such as `ES256`. */
      algorithm: string;
      /** `kid`. */
      keyId?: string | undefined;
    };

/** Where a finished sign-in or sign-out leads. */
export interface ReturnTarget {
  /** An absolute address of this page's origin. */
  url: string;
  /** What the application gave along. */
  appState?: unknown;
}

/** The options of {@link AuthClient.signIn}. */
export interface SignInOptions {
  /** Where to go afterwards: an address of this page's origin. */
  returnTo?: string | undefined;
  /** Anything that JSON can hold, given back after the callback. Stays in this browser. */
  appState?: unknown;
  /** Leads to the registration page where the provider has one (`prompt=create`). */
  signUp?: boolean | undefined;
  /** `none`, `login`, `consent`, `select_account`, or several separated by spaces. */
  prompt?: string | undefined;
  /** The account to sign in with, if it is known. */
  loginHint?: string | undefined;
  /** The oldest acceptable authentication, in seconds. */
  maxAge?: number | undefined;
  /** Ways of authentication that are wished for, best first; `acr` in the claims says which one it was. */
  acrValues?: readonly string[] | undefined;
  /** Preferred languages of the provider's pages, best first (BCP 47). */
  uiLocales?: readonly string[] | undefined;
  /** `page`, `popup`, `touch` or `wap`. */
  display?: string | undefined;
  /** Scopes instead of the client's. */
  scopes?: string | readonly string[] | undefined;
  /** Resources instead of the client's. */
  resources?: readonly string[] | undefined;
  /** Further parameters for the provider. */
  extraParameters?: Readonly<Record<string, string>> | undefined;
  /** In this page, or in a window of its own. Default `redirect`. */
  mode?: 'redirect' | 'popup' | undefined;
  /** Where the window opens. */
  popup?: PopupOptions | undefined;
  /** Whether another person than the one who is signed in is refused, which ends the session. Default false. */
  sameUser?: boolean | undefined;
  /** Aborts the call, and closes its window. */
  signal?: AbortSignal | undefined;
}

/** The options of {@link AuthClient.signInSilent}. */
export interface SignInSilentOptions extends Omit<SignInOptions, 'mode' | 'popup' | 'prompt' | 'signUp' | 'sameUser'> {
  /** In a hidden frame, or by a redirect where browsers keep cookies from frames. Default `frame`. */
  mode?: 'frame' | 'redirect' | undefined;
  /** Asks the provider although it refused a moment ago, the person signed out here, or there is a refresh token. */
  force?: boolean | undefined;
}

/** What {@link AuthClient.processCallback} found. */
export type CallbackResult =
  | { /** The address was no callback of this client. */ handled: 'none' }
  | { /** A sign-in was completed. */ handled: 'signIn'; session: Session; returnTo?: string; appState?: unknown }
  | { /** A sign-out was completed. */ handled: 'signOut'; returnTo?: string; appState?: unknown }
  | {
      /** A sign-in by `signInSilent({ mode: 'redirect' })` needs the person. The session is as it was. */
      handled: 'signInSilent';
      error: 'login_required' | 'interaction_required' | 'consent_required' | 'account_selection_required';
      returnTo?: string;
      appState?: unknown;
    }
  | {
      /** This page is a window or frame of another page, which has its address now. */
      handled: 'relayed';
      /** Whether the other page took it. If not, it is gone, and the person may close this window. */
      received: boolean;
    }
  | {
      /** The provider said in a frame that a session ended. */
      handled: 'frontChannelLogout';
      /** `ignored`: not from the provider or not about this session. `unsupported`: the browser shows this frame no session. */
      outcome: 'signedOut' | 'ignored' | 'unsupported';
    };

/** Claims about the signed-in person. */
export interface User {
  /** The person's identifier at the provider. */
  sub: string;
  /** The full name. */
  name?: string;
  /** The e-mail address. */
  email?: string;
  /** Further claims. */
  [claim: string]: unknown;
}

/** A signed-in person. Holds no token. */
export interface Session {
  /** The person. */
  user: User;
  /** All claims of the verified ID token. */
  claims: Record<string, unknown>;
  /** Who vouches for the person. */
  issuer: string;
  /** The application. */
  clientId: string;
  /** What `onSessionCreating` added. */
  [member: string]: unknown;
  /** The person's identifier at the provider. */
  subject: string;
  /** The scopes that were granted at sign-in. */
  scopes: string[];
  /** When the default access token expires, in milliseconds since 1970. */
  expiresAt?: number;
  /** When this session began, in milliseconds since 1970. */
  authenticatedAt: number;
}

/** The options of {@link AuthClient.getTokens}. */
export interface GetTokensOptions {
  /** The API or APIs that the token is for. Default: none, the token of the sign-in. */
  resource?: string | readonly string[] | undefined;
  /** The scopes that the token must carry. Default: those configured for the resource. */
  scopes?: string | readonly string[] | undefined;
  /** Refreshes even if the token is still good. */
  forceRefresh?: boolean | undefined;
  /** Aborts the call; a refresh under way goes on for the others. */
  signal?: AbortSignal | undefined;
}

/** An access token and what is known of it. */
export interface Tokens {
  /** The access token. Opaque: never look into it. */
  accessToken: string;
  /** `Bearer` or `DPoP`. */
  tokenType: string;
  /** The granted scopes. */
  scopes: string[];
  /** The APIs it is for. */
  resources: string[];
  /** When it expires, in milliseconds since 1970; absent where the provider does not say. */
  expiresAt?: number;
  /** The ID token of the sign-in or the last refresh. */
  idToken?: string;
}

/** The options of {@link AuthClient.refreshSession}. */
export interface RefreshOptions {
  /** The API or APIs whose token is renewed. */
  resource?: string | readonly string[] | undefined;
  /** The scopes to ask for. */
  scopes?: string | readonly string[] | undefined;
  /** Aborts the call. */
  signal?: AbortSignal | undefined;
}

/** The options of {@link AuthClient.signOut}. */
export interface SignOutOptions {
  /** Whether to sign out at the provider too. Default true. */
  federated?: boolean | undefined;
  /** Whether to revoke the tokens at the provider first. Default false. */
  revoke?: boolean | undefined;
  /** Where to go afterwards: an address of this page's origin. Needs `postLogoutRedirectUri`, which people come back to first. */
  returnTo?: string | undefined;
  /** Anything that JSON can hold, given back after the callback. */
  appState?: unknown;
  /** In this page, or in a window of its own. Default `redirect`. */
  mode?: 'redirect' | 'popup' | undefined;
  /** Where the window opens. */
  popup?: PopupOptions | undefined;
  /** Aborts the call. */
  signal?: AbortSignal | undefined;
}

/** What became of a sign-out. The local session is over in every case. */
export interface SignOutResult {
  /** Whether the page is on its way to the provider, or the window came back from it. */
  navigated: boolean;
  /** What became of the tokens at the provider. */
  revoked: 'done' | 'failed' | 'unsupported' | 'notRequested';
}

/** Why a session appeared, changed or ended. */
export type SessionReason =
  | 'signed_in' | 'refreshed' | 'user_info' | 'other_tab'
  | 'signed_out' | 'provider_signed_out' | 'refresh_rejected' | 'refresh_lost' | 'user_changed' | 'key_lost' | 'worker_lost';

/**
 * What a user interface can show: nobody is signed in; somebody is; tokens are being renewed; the session lives on although it cannot be
 * stored or the last renewal failed; the session is over or of no use although nobody asked for that, so the person must sign in again.
 */
export type SessionState = 'signedOut' | 'signedIn' | 'renewing' | 'degraded' | 'needsSignIn';

/** What can be listened to with {@link AuthClient.on}. */
export interface AuthClientEvents {
  /** The session appeared, changed or ended. */
  session: (session: Session | undefined, reason: SessionReason) => void;
  /** What a user interface can show changed, see {@link AuthClient.state}. */
  state: (state: SessionState) => void;
  /** A fresh access token is there; get it with `getTokens`. */
  tokens: (token: { resources: string[]; scopes: string[]; expiresAt?: number }) => void;
  /** The session ended. */
  signedOut: (reason: SessionReason) => void;
  /** Something went wrong that no call reports. */
  error: (error: OxidcError) => void;
}
