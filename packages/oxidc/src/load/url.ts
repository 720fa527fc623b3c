/**
 * The module from a file beside the script: smaller, and compiled while it arrives.
 * @module
 */
import { loader } from './shared.js';

/** Fetches a module. A server that names another type only costs time. */
export const load = loader(async (extended) => {
  // Bundlers find both files by these very words.
  const response = await fetch(extended ? new URL('./oxidc_extended_bg.wasm', import.meta.url) : new URL('./oxidc_bg.wasm', import.meta.url));
  if (!response.ok) throw new Error(`HTTP ${response.status}: ${response.url}`);
  const named = /^application\/wasm/i.test(response.headers.get('content-type') ?? '');
  return named ? WebAssembly.compileStreaming(response) : WebAssembly.compile(await response.arrayBuffer());
});
