// Mini-apps in real cross-origin frames: start, tokens, requests, the end.

import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { open } from '../browsers/index.mjs';
import { openHost, registration, startMiniApps } from './support/miniapp.mjs';

describe('a mini-app in a frame of another origin', () => {
  let world;
  let browser;
  before(async () => {
    world = await startMiniApps();
    browser = await open('chromium');
  });
  after(async () => {
    await browser?.close();
    await world.close();
  });
  beforeEach(() => {
    world.platform.live(60);
    for (const list of [world.platform.issued, world.platform.requests, world.platform.asked]) list.length = 0;
  });

  async function start(options, hostOptions) {
    const host = await openHost(world, browser, hostOptions);
    const frame = await host.add();
    const { value: context, failed } = await frame.create(options);
    assert.equal(failed, undefined);
    return { host, frame, context };
  }

  test('gets the context and calls the platform with a token of its own', async () => {
    const { host, frame, context } = await start();
    assert.equal(context.account.id, 'acme');
    assert.equal(context.auth, undefined);
    assert.deepEqual(await frame.do('get', '/core/whoami', { fields: ['a', 'b'], filter: { sum: { type: 'more', value: 3 } } }), {
      app: 'orders', scope: 'orders:read orders:write', query: '?fields%5B%5D=a&fields%5B%5D=b&filter%5Bsum%5D%5Btype%5D=more&filter%5Bsum%5D%5Bvalue%5D=3',
    });
    assert.deepEqual((await frame.do('post', '/core/user/update/1', { name: 'Ann', tags: ['x'] })).body, { name: 'Ann', 'tags[]': 'x' });
    await host.close();
  });

  test('walks through the pages of a list, and tells errors of the platform', async () => {
    const { host, frame } = await start();
    assert.deepEqual(await frame.evaluate(async () => {
      const ids = [];
      for await (const { id } of window.harness.frame.pages('/core/user/list', { limit: 3 })) ids.push(id);
      return ids;
    }), [1, 2, 3, 4, 5, 6, 7]);
    const { failed } = await frame.call('get', '/core/wrong');
    assert.deepEqual([failed.name, failed.code, failed.error, failed.session], ['BridgeError', 'api_failed', 'no such field', 'kept']);
    assert.equal(await frame.evaluate(async () => {
      const abort = new AbortController();
      const asked = window.harness.frame.get('/core/whoami', {}, { signal: abort.signal }).catch((error) => error.code);
      abort.abort();
      return asked;
    }), 'aborted');
    await host.close();
  });

  test('t372_30 requests on an expired token are one refresh and 30 answers', async () => {
    world.platform.live(2);
    const { host, frame } = await start({ automaticRenewal: false });
    await frame.do('get', '/core/whoami');
    await frame.evaluate(() => window.harness.frame.getTokens());
    const { token } = world.platform.issued.at(-1);
    await host.page.waitFor((at) => Date.now() > at, world.platform.issued.at(-1).expires);
    world.platform.live(60);
    world.platform.asked.length = 0;
    const answers = await frame.evaluate(() => Promise.all(Array.from({ length: 30 }, () => window.harness.frame.get('/core/whoami'))));
    assert.equal(answers.length, 30);
    assert.ok(answers.every(({ app }) => app === 'orders'));
    assert.equal(world.platform.asked.length, 1);
    assert.notEqual(world.platform.issued.at(-1).token, token);
    await host.close();
  });

  test('t374_30 requests with a token that was revoked are one forced refresh, and each is repeated exactly once', async () => {
    const { host, frame } = await start();
    await frame.do('get', '/core/whoami');
    world.platform.revoke();
    for (const list of [world.platform.requests, world.platform.asked]) list.length = 0;
    const answers = await frame.evaluate(() => Promise.all(Array.from({ length: 30 }, () => window.harness.frame.get('/core/whoami'))));
    assert.ok(answers.every(({ app }) => app === 'orders'));
    assert.deepEqual(world.platform.asked.map(({ force }) => force), [true]);
    assert.deepEqual([401, 200].map((status) => world.platform.requests.filter((request) => request.status === status).length), [30, 30]);
    // Whatever the host has now is refused too: the application gets the refusal, after one repetition at most.
    world.platform.revoke();
    world.platform.requests.length = 0;
    assert.equal((await frame.call('get', '/core/whoami')).failed.code, 'api_failed');
    assert.ok(world.platform.requests.length <= 2);
    await host.close();
  });

  test('is repeated when the platform asks for patience', async () => {
    const { host, frame } = await start();
    await frame.do('get', '/core/whoami');
    world.platform.busy(2);
    assert.equal((await frame.do('post', '/core/user/update/1', { a: 1 })).body.a, '1');
    const limiter = await frame.evaluate(() => window.harness.frame.limiter);
    assert.deepEqual([limiter.limit, limiter.processing, limiter.remaining], [1000, 0, 5]);
    assert.ok(limiter.reset > limiter.lastRequestTime);
    await host.close();
  });

  test('t366_gets nothing beyond what it is granted', async () => {
    const { host, frame } = await start();
    for (const wanted of [{ scopes: 'admin' }, { audience: 'https://bank.example/' }, { scopes: ['orders:read', 'admin'] }]) {
      assert.equal((await frame.call('getTokens', wanted)).failed.code, 'scope_not_granted');
    }
    assert.deepEqual((await frame.do('getTokens', { scopes: 'orders:read' })).scopes, ['orders:read']);
    assert.equal((await host.events()).filter(([event]) => event === 'refused').length, 3);
    await host.close();
  });

  test('t368_nothing but access tokens is said to a frame', async () => {
    const { host, frame } = await start();
    await frame.evaluate(() => {
      const said = (window.said = []);
      const { get, set } = Object.getOwnPropertyDescriptor(MessagePort.prototype, 'onmessage');
      Object.defineProperty(MessagePort.prototype, 'onmessage', { get, set(handler) { set.call(this, (event) => { said.push(event.data); handler(event); }); } });
    });
    await frame.do('close');
    await frame.create();
    await frame.do('getTokens');
    const said = await frame.evaluate(() => window.said.join());
    assert.match(said, /at-/);
    assert.doesNotMatch(said, /rt-|id-token/);
    assert.equal((await frame.do('getTokens')).refreshToken, '');
    await host.close();
  });

  test('gets a refresh token only where the host hands it over dangerously', async () => {
    const { host, frame } = await start({}, { apps: [registration(world, world.app, { dangerouslyHandRefreshToken: true })] });
    assert.match((await frame.do('getTokens')).refreshToken, /^rt-/);
    await host.close();
  });

  test('t376_signing out in the host ends every frame, and another person gets another session', async () => {
    const apps = [registration(world, world.app), registration(world, world.other, { id: 'stock' })];
    const { host, frame } = await start({}, { apps, session: 'ann' });
    const other = await host.add({ url: `${world.other.origin}/miniapp/frame.html`, app: 'stock' });
    await other.create();
    await frame.do('getTokens');
    await other.do('getTokens');
    await host.evaluate(() => window.harness.tell(null));
    await frame.waitFor('ended');
    await other.waitFor('ended');
    for (const each of [frame, other]) assert.deepEqual((({ code, session }) => [code, session])((await each.call('getTokens')).failed), ['signed_out', 'ended']);
    await host.evaluate(() => window.harness.tell('bob'));
    for (const each of [frame, other]) {
      await each.waitFor('connected');
      assert.match((await each.do('getTokens')).accessToken, /^at-/);
    }
    await host.close();
  });

  test('t376_a token that was on its way when the session ended is never delivered', async () => {
    const { host, frame } = await start({}, { session: 'ann' });
    const release = world.platform.hold();
    const asked = frame.call('getTokens');
    await host.page.waitFor(() => true);
    const { until } = await import('../browsers/index.mjs');
    await until(() => world.platform.asked.length === 1);
    await host.evaluate(() => window.harness.tell('bob'));
    assert.equal((await asked).failed.code, 'signed_out');
    release();
    await frame.waitFor('connected');
    assert.equal((await frame.events('tokens')).length, 0);
    await frame.do('getTokens');
    assert.equal((await frame.events('tokens')).length, 1);
    await host.close();
  });

  test('has the platform do what it has handlers for', async () => {
    const { host, frame } = await start();
    assert.deepEqual(await frame.do('call', 'toast.show', { text: 'saved' }), { method: 'toast.show', params: { text: 'saved' } });
    assert.equal((await frame.call('call', 'modal.open', {})).failed.code, 'not_supported_by_host');
    assert.equal((await frame.call('call', 'toString', {})).failed.code, 'not_supported_by_host');
    await host.evaluate(() => window.harness.host.tell('refresh', { what: 'orders' }));
    await frame.waitFor('host');
    assert.deepEqual((await frame.events('host'))[0], ['host', 'refresh', { what: 'orders' }]);
    await host.evaluate(() => window.harness.frames[0].setContext({ language: 'de' }));
    await frame.waitFor('context');
    assert.equal(await frame.evaluate(() => window.harness.frame.context.language), 'de');
    await host.close();
  });

  test('several frames live in one program', async () => {
    const { host, frame } = await start();
    const tokens = await frame.evaluate(async (hosts) => {
      const [a, b] = await Promise.all([1, 2].map(() => window.harness.miniapp.createFrame({ hosts })));
      const first = (await a.getTokens()).accessToken;
      await a.close();
      return [first, (await b.getTokens()).accessToken, (await window.harness.frame.getTokens()).accessToken];
    }, [world.host.origin]);
    assert.equal(new Set(tokens).size, 1);
    await host.close();
  });

  test('uses another transport where the platform has one', async () => {
    const { host, frame } = await start();
    const result = await frame.evaluate(async (domain, token) => {
      const asked = [];
      const transport = {
        origin: 'https://platform.example.com',
        request: async (method, params) => {
          asked.push([method, params]);
          return { context: { domain, https: false }, token: { access_token: token, token_type: 'Bearer', expires_in: 60 }, call: 'done' }[method];
        },
        notify() {},
        subscribe: () => () => {},
        close() {},
      };
      const frame = await window.harness.miniapp.createFrame({ transport });
      return { origin: frame.origin, who: await frame.get('/core/whoami'), call: await frame.call('x', { a: 1 }), asked: asked.map(([method]) => method) };
    }, world.platform.domain, (await frame.do('getTokens')).accessToken);
    assert.deepEqual([result.origin, result.who.app, result.call, result.asked], ['https://platform.example.com', 'orders', 'done', ['context', 'token', 'call']]);
    await host.close();
  });
});
