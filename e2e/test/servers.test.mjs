// The instruments themselves: the provider, the API and the faults, without any browser.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { createRemoteJWKSet, decodeJwt, decodeProtectedHeader, jwtVerify } from 'jose';
import { startApi } from '../servers/api.mjs';
import { answer, html, idToken, json, loseAnswer, loseRequest, redirect, startFaultyProvider } from '../servers/faults.mjs';
import * as forge from '../servers/forge.mjs';
import { algorithms } from '../servers/keys.mjs';
import { clientIdFor } from '../servers/provider.mjs';
import { scriptedClient } from './support/scripted.mjs';

const origin = 'http://127.0.0.1:9';

describe('the servers', () => {
  let api;
  let provider;
  let client;
  before(async () => {
    api = await startApi({ origins: [origin] });
    provider = await startFaultyProvider({ origins: [origin], apis: [api.audience] });
    api.trust(provider.issuer);
    client = scriptedClient({ issuer: provider.issuer, origin, resource: api.audience });
  });
  after(() => Promise.all([api.close(), provider.close()]));

  const signIn = async () => client.exchange(await client.authorize());
  const verified = async (token) => jwtVerify(token, createRemoteJWKSet(new URL(`${provider.issuer}/jwks`)), { issuer: provider.issuer });

  test('the issuer is the address of the proxy, in the document and in every endpoint', async () => {
    const document = await (await fetch(`${provider.issuer}/.well-known/openid-configuration`)).json();
    assert.equal(document.issuer, provider.issuer);
    for (const name of ['authorization_endpoint', 'token_endpoint', 'jwks_uri', 'userinfo_endpoint', 'end_session_endpoint', 'revocation_endpoint']) {
      assert.equal(new URL(document[name]).origin, provider.issuer, name);
    }
    assert.equal(document.authorization_response_iss_parameter_supported, true);
  });

  test('a sign-in on the pages gives tokens that verify, and names the issuer', async () => {
    const callback = await client.authorize();
    assert.equal(callback.iss, provider.issuer);
    const tokens = await client.exchange(callback);
    assert.equal(tokens.expires_in, 60);
    assert.ok(tokens.refresh_token);
    const { payload } = await verified(tokens.id_token);
    assert.equal(payload.sub, 'alice');
    const user = await (await fetch(`${provider.issuer}/me`, { headers: { origin, authorization: `Bearer ${tokens.access_token}` } })).json();
    assert.equal(user.name, 'Alice Example');
    assert.equal(user.email, 'alice@example.com');
  });

  test('creating an account gives a refresh token too', async () => {
    const tokens = await client.exchange(await client.authorize('create'));
    assert.ok(tokens.refresh_token);
  });

  test('other origins may not read the token endpoint', async () => {
    const response = await fetch(`${provider.issuer}/token`, { method: 'POST', headers: { origin: 'http://127.0.0.1:8' }, body: new URLSearchParams({ client_id: 'spa', grant_type: 'refresh_token', refresh_token: 'x' }) });
    assert.equal(response.headers.get('access-control-allow-origin'), null);
  });

  test('PKCE is required', async () => {
    const response = await fetch(`${provider.issuer}/auth?${new URLSearchParams({ client_id: 'spa', redirect_uri: `${origin}/`, response_type: 'code', scope: 'openid' })}`, { redirect: 'manual' });
    assert.equal(new URL(response.headers.get('location')).searchParams.get('error'), 'invalid_request');
  });

  test('a refresh token that is used twice ends the grant, and the record says so', async () => {
    const { refresh_token: first } = await signIn();
    const { refresh_token: second } = await client.refresh(first);
    assert.notEqual(second, first);
    assert.equal((await client.refresh(first)).error, 'invalid_grant');
    assert.deepEqual(provider.tokenRequests.at(-1), { grantType: 'refresh_token', clientId: 'spa', outcome: 'invalid_grant', revoked: true });
    assert.equal((await client.refresh(second)).error, 'invalid_grant');
  });

  test('the API takes a token for itself, refuses others with a challenge, and can be told to refuse', async () => {
    const { refresh_token: refreshToken, access_token: forUserInfo } = await signIn();
    const { access_token: token } = await client.refresh(refreshToken, { resource: api.audience, scope: 'api:read' });
    const call = (bearer) => fetch(`${api.origin}/me`, { headers: { origin, ...(bearer && { authorization: `Bearer ${bearer}` }) } });
    const good = await call(token);
    assert.equal((await good.json()).hello, 'alice');
    assert.equal(good.headers.get('access-control-expose-headers'), 'WWW-Authenticate, DPoP-Nonce');
    assert.equal((await call()).headers.get('www-authenticate'), 'Bearer realm="api"');
    assert.match((await call(forUserInfo)).headers.get('www-authenticate'), /error="invalid_token"/);
    api.refuse(1);
    assert.deepEqual([(await call(token)).status, (await call(token)).status], [401, 200]);
  });

  test('signing out at the provider comes back with the state', async () => {
    const { id_token: hint } = await signIn();
    assert.equal((await client.signOut(hint)).searchParams.get('state'), 'bye');
  });

  for (const alg of algorithms) {
    test(`the client for ${alg} gets ID tokens signed with it`, async () => {
      const other = scriptedClient({ issuer: provider.issuer, origin, clientId: clientIdFor(alg) });
      const { id_token: token } = await other.exchange(await other.authorize());
      assert.equal(decodeProtectedHeader(token).alg, alg);
      await verified(token);
    });
  }

  test('a lost answer was acted upon, a lost request was not, and both are counted', async () => {
    const { refresh_token: first } = await signIn();
    const before = provider.count({ grant: 'refresh_token' });
    provider.rule({ grant: 'refresh_token' }, loseRequest(), 1);
    await assert.rejects(client.refresh(first));
    provider.rule({ grant: 'refresh_token' }, loseAnswer(), 1);
    await assert.rejects(client.refresh(first));
    assert.equal((await client.refresh(first)).error, 'invalid_grant');
    assert.equal(provider.count({ grant: 'refresh_token' }) - before, 3);
  });

  test('answers can be replaced, redirected and altered, as often as told', async () => {
    const get = () => fetch(`${provider.issuer}/jwks`, { redirect: 'manual' });
    provider.rule({ path: '/jwks' }, answer(503, '', { 'retry-after': '7' }), 1);
    const busy = await get();
    assert.deepEqual([busy.status, busy.headers.get('retry-after')], [503, '7']);
    provider.rule({ path: '/jwks' }, html(), 1);
    assert.match((await get()).headers.get('content-type'), /html/);
    provider.rule({ path: '/jwks' }, redirect('http://127.0.0.1:9/'), 1);
    assert.equal((await get()).status, 307);
    provider.rule({ path: '/jwks' }, json(() => ({ keys: [] })), 1);
    assert.deepEqual(await (await get()).json(), { keys: [] });
    assert.equal((await (await get()).json()).keys.length, 4);
  });

  const forged = [
    ['brokenSignature', forge.brokenSignature(), false],
    ['foreignKey', forge.foreignKey(), false],
    ['unsigned', forge.unsigned(), false],
    ['confusedAlgorithm', forge.confusedAlgorithm(), false],
    ['claims', forge.claims({ nonce: 'other', at_hash: undefined }), true],
    ['header', forge.header({ typ: 'at+jwt' }), true],
  ];
  for (const [name, mutator, verifies] of forged) {
    test(`an ID token altered by ${name} ${verifies ? 'still has a good signature' : 'does not verify'}`, async () => {
      provider.rule({ grant: 'authorization_code' }, idToken(mutator), 1);
      const { id_token: token } = await signIn();
      if (verifies) await verified(token);
      else await assert.rejects(verified(token));
    });
  }

  test('an altered claim is in the token', async () => {
    provider.rule({ grant: 'authorization_code' }, idToken(forge.claims({ sub: 'mallory' })), 1);
    assert.equal(decodeJwt((await signIn()).id_token).sub, 'mallory');
  });

  test('rotated keys sign, and the old key is gone', async () => {
    const { id_token: old } = await signIn();
    await provider.rotateKeys();
    await verified((await signIn()).id_token);
    await assert.rejects(verified(old));
    provider.repair();
  });
});
