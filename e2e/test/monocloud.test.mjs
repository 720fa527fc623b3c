// The drop-in: signing in and out by redirect, tokens and renewal, with the stored keys and shapes that applications have already.

import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import { open, until } from '../browsers/index.mjs';
import { holdAnswer } from '../servers/faults.mjs';
import { openTab, startDropIn } from './support/monocloud.mjs';

const SESSION = 'mc.session.spa';
const PENDING = 'mc.state.spa';

describe('the drop-in', () => {
  let world;
  let browser;
  let tab;
  let bodies = [];
  before(async () => {
    world = await startDropIn({ watch: ({ path, body }) => { if (path === '/token' && body) bodies.push(body); } });
    browser = await open('chromium');
  });
  after(async () => {
    await browser?.close();
    await world.close();
  });
  beforeEach(async () => {
    world.use({});
    await browser.context.clearCookies();
    tab = await openTab(world, browser);
    await tab.page.evaluate(() => { localStorage.clear(); sessionStorage.clear(); });
  });
  afterEach(async () => {
    world.provider.repair();
    await tab.close();
  });

  /** Writes a session with a change, as somebody else would. */
  const change = async (edit) => {
    const session = await tab.stored(SESSION);
    edit(session);
    await tab.keep(SESSION, session);
  };
  const expire = () => change(({ accessTokens }) => accessTokens.forEach((one) => { one.accessTokenExpiration = 1; }));

  test('a person signs in by redirect, and the session is stored as it always was', async () => {
    await tab.away('signIn', { appState: { from: 'here' }, loginHint: 'bob' });
    const pending = await tab.stored(PENDING, 'sessionStorage');
    assert.deepEqual(Object.keys(pending).sort(), ['appState', 'codeVerifier', 'mode', 'nonce', 'responseType', 'scopes', 'state']);
    assert.equal(pending.mode, 'redirect');
    for (const secret of ['state', 'nonce', 'codeVerifier']) assert.equal(pending[secret].length, 43);
    await tab.do('processCallback');
    assert.equal(await tab.page.url(), `${world.app.origin}/`);
    assert.equal(await tab.stored(PENDING, 'sessionStorage'), null);
    const session = await tab.do('getSession');
    assert.deepEqual(session, await tab.stored(SESSION));
    assert.equal(session.user.sub, 'bob');
    assert.equal(session.user.email, 'bob@example.com');
    assert.equal(session.authorizedScopes, 'openid profile email');
    assert.deepEqual(['iss', 'aud', 'exp', 'iat', 'nonce'].filter((claim) => claim in session.user), []);
    const [token, ...others] = session.accessTokens;
    assert.equal(others.length, 0);
    assert.deepEqual(Object.keys(token).sort(), ['accessToken', 'accessTokenExpiration', 'requestedScopes', 'scopes']);
    const { isExpired, idToken } = await tab.do('getTokens');
    assert.equal(isExpired, false);
    assert.equal(idToken, session.idToken);
  });

  test('the authorization request has the parameters that it always had, in their order', async () => {
    await tab.away('signIn', { maxAge: 0, uiLocales: 'en', acrValues: ['a', 'b'], display: 'page', scopes: 'openid profile' });
    const { query } = world.provider.log.findLast(({ path }) => path === '/auth');
    const names = [...new URLSearchParams(query)].map(([name]) => name);
    assert.deepEqual(names, [
      'client_id', 'redirect_uri', 'scope', 'response_type', 'acr_values', 'nonce', 'ui_locales', 'display', 'max_age', 'code_challenge', 'code_challenge_method', 'state',
    ]);
    assert.equal(new URLSearchParams(query).get('redirect_uri'), world.app.origin);
    assert.match(query, /acr_values=a\+b/);
    await tab.do('processCallback');
  });

  test('signing up asks for the registration page', async () => {
    await tab.away('signIn', { signUp: true, prompt: 'login', loginHint: 'new' });
    assert.match(world.provider.log.findLast(({ path, query }) => path === '/auth' && query?.includes('client_id')).query, /prompt=create/);
    await tab.do('processCallback');
    assert.equal((await tab.do('getSession')).user.sub, 'new');
  });

  test('a router takes the person where the state says, with a session in memory', async () => {
    world.use({ storage: 'memory', record: true });
    await tab.load('/start');
    await tab.away('signIn', { returnUrl: '/orders', appState: { a: 1 } });
    await tab.do('processCallback');
    const [state, ...others] = await tab.page.evaluate(() => window.harness.called);
    assert.equal(others.length, 0);
    assert.equal(state.returnUrl, '/orders');
    assert.deepEqual(state.appState, { a: 1 });
    assert.equal((await tab.do('getSession')).user.sub, 'alice');
    assert.equal(await tab.stored(SESSION), null);
  });

  test('without a router the person is taken to the return address, but to no other origin', async () => {
    await tab.away('signIn', { returnUrl: '/orders?of=mine' });
    await tab.call('processCallback').catch(() => {});
    await tab.page.waitForUrl((url) => url === `${world.app.origin}/orders?of=mine`);
    await tab.page.waitFor('#ready');
    for (const returnUrl of ['https://evil.example/', '//evil.example', 'javascript:alert(1)']) {
      await tab.away('signIn', { returnUrl });
      await tab.do('processCallback');
      assert.equal(await tab.page.url(), `${world.app.origin}/`);
      assert.match((await tab.page.evaluate(() => window.harness.warnings)).at(-1), /different origin/);
    }
  });

  test('the hook changes what is stored, and knows the claims, the user information and the application\'s state', async () => {
    await tab.away('signIn', { appState: { role: 'admin' } });
    await tab.page.evaluate((options) => {
      window.harness.hooks = {
        onSessionCreating: async (session, claims, userinfo, appState) => { session.extra = { sub: claims.sub, email: userinfo.email, role: appState.role }; },
      };
      window.harness.create(options);
    }, { tenantDomain: world.provider.issuer, clientId: 'spa' });
    await tab.do('processCallback');
    assert.deepEqual((await tab.stored(SESSION)).extra, { sub: 'alice', email: 'alice@example.com', role: 'admin' });
  });

  test('tokens near their end are renewed once for all who ask, and the old ones stay where nothing new came', async () => {
    await tab.signIn();
    const before = await tab.stored(SESSION);
    await expire();
    const refreshes = world.provider.count({ path: '/token', grant: 'refresh_token' });
    const tokens = await tab.page.evaluate(() => Promise.all(Array.from({ length: 20 }, () => window.harness.client.getTokens())));
    assert.equal(new Set(tokens.map(({ accessToken }) => accessToken)).size, 1);
    assert.notEqual(tokens[0].accessToken, before.accessTokens[0].accessToken);
    assert.equal(tokens[0].isExpired, false);
    assert.equal(world.provider.count({ path: '/token', grant: 'refresh_token' }), refreshes + 1);
    const after = await tab.stored(SESSION);
    assert.notEqual(after.refreshToken, before.refreshToken);
    assert.equal(after.authorizedScopes, before.authorizedScopes);
    assert.equal(after.accessTokens.length, 1);
  });

  test('the token requests have the members that they always had, in their order, and no name of the client', async () => {
    bodies = [];
    world.use({ resources: [{ resource: world.api.audience, scopes: 'api:read' }], defaultAuthParams: { resource: world.api.audience } });
    await tab.load('/start');
    await tab.signIn();
    await tab.do('getTokens', { forceRefresh: true });
    await tab.do('getTokens', { resource: world.api.audience, forceRefresh: true });
    await tab.do('refreshSession', { refreshGrantOptions: { scopes: 'openid' } });
    assert.deepEqual(bodies.map((body) => [...new URLSearchParams(body)].map(([name]) => name)), [
      ['grant_type', 'code', 'redirect_uri', 'code_verifier', 'resource'],
      ['grant_type', 'refresh_token', 'resource'],
      ['grant_type', 'refresh_token', 'scope', 'resource'],
      ['grant_type', 'refresh_token', 'scope'],
    ]);
  });

  test('a provider that takes no empty secret is served with the method none', async () => {
    world.use({ clientAuthMethod: 'none' });
    bodies = [];
    await tab.load('/start');
    await tab.signIn();
    assert.deepEqual([...new URLSearchParams(bodies[0])].map(([name]) => name).at(-1), 'client_id');
  });

  test('tokens for a resource and scopes are kept beside the others', async () => {
    world.use({ resources: [{ resource: world.api.audience, scopes: 'api:read' }] });
    await tab.load('/start');
    await tab.signIn();
    const tokens = await tab.do('getTokens', { resource: world.api.audience, scopes: 'api:read' });
    assert.equal(tokens.resource, world.api.audience);
    assert.equal(tokens.scopes, 'api:read');
    assert.deepEqual(await tab.do('getTokens', { resource: world.api.audience }), tokens);
    assert.equal((await tab.stored(SESSION)).accessTokens.length, 2);
    await tab.do('refreshSession', { refreshGrantOptions: { resource: world.api.audience, scopes: 'api:read' } });
    assert.notEqual((await tab.do('getTokens', { resource: world.api.audience })).accessToken, tokens.accessToken);
    assert.equal((await tab.stored(SESSION)).accessTokens.length, 2);
  });

  test('a session is renewed, and the user information read again', async () => {
    await tab.signIn();
    await tab.do('refreshSession');
    await change((session) => { session.user.name = 'Old'; session.mine = 'kept'; });
    await tab.do('refetchUserInfo');
    const session = await tab.do('getSession');
    assert.equal(session.user.name, 'Alice Example');
    assert.equal(session.mine, 'kept');
  });

  test('what cannot be done says so in the known words', async () => {
    const said = async (...call) => { const { failed } = await tab.call(...call); return [failed.class, failed.name, failed.message]; };
    const wrong = (message) => ['MonoCloudValidationError', 'Error', message];
    assert.deepEqual(await said('getTokens'), wrong('Session does not exist'));
    assert.deepEqual(await said('refreshSession'), wrong('Ensure the user is authenticated before refreshing the session'));
    assert.deepEqual(await said('refetchUserInfo'), wrong('Ensure the user is authenticated before refetching userinfo'));
    await tab.away('signIn');
    await tab.do('processCallback');
    assert.deepEqual(await said('refreshSession'), wrong('Refresh token not found. Sign in with offline_access scope to get the refresh token.'));
    assert.deepEqual(await said('getTokens', { forceRefresh: true }), wrong('Session does not contain refresh token'));
    await tab.keep(SESSION, 'not JSON');
    assert.equal((await tab.call('getSession')).failed.class, 'SyntaxError');
  });

  test('a refused refresh names the provider\'s error and leaves the session as it is', async () => {
    await tab.signIn();
    await change((session) => { session.refreshToken = 'unknown'; });
    const before = await tab.stored(SESSION);
    const { failed } = await tab.call('refreshSession');
    assert.deepEqual([failed.class, failed.error, failed.message], ['MonoCloudOPError', 'invalid_grant', 'invalid_grant']);
    assert.deepEqual(await tab.stored(SESSION), before);
  });

  test('a callback with another state is refused, and nothing of it stays in the address bar', async () => {
    await tab.away('signIn');
    await tab.page.evaluate(() => {
      const state = JSON.parse(sessionStorage.getItem('mc.state.spa'));
      sessionStorage.setItem('mc.state.spa', JSON.stringify({ ...state, state: 'another' }));
    });
    const { failed } = await tab.call('processCallback');
    assert.equal(failed.message, 'Sign in callback states mismatch');
    assert.equal(await tab.page.url(), `${world.app.origin}/`);
    assert.equal(await tab.do('getSession'), null);
    assert.equal(await tab.do('processCallback'), null);
  });

  test('a person signs out at the provider too, and comes back', async () => {
    await tab.signIn();
    await tab.away('signOut', {});
    assert.equal(await tab.stored(SESSION), null);
    const { query } = world.provider.log.findLast(({ path, query }) => path === '/session/end' && query?.includes('client_id'));
    assert.deepEqual([...new URLSearchParams(query)].map(([name]) => name), ['client_id', 'id_token_hint', 'post_logout_redirect_uri', 'state']);
    const pending = await tab.stored(PENDING, 'sessionStorage');
    assert.deepEqual(Object.keys(pending).sort(), ['mode', 'signOut', 'state']);
    await tab.do('processCallback');
    assert.equal(await tab.page.url(), `${world.app.origin}/`);
    assert.equal(await tab.do('getSession'), null);
  });

  test('a person signs out here only, and no request is made', async () => {
    await tab.signIn();
    const { length } = world.provider.log;
    await tab.do('signOut', { federatedSignOut: false });
    assert.equal(await tab.do('getSession'), null);
    assert.equal(world.provider.log.length, length);
  });

  test('callback and sign-out have paths of their own', async () => {
    world.use({ callbackPath: 'callback', signOutPath: '/bye' });
    await tab.load('/start');
    await tab.signIn({}, '/callback');
    assert.equal(await tab.page.url(), `${world.app.origin}/callback`);
    await tab.away('signOut', { returnUrl: '/start' }, '/bye');
    await tab.call('processCallback').catch(() => {});
    await tab.page.waitForUrl((url) => url === `${world.app.origin}/start`);
  });

  test('who signs out in one tab is not brought back by the renewal of another', async () => {
    await tab.signIn();
    const other = await openTab(world, browser);
    const refreshes = world.provider.count({ path: '/token', grant: 'refresh_token' });
    let release;
    world.provider.rule({ path: '/token' }, holdAnswer(new Promise((resolve) => { release = resolve; })), 1);
    const refresh = tab.call('refreshSession');
    await until(() => world.provider.count({ path: '/token', grant: 'refresh_token' }) > refreshes, 'the refresh');
    const signOut = other.do('signOut', { federatedSignOut: false });
    await other.page.waitFor(async () => (await navigator.locks.query()).pending.length > 0);
    release();
    await refresh;
    await signOut;
    // What one tab removed from `localStorage` another may still see for a moment.
    await until(async () => (await tab.stored(SESSION)) === null, 'the session to be gone in the other tab too');
    await other.close();
  });

  test('two tabs renew one after the other, and the second takes what the first fetched', async () => {
    await tab.signIn();
    await expire();
    const other = await openTab(world, browser);
    const refreshes = world.provider.count({ path: '/token', grant: 'refresh_token' });
    let release;
    world.provider.rule({ path: '/token' }, holdAnswer(new Promise((resolve) => { release = resolve; })), 1);
    const first = tab.do('getTokens');
    await until(() => world.provider.count({ path: '/token', grant: 'refresh_token' }) > refreshes, 'the refresh');
    const second = other.do('getTokens');
    await other.page.waitFor(async () => (await navigator.locks.query()).pending.length > 0);
    release();
    assert.equal((await first).accessToken, (await second).accessToken);
    assert.equal(world.provider.count({ path: '/token', grant: 'refresh_token' }), refreshes + 1);
    await other.close();
  });
});
