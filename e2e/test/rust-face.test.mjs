// The Rust face in a real browser: what only it does, and that the browser module does the rest for it too.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { open, until } from '../browsers/index.mjs';
import { sharedWorkers } from './support/shared-worker.mjs';
import { folder, startWorld } from './support/world.mjs';

describe('the Rust face', () => {
  let world;
  let browser;
  let page;
  before(async () => {
    world = await startWorld({ app: { folders: { '/': folder('e2e/rust-harness/dist') }, fallback: '/index.html' } });
    browser = await open('chromium');
    page = await browser.newPage();
  });
  after(async () => {
    await browser?.close();
    await world.close();
  });

  /** Makes a client in the page that is there. */
  async function make(storage) {
    await page.waitFor('#ready');
    await page.evaluate((...given) => { window.made = new window.Harness(...given); }, world.provider.issuer, world.api.audience, storage);
  }
  async function load(storage, path = '/') {
    await page.goto(world.app.origin + path);
    await make(storage);
  }
  /** Calls a method: its text, or `!` and the code of its error. */
  const call = (method, ...args) => page.evaluate((name, given) => Promise.resolve(window.made[name](...given)).catch((error) => `!${error}`), method, args);
  async function signIn(storage) {
    await load(storage);
    await call('sign_in').catch(() => {});
    await page.waitForUrl((url) => url.startsWith(`${world.app.origin}/?`));
    await make(storage);
    // Where the session outlives it, the page is loaded anew at once.
    const result = await call('process_callback').catch(() => 'left');
    await page.waitForUrl((url) => url === `${world.app.origin}/inside`);
    return result;
  }

  for (const [storage, reload] of [['indexeddb', true], ['local', true], ['session', true], ['custom', true], ['memory', false]]) {
    test(`${storage}: a sign-in arrives where it should, and a reload is ${reload ? 'still signed in' : 'signed out'}`, async () => {
      const result = await signIn(storage);
      if (reload) await make(storage);
      else assert.equal(result, 'signIn alice state');
      assert.equal(await call('subject'), 'alice');
      await load(storage);
      assert.equal(await call('subject'), reload ? 'alice' : '');
      const own = await page.evaluate(() => Object.keys(localStorage).filter((key) => key.startsWith('mine ')).length);
      assert.equal(own > 0, storage === 'custom');
      if (reload) assert.equal(await call('sign_out'), 'NotRequested');
      await page.evaluate(() => localStorage.clear());
    });
  }

  test('who drops a future gives up alone', async () => {
    await signIn('local');
    await load('local');
    const before = world.provider.tokenRequests.length;
    assert.equal(await call('refresh_with_one_who_gives_up'), 'Bearer');
    assert.equal(world.provider.tokenRequests.length, before + 1);
  });

  test('who drops a reading of the user information makes no request', async () => {
    await load('local');
    // The client is there, so that both calls begin at once.
    assert.equal(await call('subject'), 'alice');
    const requests = () => world.provider.log.filter(({ method, path }) => method === 'GET' && path === '/me').length;
    const before = requests();
    assert.equal(await call('refetch_with_one_who_gives_up'), 'alice');
    assert.equal(requests(), before + 1);
  });

  test('requests carry the token, and those that cannot are refused with a code', async () => {
    await load('local');
    assert.equal(await call('get', `${world.api.origin}/me`), '200');
    assert.equal(await call('get', 'http://'), '!option_invalid');
    assert.equal(await call('post', `${world.api.origin}/me`, 'Bearer mine'), '!authorization_header_set');
    assert.equal(await call('get', `${world.app.origin}/`), '200');
  });

  test('a subscription that is dropped hears nothing more', async () => {
    await load('local');
    assert.equal(await call('refresh_with_one_who_gives_up'), 'Bearer');
    const heard = await call('events');
    assert.ok(heard.includes('session refreshed') && heard.includes('state SignedIn'), heard.join());
    await call('deafen');
    assert.equal(await call('refresh_with_one_who_gives_up'), 'Bearer');
    assert.deepEqual(await call('events'), []);
  });

  test('a storage of the application that is full is reported, and the session lives on', async () => {
    await signIn('custom');
    await load('custom');
    assert.equal(await call('subject'), 'alice');
    await call('fill');
    assert.equal(await call('refresh_with_one_who_gives_up'), 'Bearer');
    assert.ok((await call('events')).includes('error storage_degraded'));
    assert.equal(await call('subject'), 'alice');
  });

  test('a closed client says so, and so does one without a session', async () => {
    await load('memory');
    assert.equal(await call('refresh_with_one_who_gives_up'), '!no_session');
    await call('close');
    assert.equal(await call('subject'), '!closed');
  });

  test('a client of which nobody holds a clone is closed', async () => {
    await load('local');
    await page.evaluate(() => {
      const { close } = BroadcastChannel.prototype;
      window.channelsClosed = 0;
      BroadcastChannel.prototype.close = function () { window.channelsClosed += 1; close.call(this); };
    });
    await call('subject');
    assert.equal(await page.evaluate(() => window.channelsClosed), 0);
    await page.evaluate(() => window.made.free());
    await page.waitFor(() => window.channelsClosed === 1);
  });

  describe('with a storage in a worker, whose script the crate carries', () => {
    before(async () => {
      // As in browsers that know no longer life.
      await browser.context.addInitScript(() => {
        const Original = window.SharedWorker;
        window.SharedWorker = class extends Original {
          constructor(url, { name }) { super(url, { name }); }
        };
      });
      await page.goto(`${world.app.origin}/`);
      await page.waitFor('#ready');
      world.app.serve('/oxidc-worker.js', await page.evaluate(() => window.worker_script()));
    });
    /** What a method answers in another tab. */
    const ask = (tab, method) => tab.evaluate((name) => Promise.resolve(window.made[name]()).catch((error) => `!${error}`), method);
    async function another() {
      const tab = await browser.newPage();
      await tab.goto(`${world.app.origin}/`);
      await tab.waitFor('#ready');
      await tab.evaluate((...given) => { window.made = new window.Harness(...given); }, world.provider.issuer, world.api.audience, 'worker');
      return tab;
    }

    test('the page is not loaded anew after a sign-in, and all tabs share the session', async () => {
      assert.equal(await signIn('worker'), 'signIn alice state');
      assert.equal(await call('refresh_with_one_who_gives_up'), 'Bearer');
      const tab = await another();
      assert.equal(await ask(tab, 'subject'), 'alice');
      await load('worker');
      assert.equal(await call('subject'), 'alice');
      assert.equal((await sharedWorkers(browser)).length, 1);
      assert.equal(await call('sign_out'), 'NotRequested');
      await tab.waitFor(() => window.made.events().includes('signedOut SignedOut'));
      await tab.close();
    });

    test('a worker whose address a Trusted Types policy of the page made is taken, and a text is not where only that policy is allowed', async () => {
      await page.close();
      world.app.setHeaders({ 'content-security-policy': "require-trusted-types-for 'script'; trusted-types mine" });
      await browser.context.addInitScript(() => {
        window.workerUrl = trustedTypes.createPolicy('mine', { createScriptURL: (url) => url }).createScriptURL('/oxidc-worker.js');
      });
      page = await browser.newPage();
      assert.equal(await signIn('trusted-worker'), 'signIn alice state');
      assert.equal((await sharedWorkers(browser)).length, 1);
      assert.equal(await call('sign_out'), 'NotRequested');
      await load('worker');
      assert.equal(await call('subject'), '');
      await until(async () => (await sharedWorkers(browser)).length === 0, 'that there is no worker');
      world.app.setHeaders({});
    });

    test('a worker that is stopped ends the session with a reason of its own', async () => {
      await signIn('worker');
      const tab = await another();
      assert.equal(await ask(tab, 'subject'), 'alice');
      const running = (await sharedWorkers(browser)).map(({ targetId }) => targetId);
      await browser.crash(page);
      await until(async () => (await sharedWorkers(browser)).every(({ targetId }) => !running.includes(targetId)), 'the worker to be gone');
      assert.equal(await ask(tab, 'refresh_with_one_who_gives_up'), '!worker_lost');
      const heard = await ask(tab, 'events');
      assert.ok(heard.includes('signedOut WorkerLost') && heard.includes('state NeedsSignIn'), heard.join());
      assert.equal(await ask(tab, 'subject'), '');
    });
  });
});
