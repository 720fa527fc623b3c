/**
 * Loads the WebAssembly module, lazily and once.
 * @module
 */
import init, { Core } from '#core';
import type { Load } from '../client.js';
import { errorFor } from '../errors.js';

/** A loader that takes the module from somewhere. A failed attempt is repeated by the next call. */
export function loader(take: () => Promise<Response> | Response): Load {
  let loaded: Promise<typeof Core> | undefined;
  return () =>
    (loaded ??= (async () => init({ module_or_path: await take() }))().then(
      () => Core,
      (error) => {
        loaded = undefined;
        throw errorFor(/unsafe-eval|Content Security Policy|CSP/i.test(String(error)) ? 'wasm_blocked' : 'wasm_failed', String(error));
      },
    ));
}
