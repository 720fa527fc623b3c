// Signed answers: authorization responses (JARM) and user information.

import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { open } from '../browsers/index.mjs';
import { answer } from '../servers/faults.mjs';
import { openTab } from './support/harness.mjs';
import { startWorld } from './support/world.mjs';

describe('signed answers', () => {
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

  for (const responseMode of ['query.jwt', 'fragment.jwt']) {
    test(`a response in ${responseMode} signs in and leaves a clean address`, async () => {
      const tab = await openTab(world, browser, { clientId: 'spa-jarm', responseMode });
      await tab.authorize();
      const url = new URL(await tab.page.url());
      assert.match(responseMode === 'query.jwt' ? url.search : url.hash, /^[?#]response=[\w-]+\.[\w-]+\.[\w-]+$/);
      assert.equal((await tab.do('processCallback')).session.subject, 'alice');
      assert.equal(await tab.page.url(), `${world.app.origin}/`);
      await tab.close();
    });
  }

  test('t449_a_response_with_a_broken_signature_is_refused_before_any_token_request', async () => {
    const tab = await openTab(world, browser, { clientId: 'spa-jarm', responseMode: 'query.jwt' });
    await tab.authorize();
    const url = await tab.page.url();
    const [header, payload, signature] = new URL(url).searchParams.get('response').split('.');
    const turned = (signature.startsWith('A') ? 'B' : 'A') + signature.slice(1);
    const requests = world.provider.count({ path: '/token' });
    await tab.load(`/?response=${header}.${payload}.${turned}`);
    assert.equal((await tab.call('processCallback')).failed.code, 'response_signature');
    assert.equal(world.provider.count({ path: '/token' }), requests);
    assert.equal(await tab.page.url(), `${world.app.origin}/`);
    await tab.close();
  });

  test('a plain response is refused where a signed one was asked for', async () => {
    const tab = await openTab(world, browser, { clientId: 'spa' });
    await tab.authorize();
    const plain = new URL(await tab.page.url());
    const other = await openTab(world, browser, { clientId: 'spa', responseMode: 'query.jwt' });
    await other.load(plain.pathname + plain.search);
    assert.equal((await other.call('processCallback')).failed.code, 'response_not_signed');
    await Promise.all([tab.close(), other.close()]);
  });

  test('signed user information is verified and used', async () => {
    const tab = await openTab(world, browser, { clientId: 'spa-userinfo', signedUserinfo: true });
    assert.equal((await tab.signIn()).session.user.name, 'Alice Example');
    assert.equal((await tab.do('refetchUserInfo')).user.email, 'alice@example.com');
    await tab.close();
  });

  test('t094_plain_user_information_is_refused_where_it_was_to_be_signed', async () => {
    const tab = await openTab(world, browser, { clientId: 'spa-userinfo', signedUserinfo: true });
    await tab.signIn();
    world.provider.rule({ method: 'GET', path: '/me' }, answer(200, '{"sub":"alice","name":"Mallory"}', { 'content-type': 'application/json' }));
    assert.equal((await tab.call('refetchUserInfo')).failed.code, 'user_info_not_signed');
    assert.equal((await tab.do('getSession')).user.name, 'Alice Example');
    await tab.close();
  });
});
