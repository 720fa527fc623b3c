/**
 * The module from within the script: works in every bundler and server without configuration.
 * @module
 */
import bytes from '#bytes';
import { unpack } from './once.js';
import { loader } from './shared.js';

/** Unpacks the module that the script carries. */
export const load = loader(() => unpack(bytes));
