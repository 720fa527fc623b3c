/**
 * Asks a frame of the provider whether the person's session there changed (OpenID Connect Session Management 1.0). Loaded on demand.
 * @module
 */
import type { Effect, Failed, Outcome } from './protocol.js';

/** How often it is asked while somebody looks at the page, in milliseconds. */
const EVERY = 4000;

/** Asks until it says `changed` or `error`; `unknown` is a `changed` that comes before any `unchanged`. */
export function watch({ url, origin, message }: Extract<Effect, { do: 'watch' }>, signal: AbortSignal, failed: typeof Failed): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const frame = document.createElement('iframe');
    const listening = new AbortController();
    let unchanged = false;
    const end = (outcome: Outcome | Failed) => {
      listening.abort();
      clearInterval(timer);
      frame.remove();
      if (outcome instanceof failed) reject(outcome);
      else resolve(outcome);
    };
    signal.addEventListener('abort', () => end(new failed('aborted')), { signal: listening.signal });
    const hear = (event: MessageEvent) => {
      // Section 3.1: from exactly this frame, and from its origin only.
      if (event.source !== frame.contentWindow || event.origin !== origin) return;
      if (event.data === 'unchanged') unchanged = true;
      if (event.data === 'changed') end({ text: unchanged ? 'changed' : 'unknown' });
      if (event.data === 'error') end({ text: 'error' });
    };
    addEventListener('message', hear, { signal: listening.signal });
    const ask = () => document.visibilityState === 'visible' && frame.contentWindow?.postMessage(message, origin);
    const timer = setInterval(ask, EVERY);
    frame.addEventListener('load', ask);
    document.addEventListener('visibilitychange', ask, { signal: listening.signal });
    frame.hidden = true;
    frame.src = url;
    (document.body ?? document.documentElement).append(frame);
  });
}
