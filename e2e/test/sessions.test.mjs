// One session, many tabs, bad moments: against a provider that rotates refresh tokens and revokes the grant of whoever uses one twice.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { engines, open, until } from '../browsers/index.mjs';
import { answer, delay, grace, holdAnswer } from '../servers/faults.mjs';
import { openTab } from './support/harness.mjs';
import { startWorld } from './support/world.mjs';

/** How often tabs collide in each setting; `OXIDC_ROUNDS=100` for the long run. */
const rounds = Number(process.env.OXIDC_ROUNDS ?? 8);
const refreshing = { path: '/token', grant: 'refresh_token' };

/** A world with so many tabs of one session in a browser. */
function setting(engine, { number = 4, options, ...worldOptions }) {
  const here = { tabs: [] };
  before(async () => {
    here.world = await startWorld({ accessTokenTtl: 1, ...worldOptions });
    here.browser = await open(engine);
    const clientOptions = { automaticRenewal: false, fetchUserinfo: false, ...options };
    here.openTab = async () => {
      const tab = await openTab(here.world, here.browser, clientOptions);
      await tab.do('getSession');
      here.tabs.push(tab);
      return tab;
    };
    const first = await here.openTab();
    await first.signIn();
    while (here.tabs.length < number) await here.openTab();
  });
  after(async () => {
    await here.browser?.close();
    await here.world?.close();
  });
  return here;
}

/** All tabs ask at once, a moment after the token expired: `{ requests, tokens, failed }`. */
async function collide({ world, tabs }, callers = 50) {
  const { expiresAt } = await tabs[0].do('getSession');
  const requests = world.provider.count(refreshing);
  const at = Math.max(expiresAt + 20, Date.now() + 150 + 25 * tabs.length);
  await Promise.all(tabs.map((tab) => tab.startBurst(at, callers)));
  const results = await Promise.all(tabs.map((tab) => tab.burstResult()));
  return {
    requests: world.provider.count(refreshing) - requests,
    tokens: new Set(results.flatMap(({ tokens }) => tokens)).size,
    failed: results.flatMap(({ failed }) => failed.map(({ code }) => code)),
  };
}

const nothingWasRevoked = ({ world }) => assert.deepEqual(world.provider.tokenRequests.filter(({ outcome, revoked }) => revoked || outcome !== 'issued'), []);

for (const storage of [undefined, 'local', 'worker']) {
  for (const milliseconds of [5, 80]) {
    describe(`4 tabs at expiry, ${storage ?? 'the default'} storage, ${milliseconds} ms to the provider`, () => {
      const here = setting('chromium', { options: { storage } });
      test(`t212_one_token_request_each_time, and nobody fails, ${rounds} times`, async () => {
        here.world.provider.rule({ path: '/token' }, delay(milliseconds));
        for (let round = 0; round < rounds; round += 1) {
          assert.deepEqual(await collide(here), { requests: 1, tokens: 1, failed: [] }, `round ${round}`);
        }
        nothingWasRevoked(here);
      });
    });
  }
}

for (const engine of engines) {
  describe(`20 tabs in ${engine}`, () => {
    const here = setting(engine, { number: 20, accessTokenTtl: 4 });

    test('t212_at_expiry_one_token_request, and nobody fails', async () => {
      assert.deepEqual(await collide(here, 5), { requests: 1, tokens: 1, failed: [] });
      nothingWasRevoked(here);
    });

    test('what one tab renewed reaches all others within a second', async () => {
      await here.tabs[0].do('refreshSession');
      const [, { expiresAt }] = (await here.tabs[0].events()).findLast(([event]) => event === 'session');
      const heard = (tab) => tab.page.waitFor((expiry) => window.harness.heardAt?.[expiry], expiresAt);
      const times = await Promise.all(here.tabs.map(heard));
      const spoke = await here.tabs[0].page.evaluate((expiry) => window.harness.heardAt[expiry], expiresAt);
      const slowest = Math.max(...await Promise.all(here.tabs.map((tab) => tab.page.evaluate((expiry) => window.harness.heardAt[expiry], expiresAt)))) - spoke;
      assert.equal(times.length, 20);
      assert.ok(slowest < 1000, `the slowest heard after ${slowest} ms`);
    });

    test('t233_a_machine_that_slept_past_the_expiry_wakes_signed_in', async () => {
      const { expiresAt } = await here.tabs[0].do('getSession');
      await here.browser.sleepUntil(pause(Math.max(0, expiresAt - Date.now()) + 1500));
      assert.deepEqual(await collide(here, 5), { requests: 1, tokens: 1, failed: [] });
      nothingWasRevoked(here);
    });

    test('t425_signing_out_in_one_signs_out_all', async () => {
      await here.tabs[3].do('signOut', { federated: false });
      for (const tab of here.tabs) {
        await tab.page.waitFor(() => window.harness.events.some(([event]) => event === 'signedOut'));
        assert.equal(await tab.do('getSession'), null);
        assert.equal((await tab.events()).filter(([event]) => event === 'signedOut').length, 1);
      }
    });
  });
}

describe('4 tabs that renew by themselves', () => {
  const here = setting('chromium', { accessTokenTtl: 4, options: { automaticRenewal: true } });

  test('t212_asleep_past_the_expiry_they_take_one_request_when_they_wake', async () => {
    const requests = world(here).count(refreshing);
    await here.browser.sleepUntil(pause(6000));
    const tokens = await Promise.all(here.tabs.map((tab) => tab.do('getTokens')));
    assert.equal(new Set(tokens.map(({ accessToken }) => accessToken)).size, 1);
    assert.equal(world(here).count(refreshing) - requests, 1);
    nothingWasRevoked(here);
  });

  test('t241_an_outage_is_survived_with_few_requests, and ends by itself', async () => {
    here.world.provider.rule(refreshing, answer(503));
    const requests = world(here).count(refreshing);
    await pause(15_000);
    const during = world(here).count(refreshing) - requests;
    assert.ok(during >= 1 && during <= 12, `${during} requests in 15 seconds`);
    here.world.provider.repair();
    await until(async () => (await here.tabs[0].do('getSession')).expiresAt > Date.now(), 'a fresh token', 60_000);
    for (const tab of here.tabs) assert.equal((await tab.do('getSession')).subject, 'alice');
  });
});

const world = ({ world: { provider } }) => provider;

describe('a provider with a grace of ten seconds', () => {
  const here = setting('chromium', { accessTokenTtl: 2, number: 2, options: { timeouts: { request: 2000, lock: 1000 } } });
  const moments = Array.from({ length: Math.max(10, Math.min(rounds, 50)) }, (_, at) => (at * 37) % 230);

  test(`t222_the_tab_that_renews_dies_at_${moments.length}_moments, and the next one goes on`, async () => {
    for (const [round, moment] of moments.entries()) {
      here.world.provider.repair();
      here.world.provider.rule(refreshing, grace(10_000, { there: 60, back: 60 }));
      const [dying, next] = here.tabs;
      await dying.expire();
      await dying.startBurst(Date.now(), 3);
      await pause(moment);
      await (round % 2 ? here.browser.crash(dying.page) : dying.close());
      here.tabs.shift();
      const { accessToken, expiresAt } = await next.do('getTokens');
      assert.ok(accessToken && expiresAt > Date.now(), `moment ${moment}`);
      await here.openTab();
    }
    nothingWasRevoked(here);
  });

  test('t219_a_tab_that_is_frozen_while_it_renews_holds_nobody_up, and does no harm when it wakes', async () => {
    here.world.provider.repair();
    here.world.provider.rule(refreshing, grace(10_000, { there: 100, back: 400 }));
    const [frozen, other] = here.tabs;
    await frozen.expire();
    const arrived = here.world.provider.log.length;
    await frozen.startBurst(Date.now(), 1);
    await until(() => here.world.provider.log.slice(arrived).some(({ grant }) => grant), 'the request');
    const wake = await here.browser.freeze(frozen.page);
    const { accessToken } = await other.do('getTokens');
    wake();
    assert.deepEqual((await frozen.burstResult()).failed, []);
    assert.ok(accessToken);
    for (const tab of here.tabs) assert.equal((await tab.do('getSession')).subject, 'alice');
    nothingWasRevoked(here);
  });

});

describe('a provider with a grace, and a network that loses an answer', () => {
  const here = setting('chromium', { accessTokenTtl: 2, number: 2 });

  test('t224_an_answer_that_is_lost_after_the_rotation_costs_nothing', async () => {
    await here.tabs[0].expire();
    const requests = world(here).count(refreshing);
    here.world.provider.rule(refreshing, grace(10_000, { lost: 1 }));
    const tokens = await Promise.all(here.tabs.map((tab) => tab.do('getTokens')));
    assert.equal(new Set(tokens.map(({ accessToken }) => accessToken)).size, 1);
    assert.equal(world(here).count(refreshing) - requests, 2);
    nothingWasRevoked(here);
  });
});

describe('two people, one after the other', () => {
  const here = setting('chromium', { accessTokenTtl: 60 });

  test('t229_signing_out_in_one_tab_beats_the_renewal_of_another', async () => {
    let release;
    here.world.provider.rule(refreshing, holdAnswer(new Promise((resolve) => { release = resolve; })), 1);
    const renewal = here.tabs[1].call('refreshSession');
    await until(() => here.world.provider.log.some(({ grant, status }) => grant === 'refresh_token' && status === 0), 'the request');
    await here.tabs[0].do('signOut', { federated: false });
    release();
    assert.equal((await renewal).failed.code, 'signed_out');
    for (const tab of here.tabs) assert.equal(await tab.do('getSession'), null);
    const late = await here.openTab();
    assert.equal(await late.do('getSession'), null);
  });

  test('t230_the_next_person_takes_over_in_every_tab, unmixed', async () => {
    await here.tabs[0].authorize({ prompt: 'login consent', loginHint: 'bob' });
    await here.tabs[0].do('processCallback');
    for (const tab of here.tabs) {
      await tab.page.waitFor(async () => (await window.harness.client.getSession())?.subject === 'bob');
      const session = await tab.do('getSession');
      assert.deepEqual([session.user.sub, session.claims.sub], ['bob', 'bob']);
      const reasons = (await tab.events()).filter(([event]) => event === 'session').map(([, who]) => who?.subject ?? null);
      assert.ok(!reasons.slice(reasons.lastIndexOf(null)).includes('alice'), reasons.join());
    }
  });
});
