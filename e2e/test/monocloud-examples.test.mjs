// What applications have in their files today runs as it stands: an import map says what the name of the package means.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { open } from '../browsers/index.mjs';
import { startDropIn } from './support/monocloud.mjs';

/** The application. What is shown stands in its title; `client.js` is one of the two below. */
const page = `<!doctype html><title>starting</title><button id="in">Sign in</button><button id="popup">In a window</button><button id="out">Sign out</button>
<script type="importmap">{ "imports": { "@monocloud/auth-web-js": "/oxidc/monocloud/index.js" } }</script>
<script type="module">
import { client } from '/client.js';
import { MonoCloudOPError } from '@monocloud/auth-web-js';

await client.processCallback();
const session = await client.getSession();
window.act = {
  async restore() {
    try {
      const session = await client.signInSilent();
      return 'restored ' + session.user.sub;
    } catch (error) {
      if (error instanceof MonoCloudOPError && error.error === 'login_required') {
        return 'Not signed in';
      } else {
        throw error;
      }
    }
  },
  async tokens() {
    const tokens = await client.getTokens({
      resource: 'https://api.example.com',
      scopes: 'read:data',
    });
    return [tokens.scopes, tokens.isExpired];
  },
  async refetch() {
    await client.refetchUserInfo();
    const session = await client.getSession();
    return session?.user;
  },
  async refresh() {
    await client.refreshSession({
      refreshGrantOptions: {
        resource: 'https://api.example.com',
        scopes: 'read:data',
      },
    });
    return (await client.getSession()).accessTokens.map(({ scopes }) => scopes).sort();
  },
};
const options = { scopes: 'openid profile email offline_access read:data', resource: 'https://api.example.com', prompt: 'consent' };
document.getElementById('in').onclick = () => client.signIn({ ...options, returnUrl: window.returnUrl });
document.getElementById('popup').onclick = () => client.signIn({ ...options, mode: 'popup' }).then(async () => { document.title = (await client.getSession()).user.sub; });
document.getElementById('out').onclick = () => client.signOut();
document.title = session?.user.name ?? 'nobody';
</script>`;

const plain = (issuer) => `import { MonoCloudWebJSClient } from '@monocloud/auth-web-js';
export const client = new MonoCloudWebJSClient({
  tenantDomain: '${issuer}',
  clientId: 'spa',
});
`;

const routed = (issuer) => `import { MonoCloudWebJSClient, MemoryStorage } from '@monocloud/auth-web-js';
import { router } from './router.js';
export const client = new MonoCloudWebJSClient({
  tenantDomain: '${issuer}',
  clientId: 'spa',
  storage: new MemoryStorage(),
  postCallback: state => {
    router.push(state.returnUrl ?? '/dashboard');
  },
});
`;

describe('an application that moved over', () => {
  let world;
  let browser;
  let tab;
  before(async () => {
    world = await startDropIn({ app: { host: '127.0.0.1', fallback: '/index.html' }, apis: ['https://api.example.com'], apiScope: 'read:data' });
    world.app.serve('/index.html', page);
    world.app.serve('/router.js', 'export const router = { push: (path) => history.pushState({}, "", path) };');
    browser = await open('chromium');
  });
  after(async () => {
    await browser?.close();
    await world.close();
  });

  const shows = (title) => tab.waitFor((wanted) => document.title === wanted, title);
  const act = (name) => tab.evaluate((which) => window.act[which](), name);
  const start = async (client) => {
    world.app.serve('/client.js', client(world.provider.issuer));
    tab = await browser.newPage();
    await tab.goto(`${world.app.origin}/`);
    await shows('nobody');
  };

  test('signs in by redirect, gets tokens, renews, and signs out', async () => {
    await start(plain);
    assert.equal(await act('restore'), 'Not signed in');
    await tab.click('#in');
    await shows('Alice Example');
    assert.equal(await tab.url(), `${world.app.origin}/`);
    assert.deepEqual(await act('tokens'), ['read:data', false]);
    assert.deepEqual(await act('refresh'), ['openid profile email offline_access', 'read:data']);
    assert.equal((await act('refetch')).email, 'alice@example.com');
    await tab.goto(`${world.app.origin}/`);
    await shows('Alice Example');
    await tab.click('#out');
    await shows('nobody');
    assert.equal(await act('restore'), 'Not signed in');
    await tab.close();
  });

  test('with a router and a session in memory goes where the state says, and restores the session after a reload', async () => {
    await start(routed);
    await tab.click('#in');
    await shows('Alice Example');
    assert.equal(await tab.url(), `${world.app.origin}/dashboard`);
    await tab.goto(`${world.app.origin}/orders`);
    await shows('nobody');
    assert.equal(await act('restore'), 'restored alice');
    await tab.click('#popup');
    await shows('alice');
    await tab.close();
  });
});
