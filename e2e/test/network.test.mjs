// Lost, late and refused requests: what becomes of the session.

import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import { open, until } from '../browsers/index.mjs';
import { answer, holdAnswer, html, loseAnswer, loseRequest, redirect } from '../servers/faults.mjs';
import { openTab } from './support/harness.mjs';
import { startWorld } from './support/world.mjs';

const refresh = { grant: 'refresh_token' };

describe('a refresh', () => {
  let world;
  let browser;
  let tab;
  before(async () => {
    world = await startWorld();
    browser = await open('chromium');
  });
  after(async () => {
    await browser?.close();
    await world.close();
  });
  beforeEach(async () => {
    tab = await openTab(world, browser, { automaticRenewal: false, timeouts: { request: 2_000, silent: 500 } });
    await tab.signIn();
  });
  afterEach(async () => {
    world.provider.repair();
    await browser.context.setOffline(false);
    await tab.do('signOut', { federated: false });
    await tab.close();
  });

  const signedIn = async () => (await tab.do('getSession'))?.subject === 'alice';
  /** A renewal that failed is not tried again at once; after the pause it works. */
  const recovers = () => until(async () => !(await tab.call('refreshSession')).failed, 'a renewal after the pause');
  const requests = async (work) => {
    const before = world.provider.count(refresh);
    await work();
    return world.provider.count(refresh) - before;
  };

  test('t206_that_did_not_get_through_is_repeated_once_and_succeeds', async () => {
    world.provider.rule(refresh, loseRequest(), 1);
    assert.equal(await requests(() => tab.do('refreshSession')), 2);
    assert.ok(await signedIn());
  });

  test('t226_is_never_sent_more_than_twice_and_keeps_the_session', async () => {
    world.provider.rule(refresh, loseRequest());
    assert.equal(await requests(async () => {
      const { failed } = await tab.call('refreshSession');
      assert.equal(failed.code, 'network_failed');
      assert.equal(failed.retryable, true);
      // Which request it was, and nothing of what was in it.
      assert.ok(failed.message.endsWith(`${world.provider.issuer}/token)`), failed.message);
    }), 2);
    assert.ok(await signedIn());
    world.provider.repair();
    await recovers();
  });

  test('t224_whose_answer_was_lost_ends_the_session_where_the_provider_grants_no_grace', async () => {
    world.provider.rule(refresh, loseAnswer(), 1);
    assert.equal(await requests(async () => {
      const { failed } = await tab.call('refreshSession');
      assert.equal(failed.code, 'refresh_lost');
      assert.equal(failed.session, 'ended');
      assert.equal(failed.error, 'invalid_grant');
    }), 2);
    assert.equal(await signedIn(), false);
    assert.deepEqual((await tab.events()).at(-1), ['signedOut', 'refresh_lost']);
  });

  test('t207_whose_answer_does_not_come_has_an_unknown_outcome_and_keeps_the_session', async () => {
    let release;
    const late = new Promise((resolve) => { release = resolve; });
    world.provider.rule(refresh, holdAnswer(late));
    const { failed } = await tab.call('refreshSession');
    release();
    assert.equal(failed.code, 'refresh_outcome_unknown');
    assert.equal(failed.session, 'unknown');
    assert.ok(await signedIn());
  });

  const refusals = [
    ['t204_status_500', answer(500, '{}', { 'content-type': 'application/json' }), 'provider_unavailable'],
    ['t204_status_503', answer(503), 'provider_unavailable'],
    ['t204_temporarily_unavailable', answer(400, '{"error":"temporarily_unavailable"}', { 'content-type': 'application/json' }), 'provider_unavailable'],
    ['t203_a_web_page', html(), 'answer_not_json'],
    ['t202_invalid_client', answer(401, '{"error":"invalid_client"}', { 'content-type': 'application/json' }), 'client_rejected'],
    ['t481_invalid_request', answer(400, '{"error":"invalid_request"}', { 'content-type': 'application/json' }), 'request_refused'],
    ['t185_truncated_json', answer(200, '{"access_token":"a', { 'content-type': 'application/json' }), 'answer_not_json'],
  ];
  for (const [name, fault, code] of refusals) {
    test(`${name}_keeps_the_session: ${code}`, async () => {
      world.provider.rule(refresh, fault, 1);
      assert.equal(await requests(async () => {
        const { failed } = await tab.call('refreshSession');
        assert.equal(failed.code, code);
        assert.equal(failed.session, 'kept');
      }), 1);
      assert.ok(await signedIn());
      await recovers();
    });
  }

  test('t200_a_redirect_is_not_followed', async () => {
    const visits = world.api.requests.length;
    world.provider.rule(refresh, redirect(`${world.api.origin}/me`));
    const { failed } = await tab.call('refreshSession');
    assert.ok(['redirected', 'network_failed'].includes(failed.code), failed.code);
    assert.equal(world.api.requests.length, visits);
    assert.ok(await signedIn());
  });

  for (const [name, status, code] of [['t205_status_429', 429, 'rate_limited'], ['t205_status_503_with_a_time', 503, 'provider_unavailable']]) {
    test(`${name}: no further request before that time`, async () => {
      world.provider.rule(refresh, answer(status, '', { 'retry-after': '30' }), 1);
      assert.equal(await requests(async () => {
        const { failed } = await tab.call('refreshSession');
        assert.deepEqual([failed.code, failed.retryAfter], [code, 30]);
        const { failed: second } = await tab.call('refreshSession');
        assert.equal(second.code, 'renewal_paused');
        assert.ok(second.retryAfter > 0 && second.retryAfter <= 30);
      }), 1);
      assert.ok(await signedIn());
    });
  }

  test('t231_offline_keeps_the_session_and_works_again_afterwards', async () => {
    await browser.context.setOffline(true);
    const { failed } = await tab.call('refreshSession');
    assert.deepEqual([failed.code, failed.session], ['offline', 'kept']);
    assert.ok(await signedIn());
    await browser.context.setOffline(false);
    await tab.do('refreshSession');
  });

  test('t215_that_the_provider_rejects_ends_the_session_in_all_tabs', async () => {
    const other = await openTab(world, browser, { automaticRenewal: false });
    assert.equal((await other.do('getSession')).subject, 'alice');
    world.provider.rule(refresh, answer(400, '{"error":"invalid_grant"}', { 'content-type': 'application/json' }), 1);
    const { failed } = await tab.call('refreshSession');
    assert.deepEqual([failed.code, failed.session], ['refresh_rejected', 'ended']);
    await other.page.waitFor(async () => !(await window.harness.client.getSession()));
    assert.equal((await other.call('getTokens')).failed.code, 'no_session');
    await other.close();
  });

  test('t229_signing_out_beats_a_refresh_under_way, and its tokens are revoked', async () => {
    let release;
    const late = new Promise((resolve) => { release = resolve; });
    world.provider.rule(refresh, holdAnswer(late), 1);
    const before = world.provider.count(refresh);
    const refreshing = tab.call('refreshSession');
    await until(() => world.provider.count(refresh) > before, 'the refresh to be under way');
    const other = await openTab(world, browser, { automaticRenewal: false });
    await other.do('signOut', { federated: false });
    const revocations = world.provider.count({ path: '/token/revocation' });
    release();
    assert.equal((await refreshing).failed.code, 'signed_out');
    assert.ok(world.provider.count({ path: '/token/revocation' }) > revocations);
    await tab.load();
    assert.equal(await tab.do('getSession'), null);
    await other.close();
  });
});
