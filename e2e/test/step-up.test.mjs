// An API that wants a newer or stronger sign-in (RFC 9470).

import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import { open } from '../browsers/index.mjs';
import { openTab } from './support/harness.mjs';
import { startWindows } from './support/windows.mjs';

describe('an API that wants a stronger sign-in', () => {
  let world;
  let browser;
  let tab;
  before(async () => {
    world = await startWindows();
    browser = await open('chromium');
  });
  after(async () => {
    await browser?.close();
    await world.close();
  });
  beforeEach(async () => {
    await browser.context.clearCookies();
    tab = await openTab(world, browser, { ...world.windows, storage: 'memory' });
  });
  afterEach(async () => {
    world.api.demand();
    await tab.close();
  });

  /** Signs in; with `hook`, the client asks it at a challenge. */
  async function signIn(hook) {
    await tab.page.evaluate((text, options) => {
      window.harness.hooks = text ? { onStepUp: (0, eval)(text) } : {};
      window.harness.create(options);
    }, hook, {
      ...world.windows, storage: 'memory', scopes: 'openid offline_access', allowedOrigins: [world.api.origin],
      resources: [{ resource: world.api.audience, scopes: 'api:read' }],
    });
    await tab.click('signIn', { mode: 'popup', prompt: 'consent' });
    const { failed } = await tab.settled();
    assert.equal(failed, undefined, failed?.message);
  }
  const challenge = (parameters) => `Bearer error="insufficient_user_authentication", ${parameters}`;
  const call = () => tab.fetch(`${world.api.origin}/me`);
  /** A hook that signs in by a window; a script may open one here, as this browser blocks none. */
  const popup = `async (challenge) => { (window.asked ??= []).push(challenge); await window.harness.client.signIn({ mode: 'popup', prompt: 'login consent', ...challenge, ...window.more }); return true; }`;

  test('t455_is_a_typed_error_with_what_it_wants_and_no_loop_of_refreshes', async () => {
    await signIn();
    world.api.demand(challenge('acr_values="a b", max_age="300"'));
    const before = world.provider.tokenRequests.length;
    const { failed } = await call();
    assert.equal(failed.code, 'step_up_required');
    assert.deepEqual(failed.challenge, { acrValues: ['a', 'b'], maxAge: 300, sameUser: true });
    assert.equal(failed.session, 'kept');
    // One for the API's own token; none for the refusal.
    assert.equal(world.provider.tokenRequests.length, before + 1);
  });

  for (const age of ['-1', 'soon', '1e3', '99999999999999999999', '']) {
    test(`t455_a_malformed_max_age is not there: "${age}"`, async () => {
      await signIn();
      world.api.demand(challenge(`acr_values="a", max_age="${age}"`));
      assert.deepEqual((await call()).failed.challenge, { acrValues: ['a'], sameUser: true });
    });
  }

  test('t455_a_sign_in_with_what_it_wants_lets_the_request_through', async () => {
    await signIn(popup);
    world.api.demand(challenge('acr_values="a b", max_age="300"'), 1);
    const { value, failed } = await call();
    assert.equal(value?.status, 200, failed?.message);
    assert.deepEqual(await tab.page.evaluate(() => window.asked), [{ acrValues: ['a', 'b'], maxAge: 300, sameUser: true }]);
    const request = new URLSearchParams(world.provider.log.filter(({ path }) => path === '/auth').at(-1).query);
    assert.deepEqual([request.get('acr_values'), request.get('max_age')], ['a b', '300']);
  });

  test('t081_t455_of_which_it_still_has_not_enough_is_step_up_unsatisfied', async () => {
    await signIn(popup);
    world.api.demand(challenge('acr_values="a"'));
    assert.equal((await call()).failed.code, 'step_up_unsatisfied');
    // Also for a later request: the session comes from exactly that sign-in.
    assert.equal((await call()).failed.code, 'step_up_unsatisfied');
    assert.equal(await tab.page.evaluate(() => window.asked.length), 1);
    world.api.demand(challenge('acr_values="b"'), 1);
    assert.equal((await call()).value.status, 200);
  });

  test('t455_asks_the_person_once_for_many_requests', async () => {
    await signIn(popup);
    world.api.demand(challenge('acr_values="a"'), 3);
    const results = await tab.page.evaluate((url) => Promise.all([1, 2, 3].map(() => window.harness.fetch(url))), `${world.api.origin}/me`);
    assert.deepEqual(results.map(({ value }) => value?.status), [200, 200, 200]);
    assert.equal(await tab.page.evaluate(() => window.asked.length), 1);
  });

  test('t456_of_another_person_ends_the_session', async () => {
    await signIn(popup);
    await tab.page.evaluate(() => { window.more = { loginHint: 'bob' }; });
    world.api.demand(challenge('acr_values="a"'), 1);
    assert.equal((await call()).failed.code, 'step_up_required');
    assert.equal(await tab.do('getSession'), null);
    assert.deepEqual((await tab.events()).filter(([event]) => event === 'signedOut'), [['signedOut', 'user_changed']]);
  });

  test('t455_that_the_person_does_not_want_is_the_typed_error', async () => {
    await signIn('() => false');
    world.api.demand(challenge('acr_values="a"'));
    assert.equal((await call()).failed.code, 'step_up_required');
  });
});
