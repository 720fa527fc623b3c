/**
 * The machine of the frame, from within the script.
 * @module
 */
import bytes from '#guest-bytes';
import { machines, unpack } from './module.js';

/** Makes the machines of frames. */
export const load = machines(() => unpack(bytes));
