// A whole life of a session, with failures, of which every secret is known: each may be found only where it must be.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { open } from '../browsers/index.mjs';
import { answer, html, idToken, json, redirect } from '../servers/faults.mjs';
import * as forge from '../servers/forge.mjs';
import { openTab } from './support/harness.mjs';
import { everythingKept } from './support/kept.mjs';
import { startWorld } from './support/world.mjs';

/** Runs in every page first: keeps what pages post to each other. */
const listen = () => {
  window.posted = [];
  for (const type of [BroadcastChannel, MessagePort, Window, Worker]) {
    const owner = type === Window ? window : type.prototype;
    const post = owner.postMessage;
    owner.postMessage = function postMessage(message, ...rest) {
      window.posted.push(JSON.stringify(message));
      return post.call(this, message, ...rest);
    };
  }
};

/** Runs in the page: everything that is visible to whoever looks at the page and its tools. */
const everythingShown = () => [
  document.documentElement.outerHTML, document.title, location.href, window.name, JSON.stringify(history.state), document.referrer,
  JSON.stringify(window.harness.events), String(window.posted),
  ...performance.getEntries().filter(({ entryType }) => entryType !== 'navigation').map(({ name }) => name),
].join('\n');

/** Runs in the page: an error in every form in which a page may report it. */
const reported = async (method, args) => {
  try {
    await window.harness.client[method](...args);
    return 'no error';
  } catch (error) {
    const own = Object.getOwnPropertyNames(error).map((name) => `${name}: ${String(error[name])}`);
    return [String(error), error.stack, JSON.stringify(error), JSON.stringify(structuredClone({ ...error })), ...own, String(error.cause)].join('\n');
  }
};

describe('a whole life', () => {
  let world;
  let browser;
  let tab;
  /** Secrets by what they are. State and nonce are of use to nobody once the sign-in is over, and the nonce is one of the person's claims. */
  const secrets = { token: new Set(), code: new Set(), verifier: new Set(), state: new Set(), nonce: new Set() };
  const said = [];
  const requests = [];
  const reading = [];

  /** The provider knows every secret first: a browser may have let go of an answer before it is asked for it. */
  function watch({ path, query, body }, answer) {
    if (path === '/auth') {
      for (const name of ['state', 'nonce']) keep(name, new URLSearchParams(query).get(name));
    } else if (path === '/token') {
      const form = new URLSearchParams(body);
      keep('code', form.get('code'));
      keep('verifier', form.get('code_verifier'));
      if (!answer.startsWith('{')) return;
      const tokens = JSON.parse(answer);
      for (const name of ['access_token', 'refresh_token', 'id_token']) keep('token', tokens[name]);
    }
  }
  const keep = (kind, secret) => { if (secret) secrets[kind].add(secret); };

  before(async () => {
    // The header that SECURITY.md asks for: the page's own scripts and images are not told of the code in its address.
    world = await startWorld({ watch, accessTokenTtl: 600, app: { headers: { 'referrer-policy': 'no-referrer' } } });
    browser = await open('chromium');
    await browser.context.addInitScript(listen);
    browser.context.on('console', (message) => said.push(message.text()));
    browser.context.on('weberror', (error) => said.push(String(error.error())));
    browser.context.on('request', (request) => {
      reading.push(request.allHeaders().then((headers) => requests.push({ url: request.url(), headers }), () => {}));
    });
    tab = await openTab(world, browser, { automaticRenewal: false });
  });
  after(async () => {
    await browser?.close();
    await world.close();
  });

  /** None of the secrets is in a text. */
  function clean(text, what, kinds = Object.keys(secrets)) {
    for (const kind of kinds) for (const secret of secrets[kind]) assert.ok(!text.includes(secret), `a ${kind} is in ${what}`);
  }
  const shown = async (what) => clean(await tab.page.evaluate(everythingShown), what, ['token', 'code', 'verifier', 'state']);

  test('t408_t413_a_session_shows_none_of_its_secrets', async () => {
    await tab.signIn();
    await shown('the page after a sign-in');
    await tab.do('refreshSession');
    await tab.do('refetchUserInfo');
    assert.equal((await tab.fetch(`${world.api.origin}/me`)).value.status, 200);
    await shown('the page after a refresh');
    assert.ok(secrets.token.size >= 5, 'the secrets of both answers are known');
    for (const kind of Object.keys(secrets)) assert.ok(secrets[kind].size > 0, `a ${kind} is known`);
    const kept = await tab.page.evaluate(everythingKept);
    assert.ok([...secrets.token].some((token) => kept.includes(token)), 'the search finds what is there');
  });

  const failures = [
    ['a forged ID token', { grant: 'authorization_code' }, idToken(forge.brokenSignature())],
    ['an ID token of another sign-in', { grant: 'authorization_code' }, idToken(forge.claims({ nonce: 'other' }))],
    ['a malformed answer', { grant: 'authorization_code' }, json((body) => ({ ...body, token_type: body.access_token }))],
    ['user information about somebody else', { method: 'GET', path: '/me' }, json((body) => ({ ...body, sub: 'mallory' }))],
  ];
  for (const [name, match, fault] of failures) {
    test(`t408_t409_t415_${name}: the error can be reported as it is`, async () => {
      await tab.authorize();
      world.provider.rule(match, fault, 1);
      const report = await tab.page.evaluate(reported, 'processCallback', []);
      world.provider.repair();
      await Promise.all(reading);
      assert.notEqual(report, 'no error');
      clean(report, 'the error');
      await shown('the page after the failure');
    });
  }

  const refusals = [
    ['words of the provider that hold the token', ({ body, reply, cors }) => {
      const token = new URLSearchParams(String(body)).get('refresh_token');
      return answer(400, JSON.stringify({ error: 'invalid_scope', error_description: 'no' }), { 'content-type': 'application/json', 'x-token': token })({ reply, cors });
    }],
    ['a web page', html()],
    ['a redirect', redirect('https://elsewhere.example/')],
    ['a broken provider', answer(500)],
  ];
  for (const [name, fault] of refusals) {
    test(`t408_t209_a refresh that is answered by ${name}`, async () => {
      await tab.signIn();
      world.provider.rule({ grant: 'refresh_token' }, fault);
      const report = await tab.page.evaluate(reported, 'refreshSession', []);
      world.provider.repair();
      assert.notEqual(report, 'no error');
      clean(report, 'the error');
      await shown('the page after the failure');
    });
  }

  test('t126_t148_a token in the address is gone at once and not repeated', async () => {
    const token = 'canary-in-the-address';
    secrets.token.add(token);
    for (const address of [`/?code=x&state=y&access_token=${token}`, `/#access_token=${token}`, `/#id_token=${token}&state=x`]) {
      await tab.load(address);
      clean(await tab.page.evaluate(reported, 'processCallback', []), 'the error');
      assert.equal(await tab.page.url(), `${world.app.origin}/`);
    }
    // The page's own entry in the list of loads is the browser's; everything else is clean.
    await shown('the page');
  });

  test('t412_no_entry_of_the_history_holds_a_secret', async () => {
    await tab.signIn();
    await Promise.all(reading);
    const session = await browser.context.newCDPSession(tab.page.raw);
    const { entries } = await session.send('Page.getNavigationHistory');
    await session.detach();
    assert.ok(entries.length > 1);
    const own = entries.filter(({ url }) => url.startsWith(world.app.origin));
    clean(entries.map(({ url, userTypedURL, title }) => `${url} ${userTypedURL} ${title}`).join('\n').replaceAll('canary-in-the-address', ''), 'the history', ['token', 'verifier', 'code']);
    for (const { url } of own) assert.ok(!/[?&#](code|state|iss)=/.test(url), url);
  });

  test('t414_tabs_tell_each_other_nothing_secret', async () => {
    const other = await openTab(world, browser, { automaticRenewal: false });
    await other.do('getSession');
    await tab.do('refreshSession');
    await other.page.waitFor(async () => (await window.harness.client.getSession()) !== null);
    await Promise.all(reading);
    const posted = await tab.page.evaluate(() => window.posted);
    assert.ok(posted.length > 0, 'something is told');
    clean(posted.join('\n'), 'a message between tabs');
    await other.close();
  });

  test('t267_t408_after_the_sign_out_no_storage_holds_any_of_it', async () => {
    await tab.do('signOut', { federated: false, revoke: true });
    await Promise.all(reading);
    clean(await tab.page.evaluate(everythingKept), 'a storage', ['token', 'code', 'verifier', 'nonce']);
    await shown('the page');
  });

  test('t395_t406_t408_t411_t413_every_request_carries_only_what_it_must', async () => {
    await Promise.all(reading);
    const { issuer } = world.provider;
    for (const { url, headers } of requests) {
      const address = new URL(url);
      const at = address.origin + address.pathname;
      const mayHold = at === `${issuer}/auth` ? ['state', 'nonce'] : url.startsWith(`${world.app.origin}/?`) ? ['state', 'code'] : [];
      if (!url.includes('canary')) clean(url, at, Object.keys(secrets).filter((kind) => !mayHold.includes(kind)));
      clean(headers.referer ?? '', `what ${at} is told of the page before`);
      // What a page must not keep is asked past the cache.
      if ([`${issuer}/token`, `${issuer}/me`, `${issuer}/jwks`].includes(at)) assert.equal(headers['cache-control'], 'no-cache', at);
      const authorization = headers.authorization ?? '';
      if (authorization) assert.ok([`${issuer}/me`, `${world.api.origin}/me`].includes(at), `a token goes to ${at}`);
    }
    assert.ok(requests.some(({ headers }) => headers.authorization), 'headers are seen');
  });

  test('t408_nothing_was_written_to_the_console', () => clean(said.join('\n'), 'the console'));
});
