// The operations of the protocol one by one, driven by an application that keeps everything itself.

import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { open } from '../browsers/index.mjs';
import { answer } from '../servers/faults.mjs';
import { openTab } from './support/harness.mjs';
import { follow } from './support/scripted.mjs';
import { startWorld } from './support/world.mjs';

describe('single operations', () => {
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
  afterEach(() => world.provider.repair());

  const operation = async (tab, name, options) => {
    const { value, failed } = await refusable(tab, name, options);
    if (failed) throw new Error(`${name}: ${failed.code}: ${failed.message}`);
    return value;
  };
  const refusable = (tab, name, options) => tab.page.evaluate((...given) => window.harness.operation(...given), name, options);

  for (const [which, options] of [['bearer tokens', { clientId: 'spa' }], ['bound tokens', { clientId: 'spa-dpop', dpop: true }], ['a refresh token in a worker', { clientId: 'spa', storage: 'worker' }]]) {
    test(`a whole life with ${which}, and no session`, async () => {
      const tab = await openTab(world, browser, options);
      const request = await operation(tab, 'authorizationRequest', { prompt: 'consent' });
      const callback = await follow(request.url, `${world.app.origin}/`);
      const { code } = await operation(tab, 'authorizationResponse', { url: callback.href, state: request.state });
      const { codeVerifier, nonce, redirectUri, binding } = request;
      const tokens = await operation(tab, 'codeExchange', { code, codeVerifier, nonce, redirectUri, binding });
      assert.equal(tokens.claims.sub, 'alice');
      assert.equal(/^oxidc\./.test(tokens.refreshToken), options.storage === 'worker');
      assert.equal(tokens.tokenType, binding ? 'DPoP' : 'Bearer');
      assert.equal((await operation(tab, 'userInfo', { accessToken: tokens.accessToken, subject: 'alice', binding })).name, 'Alice Example');
      assert.equal((await refusable(tab, 'userInfo', { accessToken: tokens.accessToken, subject: 'bob', binding })).failed.code, 'user_info_subject_mismatch');
      assert.equal((await operation(tab, 'idToken', { idToken: tokens.idToken, nonce, accessToken: tokens.accessToken })).sub, 'alice');
      const next = await operation(tab, 'refresh', { refreshToken: tokens.refreshToken, subject: 'alice', nonce, binding });
      assert.notEqual(next.accessToken, tokens.accessToken);
      await operation(tab, 'revocation', { token: next.refreshToken, tokenTypeHint: 'refresh_token' });
      assert.equal((await refusable(tab, 'refresh', { refreshToken: next.refreshToken, binding })).failed.code, 'grant_rejected');
      const end = new URL(await operation(tab, 'endSessionRequest', { idToken: tokens.idToken, state: 'bye' }));
      assert.equal(end.origin + end.pathname, `${world.provider.issuer}/session/end`);
      assert.equal(await tab.do('getSession'), null);
      await tab.close();
    });
  }

  test('metadata and keys', async () => {
    const tab = await openTab(world, browser);
    assert.equal((await operation(tab, 'metadata')).token_endpoint, `${world.provider.issuer}/token`);
    assert.ok((await operation(tab, 'keys')).keys.length > 1);
    await tab.close();
  });

  test('a pushed request by itself', async () => {
    const tab = await openTab(world, browser);
    const request = await operation(tab, 'authorizationRequest');
    const { client_id: _, ...parameters } = Object.fromEntries(new URL(request.url).searchParams);
    const pushed = await operation(tab, 'pushedAuthorizationRequest', { parameters });
    assert.match(pushed.requestUri, /^urn:ietf:params:oauth:request_uri:/);
    assert.ok(pushed.expiresIn > 0);
    await tab.close();
  });

  test('t459_a_device_waits_until_the_person_has_confirmed', async () => {
    const tab = await openTab(world, browser, { clientId: 'device', scopes: 'openid' });
    const codes = await operation(tab, 'deviceAuthorization');
    assert.equal(codes.verificationUri, `${world.provider.issuer}/device`);
    const { deviceCode, expiresIn } = codes;
    const tokens = operation(tab, 'deviceToken', { deviceCode, expiresIn, interval: 1 });
    await follow(codes.verificationUriComplete, `${world.provider.issuer}/device/confirmed`, 'confirmed');
    assert.equal((await tokens).claims.sub, 'alice');
    await tab.close();
  });

  test('t458_a_refused_token_exchange_leaves_the_session_alone', async () => {
    const tab = await openTab(world, browser);
    await tab.signIn();
    const grant = 'urn:ietf:params:oauth:grant-type:token-exchange';
    world.provider.rule({ grant }, answer(400, '{"error":"invalid_grant"}', { 'content-type': 'application/json' }), 1);
    const { accessToken } = await tab.do('getTokens');
    assert.equal((await refusable(tab, 'tokenExchange', { subjectToken: accessToken, audience: 'mini' })).failed.code, 'grant_rejected');
    assert.equal((await tab.do('getSession')).subject, 'alice');
    const body = { access_token: 'narrow', issued_token_type: 'urn:ietf:params:oauth:token-type:access_token', token_type: 'Bearer', expires_in: 60 };
    world.provider.rule({ grant }, answer(200, JSON.stringify(body), { 'content-type': 'application/json' }), 1);
    assert.equal((await operation(tab, 'tokenExchange', { subjectToken: accessToken, scopes: 'api:read' })).accessToken, 'narrow');
    await tab.close();
  });

  test('t462_a_secret_is_refused_in_a_page', async () => {
    const tab = await openTab(world, browser);
    for (const options of [{ clientSecret: 's' }, { clientAuthentication: { method: 'client_secret_post', secret: 's' } }]) {
      const code = await tab.page.evaluate((given) => window.harness.create(given).then(() => 'accepted', (error) => error.code), { issuer: world.provider.issuer, clientId: 'spa', ...options });
      assert.equal(code, 'client_secret_refused');
    }
    await tab.close();
  });

  test('the entry with files beside the script fetches the one that is needed', async () => {
    const tab = await openTab(world, browser);
    const files = await tab.page.evaluate(async (issuer) => {
      const { AuthClient } = await import('/oxidc/wasm.js');
      const fetched = () => performance.getEntriesByType('resource').map(({ name }) => name.split('/').at(-1)).filter((name) => name.endsWith('.wasm'));
      const client = new AuthClient({ issuer, clientId: 'spa' });
      await client.getSession();
      const first = fetched();
      await client.oidc.metadata();
      return [first, fetched()];
    }, world.provider.issuer);
    assert.deepEqual(files, [['oxidc_bg.wasm'], ['oxidc_bg.wasm', 'oxidc_extended_bg.wasm']]);
    await tab.close();
  });

  test('the extended module is loaded only when something needs it', async () => {
    const tab = await openTab(world, browser);
    const extended = () => tab.page.evaluate(() => performance.getEntriesByType('resource').filter(({ name }) => /\/extended-|\/keys-/.test(name)).length);
    await tab.do('getSession');
    assert.equal(await extended(), 0);
    await operation(tab, 'metadata');
    assert.equal(await extended(), 1);
    await tab.close();
  });
});
