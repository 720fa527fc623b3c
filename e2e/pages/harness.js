// A bare page with the package in it. Tests make clients in it and look at what they do.

import * as oxidc from '/oxidc/index.js';

/** Everything that can be known of an error from outside. */
const describe = (error) => ({ name: error?.name, code: error?.code ?? String(error), message: error?.message, session: error?.session, retryable: error?.retryable, retryAfter: error?.retryAfter, error: error?.error, challenge: error?.challenge });

const storages = {
  local: () => new oxidc.LocalStorage(),
  session: () => new oxidc.SessionStorage(),
  memory: () => new oxidc.MemoryStorage(),
  /** One that an application wrote itself, with promises. */
  custom: () => ({
    getItem: async (key) => localStorage.getItem(`mine ${key}`),
    setItem: async (key, value) => localStorage.setItem(`mine ${key}`, value),
    removeItem: async (key) => localStorage.removeItem(`mine ${key}`),
  }),
};

const harness = {
  oxidc,
  client: undefined,
  /** Functions that the next client gets, set by a test. */
  hooks: {},
  /** What the client published: `[event, …arguments]`. */
  events: [],

  /** Makes the page's client; `storage` is a name. */
  create({ storage, ...options }) {
    const client = new oxidc.AuthClient({ ...options, ...(storage && { storage: storages[storage]() }), onReturn: () => {}, ...harness.hooks });
    for (const event of ['session', 'tokens', 'signedOut']) client.on(event, (...details) => harness.events.push([event, ...details]));
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
