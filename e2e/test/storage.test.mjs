// Where the session is kept, for how long, and what happens to records that are not what they should be.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { open } from '../browsers/index.mjs';
import { openTab } from './support/harness.mjs';
import { everythingKept } from './support/kept.mjs';
import { startWorld } from './support/world.mjs';

describe('storage', () => {
  let world;
  let browser;
  before(async () => {
    world = await startWorld();
    browser = await open('chromium');
  });
  after(async () => {
    await browser?.close();
    await world.close();
  });

  const kinds = [
    { storage: undefined, reload: true, otherTab: true },
    { storage: 'local', reload: true, otherTab: true },
    { storage: 'session', reload: true, otherTab: false },
    { storage: 'memory', reload: false, otherTab: false },
    { storage: 'custom', reload: true, otherTab: true },
  ];
  for (const { storage, reload, otherTab } of kinds) {
    test(`${storage ?? 'the default'}: ${reload ? 'a reload stays signed in' : 'a reload is signed out'}, another tab ${otherTab ? 'is signed in too' : 'is not'}`, async () => {
      const tab = await openTab(world, browser, { storage });
      await tab.signIn();
      assert.equal((await tab.do('getSession')).subject, 'alice');
      const other = await openTab(world, browser, { storage });
      assert.equal((await other.do('getSession'))?.subject, otherTab ? 'alice' : undefined);
      await tab.load();
      assert.equal((await tab.do('getSession'))?.subject, reload ? 'alice' : undefined);
      if (reload) await tab.do('refreshSession');
      await tab.do('signOut', { federated: false });
      await tab.load();
      assert.equal(await tab.do('getSession'), null);
      await other.close();
      await tab.close();
    });
  }

  test('t267_after_signing_out_nothing_of_the_person_or_the_tokens_is_left', async () => {
    const tab = await openTab(world, browser);
    const { session } = await tab.signIn({ prompt: 'consent', appState: { secret: 'state of the application' } });
    const { accessToken, idToken } = await tab.do('getTokens');
    const telling = [accessToken, idToken, 'alice', session.claims.nonce, 'state of the application'];
    assert.ok((await tab.page.evaluate(everythingKept)).includes(accessToken), 'the search finds what is there');
    await tab.do('signOut', { federated: false });
    const left = await tab.page.evaluate(everythingKept);
    for (const text of telling) assert.ok(!left.includes(text), 'something is left');
    await tab.close();
  });

  describe('a record in localStorage', () => {
    let tab;
    before(async () => { tab = await openTab(world, browser, { storage: 'local' }); });

    /** Signs in, puts another text in the record's place, and loads the page anew. */
    async function withRecord(change) {
      await tab.signIn();
      const text = await tab.page.evaluate(() => {
        const key = Object.keys(localStorage).find((name) => name.startsWith('oxidc:session'));
        return localStorage.getItem(key);
      });
      await tab.page.evaluate((changed) => {
        const key = Object.keys(localStorage).find((name) => name.startsWith('oxidc:session'));
        localStorage.setItem(key, changed);
      }, change(text));
      await tab.load();
      return { session: await tab.do('getSession'), events: await tab.events() };
    }
    const stored = () => tab.page.evaluate(() => Object.entries(localStorage).filter(([name]) => name.startsWith('oxidc:session')).map(([, text]) => text));
    const errors = (events) => events.filter(([event]) => event === 'error').map(([, { code }]) => code);

    const damaged = [
      ['t247_that_was_cut_off', (text) => text.slice(0, text.length / 2)],
      ['t248_that_is_a_list', () => '[]'],
      ['t248_that_is_no_json', () => 'x'],
      ['t248_with_a_wrong_member', (text) => JSON.stringify({ ...JSON.parse(text), tokens: 'none' })],
      ['t250_of_another_subject', (text) => JSON.stringify({ ...JSON.parse(text), subject: 'mallory' })],
      ['t250_of_another_client', (text) => JSON.stringify({ ...JSON.parse(text), clientId: 'other' })],
    ];
    for (const [name, change] of damaged) {
      test(`${name} is no session, which is said once`, async () => {
        const { session, events } = await withRecord(change);
        assert.equal(session, null);
        assert.deepEqual(errors(events), ['session_corrupt']);
      });
    }

    test('t259_of_a_newer_version_is_left_alone', async () => {
      let newer;
      const { session, events } = await withRecord((text) => { newer = JSON.stringify({ ...JSON.parse(text), v: 99 }); return newer; });
      assert.equal(session, null);
      assert.deepEqual(errors(events), ['session_newer']);
      await tab.signIn();
      assert.equal((await tab.do('getSession')).subject, 'alice');
      assert.ok((await stored()).includes(newer));
    });

    test('t251_that_finds_no_room_makes_a_session_of_this_tab', async () => {
      await tab.page.evaluate(() => localStorage.clear());
      await tab.authorize();
      await tab.page.evaluate(() => {
        for (let size = 2 ** 20; size >= 1; size /= 2) {
          try {
            for (let number = 0; ; number += 1) localStorage.setItem(`full ${size} ${number}`, 'x'.repeat(size));
          } catch {
            // Full up to pieces of this size.
          }
        }
      });
      const { session } = await tab.do('processCallback');
      assert.equal(session.subject, 'alice');
      assert.ok(errors(await tab.events()).includes('storage_degraded'));
      assert.ok((await tab.do('refreshSession')).expiresAt);
      await tab.do('signOut', { federated: false });
      assert.equal(await tab.do('getSession'), null);
      await tab.page.evaluate(() => localStorage.clear());
    });
  });
});

describe('a browser whose owner forbids all site data', () => {
  let world;
  let browser;
  before(async () => {
    world = await startWorld();
    browser = await open('chromium', { blockStorage: true });
  });
  after(async () => {
    await browser?.close();
    await world.close();
  });

  test('t252_starts_and_says_why_nobody_can_sign_in', async () => {
    const tab = await openTab(world, browser);
    assert.equal(await tab.page.evaluate(() => { try { return typeof localStorage; } catch (error) { return error.name; } }), 'SecurityError');
    assert.equal(await tab.do('getSession'), null);
    assert.equal((await tab.call('signIn')).failed.code, 'storage_unavailable');
    assert.equal(await tab.page.url(), `${world.app.origin}/`);
  });
});
