// A platform's page with mini-apps in frames, each on an origin of its own.

import { until } from '../../browsers/index.mjs';
import { startPlatform } from '../../servers/platform.mjs';
import { startStatic } from '../../servers/static.mjs';
import { folder } from './world.mjs';

const site = (host) => startStatic({ host, folders: { '/': folder('e2e/pages'), '/oxidc/': folder('packages/oxidc/dist') } });

/** Starts the platform, the site of its page, two mini-apps' sites, and that of an attacker. */
export async function startMiniApps(options) {
  const platform = await startPlatform(options);
  const [host, app, other, evil] = await Promise.all([site('localhost'), site('127.0.0.1'), site('app.localhost'), site('evil.localhost')]);
  return { platform, host, app, other, evil, close: () => Promise.all([platform, host, app, other, evil].map((server) => server.close())) };
}

/** The registration of the mini-app at an origin. */
export const registration = ({ platform }, { origin }, more = {}) => ({
  id: 'orders', origin, audiences: { [platform.audience]: ['orders:read', 'orders:write'] },
  context: { https: false, domain: platform.domain, language: 'en', account: { id: 'acme' }, app: { id: 'orders', version: '1.0.0' }, ratelimit: { limit: 1000 } },
  ...more,
});

/** Opens the platform's page with a host in it; `options` are those of its harness. */
export async function openHost(world, browser, options = {}) {
  const page = await browser.newPage();
  const host = new HostPage(world, page, { apps: [registration(world, world.app)], backEnd: `${world.platform.origin}/tokens`, ...options });
  await host.load();
  return host;
}

class HostPage {
  #world;
  #options;

  constructor(world, page, options) {
    this.#world = world;
    this.page = page;
    this.#options = options;
  }

  async load() {
    await this.page.goto(`${this.#world.host.origin}/miniapp/host.html`);
    await this.page.waitFor('#ready');
    await this.page.evaluate((options) => window.harness.create(options), this.#options);
  }

  evaluate(fn, ...args) { return this.page.evaluate(fn, ...args); }
  events() { return this.page.evaluate(() => window.harness.events); }

  /** Adds a frame and waits for its document. */
  async add({ url = `${this.#world.app.origin}/miniapp/frame.html`, app = 'orders', ...more } = {}) {
    const name = await this.page.evaluate((...args) => window.harness.add(...args), url, app, more);
    return this.frame(name);
  }

  /** The document in a frame, once its script has run. */
  async frame(name) {
    const raw = await until(() => this.page.raw.frame({ name }), `the frame ${name}`);
    await raw.waitForSelector('#ready:not([hidden])', { state: 'attached' });
    return new FramePage(this.#world, raw);
  }

  close() { return this.page.close(); }
}

class FramePage {
  #world;

  constructor(world, raw) {
    this.#world = world;
    this.raw = raw;
  }

  /** Runs a function in the frame. */
  evaluate(fn, ...args) {
    return this.raw.evaluate(`(${fn})(${args.map((arg) => JSON.stringify(arg) ?? 'undefined').join(', ')})`);
  }

  /** Makes a frame: `{ value }` with the context, or `{ failed }`. */
  create(options = {}) {
    return this.evaluate((given) => window.harness.create(given), { hosts: [this.#world.host.origin], ...options });
  }

  call(method, ...args) {
    return this.evaluate((name, given) => window.harness.call(name, ...given), method, args);
  }

  /** Calls a method that must not fail. */
  async do(method, ...args) {
    const { value, failed } = await this.call(method, ...args);
    if (failed) throw new Error(`${method}: ${failed.code}: ${failed.message}`);
    return value;
  }

  events(name) { return this.evaluate((wanted) => window.harness.events.filter(([event]) => !wanted || event === wanted), name); }

  /** Waits until the frame has published an event. */
  waitFor(name, times = 1) {
    return until(async () => (await this.events(name)).length >= times, `${times} times ${name}`);
  }
}
