// The drop-in with response types that bring tokens in the address itself, for applications that still have them.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { open } from '../browsers/index.mjs';
import { openTab, startDropIn } from './support/monocloud.mjs';

describe('the drop-in with tokens in the address', () => {
  let world;
  let browser;
  before(async () => {
    world = await startDropIn({ frontChannel: true, client: { clientId: 'spa-front' } });
    browser = await open('chromium');
  });
  after(async () => {
    await browser?.close();
    await world.close();
  });

  for (const responseType of ['id_token', 'id_token token', 'code id_token', 'code token', 'code id_token token']) {
    test(`signs in by ${responseType}, and loads what that needs when it is needed`, async () => {
      world.use({ defaultAuthParams: { responseType } });
      const tab = await openTab(world, browser);
      await tab.away('signIn', {});
      const { hash } = new URL(await tab.page.url());
      await tab.do('processCallback');
      const session = await tab.do('getSession');
      assert.equal(session.user.sub, 'alice');
      assert.equal(await tab.page.url(), `${world.app.origin}/`);
      const answer = new URLSearchParams(hash.slice(1));
      const words = responseType.split(' ');
      assert.deepEqual(['code', 'id_token', 'access_token'].filter((name) => answer.has(name)), words.map((word) => (word === 'token' ? 'access_token' : word)));
      assert.equal(session.accessTokens?.length ?? 0, words.join() === 'id_token' ? 0 : 1);
      const loaded = await tab.page.evaluate(() => performance.getEntriesByType('resource').some(({ name }) => name.includes('/implicit-')));
      assert.equal(loaded, !words.includes('code'));
      await tab.close();
    });
  }
});
