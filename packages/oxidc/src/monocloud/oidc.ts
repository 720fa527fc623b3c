/**
 * The low-level client: one operation of the protocol a method.
 * @module
 */
import { demandOpenid, sameSubject, without } from './claims.js';
import { MonoCloudHttpError, MonoCloudTokenError, MonoCloudValidationError } from './errors.js';
import { authorization, parameters } from './forms.js';
import { encodeBase64, findToken, isJsonObject, isPresent, now, parseClientSecret, parseSpaceSeparatedSet, profileSync, removeTrailingSlash } from './internal.js';
import { KeyError } from './keys.js';
import { json, refused, send, unexpected, type Answer } from './transport.js';
import type {
  AuthenticateOptions,
  AuthorizationParams,
  ClientAuthMethod,
  EndSessionParameters,
  IdTokenClaims,
  IssuerMetadata,
  Jwk,
  Jwks,
  MonoCloudClientOptionsBase,
  MonoCloudSession,
  ParResponse,
  PushedAuthorizationParams,
  RefetchUserInfoOptions,
  RefreshGrantOptions,
  RefreshSessionOptions,
  SecurityAlgorithms,
  Tokens,
  UserinfoResponse,
} from './types.js';
import { part, verifyIdToken } from './verify.js';

interface Cached<T> {
  value: T;
  expiry: number;
}

/** The options of one operation that ends in a session. */
type Finishing = Pick<AuthenticateOptions, 'fetchUserInfo' | 'validateIdToken' | 'jwks' | 'idTokenClockSkew' | 'idTokenClockTolerance'>;

/** A client of one provider, which keeps no session. */
export class MonoCloudOidcClient {
  readonly #tenant: string;
  readonly #clientId: string;
  readonly #secret: string | Jwk | undefined;
  readonly #method: ClientAuthMethod;
  readonly #algorithm: SecurityAlgorithms;
  readonly #options: MonoCloudClientOptionsBase;
  #metadata: Cached<IssuerMetadata> | undefined;
  #jwks: Cached<Jwks> | undefined;
  readonly #flights = new Map<string, Promise<unknown>>();

  /**
   * @param tenantDomain The issuer; `https://` is put in front where no scheme is named.
   * @param clientId The application, as the provider knows it.
   */
  constructor(tenantDomain: string, clientId: string, options: MonoCloudClientOptionsBase = {}) {
    this.#tenant = removeTrailingSlash(/^https?:\/\//.test(tenantDomain) ? tenantDomain : `https://${tenantDomain}`);
    this.#clientId = clientId;
    this.#options = options;
    this.#secret = parseClientSecret(options.clientSecret);
    this.#method = options.clientAuthMethod ?? 'client_secret_basic';
    this.#algorithm = options.idTokenSigningAlgorithm ?? 'RS256';
  }

  /**
   * The provider's metadata.
   *
   * @param forceRefresh Reads it again, whatever is known.
   */
  async getMetadata(forceRefresh = false): Promise<IssuerMetadata> {
    if (!forceRefresh && this.#metadata && this.#metadata.expiry > now()) return this.#metadata.value;
    return this.#once('metadata', async () => {
      const { metadataResolver, metadataCacheDuration = 300 } = this.#options;
      const value = metadataResolver ? await metadataResolver() : await this.#document<IssuerMetadata>(`${this.#tenant}/.well-known/openid-configuration`, 'metadata');
      if (typeof value.issuer === 'string' && removeTrailingSlash(value.issuer) !== this.#tenant) {
        throw new MonoCloudValidationError('The issuer in the metadata is not the tenant');
      }
      this.#metadata = { value, expiry: now() + metadataCacheDuration };
      return value;
    });
  }

  /**
   * The provider's keys.
   *
   * @param forceRefresh Reads them again, whatever is known.
   */
  async getJwks(forceRefresh = false): Promise<Jwks> {
    if (!forceRefresh && this.#jwks && this.#jwks.expiry > now()) return this.#jwks.value;
    return this.#once('keys', async () => {
      const { jwksResolver, jwksCacheDuration = 300 } = this.#options;
      const value = jwksResolver ? await jwksResolver() : await this.#document<Jwks>(await this.#endpoint('jwks_uri', forceRefresh), 'JWKS');
      this.#jwks = { value, expiry: now() + jwksCacheDuration };
      return value;
    });
  }

  /** The address at which a person signs in. */
  async authorizationUrl(params: AuthorizationParams): Promise<string> {
    const endpoint = await this.#endpoint('authorization_endpoint');
    return `${endpoint}${endpoint.includes('?') ? '&' : '?'}${authorization(this.#clientId, params)}`;
  }

  /** The address at which a person signs out (OpenID Connect RP-Initiated Logout 1.0). */
  async endSessionUrl({ idTokenHint, postLogoutRedirectUri, state }: EndSessionParameters): Promise<string> {
    const endpoint = await this.#endpoint('end_session_endpoint');
    const form = parameters([
      ['client_id', this.#clientId],
      ['id_token_hint', idTokenHint],
      ['post_logout_redirect_uri', postLogoutRedirectUri],
      ['state', postLogoutRedirectUri && state],
    ]);
    return `${endpoint}${endpoint.includes('?') ? '&' : '?'}${form}`;
  }

  /** A pushed authorization request (RFC 9126). */
  async pushedAuthorizationRequest(params: PushedAuthorizationParams): Promise<ParResponse> {
    const answer = await this.#post('pushed_authorization_request_endpoint', authorization(this.#clientId, params));
    if (answer.status === 201) return json(answer);
    throw refused(answer, 'par_request_failed', 'Pushed Authorization Request Failed', 'Error while performing pushed authorization request.');
  }

  /** The exchange of a code (RFC 6749 section 4.1.3). */
  async exchangeAuthorizationCode(code: string, redirectUri: string, codeVerifier?: string, resource?: string): Promise<Tokens> {
    const form = parameters([
      ['grant_type', 'authorization_code'],
      ['code', code],
      ['redirect_uri', redirectUri],
      ['code_verifier', codeVerifier],
    ], resource);
    const answer = await this.#post('token_endpoint', form);
    if (answer.status === 200) return json(answer);
    throw refused(answer, 'code_grant_failed', 'Authorization code grant failed', 'Error while performing token grant.');
  }

  /** The exchange of a refresh token (RFC 6749 section 6). */
  async refreshGrant(refreshToken: string, { scopes, resource }: RefreshGrantOptions = {}): Promise<Tokens> {
    const form = parameters([['grant_type', 'refresh_token'], ['refresh_token', refreshToken], ['scope', scopes]], resource);
    const answer = await this.#post('token_endpoint', form);
    if (answer.status === 200) return json(answer);
    throw refused(answer, 'refresh_grant_failed', 'Refresh token grant failed', 'Error while performing refresh token grant.');
  }

  /**
   * Revocation (RFC 7009).
   *
   * @param tokenType `access_token` or `refresh_token`.
   */
  async revokeToken(token: string, tokenType?: string): Promise<void> {
    if (!isPresent(token)) throw new MonoCloudValidationError('Invalid token');
    if (tokenType && tokenType !== 'access_token' && tokenType !== 'refresh_token') {
      throw new MonoCloudValidationError('Only access_token and refresh_token types are supported.');
    }
    const answer = await this.#post('revocation_endpoint', parameters([['token', token], ['token_type_hint', tokenType]]), false);
    if (answer.status !== 200) {
      throw refused(answer, 'revocation_failed', 'Token revocation failed', 'Error while performing revocation request.');
    }
  }

  /** A device authorization request (RFC 8628 section 3.1). */
  async deviceAuthorizationRequest({ scopes, resource }: RefreshGrantOptions = {}): Promise<Record<string, unknown>> {
    const form = parameters([['client_id', this.#clientId], ['scope', scopes]], resource);
    const answer = await this.#post('device_authorization_endpoint', form);
    if (answer.status === 200) return json(answer);
    throw refused(answer, 'device_authorization_failed', 'Device Authorization Request Failed', 'Error while performing device authorization request.');
  }

  /** The tokens of a device, once the person has confirmed (RFC 8628 section 3.4). */
  async deviceAuthorizationGrant(deviceCode: string): Promise<Tokens> {
    const form = parameters([['grant_type', 'urn:ietf:params:oauth:grant-type:device_code'], ['device_code', deviceCode]]);
    const answer = await this.#post('token_endpoint', form);
    if (answer.status === 200) return json(answer);
    throw refused(answer, 'device_token_failed', 'Device code token grant failed', 'Error while performing token grant.');
  }

  /** User information (OpenID Connect Core 1.0 section 5.3). */
  async userinfo(accessToken: string): Promise<UserinfoResponse> {
    if (!isPresent(accessToken)) throw new MonoCloudValidationError('Access token is required for fetching userinfo');
    const url = await this.#endpoint('userinfo_endpoint');
    const answer = await send(this.#options.fetcher, url, { method: 'GET', headers: { accept: 'application/json', authorization: `Bearer ${accessToken}` } });
    if (answer.status === 401 || answer.status === 403) {
      const challenge = answer.headers.get('www-authenticate') ?? '';
      const value = (name: string) => new RegExp(`(?:^|[\\s,])${name}="([^"]*)"`).exec(challenge)?.[1];
      const error = value('error') ?? 'userinfo_failed';
      const description = value('error_description') ?? 'Userinfo authentication error';
      throw new MonoCloudTokenError(`${error}: ${description}`, error === 'insufficient_scope' ? error : 'invalid_token', answer.raw);
    }
    if (answer.status === 200) return json(answer);
    throw unexpected(answer, 'Error while fetching userinfo.');
  }

  /** Exchanges a code, checks what comes and makes a session of it. */
  async authenticate(code: string, redirectUri: string, requestedScopes: string, resource?: string, options: AuthenticateOptions = {}): Promise<MonoCloudSession> {
    const tokens = await this.exchangeAuthorizationCode(code, redirectUri, options.codeVerifier, resource);
    const { token, userinfo } = await this.#received(tokens, options);
    let claims: Partial<IdTokenClaims> | undefined;
    if (tokens.id_token) {
      claims = await this.#claims(tokens.id_token, options, options.idTokenMaxAge, options.idTokenNonce);
      sameSubject(claims, userinfo);
    }
    const session: MonoCloudSession = {
      user: profileSync(undefined, claims && without(claims, options.filteredIdTokenClaims), userinfo),
      idToken: tokens.id_token,
      refreshToken: tokens.refresh_token,
      authorizedScopes: requestedScopes,
      accessTokens: [{ ...token, requestedScopes, resource }],
    };
    await options.onSessionCreating?.(session, claims, userinfo);
    return session;
  }

  /** Refreshes the tokens of a session and gives the session that comes of it; the given one stays as it is. */
  async refreshSession(session: MonoCloudSession, options: RefreshSessionOptions = {}): Promise<MonoCloudSession> {
    if (!session.refreshToken) throw new MonoCloudValidationError('Session does not contain refresh token');
    const { resource, scopes } = options.refreshGrantOptions ?? {};
    const tokens = await this.refreshGrant(session.refreshToken, { resource, scopes });
    const { token, userinfo } = await this.#received(tokens, options);
    let claims: Partial<IdTokenClaims> | undefined;
    if (tokens.id_token) claims = await this.#claims(tokens.id_token, options);
    sameSubject(session.user, claims);
    sameSubject(claims ?? session.user, userinfo);
    const requestedScopes = resource === undefined && scopes === undefined ? session.authorizedScopes : scopes;
    const replaced = findToken(session.accessTokens, resource, requestedScopes);
    const next: MonoCloudSession = {
      ...session,
      user: profileSync(session.user, claims && without(claims, options.filteredIdTokenClaims), userinfo, options.strictProfileSync),
      idToken: tokens.id_token ?? session.idToken,
      refreshToken: tokens.refresh_token ?? session.refreshToken,
      accessTokens: [...(session.accessTokens ?? []).filter((one) => one !== replaced), { ...token, requestedScopes, resource }],
    };
    // Where everything is to be replaced, nothing may be lost for want of a new ID token.
    if (options.strictProfileSync && !claims && session.idToken) {
      const old = without(MonoCloudOidcClient.decodeJwt(session.idToken), options.filteredIdTokenClaims);
      next.user = profileSync(undefined, old, userinfo);
    }
    await options.onSessionCreating?.(next, claims ?? (next.idToken ? MonoCloudOidcClient.decodeJwt(next.idToken) : undefined), userinfo);
    return next;
  }

  /** Reads the user information again; changes the given session and gives it back. */
  async refetchUserInfo(accessToken: { accessToken: string; scopes: string }, session: MonoCloudSession, options: RefetchUserInfoOptions = {}): Promise<MonoCloudSession> {
    demandOpenid(accessToken.scopes);
    const userinfo = await this.userinfo(accessToken.accessToken);
    sameSubject(session.user, userinfo);
    session.user = profileSync(session.user, undefined, userinfo, options.strictProfileSync);
    await options.onSessionCreating?.(session, undefined, userinfo);
    return session;
  }

  /**
   * Checks an ID token (OpenID Connect Core 1.0 section 3.1.3.7). All times are in seconds.
   *
   * @param accessToken The access token that came with it, if its hash must be right.
   * @throws {@link MonoCloudTokenError}, or a plain `Error` when no key fits.
   */
  async validateIdToken(idToken: string, jwks: Jwks | Jwk[], clockSkew: number, clockTolerance: number, maxAge?: number, nonce?: string, accessToken?: string): Promise<IdTokenClaims> {
    return verifyIdToken(idToken, {
      issuer: this.#tenant, clientId: this.#clientId, algorithm: this.#algorithm, jwks: Array.isArray(jwks) ? { keys: jwks } : jwks,
      skew: clockSkew, tolerance: clockTolerance, maxAge, nonce, accessToken,
    });
  }

  /** Reads the claims of a token without checking anything. */
  static decodeJwt(jwt: string): IdTokenClaims {
    if (!isPresent(jwt?.split('.')[1])) throw new MonoCloudTokenError('JWT does not contain payload');
    try {
      return part(jwt, 1, 'Payload') as unknown as IdTokenClaims;
    } catch (error) {
      throw new MonoCloudTokenError((error as Error).message.startsWith('Failed') ? 'Could not parse payload. Malformed payload' : 'Payload is not an object');
    }
  }

  /** @internal */
  async claimsOf(idToken: string, options: Finishing, maxAge?: number, nonce?: string, accessToken?: string): Promise<IdTokenClaims> {
    return this.#claims(idToken, options, maxAge, nonce, accessToken);
  }

  async #claims(idToken: string, options: Finishing, maxAge?: number, nonce?: string, accessToken?: string): Promise<IdTokenClaims> {
    if (options.validateIdToken === false) return MonoCloudOidcClient.decodeJwt(idToken);
    const { idTokenClockSkew = 0, idTokenClockTolerance = 60 } = options;
    const check = (jwks: Jwks) => this.validateIdToken(idToken, jwks, idTokenClockSkew, idTokenClockTolerance, maxAge, nonce, accessToken);
    try {
      return await check(options.jwks ?? (await this.getJwks()));
    } catch (error) {
      // The provider may have new keys since they were read.
      if (!(error instanceof KeyError) || options.jwks) throw error;
      const keys = await this.getJwks(true).catch(() => undefined);
      if (!keys) throw error;
      return check(keys);
    }
  }

  async #received(tokens: Tokens, options: Finishing) {
    if (typeof tokens.expires_in !== 'number') throw new MonoCloudValidationError("Missing required 'expires_in' field");
    if (!isPresent(tokens.scope)) throw new MonoCloudValidationError("Missing or invalid 'scope' field");
    const scopes = tokens.scope!;
    const token = { accessToken: tokens.access_token, accessTokenExpiration: now() + tokens.expires_in, scopes };
    const userinfo = options.fetchUserInfo && parseSpaceSeparatedSet(scopes).has('openid') ? await this.userinfo(tokens.access_token) : undefined;
    return { token, userinfo };
  }

  /** Sends a form, as the client that this is. */
  async #post(endpoint: string, form: URLSearchParams, answered = true): Promise<Answer> {
    const headers: Record<string, string> = { 'content-type': 'application/x-www-form-urlencoded' };
    if (answered) headers['accept'] = 'application/json';
    await this.#authenticate(headers, form);
    const url = this.#mutual() ? await this.#alias(endpoint) : await this.#endpoint(endpoint);
    return send(this.#options.fetcher, url, { method: 'POST', body: form.toString(), headers });
  }

  async #authenticate(headers: Record<string, string>, form: URLSearchParams): Promise<void> {
    const [secret, id] = [this.#secret, this.#clientId];
    if (this.#method === 'client_secret_basic' && typeof secret !== 'object') {
      headers['authorization'] = `Basic ${encodeBase64(`${id}:${secret ?? ''}`)}`;
    } else if (this.#method === 'client_secret_post' && typeof secret !== 'object') {
      form.set('client_id', id);
      if (secret) form.set('client_secret', secret);
    } else if (this.#method === 'none' || this.#mutual()) {
      form.set('client_id', id);
    } else {
      const { assert } = await import('./assertion.js');
      await assert(form, this.#method, id, this.#tenant, secret);
    }
  }

  #mutual(): boolean {
    return /^(tls_client_auth|self_signed_tls_client_auth|spiffe_x509)$/.test(this.#method);
  }

  async #endpoint(name: string, forceRefresh = false): Promise<string> {
    const url = (await this.getMetadata(forceRefresh))[name];
    if (!isPresent(url as string)) throw new MonoCloudValidationError(`${name} endpoint is required but not available in the issuer metadata`);
    return url as string;
  }

  async #alias(name: string): Promise<string> {
    const metadata = await this.getMetadata();
    const { trustStoreId } = this.#options;
    const aliases = trustStoreId ? metadata.mtls_additional_endpoint_aliases?.[trustStoreId] : metadata.mtls_endpoint_aliases;
    const url = (aliases as Record<string, string> | undefined)?.[name];
    if (url) return url;
    const store = trustStoreId ? `for trust store '${trustStoreId}' ` : '';
    throw new MonoCloudValidationError(`mTLS ${name} is required but not available ${store}in the issuer metadata`);
  }

  async #document<T>(url: string, name: string): Promise<T> {
    const answer = await send(this.#options.fetcher, url);
    if (answer.status !== 200) throw unexpected(answer, `Error while fetching ${name}.`);
    const value = json<T>(answer);
    if (!isJsonObject(value)) throw new MonoCloudHttpError(`Error while fetching ${name}. Not a JSON object`);
    return value;
  }

  /** Calls that run together share one request. */
  #once<T>(name: string, work: () => Promise<T>): Promise<T> {
    const flight = this.#flights.get(name) ?? work().finally(() => this.#flights.delete(name));
    this.#flights.set(name, flight);
    return flight as Promise<T>;
  }
}
