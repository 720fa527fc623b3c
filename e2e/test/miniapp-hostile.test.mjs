// Mini-apps among enemies: wrong origins, wrong windows, forged and replayed messages, hostile frames and hostile hosts. Nothing leaks.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, beforeEach, describe, test } from 'node:test';
import { open, until } from '../browsers/index.mjs';
import { openHost, registration, startMiniApps } from './support/miniapp.mjs';
import { folder } from './support/world.mjs';

const evilApp = (world) => registration(world, world.evil, { id: 'evil' });

/** In a page: speaks the protocol by hand. `window.raw` keeps what came and can say anything. */
const speakByHand = () => {
  const raw = (window.raw = { messages: [], windows: [], offer: undefined, port: undefined, seq: 0 });
  addEventListener('message', (event) => {
    raw.windows.push([event.origin, String(event.data)]);
    const message = JSON.parse(event.data);
    if (message.type !== 'offer' || raw.port) return;
    raw.offer = message;
    raw.port = event.ports[0];
    raw.port.onmessage = ({ data }) => raw.messages.push(JSON.parse(data));
    raw.say('accept', { hostNonce: message.hostNonce, frameNonce: 'mine', frameVersions: [1], hostVersions: message.versions });
  });
  raw.say = (type, members = {}) => raw.port.postMessage(JSON.stringify({ oxidc: 'miniapp', type, ...members, v: 1, seq: (raw.seq += 1) }));
  raw.ready = (origin) => parent.postMessage(JSON.stringify({ oxidc: 'miniapp', type: 'ready', frame: 'by-hand', versions: [1] }), origin);
};

/** In a page: offers a port to a window, as often as there are ways to do it wrong; what comes back on any of them is kept. */
const offerPorts = (path, origin) => {
  const target = path.split('.').reduce((at, name) => at[name], window);
  window.caught ??= [];
  for (const frame of ['x', '']) {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = ({ data }) => window.caught.push(data);
    target.postMessage(JSON.stringify({ oxidc: 'miniapp', type: 'offer', frame, versions: [1], hostNonce: 'n' }), origin, [port2]);
  }
};

describe('a mini-app among enemies', () => {
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
  beforeEach(() => { world.platform.issued.length = 0; });

  const withEvil = () => openHost(world, browser, { apps: [registration(world, world.app), evilApp(world)] });

  /** A registered frame of the attacker's mini-app that has shaken hands by hand. */
  async function byHand(host) {
    const frame = await host.add({ url: `${world.evil.origin}/miniapp/empty.html`, app: 'evil' });
    await frame.evaluate(speakByHand);
    await frame.evaluate((origin) => window.raw.ready(origin), world.host.origin);
    await until(() => frame.evaluate(() => window.raw.messages.some(({ type }) => type === 'confirm')), 'a confirmation');
    return frame;
  }

  test('t347_t380_a stranger who embeds the mini-app is not its host', async () => {
    const page = await browser.newPage();
    await page.goto(`${world.evil.origin}/miniapp/empty.html`);
    await page.evaluate((url) => {
      window.heard = [];
      addEventListener('message', ({ data }) => window.heard.push(data));
      const element = document.createElement('iframe');
      element.name = 'victim';
      element.src = url;
      document.body.append(element);
      return new Promise((resolve) => { element.onload = () => resolve(); });
    }, `${world.app.origin}/miniapp/frame.html`);
    const raw = page.raw.frame({ name: 'victim' });
    await raw.waitForSelector('#ready:not([hidden])', { state: 'attached' });
    const created = raw.evaluate((hosts) => window.harness.create({ hosts }), [world.host.origin]);
    await page.evaluate(offerPorts, 'frames.victim', world.app.origin);
    assert.equal((await created).failed.code, 'host_not_allowed');
    assert.deepEqual(await page.evaluate(() => [window.heard, window.caught]), [[], []]);
    await page.close();
  });

  test('t380_a frame-ancestors policy keeps strangers from embedding it at all', async () => {
    world.app.setHeaders({ 'content-security-policy': `frame-ancestors ${world.host.origin}` });
    const page = await browser.newPage();
    await page.goto(`${world.evil.origin}/miniapp/empty.html`);
    await page.evaluate((url) => {
      document.body.innerHTML = `<iframe name="victim" src="${url}"></iframe>`;
    }, `${world.app.origin}/miniapp/frame.html`);
    await until(() => page.raw.frame({ name: 'victim' })?.url().startsWith('chrome-error:'), 'the browser to refuse');
    await page.close();
    const host = await openHost(world, browser);
    const frame = await host.add();
    assert.equal((await frame.create()).failed, undefined);
    world.app.setHeaders({});
    await host.close();
  });

  test('t349_t381_neither a sibling of the host’s origin, nor the page itself, nor another frame can offer a port', async () => {
    const host = await openHost(world, browser, { session: null });
    const victim = await host.add();
    const created = victim.create();
    const sibling = await host.add({ url: `${world.host.origin}/miniapp/empty.html`, app: '' });
    const evil = await host.add({ url: `${world.evil.origin}/miniapp/empty.html`, app: '' });
    for (const frame of [sibling, evil]) await frame.evaluate(offerPorts, 'parent.frames.frame-0', world.app.origin);
    await victim.evaluate(offerPorts, 'self', world.app.origin);
    await host.evaluate(() => window.harness.tell('ann'));
    assert.equal((await created).failed, undefined);
    for (const frame of [sibling, evil, victim]) assert.deepEqual(await frame.evaluate(() => window.caught), []);
    await host.close();
  });

  test('t350_a sandboxed frame without an origin gets nothing', async () => {
    const host = await openHost(world, browser);
    // The scripts of a page without an origin may not even be loaded, so it speaks by hand.
    const frame = await host.add({ url: `${world.app.origin}/miniapp/empty.html`, sandbox: 'allow-scripts' });
    await frame.evaluate(speakByHand);
    assert.equal(await frame.evaluate(() => self.origin), 'null');
    await frame.evaluate((origin) => window.raw.ready(origin), world.host.origin);
    await until(() => host.evaluate(() => window.harness.host.ignored === 1), 'the host to ignore it');
    assert.deepEqual(await frame.evaluate(() => window.raw.windows), []);
    await host.close();
  });

  test('a sandboxed frame that keeps its origin works', async () => {
    const host = await openHost(world, browser);
    const frame = await host.add({ sandbox: 'allow-scripts allow-same-origin' });
    assert.equal((await frame.create()).failed, undefined);
    assert.match((await frame.do('getTokens')).accessToken, /^at-/);
    await host.close();
  });

  test('t351_t378_lists with patterns, and a mini-app of the host’s own origin, are refused', async () => {
    const host = await openHost(world, browser);
    const frame = await host.add();
    for (const hosts of [['*'], ['null'], ['http://platform.example.com'], ['https://platform.example.com/'], ['https://*.example.com'], []]) {
      assert.equal((await frame.create({ hosts })).failed.code, 'hosts_invalid', hosts.join());
    }
    assert.equal((await frame.create({ hosts: [world.app.origin] })).failed.code, 'same_origin');
    for (const [origin, code] of [['*', 'hosts_invalid'], ['https://a.example/path', 'hosts_invalid'], [world.host.origin, 'same_origin']]) {
      assert.equal(await host.evaluate((given) => window.harness.code(() => window.harness.host.register({ id: 'x', origin: given })), origin), code);
    }
    assert.equal(await frame.evaluate(() => { try { return parent.document.title; } catch (error) { return error.name; } }), 'SecurityError');
    await host.close();
  });

  test('t352_an address that names a host, or a name of the window, chooses nobody', async () => {
    const host = await openHost(world, browser);
    const url = `${world.app.origin}/miniapp/frame.html?DOMAIN=evil.localhost&host=${encodeURIComponent(world.evil.origin)}#${world.evil.origin}`;
    const frame = await host.add({ url });
    await frame.evaluate((origin) => { window.name = `${origin}|1|x`; }, world.evil.origin);
    assert.equal((await frame.create()).failed, undefined);
    assert.equal(await frame.evaluate(() => window.harness.frame.origin), world.host.origin);
    await host.close();
  });

  test('t356_a frame that has gone elsewhere gets no offer', async () => {
    const host = await openHost(world, browser);
    const frame = await host.add();
    await frame.create();
    await frame.evaluate((url) => { location.href = url; }, `${world.evil.origin}/miniapp/empty.html`);
    await until(() => frame.raw.url().startsWith(world.evil.origin), 'the other page');
    await until(async () => (await host.events()).some(([event]) => event === 'lost'), 'the host to notice');
    const before = await host.evaluate(() => window.harness.host.ignored);
    await frame.evaluate(speakByHand);
    await frame.evaluate((origin) => window.raw.ready(origin), world.host.origin);
    await until(() => host.evaluate((count) => window.harness.host.ignored > count, before), 'the host to ignore it');
    assert.deepEqual(await frame.evaluate(() => window.raw.windows), []);
    await host.close();
  });

  test('t367_a hostile mini-app gets what it was granted, and nothing that it makes up', async () => {
    const host = await withEvil();
    const frame = await byHand(host);
    await frame.evaluate(() => {
      const { raw } = window;
      for (const [at, type] of ['refresh_token', 'id_token', 'session', 'exec', 'sign_out'].entries()) raw.say(type, { id: `t${at}` });
      raw.say('token.request', { id: 'client', client_id: 'orders' });
      raw.say('token.request', { id: 'scope', scope: 'admin' });
      raw.say('token.request', { id: 'audience', audience: 'https://bank.example/' });
      raw.say('call.request', { id: 'call', method: 'constructor', params: {} });
      raw.say('token.request', { id: 'good', scope: 'orders:read' });
    });
    await until(() => frame.evaluate(() => window.raw.messages.some(({ id }) => id === 'good')), 'the last answer');
    const codes = await frame.evaluate(() => window.raw.messages.filter(({ code }) => code).map(({ id, code }) => [id, code]));
    assert.deepEqual(Object.fromEntries(codes), {
      t0: 'unknown_type', t1: 'unknown_type', t2: 'unknown_type', t3: 'unknown_type', t4: 'unknown_type',
      client: 'not_allowed', scope: 'scope_not_granted', audience: 'scope_not_granted', call: 'not_supported',
    });
    const said = await frame.evaluate(() => JSON.stringify(window.raw.messages));
    assert.doesNotMatch(said, /rt-|id-token/);
    assert.deepEqual(world.platform.issued.map(({ app, scope }) => [app, scope]), [['evil', 'orders:read']]);
    await host.close();
  });

  test('t364_t365_numbers that do not grow, and questions that were asked before, are ignored', async () => {
    const host = await withEvil();
    const frame = await byHand(host);
    await frame.evaluate(() => {
      const { raw } = window;
      raw.say('token.request', { id: 'one' });
      raw.seq -= 2;
      raw.say('token.request', { id: 'old number' });
      raw.say('token.request', { id: 'same number' });
      raw.port.postMessage(JSON.stringify({ oxidc: 'miniapp', type: 'token.request', id: 'other version', v: 2, seq: 50 }));
      for (const odd of [null, 7, [1], new Map([[1, 2]]), { oxidc: 'miniapp' }, 'x'.repeat(70_000)]) raw.port.postMessage(odd);
      raw.say('ping');
    });
    await until(() => frame.evaluate(() => window.raw.messages.some(({ type }) => type === 'pong')), 'a pong');
    await until(() => frame.evaluate(() => window.raw.messages.some(({ id }) => id === 'one')), 'an answer');
    assert.deepEqual(await frame.evaluate(() => window.raw.messages.map(({ id }) => id).filter(Boolean)), ['one']);
    await host.close();
  });

  test('t362_t375_a mini-app that floods loses its port, and the others do not notice', async () => {
    const host = await withEvil();
    const good = await host.add();
    await good.create();
    const frame = await byHand(host);
    await frame.evaluate(() => { for (let at = 0; at < 10_000; at += 1) window.raw.say('token.request', { id: `q${at}`, reason: 'forced' }); });
    await until(async () => (await host.events()).some(([event, app]) => event === 'flooded' && app === 'evil'), 'the host to close the port');
    assert.ok(world.platform.asked.filter(({ app, force }) => app === 'evil' && force).length <= 1);
    assert.match((await good.do('getTokens')).accessToken, /^at-/);
    await host.close();
  });

  test('t354_an offer after the handshake changes nothing', async () => {
    const host = await openHost(world, browser);
    const frame = await host.add();
    await frame.create();
    await host.evaluate(offerPorts, 'frames.frame-0', world.app.origin);
    assert.match((await frame.do('getTokens')).accessToken, /^at-/);
    assert.deepEqual(await host.evaluate(() => window.caught), []);
    await host.close();
  });

  test('t361_names that mean something to JavaScript are plain data', async () => {
    const host = await openHost(world, browser);
    const frame = await host.add();
    await frame.create();
    const given = '{"__proto__":{"polluted":1},"constructor":2,"then":3,"toJSON":4}';
    const { value } = await frame.evaluate(async (text) => ({ value: JSON.stringify(Object.entries((await window.harness.frame.call('toast.show', JSON.parse(text))).params)) }), given).catch(() => ({}));
    assert.equal(value, '[["__proto__",{"polluted":1}],["constructor",2],["then",3],["toJSON",4]]');
    for (const at of [host, frame]) assert.equal(await at.evaluate(() => ({}).polluted ?? null), null);
    await host.close();
  });

  test('t379_alone, or in a frame of a frame, there is no host', async () => {
    const page = await browser.newPage();
    await page.goto(`${world.app.origin}/miniapp/frame.html`);
    await page.waitFor('#ready');
    assert.equal((await page.evaluate((hosts) => window.harness.create({ hosts }), [world.host.origin])).failed.code, 'no_host');
    await page.close();
    const host = await openHost(world, browser);
    const outer = await host.add({ url: `${world.other.origin}/miniapp/empty.html` });
    await outer.evaluate((url) => {
      window.heard = [];
      addEventListener('message', ({ data }) => window.heard.push(data));
      document.body.innerHTML = `<iframe name="inner" src="${url}"></iframe>`;
    }, `${world.app.origin}/miniapp/frame.html`);
    const inner = await host.frame('inner');
    assert.equal((await inner.create()).failed.code, 'host_not_allowed');
    assert.deepEqual(await outer.evaluate(() => window.heard), []);
    await host.close();
  });

  test('t386_everything works where the frame may keep nothing', async () => {
    const strict = await open('chromium', { blockStorage: true });
    try {
      const host = await openHost(world, strict);
      const frame = await host.add();
      assert.equal((await frame.create()).failed, undefined);
      assert.equal((await frame.do('get', '/core/whoami')).app, 'orders');
    } finally {
      await strict.close();
    }
  });

  test('t359_neither source nor build posts to any origin', async () => {
    for (const name of ['index.js', 'global.js', 'host/index.js']) {
      const text = await readFile(join(folder('packages/oxidc/dist/miniapp'), name), 'utf8');
      assert.match(text, /postMessage\(/);
      assert.doesNotMatch(text, /postMessage\([^;]*["'`]\*["'`]/);
    }
  });
});
