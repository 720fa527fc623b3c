// Mini-apps with a side in Rust: that its machine, the browser module and the other side find together.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { open, until } from '../browsers/index.mjs';
import { startStatic } from '../servers/static.mjs';
import { openHost, registration, startMiniApps } from './support/miniapp.mjs';
import { folder } from './support/world.mjs';

describe('a mini-app with a side in Rust', () => {
  let world;
  let rust;
  let browser;
  before(async () => {
    world = await startMiniApps();
    rust = await startStatic({ folders: { '/': folder('e2e/rust-harness/dist') }, fallback: '/index.html' });
    browser = await open('chromium');
  });
  after(async () => {
    await browser?.close();
    await Promise.all([world.close(), rust.close()]);
  });

  /** Makes a frame in a document with the Rust face: nothing, or the code of the error. */
  const connect = (frame, host, api) => frame.evaluate(async (...given) => {
    try {
      window.made = await window.FrameHarness.connect(...given);
    } catch (error) {
      return error;
    }
  }, host, api);
  /** Calls a method: its text, or `!` and the code of its error. */
  const call = (frame, method, ...args) => frame.evaluate((name, given) => Promise.resolve(window.made[name](...given)).catch((error) => `!${error}`), method, args);
  const heard = (frame, event) => until(async () => (await call(frame, 'events')).includes(event), event);

  test('a frame gets context and tokens, and loses them when the person signs out', async () => {
    world.platform.live(60);
    const host = await openHost(world, browser, { apps: [registration(world, rust)], session: 'ann' });
    const frame = await host.add({ url: `${rust.origin}/` });
    assert.equal(await connect(frame, world.host.origin, world.platform.origin), undefined);
    const [origin, ...context] = (await call(frame, 'context')).split(' ');
    assert.equal(origin, world.host.origin);
    assert.equal(JSON.parse(context.join(' ')).account.id, 'acme');
    assert.equal(await call(frame, 'token', 'orders:read'), `Bearer ${world.platform.audience} orders:read false`);
    assert.equal(await call(frame, 'token', 'admin'), '!scope_not_granted');
    assert.equal(await call(frame, 'call', 'toast.show'), '{"method":"toast.show","params":{"text":"saved"}}');
    assert.equal(await call(frame, 'call', 'modal.open'), '!not_supported_by_host');
    const whoami = `${world.platform.origin}/api/v1/module/core/whoami`;
    assert.equal(await call(frame, 'get', whoami), '200');
    // A token that the interface refuses is replaced once, and the request repeated once.
    world.platform.revoke();
    world.platform.requests.length = 0;
    assert.equal(await call(frame, 'get', whoami), '200');
    assert.deepEqual(world.platform.requests.map(({ status }) => status), [401, 200]);
    assert.equal(await call(frame, 'get', 'http://'), '!option_invalid');
    await host.evaluate(() => window.harness.host.tell('refresh', { what: 'orders' }));
    await heard(frame, 'host refresh {"what":"orders"}');
    await host.evaluate(() => window.harness.tell(null));
    await heard(frame, 'ended');
    assert.equal(await call(frame, 'token', 'orders:read'), '!signed_out');
    await call(frame, 'close');
    assert.equal(await call(frame, 'token', 'orders:read'), '!closed');
    await host.close();
  });

  test('a frame says why it finds no host', async () => {
    const host = await openHost(world, browser, { apps: [registration(world, rust)] });
    const frame = await host.add({ url: `${rust.origin}/` });
    assert.equal(await connect(frame, world.evil.origin, world.platform.origin), 'host_not_allowed');
    assert.equal(await connect(frame, 'https://*.example.com', world.platform.origin), 'hosts_invalid');
    assert.equal(await connect(frame, rust.origin, world.platform.origin), 'same_origin');
    await host.close();
    const page = await browser.newPage();
    await page.goto(`${rust.origin}/`);
    await page.waitFor('#ready');
    assert.equal(await page.evaluate((origin) => window.FrameHarness.connect(origin, origin).catch((error) => error), world.host.origin), 'no_host');
    await page.close();
  });

  test('a host gives a frame what its mini-app is granted, until the person signs out', async () => {
    const page = await browser.newPage();
    await page.goto(`${rust.origin}/`);
    await page.waitFor('#ready');
    const own = (name, ...args) => page.evaluate(async (method, given) => {
      try {
        return await window.made[method](...given);
      } catch (error) {
        return `!${error}`;
      }
    }, name, args);
    await page.evaluate(async (app) => { window.made = await window.HostHarness.make(app); }, world.app.origin);
    assert.equal(await own('register', 'self', rust.origin), '!same_origin');
    assert.equal(await own('register', 'wide', 'https://*.example.net'), '!hosts_invalid');
    assert.equal(await own('register', '', world.other.origin), '!app_invalid');
    assert.equal(await page.evaluate((url) => {
      const element = document.createElement('iframe');
      Object.assign(element, { name: 'orders', src: url });
      try {
        window.made.add(element, 'stock');
      } catch (error) {
        window.made.add(element, 'orders');
        document.body.append(element);
        return error;
      }
    }, `${world.app.origin}/miniapp/frame.html`), 'app_invalid');
    const raw = await until(() => page.raw.frame({ name: 'orders' }), 'the frame');
    await raw.waitForSelector('#ready:not([hidden])', { state: 'attached' });
    await own('sign_in', 'ann');
    assert.deepEqual(await raw.evaluate((hosts) => window.harness.create({ hosts }), [rust.origin]), { value: { language: 'en', domain: 'api.example.com' } });
    const token = (options) => raw.evaluate((given) => window.harness.call('getTokens', given), options);
    const { value } = await token({ scopes: 'read' });
    assert.deepEqual([value.accessToken, value.audience, value.scopes], ['at-1', 'urn:a', ['read']]);
    assert.equal((await token({ scopes: 'asleep' })).failed.code, 'needs_interaction');
    assert.equal((await token({ scopes: 'write' })).failed.code, 'scope_not_granted');
    assert.deepEqual(await own('asked'), ['orders urn:a read false', 'orders urn:a asleep false']);
    const does = (method, params) => raw.evaluate(([name, given]) => window.harness.call('call', name, given), [method, params]);
    assert.deepEqual(await does('toast.show', { text: 'saved' }), { value: 'orders shows {"text":"saved"}' });
    assert.equal((await does('modal.open')).failed.code, 'user_cancelled');
    assert.equal((await does('sidepanel.open')).failed.code, 'not_supported_by_host');
    assert.deepEqual(await own('events'), ['connected orders', 'refused orders token.request', 'refused orders call.request']);
    assert.equal(await own('publish', 'refresh'), '0');
    const told = () => raw.evaluate(() => window.harness.events.filter(([name]) => name === 'host').map(([, ...rest]) => rest.join(' ')));
    await until(async () => (await told()).length === 2, 'what the host tells');
    assert.deepEqual(await told(), ['refresh all', 'refresh one']);
    await own('tell', 'de');
    const events = () => raw.evaluate(() => window.harness.events.map(([name]) => name));
    await until(async () => (await events()).includes('context'), 'the context');
    assert.equal(await raw.evaluate(() => window.harness.frame.context.language), 'de');
    await own('sign_out');
    await until(async () => (await events()).includes('ended'), 'the end');
    assert.equal((await token()).failed.code, 'signed_out');
    await own('sign_in', 'bob');
    await until(async () => (await events()).includes('connected'), 'the next session');
    assert.equal((await token({ scopes: 'read' })).value.accessToken, 'at-3');
    await page.evaluate(() => window.made.free());
    await page.close();
  });
});
