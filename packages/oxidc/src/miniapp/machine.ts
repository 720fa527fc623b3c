/**
 * A machine as its driver sees it, wherever it runs.
 * @module
 */
import { errorOf } from './errors.js';

/** Feeds a text with both clocks, in milliseconds, and four random numbers; the answer. */
export type Feed = (text: string, wall: number, monotonic: number, random: Uint32Array) => string;

/** A machine. */
export class Machine {
  readonly #feed: Feed;

  /** @internal */
  constructor(feed: Feed) {
    this.#feed = feed;
  }

  /** Feeds an input with the time and some chance; the answer. */
  feed(input: object): any {
    const random = crypto.getRandomValues(new Uint32Array(4));
    const result = JSON.parse(this.#feed(JSON.stringify(input), Date.now(), performance.now(), random));
    if (result?.error) throw errorOf(result.error);
    return result;
  }
}
