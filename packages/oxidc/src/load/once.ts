/**
 * Loads a WebAssembly module, lazily and once.
 * @module
 */
import { errorFor } from '../errors.js';

/** What wasm-bindgen makes to start a module. */
type Init = (options: { module_or_path: Response | Promise<Response> }) => Promise<unknown>;

/** A loader that takes the module from somewhere. A failed attempt is repeated by the next call. */
export function once<T>(init: Init, of: () => T, take: () => Promise<Response> | Response): () => Promise<T> {
  let loaded: Promise<T> | undefined;
  return () =>
    (loaded ??= (async () => init({ module_or_path: await take() }))().then(of, (error) => {
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
