// Forged, broken and lost answers between a real browser and a real provider, each with the error that it must give.

import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { open } from '../browsers/index.mjs';
import { idToken, json } from '../servers/faults.mjs';
import * as forge from '../servers/forge.mjs';
import { openTab } from './support/harness.mjs';
import { startWorld } from './support/world.mjs';

describe('what comes back from a sign-in', () => {
  let world;
  let browser;
  let tab;
  before(async () => {
    world = await startWorld();
    browser = await open('chromium');
    // Each load of the page begins without a session.
    tab = await openTab(world, browser, { storage: 'memory' });
  });
  after(async () => {
    await browser?.close();
    await world.close();
  });
  afterEach(() => world.provider.repair());

  const own = () => world.app.origin;
  const now = () => Math.floor(Date.now() / 1000);

  /** Signs in up to the callback, which must fail with the code and leave nothing behind. */
  async function refused(code) {
    const { failed } = await tab.call('processCallback');
    assert.equal(failed?.code, code, failed?.message);
    assert.equal(await tab.do('getSession'), null);
    const left = new URL(await tab.page.url());
    for (const name of ['code', 'state', 'iss', 'error', 'error_description', 'id_token', 'access_token']) assert.equal(left.searchParams.has(name), false, name);
    assert.equal(left.hash, '');
    return failed;
  }

  describe('an ID token is refused', () => {
    const forgeries = [
      ['of another issuer', forge.claims({ iss: 'https://other.example' }), 'id_token_issuer'],
      ['for another client', forge.claims({ aud: 'other' }), 'id_token_audience'],
      ['for this and another client', forge.claims({ aud: ['spa', 'other'] }), 'id_token_audience'],
      ['with another authorized party', forge.claims({ azp: 'other' }), 'id_token_authorized_party'],
      ['with another nonce', forge.claims({ nonce: 'other' }), 'id_token_nonce'],
      ['without a nonce', forge.claims({ nonce: undefined }), 'id_token_nonce'],
      ['that has expired', () => forge.claims({ iat: now() - 1000, exp: now() - 400 }), 'id_token_expired'],
      ['from the future', () => forge.claims({ iat: now() + 400, exp: now() + 1000 }), 'id_token_issued_at'],
      ['without a subject', forge.claims({ sub: undefined }), 'id_token_subject'],
      ['of another access token', forge.claims({ at_hash: 'AAAAAAAAAAAAAAAAAAAAAA' }), 'id_token_access_token_hash'],
      ['without a signature', forge.unsigned(), 'id_token_algorithm'],
      ['whose signature was made with the public key as a secret', forge.confusedAlgorithm(), 'id_token_algorithm'],
      ['with a broken signature', forge.brokenSignature(), 'id_token_signature'],
      ['signed with a foreign key under a known name', forge.foreignKey(), 'id_token_signature'],
      ['of an unknown key', forge.header({ kid: 'unknown' }), 'key_not_found'],
      ['of another type', forge.header({ typ: 'at+jwt' }), 'id_token_type'],
    ];
    for (const [which, mutator, code] of forgeries) {
      test(`${which}: ${code}`, async () => {
        await tab.authorize();
        // Those that speak of the time are made when they are needed.
        world.provider.rule({ grant: 'authorization_code' }, idToken(mutator.length === 0 ? mutator() : mutator), 1);
        await refused(code);
      });
    }
  });

  describe('a token answer is refused', () => {
    const answers = [
      ['without an ID token', ({ id_token, ...rest }) => rest, 'id_token_missing'],
      ['without an access token', ({ access_token, ...rest }) => rest, 'token_response_invalid'],
      ['with a line break in the access token', (body) => ({ ...body, access_token: 'a\r\nb' }), 'token_response_invalid'],
      ['of another token type', (body) => ({ ...body, token_type: 'DPoP' }), 'token_type_unsupported'],
      ['with a negative lifetime', (body) => ({ ...body, expires_in: -1 }), 'token_response_invalid'],
    ];
    for (const [which, change, code] of answers) {
      test(`${which}: ${code}`, async () => {
        await tab.authorize();
        world.provider.rule({ grant: 'authorization_code' }, json(change), 1);
        await refused(code);
      });
    }
  });

  test('user information about somebody else is refused', async () => {
    await tab.authorize();
    world.provider.rule({ method: 'GET', path: '/me' }, json((user) => ({ ...user, sub: 'mallory' })), 1);
    await refused('user_info_subject_mismatch');
  });

  test('a configuration document of another issuer is refused before anybody is sent away', async () => {
    const stranger = await startWorld();
    try {
      stranger.provider.rule({ path: '/.well-known/openid-configuration' }, json((document) => ({ ...document, issuer: `${document.issuer}/` })));
      const other = await openTab(stranger, browser, { storage: 'memory' });
      const { failed } = await other.call('signIn');
      assert.equal(failed.code, 'discovery_issuer_mismatch');
      await other.close();
    } finally {
      await stranger.close();
    }
  });

  describe('a callback is refused without any token request', () => {
    /** Changes the parameters of a genuine callback and loads it. */
    async function altered(change) {
      await tab.authorize();
      const url = new URL(await tab.page.url());
      change(url.searchParams, url);
      await tab.load(url.pathname + url.search + url.hash);
    }
    async function refusedUnasked(code) {
      const before = world.provider.count({ path: '/token' });
      const failed = await refused(code);
      assert.equal(world.provider.count({ path: '/token' }), before);
      return failed;
    }

    const alterations = [
      ['t118_without_state', (p) => p.delete('state'), 'state_missing'],
      ['t119_with_another_state', (p) => p.set('state', `${p.get('state')}1`), 'state_unknown'],
      ['t123_with_two_codes', (p) => p.append('code', 'other'), 'callback_malformed'],
      ['t123_with_two_states', (p) => p.append('state', 'other'), 'callback_malformed'],
      ['t124_with_code_and_error', (p) => p.set('error', 'access_denied'), 'callback_malformed'],
      ['t125_with_an_empty_code', (p) => p.set('code', ''), 'callback_malformed'],
      ['t125_with_an_endless_code', (p) => p.set('code', 'a'.repeat(10_000)), 'callback_malformed'],
      ['t126_with_an_access_token', (p) => p.set('access_token', 'x'), 'callback_malformed'],
      ['t127_in_the_fragment', (p, url) => { url.hash = url.search.slice(1); url.search = ''; }, 'callback_malformed'],
      ['t130_of_another_issuer', (p) => p.set('iss', `${p.get('iss')}1`), 'issuer_mismatch'],
      ['t131_without_an_issuer', (p) => p.delete('iss'), 'issuer_missing'],
      ['t143_that_the_person_declined', (p) => { p.delete('code'); p.set('error', 'access_denied'); }, 'access_denied'],
      ['t142_that_needs_a_sign_in', (p) => { p.delete('code'); p.set('error', 'login_required'); }, 'login_required'],
      ['t139_with_an_error_of_another_issuer', (p) => { p.delete('code'); p.set('error', 'access_denied'); p.set('iss', 'https://other.example'); }, 'issuer_mismatch'],
      ['without_code_and_error', (p) => p.delete('code'), 'code_missing'],
    ];
    for (const [name, change, code] of alterations) {
      test(`${name}: ${code}`, async () => {
        await altered(change);
        await refusedUnasked(code);
      });
    }

    test('t121_that_was_processed_before: already_processed', async () => {
      await tab.authorize();
      const url = new URL(await tab.page.url());
      await tab.do('processCallback');
      await tab.load(url.pathname + url.search);
      await refusedUnasked('already_processed');
    });

    test('t140_the_words_of_the_provider_are_cut_and_harmless', async () => {
      await altered((p) => { p.delete('code'); p.set('error', 'access_denied'); p.set('error_description', `<b>no\u202e${'x'.repeat(4_000)}`); });
      const failed = await refusedUnasked('access_denied');
      assert.equal(failed.error, 'access_denied');
      assert.ok(!JSON.stringify(failed).includes('\u202e'));
    });

    test('t152_in_another_browser: state_unknown', async () => {
      await tab.authorize();
      const url = new URL(await tab.page.url());
      const elsewhere = await open('chromium');
      try {
        const other = await openTab(world, elsewhere, { storage: 'memory' });
        await other.load(url.pathname + url.search);
        const { failed } = await other.call('processCallback');
        assert.equal(failed.code, 'state_unknown');
      } finally {
        await elsewhere.close();
      }
    });

    test('t148_parameters_and_fragment_of_the_application_stay', async () => {
      await tab.load('/?page=2&state=never-issued&code=x#part');
      assert.equal((await tab.call('processCallback')).failed.code, 'state_unknown');
      assert.equal(await tab.page.url(), `${own()}/?page=2#part`);
    });
  });

  test('a code that was used elsewhere is rejected by the provider', async () => {
    await tab.authorize();
    const url = new URL(await tab.page.url());
    url.searchParams.set('code', 'never-issued');
    await tab.load(url.pathname + url.search);
    await refused('code_rejected');
  });

  test('t308_a_sign_in_after_a_rotation_of_keys_succeeds', async () => {
    await tab.signIn();
    await tab.authorize();
    await world.provider.rotateKeys();
    const { session } = await tab.do('processCallback');
    assert.equal(session.subject, 'alice');
  });

  test('no secret of the sign-in is in an event or an error', async () => {
    await tab.authorize();
    const secrets = [...new URL(await tab.page.url()).searchParams].filter(([name]) => name !== 'iss').map(([, value]) => value);
    world.provider.rule({ grant: 'authorization_code' }, idToken(forge.brokenSignature()), 1);
    const { failed } = await tab.call('processCallback');
    const said = JSON.stringify([failed, await tab.events()]);
    for (const secret of secrets) assert.ok(!said.includes(secret));
  });
});
