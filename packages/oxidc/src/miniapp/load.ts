/**
 * The machine of the frame, from within the script.
 * @module
 */
import init, { Guest } from '#guest';
import bytes from '#guest-bytes';
import { once, unpack } from '../load/once.js';

/** Unpacks the module that the script carries. */
export const load = once(init, () => Guest, () => unpack(bytes));
