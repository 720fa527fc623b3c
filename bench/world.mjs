// The provider and the applications, on one site over TLS, and a browser that trusts them.

import { execFileSync } from 'node:child_process';
import { createHash, X509Certificate } from 'node:crypto';
import { createServer } from 'node:https';
import { setTimeout as pause } from 'node:timers/promises';
import { openChromium } from '../e2e/browsers/chromium.mjs';
import { close, listen } from '../e2e/servers/http.mjs';
import { startProvider } from '../e2e/servers/provider.mjs';
import { module, page } from './clients/bundle.mjs';

const tls = certificate();
const bundles = new Map();

/** A certificate for a day that nobody but this browser trusts. */
function certificate() {
  const pem = execFileSync('openssl', [
    'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '1',
    '-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', '-', '-out', '-',
  ], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  const part = (name) => new RegExp(`-----BEGIN ${name}-----[^]*?-----END ${name}-----`).exec(pem)[0];
  return { key: part('PRIVATE KEY'), cert: part('CERTIFICATE') };
}

/** Chromium with an empty profile. */
export function openBrowser() {
  const spki = new X509Certificate(tls.cert).publicKey.export({ type: 'spki', format: 'der' });
  return openChromium({ more: [`--ignore-certificate-errors-spki-list=${createHash('sha256').update(spki).digest('base64')}`] });
}

/**
 * Starts the provider and an application for each client. `delay` holds every request to the provider that long, in
 * milliseconds; `renew`: whether clients renew tokens by themselves. What is left over goes to the provider.
 *
 * `requests` lists what reached the provider; `answer` and `callback` change token answers and callback addresses.
 */
export async function startWorld(clients, { delay = 0, renew = false, ...options } = {}) {
  const world = { delay, requests: [], answer: undefined, callback: undefined };
  const files = new Map();
  const server = createServer(tls, (request, response) => {
    const file = files.get(request.url.split('?')[0]);
    if (!file) return response.writeHead(404).end();
    // Scripts have names that change with their content, as bundlers make them.
    const cache = file.type === 'text/html' ? 'no-cache' : 'public, max-age=31536000, immutable';
    response.writeHead(200, { 'content-type': file.type, 'cache-control': cache }).end(file.body);
  });
  world.app = await listen(server);
  world.provider = await startProvider({
    tls, origins: [world.app], paths: clients.flatMap(({ name }) => [`/${name}/`, `/${name}/silent.html`]),
    middleware: [middleware(world)], confirmSignIn: true, confirmSignOut: true,
    // For clients that sign in again in a hidden frame, which cannot ask for consent to `offline_access`.
    issueRefreshToken: () => true, accessTokenTtl: 7200, idTokenTtl: 7200, ...options,
  });

  for (const { name, head = '' } of clients) {
    if (!bundles.has(name)) bundles.set(name, await page(name));
    const settings = { issuer: world.provider.issuer, clientId: 'spa', redirectUri: `${world.app}/${name}/`, scope: 'openid profile email offline_access', renew };
    const html = `<!doctype html><title>${name}</title>${head}<script id="settings" type="application/json">${JSON.stringify(settings)}</script><script type="module" src="/${name}/app.js"></script>`;
    files.set(`/${name}/`, { type: 'text/html', body: html });
    for (const [file, body] of bundles.get(name)) files.set(`/${name}/${file}`, { type: 'text/javascript', body });
    files.set(`/${name}/silent.html`, { type: 'text/html', body: '<!doctype html><script>parent.postMessage(location.href, location.origin)</script>' });
    files.set(`/${name}/oxidc_bg.wasm`, { type: 'application/wasm', body: await module() });
  }
  return Object.assign(world, {
    url: ({ name }) => `${world.app}/${name}/`,
    /** What a client costs the provider from now on. */
    clear() { world.requests.length = 0; world.provider.tokenRequests.length = 0; },
    close: () => Promise.all([close(server), world.provider.close()]),
  });
}

/** Counts, delays, changes; and knows the paths that one client has in its code. */
const middleware = (world) => async (ctx, next) => {
  const fixed = { '/authorize': '/auth', '/oauth/token': '/token' }[ctx.path];
  if (fixed) ctx.path = fixed;
  world.requests.push({ method: ctx.method, path: ctx.path });
  if (world.delay) await pause(world.delay);
  await next();
  if (world.answer && ctx.path === '/token' && ctx.body?.access_token) ctx.body = await world.answer(ctx.body, world.provider.keys);
  const location = ctx.response.get('location') ?? '';
  if (world.callback && location.startsWith(world.app)) ctx.set('location', world.callback(new URL(location)).href);
};

/** What the page says next: `{ returning, ok, milliseconds, why }`. */
export async function said(page, limit = 15_000) {
  const message = await page.waitForEvent('console', { predicate: (message) => message.text().startsWith('bench '), timeout: limit });
  return JSON.parse(message.text().slice(6));
}

/** Opens the application of a client; what it says. */
export async function load(world, page, client, limit) {
  const result = said(page, limit);
  await page.goto(world.url(client), { waitUntil: 'commit' });
  return result;
}

/** Signs in from an application that is open; what the callback page says. */
export async function signIn(page, limit) {
  const result = said(page, limit);
  // The page goes away before the call can answer.
  page.evaluate(() => window.client.signIn()).catch(() => {});
  return result;
}

/** Opens an application and signs in; fails unless it has a session. */
export async function enter(world, page, client) {
  await load(world, page, client);
  const result = await signIn(page);
  if (!result.ok) throw new Error(`${client.name} did not sign in: ${result.why}`);
  return result;
}
