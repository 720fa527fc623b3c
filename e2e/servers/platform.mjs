// A business platform: a back end that issues tokens for mini-apps, and the interface that accepts them.

import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import { bodyOf, close, listen } from './http.mjs';

/**
 * Starts the platform. `ttl` is the life of a token in seconds. `issued` lists the tokens with what they are for, `requests` the answers of the
 * interface. `revoke()` makes all tokens so far worthless; `busy(n)` answers the next n requests with 429; `hold()` lets requests for tokens wait until the function that
 * it gives back is called.
 */
export async function startPlatform({ host = '127.0.0.1', ttl = 60 } = {}) {
  const issued = [];
  const requests = [];
  const asked = [];
  let lifetime = ttl;
  let refusals = 0;
  let patience = 0;
  let held = Promise.resolve();

  function token({ app, audience, scope, force }) {
    const known = issued.findLast((t) => t.app === app && t.audience === audience && t.scope === scope && t.expires > Date.now());
    if (known && !force) return known;
    const made = { app, audience, scope, token: `at-${randomBytes(18).toString('base64url')}`, refresh: `rt-${randomBytes(18).toString('base64url')}`, expires: Date.now() + lifetime * 1000, good: true };
    issued.push(made);
    return made;
  }

  async function answer(request, url) {
    if (url.pathname === '/tokens') {
      const wanted = JSON.parse(await bodyOf(request));
      asked.push(wanted);
      await held;
      if (refusals > 0) {
        refusals -= 1;
        return { status: 503, body: { error: 'transient' } };
      }
      const { token: access_token, refresh, expires, scope } = token(wanted);
      return { status: 200, body: { access_token, token_type: 'Bearer', refresh_token: refresh, expires_in: Math.ceil((expires - Date.now()) / 1000), scope, id_token: 'id-token-of-the-host' } };
    }
    const bearer = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1];
    const known = issued.find((t) => t.token === bearer && t.good && t.expires > Date.now());
    if (!known) return { status: 401, headers: { 'www-authenticate': 'Bearer error="invalid_token"' }, body: { error: 'invalid_token' } };
    if (patience > 0) {
      patience -= 1;
      return { status: 429, headers: { 'retry-after': '0' }, body: { error: 'too_many' } };
    }
    const { app, scope } = known;
    const body = request.method === 'POST' ? Object.fromEntries(new URLSearchParams(String(await bodyOf(request)))) : undefined;
    if (url.pathname.endsWith('/list')) {
      const [page, limit] = ['page', 'limit'].map((name) => Number(url.searchParams.get(name)));
      const items = Array.from({ length: 7 }, (_, at) => ({ id: at + 1 })).slice((page - 1) * limit, page * limit);
      return { status: 200, body: { response: { items, total: 7 } } };
    }
    if (url.pathname.endsWith('/wrong')) return { status: 200, body: { error: { message: 'no such field' } } };
    return { status: 200, body: { response: { app, scope, query: url.search, body } } };
  }

  const server = createServer(async (request, response) => {
    const url = new URL(request.url, 'http://platform');
    response.setHeader('access-control-allow-origin', request.headers.origin ?? '*');
    response.setHeader('access-control-expose-headers', 'WWW-Authenticate, Retry-After, X-RateLimit-Remaining, X-RateLimit-Reset');
    if (request.method === 'OPTIONS') {
      response.writeHead(204, { 'access-control-allow-headers': 'authorization, content-type', 'access-control-allow-methods': 'GET, POST', 'access-control-max-age': '60' }).end();
      return;
    }
    const { status, headers, body } = await answer(request, url);
    if (url.pathname !== '/tokens') requests.push({ path: url.pathname, status, token: request.headers.authorization ?? null });
    const common = { 'content-type': 'application/json', 'cache-control': 'no-store', 'x-ratelimit-remaining': '5', 'x-ratelimit-reset': '1' };
    response.writeHead(status, { ...common, ...headers }).end(JSON.stringify(body));
  });
  const origin = await listen(server, { host });
  return {
    origin,
    domain: new URL(origin).host,
    audience: `${origin}/`,
    issued,
    requests,
    /** What the back end was asked for. */
    asked,
    live(seconds) { lifetime = seconds; },
    revoke() { for (const token of issued) token.good = false; },
    busy(times) { patience = times; },
    fail(times) { refusals = times; },
    hold() {
      let release;
      held = new Promise((resolve) => { release = resolve; });
      return release;
    },
    close: () => close(server),
  };
}
