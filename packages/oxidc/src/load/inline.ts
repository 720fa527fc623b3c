/**
 * The module from within the script: works in every bundler and server without configuration.
 * @module
 */
import bytes from '#bytes';
import { carried } from './carried.js';
import { loader } from './shared.js';

/** Takes the module that the script carries; the extended one is in a script of its own. */
export const load = loader(async (extended) => carried(extended ? (await import('./extended.js')).default : bytes));
