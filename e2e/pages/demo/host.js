// The platform's page: somebody signs in here, and each frame gets what its mini-app was granted.

import { AuthClient } from '/oxidc/index.js';
import { createHost, fromClient } from '/oxidc/miniapp/host/index.js';

const { issuer, clientId, api, orders, hostile } = await (await fetch('/config.json')).json();
const at = (id) => document.getElementById(id);
const log = (...cells) => at('log').insertRow().append(...cells.map((text) => Object.assign(document.createElement('td'), { textContent: text })));

const client = new AuthClient({ issuer, clientId, scopes: 'openid profile offline_access', resources: [{ resource: api, scopes: 'api:read' }] });
await client.processCallback();
const session = await client.getSession();
if (session) {
  at('who').textContent = `${session.user.name} is signed in.`;
  at('sign').textContent = 'Sign out';
}
at('sign').onclick = async () => {
  if (!session) return client.signIn({ prompt: 'consent' });
  await client.signOut({ federated: false });
  at('who').textContent = 'Nobody is signed in: every frame’s session is over.';
};

if (session) {
  const context = { language: 'en', account: { id: 'demo' } };
  const host = await createHost({
    apps: [
      { id: 'orders', origin: orders, audiences: { [api]: 'api:read' }, context },
      { id: 'hostile', origin: hostile, context },
    ],
    tokens: fromClient(client),
    handlers: { 'toast.show': ({ text }, { app }) => log('toast', app, text) },
  });
  for (const event of ['connected', 'lost', 'refused', 'flooded']) host.on(event, (app, _, detail) => log(event, app, detail ?? ''));
  for (const [app, url] of [['orders', `${orders}/demo/orders.html`], ['hostile', `${hostile}/demo/hostile.html`]]) {
    const element = Object.assign(document.createElement('iframe'), { title: app, name: app });
    host.add(element, app, { placement: { id: app, code: 'app.homepage', props: {} } });
    element.src = url;
    at('frames').append(element);
  }
}
