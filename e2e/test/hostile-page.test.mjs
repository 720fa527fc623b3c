// Pages whose surroundings are not what they should be: built-in objects that were changed, a database that does not answer.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { open } from '../browsers/index.mjs';
import { openTab } from './support/harness.mjs';
import { startWorld } from './support/world.mjs';

describe('a page', () => {
  let world;
  before(async () => { world = await startWorld(); });
  after(() => world.close());

  /** A browser in whose pages a function runs first. */
  async function prepared(prepare, work, options = {}) {
    const browser = await open('chromium');
    try {
      await browser.context.addInitScript(prepare);
      await work(await openTab(world, browser, options));
    } finally {
      await browser.close();
    }
  }

  test('t472_whose_prototypes_were_polluted_reads_no_inherited_member', () => prepared(() => {
    for (const [name, value] of Object.entries({
      clientSecret: 'x', returnTo: 'https://evil.example/', access_token: 'evil', id_token: 'evil', prompt: 'none', expires_in: 1, sub: 'mallory',
      token_type: 'mac', code: 'x', error: 'x', value: 'x', failure: 'x', failed: 'x', task: 7, state: 'x', redirectUri: 'https://evil.example/', allowedOrigins: ['https://evil.example'], nonce: 'x', record: 'x',
    })) Object.defineProperty(Object.prototype, name, { value, configurable: true, enumerable: false, writable: true });
    Array.prototype.unexpected = () => 'x';
  }, async (tab) => {
    const { session, returnTo } = await tab.signIn();
    assert.equal(session.subject, 'alice');
    assert.ok(!String(returnTo).includes('evil'));
    assert.notEqual((await tab.do('getTokens')).accessToken, 'evil');
    assert.equal((await tab.fetch(`${world.api.origin}/me`)).value.status, 200);
  }));

  test('t405_that_replaces_fetch_later_sees_no_request_to_the_provider', () => prepared(() => {}, async (tab) => {
    await tab.authorize();
    await tab.do('getSession');
    await tab.page.evaluate(() => {
      window.seen = [];
      const original = window.fetch;
      window.fetch = (input, init) => { window.seen.push(String(input?.url ?? input)); return original(input, init); };
    });
    await tab.do('processCallback');
    assert.deepEqual((await tab.page.evaluate(() => window.seen)).filter((url) => url.startsWith(world.provider.issuer)), []);
  }));

  const broken = {
    fails: () => { IDBFactory.prototype.open = () => { throw new DOMException('no', 'UnknownError'); }; },
    never_answers: () => { const never = new EventTarget(); IDBFactory.prototype.open = () => never; },
  };
  for (const [how, prepare] of Object.entries(broken)) {
    test(`t253_whose_database_${how} signs in all the same`, () => prepared(prepare, async (tab) => {
      assert.equal(await tab.do('getSession'), null);
      const { session } = await tab.signIn();
      assert.equal(session.subject, 'alice');
      assert.ok((await tab.do('getTokens')).accessToken);
      assert.equal((await tab.do('signOut', { federated: false })).navigated, false);
    }));
  }
});
