/**
 * Loads the WebAssembly module, lazily and once.
 * @module
 */
import type { Load } from '../client.js';
import { errorFor } from '../errors.js';
import { coreOf } from './core.js';

/** A loader that takes the modules from somewhere. A failed attempt is repeated by the next call. */
export function loader(take: (extended: boolean) => Promise<WebAssembly.Module>): Load {
  const modules: (Promise<WebAssembly.Module> | undefined)[] = [];
  return async (extended) => {
    try {
      // An instance for each core: one that trapped is never used again.
      return coreOf(new WebAssembly.Instance(await (modules[+extended] ??= take(extended))));
    } catch (error) {
      modules[+extended] = undefined;
      throw errorFor(/unsafe-eval|Content Security Policy|CSP/i.test(String(error)) ? 'wasm_blocked' : 'wasm_failed', String(error));
    }
  };
}
