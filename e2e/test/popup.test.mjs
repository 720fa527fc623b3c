// Sign-in and sign-out in a window of its own: what the window may do to the page that opened it, and what not.

import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { engines, open, until } from '../browsers/index.mjs';
import { openTab } from './support/harness.mjs';
import { startWorld } from './support/world.mjs';

/** A world whose provider sends windows to a page of their own. */
async function startWindows(options) {
  const world = await startWorld({ paths: ['/', '/return.html'], ...options });
  world.windows = { issuer: world.provider.issuer, clientId: 'spa', redirectUri: `${world.app.origin}/return.html`, postLogoutRedirectUri: `${world.app.origin}/return.html` };
  world.app.serve('/return.json', JSON.stringify(world.windows));
  return world;
}

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
  });
}
