// Tokens that are bound to a key of the browser (RFC 9449), at a provider and an API that check every proof.

import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { engines, open } from '../browsers/index.mjs';
import { answer, json } from '../servers/faults.mjs';
import { openTab } from './support/harness.mjs';
import { startWorld } from './support/world.mjs';

const dpop = { clientId: 'spa-dpop', dpop: true, automaticRenewal: false };

for (const engine of engines) {
  describe(`DPoP in ${engine}`, () => {
    let world;
    let browser;
    let tab;
    before(async () => {
      world = await startWorld({ dpopNonce: true });
      browser = await open(engine);
      tab = await openTab(world, browser, dpop);
      await tab.signIn();
    });
    after(async () => {
      await browser?.close();
      await world.close();
    });

    test('signs in with a bound token, and reads the user information with a proof', async () => {
      assert.equal((await tab.do('getTokens')).tokenType, 'DPoP');
      assert.equal((await tab.do('getSession')).user.name, 'Alice Example');
      assert.deepEqual(await tab.events().then((events) => events.filter(([event]) => event === 'error')), []);
    });

    test('t295_calls_an_API_with_a_proof_for_method_and_address', async () => {
      for (const [method, path] of [['GET', '/me'], ['POST', '/me?a=b']]) {
        const { value, failed } = await tab.page.evaluate((url, m) => window.harness.fetch(url, { method: m }), world.api.origin + path, method);
        assert.equal(value?.status, 200, failed?.message ?? value?.body);
        const proof = world.api.proofs.at(-1);
        assert.equal(proof.htm, method);
        assert.equal(proof.htu, `${world.api.origin}/me`);
      }
    });

    test('t287_refreshes_with_the_same_key', async () => {
      const before = (await tab.do('getTokens')).accessToken;
      await tab.do('refreshSession');
      const after = await tab.do('getTokens');
      assert.notEqual(after.accessToken, before);
      assert.equal(after.tokenType, 'DPoP');
      assert.ok(world.provider.tokenRequests.every(({ outcome }) => outcome === 'issued' || outcome === 'use_dpop_nonce'));
    });

    test('t288_the_private_key_cannot_be_exported', async () => {
      const results = await tab.page.evaluate(async () => {
        const database = await new Promise((resolve, reject) => {
          const request = indexedDB.open('oxidc-keys');
          request.onsuccess = () => resolve(request.result);
          request.onerror = () => reject(request.error);
        });
        const kept = await new Promise((resolve) => {
          const request = database.transaction('keys').objectStore('keys').getAll();
          request.onsuccess = () => resolve(request.result);
        });
        database.close();
        const attempts = kept.flatMap(({ pair }) => ['jwk', 'pkcs8', 'raw'].map((format) => crypto.subtle.exportKey(format, pair.privateKey).then(() => 'exported', () => 'refused')));
        return { kept: kept.length, results: await Promise.all(attempts), extractable: kept.some(({ pair }) => pair.privateKey.extractable) };
      });
      assert.equal(results.kept, 1);
      assert.deepEqual(results.results, ['refused', 'refused', 'refused']);
      assert.equal(results.extractable, false);
    });

    test('a reload and a second tab use the same key', async () => {
      await tab.load();
      assert.equal((await tab.fetch(`${world.api.origin}/me`)).value.status, 200);
      const second = await openTab(world, browser, dpop);
      assert.equal((await second.fetch(`${world.api.origin}/me`)).value.status, 200);
      await second.close();
    });

    test('signing out deletes the key', async () => {
      await tab.do('signOut', { federated: false });
      await tab.page.waitFor(keysLeft, 0);
    });
  });
}

for (const engine of engines) {
  describe(`DPoP in ${engine} when something goes wrong`, () => {
    let world;
    let browser;
    before(async () => {
      world = await startWorld();
      browser = await open(engine);
    });
    after(async () => {
      await browser?.close();
      await world.close();
    });
    afterEach(() => world.provider.repair());

    test('t283_a_bearer_token_is_refused_and_begins_no_session', async () => {
      const tab = await openTab(world, browser, dpop);
      world.provider.rule({ grant: 'authorization_code' }, json((body) => ({ ...body, token_type: 'Bearer' })));
      await tab.authorize();
      assert.equal((await tab.call('processCallback')).failed.code, 'dpop_downgrade');
      assert.equal(await tab.do('getSession'), null);
      await tab.close();
    });

    test('t284_where_it_is_optional_the_same_token_is_used', async () => {
      const tab = await openTab(world, browser, { clientId: 'spa', dpop: 'optional', automaticRenewal: false });
      world.provider.rule({ grant: 'authorization_code' }, json((body) => ({ ...body, token_type: 'Bearer' })));
      world.provider.rule({ method: 'GET', path: '/me' }, answer(200, '{"sub":"alice"}', { 'content-type': 'application/json' }), 1);
      await tab.signIn();
      assert.equal((await tab.do('getTokens')).tokenType, 'Bearer');
      await tab.do('signOut', { federated: false });
      await tab.close();
    });

    test('t277_a_nonce_that_the_page_cannot_read_is_said_to_be_missing', async () => {
      const tab = await openTab(world, browser, dpop);
      await tab.signIn();
      world.provider.rule({ method: 'POST', path: '/token' }, answer(400, '{"error":"use_dpop_nonce"}', { 'content-type': 'application/json', 'dpop-nonce': 'hidden' }));
      const requests = world.provider.count({ path: '/token' });
      const { failed } = await tab.call('refreshSession');
      assert.equal(failed.code, 'dpop_nonce_missing');
      assert.match(failed.message, /Access-Control-Expose-Headers/);
      assert.equal(world.provider.count({ path: '/token' }) - requests, 1);
      assert.equal((await tab.do('getSession')).subject, 'alice');
      await tab.close();
    });

    test('t291_a_proof_does_not_follow_a_redirect', async () => {
      const tab = await openTab(world, browser, dpop);
      await tab.signIn();
      const proofs = world.api.proofs.length;
      assert.equal((await tab.fetch(`${world.api.origin}/moved`)).failed.code, 'network_failed');
      assert.equal(world.api.proofs.length, proofs);
      await tab.close();
    });

    test('t265_a_deleted_key_ends_the_session_before_anything_is_sent', async () => {
      const tab = await openTab(world, browser, dpop);
      await tab.signIn();
      await tab.page.evaluate(() => new Promise((resolve, reject) => {
        const deleting = indexedDB.deleteDatabase('oxidc-keys');
        deleting.onsuccess = resolve;
        deleting.onerror = reject;
      }));
      await tab.load();
      const requests = world.provider.count({ path: '/token' });
      const { failed } = await tab.call('refreshSession');
      assert.deepEqual([failed.code, failed.session, failed.name], ['key_lost', 'ended', 'SessionError']);
      assert.equal(world.provider.count({ path: '/token' }), requests);
      assert.equal(await tab.do('getSession'), null);
      await tab.close();
    });

    test('t281_twenty_requests_at_once_at_an_API_that_wants_a_new_nonce_each_time', async () => {
      const tab = await openTab(world, browser, dpop);
      await tab.signIn();
      await tab.do('getTokens', { resource: world.api.audience });
      world.api.demandNonces();
      const before = world.api.requests.length;
      const answers = await tab.page.evaluate((url) => Promise.all(Array.from({ length: 20 }, () => window.harness.fetch(url))), `${world.api.origin}/me`);
      const statuses = answers.map(({ value }) => value?.status);
      assert.deepEqual(statuses.filter((status) => status !== 200 && status !== 401), []);
      assert.ok(world.api.requests.length - before <= 40, 'each at most twice');
      // Alone, one that was refused gets through.
      assert.equal((await tab.fetch(`${world.api.origin}/me`)).value.status, 200);
      await tab.close();
    });
  });
}

/** Whether that many keys are left. */
function keysLeft(count) {
  return new Promise((resolve) => {
    const opening = indexedDB.open('oxidc-keys');
    opening.onsuccess = () => {
      const counting = opening.result.transaction('keys').objectStore('keys').count();
      counting.onsuccess = () => { opening.result.close(); resolve(counting.result === count); };
    };
  });
}
