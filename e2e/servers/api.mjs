// A small API that accepts the provider's access tokens and no others (RFC 6750, RFC 9068).

import { createServer } from 'node:http';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { proofs } from './dpop.mjs';
import { close, listen } from './http.mjs';

/** How recent the sign-in of whoever opens `/vault` must be, in seconds (RFC 9470). */
const RECENT = 10;

/**
 * Starts the API for the given applications' origins. Call `trust(issuer)` before the first request; `audience` is
 * its resource indicator. `/moved` leads to it by a redirect. `refuse(n)` makes it answer the next n good tokens with 401, `demand(challenge, n)` with a challenge of its own. Tokens that are bound to a key need a proof
 * (RFC 9449); `demandNonces()` makes it want a fresh nonce in each. `requests` lists the answers, `proofs` what was proved.
 */
export async function startApi({ host = '127.0.0.1', port = 0, origins = [] } = {}) {
  const server = createServer();
  const origin = await listen(server, { host, port });
  const audience = `${origin}/`;
  const requests = [];
  let issuer;
  let keys;
  let refusals = 0;
  const bound = proofs(origin);
  let demanded = { challenge: undefined, left: 0 };

  async function claimsOf({ method, url, headers }) {
    const [, scheme, token] = /^(Bearer|DPoP) ([\w.~+/-]+=*)$/i.exec(headers.authorization ?? '') ?? [];
    if (!token) throw new Error('no token');
    const { payload } = await jwtVerify(token, keys, { issuer, audience, typ: 'at+jwt', algorithms: ['ES256'], requiredClaims: ['exp', 'sub'] });
    if ((payload.cnf?.jkt !== undefined) !== (scheme.toLowerCase() === 'dpop')) throw new Error('the wrong scheme');
    if (payload.cnf) await bound.check({ method, url, proof: headers.dpop, token, thumbprint: payload.cnf.jkt });
    if (refusals > 0) {
      refusals -= 1;
      throw new Error('told to refuse');
    }
    return payload;
  }

  async function answer(request) {
    const path = request.url.split('?')[0];
    if (!['GET', 'POST'].includes(request.method) || !['/me', '/vault'].includes(path)) return { status: 404, body: { error: 'not_found' } };
    if (request.headers.authorization && demanded.left > 0) {
      demanded.left -= 1;
      return { status: 401, headers: { 'www-authenticate': demanded.challenge }, body: { error: 'insufficient_user_authentication' } };
    }
    try {
      const { sub, scope, iss, exp, auth_time: signedInAt } = await claimsOf(request);
      if (path === '/vault' && !(Date.now() / 1000 - signedInAt <= RECENT)) {
        const challenge = `Bearer error="insufficient_user_authentication", max_age="${RECENT}"`;
        return { status: 401, headers: { 'www-authenticate': challenge }, body: { error: 'insufficient_user_authentication' } };
      }
      return { status: 200, body: { hello: sub, scope, issuer: iss, tokenExpires: new Date(exp * 1000).toISOString() } };
    } catch (error) {
      const isBound = /^DPoP/i.test(request.headers.authorization ?? '');
      const challenge = isBound
        ? `DPoP algs="ES256", error="${error.code === 'use_dpop_nonce' || error.code === 'invalid_dpop_proof' ? error.code : 'invalid_token'}"`
        : request.headers.authorization
        ? 'Bearer realm="api", error="invalid_token", error_description="The access token is expired, revoked or malformed"'
        : 'Bearer realm="api"';
      return { status: 401, headers: { 'www-authenticate': challenge }, body: { error: 'invalid_token' } };
    }
  }

  server.on('request', async (request, response) => {
    if (origins.includes(request.headers.origin)) {
      response.setHeader('access-control-allow-origin', request.headers.origin);
      response.setHeader('access-control-expose-headers', 'WWW-Authenticate, DPoP-Nonce');
    }
    response.setHeader('vary', 'origin');
    if (request.method === 'OPTIONS') {
      response.writeHead(204, { 'access-control-allow-headers': 'authorization, dpop', 'access-control-allow-methods': 'GET, POST' }).end();
      return;
    }
    if (request.url === '/moved') {
      response.writeHead(307, { location: '/me' }).end();
      return;
    }
    const { status, headers, body } = await answer(request);
    if (bound.nonce()) response.setHeader('dpop-nonce', bound.nonce());
    requests.push({ path: request.url, status, authorized: request.headers.authorization !== undefined });
    response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store', ...headers }).end(JSON.stringify(body));
  });

  return {
    origin,
    audience,
    requests,
    trust(provider) {
      issuer = provider;
      keys = createRemoteJWKSet(new URL(`${provider}/jwks`));
    },
    refuse(times) { refusals = times; },
    proofs: bound.seen,
    demandNonces: bound.demandNonces,
    demand(challenge, left = challenge ? Infinity : 0) { demanded = { challenge, left }; },
    close: () => close(server),
  };
}
