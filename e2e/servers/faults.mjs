// A proxy in front of the provider that breaks what passes through it. The provider's issuer is the proxy's address.

import { createServer, request as send } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { bodyOf, close, listen } from './http.mjs';
import { createKey, publicKey } from './keys.mjs';
import { signedWith } from './forge.mjs';
import { startProvider } from './provider.mjs';

/** The request never reaches the provider. */
export const loseRequest = () => ({ drop }) => drop();
/** The provider acts, but nobody hears of it. */
export const loseAnswer = () => async ({ forward, drop }) => { await forward(); drop(); };
/** The request waits for a promise before it reaches the provider. */
export const holdRequest = (until) => async ({ forward, reply }) => { await until; reply(await forward()); };
/** The provider acts at once; its answer waits for a promise. */
export const holdAnswer = (until) => async ({ forward, reply }) => { const answer = await forward(); await until; reply(answer); };
/** Both ways take as long as on a real network. */
export const delay = (milliseconds) => async ({ forward, reply }) => { await pause(milliseconds / 2); const answer = await forward(); await pause(milliseconds / 2); reply(answer); };
/**
 * A provider that forgives a lost answer: who comes with a refresh token that was used a moment ago gets the same answer
 * again. `there` and `back` are how long requests and answers take; the first `lost` answers get lost.
 */
export const grace = (milliseconds, { there = 0, back = 0, lost = 0 } = {}) => {
  const given = new Map();
  return async ({ body, forward, reply, drop }) => {
    const token = new URLSearchParams(String(body)).get('refresh_token');
    const known = given.get(token);
    const current = known && Date.now() - known.at < milliseconds ? known : { at: Date.now(), answer: pause(there).then(forward) };
    given.set(token, current);
    const answer = await current.answer;
    await pause(back);
    if (lost-- > 0) drop();
    else reply(answer);
  };
};
/** Another answer instead of the provider's. */
export const answer = (status, body = '', headers = {}) => ({ reply, cors }) => reply({ status, headers: { ...cors, ...headers }, body: Buffer.from(body) });
/** A web page instead of JSON, like that of a hotel's network. */
export const html = () => answer(200, '<!doctype html><title>Welcome</title>', { 'content-type': 'text/html' });
/** A redirect instead of an answer. */
export const redirect = (location) => answer(307, '', { location });
/** The provider's answer with one more header. */
export const header = (name, value) => async ({ forward, reply }) => {
  const original = await forward();
  reply({ ...original, headers: { ...original.headers, [name]: value } });
};
/** The provider's answer with a changed JSON body; the change gets the parsed body and the provider's private keys. */
export const json = (change) => async ({ forward, reply, keys }) => {
  const original = await forward();
  const body = await change(JSON.parse(original.body), keys);
  reply({ ...original, headers: { ...original.headers, 'content-type': 'application/json' }, body: Buffer.from(JSON.stringify(body)) });
};
/** The provider's token answer with an ID token from `forge.mjs`. */
export const idToken = (forge) => json(async (body, keys) => (body.id_token ? { ...body, id_token: await forge(body.id_token, keys) } : body));

/**
 * Starts a provider (options as in `provider.mjs`) behind the proxy. `rule(match, fault, times)` breaks the next
 * `times` requests that match `{ method?, path?, grant? }`; newer rules go first. `log` lists what passed:
 * `{ method, path, query, grant, status }`, with status 0 for what was lost; `count(match)` counts in it. `watch` is told
 * of every request and of the answer that it got: `({ path, query, body }, answer)`, with bodies as text.
 */
export async function startFaultyProvider({ watch = () => {}, ...options } = {}) {
  const server = createServer();
  const issuer = await listen(server, options);
  const provider = await startProvider({ ...options, port: 0, issuer });
  const keys = [...provider.keys];
  let rules = [];
  const log = [];

  const fits = (match, seen) => Object.entries(match).every(([name, value]) => seen[name] === value);

  async function handle(request, response) {
    const body = await bodyOf(request);
    const [path, query] = request.url.split('?');
    const grant = path === '/token' ? (new URLSearchParams(String(body)).get('grant_type') ?? undefined) : undefined;
    const entry = { method: request.method, path, query, grant, status: 0 };
    log.push(entry);
    const rule = rules.find(({ match, left }) => left > 0 && fits(match, entry));
    const exchange = {
      keys,
      body,
      cors: cors(request),
      forward: () => forward(provider.origin, request, body),
      drop: () => response.destroy(),
      reply({ status, headers, body: answered }) {
        entry.status = status;
        watch({ path, query, body: String(body) }, String(answered));
        // A browser sends a request again by itself when a connection that it used before breaks.
        response.writeHead(status, { ...headers, connection: 'close', 'content-length': answered.length });
        response.end(answered);
      },
    };
    if (!rule) return exchange.reply(await exchange.forward());
    rule.left -= 1;
    await rule.fault(exchange);
  }

  server.on('request', (request, response) => { handle(request, response).catch(() => response.destroy()); });
  return {
    ...provider,
    log,
    rule(match, fault, times = Infinity) { rules.unshift({ match, fault, left: times }); },
    repair() { rules = []; },
    count: (match = {}) => log.filter((entry) => entry.method !== 'OPTIONS' && fits(match, entry)).length,
    /** From now on ID tokens are signed with a key that was not there before; the old ones are gone. */
    async rotateKeys() {
      const fresh = await createKey('RS256', `rs256-${keys.length}`);
      this.rule({ path: '/jwks' }, json((set) => ({ keys: [...set.keys.filter(({ kid }) => !kid.startsWith('rs256')), publicKey(fresh)] })));
      this.rule({ path: '/token' }, idToken(signedWith(fresh)));
    },
    async close() {
      await Promise.all([close(server), provider.close()]);
    },
  };
}

/** So that pages can read what the proxy itself answers. */
function cors({ headers: { origin } }) {
  return origin ? { 'access-control-allow-origin': origin, 'access-control-expose-headers': 'Retry-After, WWW-Authenticate', vary: 'Origin' } : {};
}

function forward(origin, { method, url, headers }, body) {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(origin);
    // The provider makes its addresses from the header Host, which stays that of the proxy.
    const outgoing = send({ hostname, port, method, path: url, headers: { ...headers, connection: 'close' } }, async (incoming) => {
      const { 'transfer-encoding': chunked, connection, ...others } = incoming.headers;
      resolve({ status: incoming.statusCode, headers: others, body: await bodyOf(incoming) });
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}
