// Drives the harness page: opens tabs with a client in each, signs in, and calls its methods.

/** A tab of `browser` on the harness page of `world`; `options` are those of the client. */
export async function openTab(world, browser, options = {}) {
  const page = await browser.newPage();
  const tab = new Tab(world, page, options);
  await tab.load();
  return tab;
}

class Tab {
  #world;
  #options;

  constructor(world, page, options) {
    this.#world = world;
    this.page = page;
    this.#options = {
      issuer: world.provider.issuer,
      clientId: 'spa',
      postLogoutRedirectUri: `${world.app.origin}/`,
      scopes: 'openid profile email offline_access',
      resources: [{ resource: world.api.audience, scopes: 'api:read' }],
      allowedOrigins: [world.api.origin],
      ...options,
    };
  }

  /** Loads an address of the application and makes the client in it. */
  async load(path = '/') {
    await this.page.goto(this.#world.app.origin + path);
    await this.#ready();
  }

  /** Makes another client of the same options beside the one there is. */
  async again() {
    await this.page.evaluate((options) => window.harness.create(options), this.#options);
  }

  async #ready() {
    await this.page.waitFor('#ready');
    await this.again();
  }

  /** Calls a method of the client: `{ value }` or `{ failed }`. */
  call(method, ...args) {
    return this.page.evaluate((name, given) => window.harness.call(name, ...given), method, args);
  }

  /** Calls a method that must not fail. */
  async do(method, ...args) {
    const { value, failed } = await this.call(method, ...args);
    if (failed) throw new Error(`${method}: ${failed.code}: ${failed.message}`);
    return value;
  }

  /** Calls a method in a real click; `settled()` waits for what comes of it. */
  async click(method, ...args) {
    await this.page.evaluate((name, given) => window.harness.arm(name, ...given), method, args);
    await this.page.click('#act');
  }

  /** What the call in the last click came to: `{ value }` or `{ failed }`. */
  async settled() {
    await this.page.waitFor(() => window.harness.settled !== undefined);
    return this.page.evaluate(() => window.harness.settled);
  }

  /** Asks for a token from many places at once, at a moment that several tabs share; see {@link burstResult}. */
  startBurst(at, callers) {
    return this.page.evaluate((when, number) => { void window.harness.burst(when, number); }, at, callers);
  }

  /** What came of a burst, once it is over. */
  async burstResult() {
    await this.page.waitFor(() => window.harness.burstResult !== undefined);
    return this.page.evaluate(() => window.harness.burstResult);
  }

  /** Sends a request of the application. */
  fetch(url) {
    return this.page.evaluate((address) => window.harness.fetch(address), url);
  }

  /** What the client published so far. */
  events() {
    return this.page.evaluate(() => window.harness.events);
  }

  /** Goes to the provider and comes back with a callback that nobody has processed yet. */
  async authorize(options = { prompt: 'consent' }) {
    const { origin } = this.#world.app;
    // The page may be gone before the call can answer.
    await this.call('signIn', options).catch(() => {});
    await this.page.waitForUrl((url) => [`${origin}/?`, `${origin}/#`].some((start) => url.startsWith(start)));
    await this.#ready();
  }

  /** Signs in; the result of `processCallback`. */
  async signIn(options) {
    await this.authorize(options);
    return this.do('processCallback');
  }

  /** The expiry of the default token has come near or passed, and nobody has renewed it. */
  expire() {
    return this.page.waitFor(async () => (await window.harness.client.getSession()).expiresAt < Date.now());
  }

  close() { return this.page.close(); }
}
