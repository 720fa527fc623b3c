// The provider's frame says that the person's session changed.

import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import { open, until } from '../browsers/index.mjs';
import { idToken, loseRequest } from '../servers/faults.mjs';
import { claims } from '../servers/forge.mjs';
import { startStatic } from '../servers/static.mjs';
import { openTab } from './support/harness.mjs';
import { serveSessionFrame } from './support/session-frame.mjs';
import { startWindows } from './support/windows.mjs';

describe('a session that is watched', () => {
  let world;
  let browser;
  let tab;
  /** The provider's frame. */
  let frame;

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
    frame = serveSessionFrame(world);
  });
  afterEach(async () => {
    world.provider.repair();
    await tab.page.evaluate(() => new Promise((resolve) => { const gone = indexedDB.deleteDatabase('oxidc'); gone.onsuccess = gone.onblocked = resolve; }));
    await tab.close();
  });

  async function signedIn(options) {
    tab = await openTab(world, browser, { ...world.windows, scopes: 'openid profile offline_access', checkSession: true, ...options });
    await tab.click('signIn', { mode: 'popup', prompt: 'consent' });
    const { failed } = await tab.settled();
    assert.equal(failed, undefined, failed?.message);
    await tab.page.front();
  }
  const silentLooks = () => world.provider.log.filter(({ path, query }) => path === '/auth' && query.includes('prompt=none')).length;
  const frames = () => tab.page.evaluate(() => document.querySelectorAll('iframe').length);
  const signedOut = async () => (await tab.events()).filter(([event]) => event === 'signedOut').map(([, reason]) => reason);

  test('t437_t438_unchanged_is_nothing, changed leads to one look that keeps who is still there', async () => {
    await signedIn();
    await until(() => frame.asked.includes('spa first'), 'the frame to be asked');
    const before = silentLooks();
    const refreshes = world.provider.count({ grant: 'refresh_token' });
    frame.current = 'second';
    await until(() => frame.asked.includes('spa second'), 'the frame to be asked with the new state');
    assert.equal(silentLooks(), before + 1);
    assert.equal((await tab.do('getSession')).subject, 'alice');
    assert.equal(world.provider.count({ grant: 'refresh_token' }), refreshes);
    await tab.do('refreshSession');
    assert.deepEqual(await signedOut(), []);

    // The next page knows the state from the record, and hears of it too.
    frame.asked = [];
    await tab.load();
    await tab.do('getSession');
    await until(() => frame.asked.includes('spa second'), 'the next page to ask');
    await tab.do('signOut', { federated: false });
    await tab.page.waitFor(() => document.querySelectorAll('iframe').length === 0);
  });

  test('t438_changed_and_nobody_is_at_the_provider: the session ends', async () => {
    await signedIn();
    await until(() => frame.asked.includes('spa first'), 'the frame to be asked');
    await browser.context.clearCookies();
    frame.current = 'gone';
    await tab.page.waitFor(() => window.harness.client.state === 'needsSignIn');
    assert.deepEqual(await signedOut(), ['provider_signed_out']);
    assert.equal(await tab.do('getSession'), null);
    assert.equal(await frames(), 0);
  });

  test('t438_a_frame_that_never_saw_the_session signs nobody out: it may be without its cookies', async () => {
    frame.says = 'changed';
    const before = silentLooks();
    world.provider.rule({ path: '/auth' }, async ({ forward, reply }) => {
      const [original, { query }] = [await forward(), world.provider.log.at(-1)];
      const state = new URLSearchParams(query).get('state');
      const location = `${world.windows.redirectUri}?${new URLSearchParams({ error: 'login_required', state, iss: world.provider.issuer })}`;
      reply(query.includes('prompt=none') ? { ...original, status: 303, headers: { ...original.headers, location } } : original);
    });
    await signedIn();
    await until(() => silentLooks() === before + 1, 'the look');
    await tab.page.waitFor(() => document.querySelectorAll('iframe').length === 0);
    await tab.do('refreshSession');
    assert.deepEqual(await signedOut(), []);
  });

  test('t438_changed_and_somebody_else_is_at_the_provider: the session ends', async () => {
    await signedIn();
    world.provider.rule({ path: '/token', grant: 'authorization_code' }, idToken(claims({ sub: 'bob' })), 1);
    frame.current = 'bobs';
    await tab.page.waitFor(() => window.harness.client.state === 'needsSignIn');
    assert.deepEqual(await signedOut(), ['user_changed']);
  });

  test('t438_changed_and_no_answer: the session is kept', async () => {
    await signedIn();
    const before = silentLooks();
    const exchanges = world.provider.count({ path: '/token', grant: 'authorization_code' });
    world.provider.rule({ path: '/token', grant: 'authorization_code' }, loseRequest());
    frame.current = 'second';
    await until(() => world.provider.count({ path: '/token', grant: 'authorization_code' }) > exchanges && silentLooks() === before + 1, 'the look');
    await tab.page.waitFor(() => document.querySelectorAll('iframe').length === 0);
    world.provider.repair();
    await tab.do('refreshSession');
    assert.equal((await tab.do('getSession')).subject, 'alice');
    assert.deepEqual(await signedOut(), []);
  });

  test('t437_error_stops_it_and_asks_nobody', async () => {
    const before = silentLooks();
    frame.says = 'error';
    await signedIn();
    await until(() => frame.asked.length > 0, 'the frame to be asked');
    await tab.page.waitFor(() => document.querySelectorAll('iframe').length === 0);
    assert.equal(silentLooks(), before);
    assert.equal((await tab.do('getSession')).subject, 'alice');
  });

  test('t437_other_words_other_origins_and_other_windows_are_not_heard', async () => {
    const before = silentLooks();
    frame.says = 'Changed';
    await signedIn();
    await until(() => frame.asked.length > 0, 'the frame to be asked');
    const stranger = await startStatic({ host: 'localhost' });
    stranger.serve('/evil.html', '<!doctype html><script>for (let n = 0; n < 1000; n += 1) parent.postMessage("changed", location.hash.slice(1)); parent.postMessage("done", location.hash.slice(1));</script>');
    await tab.page.evaluate((url) => new Promise((resolve) => {
      addEventListener('message', ({ data }) => { if (data === 'done') resolve(); });
      postMessage('changed', origin);
      const stranger = document.createElement('iframe');
      stranger.src = url;
      document.body.append(stranger);
    }), `${stranger.origin}/evil.html#${world.app.origin}`);
    frame.asked = [];
    await until(() => frame.asked.length > 0, 'the frame to be asked again');
    assert.equal(silentLooks(), before);
    assert.equal(await frames(), 2, 'it is still watched');
    await stranger.close();
  });

  test('t437_a_frame_that_says_changed_for_ever leads to one look', async () => {
    frame.says = 'changed';
    const before = silentLooks();
    await signedIn();
    await until(() => silentLooks() === before + 1, 'the look');
    await tab.page.waitFor(() => document.querySelectorAll('iframe').length === 0);
    assert.equal((await tab.do('getSession')).subject, 'alice');
    assert.equal(silentLooks(), before + 1);
  });

  for (const [why, url, options] of [
    ['missing', () => undefined],
    ['of another origin', () => 'https://evil.example/check'],
    ['insecure', () => 'http://login.example.com/check'],
    ['not asked for', () => `${world.provider.issuer}/check`, { checkSession: false }],
  ]) {
    test(`t439_a_frame_that_is ${why} is not shown`, async () => {
      frame.published = url();
      await signedIn(options);
      await tab.do('refreshSession');
      assert.equal(await frames(), 0);
      assert.deepEqual(frame.asked, []);
    });
  }
});
