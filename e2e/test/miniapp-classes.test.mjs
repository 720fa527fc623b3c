// The classes that mini-apps of the platform know: names, accessors, singletons, handlers, and the documented examples as they stand.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { open } from '../browsers/index.mjs';
import { openHost, registration, startMiniApps } from './support/miniapp.mjs';

/** The example for modules, unchanged but for where the classes come from. */
const moduleExample = `import { App, OAuth2 } from '/oxidc/miniapp/index.js'
await App.initializeFrame()
const oauth2 = OAuth2.getInstance()
// Subscribe to token refresh event
oauth2.events = {
onRefresh: (data) => {
console.log('Tokens refreshed:', data)
}
}
// Force token refresh
const result = await oauth2.refresh()`;

/** The example for script elements; it awaits, so it stands in an async function. */
const scriptExample = `const App = window.ACloudMiniApp
const frame = await App.initializeFrame()
// Subscribe to token refresh event
frame.rest.oauth2.events = {
onRefresh: (data) => {
console.log('Tokens refreshed:', data);
}
};
// Force token refresh
const result = await frame.rest.oauth2.refresh();`;

/** Keeps what the example prints. */
const listen = "window.printed = []; console.log = (...words) => window.printed.push(words);";
const page = (world, body) => `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Example</title>
<meta name="miniapp-hosts" content="https://platform.example.com ${world.host.origin}"></head><body>${body}<p id="ready">ready</p></body></html>`;

describe('the classes of the platform', () => {
  let world;
  let browser;
  before(async () => {
    world = await startMiniApps();
    world.app.serve('/module.html', page(world, `<script>${listen}</script><script type="module">${moduleExample}\nwindow.result = result</script>`));
    world.app.serve('/script.html', page(world, `<script>${listen}</script><script src="/oxidc/miniapp/global.js"></script><script>(async () => {${scriptExample}\nwindow.result = result; window.frame = frame;})()</script>`));
    world.app.serve('/two.html', page(world, '<script type="module">import * as miniapp from "/oxidc/miniapp/index.js"; window.miniapp = miniapp;</script>').replace('</head>', '<meta name="miniapp-hosts" content="https://x.example"></head>'));
    browser = await open('chromium');
  });
  after(async () => {
    await browser?.close();
    await world.close();
  });

  for (const name of ['module', 'script']) {
    test(`the documented example for a ${name} runs as it stands`, async () => {
      const host = await openHost(world, browser);
      const frame = await host.add({ url: `${world.app.origin}/${name}.html` });
      await frame.raw.waitForFunction(() => window.result);
      const { result, printed, now } = await frame.evaluate(() => ({
        result: { ...window.result, camel: [window.result.accessToken, window.result.refreshToken, window.result.expiresAt.getTime()] },
        printed: window.printed.map(([text, { access_token }]) => [text, access_token]),
        now: Date.now(),
      }));
      assert.match(result.access_token, /^at-/);
      assert.equal(result.refresh_token, '');
      assert.match(result.expires_at, /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/);
      assert.ok(Math.abs(new Date(result.expires_at).getTime() - result.camel[2]) < 1_000 && result.camel[2] > now);
      assert.deepEqual(result.camel.slice(0, 2), [result.access_token, '']);
      assert.deepEqual(printed, [['Tokens refreshed:', result.access_token]]);
      await host.close();
    });
  }

  test('the global is the application and carries all classes', async () => {
    const host = await openHost(world, browser);
    const frame = await host.add({ url: `${world.app.origin}/script.html` });
    await frame.raw.waitForFunction(() => window.result);
    const names = ['App', 'Frame', 'Rest', 'OAuth2', 'RateLimiter', 'User', 'UserOptions', 'Options', 'Event', 'Modal', 'Sidepanel', 'Swal', 'Toast', 'createFrame', 'initializeFrame'];
    assert.deepEqual(await frame.evaluate((all) => all.filter((name) => typeof window.ACloudMiniApp[name] !== 'function'), names), []);
    assert.equal(await frame.evaluate(async () => (await window.ACloudMiniApp.App.initializeFrame()) === window.frame), true);
    await host.close();
  });

  test('singletons, accessors and handlers are as documented', async () => {
    const host = await openHost(world, browser, { apps: [registration(world, world.app)] });
    const frame = await host.add({ url: `${world.app.origin}/miniapp/frame.html` });
    const seen = await frame.evaluate(async (hosts) => {
      const { App, Event, Frame, Modal, OAuth2, Options, RateLimiter, Rest, Sidepanel, Swal, Toast, User, UserOptions } = window.harness.miniapp;
      const seen = {};
      const code = (work) => { try { work(); return 'none'; } catch (error) { return error.code; } };
      seen.before = [code(() => OAuth2.getInstance()), code(() => Rest.getInstance())];
      const early = OAuth2.initialize({ events: {} });
      seen.empty = [early.accessToken, early.refreshToken, early.expiresAt, OAuth2.initialize() === early, OAuth2.getInstance() === early, await early.refresh().catch((error) => error.code)];
      seen.limiterBefore = [RateLimiter.getInstance().limit, RateLimiter.getInstance().processing];
      let ready = 0;
      const [one, two] = await Promise.all([App.initializeFrame({ hosts, events: { onReady: () => { ready += 1; } } }), Frame.initialize()]);
      await new Promise((resolve) => setTimeout(resolve));
      seen.same = [one === two, one.rest === Rest.getInstance(), one.rest.oauth2 === early, one.rest.rateLimiter === RateLimiter.getInstance(), one.user === User.getInstance()];
      seen.statics = [Frame.Event === Event, Frame.Modal === Modal, Frame.Sidepanel === Sidepanel, Frame.Swal === Swal, Frame.Toast === Toast];
      seen.stores = [one.options instanceof Options, one.userOptions instanceof UserOptions, one.user.options instanceof UserOptions];
      seen.getters = [one.domain, one.https, one.language, one.uniqid, one.targetOrigin];
      seen.ready = ready;
      const context = await one.getContext();
      seen.context = [context.account.id, context.app.version, context.ratelimit.limit, context.auth.access_token === early.accessToken, context.auth.refresh_token];
      const fired = [];
      early.events = { onRefresh: () => fired.push('first') };
      early.events = { onRefresh: () => fired.push('second') };
      const stop = early.on('onRefresh', () => fired.push('beside'));
      await early.refresh();
      stop();
      await early.refresh();
      seen.fired = fired;
      seen.rest = await one.rest.get('core/whoami', { limit: 1 });
      seen.both = seen.rest.response.app;
      seen.call = [(await one.rest.call({ method: '/core/whoami' })).query, (await one.rest.call({ type: 'post', method: '/core/x', data: { a: null } })).body];
      seen.limiter = [one.rest.rateLimiter.limit, one.rest.rateLimiter.processing, one.rest.rateLimiter.remaining];
      seen.ui = [(await Toast.show({ text: 'hi' })).method, await Modal.open().catch((error) => error.code), await Swal.fire().catch((error) => error.code), await one.user.hasRole(['admin'])];
      early.destroy();
      seen.after = [early.accessToken, code(() => OAuth2.getInstance())];
      await one.destroy();
      seen.destroyed = [code(() => one.rest), await Toast.show().catch((error) => error.code)];
      return seen;
    }, [world.host.origin]);
    assert.deepEqual(seen, {
      before: ['not_initialized', 'not_initialized'],
      empty: ['', '', null, true, true, 'not_initialized'],
      limiterBefore: [-1, 0],
      same: [true, true, true, true, true],
      statics: [true, true, true, true, true],
      stores: [true, true, true],
      getters: [world.platform.domain, false, 'en', '', world.host.origin],
      ready: 1,
      context: ['acme', '1.0.0', 1000, true, ''],
      fired: ['second', 'beside', 'second'],
      rest: { app: 'orders', scope: 'orders:read orders:write', query: '?limit=1' },
      both: 'orders',
      call: ['', { a: '' }],
      limiter: [1000, 0, 5],
      ui: ['toast.show', 'not_supported_by_host', 'not_supported_by_host', true],
      after: ['', 'not_initialized'],
      destroyed: ['not_initialized', 'not_initialized'],
    });
    await host.close();
  });

  test('two elements that name hosts contradict each other, so they name nobody', async () => {
    const host = await openHost(world, browser);
    const frame = await host.add({ url: `${world.app.origin}/two.html` });
    await frame.raw.waitForFunction(() => window.miniapp);
    assert.equal(await frame.evaluate(() => window.miniapp.App.initializeFrame().catch((error) => error.code)), 'hosts_invalid');
    await host.close();
  });
});
