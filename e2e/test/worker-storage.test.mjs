// The session in a worker's memory: what tabs share, what survives, and what happens when the worker is gone.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { engines, open, until } from '../browsers/index.mjs';
import { holdRequest } from '../servers/faults.mjs';
import { strictPolicy } from '../servers/static.mjs';
import { openTab } from './support/harness.mjs';
import { sharedWorkers, stopSharedWorker } from './support/shared-worker.mjs';
import { startWorld } from './support/world.mjs';

const storage = 'worker';

/** A world, and a browser in whose pages a function runs first. */
async function prepared(prepare, work, options) {
  const world = await startWorld(options);
  const browser = await open('chromium');
  try {
    await browser.context.addInitScript(prepare);
    await work(world, browser);
  } finally {
    await browser.close();
    await world.close();
  }
}
const errors = (events) => events.filter(([event]) => event === 'error').map(([, { code }]) => code);
const reasons = (events) => events.filter(([event]) => event === 'signedOut').map(([, reason]) => reason);

describe('a storage in a shared worker', () => {
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

  test('signs in, refreshes with rotation, calls an API for a resource, revokes and signs out', async () => {
    const tab = await openTab(world, browser, { storage });
    assert.equal((await tab.signIn()).session.subject, 'alice');
    await tab.do('refreshSession');
    await tab.do('refreshSession');
    assert.equal((await tab.fetch(`${world.api.origin}/me`)).value.status, 200);
    assert.deepEqual((await tab.do('getTokens', { resource: world.api.audience })).resources, [world.api.audience]);
    assert.equal((await tab.do('signOut', { federated: false, revoke: true })).revoked, 'done');
    assert.equal(await tab.do('getSession'), null);
    assert.deepEqual(errors(await tab.events()), []);
    await tab.close();
  });

  test('two tabs share one session and need one refresh', async () => {
    const tab = await openTab(world, browser, { storage });
    await tab.signIn();
    const other = await openTab(world, browser, { storage });
    assert.equal((await other.do('getSession')).subject, 'alice');
    assert.equal((await sharedWorkers(browser)).length, 1);
    const before = world.provider.count({ grant: 'refresh_token' });
    const [{ expiresAt }] = await Promise.all([tab.do('refreshSession'), other.do('refreshSession')]);
    assert.equal(world.provider.count({ grant: 'refresh_token' }), before + 1);
    assert.equal((await other.do('getSession')).expiresAt, expiresAt);

    await tab.load();
    assert.equal((await tab.do('getSession')).subject, 'alice', 'a reload while another tab is open');
    await tab.do('refreshSession');
    await other.do('refreshSession');

    await tab.do('signOut', { federated: false });
    await other.page.waitFor(() => window.harness.client.state === 'signedOut');
    assert.deepEqual(reasons(await other.events()), ['signed_out']);
    await tab.close();
    await other.close();
  });

  test('outlives a reload of its only page in this browser', async () => {
    const tab = await openTab(world, browser, { storage });
    await tab.signIn();
    await tab.load();
    assert.equal((await tab.do('getSession')).subject, 'alice');
    await tab.do('refreshSession');
    await tab.do('signOut', { federated: false });
    await tab.close();
  });

  test('works with tokens that are bound to a key', async () => {
    const tab = await openTab(world, browser, { storage, clientId: 'spa-dpop', dpop: true });
    await tab.signIn();
    await tab.do('refreshSession');
    const { tokenType } = await tab.do('getTokens');
    assert.equal(tokenType, 'DPoP');
    assert.equal((await tab.do('signOut', { federated: false, revoke: true })).revoked, 'done');
    await tab.close();
  });

  test('t417_under_a_strict_policy that allows the Trusted Types policy oxidc needs nothing else', async () => {
    world.app.setHeaders(strictPolicy([world.provider.issuer, world.api.origin], { trustedTypes: 'oxidc' }));
    const tab = await openTab(world, browser, { storage });
    const violations = [];
    tab.page.raw.on('console', (message) => { if (/Content Security Policy|Trusted/.test(message.text())) violations.push(message.text()); });
    await tab.signIn();
    await tab.do('refreshSession');
    await tab.do('signOut', { federated: false });
    assert.deepEqual(violations, []);
    await tab.close();
    world.app.setHeaders({});
  });

  for (const [why, worker, policy] of [
    ['whose script is not there', { url: '/nowhere.js' }],
    ['whose script is another one', { url: '/harness.js' }],
    ['of another origin', { url: 'http://127.0.0.1:9/worker.js' }],
    ['that Trusted Types forbid', undefined, "'none'"],
  ]) {
    test(`a worker ${why} refuses the sign-in and says why`, async () => {
      if (policy) world.app.setHeaders(strictPolicy([world.provider.issuer, world.api.origin], { trustedTypes: policy }));
      const tab = await openTab(world, browser, { storage });
      await tab.authorize();
      await tab.page.evaluate((options) => { window.harness.worker = options; }, worker);
      await tab.again();
      const { failed } = await tab.call('processCallback');
      assert.deepEqual([failed.code, failed.session], ['worker_lost', 'ended']);
      await tab.close();
      world.app.setHeaders({});
    });
  }
});

for (const engine of engines) {
  test(`a storage in a worker in ${engine}: sign-in, refresh, two tabs, a reload of one, sign-out`, async () => {
    const world = await startWorld();
    const browser = await open(engine);
    try {
      const tab = await openTab(world, browser, { storage });
      assert.equal((await tab.signIn()).session.subject, 'alice');
      await tab.do('refreshSession');
      const other = await openTab(world, browser, { storage });
      const shared = await other.page.evaluate(() => typeof SharedWorker === 'function');
      assert.equal((await other.do('getSession'))?.subject, shared ? 'alice' : undefined);
      const before = world.provider.count({ grant: 'refresh_token' });
      await Promise.all([tab.do('refreshSession'), shared && other.do('refreshSession')]);
      // The driver of WebKit speaks with one page after the other, so there the second call may come when the first has ended.
      if (engine !== 'webkit') assert.equal(world.provider.count({ grant: 'refresh_token' }), before + 1);
      await tab.load();
      assert.equal((await tab.do('getSession'))?.subject, shared ? 'alice' : undefined);
      await tab.do('signOut', { federated: false, revoke: true });
      await other.page.waitFor(() => window.harness.client.state === 'signedOut');
      assert.equal(await tab.do('getSession'), null);
      assert.deepEqual(errors([...(await tab.events()), ...(await other.events())]), []);
    } finally {
      await browser.close();
      await world.close();
    }
  });
}

describe('a storage in a worker', () => {
  // As in browsers that know no longer life.
  const asElsewhere = () => {
    const Original = window.SharedWorker;
    window.SharedWorker = class extends Original {
      constructor(url, { name }) { super(url, { name }); }
    };
  };

  describe('when the worker is gone', () => {
    /** A tab that is signed in, after its browser stopped the worker; `busy` happens before. */
    const stopped = async (world, browser, busy = () => {}) => {
      const tab = await openTab(world, browser, { storage });
      await tab.signIn();
      const going = await busy(tab);
      await stopSharedWorker(browser);
      return { tab, going };
    };

    test('t500_the_session_ends_with_its_own_code at the next refresh, in every tab, and a new sign-in works', () => prepared(asElsewhere, async (world, browser) => {
      let other;
      const { tab } = await stopped(world, browser, async () => { other = await openTab(world, browser, { storage }); await other.do('getSession'); });
      const { failed } = await tab.call('refreshSession');
      assert.deepEqual([failed.name, failed.code, failed.session], ['SessionError', 'worker_lost', 'ended']);
      assert.equal(await tab.do('getSession'), null);
      assert.equal(await tab.page.evaluate(() => window.harness.client.state), 'needsSignIn');
      assert.deepEqual(reasons(await tab.events()), ['worker_lost']);
      await other.page.waitFor(() => window.harness.client.state === 'needsSignIn');
      assert.deepEqual(reasons(await other.events()), ['worker_lost']);
      assert.deepEqual([...errors(await tab.events()), ...errors(await other.events())], []);
      await other.close();
      await tab.signIn();
      await tab.do('refreshSession');
      await tab.do('signOut', { federated: false });
    }));

    test('t500_a_refresh_under_way_ends_the_same_way', () => prepared(asElsewhere, async (world, browser) => {
      let release;
      const { going } = await stopped(world, browser, async (busy) => {
        const before = world.provider.log.length;
        world.provider.rule({ grant: 'refresh_token' }, holdRequest(new Promise((resolve) => { release = resolve; })), 1);
        const call = busy.call('refreshSession');
        await until(() => world.provider.log.slice(before).some(({ grant }) => grant === 'refresh_token'), 'the request');
        return { call };
      });
      const { failed } = await going.call;
      assert.deepEqual([failed.code, failed.session], ['worker_lost', 'ended']);
      release();
    }));

    test('an access token that is still good is still used, and a sign-out still works', () => prepared(asElsewhere, async (world, browser) => {
      const { tab } = await stopped(world, browser);
      assert.ok((await tab.do('getTokens')).accessToken);
      assert.equal((await tab.do('signOut', { federated: false })).navigated, false);
      assert.equal(await tab.do('getSession'), null);
    }));
  });

  test('is gone with its last tab, which nobody is told as an error', () => prepared(asElsewhere, async (world, browser) => {
    const blank = await browser.newPage();
    const tab = await openTab(world, browser, { storage });
    await tab.signIn();
    const other = await openTab(world, browser, { storage });
    assert.equal((await other.do('getSession')).subject, 'alice');
    await tab.close();
    await other.do('refreshSession');
    await other.close();
    await until(async () => (await sharedWorkers(browser)).length === 0, 'the worker to be gone');
    const later = await openTab(world, browser, { storage });
    assert.equal(await later.do('getSession'), null);
    assert.equal(await later.page.evaluate(() => window.harness.client.state), 'signedOut');
    assert.deepEqual(await later.events(), []);
    await blank.close();
  }));

  test('where there are no shared workers, is of one page: clients of it share one, other tabs and a reload do not', () => prepared(() => { delete window.SharedWorker; }, async (world, browser) => {
    const tab = await openTab(world, browser, { storage });
    await tab.signIn();
    await tab.do('refreshSession');
    await tab.again();
    assert.equal((await tab.do('getSession')).subject, 'alice');
    const other = await openTab(world, browser, { storage });
    assert.equal(await other.do('getSession'), null);
    await tab.do('refreshSession');
    await tab.load();
    assert.equal(await tab.do('getSession'), null);
    assert.deepEqual(await tab.events(), []);
  }));
});
