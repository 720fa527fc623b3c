// Sign-in and sign-out in a window of its own: what the window may do to the page that opened it, and what not.

import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import { engines, open } from '../browsers/index.mjs';
import { holdRequest, html, header } from '../servers/faults.mjs';
import { startStatic } from '../servers/static.mjs';
import { openTab } from './support/harness.mjs';
import { startWindows } from './support/windows.mjs';

for (const engine of engines) {
  describe(`windows in ${engine}`, () => {
    let world;
    let browser;
    before(async () => {
      world = await startWindows();
      browser = await open(engine);
    });
    after(async () => {
      await browser?.close();
      await world.close();
    });

    test('a person signs in and out in a window, and the page never moves', async () => {
      const tab = await openTab(world, browser, world.windows);
      await tab.load('/app?mine=1#here');
      const address = await tab.page.url();
      await tab.click('signIn', { mode: 'popup' });
      const { value, failed } = await tab.settled();
      assert.equal(failed, undefined, failed?.message);
      assert.equal(value.subject, 'alice');
      assert.equal(await tab.page.url(), address);
      assert.equal((await tab.do('getSession')).subject, 'alice');
      await tab.click('signOut', { mode: 'popup' });
      assert.deepEqual((await tab.settled()).value, { navigated: true, revoked: 'notRequested' });
      assert.equal(await tab.do('getSession'), null);
      assert.equal(await tab.page.url(), address);
      await tab.close();
    });

    test('t330_a_provider_with_a_cross_origin_opener_policy_answers_all_the_same', async () => {
      world.provider.rule({}, header('cross-origin-opener-policy', 'same-origin'));
      const tab = await openTab(world, browser, { ...world.windows, storage: 'memory' });
      await tab.click('signIn', { mode: 'popup' });
      const { value, failed } = await tab.settled();
      assert.equal(value?.subject, 'alice', failed?.code);
      world.provider.repair();
      await tab.close();
    });
  });
}

/** Waits until no click counts any more, in the page: what a driver runs counts as one. Then tries a sign-in, without a click. */
const noClick = (page) => page.evaluate(() => new Promise((resolve) => {
  const looking = setInterval(() => {
    if (navigator.userActivation.isActive) return;
    clearInterval(looking);
    window.blocked ??= window.harness.call('signIn', { mode: 'popup' });
    resolve(true);
  }, 50);
}));

for (const engine of engines) {
  describe(`a browser that blocks windows: ${engine}`, () => {
    let world;
    let browser;
    before(async () => {
      world = await startWindows();
      // WebKit always does.
      browser = await open(engine, { blockPopups: true });
    });
    after(async () => {
      await browser?.close();
      await world.close();
    });

    test('t327_opens_one_in_a_click_however_long_the_provider_takes_and_none_without', async () => {
      const tab = await openTab(world, browser, { storage: 'memory', ...world.windows });
      await noClick(tab.page);
      const { failed } = await tab.page.evaluate(() => window.blocked);
      assert.deepEqual([failed?.code, failed?.name, failed?.session], ['popup_blocked', 'EnvironmentError', 'kept']);
      let release;
      world.provider.rule({ path: '/.well-known/openid-configuration' }, holdRequest(new Promise((resolve) => { release = resolve; })));
      await tab.click('signIn', { mode: 'popup' });
      await noClick(tab.page);
      release();
      assert.equal((await tab.settled()).value?.subject, 'alice');
      await tab.close();
    });
  });

  describe(`a window in ${engine}`, () => {
    let world;
    let browser;
    let tab;
    let windows;
    before(async () => {
      world = await startWindows({ confirmSignIn: false });
      browser = await open(engine);
    });
    after(async () => {
      await browser?.close();
      await world.close();
    });
    beforeEach(async () => {
      windows = [];
      await browser.clearCookies(world.provider.issuer);
      tab = await openTab(world, browser, { storage: 'memory', ...world.windows });
      // So that a test can see what the page sees of its window.
      await tab.page.evaluate(() => {
        const real = window.open;
        window.opened = [];
        window.open = (...args) => {
          const active = navigator.userActivation.isActive;
          const popup = real.apply(window, args);
          window.opened.push({ popup, active });
          return popup;
        };
      });
    });
    afterEach(async () => {
      world.provider.repair();
      world.app.setHeaders({});
      for (const page of [...windows, tab.page]) if (await page.isOpen()) await page.close();
    });

    /** Clicks, and gives the window that opens, at the provider's first page. */
    async function show(method = 'signIn', options = {}, ready = '#sign-in') {
      const popup = await opened(() => tab.click(method, { mode: 'popup', ...options }));
      if (ready) await popup.waitFor(ready);
      return popup;
    }
    async function opened(action) {
      const popup = await browser.opened(action);
      windows.push(popup);
      return popup;
    }
    const signIn = (popup) => popup.click('#sign-in');
    const exchanges = () => world.provider.count({ path: '/token' });
    const pending = () => tab.page.evaluate(() => window.harness.settled === undefined);
    const failed = async (code) => {
      const outcome = await tab.settled();
      assert.equal(outcome.failed?.code, code, JSON.stringify(outcome));
      assert.equal(outcome.failed.session, 'kept');
      return outcome.failed;
    };
    /** The attempts that are stored and were not used. */
    const attempts = () => tab.page.evaluate(async () => (await indexedDB.databases()).length === 0 ? [] : new Promise((resolve, reject) => {
      const opening = indexedDB.open('oxidc');
      opening.onerror = () => reject(opening.error);
      opening.onsuccess = () => {
        const read = opening.result.transaction('records').objectStore('records').get('oxidc:attempts');
        read.onsuccess = () => { opening.result.close(); resolve(JSON.parse(read.result ?? '[]').filter((one) => !one.used)); };
      };
    }));
    /** The page has looked at its window often enough to know it at another site. */
    const seen = async () => {
      for (let looks = 0; looks < 20; looks += 1) {
        await tab.page.waitFor(() => new Promise((resolve) => { setTimeout(() => { try { resolve(!window.opened.at(-1).popup.location.href); } catch { resolve(true); } }, 25); }));
      }
    };
    /** The state of the sign-in whose window is at the provider. */
    const stateOf = async () => (await attempts()).at(-1).state;
    const say = (channel, message) => tab.page.evaluate((name, value) => {
      const other = new BroadcastChannel(name);
      other.postMessage(value);
      other.close();
    }, channel, message);

    test('t327_that_the_browser_does_not_open_is_popup_blocked_and_leaves_nothing', async () => {
      const before = (await attempts()).length;
      for (const nothing of ['null', '({ closed: true })']) {
        await tab.page.evaluate((text) => { window.open = () => (0, eval)(text); }, nothing);
        await tab.click('signIn', { mode: 'popup' });
        await failed('popup_blocked');
      }
      assert.equal((await attempts()).length, before);
    });

    test('t328_opens_in_the_click_however_long_the_provider_takes', async () => {
      let release;
      world.provider.rule({ path: '/.well-known/openid-configuration' }, holdRequest(new Promise((resolve) => { release = resolve; })));
      await tab.page.evaluate(() => new Promise((resolve) => { indexedDB.deleteDatabase('oxidc').onsuccess = resolve; }));
      const popup = await show('signIn', {}, null);
      assert.deepEqual(await tab.page.evaluate(() => window.opened.map(({ active, popup }) => [active, popup.location.href])), [[true, 'about:blank']]);
      release();
      await popup.waitFor('#sign-in');
      await signIn(popup);
      assert.equal((await tab.settled()).value.subject, 'alice');
    });

    test('t329_that_the_person_closes_is_popup_closed_before_and_after_it_loaded', async () => {
      let release;
      world.provider.rule({ path: '/jwks' }, holdRequest(new Promise(() => {})));
      world.provider.rule({ path: '/.well-known/openid-configuration' }, holdRequest(new Promise((resolve) => { release = resolve; })));
      await tab.page.evaluate(() => new Promise((resolve) => { indexedDB.deleteDatabase('oxidc').onsuccess = resolve; }));
      const early = await show('signIn', {}, null);
      await early.close();
      release();
      await failed('popup_closed');
      const popup = await show();
      const state = await stateOf();
      await seen();
      await popup.close();
      await failed('popup_closed');
      assert.deepEqual((await attempts()).filter((one) => one.state === state), []);
      await say(`oxidc:relay:${state}`, { url: `${world.windows.redirectUri}?code=late&state=${state}` });
      assert.equal(await tab.do('getSession'), null);
    });

    test('t330_that_is_cut_off_by_a_cross_origin_opener_policy_is_not_taken_for_closed_and_answers_all_the_same', async () => {
      world.provider.rule({}, header('cross-origin-opener-policy', 'same-origin'));
      const popup = await show();
      await tab.page.waitFor(() => window.opened[0].popup.closed);
      assert.equal(await popup.evaluate(() => window.opener), null);
      // Longer than a window that was closed would be given.
      for (const end = Date.now() + 1_500; Date.now() < end;) assert.equal(await pending(), true);
      await signIn(popup);
      assert.equal((await tab.settled()).value.subject, 'alice');
      await popup.gone();
    });

    test('t331_whose_return_page_has_an_opener_policy_of_its_own_answers_by_the_channel', async () => {
      world.app.setHeaders({ 'cross-origin-opener-policy': 'same-origin' });
      const popup = await show();
      await signIn(popup);
      assert.equal((await tab.settled()).value.subject, 'alice');
    });

    test('t332_that_comes_back_at_once_is_not_missed', async () => {
      await signIn(await show());
      await tab.settled();
      for (let round = 0; round < 10; round += 1) {
        // It may be gone before a driver has seen it.
        await tab.click('signIn', { mode: 'popup' });
        assert.equal((await tab.settled()).value?.subject, 'alice');
      }
    });

    test('t333_is_believed_alone: not another window, not another origin, and once', async () => {
      const popup = await show();
      const relay = await stateOf();
      const url = `${world.windows.redirectUri}?error=access_denied&state=${relay}&iss=${encodeURIComponent(world.provider.issuer)}`;
      await tab.page.evaluate((message) => window.postMessage(message, location.origin), { relay, url });
      await popup.evaluate((message, target) => window.opener.postMessage(message, target), { relay, url }, world.app.origin);
      assert.equal(await pending(), true);
      const before = exchanges();
      await signIn(popup);
      assert.equal((await tab.settled()).value.subject, 'alice');
      await say(`oxidc:relay:${relay}`, { url });
      assert.equal((await tab.do('getSession')).subject, 'alice');
      assert.equal(exchanges(), before + 1);
    });

    test('t334_says_an_address_of_sensible_size_and_nothing_else', async () => {
      const popup = await show();
      const relay = await stateOf();
      const own = `${world.windows.redirectUri}?code=x&state=${relay}`;
      for (const message of [null, 7, 'text', [], {}, { url: 7 }, { url: null }, { url: { href: own } }, { url: `${own}&x=${'x'.repeat(1_000_000)}` }, { received: true }]) {
        await say(`oxidc:relay:${relay}`, message);
      }
      assert.equal(await pending(), true);
      await signIn(popup);
      assert.equal((await tab.settled()).value.subject, 'alice');
    });

    const forged = [
      ['t118_without_a_state', (state) => '?code=x', 'state_missing'],
      ['t119_with_another_state', (state) => `?code=x&state=${state}1`, 'state_unknown'],
      ['t123_with_a_state_twice', (state) => `?code=x&state=${state}&state=${state}`, 'callback_malformed'],
      ['t124_with_a_code_and_an_error', (state) => `?code=x&error=y&state=${state}`, 'callback_malformed'],
      ['t126_with_a_token', (state) => `?access_token=x&state=${state}`, 'callback_malformed'],
      ['t130_of_another_issuer', (state) => `?code=x&state=${state}&iss=https%3A%2F%2Fother.example`, 'issuer_mismatch'],
      ['t131_without_an_issuer', (state) => `?code=x&state=${state}`, 'issuer_missing'],
      ['t143_of_a_person_who_declined', (state, issuer) => `?error=access_denied&state=${state}&iss=${issuer}`, 'access_denied'],
      ['without_any_answer', () => '', 'callback_malformed'],
    ];
    for (const [which, query, code] of forged) {
      test(`t334_an_address_that_came_by_message_is_checked_like_any_other: ${which}`, async () => {
        await show();
        const state = await stateOf();
        const [before, address] = [exchanges(), await tab.page.url()];
        await say(`oxidc:relay:${state}`, { url: world.windows.redirectUri + query(state, encodeURIComponent(world.provider.issuer)) });
        await failed(code);
        assert.equal(exchanges(), before);
        assert.equal(await tab.page.url(), address);
      });
    }

    test('an address that came by message must be that of the return page', async () => {
      await show();
      const state = await stateOf();
      await say(`oxidc:relay:${state}`, { url: `${world.app.origin}/elsewhere?code=x&state=${state}` });
      await failed('callback_malformed');
    });

    test('t335_that_the_person_takes_elsewhere_stays_open_until_it_is_closed', async () => {
      const popup = await show();
      await tab.page.evaluate(() => { window.errors = []; addEventListener('error', ({ message }) => window.errors.push(message)); });
      await popup.goto(`${world.api.origin}/nothing`);
      await seen();
      assert.equal(await pending(), true);
      await popup.close();
      await failed('popup_closed');
      assert.deepEqual(await tab.page.evaluate(() => window.errors), []);
    });

    test('t336_of_a_second_click_is_the_first_one_again', async () => {
      const before = (await attempts()).length;
      const popup = await show();
      await tab.page.front();
      const first = tab.page.evaluate(() => { window.first = undefined; document.getElementById('act').click(); return window.opened.length; });
      assert.equal(await first, 1);
      assert.equal((await attempts()).length, before + 1);
      await signIn(popup);
      assert.equal((await tab.settled()).value.subject, 'alice');
      assert.equal(await tab.page.evaluate(() => window.opened.length), 1);
    });

    test('t433_of_a_later_sign_out_takes_the_place_of_a_sign_in', async () => {
      await signIn(await show());
      await tab.settled();
      const popup = await show('signIn', { prompt: 'login' });
      await tab.page.evaluate(() => { window.signedOut = window.harness.client.signOut({ federated: false, mode: 'popup' }); });
      await popup.gone();
      assert.equal((await tab.settled()).failed.code, 'aborted');
      assert.equal(await tab.do('getSession'), null);
    });

    test('t337_whose_opener_is_gone_says_so_and_uses_nothing', async () => {
      const popup = await show();
      const [before, state] = [exchanges(), await stateOf()];
      await tab.load();
      await signIn(popup);
      await popup.waitFor(() => document.body?.dataset.result);
      assert.deepEqual(JSON.parse(await popup.evaluate(() => document.body.dataset.result)), { handled: 'relayed', received: false });
      assert.equal(await popup.url(), world.windows.redirectUri);
      assert.equal(exchanges(), before);
      assert.equal(await tab.do('getSession'), null);
      assert.equal((await attempts()).some((one) => one.state === state), true);
    });

    test('t338_may_have_any_name', async () => {
      const popup = await show();
      await popup.evaluate(() => { window.name = 'oxidc:relay:forged'; });
      await tab.page.evaluate(() => { window.name = 'oxidc:relay:forged'; });
      await signIn(popup);
      assert.equal((await tab.settled()).value.subject, 'alice');
    });

    test('that merely has an opener completes a redirect by itself', async () => {
      await tab.page.evaluate((url) => { document.getElementById('act').onclick = () => { window.open(url); }; }, `${world.app.origin}/return.html`);
      const other = await opened(() => tab.page.click('#act'));
      await other.waitFor(() => document.body?.dataset.result);
      await other.evaluate(async () => {
        const { AuthClient } = await import('/oxidc/index.js');
        await new AuthClient(await (await fetch('/return.json')).json()).signIn();
      });
      await other.waitFor('#sign-in');
      assert.equal(await other.evaluate(() => window.opener !== null), true);
      await signIn(other);
      await other.waitFor(() => document.body?.dataset.result);
      assert.equal(JSON.parse(await other.evaluate(() => document.body.dataset.result)).handled, 'signIn');
    });

    test('closes when the call is aborted', async () => {
      await tab.page.evaluate(() => {
        window.abort = new AbortController();
        document.getElementById('act').onclick = async () => { window.harness.settled = await window.harness.call('signIn', { mode: 'popup', signal: window.abort.signal }); };
      });
      const popup = await opened(() => tab.page.click('#act'));
      await popup.waitFor('#sign-in');
      await tab.page.evaluate(() => window.abort.abort());
      await failed('aborted');
      await popup.gone();
    });

    test('that takes too long is popup_timed_out', async () => {
      await tab.page.evaluate((options) => window.harness.create(options), { storage: 'memory', ...world.windows, timeouts: { popup: 300 } });
      await tab.click('signIn', { mode: 'popup' });
      await failed('popup_timed_out');
      assert.deepEqual(await tab.page.evaluate(() => window.opened.map(({ popup }) => popup.closed)), [true]);
    });

    test('opens where and as large as the application says', async () => {
      const popup = await show('signIn', { popup: { width: 555, height: 444, left: 12, top: 34 } });
      assert.equal(await tab.page.evaluate(() => window.opened.length), 1);
      assert.deepEqual(await popup.evaluate(() => [innerWidth, innerHeight]), [555, 444]);
    });

    test('is refused at once where its return page is of another origin', async () => {
      await tab.page.evaluate((options) => window.harness.create(options), { ...world.windows, redirectUri: 'https://elsewhere.example/' });
      await tab.click('signIn', { mode: 'popup' });
      await failed('redirect_uri_foreign');
    });

    test('of a sign-out that is closed leaves the person signed out here', async () => {
      await signIn(await show());
      await tab.settled();
      world.provider.rule({ path: '/session/end' }, html());
      const popup = await show('signOut', {}, null);
      await popup.waitForUrl((url) => /session\/end/.test(url));
      await seen();
      await popup.close();
      assert.deepEqual((await tab.settled()).value, { navigated: false, revoked: 'notRequested' });
      assert.equal(await tab.do('getSession'), null);
      assert.ok((await tab.events()).some(([event, error]) => event === 'error' && error.code === 'popup_closed'));
    });

    // Chromium gives such a frame no storage at all where cookies of third parties are blocked.
    for (const [where, host] of [['its own site', 'localhost'], ['another site', '127.0.0.1']]) {
      test(`works for an application in a frame of ${where}`, async () => {
        const holder = await startStatic({ host });
        holder.serve('/index.html', `<!doctype html><title>Holder</title><iframe src="${world.app.origin}/" width="600" height="300"></iframe>`);
        try {
          await tab.page.goto(`${holder.origin}/`);
          const frame = await tab.page.frame();
          await frame.waitFor('#ready');
          await frame.evaluate((options) => { window.harness.create(options); window.harness.arm('signIn', { mode: 'popup' }); }, world.windows);
          const popup = await opened(() => frame.click('#act'));
          await popup.waitFor('#sign-in');
          await signIn(popup);
          await frame.waitFor(() => window.harness.settled);
          assert.equal((await frame.evaluate(() => window.harness.settled)).value?.subject, 'alice');
        } finally {
          await holder.close();
        }
      });
    }

    test('t345_a_callback_in_a_strangers_frame_is_not_processed_and_tells_nobody', async () => {
      const popup = await show();
      const state = await stateOf();
      await popup.close();
      const stranger = await startStatic({ host: '127.0.0.1' });
      stranger.serve('/index.html', `<!doctype html><script>window.heard = []; onmessage = ({ data }) => heard.push(data);</script>
        <iframe src="${world.windows.redirectUri}?code=x&state=${state}"></iframe>`);
      try {
        await tab.page.goto(`${stranger.origin}/`);
        const frame = await tab.page.frame();
        await frame.waitFor(() => document.body?.dataset.result);
        assert.deepEqual(JSON.parse(await frame.evaluate(() => document.body.dataset.result)), { failed: 'foreign_frame' });
        assert.deepEqual(await tab.page.evaluate(() => window.heard), []);
      } finally {
        await stranger.close();
      }
    });
  });
}
