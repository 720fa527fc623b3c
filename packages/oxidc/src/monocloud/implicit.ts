/**
 * Sign-ins whose answer brings tokens in the address itself (OpenID Connect Core 1.0 section 3.2), loaded on demand. They are here for applications
 * that still have them; RFC 9700 section 2.1.2 advises against them.
 * @module
 */
import { demandOpenid, sameSubject, without } from './claims.js';
import { MonoCloudTokenError, MonoCloudValidationError } from './errors.js';
import { now, profileSync, validateTokenHash } from './internal.js';
import type { MonoCloudOidcClient } from './oidc.js';
import type { AuthenticateOptions, CallbackParams, CallbackState, IdTokenClaims, MonoCloudSession } from './types.js';

/** Makes a session of the tokens in an address. */
export async function session(
  client: MonoCloudOidcClient,
  response: CallbackParams,
  state: CallbackState,
  options: AuthenticateOptions & { algorithm: string },
): Promise<MonoCloudSession> {
  const wantsToken = state.responseType !== 'id_token';
  let claims: Partial<IdTokenClaims> | undefined;
  if (state.responseType !== 'token') claims = await identity(client, response, state, options, wantsToken);
  const made: MonoCloudSession = { user: profileSync(undefined, claims && without(claims, options.filteredIdTokenClaims), undefined) };
  let userinfo: Awaited<ReturnType<MonoCloudOidcClient['userinfo']>> | undefined;
  if (wantsToken) {
    const { accessToken, expiresIn, scope } = response;
    if (expiresIn === undefined) throw new MonoCloudValidationError("The 'expires_in' parameter is missing from the callback");
    const scopes = scope ?? state.scopes!;
    if (options.fetchUserInfo) {
      demandOpenid(scopes);
      userinfo = await client.userinfo(accessToken!);
      sameSubject(claims, userinfo);
      made.user = profileSync(made.user, undefined, userinfo);
    }
    made.accessTokens = [{ accessToken: accessToken!, accessTokenExpiration: now() + expiresIn, scopes, requestedScopes: state.scopes, resource: state.resource }];
  }
  made.idToken = response.idToken;
  made.refreshToken = response.refreshToken;
  made.authorizedScopes = state.scopes;
  await options.onSessionCreating?.(made, claims, userinfo);
  return made;
}

async function identity(
  client: MonoCloudOidcClient,
  response: CallbackParams,
  state: CallbackState,
  options: AuthenticateOptions & { algorithm: string },
  withToken: boolean,
): Promise<IdTokenClaims> {
  const wrongHash = () => new MonoCloudValidationError("Invalid 'at_hash' in id token");
  let claims: IdTokenClaims;
  try {
    claims = await client.claimsOf(response.idToken!, options, state.maxAge, state.nonce, withToken ? response.accessToken : undefined);
  } catch (error) {
    throw error instanceof MonoCloudTokenError && error.message === wrongHash().message ? wrongHash() : error;
  }
  if (options.validateIdToken === false) return claims;
  if (withToken && typeof claims.at_hash !== 'string') throw wrongHash();
  if (claims.s_hash !== undefined && !(await validateTokenHash(state.state ?? '', String(claims.s_hash), options.algorithm))) {
    throw new MonoCloudValidationError("Invalid 's_hash' in id token");
  }
  return claims;
}
