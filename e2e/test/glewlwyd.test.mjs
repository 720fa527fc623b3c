// Another real provider: what one certified server does is not yet what others do. What it leaves out of its metadata's lists is not held against it.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { open } from '../browsers/index.mjs';
import { startGlewlwyd } from '../servers/glewlwyd.mjs';
import { startStatic } from '../servers/static.mjs';
import { openTab } from './support/harness.mjs';
import { folder } from './support/world.mjs';

describe('glewlwyd', () => {
  let world;
  let browser;
  let tab;
  /** The requests of the page to the provider since the last look: path and form. */
  let requests = [];
  before(async () => {
    // One site for both, so that a hidden frame has the provider's cookies.
    const app = await startStatic({ folders: { '/': folder('e2e/pages'), '/oxidc/': folder('packages/oxidc/dist') }, fallback: '/harness.html' });
    const provider = await startGlewlwyd({ redirectUris: [`${app.origin}/`, `${app.origin}/return.html`] });
    world = { app, provider, api: { audience: provider.resource, origin: new URL(provider.resource).origin } };
    app.serve('/return.json', JSON.stringify({ issuer: provider.issuer, clientId: 'spa', redirectUri: `${app.origin}/return.html` }));
    browser = await open('chromium');
    browser.context.on('request', (request) => {
      const { origin, pathname } = new URL(request.url());
      if (origin === provider.origin) requests.push({ path: pathname.replace('/api/oidc/', ''), form: new URLSearchParams(request.postData() ?? '') });
    });
    tab = await openTab(world, browser);
  });
  after(async () => {
    await browser?.close();
    await Promise.all([world?.provider.close(), world?.app.close()]);
  });

  const sent = (path, grant) => requests.filter((r) => r.path === path && (!grant || r.form.get('grant_type') === grant));

  /** Goes to the provider, whose page asks whoever is not signed in there. */
  async function signIn(of, options = {}) {
    const { origin } = world.app;
    await of.call('signIn', options).catch(() => {});
    await of.page.waitFor('#go');
    await of.page.click('#go');
    await of.page.waitForUrl((url) => url.startsWith(`${origin}/?`));
    await of.load(new URL(await of.page.url()).search.replace(/^/, '/'));
    return of.do('processCallback');
  }

  test('its metadata leave out what it does, and it is not refused for that', async () => {
    const metadata = await (await fetch(`${world.provider.issuer}/.well-known/openid-configuration`)).json();
    assert.ok(!metadata.grant_types_supported.includes('refresh_token'));
    assert.ok(!metadata.token_endpoint_auth_methods_supported.includes('none'));
    assert.equal(metadata.authorization_response_iss_parameter_supported, undefined);
  });

  test('a sign-in arrives, with user information', async () => {
    const { handled, session } = await signIn(tab);
    assert.equal(handled, 'signIn');
    assert.equal(session.user.name, 'Alice Test');
    assert.equal(session.issuer, world.provider.issuer);
    assert.equal(session.user.email, 'alice@example.com');
    assert.equal(await tab.page.url(), `${world.app.origin}/`);
    assert.equal(sent('userinfo').length, 1);
  });

  test('a reload and a second tab are signed in without a request', async () => {
    requests = [];
    await tab.load();
    assert.equal((await tab.do('getSession')).user.name, 'Alice Test');
    const other = await openTab(world, browser);
    assert.equal((await other.do('getSession')).user.name, 'Alice Test');
    assert.equal((await other.do('getTokens')).accessToken, (await tab.do('getTokens')).accessToken);
    assert.deepEqual(requests, []);
    await other.close();
  });

  test('a refresh in one tab is there in the other, and each refresh token is used once', async () => {
    requests = [];
    const other = await openTab(world, browser);
    const before = (await other.do('getTokens')).accessToken;
    for (let round = 0; round < 2; round += 1) await tab.do('getTokens', { forceRefresh: true });
    const { accessToken } = await tab.do('getTokens');
    assert.notEqual(accessToken, before);
    await other.page.waitFor(async (token) => (await window.harness.client.getTokens()).accessToken === token, accessToken);
    const used = sent('token', 'refresh_token').map(({ form }) => form.get('refresh_token'));
    assert.equal(used.length, 2);
    assert.equal(new Set(used).size, 2);
    await other.close();
  });

  test('user information is read again with the renewed token', async () => {
    assert.equal((await tab.do('refetchUserInfo')).user.email, 'alice@example.com');
  });

  test('it wants a hint of the person with prompt=none, so a page without a session is refused, and nothing else happens', async () => {
    const other = await openTab(world, browser, { storage: 'memory', redirectUri: `${world.app.origin}/return.html` });
    const { failed } = await other.call('signInSilent');
    assert.deepEqual([failed.code, failed.error, failed.session], ['authorization_refused', 'invalid_request', 'kept']);
    assert.equal(await other.do('getSession'), null);
    assert.ok(await tab.do('getSession'));
    await other.close();
  });

  test('a sign-in in a window comes back', async () => {
    const back = `${world.app.origin}/return.html`;
    const other = await openTab(world, browser, { storage: 'memory', redirectUri: back });
    const opened = browser.context.waitForEvent('page');
    await other.click('signIn', { mode: 'popup' });
    await (await opened).click('#go');
    const { value, failed } = await other.settled();
    assert.equal(failed, undefined, failed?.message);
    assert.equal(value.user.name, 'Alice Test');
    await other.close();
  });

  test('it revokes nothing for a public client: the sign-out says so, and the session is over in every tab', async () => {
    const other = await openTab(world, browser);
    assert.ok(await other.do('getSession'));
    requests = [];
    const { navigated, revoked } = await tab.do('signOut', { federated: false, revoke: true });
    assert.deepEqual([navigated, revoked], [false, 'failed']);
    assert.equal(sent('revoke')[0].form.get('token_type_hint'), 'refresh_token');
    await other.page.waitFor(async () => (await window.harness.client.getSession()) === undefined);
    await other.close();
  });

  test('a sign-out at the provider leads to a page of its own', async () => {
    await signIn(tab);
    await tab.call('signOut').catch(() => {});
    await tab.page.waitForUrl((url) => url.startsWith(`${world.provider.origin}/login.html`) && url.includes('prompt=end_session'));
    await tab.load();
    assert.equal(await tab.do('getSession'), null);
  });
});
