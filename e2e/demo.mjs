// The demonstration: a provider, an API and the example application on loopback. Prints the address to open.

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
const origins = apps.map((app) => app.origin);
const api = await startApi({ origins });
const provider = await startProvider({ origins, apis: [api.audience] });
api.trust(provider.issuer);
for (const app of apps) app.serve('/config.json', JSON.stringify({ issuer: provider.issuer, clientId: 'spa', api: api.audience }));
for (const origin of origins) console.log(`Open ${origin}/`);

const servers = [...apps, api, provider];
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, () => Promise.all(servers.map((server) => server.close())).then(() => process.exit(0)));
}
