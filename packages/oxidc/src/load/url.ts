/**
 * The module from a file beside the script: smaller, and compiled while it arrives.
 * @module
 */
import { loader } from './shared.js';

/** Fetches a module. */
export const load = loader((extended) =>
  // Bundlers find both files by these very words.
  fetch(extended ? new URL('./oxidc_extended_bg.wasm', import.meta.url) : new URL('./oxidc_bg.wasm', import.meta.url)),
);
