/**
 * Loads the core's WebAssembly module.
 * @module
 */
import init, { Core } from '#core';
import type { Load } from '../client.js';
import { once } from './once.js';

/** A loader that takes the module from somewhere. */
export const loader = (take: () => Promise<Response> | Response): Load =>
  once(async () => {
  await init({ module_or_path: await take() });
  return Core;
});
