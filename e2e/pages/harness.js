// A bare page with the package in it. Tests make clients in it and look at what they do.

import * as oxidc from '/oxidc/index.js';

/** Everything that can be known of an error from outside. */
const describe = (error) => ({ name: error?.name, code: error?.code ?? String(error), message: error?.message, session: error?.session, retryable: error?.retryable, retryAfter: error?.retryAfter, error: error?.error, challenge: error?.challenge });

const storages = {
  local: () => new oxidc.LocalStorage(),
  session: () => new oxidc.SessionStorage(),
  memory: () => new oxidc.MemoryStorage(),
  worker: () => new oxidc.WorkerStorage(harness.worker),
  /** One that an application wrote itself, with promises. */
  custom: () => ({
    getItem: async (key) => localStorage.getItem(`mine ${key}`),
    setItem: async (key, value) => localStorage.setItem(`mine ${key}`, value),
    removeItem: async (key) => localStorage.removeItem(`mine ${key}`),
  }),
};

/** A private key of the application, for its request objects. */
const importKey = ({ kty, crv, x, y, d }) => crypto.subtle.importKey('jwk', { kty, crv, x, y, d }, { name: 'ECDSA', namedCurve: crv }, false, ['sign']);

const harness = {
  oxidc,
  client: undefined,
  /** Functions that the next client gets, set by a test. */
  hooks: {},
  /** The options of the next storage in a worker, set by a test. */
  worker: undefined,
  /** When this tab heard of a session, by the expiry of its token. */
  heardAt: {},
  /** What the client published: `[event, …arguments]`. */
  events: [],

  /** Makes the page's client; `storage` is a name. */
  async create({ storage, requestKey, ...options }) {
    if (requestKey) options.requestObject = { key: await importKey(requestKey), algorithm: requestKey.alg, keyId: requestKey.kid };
    const client = new oxidc.AuthClient({ ...options, ...(storage && { storage: storages[storage]() }), onReturn: () => {}, ...harness.hooks });
    for (const event of ['session', 'tokens', 'signedOut']) client.on(event, (...details) => harness.events.push([event, ...details]));
    client.on('session', (session) => { if (session?.expiresAt) harness.heardAt[session.expiresAt] ??= Date.now(); });
    client.on('error', (error) => harness.events.push(['error', describe(error)]));
    harness.client = client;
  },

  /** Calls a method: `{ value }`, or `{ failed }` with the error described. */
  async call(method, ...args) {
    try {
      return { value: (await harness.client[method](...args)) ?? null };
    } catch (error) {
      return { failed: describe(error) };
    }
  },

  /** Lets a real click call a method; `settled` tells what came of it. */
  arm(method, ...args) {
    harness.settled = undefined;
    document.getElementById('act').onclick = async () => { harness.settled = await harness.call(method, ...args); };
  },

  /** What became of the last {@link burst}: `{ tokens, failed, expiresAt }`; undefined while it runs. */
  burstResult: undefined,

  /** Asks for a token from many places at once, at a moment that all tabs share. */
  async burst(at, callers) {
    harness.burstResult = undefined;
    // A timer may fire late; the last milliseconds are waited for awake, so that the tabs really collide.
    await new Promise((resolve) => setTimeout(resolve, at - Date.now() - 15));
    while (Date.now() < at);
    const results = await Promise.allSettled(Array.from({ length: callers }, () => harness.client.getTokens()));
    const tokens = results.filter(({ value }) => value).map(({ value }) => value);
    harness.burstResult = {
      tokens: [...new Set(tokens.map(({ accessToken }) => accessToken))],
      failed: results.filter(({ reason }) => reason).map(({ reason }) => describe(reason)),
      expiresAt: Math.max(...tokens.map(({ expiresAt }) => expiresAt)),
    };
  },

  /** One operation of the protocol by itself: `{ value }` or `{ failed }`. */
  async operation(name, options) {
    try {
      return { value: (await harness.client.oidc[name](options)) ?? null };
    } catch (error) {
      return { failed: describe(error) };
    }
  },

  /** A request of the application with the token: `{ value: { status, body } }` or `{ failed }`. */
  async fetch(url, init) {
    try {
      const response = await harness.client.fetch(url, init);
      return { value: { status: response.status, body: await response.text() } };
    } catch (error) {
      return { failed: describe(error) };
    }
  },
};

window.harness = harness;
document.getElementById('ready').hidden = false;
