/**
 * The types of the low-level client.
 * @module
 */

/** Known texts, and any other. */
type Open<T extends string> = T | (string & {});

/** `response_type`. */
export type ResponseTypes = 'code' | 'token' | 'id_token' | 'id_token token' | 'code id_token' | 'code token' | 'code id_token token';
/** `response_mode`. */
export type ResponseModes = 'form_post' | 'query' | 'fragment';
/** `code_challenge_method`. */
export type CodeChallengeMethod = 'plain' | 'S256';
/** `display`. */
export type DisplayOptions = Open<'page' | 'popup' | 'touch' | 'wap'>;
/** `prompt`. */
export type Prompt = Open<'none' | 'login' | 'consent' | 'select_account' | 'create'>;
/** The way of signing in that is offered first. */
export type Authenticators = Open<
  | 'password' | 'passkey' | 'email' | 'phone' | 'google' | 'apple' | 'facebook' | 'microsoft' | 'github' | 'gitlab' | 'discord' | 'twitter'
  | 'linkedin' | 'xero'
>;
/** The algorithm of an ID token's signature. */
export type SecurityAlgorithms = 'RS256' | 'RS384' | 'RS512' | 'PS256' | 'PS384' | 'PS512' | 'ES256' | 'ES384' | 'ES512';
/** How the client authenticates at the provider. `none` is this package's own: only `client_id` in the body. */
export type ClientAuthMethod =
  | 'client_secret_basic' | 'client_secret_post' | 'client_secret_jwt' | 'private_key_jwt' | 'tls_client_auth' | 'self_signed_tls_client_auth'
  | 'spiffe_jwt' | 'spiffe_x509' | 'none';

/** The header of a signed token (RFC 7515). */
export interface JwsHeaderParameters {
  alg: string;
  kid?: string;
  typ?: string;
  crit?: string[];
  jwk?: Jwk;
  [parameter: string]: unknown;
}

/** A key (RFC 7517). */
export interface Jwk {
  kty: string;
  kid?: string;
  alg?: string;
  use?: string;
  key_ops?: string[];
  e?: string;
  n?: string;
  crv?: string;
  x?: string;
  y?: string;
  [member: string]: unknown;
}

/** A set of keys. */
export interface Jwks {
  keys: Jwk[];
}

/** A person's address (OpenID Connect Core 1.0 section 5.1.1). */
export interface Address {
  formatted?: string;
  street_address?: string;
  locality?: string;
  region?: string;
  postal_code?: string;
  country?: string;
}

/** A group: its name, or both identifier and name. */
export type Group = string | { id: string; name: string };

/** What the UserInfo endpoint answers (OpenID Connect Core 1.0 section 5.3). */
export interface UserinfoResponse {
  sub: string;
  name?: string;
  given_name?: string;
  family_name?: string;
  middle_name?: string;
  nickname?: string;
  preferred_username?: string;
  profile?: string;
  picture?: string;
  website?: string;
  email?: string;
  email_verified?: boolean;
  gender?: string;
  birthdate?: string;
  zoneinfo?: string;
  locale?: string;
  phone_number?: string;
  phone_number_verified?: boolean;
  updated_at?: number;
  address?: Address;
  groups?: Group[];
  [claim: string]: unknown;
}

/** The person of a session. */
export interface MonoCloudUser extends UserinfoResponse {
  /** How the person signed in. */
  amr?: string[];
  /** Where the person's account is. */
  idp?: string;
}

/** The claims of an ID token. */
export interface IdTokenClaims {
  acr?: string;
  amr?: string[];
  at_hash?: string;
  aud: string | string[];
  auth_time?: number;
  azp?: string;
  c_hash?: string;
  exp: number;
  iat: number;
  iss: string;
  nonce?: string;
  s_hash?: string;
  sub: string;
  [claim: string]: unknown;
}

/** An access token as it is kept. */
export interface AccessToken {
  /** The token. */
  accessToken: string;
  /** When it expires, in seconds since 1970. */
  accessTokenExpiration: number;
  /** The granted scopes. */
  scopes: string;
  /** The scopes that were asked for. */
  requestedScopes?: string | undefined;
  /** The resources that were asked for. */
  resource?: string | undefined;
}

/** A signed-in person as kept in the storage. */
export interface MonoCloudSession {
  /** The person. */
  user: MonoCloudUser;
  /** The ID token. */
  idToken?: string | undefined;
  /** The refresh token. */
  refreshToken?: string | undefined;
  /** The scopes that were asked for at sign-in. */
  authorizedScopes?: string | undefined;
  /** The access tokens. */
  accessTokens?: AccessToken[] | undefined;
  /** What `onSessionCreating` added. */
  [member: string]: unknown;
}

/** What the token endpoint answers (RFC 6749 section 5.1). */
export interface Tokens {
  access_token: string;
  refresh_token?: string;
  id_token?: string;
  scope?: string;
  expires_in?: number;
  token_type?: string;
}

/** What an authorization response said. */
export interface CallbackParams {
  state?: string | undefined;
  error?: string | undefined;
  errorDescription?: string | undefined;
  scope?: string | undefined;
  code?: string | undefined;
  accessToken?: string | undefined;
  expiresIn?: number | undefined;
  idToken?: string | undefined;
  refreshToken?: string | undefined;
  sessionState?: string | undefined;
}

/** A sign-in kept by a server between request and answer; here for the helpers that encrypt it. */
export interface AuthState {
  nonce: string;
  state: string;
  scopes: string;
  resource?: string;
  codeVerifier?: string;
  maxAge?: number;
  appState?: string;
  [member: string]: unknown;
}

/** Endpoints for clients that authenticate by certificate (RFC 8705 section 5). */
export interface MtlsEndpointAliases {
  token_endpoint?: string;
  revocation_endpoint?: string;
  introspection_endpoint?: string;
  device_authorization_endpoint?: string;
  pushed_authorization_request_endpoint?: string;
}

/** The provider's metadata (OpenID Connect Discovery 1.0 section 3). */
export interface IssuerMetadata {
  issuer: string;
  authorization_endpoint: string;
  token_endpoint: string;
  jwks_uri: string;
  userinfo_endpoint?: string;
  end_session_endpoint?: string;
  revocation_endpoint?: string;
  introspection_endpoint?: string;
  device_authorization_endpoint?: string;
  pushed_authorization_request_endpoint?: string;
  mtls_endpoint_aliases?: MtlsEndpointAliases;
  mtls_additional_endpoint_aliases?: Record<string, MtlsEndpointAliases>;
  [member: string]: unknown;
}

/** What a pushed authorization request gives (RFC 9126 section 2.2). */
export interface ParResponse {
  request_uri: string;
  expires_in: number;
}

/** The parameters of an authorization request. */
export interface AuthorizationParams {
  redirectUri?: string | undefined;
  requestUri?: string | undefined;
  scopes?: string | undefined;
  responseType?: ResponseTypes | undefined;
  authenticatorHint?: Authenticators | undefined;
  loginHint?: string | undefined;
  request?: string | undefined;
  responseMode?: ResponseModes | undefined;
  acrValues?: string[] | undefined;
  nonce?: string | undefined;
  uiLocales?: string | undefined;
  display?: DisplayOptions | undefined;
  /** Seconds. */
  maxAge?: number | undefined;
  prompt?: Prompt | undefined;
  audience?: string | undefined;
  idTokenHint?: string | undefined;
  /** One resource, or several separated by blanks (RFC 8707). */
  resource?: string | undefined;
  codeChallenge?: string | undefined;
  codeChallengeMethod?: CodeChallengeMethod | undefined;
  state?: string | undefined;
}

/** The parameters of a pushed authorization request. */
export type PushedAuthorizationParams = Omit<AuthorizationParams, 'requestUri'>;

/** The parameters of the end-session address. */
export interface EndSessionParameters {
  idTokenHint?: string | undefined;
  postLogoutRedirectUri?: string | undefined;
  /** Sent only together with the return address. */
  state?: string | undefined;
}

/** What a refresh asks for. */
export interface RefreshGrantOptions {
  resource?: string | undefined;
  scopes?: string | undefined;
}

/** Called with a session before it is stored; may change it. What it rejects with ends the operation, and nothing is stored. */
export type OnCoreSessionCreating = (
  session: MonoCloudSession,
  idTokenClaims?: Partial<IdTokenClaims>,
  userinfo?: UserinfoResponse,
) => void | Promise<void>;

/** The options of `refetchUserInfo` of the low-level client. */
export interface RefetchUserInfoOptions {
  onSessionCreating?: OnCoreSessionCreating | undefined;
  /** Whether what is not in the new answer is dropped. */
  strictProfileSync?: boolean | undefined;
}

/** The options of `refreshSession` of the low-level client. */
export interface RefreshSessionOptions extends RefetchUserInfoOptions {
  fetchUserInfo?: boolean | undefined;
  validateIdToken?: boolean | undefined;
  jwks?: Jwks | undefined;
  /** Seconds. */
  idTokenClockSkew?: number | undefined;
  /** Seconds. */
  idTokenClockTolerance?: number | undefined;
  filteredIdTokenClaims?: string[] | undefined;
  refreshGrantOptions?: RefreshGrantOptions | undefined;
}

/** The options of `authenticate` of the low-level client. */
export interface AuthenticateOptions extends Omit<RefreshSessionOptions, 'refreshGrantOptions' | 'strictProfileSync'> {
  codeVerifier?: string | undefined;
  idTokenNonce?: string | undefined;
  /** Seconds. */
  idTokenMaxAge?: number | undefined;
}

/** The options of the low-level client. */
export interface MonoCloudClientOptionsBase {
  clientSecret?: string | Jwk | undefined;
  clientAuthMethod?: ClientAuthMethod | undefined;
  idTokenSigningAlgorithm?: SecurityAlgorithms | undefined;
  /** Seconds. */
  jwksCacheDuration?: number | undefined;
  /** Seconds. */
  metadataCacheDuration?: number | undefined;
  /** Sends requests in place of the global `fetch`. */
  fetcher?: ((url: string, init?: RequestInit) => Promise<Response>) | undefined;
  trustStoreId?: string | undefined;
  metadataResolver?: (() => IssuerMetadata | Promise<IssuerMetadata>) | undefined;
  jwksResolver?: (() => Jwks | Promise<Jwks>) | undefined;
}
