/**
 * The types of the drop-in.
 * @module
 */
import type {
  AccessToken,
  Authenticators,
  ClientAuthMethod,
  DisplayOptions,
  IdTokenClaims,
  Jwk,
  MonoCloudSession,
  Prompt,
  RefreshGrantOptions,
  ResponseTypes,
  SecurityAlgorithms,
  UserinfoResponse,
} from './core-types.js';

export type * from './core-types.js';

/** Where a session is kept. */
export interface IStorage {
  /** The text under a key, or null. */
  getItem(key: string): Promise<string | null>;
  /** Keeps a text under a key. */
  setItem(key: string, value: string): Promise<void>;
  /** Forgets a key. */
  removeItem(key: string): Promise<void>;
}

/** How a person is taken to the provider. */
export type InteractionMode = 'popup' | 'redirect';
/** Anything that JSON can hold, given back after the callback. */
export type ApplicationState = Record<string, any>;

/** What `getTokens` gives. */
export interface MonoCloudTokens extends AccessToken {
  /** The ID token of the session. */
  idToken?: string | undefined;
  /** The refresh token of the session. */
  refreshToken?: string | undefined;
  /** Whether the access token has expired. */
  isExpired: boolean;
}

/** An API for which access tokens are wanted. */
export interface Indicator {
  /** One resource, or several separated by blanks. */
  resource: string;
  /** The scopes for it, separated by blanks. */
  scopes?: string | undefined;
}

/** What every sign-in asks for unless it says something else. */
export interface DefaultAuthParams {
  scopes?: string;
  resource?: string;
  responseType?: ResponseTypes;
  prompt?: Prompt;
  display?: DisplayOptions;
  uiLocales?: string;
  acrValues?: string[];
  /** Seconds. */
  maxAge?: number;
  loginHint?: string;
  authenticatorHint?: Authenticators;
  audience?: string;
  idTokenHint?: string;
}

/** A flow on its way through the provider. */
export interface CallbackState {
  mode: InteractionMode | 'silent';
  state?: string | undefined;
  nonce?: string | undefined;
  codeVerifier?: string | undefined;
  scopes?: string | undefined;
  responseType?: ResponseTypes | undefined;
  resource?: string | undefined;
  maxAge?: number | undefined;
  returnUrl?: string | undefined;
  appState?: ApplicationState | undefined;
  signOut?: boolean | undefined;
}

/** Called when a flow has come back. */
export type PostCallback = (state: CallbackState) => void | Promise<void>;

/** Called with a session before it is stored; may change it. What it rejects with ends the operation, and nothing is stored. */
export type OnSessionCreating = (
  session: MonoCloudSession,
  idTokenClaims?: Partial<IdTokenClaims>,
  userinfo?: UserinfoResponse,
  appState?: ApplicationState,
) => void | Promise<void>;

/** The options of `signIn`. */
export interface SignInOptions {
  /** Default `redirect`. A popup must be asked for in a click. */
  mode?: InteractionMode;
  /** Asks for the registration page; wins over `prompt`. */
  signUp?: boolean;
  prompt?: Prompt;
  loginHint?: string;
  authenticatorHint?: Authenticators;
  uiLocales?: string;
  display?: DisplayOptions;
  acrValues?: string[];
  /** Seconds. */
  maxAge?: number;
  scopes?: string;
  resource?: string;
  audience?: string;
  idTokenHint?: string;
  /** Where to go afterwards: an address of the application's origin. */
  returnUrl?: string;
  appState?: ApplicationState;
}

/** The options of `signInSilent`. */
export interface SignInSilentOptions {
  /** Seconds. */
  maxAge?: number;
  loginHint?: string;
  acrValues?: string[];
  scopes?: string;
  resource?: string;
  appState?: ApplicationState;
}

/** The options of `signOut`. */
export interface SignOutOptions {
  idTokenHint?: string;
  postLogoutRedirectUri?: string;
  /** Default `redirect`. */
  mode?: InteractionMode;
  /** Whether to sign out at the provider too. Default: that of the client. */
  federatedSignOut?: boolean;
  /** Where to go afterwards: an address of the application's origin. */
  returnUrl?: string;
}

/** The options of `refreshSession`. */
export interface RefreshOptions {
  refreshGrantOptions?: RefreshGrantOptions;
}

/** The options of `getTokens`. */
export interface GetTokensOptions {
  /** Default: the client's. */
  resource?: string;
  /** Default: those of the resource. */
  scopes?: string;
  /** Refreshes even if the token is still good. */
  forceRefresh?: boolean;
  /** Reads the user information again when tokens are refreshed. */
  refetchUserInfo?: boolean;
}

/** The options of {@link MonoCloudWebJSClient}. */
export interface MonoCloudWebJSClientOptions {
  /** The issuer. */
  tenantDomain: string;
  /** The application, as the provider knows it. */
  clientId: string;
  /** The base of the callback addresses. Default: the page's origin. */
  appUrl?: string;
  /** Default `/`. */
  callbackPath?: string;
  /** Default `/`. */
  signOutPath?: string;
  /** Whether ID tokens are checked and not only read. Default true. */
  validateIdToken?: boolean;
  /** Whether the user information is read after sign-in and in `refreshSession`. Default true. */
  fetchUserinfo?: boolean;
  /** Whether signing out ends the session at the provider too. Default true. */
  federatedSignOut?: boolean;
  /** Claims that do not become part of the user; replaces the list. */
  filteredIdTokenClaims?: string[];
  /** How long a popup or a hidden frame may take, in seconds. Default 600. */
  authWindowTimeout?: number;
  /** Pixels. Default 375. */
  popupWindowWidth?: number;
  /** Pixels. Default 600. */
  popupWindowHeight?: number;
  /** Seconds added to this device's time. Default 0. */
  clockSkew?: number;
  /** Slack for all times, in seconds. Default 60. */
  clockTolerance?: number;
  clientSecret?: string | Jwk;
  /** Default `client_secret_basic`. */
  clientAuthMethod?: ClientAuthMethod;
  /** The one algorithm that is accepted. Default RS256. */
  idTokenSigningAlgorithm?: SecurityAlgorithms;
  /** Keeps sessions of the same client apart. */
  sessionKey?: string;
  defaultAuthParams?: DefaultAuthParams;
  /** APIs that every sign-in asks for. */
  resources?: Indicator[];
  /** Seconds. Default 300. */
  jwksCacheDuration?: number;
  /** Seconds. Default 300. */
  metadataCacheDuration?: number;
  /** Default: `localStorage`. */
  storage?: IStorage;
  /** Goes where the flow leads, in place of what the client does by itself. */
  postCallback?: PostCallback;
  onSessionCreating?: OnSessionCreating;
}

/** What a window tells the page that opened it. */
export interface PostMessageResult {
  source: string;
  url: string;
}

/** The options of `isUserInGroup`. */
export interface IsUserInGroupOptions {
  groups: string[];
  groupsClaim?: string;
  matchAll?: boolean;
}

/** The claims of any signed token. */
export type JwtClaims = Record<string, unknown>;
