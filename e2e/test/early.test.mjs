// A page that was signed in begins with the tab's own copy of the session, before the database is open; and what happens when the copy is wrong.

import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import { open } from '../browsers/index.mjs';
import { openTab } from './support/harness.mjs';
import { everythingKept } from './support/kept.mjs';
import { startWorld } from './support/world.mjs';

for (const engine of ['chromium', 'firefox', 'webkit']) {
  describe(`the copy of the session in ${engine}`, () => {
    let world;
    let browser;
    let tab;
    before(async () => {
      world = await startWorld();
      browser = await open(engine);
    });
    after(async () => {
      await browser?.close();
      await world.close();
    });
    beforeEach(async () => {
      tab = await openTab(world, browser);
      await tab.signIn({ prompt: 'consent' });
    });
    afterEach(() => tab.close());

    /** From now on no database opens in the page until {@link release}. */
    const hold = () => tab.page.evaluate(() => {
      let release;
      window.isReady = false;
      const released = new Promise((resolve) => { release = resolve; });
      window.releaseDatabase = release;
      const original = IDBFactory.prototype.open;
      IDBFactory.prototype.open = function opening(...words) {
        const request = original.apply(this, words);
        let handler;
        Object.defineProperty(request, 'onsuccess', { get: () => handler, set: (given) => { handler = given; } });
        request.addEventListener('success', (event) => {
          window.isReady = true;
          released.then(() => handler.call(request, event));
        });
        return request;
      };
    });
    const release = () => tab.page.evaluate(() => window.releaseDatabase());
    /** Whether the session is told before the database, which is ready, is let open. */
    async function isTold() {
      await tab.page.evaluate(() => {
        window.told = false;
        void window.harness.call('getSession').then(() => { window.told = true; });
      });
      await tab.page.waitFor(() => window.isReady);
      return tab.page.evaluate(() => window.told);
    }
    const copies = () => tab.page.evaluate(() => [sessionStorage, localStorage].map((area) => Object.entries(area).filter(([name]) => name.startsWith('copy:oxidc:session'))));

    test('gives session and token to a reload before the database is open', async () => {
      const { accessToken } = await tab.do('getTokens');
      await tab.load();
      await hold();
      assert.equal(await isTold(), true);
      assert.equal((await tab.do('getSession')).subject, 'alice');
      assert.equal((await tab.do('getTokens')).accessToken, accessToken);
      await release();
      await tab.do('refreshSession');
      assert.notEqual((await tab.do('getTokens')).accessToken, accessToken);
      assert.deepEqual((await tab.events()).filter(([event]) => event === 'error'), []);
    });

    test('is what was written last, not what was read first', async () => {
      await tab.do('refreshSession');
      const { accessToken } = await tab.do('getTokens');
      await tab.load();
      await hold();
      assert.equal((await tab.do('getTokens')).accessToken, accessToken);
      await release();
    });

    test('holds no token where other tabs can read it', async () => {
      const { accessToken } = await tab.do('getTokens');
      const [own, shared] = await copies();
      assert.ok(own[0][1].includes(accessToken), 'the search finds what is there');
      assert.match(shared[0][1], /^-?\d{1,10}$/);
    });

    test('is not believed after another tab signed out', async () => {
      await tab.page.goto(`${world.provider.issuer}/.well-known/openid-configuration`);
      const other = await openTab(world, browser);
      assert.equal((await other.do('getSession')).subject, 'alice');
      await other.do('signOut', { federated: false });
      await other.close();
      await tab.load();
      await hold();
      assert.equal(await isTold(), false, 'the database was not asked');
      await release();
      assert.equal(await tab.do('getSession'), null);
    });

    test('that is wrong all the same is put right as soon as the database is open', async () => {
      const { accessToken } = await tab.do('getTokens');
      const [[[name, text]], [[, mark]]] = await copies();
      await tab.do('signOut', { federated: false });
      await tab.load();
      await tab.page.evaluate((where, record, sum) => {
        sessionStorage.setItem(where, record);
        localStorage.setItem(where, sum);
      }, name, text, mark);
      await hold();
      assert.equal((await tab.do('getSession')).subject, 'alice');
      await release();
      await tab.page.waitFor(() => window.harness.events.some(([event]) => event === 'signedOut'));
      assert.equal(await tab.do('getSession'), null);
      assert.equal((await tab.call('getTokens')).failed.code, 'no_session');
      assert.ok(!(await tab.page.evaluate(everythingKept)).includes(accessToken));
    });

    test('that somebody changed is not believed', async () => {
      const [[[name, text]]] = await copies();
      await tab.load();
      await tab.page.evaluate((where, record) => sessionStorage.setItem(where, record), name, text.replace('alice', 'mallory'));
      assert.equal((await tab.do('getSession')).subject, 'alice');
    });
  });
}
