// A world for the drop-in: its page, and a provider that takes the empty secret which its clients send by default.

import { bodyOf } from '../../servers/http.mjs';
import { startWorld } from './world.mjs';

/** Takes `Authorization: Basic` with an empty secret for what it is: a client without one that names itself. */
async function emptySecret(ctx, next) {
  const [, encoded] = /^Basic (.+)$/.exec(ctx.headers.authorization ?? '') ?? [];
  const [id, secret] = Buffer.from(encoded ?? '', 'base64').toString().split(':');
  if (id && secret === '') {
    delete ctx.req.headers.authorization;
    ctx.req.body = `${await bodyOf(ctx.req)}&client_id=${encodeURIComponent(id)}`;
  }
  await next();
}

/** Starts a world (options as in `world.mjs`); `client` are the options of its clients. */
export async function startDropIn({ client = {}, ...options } = {}) {
  const world = await startWorld({ app: { host: 'localhost', fallback: '/monocloud.html' }, paths: ['', '/', '/callback', '/bye'], middleware: [emptySecret], ...options });
  const use = (more) => world.app.serve('/options.json', JSON.stringify({ tenantDomain: world.provider.issuer, clientId: 'spa', ...client, ...more }));
  use();
  return { ...world, use };
}

/** Opens a tab on the drop-in's page. */
export async function openTab(world, browser, path = '/start') {
  const tab = new Tab(world, await browser.newPage());
  await tab.load(path);
  return tab;
}

class Tab {
  #world;

  constructor(world, page) {
    this.#world = world;
    this.page = page;
  }

  async load(path) {
    await this.page.goto(path.startsWith('http') ? path : this.#world.app.origin + path);
    await this.page.waitFor('#ready');
  }

  /** Makes another client of these options. */
  create(options) {
    return this.page.evaluate((given) => window.harness.create(given), { tenantDomain: this.#world.provider.issuer, clientId: 'spa', ...options });
  }

  call(method, ...args) {
    return this.page.evaluate((name, given) => window.harness.call(name, ...given), method, args);
  }

  /** Calls a method that must not fail. */
  async do(method, ...args) {
    const { value, failed } = await this.call(method, ...args);
    if (failed) throw new Error(`${method}: ${failed.class}: ${failed.message}`);
    return value;
  }

  /** Calls a method in a real click; `settled()` waits for what comes of it. */
  async click(method, ...args) {
    await this.page.evaluate((name, given) => window.harness.arm(name, ...given), method, args);
    await this.page.click('#act');
  }

  async settled() {
    await this.page.waitFor(() => window.harness.settled !== undefined);
    return this.page.evaluate(() => window.harness.settled);
  }

  /** Calls a method that leaves the page, and waits until the provider has sent the person back to a path. */
  async away(method, options = {}, path = '/') {
    const { origin } = this.#world.app;
    // The page may be gone before the call can answer.
    const asked = this.call(method, options).catch(() => {});
    await this.page.waitForUrl((url) => ['?', '#'].some((mark) => url.startsWith(origin + path + mark)));
    const answer = await asked;
    if (answer?.failed) throw new Error(answer.failed.message);
    await this.page.waitFor('#ready');
  }

  /** Signs in by redirect, as far as a session. */
  async signIn(options = {}, path) {
    await this.away('signIn', { scopes: 'openid profile email offline_access', prompt: 'consent', ...options }, path);
    await this.do('processCallback');
  }

  /** What a storage of the page holds under a name. */
  stored(name, area = 'localStorage') {
    return this.page.evaluate((key, kept) => JSON.parse(window[kept].getItem(key)), name, area);
  }

  keep(name, value) {
    return this.page.evaluate((key, text) => localStorage.setItem(key, text), name, typeof value === 'string' ? value : JSON.stringify(value));
  }

  close() { return this.page.close(); }
}
