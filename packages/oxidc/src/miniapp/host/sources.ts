/**
 * Where a host's tokens come from.
 * @module
 */
import type { BaseClient } from '../../client.js';
import type { Session } from '../../types.js';
import type { TokenGrant, TokenRequest, TokenSource } from './types.js';

/**
 * Tokens from the platform's own sign-in: one for each audience, which must be among the client's `resources`. Sign-out and another sign-in end the sessions of
 * all frames.
 *
 * @param exchange Gets a token in another way, for instance by token exchange (RFC 8693); the client then says only who is signed in.
 */
export function fromClient(client: BaseClient, exchange?: (request: TokenRequest, client: BaseClient) => Promise<TokenGrant>): TokenSource {
  return {
    getToken: async (request) => {
      if (exchange) return exchange(request, client);
      const { audience: resource, scopes, force: forceRefresh } = request;
      return client.getTokens({ resource, forceRefresh, ...(scopes.length > 0 && { scopes }) });
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
