/**
 * The machine of the frame, from within the script.
 * @module
 */
import bytes from '#guest-bytes';
import { carried } from '../load/carried.js';
import { machines } from './module.js';

/** Makes the machines of frames. */
export const load = machines(async () => carried(bytes));
