// What an application can set beside the protocol: its say when a session begins, defaults, claims, several clients on one page.

import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { open } from '../browsers/index.mjs';
import { openTab } from './support/harness.mjs';
import { startWindows } from './support/windows.mjs';

describe('an application', () => {
  let world;
  let browser;
  let tab;
  before(async () => {
    world = await startWindows();
    browser = await open('chromium');
  });
  after(async () => {
    await browser?.close();
    await world.close();
  });
  beforeEach(async () => {
    await tab?.close();
    tab = await openTab(world, browser, world.windows);
    await tab.do('signOut', { federated: false });
  });

  /** Makes the client anew, with a function of the application, and signs in by a window. */
  async function signIn(options = {}, hook, more = {}) {
    await tab.page.evaluate((given, text) => {
      window.harness.hooks = text ? { onSessionCreating: (0, eval)(text) } : {};
      window.harness.create(given);
    }, { ...world.windows, ...options }, hook);
    await tab.click('signIn', { mode: 'popup', ...more });
    return tab.settled();
  }
  const query = () => new URLSearchParams(world.provider.log.filter(({ path }) => path === '/auth').at(-1).query);

  test('adds to a session when it begins, and finds that after a reload', async () => {
    const hook = 'async (session, appState) => { session.plan = { level: 3 }; session.user.nickname = appState.nick; session.subject = "mallory"; }';
    const { value } = await signIn({}, hook, { appState: { nick: 'al' } });
    assert.deepEqual([value.plan, value.user.nickname, value.subject], [{ level: 3 }, 'al', 'alice']);
    await tab.load();
    const session = await tab.do('getSession');
    assert.deepEqual([session.plan, session.user.nickname, session.subject], [{ level: 3 }, 'al', 'alice']);
  });

  for (const [which, hook] of [
    ['throws', '() => { throw new Error("not you"); }'],
    ['rejects', 'async () => { throw new Error("not you"); }'],
    ['returns something else than a session', '() => 7'],
    ['makes another person of the user', '(session) => { session.user.sub = "mallory"; }'],
    ['takes the user away', '(session) => ({ plan: 1 })'],
  ]) {
    test(`whose function ${which} has no session, and the tokens are revoked`, async () => {
      const before = world.provider.count({ path: '/token/revocation' });
      const { failed } = await signIn({}, hook);
      assert.deepEqual([failed?.code, failed?.session], ['session_hook_failed', 'kept']);
      assert.equal(await tab.do('getSession'), null);
      await tab.load();
      assert.equal(await tab.do('getSession'), null);
      assert.ok(world.provider.count({ path: '/token/revocation' }) > before);
    });
  }

  test('chooses which claims become part of the user', async () => {
    assert.equal((await signIn()).value.user.iss, undefined);
    const { value } = await signIn({ filteredClaims: ['email', 'sub'], fetchUserinfo: false });
    assert.deepEqual([value.user.iss, value.user.sub], [world.provider.issuer, 'alice']);
  });

  test('has defaults for every option of a sign-in, and a call says otherwise', async () => {
    const defaultSignIn = {
      prompt: 'login', loginHint: 'alice', maxAge: 1000, acrValues: ['x'], uiLocales: ['de', 'en'], display: 'popup', scopes: 'openid email', mode: 'popup',
      extraParameters: { vendor: '1' },
    };
    await signIn({ defaultSignIn }, undefined, { maxAge: 2000 });
    const sent = Object.fromEntries(query());
    for (const [name, value] of Object.entries({ prompt: 'login', login_hint: 'alice', max_age: '2000', acr_values: 'x', ui_locales: 'de en', display: 'popup', scope: 'openid email', vendor: '1' })) {
      assert.equal(sent[name], value, name);
    }
  });

  test('has two clients on one page, each with its own session', async () => {
    await signIn({ sessionKey: 'first' });
    await tab.page.evaluate((given) => { window.first = window.harness.client; window.harness.create(given); }, { ...world.windows, sessionKey: 'second' });
    assert.equal(await tab.do('getSession'), null);
    await tab.click('signIn', { mode: 'popup', prompt: 'login', loginHint: 'bob' });
    assert.equal((await tab.settled()).value.subject, 'bob');
    assert.equal(await tab.page.evaluate(async () => (await window.first.getSession()).subject), 'alice');
    await tab.do('signOut', { federated: false });
    assert.equal(await tab.page.evaluate(async () => (await window.first.getSession()).subject), 'alice');
  });
});
