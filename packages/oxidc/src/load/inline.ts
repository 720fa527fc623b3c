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
  const packed = new Blob([decode(carried)]).stream().pipeThrough(new DecompressionStream('deflate-raw'));
  return new Response(packed, { headers: { 'content-type': 'application/wasm' } });
});
