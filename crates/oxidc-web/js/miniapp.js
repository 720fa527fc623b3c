// src/host/request.ts
async function request(run, input, init) {
  const request2 = new Request(input, init);
  const { origin } = new URL(request2.url);
  const stream = init.body instanceof ReadableStream || input instanceof Request && input.body !== null;
  let last;
  const send = async (authorization, dpop) => {
    const copy = stream ? request2 : request2.clone();
    const headers = new Headers(copy.headers);
    if (authorization) headers.set("authorization", authorization);
    if (dpop) headers.set("dpop", dpop);
    const wanted = authorization && init.redirect === void 0 && !(input instanceof Request) ? "error" : copy.redirect;
    const redirect = dpop && wanted === "follow" ? "error" : wanted;
    return last = await globalThis.fetch(new Request(copy, { headers, redirect }));
  };
  const command = {
    do: "fetch",
    method: request2.method,
    url: request2.url,
    origin,
    mode: request2.mode,
    authorization: request2.headers.has("authorization"),
    replayable: !stream
  };
  await run(command, { send, signal: request2.signal });
  return last;
}

// src/codes.ts
var frameMeanings = {
  api_failed: ["bridge", "The platform's interface answered with an error."],
  not_initialized: ["bridge", "This is not initialised yet; await App.initializeFrame() first."],
  aborted: ["network", "+The call was aborted."],
  closed: ["configuration", "This client was closed; create another one."],
  core_trapped: ["environment", "+The protocol core stopped unexpectedly and was started again from storage; repeat the call and report this."],
  network_failed: ["network", "+The request did not get through, or the answer may not be read: network, TLS or CORS."],
  no_browser: ["environment", "This needs a browser page; on a server the client can only be constructed."],
  wasm_blocked: ["environment", "The page's Content-Security-Policy forbids WebAssembly; add 'wasm-unsafe-eval' to script-src."],
  wasm_failed: ["environment", "+The WebAssembly module could not be loaded; check that the deployed files belong together."]
};

// src/errors.ts
var OxidcError = class extends Error {
  /** The stable code; see the list of errors in the documentation. */
  code;
  /** Whether the session is what it was before, is over, or nobody knows. */
  session;
  /** Whether the same call may succeed later without a change. */
  retryable;
  /** Seconds after which another try is welcome, if the provider named them. */
  retryAfter;
  /** The provider's error code, if it gave one. Plain text. */
  error;
  /** The provider's own words, if it gave any. Plain text, never HTML. */
  errorDescription;
  /** What an API demands of the sign-in (RFC 9470), ready to be given to `signIn`. */
  challenge;
  /** @internal */
  constructor(facts, meaning) {
    const sentence = meaning.replace(/^\+/, "");
    super(facts.message ? `${sentence} (${facts.message})` : sentence);
    this.name = new.target.name;
    this.code = facts.code;
    this.session = facts.session;
    this.retryable = meaning !== sentence;
    if (facts.retryAfter !== void 0) this.retryAfter = facts.retryAfter;
    if (facts.error !== void 0) this.error = facts.error;
    if (facts.errorDescription !== void 0) this.errorDescription = facts.errorDescription;
    if (facts.challenge) this.challenge = { ...facts.challenge, sameUser: true };
  }
  /** What may be sent to an error reporter: no secret is in it. */
  toJSON() {
    return { ...this, message: this.message };
  }
};
var ConfigurationError = class extends OxidcError {
  static {
    name(this, "ConfigurationError");
  }
};
var EnvironmentError = class extends OxidcError {
  static {
    name(this, "EnvironmentError");
  }
};
var NetworkError = class extends OxidcError {
  static {
    name(this, "NetworkError");
  }
};
var ProviderError = class extends OxidcError {
  static {
    name(this, "ProviderError");
  }
};
var ProtocolError = class extends OxidcError {
  static {
    name(this, "ProtocolError");
  }
};
var CallbackError = class extends OxidcError {
  static {
    name(this, "CallbackError");
  }
};
var SessionError = class extends OxidcError {
  static {
    name(this, "SessionError");
  }
};
var RequestError = class extends OxidcError {
  static {
    name(this, "RequestError");
  }
};
var BridgeError = class extends OxidcError {
  static {
    name(this, "BridgeError");
  }
};
function name(of, name2) {
  Object.defineProperty(of, "name", { value: name2 });
}

// src/miniapp/errors.ts
var classes = {
  bridge: BridgeError,
  configuration: ConfigurationError,
  environment: EnvironmentError,
  network: NetworkError,
  request: RequestError,
  session: SessionError
};
function errorOf({ kind, message, retryable, ...facts }) {
  return new (classes[kind] ?? OxidcError)(facts, `${retryable ? "+" : ""}${message}`);
}
function errorFor(code, message, error) {
  const [kind, meaning] = frameMeanings[code];
  return new classes[kind]({ code, message, session: "kept", ...error && { error } }, meaning);
}

// src/miniapp/transport.ts
var LONGEST = 65536;
var LONGEST_TIMER = 2 ** 31 - 1;
var Feeder = class {
  #machine;
  #perform;
  #trapped;
  #inputs = [];
  #busy = false;
  #timer;
  constructor(machine, perform, trapped) {
    this.#machine = machine;
    this.#perform = perform;
    this.#trapped = trapped;
  }
  /** Feeds an input. */
  feed(input) {
    this.#inputs.push(input);
    if (this.#busy) return;
    this.#busy = true;
    try {
      for (let next = this.#inputs.shift(); next; next = this.#inputs.shift()) {
        const { effects, wake } = this.#machine.feed(next);
        for (const effect of effects) this.#perform(effect);
        clearTimeout(this.#timer);
        if (wake !== null) this.#timer = setTimeout(() => this.feed({ do: "timer" }), Math.min(wake, LONGEST_TIMER));
      }
    } catch (error) {
      this.stop();
      this.#trapped(error);
    } finally {
      this.#busy = false;
    }
  }
  /** Feeds an input that the machine may refuse. Must not be called by what an effect does at once. */
  ask(input) {
    for (const effect of this.#machine.feed(input).effects) this.#perform(effect);
  }
  /** Feeds nothing more. */
  stop() {
    clearTimeout(this.#timer);
    this.#inputs = [];
    this.feed = () => {
    };
  }
};
var textOf = ({ data }) => typeof data === "string" && data.length <= LONGEST ? data : "";
function join(port, connection, feed) {
  const lost = () => feed({ do: "lost", connection });
  port.onmessage = (event) => feed({ do: "port", connection, text: textOf(event) });
  port.onmessageerror = lost;
  port.addEventListener("close", lost);
  return port;
}
var Listeners = class {
  #handlers = /* @__PURE__ */ new Map();
  /** Adds a handler; gives back a function that removes it. */
  on(event, handler) {
    let handlers = this.#handlers.get(event);
    if (!handlers) this.#handlers.set(event, handlers = /* @__PURE__ */ new Set());
    handlers.add(handler);
    return () => void handlers.delete(handler);
  }
  /** Removes a handler. */
  off(event, handler) {
    this.#handlers.get(event)?.delete(handler);
  }
  /** Calls the handlers. A mistake in one is reported and disturbs nobody else. */
  emit(event, ...values) {
    for (const handler of [...this.#handlers.get(event) ?? []]) guarded(handler, ...values);
  }
};
function guarded(handler, ...values) {
  try {
    handler?.(...values);
  } catch (error) {
    queueMicrotask(() => reportError(error));
  }
}

// src/miniapp/driver.ts
var HEADERS = ["retry-after", "www-authenticate", "x-ratelimit-remaining", "ratelimit-remaining", "x-ratelimit-reset", "ratelimit-reset"];
var drivers = /* @__PURE__ */ new Set();
var connections = 0;
function heard(event) {
  const connection = connections += 1;
  const outcomes = [...drivers].map((driver) => driver.window(event, connection));
  if (outcomes.includes("drop") && !outcomes.includes("open")) for (const port of event.ports) port.close();
}
var Driver = class extends Listeners {
  #machine;
  #feeder;
  #transport;
  #calls = /* @__PURE__ */ new Map();
  #ports = /* @__PURE__ */ new Map();
  #asks = new AbortController();
  #timeout;
  #stops = [];
  #tasks = 0;
  #event;
  #outcome = "";
  #trap;
  constructor(machine, transport, timeout) {
    super();
    this.#machine = machine;
    this.#transport = transport;
    this.#timeout = timeout;
    this.#feeder = new Feeder(machine, (effect) => this.#perform(effect), (error) => this.#trapped(error));
    this.#listen(document, "visibilitychange", () => this.#feed({ do: "visible", visible: document.visibilityState === "visible" }));
    this.#listen(window, "pageshow", (event) => event.persisted && this.#feed({ do: "shown" }));
    if (drivers.size === 0) window.addEventListener("message", heard);
    drivers.add(this);
    if (transport) {
      this.#stops.push(transport.subscribe("event", (told) => this.emit("host", told?.name, told?.data)));
      this.#feed({ do: "start", transport: true });
    } else {
      this.#feed({ do: "start", framed: window.parent !== window, ancestor: location.ancestorOrigins?.[0] ?? "" });
    }
  }
  /** What is known of the rate limit. */
  get limiter() {
    return this.#machine.feed({ do: "state" }).limiter;
  }
  /** Makes a call; the answer is the machine's. */
  call(call, { signal, send } = {}) {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(errorFor("aborted"));
      if (this.#trap) return reject(this.#trap);
      const task = this.#tasks += 1;
      this.#calls.set(task, { resolve, reject, send });
      signal?.addEventListener("abort", () => this.#feed({ do: "cancel", task }), { once: true });
      this.#feed({ do: "call", task, call });
    });
  }
  /** A message of the window: whether it was taken, is to be dropped, or is nothing of ours. */
  window(event, connection) {
    this.#event = event;
    this.#outcome = "";
    const { origin, source, ports } = event;
    this.#feed({ do: "window", origin, fromParent: source === window.parent && source !== window, ports: ports.length, connection, text: textOf(event) });
    this.#event = void 0;
    return this.#outcome;
  }
  /** Ends everything. */
  async close() {
    await this.call({ do: "close" }).catch(() => {
    });
    this.#release();
  }
  #listen(target, event, handler) {
    target.addEventListener(event, handler);
    this.#stops.push(() => target.removeEventListener(event, handler));
  }
  #feed(input) {
    this.#feeder.feed(input);
  }
  #release() {
    this.#feeder.stop();
    for (const stop of this.#stops) stop();
    this.#stops = [];
    for (const port of this.#ports.values()) port.close();
    this.#ports.clear();
    this.#asks.abort();
    this.#transport?.close();
    drivers.delete(this);
    if (drivers.size === 0) window.removeEventListener("message", heard);
    this.#trap ??= errorFor("closed");
  }
  /** After a trap the instance is not to be used again. */
  #trapped(error) {
    this.#trap = errorFor("core_trapped", String(error));
    for (const call of this.#calls.values()) call.reject(this.#trap);
    this.#release();
  }
  #perform(effect) {
    const { connection, task } = effect;
    switch (effect.do) {
      case "post":
        return window.parent.postMessage(effect.text, effect.origin);
      case "open":
        this.#outcome = "open";
        return void this.#ports.set(connection, join(this.#event.ports[0], connection, (input) => this.#feed(input)));
      case "drop":
        return void (this.#outcome ||= "drop");
      case "say":
        return this.#ports.get(connection)?.postMessage(effect.text);
      case "shut":
        this.#ports.get(connection)?.close();
        return void this.#ports.delete(connection);
      case "ask":
        return void this.#ask(effect);
      case "send":
        return void this.#send(task, effect.authorization);
      case "publish":
        return this.#publish(effect);
      case "finish": {
        const call = this.#calls.get(task);
        this.#calls.delete(task);
        return effect.error ? call?.reject(errorOf(effect.error)) : call?.resolve(effect.ok);
      }
    }
  }
  #publish({ event, name: name2, value, replaced }) {
    if (event === "host") this.emit(event, name2, value);
    else this.emit(event, value, event === "connected" ? name2 || this.#transport?.origin || "" : replaced);
  }
  async #ask({ ask, method, params }) {
    try {
      const ok = await this.#transport.request(method, params, { timeout: this.#timeout, signal: this.#asks.signal });
      this.#feed({ do: "asked", ask, ok });
    } catch (error) {
      this.#feed({ do: "asked", ask, refused: String(error?.code ?? "transient") });
    }
  }
  async #send(task, authorization) {
    try {
      const { status, headers } = await this.#calls.get(task).send(authorization);
      const read = HEADERS.map((name2) => [name2, headers.get(name2)]);
      this.#feed({ do: "sent", task, status, headers: Object.fromEntries(read) });
    } catch (error) {
      this.#feed({ do: "notSent", task });
      const aborted = error?.name === "AbortError";
      this.#calls.get(task)?.reject(aborted ? errorFor("aborted") : errorFor("network_failed", String(error)));
      this.#calls.delete(task);
    }
  }
};

// src/miniapp/encode.ts
function address(base, method, params) {
  const url = new URL(`/api/v1/module/${method.replace(/^\/+/, "")}`, base);
  url.search = bodyOf(params).toString();
  return url.href;
}
function bodyOf(data) {
  const form = new URLSearchParams();
  const add = (name2, value) => {
    if (value === void 0) return;
    if (Array.isArray(value)) for (const item of value) add(`${name2}[]`, item);
    else if (value instanceof Date) form.append(name2, value.toISOString());
    else if (typeof value === "object" && value !== null) for (const [key, inner] of Object.entries(value)) add(`${name2}[${key}]`, inner);
    else form.append(name2, String(value ?? ""));
  };
  for (const [name2, value] of Object.entries(data)) add(name2, value);
  return form;
}

// src/miniapp/frame.ts
var MiniAppFrame = class _MiniAppFrame {
  #driver;
  #context = {};
  #origin = "";
  /** @internal */
  constructor(driver) {
    this.#driver = driver;
    driver.on("context", (context) => this.#context = context);
    driver.on("connected", (context, origin) => {
      this.#context = context;
      this.#origin = origin;
    });
  }
  /** @internal */
  static async start(load, { signal, transport, ...options }) {
    if (typeof window === "undefined") throw errorFor("no_browser");
    const hosts = options.hosts ?? namedHosts();
    const machine = await load({ options: { ...options, hosts, transport: transport && true }, own: location.origin });
    const frame = new _MiniAppFrame(new Driver(machine, transport, options.timeout ?? 1e4));
    try {
      await frame.#driver.call({ do: "ready" }, { signal });
      return frame;
    } catch (error) {
      await frame.close();
      throw error;
    }
  }
  /** What the host told last. */
  get context() {
    return this.#context;
  }
  /** The origin of the host, as the handshake proved it; with another transport, what that says. */
  get origin() {
    return this.#origin;
  }
  /** What is known of the rate limit. */
  get limiter() {
    return this.#driver.limiter;
  }
  /** Listens to an event; gives back a function that stops that. */
  on(event, handler) {
    return this.#driver.on(event, handler);
  }
  /** Stops listening. */
  off(event, handler) {
    this.#driver.off(event, handler);
  }
  /**
   * A token that is good for a while: from memory if possible, else from the host, with one question for all callers.
   *
   * @throws {@link BridgeError} `host_unavailable`, `scope_not_granted`, `needs_interaction` and others, with the session kept; {@link SessionError}
   * `signed_out` when the host ended the session.
   */
  getTokens({ signal, ...options } = {}) {
    return this.#driver.call({ do: "tokens", ...options }, { signal });
  }
  /**
   * Like the browser's `fetch`, with a token added for the platform's interface and for `allowedOrigins`. When a token is refused, the host is asked
   * for another once, and the request is repeated once if its body can be sent again.
   *
   * @throws As {@link getTokens}; {@link RequestError}; and whatever `fetch` throws, as {@link NetworkError}.
   */
  fetch(input, init = {}) {
    return this.#request(input, init, false);
  }
  #request(input, init, limited) {
    return request((command, extra) => this.#driver.call({ ...command, limited }, extra), input, init);
  }
  /**
   * Reads from the platform's interface: the `response` of its answer.
   *
   * @throws As {@link fetch}; {@link BridgeError} `api_failed` for an answer that is an error.
   */
  get(method, params = {}, options = {}) {
    return this.#api(method, (base) => [address(base, method, params), {}], options);
  }
  /** Creates, changes or deletes by the platform's interface. Throws as {@link get}. */
  post(method, data = {}, options = {}) {
    return this.#api(method, (base) => [address(base, method, {}), { method: "POST", body: bodyOf(data) }], options);
  }
  /** All entries of a list, page after page. Ends with the first page that is not full. */
  async *pages(method, params = {}, options = {}) {
    const limit = params.limit ?? 50;
    for (let page = params.page ?? 1; ; page += 1) {
      const { items = [] } = await this.get(method, { ...params, limit, page }, options);
      yield* items;
      if (items.length < limit) return;
    }
  }
  async #api(method, make, { signal }) {
    const { domain, https } = this.#context;
    if (!domain) throw errorFor("api_failed", `${method}: the context names no domain`);
    const [url, init] = make(`${https === false ? "http" : "https"}://${domain}`);
    const response = await this.#request(url, signal ? { ...init, signal } : init, true);
    const body = await response.json().catch(() => void 0);
    const error = body?.error;
    if (!response.ok || body === void 0 || error !== void 0 && error !== null && error !== false) {
      throw errorFor("api_failed", `${method}: ${response.status}`, typeof error === "string" ? error : error?.message);
    }
    return body?.response ?? body;
  }
  /**
   * Has the platform do something: a name that it knows, and parameters. `timeout` is how long the answer may take, in
   * milliseconds: a person may have to decide.
   *
   * @throws {@link BridgeError} `not_supported_by_host` where the platform has no handler.
   */
  call(method, params = null, { signal, timeout } = {}) {
    return this.#driver.call({ do: "host", method, params, timeout }, { signal });
  }
  /** Ends everything that is under way and releases what is held. */
  close() {
    return this.#driver.close();
  }
};
function namedHosts() {
  const [meta, another] = document.head.querySelectorAll(':scope > meta[name="miniapp-hosts"]');
  return another ? [] : meta?.content.split(/\s+/).filter(Boolean) ?? [];
}

// src/miniapp/host/host.ts
var HostedFrame = class {
  /** The frame. */
  element;
  /** The mini-app. */
  app;
  #change;
  /** @internal */
  constructor(element, app, change) {
    this.element = element;
    this.app = app;
    this.#change = change;
  }
  /** Changes what this frame is told beside what all frames of its mini-app are told. */
  setContext(context) {
    this.#change(context);
  }
  /** Cuts the frame off. The element stays. */
  close() {
    this.#change(null);
  }
};
var MiniAppHost = class {
  #machine;
  #feeder;
  #source;
  #handlers;
  #ofApps = /* @__PURE__ */ new Map();
  #frames = /* @__PURE__ */ new Map();
  #ports = /* @__PURE__ */ new Map();
  #listeners = new Listeners();
  #stops = [];
  #numbers = 0;
  /** @internal */
  constructor(machine, { apps = [], tokens, handlers = {} }) {
    this.#machine = machine;
    this.#source = typeof tokens === "function" ? { getToken: tokens } : tokens;
    this.#handlers = handlers;
    this.#feeder = new Feeder(machine, (effect) => this.#perform(effect), (error) => this.#trapped(error));
    for (const app of apps) this.register(app);
    this.#listen(window, "message", (event) => this.#window(event));
    this.#listen(window, "pageshow", (event) => event.persisted && this.#feed({ do: "shown" }));
    const stop = this.#source.watch?.((key) => this.#feed({ do: "session", key }));
    if (stop) this.#stops.push(stop);
  }
  /** @internal */
  static hasSession({ tokens }) {
    return typeof tokens === "function" || !tokens.watch;
  }
  /** How many messages were ignored because they came from strangers or were not of this protocol. */
  get ignored() {
    return this.#machine.feed({ do: "state" }).ignored;
  }
  /**
   * Registers a mini-app, or replaces it.
   *
   * @throws {@link BridgeError} `app_invalid`, `hosts_invalid` for the origin, `same_origin`, `message_too_large` for the context.
   */
  register({ audiences = {}, handlers = {}, dangerouslyHandRefreshToken: handRefreshToken = false, ...app }) {
    const grants = Object.entries(audiences).map(([audience, scopes]) => ({ audience, scopes }));
    const methods = Object.keys({ ...this.#handlers, ...handlers });
    this.#feeder.ask({ do: "register", app: { ...app, audiences: grants, methods, handRefreshToken } });
    this.#ofApps.set(app.id, handlers);
  }
  /**
   * Says that a frame of this page shows a mini-app. The address of the frame is the platform's affair; it must be of the mini-app's origin, and a sandboxed frame needs
   * `allow-scripts allow-same-origin`.
   *
   * @param context What belongs to this frame, over what belongs to the mini-app.
   * @throws {@link BridgeError} `app_invalid` if there is no such mini-app, `message_too_large`.
   */
  add(element, app, context = {}) {
    const number = this.#numbers += 1;
    this.#feeder.ask({ do: "add", frame: number, app, context });
    const load = () => this.#feed({ do: "loaded", frame: number });
    const frame = new HostedFrame(element, app, (changed) => {
      if (changed) return this.#feeder.ask({ do: "context", frame: number, context: changed });
      element.removeEventListener("load", load);
      this.#feed({ do: "remove", frame: number });
      this.#frames.delete(number);
    });
    this.#frames.set(number, frame);
    element.addEventListener("load", load);
    if (!element.contentDocument) load();
    return frame;
  }
  /** Somebody is signed in: a key that is another one for every sign-in. A new key ends the session of all frames and begins another. */
  signedIn(key) {
    this.#feed({ do: "session", key });
  }
  /** Nobody is signed in: the session of all frames is over. */
  signedOut() {
    this.#feed({ do: "session", key: null });
  }
  /** Tells something to one frame or to all. */
  tell(name2, data = null, to) {
    const frame = [...this.#frames].find(([, frame2]) => frame2 === to)?.[0];
    if (!to || frame) this.#feed({ do: "tell", name: name2, data, frame });
  }
  /** Listens to an event; gives back a function that stops that. */
  on(event, handler) {
    return this.#listeners.on(event, handler);
  }
  /** Cuts all frames off and releases what is held. The frames keep their sessions, and find the host silent. */
  close() {
    this.#feed({ do: "close" });
    for (const frame of [...this.#frames.values()]) frame.close();
    this.#release();
  }
  #release() {
    this.#feeder.stop();
    for (const stop of this.#stops) stop();
    this.#stops = [];
    for (const port of this.#ports.values()) port.close();
    this.#ports.clear();
  }
  #trapped(error) {
    this.#release();
    queueMicrotask(() => reportError(errorFor("core_trapped", String(error))));
  }
  #listen(target, event, handler) {
    target.addEventListener(event, handler);
    this.#stops.push(() => target.removeEventListener(event, handler));
  }
  #feed(input) {
    this.#feeder.feed(input);
  }
  /** The machine compares the origin with that of the frame's mini-app. */
  #window(event) {
    const frame = [...this.#frames].find(([, { element }]) => event.source !== null && element.contentWindow === event.source)?.[0];
    const text = textOf(event);
    if (text) this.#feed({ do: "window", frame, origin: event.origin, text });
  }
  #perform(effect) {
    const { connection, origin, text } = effect;
    const to = this.#frames.get(effect.frame);
    switch (effect.do) {
      case "offer": {
        const { port1, port2 } = new MessageChannel();
        this.#ports.set(connection, join(port1, connection, (input) => this.#feed(input)));
        return to?.element.contentWindow?.postMessage(text, origin, [port2]);
      }
      case "post":
        return to?.element.contentWindow?.postMessage(text, origin);
      case "say":
        return this.#ports.get(connection)?.postMessage(text);
      case "shut": {
        this.#ports.get(connection)?.close();
        return void this.#ports.delete(connection);
      }
      case "token": {
        const { app, audience, scope, force } = effect;
        return void this.#work(effect.job, () => this.#source.getToken({ app, audience, scopes: scope.split(" ").filter(Boolean), force }));
      }
      case "call": {
        const { app, method, params } = effect;
        const handler = this.#ofApps.get(app)?.[method] ?? this.#handlers[method];
        return void this.#work(effect.job, async () => handler(params, { app, frame: to }));
      }
      case "publish":
        return this.#listeners.emit(effect.event, effect.app, to, effect.detail);
    }
  }
  async #work(job, work) {
    try {
      this.#feed({ do: "done", job, ok: await work() ?? null });
    } catch (error) {
      const { code, session, retryAfter } = error ?? {};
      this.#feed({ do: "done", job, error: { code: String(code ?? ""), session, retryAfter } });
    }
  }
};

// src/miniapp/machine.ts
var Machine = class {
  #feed;
  /** @internal */
  constructor(feed) {
    this.#feed = feed;
  }
  /** Feeds an input with the time and some chance; the answer. */
  feed(input) {
    const random = crypto.getRandomValues(new Uint32Array(4));
    const result = JSON.parse(this.#feed(JSON.stringify(input), Date.now(), performance.now(), random));
    if (result?.error) throw errorOf(result.error);
    return result;
  }
};

// src/miniapp/face.ts
var linked = (feed) => async (first) => {
  const machine = new Machine(feed);
  machine.feed(first);
  return machine;
};
async function createFrame(options, feed, signal) {
  const frame = await MiniAppFrame.start(linked(feed), { ...JSON.parse(options), signal });
  signal.addEventListener("abort", () => frame.close());
  return frame;
}
async function createHost(feed, tokens, handlers) {
  return new MiniAppHost(await linked(feed)({ session: false, own: location.origin }), { tokens, handlers });
}
export {
  createFrame,
  createHost
};
