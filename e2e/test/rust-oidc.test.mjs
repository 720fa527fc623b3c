// The operations of the protocol one by one in the Rust face, driven by an application that keeps everything itself.

import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { open } from '../browsers/index.mjs';
import { answer } from '../servers/faults.mjs';
import { createKey, publicKey } from '../servers/keys.mjs';
import { follow } from './support/scripted.mjs';
import { folder, startWorld } from './support/world.mjs';

describe('single operations of the Rust face', () => {
  let world;
  let browser;
  let page;
  let key;
  before(async () => {
    key = await createKey('ES256', 'request-1');
    world = await startWorld({ app: { folders: { '/': folder('e2e/rust-harness/dist') }, fallback: '/index.html' }, requestKeys: [publicKey(key)] });
    browser = await open('chromium');
    page = await browser.newPage();
    await page.goto(`${world.app.origin}/app`);
    await page.waitFor('#ready');
    world.app.serve('/oxidc-worker.js', await page.evaluate(() => window.worker_script()));
  });
  after(async () => {
    await browser?.close();
    await world.close();
  });
  afterEach(() => world.provider.repair());

  const make = (clientId, { worker, requestKey } = {}) => page.evaluate(async (issuer, id, url, jwk) => {
    const signer = jwk && (await crypto.subtle.importKey('jwk', jwk, { name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign']));
    window.made = new window.OidcHarness(issuer, id, url ?? undefined, signer ?? undefined);
  }, world.provider.issuer, clientId, worker && '/oxidc-worker.js', requestKey);
  /** Calls a method: its text, or `!` and the code of its error. */
  const call = (method, ...args) => page.evaluate((name, given) => Promise.resolve(window.made[name](...given)).catch((error) => `!${error}`), method, args);
  const refreshes = () => world.provider.count({ grant: 'refresh_token' });

  for (const [which, clientId, options] of [['bearer tokens', 'spa', {}], ['bound tokens', 'spa-dpop', {}], ['a refresh token in a worker', 'spa', { worker: true }]]) {
    test(`a whole life with ${which}`, async () => {
      await make(clientId, options);
      const back = await follow(await call('authorize'), `${world.app.origin}/`);
      assert.equal(await call('arrive', back.href.replace(/state=[^&]*/, 'state=another')), '!state_unknown');
      assert.equal(await call('arrive', back.href), `alice ${clientId === 'spa-dpop' ? 'DPoP' : 'Bearer'}`);
      assert.equal(/^oxidc\./.test(await call('refresh_token')), !!options.worker);
      assert.equal(await call('user_info', 'alice'), 'Alice Example');
      assert.equal(await call('user_info', 'bob'), '!user_info_subject_mismatch');
      assert.equal(await call('id_token'), 'alice');
      assert.equal(await call('id_token', 'another'), '!id_token_nonce');
      const end = new URL(await call('end'));
      assert.equal(end.origin + end.pathname, `${world.provider.issuer}/session/end`);
      assert.equal(end.searchParams.get('state'), 'bye');

      const before = refreshes();
      await call('refresh_and_give_up');
      assert.equal(await call('refresh'), 'true');
      assert.equal(refreshes(), before + 1, 'who gives up sends nothing');
      assert.equal(await call('revoke'), 'revoked');
      assert.equal(await call('refresh'), '!grant_rejected');
    });
  }

  test('a request is signed with a key of the application', async () => {
    await make('spa-jar', { requestKey: key });
    const url = await call('authorize');
    assert.deepEqual([...new URL(url).searchParams.keys()], ['client_id', 'response_type', 'scope', 'request']);
    const back = await follow(url, `${world.app.origin}/`);
    assert.equal(await call('arrive', back.href), 'alice Bearer');
  });

  test('metadata, keys and a pushed request', async () => {
    await make('spa');
    assert.match(await call('provider'), new RegExp(`^${world.provider.issuer}/token [2-9]$`));
    assert.match(await call('push', new URL(await call('authorize')).search), /^urn:ietf:params:oauth:request_uri:\S+ [1-9]\d*$/);
  });

  test('a device waits until the person has confirmed', async () => {
    await make('device');
    await page.evaluate(() => {
      window.shown = undefined;
      window.settled = window.made.device((url) => { window.shown = url; }).catch((error) => `!${error}`);
    });
    await page.waitFor(() => window.shown);
    await follow(await page.evaluate(() => window.shown), `${world.provider.issuer}/device/confirmed`, 'confirmed');
    assert.equal(await page.evaluate(() => window.settled), 'alice');
  });

  test('a token is exchanged for a narrower one, or refused', async () => {
    await make('spa');
    const grant = 'urn:ietf:params:oauth:grant-type:token-exchange';
    const type = 'urn:ietf:params:oauth:token-type:access_token';
    world.provider.rule({ grant }, answer(400, '{"error":"invalid_grant"}', { 'content-type': 'application/json' }), 1);
    assert.equal(await call('exchange', 'wide'), '!grant_rejected');
    const body = { access_token: 'narrow', issued_token_type: type, token_type: 'Bearer', expires_in: 60 };
    world.provider.rule({ grant }, answer(200, JSON.stringify(body), { 'content-type': 'application/json' }), 1);
    assert.equal(await call('exchange', 'wide'), `narrow ${type} 60`);
  });
});
