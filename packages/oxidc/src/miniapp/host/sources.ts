/**
 * Where a host's tokens come from.
 * @module
 */
import type { BaseClient } from '../../client.js';
import type { Session } from '../../types.js';
import type { FromClientOptions, TokenSource } from './types.js';

/** The kind of token that a frame can use (RFC 8693 section 3). */
const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token';

/**
 * Tokens from the platform's own sign-in. Sign-out and another sign-in end the sessions of all frames.
 *
 * @param options How one gets from the sign-in to a token for a mini-app. By default an audience must be among the client's `resources`.
 */
export function fromClient(client: BaseClient, { exchange }: FromClientOptions = {}): TokenSource {
  return {
    getToken: async ({ audience, scopes, force }) => {
      const wanted = scopes.length > 0 && { scopes };
      if (!exchange) return client.getTokens({ resource: audience, forceRefresh: force, ...wanted });
      // The subject is the platform's sign-in: its token stays good when one that was made from it is refused.
      const { accessToken: subjectToken } = await client.getTokens();
      const { accessToken = '', tokenType, expiresIn, scopes: granted } = await client.oidc.tokenExchange({
        subjectToken, requestedTokenType: ACCESS_TOKEN, [exchange]: audience, ...wanted,
      });
      return { accessToken, ...(tokenType && { tokenType }), ...(expiresIn !== undefined && { expiresIn }), ...(granted && { scopes: granted }) };
    },
    watch: (tell) => {
      const key = (session: Session | undefined) => (session ? JSON.stringify([session.issuer, session.subject, session.authenticatedAt]) : null);
      const stop = client.on('session', (session) => tell(key(session)));
      client.getSession().then((session) => tell(key(session)), () => tell(null));
      return stop;
    },
  };
}

/**
 * Tokens from the platform's back end: the request is posted as JSON, the answer is that of a token endpoint (`access_token`, `expires_in`, `scope`), or
 * `{error}` with a word of the protocol.
 */
export function fromBackEnd(url: string | URL, init: RequestInit = {}): TokenSource['getToken'] {
  return async ({ app, audience, scopes, force }) => {
    const headers = new Headers(init.headers);
    headers.set('content-type', 'application/json');
    const body = JSON.stringify({ app, audience, scope: scopes.join(' '), force });
    const response = await fetch(url, { cache: 'no-store', redirect: 'error', ...init, method: 'POST', headers, body });
    const answer = await response.json();
    if (!response.ok) throw Object.assign(new Error(`the back end answered ${response.status}`), { code: answer.error });
    const { access_token: accessToken, expires_in: expiresIn, scope, token_type: tokenType, refresh_token: refreshToken } = answer;
    return { accessToken, expiresIn, tokenType, refreshToken, ...(typeof scope === 'string' && { scopes: scope.split(' ') }) };
  };
}
