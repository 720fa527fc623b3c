// The drop-in in the browsers that its other suites do not use: each flow once.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { engines, open, until } from '../browsers/index.mjs';
import { openTab, startDropIn } from './support/monocloud.mjs';

const SESSION = 'mc.session.spa';
const PENDING = 'mc.state.spa';

describe('the drop-in', () => {
  let world;
  before(async () => {
    // Of one site with the provider: only then does a browser send its cookies from a frame.
    world = await startDropIn({ app: { host: '127.0.0.1', fallback: '/monocloud.html' } });
  });
  after(() => world.close());

  for (const engine of engines.filter((name) => name !== 'chromium')) {
    describe(`in ${engine}`, () => {
      let browser;
      let tab;
      before(async () => {
        browser = await open(engine);
        tab = await openTab(world, browser, '/app?mine=1#here');
      });
      after(() => browser?.close());

      const here = async () => assert.equal(await tab.page.url(), `${world.app.origin}/app?mine=1#here`);
      const refreshes = () => world.provider.count({ path: '/token', grant: 'refresh_token' });

      test('with nobody at the provider a silent sign-in says login_required, and leaves nothing behind', async () => {
        const { failed } = await tab.call('signInSilent');
        assert.deepEqual([failed?.class, failed?.error], ['MonoCloudOPError', 'login_required'], JSON.stringify(failed));
        assert.equal(await tab.page.evaluate(() => document.querySelectorAll('iframe').length), 0);
        assert.equal(await tab.do('getSession'), null);
        await here();
      });

      test('a person signs in and out in a popup, and silently in between, and the page never moves', async () => {
        await tab.click('signIn', { mode: 'popup' });
        assert.deepEqual(await tab.settled(), { value: null });
        assert.equal((await tab.do('getSession')).user.sub, 'alice');
        await tab.do('signOut', { federatedSignOut: false });
        assert.equal(await tab.stored(SESSION), null);
        assert.equal((await tab.do('signInSilent')).user.sub, 'alice');
        assert.equal((await tab.stored(SESSION)).user.sub, 'alice');
        await tab.click('signOut', { mode: 'popup' });
        assert.deepEqual(await tab.settled(), { value: null });
        assert.equal(await tab.do('getSession'), null);
        await here();
        assert.equal((await tab.call('signInSilent')).failed?.error, 'login_required');
      });

      test('a popup that the person closes says so', async () => {
        await tab.page.evaluate(() => {
          const real = window.open;
          window.open = (...args) => { window.open = real; return (window.popup = real.apply(window, args)); };
        });
        await tab.click('signIn', { mode: 'popup', prompt: 'login' });
        await tab.page.waitFor(() => window.popup !== undefined);
        await tab.page.evaluate(() => window.popup.close());
        const { failed } = await tab.settled();
        assert.deepEqual([failed?.class, failed?.message], ['MonoCloudJsError', 'Window closed by user']);
      });

      test('a person signs in by redirect, is renewed once for all who ask, and signs out at the provider and comes back', async () => {
        await tab.signIn();
        assert.equal(await tab.page.url(), `${world.app.origin}/`);
        assert.equal(await tab.stored(PENDING, 'sessionStorage'), null);
        const session = await tab.do('getSession');
        assert.equal(session.user.sub, 'alice');
        assert.deepEqual(await tab.stored(SESSION), session);

        session.accessTokens.forEach((one) => { one.accessTokenExpiration = 1; });
        await tab.keep(SESSION, session);
        const before = refreshes();
        const [token, ...others] = await tab.page.evaluate(async () => {
          const all = await Promise.all(Array.from({ length: 5 }, () => window.harness.client.getTokens()));
          return [...new Set(all.map(({ accessToken }) => accessToken))];
        });
        assert.equal(others.length, 0);
        assert.notEqual(token, session.accessTokens[0].accessToken);
        assert.equal(refreshes(), before + 1);
        const other = await openTab(world, browser);
        await until(async () => (await other.stored(SESSION))?.refreshToken === (await tab.stored(SESSION)).refreshToken, 'the other tab to see it');
        await other.do('refreshSession');
        assert.equal(refreshes(), before + 2);
        await other.close();

        await tab.away('signOut', {});
        assert.equal(await tab.stored(SESSION), null);
        await tab.do('processCallback');
        assert.equal(await tab.page.url(), `${world.app.origin}/`);
        assert.equal(await tab.do('getSession'), null);
      });
    });
  }
});
