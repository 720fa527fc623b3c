// A platform's page. Tests register mini-apps in it, add frames, and sign people in and out.

import { createHost, fromBackEnd, fromClient } from '/oxidc/miniapp/host/index.js';

const harness = {
  host: undefined,
  frames: [],
  /** What the host published: `[event, app, detail]`. */
  events: [],
  /** What mini-apps had the platform do: `[method, params]`. */
  calls: [],
  /** Says who is signed in. */
  tell: undefined,

  /** Makes the host. `session` is the key of who is signed in; without it, nobody tells of sessions. */
  async create({ apps, backEnd, session }) {
    const getToken = fromBackEnd(backEnd);
    const watch = (tell) => { harness.tell = tell; tell(session); return () => {}; };
    const handler = (method) => (params) => { harness.calls.push([method, params]); return { method, params }; };
    const handlers = Object.fromEntries(['toast.show', 'options.get', 'event.emit', 'user.hasRole'].map((method) => [method, handler(method)]));
    harness.host = await createHost({ apps, tokens: session === undefined ? getToken : { getToken, watch }, handlers });
    for (const event of ['connected', 'lost', 'refused', 'flooded']) harness.host.on(event, (app, frame, detail) => harness.events.push([event, app, detail]));
  },

  /** Makes the host over a real sign-in. */
  async createFromClient({ apps, client }) {
    const { AuthClient } = await import('/oxidc/index.js');
    harness.client = new AuthClient({ ...client, onReturn: () => {} });
    await harness.client.processCallback();
    harness.host = await createHost({ apps, tokens: fromClient(harness.client) });
  },

  /** Adds a frame with a mini-app. */
  add(url, app, { context, sandbox } = {}) {
    const element = document.createElement('iframe');
    if (sandbox) element.sandbox = sandbox;
    element.name = `frame-${harness.frames.length}`;
    harness.frames.push(app ? harness.host.add(element, app, context) : { element });
    element.src = url;
    document.body.append(element);
    return element.name;
  },

  /** Ends the host and makes another one for the frames that are there. */
  async again(options) {
    harness.host.close();
    await harness.create(options);
    harness.frames = harness.frames.map(({ element, app }) => harness.host.add(element, app));
  },

  /** What a call throws, by its code. */
  code(work) {
    try {
      work();
      return 'none';
    } catch (error) {
      return error.code;
    }
  },
};
window.harness = harness;
document.getElementById('ready').hidden = false;
