/**
 * The module from within the script: works in every bundler and server without configuration.
 * @module
 */
import bytes from '#bytes';
import { decode } from '../host/crypto.js';
import { loader } from './shared.js';

/** Unpacks the module that the script carries. */
export const load = loader(() => {
  const packed = new Blob([decode(bytes)]).stream().pipeThrough(new DecompressionStream('deflate-raw'));
  return new Response(packed, { headers: { 'content-type': 'application/wasm' } });
});
