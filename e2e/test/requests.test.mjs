// How many requests reach the provider. Counted behind the browser, where nothing can hide.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { open } from '../browsers/index.mjs';
import { openTab } from './support/harness.mjs';
import { startWorld } from './support/world.mjs';

describe('requests to the provider', () => {
  let world;
  let browser;
  before(async () => {
    world = await startWorld({ accessTokenTtl: 4 });
    browser = await open('chromium');
  });
  after(async () => {
    await browser?.close();
    await world.close();
  });

  const options = { automaticRenewal: false };
  const during = async (match, work) => {
    const before = world.provider.count(match);
    await work();
    return world.provider.count(match) - before;
  };

  test('the first callback takes at most three, a later one only the token request and the user information', async () => {
    const tab = await openTab(world, browser, options);
    await tab.authorize();
    assert.ok((await during({}, () => tab.do('processCallback'))) <= 3);
    await tab.authorize();
    assert.equal(await during({}, () => tab.do('processCallback')), 2);
    await tab.close();
  });

  test('a later callback without user information takes one', async () => {
    const tab = await openTab(world, browser, { ...options, fetchUserinfo: false });
    await tab.authorize();
    assert.equal(await during({}, () => tab.do('processCallback')), 1);
    await tab.close();
  });

  test('a return visit with a live session takes none', async () => {
    const tab = await openTab(world, browser, options);
    await tab.signIn();
    assert.equal(await during({}, async () => {
      await tab.load();
      assert.equal((await tab.do('processCallback')).handled, 'none');
      assert.equal((await tab.do('getSession')).subject, 'alice');
      assert.ok((await tab.do('getTokens')).accessToken);
    }), 0);
    await tab.close();
  });

  test('one token request serves all calls to an API, each of which carries a token', async () => {
    const tab = await openTab(world, browser, options);
    await tab.signIn();
    assert.equal(await during({ path: '/token' }, async () => {
      for (let call = 0; call < 3; call += 1) {
        const { value } = await tab.fetch(`${world.api.origin}/me`);
        assert.equal(value.status, 200);
      }
    }), 1);
    await tab.close();
  });

  test('the double processing of one callback takes one token request and gives both callers the session', async () => {
    const tab = await openTab(world, browser, options);
    await tab.authorize();
    assert.equal(await during({ path: '/token' }, async () => {
      const results = await Promise.all([tab.do('processCallback'), tab.do('processCallback')]);
      assert.deepEqual(results.map(({ session }) => session?.subject), ['alice', 'alice']);
    }), 1);
    await tab.close();
  });

  test('fifty callers in one tab at expiry make one token request', async () => {
    const tab = await openTab(world, browser, options);
    await tab.signIn();
    await tab.expire();
    assert.equal(await during({ path: '/token' }, async () => {
      const tokens = await tab.page.evaluate(async () => {
        const all = await Promise.all(Array.from({ length: 50 }, () => window.harness.client.getTokens()));
        return [...new Set(all.map(({ accessToken }) => accessToken))].length;
      });
      assert.equal(tokens, 1);
    }), 1);
    await tab.close();
  });

  test('t471_two_clients_of_one_configuration_share_one_session_and_one_refresh', async () => {
    const tab = await openTab(world, browser, options);
    await tab.signIn();
    await tab.page.evaluate(async () => { window.first = window.harness.client; });
    // As a page does whose module is loaded anew while it runs.
    await tab.again();
    await tab.expire();
    assert.equal(await during({ path: '/token' }, async () => {
      const tokens = await tab.page.evaluate(async () => {
        if (window.first === window.harness.client) return 'one client';
        const all = await Promise.all([window.first, window.harness.client].map((client) => client.getTokens()));
        return [...new Set(all.map(({ accessToken }) => accessToken))].length;
      });
      assert.equal(tokens, 1);
    }), 1);
    await tab.do('signOut', { federated: false });
    await tab.page.waitFor(async () => !(await window.first.getSession()));
    await tab.close();
  });

  for (const number of [4, 20]) {
    test(`${number} tabs at expiry make one token request, and each gets the new token`, async () => {
      const first = await openTab(world, browser, options);
      await first.signIn();
      const tabs = [first];
      while (tabs.length < number) tabs.push(await openTab(world, browser, options));
      for (const tab of tabs) await tab.do('getSession');
      await first.do('refreshSession');
      await first.expire();
      assert.equal(await during({ path: '/token' }, async () => {
        const tokens = await Promise.all(tabs.map((tab) => tab.do('getTokens')));
        assert.equal(new Set(tokens.map(({ accessToken }) => accessToken)).size, 1);
      }), 1);
      for (const tab of tabs) await tab.close();
    });
  }
});

describe('requests to an API that refuses the token', () => {
  let world;
  let browser;
  let tab;
  before(async () => {
    world = await startWorld({ accessTokenTtl: 60 });
    browser = await open('chromium');
    tab = await openTab(world, browser, { automaticRenewal: false });
    await tab.signIn();
  });
  after(async () => {
    await browser?.close();
    await world.close();
  });

  const call = async (refusals) => {
    const [calls, refreshes] = [world.api.requests.length, world.provider.count({ path: '/token' })];
    world.api.refuse(refusals);
    const { value } = await tab.fetch(`${world.api.origin}/me`);
    world.api.refuse(0);
    return { status: value.status, calls: world.api.requests.length - calls, refreshes: world.provider.count({ path: '/token' }) - refreshes };
  };

  test('t239_a_token_that_has_only_just_come_is_not_renewed', async () => {
    await tab.fetch(`${world.api.origin}/me`);
    assert.deepEqual(await call(Infinity), { status: 401, calls: 1, refreshes: 0 });
  });

  test('an older token is renewed once and the request repeated once', async () => {
    const grown = () => tab.page.waitFor(async (resource) => {
      const { expiresAt } = await window.harness.client.getTokens({ resource });
      return expiresAt - Date.now() < 54_000;
    }, world.api.audience);
    await grown();
    assert.deepEqual(await call(1), { status: 200, calls: 2, refreshes: 1 });
    await grown();
    assert.deepEqual(await call(Infinity), { status: 401, calls: 2, refreshes: 1 });
  });

  test('t393_a_token_does_not_follow_a_redirect', async () => {
    const calls = world.api.requests.length;
    const { failed } = await tab.fetch(`${world.api.origin}/moved`);
    assert.equal(failed.code, 'network_failed');
    assert.match(failed.message, /\S\)$/);
    assert.equal(world.api.requests.length, calls);
  });

  test('an origin that is not allowed gets no token', async () => {
    const other = await openTab(world, browser, { automaticRenewal: false, allowedOrigins: [] });
    const { value } = await other.fetch(`${world.api.origin}/me`);
    assert.equal(value.status, 401);
    assert.equal(world.api.requests.at(-1).authorized, false);
    await other.close();
  });
});
