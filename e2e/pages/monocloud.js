// A page with the drop-in in it, under the name that it replaces. Its options are those of the test's world; in a window or frame it only
// hands its address over.

import * as sdk from '@monocloud/auth-web-js';

const classes = ['MonoCloudOPError', 'MonoCloudValidationError', 'MonoCloudTokenError', 'MonoCloudHttpError', 'MonoCloudJsError', 'MonoCloudAuthBaseError'];

/** Everything that can be known of an error from outside. */
const describe = (error) => ({
  class: classes.find((name) => error instanceof sdk[name]) ?? error?.constructor?.name,
  name: error?.name, message: error?.message, error: error?.error, errorDescription: error?.errorDescription, code: error?.code, status: error?.status,
});

const storages = { local: () => new sdk.LocalStorage(), session: () => new sdk.SessionStorage(), memory: () => new sdk.MemoryStorage() };

const harness = {
  sdk,
  client: undefined,
  /** Functions that the next client gets, set by a test. */
  hooks: {},
  /** What `postCallback` was given, and what the console was warned of. */
  called: [],
  warnings: [],

  create({ storage, record, ...options }) {
    const postCallback = record && ((state) => { harness.called.push(state); });
    harness.client = new sdk.MonoCloudWebJSClient({ ...options, ...(storage && { storage: storages[storage]() }), ...(postCallback && { postCallback }), ...harness.hooks });
  },

  /** Calls a method: `{ value }`, or `{ failed }` with the error described. */
  async call(method, ...args) {
    try {
      return { value: (await harness.client[method](...args)) ?? null };
    } catch (error) {
      return { failed: describe(error) };
    }
  },

  /** Calls a method in the next click. */
  arm(method, ...args) {
    harness.settled = undefined;
    document.getElementById('act').onclick = async () => { harness.settled = await harness.call(method, ...args); };
  },
};

const warn = console.warn;
console.warn = (...words) => { harness.warnings.push(words.join(' ')); warn(...words); };
window.harness = harness;
const options = await (await fetch('/options.json')).json();
harness.create(options);
if (window.opener || window.parent !== window) await harness.client.processCallback();
document.getElementById('ready').hidden = false;
