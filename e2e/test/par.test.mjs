// Requests that go to the provider directly (RFC 9126), and requests as signed JWTs (RFC 9101).

import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { open } from '../browsers/index.mjs';
import { answer, json } from '../servers/faults.mjs';
import { createKey, publicKey } from '../servers/keys.mjs';
import { openTab } from './support/harness.mjs';
import { startWindows } from './support/windows.mjs';
import { startWorld } from './support/world.mjs';

describe('pushed and signed authorization requests', () => {
  let world;
  let browser;
  let key;
  before(async () => {
    key = await createKey('ES256', 'request-1');
    world = await startWorld({ requestKeys: [publicKey(key)] });
    browser = await open('chromium');
  });
  after(async () => {
    await browser?.close();
    await world.close();
  });
  afterEach(() => world.provider.repair());

  /** The parameters with which the person came to the provider last. */
  async function visited(tab, work) {
    const seen = [];
    const note = (request) => { if (new URL(request.url()).pathname === '/auth') seen.push(new URL(request.url())); };
    tab.page.raw.on('request', note);
    await work();
    tab.page.raw.off('request', note);
    return [...seen.at(-1).searchParams.keys()];
  }

  test('t443_the_person_carries_only_the_client_and_a_reference', async () => {
    const tab = await openTab(world, browser, { clientId: 'spa-par', par: true });
    assert.deepEqual(await visited(tab, () => tab.authorize()), ['client_id', 'request_uri']);
    assert.equal((await tab.do('processCallback')).session.subject, 'alice');
    await tab.close();
  });

  test('a client of a provider that takes nothing else pushes without being told', async () => {
    const strict = await startWorld({ requirePushed: true });
    try {
      const tab = await openTab(strict, browser);
      assert.deepEqual(await visited(tab, () => tab.authorize()), ['client_id', 'request_uri']);
      assert.equal((await tab.do('processCallback')).session.subject, 'alice');
      assert.ok((await tab.do('getTokens')).accessToken);
      await tab.close();
    } finally {
      await strict.close();
    }
  });

  test('t117_a_request_too_long_for_an_address_is_pushed_without_being_told', async () => {
    const tab = await openTab(world, browser);
    const extraParameters = { filler: 'x'.repeat(9_000) };
    assert.deepEqual(await visited(tab, () => tab.authorize({ extraParameters })), ['client_id', 'request_uri']);
    assert.equal((await tab.do('processCallback')).session.subject, 'alice');
    await tab.close();
  });

  test('in a window too, and the client knows the session as soon as the call ends', async () => {
    const strict = await startWindows({ requirePushed: true });
    try {
      const tab = await openTab(strict, browser, { ...strict.windows, storage: 'memory' });
      await tab.click('signIn', { mode: 'popup' });
      const { value, failed } = await tab.settled();
      assert.equal(failed, undefined, failed?.message);
      assert.equal(value.subject, 'alice');
      assert.equal((await tab.do('getSession')).subject, 'alice');
      assert.ok((await tab.do('getTokens')).accessToken);
      await tab.close();
    } finally {
      await strict.close();
    }
  });

  for (const [which, fault, code] of [
    ['t444_an_answer_without_a_reference', json(({ request_uri: _, ...body }) => body), 'pushed_response_invalid'],
    ['t444_a_reference_that_is_a_script', json((body) => ({ ...body, request_uri: 'javascript:alert(1)' })), 'pushed_response_invalid'],
    ['t445_a_refusal', answer(400, '{"error":"invalid_request"}', { 'content-type': 'application/json' }), 'request_refused'],
    ['t445_a_provider_that_is_too_busy', answer(429, '', { 'retry-after': '7' }), 'rate_limited'],
  ]) {
    test(`${which} sends the person nowhere`, async () => {
      const tab = await openTab(world, browser, { clientId: 'spa-par', par: true });
      world.provider.rule({ method: 'POST', path: '/request' }, fault);
      const visits = world.provider.count({ path: '/auth' });
      const { failed } = await tab.call('signIn');
      assert.equal(failed.code, code);
      assert.equal(world.provider.count({ path: '/auth' }), visits);
      await tab.close();
    });
  }

  for (const par of [false, true]) {
    test(`a request signed with the application's key is accepted${par ? ', pushed too' : ''}`, async () => {
      const tab = await openTab(world, browser, { clientId: 'spa-jar', par, requestKey: key });
      const carried = await visited(tab, () => tab.authorize());
      assert.deepEqual(carried, par ? ['client_id', 'request_uri'] : ['client_id', 'response_type', 'scope', 'request']);
      assert.equal((await tab.do('processCallback')).session.subject, 'alice');
      await tab.close();
    });
  }
});
