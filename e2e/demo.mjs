// The demonstration: a provider, an API, the example applications, and a platform with two mini-apps on loopback. Prints the addresses to open.

import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { startApi } from './servers/api.mjs';
import { startProvider } from './servers/provider.mjs';
import { startStatic } from './servers/static.mjs';

const folder = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url));
const examples = ['examples/spa/dist', 'examples/rust-spa/dist'].map(folder).filter(existsSync);
if (examples.length === 0) {
  console.error('Nothing to show: build an example first, for instance with `node examples/spa/build.mjs`.');
  process.exit(1);
}

// The application and the provider are different sites to a browser, as they are in the world.
const apps = await Promise.all(examples.map((dist) => startStatic({ host: 'localhost', folders: { '/': dist }, fallback: '/index.html' })));
// A platform's page and two mini-apps, one of them hostile, each on an origin of its own.
const pages = { '/': folder('e2e/pages'), '/oxidc/': folder('packages/oxidc/dist') };
const [platform, orders, hostile] = await Promise.all(['localhost', '127.0.0.1', 'hostile.localhost'].map((host) => startStatic({ host, folders: pages, fallback: '/demo/host.html' })));
const origins = [...apps, platform, orders].map((app) => app.origin);
const api = await startApi({ origins });
const provider = await startProvider({ origins, apis: [api.audience] });
api.trust(provider.issuer);
for (const app of apps) app.serve('/config.json', JSON.stringify({ issuer: provider.issuer, clientId: 'spa', dpopClientId: 'spa-dpop', api: api.audience }));
const parts = { issuer: provider.issuer, clientId: 'spa', api: api.audience, host: platform.origin, orders: orders.origin, hostile: hostile.origin };
for (const site of [platform, orders, hostile]) site.serve('/config.json', JSON.stringify(parts));
for (const { origin } of apps) console.log(`Open ${origin}/`);
console.log(`Open ${platform.origin}/ for a platform with two mini-apps`);

const servers = [...apps, platform, orders, hostile, api, provider];
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, () => Promise.all(servers.map((server) => server.close())).then(() => process.exit(0)));
}
