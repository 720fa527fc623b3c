/**
 * Loads a WebAssembly module, lazily and once.
 * @module
 */
import { errorFor } from '../errors.js';

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
  const octets = Uint8Array.from(atob(bytes), (character) => character.charCodeAt(0));
  const packed = new Blob([octets]).stream().pipeThrough(new DecompressionStream('deflate-raw'));
  return new Response(packed, { headers: { 'content-type': 'application/wasm' } });
}
