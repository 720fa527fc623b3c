/**
 * The module from within the script: works in every bundler and server without configuration.
 * @module
 */
import bytes from '#bytes';
import { decode } from '../host/crypto.js';
import { loader } from './shared.js';

/** Unpacks the module that the script carries; the extended one is in a script of its own. */
export const load = loader(async (extended) => {
  const carried = extended ? (await import('./extended.js')).default : bytes;
  const { readable, writable } = new DecompressionStream('deflate-raw');
  // What fails here fails for the reader too. A Blob in between would cost another turn through the browser's process.
  const writer = writable.getWriter();
  writer.write(decode(carried)).catch(() => {});
  writer.close().catch(() => {});
  return new Response(readable, { headers: { 'content-type': 'application/wasm' } });
});
