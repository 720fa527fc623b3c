// Windows, hidden frames and hooks of the Rust face: that it asks the browser module for the same as the TypeScript face.

import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import { open, until } from '../browsers/index.mjs';
import { holdRequest, json } from '../servers/faults.mjs';
import { serveSessionFrame } from './support/session-frame.mjs';
import { startWindows } from './support/windows.mjs';
import { folder } from './support/world.mjs';

/** The page that the provider sends windows and frames back to. */
const back = `<!doctype html><title>Back</title><body><script type="module">
  import start, { WindowHarness } from '/rust_harness.js';
  await start();
  const { issuer, clientId, redirectUri } = await (await fetch('/return.json')).json();
  window.made = new WindowHarness(issuer, clientId, redirectUri, issuer, 60_000, false);
  document.body.dataset.result = await window.made.process_callback().catch((code) => '!' + code);
</script>`;

describe('the Rust face', () => {
  let world;
  let browser;
  let page;
  before(async () => {
    // An application of the provider's own site: frames have its cookies.
    const app = { host: '127.0.0.1', folders: { '/': folder('e2e/rust-harness/dist') }, fallback: '/index.html' };
    world = await startWindows({ app, confirmSignIn: false });
    world.app.serve('/return.html', back);
    browser = await open('chromium');
  });
  after(async () => {
    await browser?.close();
    await world.close();
  });
  beforeEach(async () => {
    await browser.context.clearCookies();
    page = await browser.newPage();
    await load();
  });
  afterEach(async () => {
    world.provider.repair();
    world.api.demand();
    await page.evaluate(() => new Promise((resolve) => { const gone = indexedDB.deleteDatabase('oxidc'); gone.onsuccess = gone.onblocked = resolve; }));
    for (const one of browser.context.pages().slice(1)) await one.close();
  });

  async function load({ clientId = 'spa', patience = 60_000, redirectUri = world.windows.redirectUri, watch = false } = {}) {
    await page.goto(`${world.app.origin}/app`);
    await page.waitFor('#ready');
    await page.evaluate((...given) => {
      window.made = new window.WindowHarness(...given);
      // What the page sees of its windows.
      const real = window.open;
      window.opened = [];
      window.open = (...args) => {
        const popup = real.apply(window, args);
        window.opened.push(popup);
        return popup;
      };
    }, world.provider.issuer, clientId, redirectUri, world.api.audience, patience, watch);
  }
  /** Calls a method: its text, or `!` and the code of its error. */
  const call = (method, ...args) => page.evaluate((name, given) => Promise.resolve(window.made[name](...given)).catch((error) => `!${error}`), method, args);
  /** Lets a real click begin a call; `settled` has what comes of it. */
  async function click(what, appState = '') {
    await page.evaluate((name, state) => {
      window.settled = undefined;
      document.getElementById('act').onclick = () => {
        window.made.begin(name, state);
        // Nothing was awaited yet, and the window is there.
        window.openedAtOnce = window.opened.length;
        window.made.end().catch((error) => `!${error}`).then((result) => { window.settled = result; });
      };
    }, what, appState);
    await page.click('#act');
  }
  const settled = async () => {
    await page.waitFor(() => window.settled !== undefined);
    return page.evaluate(() => window.settled);
  };
  /** Begins a call in a window, and gives the window at the provider's first page. */
  async function show(what = 'signIn', ready = '#sign-in', appState = '') {
    const opened = browser.context.waitForEvent('page');
    await click(what, appState);
    const popup = await opened;
    if (ready) await popup.waitForSelector(ready);
    return popup;
  }
  async function signIn(appState) {
    const popup = await show('signIn', '#sign-in', appState);
    await popup.click('#sign-in');
    return settled();
  }

  test('signs in and out in a window that opens in the click, and the page never moves', async () => {
    const popup = await show();
    assert.equal(await page.evaluate(() => window.openedAtOnce), 1);
    assert.deepEqual(await popup.evaluate(() => [innerWidth, innerHeight]), [333, 444]);
    await popup.click('#sign-in');
    assert.equal(await settled(), 'alice');
    if (!popup.isClosed()) await popup.waitForEvent('close');
    assert.equal(await call('session'), 'alice acme false');
    assert.equal(await page.url(), `${world.app.origin}/app`);
    await show('signOut', null);
    assert.equal(await settled(), 'true NotRequested');
    assert.equal(await call('session'), '');
    assert.equal(await page.url(), `${world.app.origin}/app`);
  });

  test('says popup_blocked, popup_closed, popup_timed_out and redirect_uri_foreign as TypeScript does', async () => {
    await page.evaluate(() => { window.real = window.open; window.open = () => null; });
    await click('signIn');
    assert.equal(await settled(), '!popup_blocked');
    await page.evaluate(() => { window.open = window.real; });

    world.provider.rule({ path: '/jwks' }, holdRequest(new Promise(() => {})));
    let release;
    world.provider.rule({ path: '/.well-known/openid-configuration' }, holdRequest(new Promise((resolve) => { release = resolve; })));
    const early = await show('signIn', null);
    await early.close();
    release();
    assert.equal(await settled(), '!popup_closed');
    world.provider.repair();

    await load({ patience: 300 });
    const late = await show('signIn', null);
    const closed = late.waitForEvent('close');
    assert.equal(await settled(), '!popup_timed_out');
    await closed;

    await load({ redirectUri: 'https://elsewhere.example/' });
    await click('signIn');
    assert.equal(await settled(), '!redirect_uri_foreign');
  });

  test('closes the window of a future that is dropped', async () => {
    const opened = browser.context.waitForEvent('page');
    await page.evaluate(() => { document.getElementById('act').onclick = () => window.made.begin('signIn', ''); });
    await page.click('#act');
    const popup = await opened;
    await popup.waitForSelector('#sign-in');
    const closed = popup.waitForEvent('close');
    await page.evaluate(() => window.made.give_up());
    await closed;
    assert.equal(await call('session'), '');
    // The next one is a new one.
    assert.equal(await signIn(), 'alice');
  });

  test('a return page whose opener is gone says that nobody took its address', async () => {
    const popup = await show();
    await page.goto('about:blank');
    await popup.click('#sign-in');
    await popup.waitForFunction(() => document.body?.dataset.result);
    assert.equal(await popup.evaluate(() => document.body.dataset.result), 'relayed false');
    await load();
  });

  test('a session to which the application says no does not begin', async () => {
    assert.equal(await signIn('refuse'), '!session_hook_failed');
    assert.equal(await call('session'), '');
  });

  test('signs in with nothing shown, and says what is missing', async () => {
    assert.equal(await call('silent', 'frame', false), '!login_required');
    await signIn();
    // A page that has lost its session, in a browser that is still signed in at the provider.
    await page.evaluate(() => new Promise((resolve) => {
      for (const name of Object.keys(localStorage)) if (name.startsWith('copy:')) localStorage.removeItem(name);
      const gone = indexedDB.deleteDatabase('oxidc');
      gone.onsuccess = gone.onblocked = resolve;
    }));
    await load();
    assert.equal(await call('session'), '');
    assert.equal(await call('silent', 'frame', false), 'alice');
    assert.equal(await page.evaluate(() => document.querySelectorAll('iframe').length), 0);
    assert.equal(await page.url(), `${world.app.origin}/app`);
    await load();
    await show('signOut', null);
    await settled();
    assert.equal(await call('silent', 'frame', false), '!silent_after_sign_out');
  });

  test('a frame that does not come back is frame_failed', async () => {
    await load({ patience: 1 });
    assert.equal(await call('silent', 'frame', false), '!frame_failed');
  });

  test('a silent sign-in by a redirect comes back to the page with what is missing', async () => {
    await call('silent', 'redirect', false).catch(() => {});
    await page.waitFor(() => document.body?.dataset.result);
    assert.equal(await page.evaluate(() => document.body.dataset.result), `signInSilent login_required ${world.app.origin}/app state`);
  });

  test('an API that wants a stronger sign-in gets one from the hook, once for all who wait, or a typed error', async () => {
    await signIn();
    world.api.demand('Bearer error="insufficient_user_authentication", max_age="300", acr_values="a b"', 2);
    const opened = browser.context.waitForEvent('page');
    const answers = page.evaluate((url) => Promise.all([window.made.get(url), window.made.get(url)]), `${world.api.origin}/me`);
    const popup = await opened;
    await popup.waitForSelector('#sign-in');
    const request = new URLSearchParams(world.provider.log.filter(({ path }) => path === '/auth').at(-1).query);
    assert.deepEqual([request.get('acr_values'), request.get('max_age')], ['a b', '300']);
    await popup.click('#sign-in');
    assert.deepEqual(await answers, ['200', '200']);
    assert.equal(await call('asked'), 1);
    world.api.demand('Bearer error="insufficient_user_authentication", acr_values="c"');
    await page.evaluate(() => { window.open = () => null; });
    assert.equal(await call('get', `${world.api.origin}/me`), '!step_up_required ["c"]');
  });

  test('asks the frame of the provider, and the session ends with that of the provider', async () => {
    const frame = serveSessionFrame(world);
    await load({ watch: true });
    assert.equal(await signIn(), 'alice');
    await page.front();
    await until(() => frame.asked.includes('spa first'), 'the frame to be asked');
    await browser.context.clearCookies();
    frame.current = 'gone';
    await page.waitFor(() => window.made.endings().length > 0);
    assert.deepEqual(await call('endings'), ['ProviderSignedOut']);
    assert.equal(await call('session'), '');
  });

  test('binds tokens to a key of the browser with the feature `extended`', async () => {
    world.app.serve('/return.json', JSON.stringify({ ...world.windows, clientId: 'spa-dpop' }));
    await load({ clientId: 'spa-dpop' });
    assert.equal(await signIn(), 'alice');
    assert.equal(await call('token_type'), 'DPoP');
    assert.equal(await call('get', `${world.api.origin}/me`), '200');
    world.provider.rule({ grant: 'authorization_code' }, json((body) => ({ ...body, token_type: 'Bearer' })));
    await browser.context.clearCookies();
    await load({ clientId: 'spa-dpop' });
    assert.equal(await signIn(), '!dpop_downgrade');
    world.app.serve('/return.json', JSON.stringify(world.windows));
  });
});
