"use strict";
(() => {
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

  // src/host/http.ts
  var READ = ["content-type", "retry-after", "date", "www-authenticate", "dpop-nonce"];
  function describe(response, body) {
    const headers = {};
    for (const name of READ) {
      const value = response.headers.get(name);
      if (value !== null) headers[name] = value;
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
    let text = "";
    let size = 0;
    for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) {
      size += part.value.length;
      if (size > limit) {
        await reader?.cancel();
        throw new Failed("tooLarge");
      }
      text += decoder.decode(part.value, { stream: true });
    }
    return text + decoder.decode();
  }

  // src/worker/vault.ts
  var HEADERS = ["accept", "content-type", "dpop"];
  var MOST = 32;
  var REVOCABLE = 6e4;
  var SHORTEST = 16;
  var LIMIT = 256 * 1024;
  var HANDLE = /oxidc\.[0-9a-f]{8}\.[-0-9a-f]{36}/g;
  var Vault = class {
    #issuer;
    #clientId;
    #described;
    #fetch;
    /** What handles of this worker begin with. */
    #own = `oxidc.${crypto.randomUUID().slice(0, 8)}.`;
    #records = /* @__PURE__ */ new Map();
    /** The tokens by their handles, the oldest first. */
    #tokens = /* @__PURE__ */ new Map();
    /** Handles that no session names any more: they can be revoked, and nothing else. */
    #retired = /* @__PURE__ */ new Set();
    #discovered;
    constructor([, issuer, clientId, token, revocation], fetch) {
      this.#issuer = issuer;
      this.#clientId = clientId;
      this.#described = token ? { token, revocation } : void 0;
      this.#fetch = fetch;
    }
    /** Performs what a page asks; it may be any script of the origin. */
    async perform(asked, signal) {
      switch (asked.do) {
        case "load":
          return { record: this.#records.get(asked.key) ?? null };
        case "swap":
          return this.#swap(asked.key, asked.expected, asked.value);
        case "http":
          return this.#send(asked, signal);
        default:
          throw new Failed("unsupported");
      }
    }
    #swap(key, expected, value) {
      const stands = this.#records.get(key) ?? null;
      if (stands !== expected) return { record: stands };
      if (value === null) this.#records.delete(key);
      else this.#records.set(key, String(value));
      for (const [handle] of (stands ?? "").matchAll(HANDLE)) if (!this.#isNamed(handle)) this.#retire(handle);
      return { swapped: true };
    }
    /** Sends a form to one of the two endpoints, with tokens in place of handles, and gives back the answer with handles in place of tokens. */
    async #send(asked, signal) {
      const began = performance.now();
      const endpoint = await this.#endpoint(asked, signal);
      const form = new URLSearchParams(asked.body ?? "");
      if (form.getAll("client_id").join() !== this.#clientId) throw new Failed("denied", "another client");
      const place = endpoint === "token" ? "refresh_token" : "token";
      const handle = form.get(place) ?? "";
      const isHandle = handle.match(HANDLE)?.[0] === handle;
      if (isHandle) {
        const token = this.#tokens.get(handle);
        if (!handle.startsWith(this.#own)) throw new Failed("lost", "the token was in another worker");
        if (token === void 0 || endpoint === "token" && this.#retired.has(handle)) return spent(endpoint);
        form.set(place, token);
      }
      const request = bare({
        ...asked,
        method: "POST",
        headers: asked.headers.filter(([name]) => HEADERS.includes(name)),
        body: isHandle ? form.toString() : asked.body,
        // The page counts from when it asked.
        timeout: Math.max(0, asked.timeout - (performance.now() - began))
      });
      const outcome = await http(this.#fetch, request, signal);
      if (isHandle && endpoint === "revocation" && outcome["status"] === 200) this.#forget(handle);
      return this.#clean(outcome, endpoint === "token");
    }
    /** Which endpoint a request is for. What the provider publishes is read once more when it does not say so. */
    async #endpoint({ url, timeout }, signal) {
      const which = ({ token, revocation }) => url === token ? "token" : url === revocation ? "revocation" : void 0;
      const found = which(this.#described ?? this.#discovered ?? {}) ?? (this.#described ? void 0 : which(await this.#discover(timeout, signal)));
      if (!found) throw new Failed("denied", "no endpoint of the provider");
      return found;
    }
    /** OpenID Connect Discovery 1.0 section 4. The worker trusts nobody else, least of all a page, with where tokens go. */
    async #discover(timeout, signal) {
      const url = `${this.#issuer.replace(/\/$/, "")}/.well-known/openid-configuration`;
      const request = { id: 0, do: "http", method: "GET", url, headers: [], body: null, timeout, limit: LIMIT };
      const { status, body } = await http(this.#fetch, request, signal);
      const document = status === 200 ? parse(body) : void 0;
      if (document?.["issuer"] !== this.#issuer) throw new Failed("network", "the configuration document");
      return this.#discovered = { token: document["token_endpoint"], revocation: document["revocation_endpoint"] };
    }
    /** An answer without anything that only the worker may know. */
    #clean({ status, headers, body }, takes) {
      const kept = Object.entries(headers).map(([name, text2]) => [name, this.#without(text2)]);
      const text = parse(body) ? this.#rewrite(body, takes) : "";
      return { status, headers: Object.fromEntries(kept), body: text };
    }
    /** A JSON text, unchanged but for tokens: new ones are taken (of repeated members too, which the core refuses), known ones are not repeated. */
    #rewrite(text, takes) {
      let member = "";
      return text.replace(/("(?:[^"\\]|\\.)*")(\s*:)?/g, (whole, literal, colon) => {
        const value = JSON.parse(literal);
        if (colon) member = value;
        const kept = takes && !colon && member === "refresh_token" && value ? this.#keep(value) : this.#without(value);
        return kept === value ? whole : JSON.stringify(kept) + (colon ?? "");
      });
    }
    #without(text) {
      for (const [handle, token] of this.#tokens) if (token.length >= SHORTEST) text = text.replaceAll(token, handle);
      return text;
    }
    /** The handle of a token. */
    #keep(token) {
      for (const [handle2, known] of this.#tokens) if (known === token && !this.#retired.has(handle2)) return handle2;
      const handle = `${this.#own}${crypto.randomUUID()}`;
      this.#tokens.set(handle, token);
      const unnamed = [...this.#tokens.keys()].filter((known) => !this.#isNamed(known));
      for (const known of unnamed.slice(0, -MOST)) this.#forget(known);
      return handle;
    }
    #isNamed(handle) {
      return [...this.#records.values()].some((record) => record.includes(handle));
    }
    #retire(handle) {
      if (!this.#tokens.has(handle)) return;
      this.#retired.add(handle);
      setTimeout(() => this.#forget(handle), REVOCABLE);
    }
    #forget(handle) {
      this.#tokens.delete(handle);
      this.#retired.delete(handle);
    }
  };
  function spent(endpoint) {
    const headers = { "content-type": "application/json" };
    return endpoint === "token" ? { status: 400, headers, body: '{"error":"invalid_grant"}' } : { status: 200, headers, body: "" };
  }
  function parse(text) {
    try {
      const value = JSON.parse(text);
      return typeof value === "object" && value ? value : void 0;
    } catch {
      return void 0;
    }
  }

  // src/worker/index.ts
  var scope = globalThis;
  var vault = new Vault(JSON.parse(scope.name), globalThis.fetch.bind(globalThis));
  var lock = `oxidc:worker:${crypto.randomUUID()}`;
  var alive = new Promise((resolve) => {
    void globalThis.navigator.locks?.request(lock, () => {
      resolve();
      return new Promise(() => {
      });
    });
    if (!globalThis.navigator.locks) resolve();
  });
  function serve(port) {
    const running = /* @__PURE__ */ new Map();
    port.onmessage = async ({ data }) => {
      const { id } = data;
      if (data.do === "cancel") return running.get(id)?.abort();
      const abort = new AbortController();
      running.set(id, abort);
      try {
        port.postMessage({ id, outcome: await vault.perform(data, abort.signal) });
      } catch (error) {
        const { failed, detail } = error instanceof Failed ? error : new Failed("denied", "not understood");
        port.postMessage({ id, failed, detail });
      } finally {
        running.delete(id);
      }
    };
    void alive.then(() => port.postMessage({ lock }));
  }
  scope.onconnect = scope.onmessage = ({ ports }) => ports.forEach(serve);
})();
