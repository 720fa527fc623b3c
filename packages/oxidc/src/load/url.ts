/**
 * The module from a file beside the script: smaller, and compiled while it arrives.
 * @module
 */
import { loader } from './shared.js';

/** Fetches the module. */
export const load = loader(() => fetch(new URL('./oxidc_bg.wasm', import.meta.url)));
