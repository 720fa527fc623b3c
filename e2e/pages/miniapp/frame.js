// A mini-app. Tests make frames in it and look at what they get.

import * as miniapp from '/oxidc/miniapp/index.js';

const describe = (error) => ({ name: error?.name, code: error?.code ?? String(error), message: error?.message, session: error?.session, retryable: error?.retryable, error: error?.error });

const harness = {
  miniapp,
  frame: undefined,
  events: [],

  async create(options) {
    return harness.try(async () => {
      harness.frame = await miniapp.createFrame(options);
      for (const event of ['connected', 'context', 'tokens', 'degraded', 'ended', 'host']) harness.frame.on(event, (...details) => harness.events.push([event, ...details]));
      return harness.frame.context;
    });
  },

  /** `{ value }`, or `{ failed }` with the error described. */
  async try(work) {
    try {
      return { value: (await work()) ?? null };
    } catch (error) {
      return { failed: describe(error) };
    }
  },

  call: (method, ...args) => harness.try(() => harness.frame[method](...args)),
};
window.harness = harness;
document.getElementById('ready').hidden = false;
