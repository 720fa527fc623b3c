// The drop-in in windows and hidden frames.

import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import { open, until } from '../browsers/index.mjs';
import { openTab, startDropIn } from './support/monocloud.mjs';

const SESSION = 'mc.session.spa';

describe('the drop-in in windows', () => {
  let world;
  let browser;
  let tab;
  before(async () => {
    // Of one site with the provider: only then does a browser send its cookies from a frame.
    world = await startDropIn({ app: { host: '127.0.0.1', fallback: '/monocloud.html' } });
    browser = await open('chromium');
  });
  after(async () => {
    await browser?.close();
    await world.close();
  });
  beforeEach(async () => {
    world.use({});
    await browser.context.clearCookies();
    tab = await openTab(world, browser, '/app?mine=1#here');
    await tab.page.evaluate(() => { localStorage.clear(); sessionStorage.clear(); });
  });
  afterEach(() => tab.close());

  const here = async () => assert.equal(await tab.page.url(), `${world.app.origin}/app?mine=1#here`);
  const windows = () => browser.context.pages().length;

  test('a person signs in and out in a popup, and the page never moves', async () => {
    const before = windows();
    await tab.click('signIn', { mode: 'popup' });
    assert.deepEqual(await tab.settled(), { value: null });
    assert.equal((await tab.do('getSession')).user.sub, 'alice');
    await here();
    await until(() => windows() === before, 'the popup to close');
    assert.equal(await tab.stored('mc.state.spa', 'sessionStorage'), null);
    await tab.click('signOut', { mode: 'popup' });
    assert.deepEqual(await tab.settled(), { value: null });
    assert.equal(await tab.do('getSession'), null);
    await here();
  });

  test('a popup has its name, size and first address, and is opened in the click', async () => {
    await tab.page.evaluate(() => {
      const real = window.open;
      window.open = (...args) => { window.opened = [...args, navigator.userActivation.isActive]; return real.apply(window, args); };
    });
    await tab.click('signIn', { mode: 'popup' });
    await tab.settled();
    const [url, name, features, active] = await tab.page.evaluate(() => window.opened);
    assert.deepEqual([url, name, active], ['about:blank', 'mc.popup', true]);
    assert.match(features, /^width=375,height=600,top=\d+,left=\d+$/);
  });

  test('a popup that is closed, refused or too slow says so, and leaves nothing behind', async () => {
    const said = async () => { const { failed } = await tab.settled(); return [failed.class, failed.message]; };
    await tab.page.evaluate(() => { const real = window.open; window.open = (...args) => (window.popup = real.apply(window, args)); });
    await tab.click('signIn', { mode: 'popup', prompt: 'login' });
    await tab.page.waitFor(() => window.popup);
    await tab.page.evaluate(() => window.popup.close());
    assert.deepEqual(await said(), ['MonoCloudJsError', 'Window closed by user']);
    await tab.page.evaluate(() => { window.open = () => null; });
    await tab.click('signIn', { mode: 'popup' });
    assert.deepEqual(await said(), ['MonoCloudJsError', 'Could not open popup']);
    await tab.page.evaluate(() => { window.open = () => ({ closed: false, close() { this.closed = true; }, location: {} }); });
    await tab.create({ authWindowTimeout: 0.01 });
    await tab.click('signIn', { mode: 'popup' });
    assert.deepEqual(await said(), ['MonoCloudJsError', 'Authentication window timed out']);
  });

  test('who signed in at the provider is signed in silently, and who did not is told so', async () => {
    const refused = await tab.page.evaluate(async () => {
      const { MonoCloudOPError } = window.harness.sdk;
      try {
        await window.harness.client.signInSilent();
        return 'signed in';
      } catch (error) {
        return [error instanceof MonoCloudOPError, error.error, error.message];
      }
    });
    assert.deepEqual(refused, [true, 'login_required', 'login_required']);
    assert.equal(await tab.page.evaluate(() => document.querySelectorAll('iframe').length), 0);
    await tab.click('signIn', { mode: 'popup' });
    await tab.settled();
    await tab.do('signOut', { federatedSignOut: false });
    const session = await tab.do('signInSilent', { appState: { a: 1 } });
    assert.equal(session.user.sub, 'alice');
    assert.deepEqual(await tab.stored(SESSION), JSON.parse(JSON.stringify(session)));
    await here();
  });

  test('a silent refusal leaves the session as it is', async () => {
    await tab.click('signIn', { mode: 'popup' });
    await tab.settled();
    const before = await tab.stored(SESSION);
    await browser.context.clearCookies();
    assert.equal((await tab.call('signInSilent')).failed.error, 'login_required');
    assert.deepEqual(await tab.stored(SESSION), before);
  });

  test('messages of others are ignored', async () => {
    await tab.page.evaluate(() => {
      setInterval(() => window.postMessage({ source: 'monocloud-auth-web-js', url: `${location.origin}/?code=forged&state=forged` }, location.origin), 1);
    });
    await tab.click('signIn', { mode: 'popup' });
    assert.deepEqual(await tab.settled(), { value: null });
    assert.equal((await tab.do('getSession')).user.sub, 'alice');
  });

  test('a popup is signed out of with a return address of the application\'s own', async () => {
    await tab.click('signIn', { mode: 'popup' });
    await tab.settled();
    await tab.page.evaluate((options) => {
      // The page that the popup comes back to has this address as its own.
      localStorage.clear();
      window.harness.create(options);
    }, { tenantDomain: world.provider.issuer, clientId: 'spa' });
    world.use({ signOutPath: '/bye' });
    await tab.click('signOut', { mode: 'popup', postLogoutRedirectUri: `${world.app.origin}/bye` });
    assert.deepEqual(await tab.settled(), { value: null });
  });

  test('a page in a frame starts no redirect, but a popup', async () => {
    await tab.page.evaluate(() => {
      const frame = document.createElement('iframe');
      frame.name = 'inner';
      frame.src = '/inner';
      document.body.append(frame);
    });
    const frame = await until(() => tab.page.raw.frame({ name: 'inner' }), 'the frame');
    await frame.waitForSelector('#ready', { state: 'visible' });
    const { failed } = await frame.evaluate(() => window.harness.call('signIn'));
    assert.equal(failed.class, 'MonoCloudJsError');
    assert.match(failed.message, /^Cannot start a redirect sign-in from inside an iframe/);
    assert.match((await frame.evaluate(() => window.harness.call('signOut'))).failed.message, /^Cannot start a redirect sign-out from inside an iframe/);
    await frame.evaluate(() => window.harness.arm('signIn', { mode: 'popup' }));
    await frame.click('#act');
    await frame.waitForFunction(() => window.harness.settled !== undefined);
    assert.deepEqual(await frame.evaluate(() => window.harness.settled), { value: null });
  });
});
