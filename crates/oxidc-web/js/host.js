var __defProp = Object.defineProperty;
var __getOwnPropNames = Object.getOwnPropertyNames;
var __esm = (fn, res, err) => function __init() {
  if (err) throw err[0];
  try {
    return fn && (res = (0, fn[__getOwnPropNames(fn)[0]])(fn = 0)), res;
  } catch (e) {
    throw err = [e], e;
  }
};
var __export = (target, all) => {
  for (var name3 in all)
    __defProp(target, name3, { get: all[name3], enumerable: true });
};

// src/host/watch.ts
var watch_exports = {};
__export(watch_exports, {
  watch: () => watch
});
function watch({ url, origin, message }, signal, failed) {
  return new Promise((resolve, reject) => {
    const frame = document.createElement("iframe");
    const listening = new AbortController();
    let unchanged = false;
    const end = (outcome) => {
      listening.abort();
      clearInterval(timer);
      frame.remove();
      if (outcome instanceof failed) reject(outcome);
      else resolve(outcome);
    };
    signal.addEventListener("abort", () => end(new failed("aborted")), { signal: listening.signal });
    const hear = (event) => {
      if (event.source !== frame.contentWindow || event.origin !== origin) return;
      if (event.data === "unchanged") unchanged = true;
      if (event.data === "changed") end({ text: unchanged ? "changed" : "unknown" });
      if (event.data === "error") end({ text: "error" });
    };
    addEventListener("message", hear, { signal: listening.signal });
    const ask = () => document.visibilityState === "visible" && frame.contentWindow?.postMessage(message, origin);
    const timer = setInterval(ask, EVERY);
    frame.addEventListener("load", ask);
    document.addEventListener("visibilitychange", ask, { signal: listening.signal });
    frame.hidden = true;
    frame.src = url;
    (document.body ?? document.documentElement).append(frame);
  });
}
var EVERY;
var init_watch = __esm({
  "src/host/watch.ts"() {
    "use strict";
    EVERY = 4e3;
  }
});

// src/host/keys.ts
var keys_exports = {};
__export(keys_exports, {
  perform: () => perform
});
async function perform(effect, own2, given, signal) {
  tools = given;
  switch (effect.do) {
    case "watch":
      return (await Promise.resolve().then(() => (init_watch(), watch_exports))).watch(effect, signal, tools.Failed);
    case "key":
      return { record: await publicKey(effect.name, effect.make) };
    case "sign":
      return { bytes: await sign(effect, typeof own2 === "object" && effect.key === "requestObject" ? own2.key : void 0) };
    case "forgetKey":
      known.delete(effect.name);
      await transact((store) => store.delete(effect.name));
      return {};
    case "requestObject":
      if (typeof own2 !== "function") throw new tools.Failed("unsupported", "requestObject");
      return { record: await own2(effect.claims) };
    default:
      throw new tools.Failed("unsupported", effect.do);
  }
}
async function publicKey(name3, make) {
  let pair = await find(name3);
  if (!pair && make) {
    pair = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, false, ["sign", "verify"]);
    await keep2(name3, pair);
  }
  if (!pair) return null;
  const { kty, crv, x, y } = await crypto.subtle.exportKey("jwk", pair.publicKey);
  return JSON.stringify({ kty, crv, x, y });
}
async function sign({ key: name3, algorithm, data }, own2) {
  const key = own2 ?? (await find(name3))?.privateKey;
  if (!key) throw new tools.Failed("unsupported", "the key is gone");
  const bits = algorithm.slice(2);
  const parameters = algorithm === "EdDSA" ? "Ed25519" : { name: key.algorithm.name, hash: `SHA-${bits}`, saltLength: +bits / 8 };
  return tools.encode(new Uint8Array(await crypto.subtle.sign(parameters, key, tools.decode(data))));
}
async function find(name3) {
  const found = known.get(name3) ?? (await transact((store) => store.get(name3)))?.pair;
  if (!(found?.privateKey instanceof CryptoKey)) return void 0;
  if (!known.has(name3)) await keep2(name3, found);
  return found;
}
async function keep2(name3, pair) {
  const kept = { pair, used: Date.now() };
  await transact((store) => store.put(kept, name3));
  known.set(name3, pair);
  const names = await transact((store) => store.getAllKeys());
  if (names.length <= MOST) return;
  const all = await transact((store) => store.getAll());
  const oldest = names.map((name4, at) => ({ name: name4, used: all[at]?.used ?? 0 })).sort((a, b) => a.used - b.used);
  for (const { name: name4 } of oldest.slice(0, names.length - MOST)) await transact((store) => store.delete(name4));
}
async function transact(work) {
  const database = await open();
  try {
    return await new Promise((resolve, reject) => {
      const transaction = database.transaction(STORE2, "readwrite");
      const request2 = work(transaction.objectStore(STORE2));
      transaction.oncomplete = () => resolve(request2.result);
      transaction.onabort = transaction.onerror = () => reject(refused2(transaction.error));
    });
  } finally {
    database.close();
  }
}
function open() {
  return new Promise((resolve, reject) => {
    try {
      const request2 = indexedDB.open(NAME2, 1);
      request2.onupgradeneeded = () => request2.result.createObjectStore(STORE2);
      request2.onsuccess = () => resolve(request2.result);
      request2.onerror = () => reject(refused2(request2.error));
    } catch (error) {
      reject(refused2(error));
    }
  });
}
function refused2(error) {
  return new tools.Failed("denied", error?.name ?? "unknown");
}
var NAME2, STORE2, MOST, known, tools;
var init_keys = __esm({
  "src/host/keys.ts"() {
    "use strict";
    NAME2 = "oxidc-keys";
    STORE2 = "keys";
    MOST = 100;
    known = /* @__PURE__ */ new Map();
  }
});

// src/host/protocol.ts
function bare(given) {
  return Object.assign(/* @__PURE__ */ Object.create(null), given);
}
var Failed = class {
  constructor(failed, detail = "") {
    this.failed = failed;
    this.detail = detail;
  }
  failed;
  detail;
};

// src/host/database.ts
var NAME = "oxidc";
var STORE = "records";
var PATIENCE = 2e3;
var Database = class {
  /** Whether it could be opened once. */
  opened = false;
  #database;
  /** Opens it, so that the first use need not wait for that. */
  open() {
    (this.#database ??= this.#open()).catch(() => {
    });
  }
  load(key) {
    return this.#transact("readonly", (store, done) => {
      const read2 = store.get(key);
      read2.onsuccess = () => done(text(read2.result));
    });
  }
  swap(key, expected, value, written) {
    return this.#transact("readwrite", (store, done) => {
      const read2 = store.get(key);
      read2.onsuccess = () => {
        const record = text(read2.result);
        if (record !== expected) return done({ record });
        if (value === null) store.delete(key);
        else store.put(value, key);
        written?.();
        done({ swapped: true });
      };
    });
  }
  close() {
    void this.#database?.then(
      (database) => database.close(),
      () => {
      }
    );
    this.#database = void 0;
  }
  async #transact(mode, work) {
    for (let again = true; ; again = false) {
      const database = await (this.#database ??= this.#open());
      try {
        return await new Promise((resolve, reject) => {
          const transaction = database.transaction(STORE, mode);
          let result;
          transaction.oncomplete = () => resolve(result);
          transaction.onabort = transaction.onerror = () => reject(refused(transaction.error));
          work(transaction.objectStore(STORE), (value) => result = value);
        });
      } catch (error) {
        this.#database = void 0;
        if (error instanceof Failed || !again) throw refused(error);
      }
    }
  }
  #open() {
    return new Promise((resolve, reject) => {
      const give = (error) => {
        this.#database = void 0;
        reject(refused(error));
      };
      const timer = setTimeout(give, PATIENCE, { name: "TimeoutError" });
      try {
        const request2 = indexedDB.open(NAME, 1);
        request2.onupgradeneeded = () => request2.result.createObjectStore(STORE);
        request2.onerror = () => {
          clearTimeout(timer);
          give(request2.error);
        };
        request2.onsuccess = () => {
          clearTimeout(timer);
          const database = request2.result;
          database.onversionchange = () => database.close();
          database.onclose = () => this.#database = void 0;
          this.opened = true;
          resolve(database);
        };
      } catch (error) {
        clearTimeout(timer);
        give(error);
      }
    });
  }
};
function text(value) {
  return typeof value === "string" ? value : null;
}
function refused(error) {
  if (error instanceof Failed) return error;
  const name3 = error?.name ?? "unknown";
  return new Failed(/quota/i.test(name3) ? "quota" : "denied", name3);
}

// src/host/storage.ts
var LocalStorage = class {
  /** @inheritDoc */
  getItem(key) {
    return localStorage.getItem(key);
  }
  /** @inheritDoc */
  setItem(key, value) {
    localStorage.setItem(key, value);
  }
  /** @inheritDoc */
  removeItem(key) {
    localStorage.removeItem(key);
  }
};
var SessionStorage = class {
  /** @inheritDoc */
  getItem(key) {
    return sessionStorage.getItem(key);
  }
  /** @inheritDoc */
  setItem(key, value) {
    sessionStorage.setItem(key, value);
  }
  /** @inheritDoc */
  removeItem(key) {
    sessionStorage.removeItem(key);
  }
};
var MemoryStorage = class {
  #items = /* @__PURE__ */ new Map();
  /** @inheritDoc */
  getItem(key) {
    return this.#items.get(key) ?? null;
  }
  /** @inheritDoc */
  setItem(key, value) {
    this.#items.set(key, value);
  }
  /** @inheritDoc */
  removeItem(key) {
    this.#items.delete(key);
  }
};
var Items = class {
  constructor(storage) {
    this.storage = storage;
  }
  storage;
  async load(key) {
    try {
      return await this.storage.getItem(key) ?? null;
    } catch (error) {
      throw denied(error);
    }
  }
  async swap(key, expected, value) {
    const record = await this.load(key);
    if (record !== expected) return { record };
    await this.write(key, value);
    return { swapped: true };
  }
  async write(key, value) {
    try {
      await (value === null ? this.storage.removeItem(key) : this.storage.setItem(key, value));
    } catch (error) {
      throw denied(error);
    }
  }
};
var Fallback = class {
  #database = new Database();
  #items;
  /** Whether other tabs see the same records. Known after the first use. */
  get shared() {
    return !this.#items;
  }
  load(key) {
    return this.#with((records) => records.load(key));
  }
  swap(...change) {
    return this.#with((records) => records.swap(...change));
  }
  open() {
    this.#database.open();
  }
  close() {
    this.#database.close();
  }
  async #with(work) {
    if (this.#items) return work(this.#items);
    try {
      return await work(this.#database);
    } catch (error) {
      if (this.#database.opened) throw error;
      this.#items = new Items(new SessionStorage());
      return work(this.#items);
    }
  }
};
function denied(error) {
  const name3 = error?.name ?? "";
  return new Failed(/quota/i.test(name3) ? "quota" : "denied", name3);
}
function kind(storage) {
  if (!storage) return "indexeddb";
  if (storage instanceof LocalStorage) return "local";
  if (storage instanceof SessionStorage) return "session";
  return storage instanceof MemoryStorage ? "memory" : "custom";
}

// src/host/callback.ts
async function arrive(result, onReturn, storage) {
  const { returnTo, appState } = bare(result);
  if (!returnTo) return result;
  if (onReturn) await onReturn({ url: returnTo, appState });
  else if (returnTo !== location.href) {
    if (storage instanceof MemoryStorage) history.replaceState(history.state, "", returnTo);
    else location.replace(returnTo);
  }
  return result;
}

// src/host/crypto.ts
function subtle() {
  const subtle2 = globalThis.crypto?.subtle;
  if (!subtle2) throw new Failed("unsupported", "crypto.subtle is missing");
  return subtle2;
}
function encode(bytes) {
  let binary = "";
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary).replace(/\+/g, "-").replace(/\//g, "_").replace(/=/g, "");
}
function decode(text2) {
  const binary = atob(text2.replace(/-/g, "+").replace(/_/g, "/"));
  const octets = new Uint8Array(binary.length);
  for (let at = 0; at < binary.length; at += 1) octets[at] = binary.charCodeAt(at);
  return octets;
}
function random(octets) {
  if (!globalThis.crypto?.getRandomValues) throw new Failed("unsupported", "crypto.getRandomValues is missing");
  return { bytes: encode(crypto.getRandomValues(new Uint8Array(octets))) };
}
async function digest(bits, data) {
  return { bytes: encode(new Uint8Array(await subtle().digest(`SHA-${bits}`, decode(data)))) };
}
async function verify({ algorithm, key, data, signature }) {
  const bits = algorithm.slice(2);
  const name3 = { R: "RSASSA-PKCS1-v1_5", P: "RSA-PSS", E: "ECDSA" }[algorithm[0]];
  const parameters = algorithm === "EdDSA" ? { name: "Ed25519" } : { name: name3, hash: `SHA-${bits}`, namedCurve: `P-${bits === "512" ? 521 : bits}`, saltLength: +bits / 8 };
  const crypto2 = subtle();
  let imported;
  try {
    imported = await crypto2.importKey("jwk", key, parameters, false, ["verify"]);
  } catch (error) {
    throw new Failed("unsupported", String(error));
  }
  return { flag: await crypto2.verify(parameters, imported, decode(signature), decode(data)) };
}

// src/host/early.ts
var Early = class {
  constructor(records) {
    this.records = records;
  }
  records;
  #read = /* @__PURE__ */ new Set();
  /** Called when the first read was not what stands there. */
  changed;
  async load(key) {
    const early = this.#read.has(key) ? null : copyOf(key);
    this.#read.add(key);
    const read2 = this.records.load(key).then((record) => {
      keep(key, record);
      return record;
    });
    if (early === null) return read2;
    read2.then((record) => record !== early && setTimeout(() => this.changed?.()), () => {
    });
    return early;
  }
  async swap(key, expected, value) {
    try {
      const result = await this.records.swap(key, expected, value, () => {
        keep(key, value);
        mark(key, value);
      });
      if ("record" in result) keep(key, result.record);
      return result;
    } catch (error) {
      mark(key, null);
      throw error;
    }
  }
  open() {
    this.records.open?.();
  }
  close() {
    this.records.close?.();
  }
};
var name = (key) => `copy:${key}`;
function copyOf(key) {
  return attempt(() => {
    const text2 = sessionStorage.getItem(name(key));
    return text2 !== null && localStorage.getItem(name(key)) === sum(text2) ? text2 : null;
  });
}
function keep(key, text2) {
  put(() => sessionStorage, key, text2);
}
function mark(key, text2) {
  put(() => localStorage, key, text2 === null ? null : sum(text2));
}
function put(place, key, text2) {
  attempt(() => {
    place().removeItem(name(key));
    if (text2 !== null) place().setItem(name(key), text2);
  });
}
function sum(text2) {
  let sum2 = 0;
  for (let at = 0; at < text2.length; at += 1) sum2 = Math.imul(sum2, 31) + text2.charCodeAt(at) | 0;
  return String(sum2);
}
function attempt(work) {
  try {
    return work();
  } catch {
    return null;
  }
}

// src/host/coherent.ts
var PATIENCE2 = 250;
var Coherent = class extends Items {
  constructor(storage, marks) {
    super(storage);
    this.marks = marks;
  }
  marks;
  async load(key) {
    return (await this.#settled(key)).text;
  }
  async swap(key, expected, value) {
    const { text: text2, mark: mark2 } = await this.#settled(key);
    if (text2 !== expected) return { record: text2 };
    const won = await this.marks.swap(name2(key), mark2, await hash(value));
    if (Object.hasOwn(won, "record") && this.marks.shared) return { record: await this.load(key) };
    await this.write(key, value);
    return { swapped: true };
  }
  /** The text that stands here, once it is the one that the mark names. */
  async #settled(key) {
    for (const end = Date.now() + PATIENCE2; ; await new Promise((resolve) => setTimeout(resolve, 4))) {
      const mark2 = await this.marks.load(name2(key));
      const text2 = await super.load(key);
      if (mark2 === null || !this.marks.shared || Date.now() > end || mark2 === await hash(text2)) return { text: text2, mark: mark2 };
    }
  }
};
function places(storage, options) {
  const database = new Fallback();
  const device = new Early(database);
  if (!storage) return { session: device, device };
  const items = () => storage instanceof LocalStorage ? new Coherent(storage, database) : new Items(storage);
  return { session: storage.recordsFor?.(options) ?? items(), device };
}
var name2 = (key) => `mark:${key}`;
async function hash(text2) {
  if (text2 === null) return "";
  const { bytes } = await digest(256, encode(new TextEncoder().encode(text2)));
  return bytes;
}

// src/host/http.ts
var READ = ["content-type", "retry-after", "date", "www-authenticate", "dpop-nonce"];
function describe(response, body) {
  const headers = {};
  for (const name3 of READ) {
    const value = response.headers.get(name3);
    if (value !== null) headers[name3] = value;
  }
  return { status: response.status, headers, body };
}
function failure(error, url = "") {
  return new Failed(globalThis.navigator?.onLine === false ? "offline" : "network", `${error} ${url.split("?")[0]}`.trim());
}
async function http(fetch, effect, signal) {
  const abort = new AbortController();
  const stop = () => abort.abort();
  signal.addEventListener("abort", stop);
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    stop();
  }, effect.timeout);
  try {
    const response = await fetch(effect.url, bare({
      method: effect.method,
      headers: effect.headers,
      body: effect.body,
      signal: abort.signal,
      redirect: "manual",
      credentials: "omit",
      cache: "no-store",
      referrerPolicy: "no-referrer"
    }));
    if (response.type === "opaqueredirect" || response.status >= 300 && response.status < 400) throw new Failed("redirected");
    return describe(response, await read(response, effect.limit));
  } catch (error) {
    throw error instanceof Failed ? error : late ? new Failed("timeout") : signal.aborted ? new Failed("aborted") : failure(error, effect.url);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", stop);
  }
}
async function read(response, limit) {
  const reader = response.body?.getReader();
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  let text2 = "";
  let size = 0;
  for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) {
    size += part.value.length;
    if (size > limit) {
      await reader?.cancel();
      throw new Failed("tooLarge");
    }
    text2 += decoder.decode(part.value, { stream: true });
  }
  return text2 + decoder.decode();
}

// src/host/locks.ts
var Locks = class {
  #held = /* @__PURE__ */ new Map();
  /** Takes a lock; it is held until {@link release}. */
  take(id, name3, wait, signal) {
    const locks = globalThis.navigator?.locks;
    if (!locks) throw new Failed("unsupported");
    const abort = new AbortController();
    const stop = () => abort.abort();
    signal.addEventListener("abort", stop);
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      stop();
    }, wait);
    return new Promise((resolve, reject) => {
      const granted = () => new Promise((release) => {
        this.#held.set(id, release);
        resolve({});
      });
      const refused3 = (error) => reject(new Failed(late ? "timeout" : signal.aborted ? "aborted" : "unsupported", String(error)));
      locks.request(name3, { signal: abort.signal }, granted).catch(refused3);
    }).finally(() => {
      clearTimeout(timer);
      signal.removeEventListener("abort", stop);
    });
  }
  /** Gives a lock back. */
  release(id) {
    this.#held.get(id)?.();
    this.#held.delete(id);
  }
  /** Gives all locks back. */
  close() {
    for (const id of this.#held.keys()) this.release(id);
  }
};

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

// src/host/surroundings.ts
var Surroundings = class {
  #abort = new AbortController();
  #channel;
  /**
   * @param name Shared by the tabs that have one session.
   * @param notice Told what happened.
   */
  constructor(name3, notice) {
    if (typeof document === "undefined") return;
    const { signal } = this.#abort;
    addEventListener("online", () => notice("online"), { signal });
    addEventListener("pageshow", (event) => event.persisted && notice("shown"), { signal });
    addEventListener("storage", (event) => (event.key === null || event.key === name3) && notice("stored"), { signal });
    const visibility = () => notice(document.visibilityState === "hidden" ? "hidden" : "visible");
    document.addEventListener("visibilitychange", visibility, { signal });
    if (document.visibilityState === "hidden") visibility();
    try {
      this.#channel = new BroadcastChannel(name3);
      this.#channel.onmessage = ({ data }) => notice("stored", typeof data === "string" ? data : void 0);
    } catch {
    }
  }
  /** Tells the other tabs that the stored session changed, or hands over one that could not be stored. */
  broadcast(record = null) {
    this.#channel?.postMessage(record);
  }
  /** Stops listening. */
  close() {
    this.#abort.abort();
    this.#channel?.close();
  }
};

// src/host/windows.ts
var LONGEST = 65536;
var LOOK = 100;
var GRACE = 500;
var SEEN = 3;
function channelOf(relay2) {
  try {
    return new BroadcastChannel(`oxidc:relay:${relay2}`);
  } catch {
    return void 0;
  }
}
function openPopup(options = {}) {
  const { width = 480, height = 640 } = options;
  const { left = Math.max(0, screenX + (outerWidth - width) / 2), top = Math.max(0, screenY + (outerHeight - height) / 2) } = options;
  const places2 = Object.entries({ width, height, left, top }).map(([name3, value]) => `${name3}=${Math.round(value)}`);
  try {
    const popup = window.open("about:blank", "_blank", `popup,${places2}`);
    return popup?.closed === false ? popup : null;
  } catch {
    return null;
  }
}
function visit(effect, popup, signal) {
  return new Promise((resolve, reject) => {
    if (self.origin === "null") throw new Failed("unsupported", "sandboxed");
    if (!effect.frame && !popup) throw new Failed("denied");
    if (popup?.closed) throw new Failed("aborted");
    const { url, relay: relay2, timeout } = effect;
    const channel = channelOf(relay2);
    const listening = new AbortController();
    const frame = effect.frame ? document.createElement("iframe") : void 0;
    let looking;
    const end = (outcome) => {
      listening.abort();
      clearInterval(looking);
      clearTimeout(timer);
      channel?.close();
      frame?.remove();
      popup?.close();
      if (outcome instanceof Failed) reject(outcome);
      else resolve(outcome);
    };
    const timer = setTimeout(() => end(new Failed("timeout")), timeout);
    signal.addEventListener("abort", () => end(new Failed("aborted")), { signal: listening.signal });
    const take = (text2, thank) => {
      if (typeof text2 !== "string" || text2.length > LONGEST) return;
      thank();
      end({ text: text2 });
    };
    if (channel) channel.onmessage = ({ data }) => take(data?.url, () => channel.postMessage({ received: true }));
    const fromWindow = ({ data, origin, source }) => {
      if (origin !== location.origin || !source || source !== (frame ? frame.contentWindow : popup)) return;
      if (data?.relay === relay2) take(data.url, () => source.postMessage({ relay: relay2, received: true }, origin));
    };
    addEventListener("message", fromWindow, { signal: listening.signal });
    if (frame) {
      const forbidden = ({ blockedURI, effectiveDirective }) => effectiveDirective === "frame-src" && url.startsWith(blockedURI) && end(new Failed("denied", blockedURI));
      document.addEventListener("securitypolicyviolation", forbidden, { signal: listening.signal });
      frame.hidden = true;
      frame.src = url;
      (document.body ?? document.documentElement).append(frame);
      return;
    }
    let away = 0;
    let closed = 0;
    const look = () => {
      if (!popup.closed) {
        closed = 0;
        if (away < SEEN) away = isAway(popup) ? away + 1 : 0;
      } else if (away === SEEN && document.hasFocus()) {
        closed ||= Date.now();
        if (Date.now() - closed >= GRACE) end(new Failed("aborted"));
      }
    };
    looking = setInterval(look, LOOK);
    popup.location.replace(url);
  });
}
function isAway(popup) {
  try {
    return popup.location.href === void 0;
  } catch {
    return true;
  }
}
function relay({ relay: relay2, url, wait }) {
  return new Promise((resolve, reject) => {
    const other = opener ?? (parent === self ? null : parent);
    if (wait === null && !other) throw new Failed("timeout");
    const channel = channelOf(relay2);
    const listening = new AbortController();
    const end = (failed) => {
      listening.abort();
      clearTimeout(timer);
      channel?.close();
      if (failed) return reject(failed);
      if (parent === self) close();
      setTimeout(() => resolve({}), GRACE);
    };
    const timer = setTimeout(() => end(new Failed("timeout")), wait ?? 2 * GRACE);
    if (channel) channel.onmessage = ({ data }) => data?.received === true && end();
    const thanked = ({ data, origin, source }) => origin === location.origin && source === other && data?.relay === relay2 && data.received === true && end();
    addEventListener("message", thanked, { signal: listening.signal });
    channel?.postMessage({ url });
    other?.postMessage({ relay: relay2, url }, location.origin);
  });
}
function framed() {
  const { parent: parent2 } = globalThis;
  if (!parent2 || parent2 === self) return "none";
  try {
    return parent2.location.origin === location.origin ? "own" : "foreign";
  } catch {
    return "foreign";
  }
}

// src/host/driver.ts
var LONGEST_TIMER = 2 ** 31 - 1;
var Driver = class {
  #options;
  #fetch = globalThis.fetch;
  #records;
  #locks = new Locks();
  #handlers = /* @__PURE__ */ new Map();
  /** Calls that the core has not taken yet: a trap must not leave them hanging. */
  #starting = /* @__PURE__ */ new Set();
  #calls = /* @__PURE__ */ new Map();
  #running = /* @__PURE__ */ new Map();
  /** What the core said last that a user interface can show. */
  state = "signedOut";
  #core;
  #surroundings;
  #shown;
  #callback;
  #inputs = [];
  #busy = false;
  #closed = false;
  constructor(options) {
    this.#options = options;
    this.#records = places(options.storage, options.options);
  }
  /** Runs a call of the application. */
  async run(command, extra = {}) {
    const core = await this.#load();
    if (extra.signal?.aborted) throw this.#error("aborted");
    return new Promise((resolve, reject) => {
      const call = { ...extra, resolve, reject };
      this.#starting.add(call);
      this.#feed(core, () => {
        const { task, effects } = JSON.parse(core.start(JSON.stringify(command), Date.now(), performance.now()));
        this.#starting.delete(call);
        this.#calls.set(task, call);
        extra.signal?.addEventListener("abort", () => this.#feed(core, () => this.#cancel(core, task)), { once: true });
        return effects;
      });
    });
  }
  /**
   * Runs a call in a window of its own, which opens at once, while a click still is a click. A second click on the same
   * brings the window that is there to the front; one on something else closes it.
   *
   * @param insist Whether the call cannot do without a window.
   * @param run Runs the call.
   */
  async show(command, place, insist, signal, run = (given, extra) => this.run(given, extra)) {
    if (typeof document === "undefined") throw this.#error("no_browser");
    const shown = this.#shown;
    if (shown?.command === command.do && !shown.popup.closed) {
      shown.popup.focus();
      return shown.result;
    }
    shown?.abort.abort();
    const popup = openPopup(place);
    if (!popup && insist) throw this.#error("popup_blocked");
    const abort = new AbortController();
    signal?.addEventListener("abort", () => abort.abort(), { once: true });
    if (signal?.aborted) abort.abort();
    const result = run(command, { signal: abort.signal, popup }).finally(() => {
      popup?.close();
      if (this.#shown?.result === result) this.#shown = void 0;
    });
    if (popup) this.#shown = { command: command.do, popup, abort, result };
    return result;
  }
  /** Completes a sign-in or sign-out if the page's address is its callback, once for all who ask meanwhile, and goes where it leads. */
  processCallback(onReturn) {
    const url = globalThis.location?.href;
    return this.#callback ??= this.run({ do: "processCallback", url }).then((result) => arrive(result, onReturn, this.#options.storage)).finally(() => this.#callback = void 0);
  }
  /** Sends the application's own request, with a token where the core wants one. */
  fetch(input, init = {}) {
    return request((command, extra) => this.run(command, extra), input, init);
  }
  /** Listens to an event; gives back a function that stops that. */
  on(event, handler) {
    let handlers = this.#handlers.get(event);
    if (!handlers) this.#handlers.set(event, handlers = /* @__PURE__ */ new Set());
    handlers.add(handler);
    return () => void handlers.delete(handler);
  }
  /** Ends everything that is under way and releases what is held. */
  async close() {
    if (this.#closed) return;
    const ended = this.#core ? this.run({ do: "close" }).catch(() => {
    }) : void 0;
    this.#closed = true;
    await ended;
    this.#release();
    this.#records.session.close?.();
    this.#records.device.close?.();
  }
  async #load() {
    if (this.#closed) throw this.#error("closed");
    if (typeof document === "undefined") throw this.#error("no_browser");
    if (!this.#core) {
      this.#records.device.open?.();
      const { options, storage, makeCore } = this.#options;
      const text2 = JSON.stringify({ ...options, storage: kind(storage), hooks: Object.keys(this.#options.hooks ?? {}) });
      const page = JSON.stringify({ href: location.href, origin: location.origin, frame: framed() });
      const made = Promise.resolve(makeCore(text2, page, Date.now(), performance.now()));
      this.#core = made;
      made.then(
        (core) => this.#listen(core),
        () => this.#core = void 0
      );
    }
    return this.#core;
  }
  #listen(core) {
    const { issuer, clientId, sessionKey } = this.#options.options;
    const name3 = `oxidc:session:${issuer.length}:${issuer}:${clientId}${sessionKey ? `:${sessionKey}` : ""}`;
    const notice = (what, record) => void this.run({ do: "notice", what, record }).catch(() => {
    });
    if (this.#core && core) this.#surroundings = new Surroundings(name3, notice);
    this.#records.session.changed = () => notice("stored");
  }
  /** Feeds one input after the other: all effects of one are performed before the next. */
  #feed(core, input) {
    this.#inputs.push(input);
    if (this.#busy) return;
    this.#busy = true;
    try {
      for (let next = this.#inputs.shift(); next; next = this.#inputs.shift()) {
        for (const effect of next()) this.#perform(core, effect);
      }
    } catch (error) {
      this.#trapped(error);
    } finally {
      this.#busy = false;
    }
  }
  /** After a trap the instance is not to be used again; the next call makes a new one from storage. */
  #trapped(error) {
    const calls = [...this.#calls.values(), ...this.#starting];
    this.#release();
    this.#core = void 0;
    for (const call of calls) call.reject(this.#error("core_trapped", String(error)));
  }
  #release() {
    this.#inputs = [];
    this.#starting.clear();
    this.#calls.clear();
    for (const abort of this.#running.values()) abort.abort();
    this.#running.clear();
    this.#locks.close();
    this.#surroundings?.close();
  }
  #cancel(core, task) {
    return this.#calls.has(task) ? JSON.parse(core.cancel(task, Date.now(), performance.now())) : [];
  }
  #perform(core, told) {
    const effect = bare(told);
    switch (effect.do) {
      case "finish":
        return this.#finish(effect.task, effect.ok, effect.error);
      case "publish":
        return this.#publish(effect);
      case "cancel":
        this.#running.get(effect.effect)?.abort();
        return void this.#running.delete(effect.effect);
      case "unlock":
        return this.#locks.release(effect.lock);
      case "broadcast":
        return this.#surroundings?.broadcast(effect.record);
      case "replaceAddress":
        return history.replaceState(history.state, "", effect.url);
    }
    const abort = new AbortController();
    this.#running.set(effect.id, abort);
    const answer = (outcome) => {
      if (!this.#running.delete(effect.id)) return;
      this.#feed(core, () => JSON.parse(core.resume(effect.id, JSON.stringify(outcome), Date.now(), performance.now())));
    };
    const refuse = (error) => answer(error instanceof Failed ? { ...error } : { failed: "unsupported", detail: String(error) });
    try {
      const outcome = this.#act(effect, abort.signal);
      if (outcome instanceof Promise) outcome.then(answer, refuse);
      else answer(outcome);
    } catch (error) {
      refuse(error);
    }
  }
  #act(effect, signal) {
    switch (effect.do) {
      case "http":
        return (this.#records.session.http ?? http)(this.#fetch, effect, signal);
      case "send":
        return this.#send(effect.task, effect.authorization, effect.dpop);
      case "random":
        return random(effect.octets);
      case "digest":
        return digest(effect.bits, effect.data);
      case "verify":
        return verify(effect);
      case "resolve": {
        const { href, origin } = new URL(effect.url, location.href);
        return { href, origin };
      }
      case "load":
        return this.#records[effect.area].load(effect.key).then((record) => ({ record }));
      case "swap":
        return this.#records[effect.area].swap(effect.key, effect.expected, effect.value);
      case "lock":
        return this.#locks.take(effect.id, effect.name, effect.wait, signal);
      case "wait":
        return sleep(effect.duration, signal);
      case "navigate":
        if (effect.replace) location.replace(effect.url);
        else location.assign(effect.url);
        return {};
      case "visit":
        return visit(effect, this.#calls.get(effect.task)?.popup, signal);
      case "relay":
        return relay(effect);
      case "ask":
        return this.#ask(effect.hook, effect.value);
      default:
        return Promise.resolve().then(() => (init_keys(), keys_exports)).then(({ perform: perform2 }) => perform2(effect, this.#options.requestObject, { encode, decode, Failed }, signal));
    }
  }
  /** What a function returns, or what it made of its argument. */
  async #ask(hook, value) {
    try {
      return { text: JSON.stringify(await this.#options.hooks[hook](value) ?? null) };
    } catch (error) {
      throw new Failed("denied", String(error));
    }
  }
  async #send(task, authorization, dpop) {
    const send = this.#calls.get(task)?.send;
    if (!send) throw new Failed("aborted");
    try {
      return describe(await send(authorization, dpop));
    } catch (error) {
      throw error?.name === "AbortError" ? new Failed("aborted") : failure(error);
    }
  }
  #finish(task, ok, error) {
    const call = this.#calls.get(task);
    this.#calls.delete(task);
    if (error) call?.reject(this.#options.makeError(error));
    else call?.resolve(ok);
  }
  #publish({ event, session, state, reason, token, error }) {
    const values = {
      session: [session ?? void 0, reason],
      state: [state],
      tokens: [token],
      signedOut: [reason],
      error: [error && this.#options.makeError(error)]
    };
    if (state) this.state = state;
    for (const handler of this.#handlers.get(event) ?? []) {
      try {
        handler(...values[event]);
      } catch (thrown) {
        queueMicrotask(() => reportError(thrown));
      }
    }
  }
  #error(code, message) {
    return this.#options.makeError({ code, message, session: "kept" });
  }
};
async function sleep(duration, signal) {
  for (let left = duration; left >= 0; left -= LONGEST_TIMER) {
    await new Promise((resolve) => {
      const timer = setTimeout(resolve, Math.min(left, LONGEST_TIMER));
      signal.addEventListener("abort", () => {
        clearTimeout(timer);
        resolve();
      });
    });
    if (signal.aborted) throw new Failed("aborted");
  }
  return {};
}

// src/host/worker.ts
var PATIENCE3 = 1e4;
var VERSION = 1;
var WorkerStorage = class extends MemoryStorage {
  #url;
  constructor({ url } = {}) {
    super();
    this.#url = url;
  }
  /** @internal */
  recordsFor({ issuer, clientId, provider }) {
    const { token_endpoint: token, revocation_endpoint: revocation } = provider ?? {};
    return new Remote(this.#url ?? new URL("./worker.js", location), JSON.stringify([VERSION, issuer, clientId, token, revocation]));
  }
};
var Remote = class {
  constructor(url, name3) {
    this.url = url;
    this.name = name3;
  }
  url;
  name;
  #line;
  async load(key) {
    const { record } = await this.#stored({ id: 0, do: "load", area: "session", key });
    return record;
  }
  swap(key, expected, value) {
    return this.#stored({ id: 0, do: "swap", area: "session", key, expected, value });
  }
  /** What presents a grant or a token goes to the worker. */
  http = (fetch, effect, signal) => /(^|&)(grant_type|token)=/.test(effect.body ?? "") ? this.#ask(effect, signal) : http(fetch, effect, signal);
  close() {
    this.#line?.close();
  }
  /** A worker that was stopped took its records along: another one is asked, which has none. */
  async #stored(asked) {
    for (; ; ) {
      try {
        return await this.#ask(asked);
      } catch (error) {
        const { failed, detail } = error;
        if (failed !== "lost") throw error;
        if (!this.#line?.greeted) throw new Failed("denied", detail);
      }
    }
  }
  #ask(asked, signal) {
    if (!this.#line || this.#line.lost) this.#line = new Line(this.url, this.name);
    return this.#line.ask(asked, signal);
  }
};
var Line = class {
  lost = false;
  /** Whether the worker ever said something. */
  greeted = false;
  #asked = /* @__PURE__ */ new Map();
  #closed = new AbortController();
  #port;
  #last = 0;
  #detail = "";
  constructor(url, name3) {
    const lose = (detail) => this.#lose(detail);
    const timer = setTimeout(lose, PATIENCE3, "it does not answer");
    const { signal } = this.#closed;
    signal.addEventListener("abort", () => clearTimeout(timer));
    try {
      this.#port = connect(url, name3, lose, signal);
      this.#port.onmessage = ({ data }) => {
        if (data.lock) {
          this.greeted = true;
          clearTimeout(timer);
          const locks = globalThis.navigator.locks;
          locks?.request(data.lock, { signal }, () => lose("it was stopped")).catch(() => {
          });
          return;
        }
        const asked = this.#asked.get(data.id);
        this.#asked.delete(data.id);
        if (data.failed) asked?.reject(new Failed(data.failed, data.detail));
        else asked?.resolve(data.outcome);
      };
    } catch (error) {
      lose(String(error));
    }
  }
  ask(asked, signal) {
    const id = this.#last += 1;
    return new Promise((resolve, reject) => {
      if (this.lost) return reject(new Failed("lost", this.#detail));
      this.#asked.set(id, { resolve, reject });
      signal?.addEventListener("abort", () => {
        this.#port?.postMessage({ do: "cancel", id });
        if (this.#asked.delete(id)) reject(new Failed("aborted"));
      });
      this.#port.postMessage({ ...asked, id });
    });
  }
  close() {
    this.#lose("it was closed");
  }
  #lose(detail) {
    if (this.lost) return;
    this.lost = true;
    this.#detail = detail;
    this.#closed.abort();
    this.#port?.close();
    for (const { reject } of this.#asked.values()) reject(new Failed("lost", detail));
    this.#asked.clear();
  }
};
var own = /* @__PURE__ */ new Map();
function connect(url, name3, lose, signal) {
  const failed = () => lose("its script could not be loaded");
  if (typeof SharedWorker === "function") {
    const shared = new SharedWorker(trusted(url), { name: name3, extendedLifetime: true });
    shared.addEventListener("error", failed, { signal });
    return shared.port;
  }
  const key = `${url} ${name3}`;
  const worker = own.get(key) ?? new Worker(trusted(url), { name: name3 });
  own.set(key, worker);
  worker.addEventListener("error", () => (own.delete(key), failed()), { signal });
  const { port1, port2 } = new MessageChannel();
  worker.postMessage(null, [port2]);
  return port1;
}
var policy;
function trusted(url) {
  const { trustedTypes } = globalThis;
  if (!trustedTypes || trustedTypes.isScriptURL(url)) return url;
  try {
    policy ??= trustedTypes.createPolicy("oxidc", { createScriptURL: (text2) => text2 });
    return policy.createScriptURL(String(url));
  } catch {
    return String(url);
  }
}

// src/host/index.ts
function createDriver(options, storage, makeCore, functions) {
  const named = {
    local: () => new LocalStorage(),
    session: () => new SessionStorage(),
    memory: () => new MemoryStorage()
  };
  const { requestObject, ...hooks } = functions ?? {};
  const chosen = typeof storage === "string" ? named[storage]?.() : storage;
  return new Driver({ options: JSON.parse(options), storage: chosen, makeCore, makeError: (error) => error, hooks, requestObject });
}
export {
  Driver,
  LocalStorage,
  MemoryStorage,
  SessionStorage,
  WorkerStorage,
  bare,
  createDriver
};
