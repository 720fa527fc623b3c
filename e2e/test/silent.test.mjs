// Sign-in without anything shown: frames that may and frames that may not, and what a page does about it.

import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import { engines, open } from '../browsers/index.mjs';
import { answer, html, loseAnswer, loseRequest } from '../servers/faults.mjs';
import { startStatic, strictPolicy } from '../servers/static.mjs';
import { openTab } from './support/harness.mjs';
import { startWindows } from './support/windows.mjs';

/** Nobody is signed in to the application, but the browser is at the provider. */
async function atTheProvider(tab) {
  await tab.click('signIn', { mode: 'popup' });
  const { failed } = await tab.settled();
  assert.equal(failed, undefined, failed?.message);
  await tab.load();
}

for (const engine of engines) {
  describe(`silent sign-in in ${engine}`, () => {
    let browser;
    before(async () => { browser = await open(engine); });
    after(() => browser?.close());

    test('in a frame of the same site, the person is signed in and the page never moves', async () => {
      const world = await startWindows({ app: { host: '127.0.0.1' } });
      const tab = await openTab(world, browser, { ...world.windows, storage: 'memory' });
      await atTheProvider(tab);
      const address = await tab.page.url();
      assert.equal((await tab.do('signInSilent')).subject, 'alice');
      assert.equal(await tab.page.url(), address);
      assert.equal(await tab.page.evaluate(() => document.querySelectorAll('iframe').length), 0);
      await tab.close();
      await world.close();
    });

    test('t340_in_a_frame_of_another_site_the_provider_does_not_know_the_person_and_is_not_asked_again', async () => {
      const world = await startWindows();
      const tab = await openTab(world, browser, { ...world.windows, storage: 'memory' });
      await atTheProvider(tab);
      for (let round = 0; round < 3; round += 1) {
        const { failed } = await tab.call('signInSilent');
        assert.deepEqual([failed?.code, failed?.session], ['login_required', 'kept']);
      }
      assert.equal(world.provider.count({ path: '/auth' }), 2);
      await tab.load();
      assert.equal((await tab.call('signInSilent')).failed.code, 'login_required');
      assert.equal(world.provider.count({ path: '/auth' }), 2);
      // A page of the provider itself has its cookies.
      await tab.call('signInSilent', { mode: 'redirect' }).catch(() => {});
      await tab.page.waitFor(() => JSON.parse(document.body.dataset.result ?? '{}').handled === 'signIn');
      await tab.close();
      await world.close();
    });
  });
}

describe('a silent sign-in', () => {
  let world;
  let browser;
  let tab;
  before(async () => {
    world = await startWindows({ app: { host: '127.0.0.1' } });
    browser = await open('chromium');
  });
  after(async () => {
    await browser?.close();
    await world.close();
  });
  beforeEach(async () => {
    await browser.context.clearCookies();
    tab = await openTab(world, browser, { ...world.windows, storage: 'memory', scopes: 'openid profile email' });
  });
  afterEach(async () => {
    world.provider.repair();
    world.app.setHeaders({});
    await tab.page.evaluate(() => new Promise((resolve) => { const gone = indexedDB.deleteDatabase('oxidc'); gone.onsuccess = gone.onblocked = resolve; }));
    await tab.close();
  });

  const asked = () => world.provider.count({ path: '/auth' });
  const frames = () => tab.page.evaluate(() => document.querySelectorAll('iframe').length);
  const refused = async (code, options = {}) => {
    const { failed, value } = await tab.call('signInSilent', options);
    assert.equal(failed?.code, code, JSON.stringify(failed ?? value));
    assert.equal(await frames(), 0);
    return failed;
  };
  const create = (options) => tab.page.evaluate((given) => window.harness.create(given), { ...world.windows, storage: 'memory', ...options });

  test('t142_that_needs_the_person_says_so_and_leaves_the_session', async () => {
    await refused('login_required');
    await atTheProvider(tab);
    await tab.do('signInSilent');
    await browser.context.clearCookies();
    assert.equal((await refused('login_required')).session, 'kept');
    assert.equal((await tab.do('getSession')).subject, 'alice');
  });

  test('t151_by_a_redirect_comes_back_with_a_result_instead_of_an_error_and_does_not_go_again', async () => {
    await tab.call('signInSilent', { mode: 'redirect', appState: { n: 1 } }).catch(() => {});
    await tab.page.waitFor(() => document.body.dataset.result);
    assert.deepEqual(JSON.parse(await tab.page.evaluate(() => document.body.dataset.result)), {
      handled: 'signInSilent', error: 'login_required', returnTo: `${world.app.origin}/`, appState: { n: 1 },
    });
    assert.equal(await tab.page.url(), world.windows.redirectUri);
    const before = asked();
    await tab.load();
    await refused('login_required', { mode: 'redirect' });
    assert.equal(asked(), before);
  });

  test('t224_makes good a refresh whose answer was lost, without a word to the person', async () => {
    await create({ scopes: 'openid offline_access', automaticRenewal: false });
    await tab.click('signIn', { mode: 'popup', prompt: 'consent' });
    assert.equal((await tab.settled()).failed, undefined);
    const old = (await tab.do('getTokens')).accessToken;
    const before = asked();
    world.provider.rule({ grant: 'refresh_token' }, loseAnswer(), 1);
    const { accessToken } = await tab.do('getTokens', { forceRefresh: true });
    assert.notEqual(accessToken, old);
    assert.deepEqual([asked() - before, await frames()], [1, 0]);
    assert.equal((await tab.do('getSession')).subject, 'alice');
    assert.ok(!(await tab.events()).some(([event]) => event === 'signedOut'));
  });

  test('t339_whose_frame_does_not_come_back_is_frame_failed', async () => {
    await create({ timeouts: { silent: 700 } });
    const page = (headers) => answer(200, '<!doctype html><title>Sign in</title>', { 'content-type': 'text/html', ...headers });
    for (const fault of [html(), page({ 'x-frame-options': 'DENY' }), page({ 'content-security-policy': "frame-ancestors 'none'" }), loseRequest()]) {
      world.provider.rule({ path: '/auth' }, fault);
      assert.equal((await refused('frame_failed')).session, 'kept');
      world.provider.repair();
    }
  });

  test('t341_that_comes_back_too_late_is_ignored', async () => {
    await atTheProvider(tab);
    await create({ timeouts: { silent: 1 } });
    await refused('frame_failed');
    assert.equal(await tab.do('getSession'), null);
  });

  test('t342_of_twenty_callers_is_one_frame', async () => {
    await atTheProvider(tab);
    const before = asked();
    const results = await tab.page.evaluate(() => Promise.all(Array.from({ length: 20 }, () => window.harness.call('signInSilent'))));
    assert.ok(results.every(({ value }) => value?.subject === 'alice'));
    assert.equal(asked(), before + 1);
  });

  test('t343_that_the_policy_of_the_page_forbids_is_frame_blocked', async () => {
    world.app.setHeaders(strictPolicy([world.provider.issuer]));
    await tab.load();
    await refused('frame_blocked');
  });

  test('t344_in_a_sandboxed_page_is_refused', async () => {
    const holder = await startStatic();
    holder.serve('/index.html', `<!doctype html><iframe sandbox="allow-scripts" src="${world.app.origin}/sandboxed.html"></iframe>`);
    world.app.setHeaders({ 'access-control-allow-origin': '*' });
    world.app.serve('/sandboxed.html', `<!doctype html><script type="module">
      import { AuthClient, MemoryStorage } from '/oxidc/index.js';
      const client = new AuthClient({ ...${JSON.stringify({ ...world.windows, provider: { authorization_endpoint: `${world.provider.issuer}/auth`, token_endpoint: `${world.provider.issuer}/token`, jwks_uri: `${world.provider.issuer}/jwks` } })}, storage: new MemoryStorage() });
      const code = await client.signInSilent().then(() => 'none', (error) => error.code);
      const popup = await client.signIn({ mode: 'popup' }).then(() => 'none', (error) => error.code);
      document.documentElement.dataset.result = JSON.stringify([code, popup]);
    </script>`);
    try {
      await tab.page.goto(`${holder.origin}/`);
      const frame = tab.page.raw.frames()[1];
      await frame.waitForFunction(() => document.documentElement.dataset.result);
      assert.deepEqual(JSON.parse(await frame.evaluate(() => document.documentElement.dataset.result)), ['context_unsupported', 'popup_blocked']);
    } finally {
      await holder.close();
      await tab.page.goto(`${world.app.origin}/`);
    }
  });

  test('t346_leaves_nothing_behind, a hundred times', async () => {
    await atTheProvider(tab);
    await tab.do('getSession');
    const before = await tab.page.evaluate(() => {
      window.live = { channels: 0, listeners: 0 };
      const [Channel, add] = [window.BroadcastChannel, window.addEventListener];
      window.BroadcastChannel = class extends Channel {
        constructor(name) { super(name); window.live.channels += 1; }
        close() { super.close(); window.live.channels -= 1; }
      };
      window.addEventListener = function (type, listener, options) {
        if (type === 'message') {
          window.live.listeners += 1;
          options?.signal?.addEventListener('abort', () => { window.live.listeners -= 1; });
        }
        return add.call(this, type, listener, options);
      };
      return window.length;
    });
    for (let round = 0; round < 100; round += 1) assert.equal((await tab.call('signInSilent')).value?.subject, 'alice');
    assert.deepEqual(await tab.page.evaluate(() => window.live), { channels: 0, listeners: 0 });
    assert.equal(await tab.page.evaluate(() => window.length), before);
  });

  test('t441_after_a_sign_out_is_not_made_until_the_person_signs_in_or_the_application_insists', async () => {
    await atTheProvider(tab);
    await tab.do('signInSilent');
    await tab.do('signOut', { federated: false });
    const before = asked();
    await refused('silent_after_sign_out');
    assert.equal(asked(), before);
    assert.equal((await tab.do('signInSilent', { force: true })).subject, 'alice');
    await tab.do('signInSilent');
  });

  test('t089_t438_for_another_person_ends_the_session', async () => {
    await atTheProvider(tab);
    await tab.do('signInSilent');
    await browser.context.clearCookies();
    const other = await openTab(world, browser, { ...world.windows, storage: 'memory', clientId: 'spa' });
    await other.click('signIn', { mode: 'popup', loginHint: 'bob' });
    assert.equal((await other.settled()).value.subject, 'bob');
    await other.close();
    const { failed } = await tab.call('signInSilent');
    assert.deepEqual([failed?.code, failed?.session], ['user_changed', 'ended']);
    assert.equal(await tab.do('getSession'), null);
    assert.equal((await tab.events()).filter(([event, reason]) => event === 'signedOut' && reason === 'user_changed').length, 1);
    assert.equal((await tab.do('signInSilent')).subject, 'bob');
  });

  test('t433_gives_way_to_a_sign_out_that_came_meanwhile', async () => {
    await atTheProvider(tab);
    let release;
    world.provider.rule({ path: '/token' }, async ({ forward, reply }) => { const answer = await forward(); await new Promise((resolve) => { release = resolve; }); reply(answer); }, 1);
    await tab.page.evaluate(() => { window.silent = window.harness.call('signInSilent'); });
    await tab.page.waitFor(() => true);
    while (!release) await tab.page.waitFor(() => true);
    await tab.do('signOut', { federated: false });
    release();
    assert.equal((await tab.page.evaluate(() => window.silent)).failed.code, 'signed_out');
    assert.equal(await tab.do('getSession'), null);
  });

  test('t489_uses_the_refresh_token_where_there_is_one', async () => {
    await create({ scopes: 'openid offline_access' });
    await tab.click('signIn', { mode: 'popup', prompt: 'consent' });
    await tab.settled();
    await browser.context.clearCookies();
    const before = asked();
    assert.equal((await tab.do('signInSilent')).subject, 'alice');
    assert.equal(asked(), before);
    assert.equal(world.provider.tokenRequests.at(-1).grantType, 'refresh_token');
  });
});
