/**
 * Frames and hosts for a face in another language, which has the machines in its own module.
 * @module
 */
import { MiniAppFrame } from './frame.js';
import { MiniAppHost } from './host/host.js';
import type { HostHandlers, TokenSource } from './host/types.js';
import { type Feed, Machine } from './machine.js';

/** A maker of the one machine that a function feeds. */
const linked = (feed: Feed) => async (first: object) => {
  const machine = new Machine(feed);
  machine.feed(first);
  return machine;
};

/**
 * Makes a frame.
 *
 * @param options The options as a JSON text.
 * @param feed Feeds a machine; the first input makes it.
 * @param signal Gives the frame up, also when it was made and nobody took it.
 */
export async function createFrame(options: string, feed: Feed, signal: AbortSignal): Promise<MiniAppFrame> {
  const frame = await MiniAppFrame.start(linked(feed), { ...JSON.parse(options), signal });
  signal.addEventListener('abort', () => frame.close());
  return frame;
}

/**
 * Makes a host without mini-apps, in which nobody is signed in.
 *
 * @param feed Feeds a machine; the first input makes it.
 * @param tokens Where tokens come from.
 * @param handlers What the platform does for all mini-apps.
 */
export async function createHost(feed: Feed, tokens: TokenSource['getToken'], handlers: HostHandlers): Promise<MiniAppHost> {
  return new MiniAppHost(await linked(feed)({ session: false, own: location.origin }), { tokens, handlers });
}
