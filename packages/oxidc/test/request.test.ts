import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Driver, MemoryStorage } from '../src/host/index.js';
import { request } from '../src/host/request.js';
import { finish, ScriptedCore } from './page.js';

const API = 'https://api.example.com/orders';

/** Sends a request with what the core gives it; tells what the core was asked, what went out and what came back. */
async function sent(input: RequestInfo | URL, init: RequestInit = {}, given: object = { authorization: 'Bearer at' }, response = new Response('{}')) {
  let call = 0;
  const core = new ScriptedCore((was, task) => {
    if ('resume' in was) return [finish(call)];
    if (!('start' in was) || was.start['do'] !== 'fetch') return [];
    call = task;
    return [{ id: 1, do: 'send', task, ...given }];
  });
  const driver = new Driver({
    options: { issuer: 'https://login.example.com', clientId: 'app' },
    storage: new MemoryStorage(),
    makeCore: () => core,
    makeError: (error) => error,
  });
  const out: Request[] = [];
  const before = globalThis.fetch;
  globalThis.fetch = async (what) => {
    out.push(what as Request);
    return response;
  };
  try {
    const answer = await request(driver.run.bind(driver), input, init);
    const [asked] = core.inputs.flatMap((was) => ('start' in was && was.start['do'] === 'fetch' ? [was.start] : []));
    return { asked: asked!, out: out[0]!, answer };
  } finally {
    globalThis.fetch = before;
    await driver.close();
  }
}

test('t390_an_address_is_read_once_and_what_was_read_is_what_is_sent', async () => {
  let reads = 0;
  const fickle = { toString: () => ((reads += 1) === 1 ? API : 'https://evil.example/') };
  const changing = new URL(API);
  const later = sent(changing);
  changing.host = 'evil.example';
  const changed = await later;
  for (const { asked, out } of [changed, await sent(fickle as never), await sent(new Request(API))]) {
    assert.deepEqual([asked['url'], asked['origin'], out.url], [API, 'https://api.example.com', API]);
  }
  assert.equal(reads, 1);
  for (const odd of ['https:/\\\\evil.example/x', 'https:evil.example', 'https:\\\\evil.example\\@api.example.com', ' https://evil.example/https://api.example.com']) {
    const { asked, out } = await sent(odd);
    assert.deepEqual([asked['origin'], asked['url'], new URL(out.url).host], ['https://evil.example', out.url, 'evil.example'], odd);
  }
});

test('t274_the_method_that_is_proven_is_the_one_that_is_sent', async () => {
  for (const [method, wire] of [['get', 'GET'], ['post', 'POST'], ['patch', 'patch'], ['Custom', 'Custom']]) {
    const { asked, out } = await sent(API, { method: method! }, { authorization: 'DPoP at', dpop: 'proof' });
    assert.deepEqual([asked['method'], out.method, out.headers.get('dpop')], [wire, wire, 'proof']);
  }
});

test('t393_no_token_follows_a_redirect_unless_the_application_says_so', async () => {
  const [token, proof] = [{ authorization: 'Bearer at' }, { authorization: 'DPoP at', dpop: 'proof' }];
  for (const [init, given, redirect] of [
    [{}, token, 'error'],
    [{ redirect: 'manual' }, token, 'manual'],
    [{ redirect: 'follow' }, token, 'follow'],
    [{}, proof, 'error'],
    [{ redirect: 'follow' }, proof, 'error'],
    [{}, { authorization: null }, 'follow'],
  ] as [RequestInit, { authorization: string | null }, string][]) {
    const { out } = await sent(API, init, given);
    assert.deepEqual([out.redirect, out.headers.get('authorization')], [redirect, given.authorization]);
  }
});

test('t404_an_answer_passes_through_without_being_read', async () => {
  let pulls = 0;
  // An answer without end: whoever kept it would never come back.
  const endless = new ReadableStream({ pull: (to) => to.enqueue(Uint8Array.of((pulls += 1))) }, { highWaterMark: 0 });
  const response = new Response(endless, { headers: { 'content-type': 'text/event-stream' } });
  const { answer } = await sent(API, {}, undefined, response);
  assert.equal(answer, response);
  assert.deepEqual([answer.bodyUsed, pulls], [false, 0]);
  const reader = answer.body!.getReader();
  assert.deepEqual((await reader.read()).value, Uint8Array.of(1));
  await reader.cancel();
});
