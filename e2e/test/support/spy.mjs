// What a script can see that was in the page before everything else.

/**
 * Runs in the page first: `spied.texts` are all texts that went through it (answers and their parts, messages, JSON, storages, requests),
 * and `spied.memories` the memories of WebAssembly.
 */
export const spy = () => {
  const texts = [];
  const memories = [];
  const { stringify, parse } = JSON;
  const decode = TextDecoder.prototype.decode;
  const see = (value) => {
    if (typeof value === 'string') texts.push(value);
    else if (value instanceof URLSearchParams) texts.push(String(value));
    else if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) texts.push(decode.call(new TextDecoder('latin1'), value));
    else if (value && typeof value === 'object') { try { texts.push(stringify(value) ?? ''); } catch { /* no data */ } }
  };
  const seeAll = (result, args) => {
    for (const value of [...args, result]) if (value instanceof Promise) value.then(see, () => {}); else see(value);
    if (result instanceof Promise) result.then((value) => see(value?.value));
    return result;
  };
  const wrap = (of, ...names) => {
    for (const name of names) {
      const original = of[name];
      of[name] = function spied(...args) { return seeAll(original.apply(this, args), args); };
    }
  };
  const wrapGetter = (of, name) => {
    const { get, ...rest } = Object.getOwnPropertyDescriptor(of, name);
    Object.defineProperty(of, name, { ...rest, get() { const value = get.call(this); see(value); return value; } });
  };
  wrap(JSON, 'parse', 'stringify');
  wrap(TextDecoder.prototype, 'decode');
  wrap(TextEncoder.prototype, 'encode', 'encodeInto');
  wrap(Response.prototype, 'text', 'json', 'arrayBuffer', 'blob');
  wrap(Request.prototype, 'text', 'json', 'arrayBuffer', 'blob');
  wrap(ReadableStreamDefaultReader.prototype, 'read');
  wrap(MessagePort.prototype, 'postMessage');
  wrap(BroadcastChannel.prototype, 'postMessage');
  wrap(Worker.prototype, 'postMessage');
  wrap(window, 'postMessage', 'fetch', 'atob', 'btoa', 'structuredClone');
  wrap(Storage.prototype, 'getItem', 'setItem');
  wrap(IDBObjectStore.prototype, 'put', 'add');
  wrap(XMLHttpRequest.prototype, 'send');
  wrap(URLSearchParams.prototype, 'get', 'set', 'append', 'toString');
  wrap(Headers.prototype, 'get', 'set', 'append');
  wrapGetter(MessageEvent.prototype, 'data');
  wrapGetter(IDBRequest.prototype, 'result');
  wrapGetter(XMLHttpRequest.prototype, 'responseText');
  const { Instance } = WebAssembly;
  WebAssembly.Instance = function made(...args) {
    const instance = new Instance(...args);
    for (const value of Object.values(instance.exports)) if (value instanceof WebAssembly.Memory) memories.push(value);
    return instance;
  };
  window.spied = { texts, memories };
};

/** Runs in the page: where any of these texts is: `texts`, `memory`. */
export const found = (secrets) => {
  const memory = window.spied.memories.map(({ buffer }) => new TextDecoder('latin1').decode(buffer));
  const where = (places) => secrets.some((secret) => places.some((text) => text.includes(secret)));
  // What this search itself left behind does not count.
  return { texts: where(window.spied.texts.slice()), memory: where(memory) };
};
