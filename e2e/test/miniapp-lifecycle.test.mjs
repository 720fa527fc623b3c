// Mini-apps over time: reloads on either side, the back-forward cache, a host that falls silent.

import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { open, until } from '../browsers/index.mjs';
import { openHost, registration, startMiniApps } from './support/miniapp.mjs';

describe('a mini-app over time', () => {
  let world;
  let browser;
  before(async () => {
    world = await startMiniApps();
    browser = await open('chromium', { backForwardCache: true });
  });
  after(async () => {
    await browser?.close();
    await world.close();
  });
  beforeEach(() => {
    world.platform.live(60);
    world.platform.issued.length = 0;
  });

  const works = async (frame) => assert.equal((await frame.do('get', '/core/whoami')).app, 'orders');

  test('t357_a frame that reloads shakes hands anew, and the host forgets the old document', async () => {
    const host = await openHost(world, browser);
    const frame = await host.add();
    await frame.create();
    await works(frame);
    await Promise.all([frame.raw.waitForNavigation(), frame.evaluate(() => { location.reload(); })]);
    await frame.raw.waitForSelector('#ready:not([hidden])', { state: 'attached' });
    assert.equal((await frame.create()).failed, undefined);
    await works(frame);
    await until(async () => (await host.events()).map(([event]) => event).sort().join() === 'connected,connected,lost', 'the host to notice');
    await host.close();
  });

  test('t358_a page that reloads its host gets its frames back', async () => {
    const host = await openHost(world, browser);
    const frame = await host.add();
    await frame.create();
    await works(frame);
    await host.load();
    const again = await host.add();
    assert.equal((await again.create()).failed, undefined);
    await works(again);
    await host.close();
  });

  test('t358_a host that is made anew under a living frame is found again', async () => {
    const host = await openHost(world, browser);
    const frame = await host.add();
    await frame.create();
    await works(frame);
    await host.evaluate((options) => window.harness.again(options), { apps: [registration(world, world.app)], backEnd: `${world.platform.origin}/tokens` });
    await frame.waitFor('connected');
    await works(frame);
    assert.equal((await frame.events('ended')).length, 0);
    await host.close();
  });

  test('t358_a page that comes back from the back-forward cache works on', async () => {
    const host = await openHost(world, browser);
    const frame = await host.add();
    await frame.create();
    await works(frame);
    await frame.evaluate(() => {
      const { events, frame } = window.harness;
      frame.on('host', async () => {
        const { app } = await frame.get('/core/whoami');
        await frame.call('toast.show', { app, ended: events.filter(([event]) => event === 'ended').length });
      });
    });
    await host.evaluate(() => {
      window.mark = 'kept';
      addEventListener('pageshow', ({ persisted }) => { window.persisted = persisted; });
    });
    await host.page.goto(`${world.host.origin}/miniapp/empty.html`);
    await host.evaluate(() => history.back());
    await host.page.waitFor(() => window.mark === 'kept' && window.persisted === true);
    // The driver does not find the frame again, so the frame is told to work by its host and shows the host what it got.
    await host.evaluate(() => window.harness.host.tell('work'));
    await host.page.waitFor(() => window.harness.calls.length > 0);
    assert.deepEqual(await host.evaluate(() => window.harness.calls), [['toast.show', { app: 'orders', ended: 0 }]]);
    await host.close();
  });

  test('t370_a host that is silent for 30 seconds ends nothing', async () => {
    const host = await openHost(world, browser);
    await host.page.raw.clock.install();
    await host.load();
    const frame = await host.add();
    await frame.create({ automaticRenewal: false });
    await works(frame);
    await host.evaluate(() => {
      window.say = MessagePort.prototype.postMessage;
      MessagePort.prototype.postMessage = () => {};
    });
    const asked = frame.call('getTokens', { forceRefresh: true });
    await host.page.waitFor(() => true);
    for (let second = 0; second < 30; second += 1) await host.page.raw.clock.runFor(1_000);
    assert.equal((await asked).failed.code, 'host_unavailable');
    assert.equal((await asked).failed.session, 'kept');
    await frame.waitFor('degraded');
    // What there is goes on to be used.
    await works(frame);
    assert.equal((await frame.events('ended')).length, 0);
    await host.evaluate(() => { MessagePort.prototype.postMessage = window.say; });
    const again = frame.call('getTokens', { forceRefresh: true });
    for (let second = 0; second < 90; second += 1) await host.page.raw.clock.runFor(1_000);
    await again;
    assert.match((await frame.do('getTokens', { forceRefresh: true })).accessToken, /^at-/);
    await host.close();
  });

  test('a token is renewed before it expires, once, while somebody looks', async () => {
    const host = await openHost(world, browser);
    await host.page.raw.clock.install();
    await host.load();
    const frame = await host.add();
    await frame.create();
    await frame.do('getTokens');
    world.platform.asked.length = 0;
    for (let second = 0; second < 50; second += 1) await host.page.raw.clock.runFor(1_000);
    await frame.waitFor('tokens', 2);
    assert.equal(world.platform.asked.length, 1);
    await host.close();
  });
});
