/**
 * The operations of the protocol one by one.
 * @module
 */
import type { SignInOptions } from './types.js';

/** Their names. */
export const OPERATIONS = [
  'authorizationRequest', 'pushedAuthorizationRequest', 'authorizationResponse', 'codeExchange', 'refresh', 'userInfo', 'revocation',
  'endSessionRequest', 'metadata', 'keys', 'idToken', 'tokenExchange', 'deviceAuthorization', 'deviceToken',
] as const satisfies (keyof Oidc)[];

/** May be aborted. */
export interface Abortable {
  /** Aborts the call. */
  signal?: AbortSignal | undefined;
}

/** What tokens are bound to (RFC 9449): hand it on as it is. */
export interface Binding {
  /** The name of the key in this browser. */
  key: string;
  /** Its thumbprint. */
  jkt: string;
  /** Whether bound tokens came. */
  settled: boolean;
}

/** An authorization request, and what its answer is checked against. */
export interface AuthorizationRequest {
  /** Where to send the person. */
  url: string;
  /** `state`. */
  state: string;
  /** `nonce`. */
  nonce: string;
  /** `code_verifier` (RFC 7636). Secret. */
  codeVerifier: string;
  /** `redirect_uri`. */
  redirectUri: string;
  /** The scopes that were asked for. */
  scopes: string[];
  /** The resources that were asked for. */
  resources: string[];
  /** `max_age`, in seconds. */
  maxAge?: number;
  /** What the tokens are to be bound to. */
  binding?: Binding;
}

/** An answer of the token endpoint, checked. */
export interface TokenResponse {
  /** The access token. */
  accessToken: string;
  /** `Bearer` or `DPoP`. */
  tokenType: string;
  /** Its lifetime in seconds, if the provider says. */
  expiresIn?: number;
  /** The granted scopes; absent: those that were asked for. */
  scopes?: string[];
  /** The refresh token. */
  refreshToken?: string;
  /** The ID token. */
  idToken?: string;
  /** All claims of the verified ID token. */
  claims?: Record<string, unknown>;
}

/**
 * The answer to a token exchange: an access token, or a token of another kind in `token` with `tokenType` `N_A`; with `issuedTokenType`
 * `urn:ietf:params:oauth:token-type:id_token` that is an ID token, which `idToken` checks.
 */
export interface ExchangedToken extends Partial<Omit<TokenResponse, 'idToken' | 'claims'>> {
  /** A token that is no access token. */
  token?: string;
  /** Which kind of token it is. */
  issuedTokenType: string;
}

/** The answer to a device authorization request (RFC 8628 section 3.2). */
export interface DeviceAuthorization {
  /** The device's code. */
  deviceCode: string;
  /** What the person types on another device. */
  userCode: string;
  /** Where they type it. */
  verificationUri: string;
  /** The same with the code in it, for a QR code. */
  verificationUriComplete?: string;
  /** Seconds until both codes expire. */
  expiresIn: number;
  /** Seconds between two questions. */
  interval: number;
}

/** The operations. Each throws the errors of its part of the protocol; `docs/protocol.md` lists them. */
export interface Oidc {
  /** The address of an authorization request, pushed or signed first where that is configured. */
  authorizationRequest(options?: Omit<SignInOptions, 'returnTo' | 'appState'>): Promise<AuthorizationRequest>;
  /** Pushes a request (RFC 9126); `expiresIn` is in seconds. */
  pushedAuthorizationRequest(options: {
    parameters: Record<string, string>;
  } & Abortable): Promise<{ requestUri: string; expiresIn: number }>;
  /** Checks an authorization response: shape, `state`, `iss`, signature where one was asked for, error. Gives out the code. */
  authorizationResponse(options: { url: string; state: string } & Abortable): Promise<{ code: string; sessionState?: string }>;
  /** Exchanges a code. The ID token is checked in full before anything is given out. */
  codeExchange(
    options: {
      code: string; codeVerifier: string; nonce: string; redirectUri?: string | undefined; maxAge?: number | undefined;
      binding?: Binding | undefined;
    } & Abortable,
  ): Promise<TokenResponse>;
  /**
   * Exchanges a refresh token. Keep the new one if there is one: the old one may be used up. `subject` and `nonce` are those of
   * the sign-in: a new ID token must name the one and may repeat the other.
   */
  refresh(
    options: {
      refreshToken: string; scopes?: string | readonly string[] | undefined; resource?: string | readonly string[] | undefined;
      subject?: string | undefined; nonce?: string | undefined;
      binding?: Binding | undefined;
    } & Abortable,
  ): Promise<TokenResponse>;
  /** Reads user information; refuses that about anybody but `subject`. */
  userInfo(options: { accessToken: string; subject: string; binding?: Binding | undefined } & Abortable): Promise<Record<string, unknown>>;
  /** Revokes a token (RFC 7009). */
  revocation(options: { token: string; tokenTypeHint?: string | undefined } & Abortable): Promise<void>;
  /** The address at which a person signs out at the provider. */
  endSessionRequest(options?: {
    idToken?: string | undefined; postLogoutRedirectUri?: string | undefined; state?: string | undefined;
  } & Abortable): Promise<string>;
  /** The provider's metadata, as far as it is used, checked. */
  metadata(options?: Abortable): Promise<Record<string, unknown>>;
  /** The provider's keys. */
  keys(options?: Abortable): Promise<{ keys: Record<string, unknown>[] }>;
  /** Checks an ID token in full; its claims. Without `nonce`, the token must have none. */
  idToken(options: {
    idToken: string; nonce?: string | undefined; maxAge?: number | undefined; accessToken?: string | undefined;
  } & Abortable): Promise<Record<string, unknown>>;
  /** Exchanges a token for another (RFC 8693). */
  tokenExchange(
    options: {
      subjectToken: string; subjectTokenType?: string | undefined; actorToken?: string | undefined; actorTokenType?: string | undefined;
      requestedTokenType?: string | undefined;
      audience?: string | readonly string[] | undefined; resource?: string | readonly string[] | undefined;
      scopes?: string | readonly string[] | undefined; binding?: Binding | undefined;
    } & Abortable,
  ): Promise<ExchangedToken>;
  /** Asks for codes for a device (RFC 8628). */
  deviceAuthorization(options?: {
    scopes?: string | readonly string[] | undefined; resource?: string | readonly string[] | undefined;
  } & Abortable): Promise<DeviceAuthorization>;
  /** Asks until the person has confirmed, declined, or the code has expired. */
  deviceToken(options: {
    deviceCode: string; interval?: number | undefined; expiresIn?: number | undefined; binding?: Binding | undefined;
  } & Abortable): Promise<TokenResponse>;
}
