import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { Vault } from '../src/worker/vault.js';

const issuer = 'https://login.example.com/a';
const token = `${issuer}/token`;
const revocation = `${issuer}/revoke`;
const signal = new AbortController().signal;
const document = { issuer, token_endpoint: token, revocation_endpoint: revocation };

interface Sent {
  url: string;
  method: string;
  headers: [string, string][];
  body: string | null;
}

/** A vault whose provider answers by a function; `sent` is what reached it. */
function make(answer: (sent: Sent) => object | string | undefined, described: [string?, string?] = []) {
  const sent: Sent[] = [];
  const fetch = (async (url: string, init: Sent) => {
    const request = { ...init, url };
    sent.push(request);
    const body = answer(request) ?? document;
    return new Response(typeof body === 'string' ? body : JSON.stringify(body), { headers: { 'content-type': 'application/json' } });
  }) as unknown as typeof globalThis.fetch;
  const vault = new Vault([1, issuer, 'app', ...described], fetch);
  const post = async (url: string, form: Record<string, string>, more: object = {}) => {
    const body = String(new URLSearchParams({ client_id: 'app', ...form }));
    const effect = { id: 1, do: 'http' as const, method: 'POST', url, headers: [], body, timeout: 1000, limit: 10_000, ...more };
    return JSON.parse(String((await vault.perform(effect, signal))['body'] || 'null'));
  };
  const refresh = (handle: string, more?: object) => post(token, { grant_type: 'refresh_token', refresh_token: handle }, more);
  const exchange = async (): Promise<string> => (await post(token, { grant_type: 'authorization_code', code: 'c' })).refresh_token;
  const swap = (expected: string | null, value: string | null) => vault.perform({ id: 2, do: 'swap', area: 'session', key: 'k', expected, value }, signal);
  return { vault, sent, post, refresh, exchange, swap };
}
/** A provider that rotates: the tokens are `secret-number-1` and so on. */
function rotating() {
  let number = 0;
  return ({ url, method }: Sent) => (method === 'POST' && url === token ? { access_token: 'a', refresh_token: `secret-number-${(number += 1)}` } : undefined);
}
const lost = { failed: 'lost' };
const denied = { failed: 'denied' };

test('a vault reads the endpoints from the issuer itself, once, and again only for an address that it does not know', async () => {
  const { sent, exchange, post } = make(rotating());
  await exchange();
  await exchange();
  const configuration = `${issuer}/.well-known/openid-configuration`;
  assert.deepEqual(sent.map(({ url }) => url), [configuration, token, token]);
  await assert.rejects(post('https://evil.example/token', { grant_type: 'authorization_code', code: 'c' }), denied);
  assert.deepEqual(sent.map(({ url }) => url), [configuration, token, token, configuration]);
});

test('a vault follows a provider whose endpoint moved', async () => {
  let endpoint = token;
  const { exchange, post } = make(({ method }) => (method === 'GET' ? { ...document, token_endpoint: endpoint } : { refresh_token: 'secret-number-1' }));
  const handle = await exchange();
  endpoint = `${issuer}/moved`;
  assert.equal((await post(endpoint, { grant_type: 'refresh_token', refresh_token: handle })).refresh_token, handle, 'the same token keeps its handle');
  await assert.rejects(post(token, { grant_type: 'refresh_token', refresh_token: handle }), denied);
});

test('a vault believes no configuration document of another issuer, and none that is not JSON', async () => {
  for (const wrong of [{ ...document, issuer: `${issuer}/` }, { token_endpoint: token }, '<p>', 'null', '[]']) {
    await assert.rejects(make(({ method }) => (method === 'GET' ? wrong : undefined)).exchange(), { failed: 'network' });
  }
});

test('a vault of a provider that is described by hand discovers nothing', async () => {
  const { sent, exchange, post } = make(() => ({ refresh_token: 'secret-number-1' }), [token, revocation]);
  await exchange();
  await assert.rejects(post(`${token}/x`, { grant_type: 'refresh_token' }), denied);
  assert.deepEqual(sent.map(({ url }) => url), [token]);
});

test('a vault sends the token for its handle, and no header but those of the protocol', async () => {
  const { sent, exchange, refresh } = make(rotating());
  const handle = await exchange();
  const next = (await refresh(handle, { method: 'GET', headers: [['accept', 'application/json'], ['cookie', 'x'], ['dpop', 'p']] })).refresh_token;
  assert.notEqual(next, handle);
  const { method, body, headers } = sent.at(-1)!;
  assert.equal(method, 'POST');
  assert.equal(new URLSearchParams(body ?? '').get('refresh_token'), 'secret-number-1');
  assert.deepEqual(headers, [['accept', 'application/json'], ['dpop', 'p']]);
});

test('a vault sends nothing for a handle of another one', async () => {
  const { sent, refresh } = make(rotating());
  await assert.rejects(refresh('oxidc.00000000.00000000-0000-0000-0000-000000000000'), lost);
  assert.deepEqual(sent.map(({ method }) => method), ['GET']);
});

test('a vault writes only over what stands there', async () => {
  const { swap } = make(rotating());
  assert.deepEqual(await swap('x', 'y'), { record: null });
  assert.deepEqual(await swap(null, 'y'), { swapped: true });
  assert.deepEqual(await swap(null, 'z'), { record: 'y' });
  assert.deepEqual(await swap('y', null), { swapped: true });
  assert.deepEqual(await swap('y', 'z'), { record: null });
});

test('a handle that the session no longer names can be revoked for a minute, and nothing else', async () => {
  mock.timers.enable({ apis: ['setTimeout'] });
  try {
    const { sent, swap, exchange, refresh, post } = make(rotating());
    const [kept, revoked] = [await exchange(), await exchange()];
    await swap(null, `{"a":"${kept}","b":"${revoked}"}`);
    await refresh(kept);
    await swap(`{"a":"${kept}","b":"${revoked}"}`, '{"ended":{}}');
    const before = sent.length;
    for (const handle of [kept, revoked]) assert.deepEqual(await refresh(handle), { error: 'invalid_grant' });
    assert.equal(sent.length, before);
    await post(revocation, { token: revoked });
    assert.equal(new URLSearchParams(sent.at(-1)!.body ?? '').get('token'), 'secret-number-2');
    mock.timers.tick(60_000);
    for (const handle of [kept, revoked]) assert.equal(await post(revocation, { token: handle }), null);
    assert.equal(sent.length, before + 1);
  } finally {
    mock.timers.reset();
  }
});

test('a vault keeps the tokens that a session names, and the youngest of the others', async () => {
  const { swap, exchange, refresh } = make(rotating());
  const named = await exchange();
  await swap(null, named);
  const others: string[] = [];
  for (let count = 0; count < 40; count += 1) others.push(await exchange());
  assert.deepEqual(await refresh(others[0]!), { error: 'invalid_grant' });
  await refresh(others.at(-1)!);
  await refresh(named);
});

test('a vault leaves every other octet of an answer as it is', async () => {
  const text = '{ "refresh_token" : "", "n": 1.50e2, "x": ["\\u00e9", null], "x": 2, "access_token":"a\\/b" }';
  const { vault } = make(({ method }) => (method === 'POST' ? text : undefined));
  const effect = { id: 1, do: 'http' as const, method: 'POST', url: token, headers: [], body: 'client_id=app&grant_type=x', timeout: 1000, limit: 10_000 };
  assert.equal((await vault.perform(effect, signal))['body'], text);
});
