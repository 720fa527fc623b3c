/**
 * Loads a WebAssembly module, lazily and once.
 * @module
 */
import { errorFor } from '../errors.js';
import { decode } from '../host/crypto.js';

/** Does something once. A failed attempt is repeated by the next call. */
export function once<T>(load: () => Promise<T>): () => Promise<T> {
  let loaded: Promise<T> | undefined;
  return () =>
    (loaded ??= load().catch((error) => {
      loaded = undefined;
      throw errorFor(/unsafe-eval|Content Security Policy|CSP/i.test(String(error)) ? 'wasm_blocked' : 'wasm_failed', String(error));
    }));
}

/** The module that a script carries, packed and as base64. */
export function unpack(bytes: string): Response {
  const { readable, writable } = new DecompressionStream('deflate-raw');
  // What fails here fails for the reader too. A Blob in between would cost another turn through the browser's process.
  const writer = writable.getWriter();
  writer.write(decode(bytes)).catch(() => {});
  writer.close().catch(() => {});
  return new Response(readable, { headers: { 'content-type': 'application/wasm' } });
}
