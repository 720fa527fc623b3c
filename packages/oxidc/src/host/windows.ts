/**
 * Windows and hidden frames: opens them, and carries the address of their return page to the page that waits for it. Both pages
 * are of one origin, and nothing is sent to or taken from any other.
 * @module
 */
import type { PopupOptions } from '../types.js';
import { type Effect, Failed, type Outcome } from './protocol.js';

type Visit = Extract<Effect, { do: 'visit' }>;
type Relay = Extract<Effect, { do: 'relay' }>;

/** The longest address that is taken, in characters. */
const LONGEST = 65_536;
/** How often a window is looked at, and how long a closed one must stay closed, in milliseconds. */
const LOOK = 100;
const GRACE = 500;
/** A window that is being cut off looks like one at another site for a moment; one that was seen there as often as this is not cut off. */
const SEEN = 3;

/** A frame of another site may have no channels; then there is the window that opened this one. */
function channelOf(relay: string): BroadcastChannel | undefined {
  try {
    return new BroadcastChannel(`oxidc:relay:${relay}`);
  } catch {
    return undefined;
  }
}

/** Opens an empty window. Must be called in the click, before anything is awaited; null where the browser does not allow it. */
export function openPopup(options: PopupOptions = {}): Window | null {
  const { width = 480, height = 640 } = options;
  // In the middle of this window, wherever on the desktop that is.
  const { left = Math.max(0, screenX + (outerWidth - width) / 2), top = Math.max(0, screenY + (outerHeight - height) / 2) } = options;
  const places = Object.entries({ width, height, left, top }).map(([name, value]) => `${name}=${Math.round(value)}`);
  try {
    const popup = window.open('about:blank', '_blank', `popup,${places}`);
    return popup?.closed === false ? popup : null;
  } catch {
    // Firefox throws where the sandbox of a frame forbids windows.
    return null;
  }
}

/** Shows an address in a window or a hidden frame until its return page hands its own address over. */
export function visit(effect: Visit, popup: Window | null | undefined, signal: AbortSignal): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    if (self.origin === 'null') throw new Failed('unsupported', 'sandboxed');
    if (!effect.frame && !popup) throw new Failed('denied');
    if (popup?.closed) throw new Failed('aborted');
    const { url, relay, timeout } = effect;
    const channel = channelOf(relay);
    const listening = new AbortController();
    const frame = effect.frame ? document.createElement('iframe') : undefined;
    let looking: ReturnType<typeof setInterval> | undefined;
    const end = (outcome: Outcome | Failed) => {
      listening.abort();
      clearInterval(looking);
      clearTimeout(timer);
      channel?.close();
      frame?.remove();
      popup?.close();
      if (outcome instanceof Failed) reject(outcome);
      else resolve(outcome);
    };
    const timer = setTimeout(() => end(new Failed('timeout')), timeout);
    signal.addEventListener('abort', () => end(new Failed('aborted')), { signal: listening.signal });
    const take = (text: unknown, thank: () => void) => {
      if (typeof text !== 'string' || text.length > LONGEST) return;
      thank();
      end({ text });
    };

    // Whoever listens first misses nothing: the address is set last.
    if (channel) channel.onmessage = ({ data }) => take(data?.url, () => channel.postMessage({ received: true }));
    const fromWindow = ({ data, origin, source }: MessageEvent) => {
      if (origin !== location.origin || !source || source !== (frame ? frame.contentWindow : popup)) return;
      if (data?.relay === relay) take(data.url, () => (source as Window).postMessage({ relay, received: true }, origin));
    };
    addEventListener('message', fromWindow, { signal: listening.signal });

    if (frame) {
      const forbidden = ({ blockedURI, effectiveDirective }: SecurityPolicyViolationEvent) =>
        effectiveDirective === 'frame-src' && url.startsWith(blockedURI) && end(new Failed('denied', blockedURI));
      document.addEventListener('securitypolicyviolation', forbidden, { signal: listening.signal });
      frame.hidden = true;
      frame.src = url;
      (document.body ?? document.documentElement).append(frame);
      return;
    }
    // A page with a Cross-Origin-Opener-Policy makes an open window read as closed. One that was seen at another site
    // and then closed while the person is back here was closed by the person; one that was cut off on its way out may come back.
    let away = 0;
    let closed = 0;
    const look = () => {
      if (!popup!.closed) {
        closed = 0;
        if (away < SEEN) away = isAway(popup!) ? away + 1 : 0;
      } else if (away === SEEN && document.hasFocus()) {
        closed ||= Date.now();
        if (Date.now() - closed >= GRACE) end(new Failed('aborted'));
      }
    };
    looking = setInterval(look, LOOK);
    popup!.location.replace(url);
  });
}

/** Whether a window shows a page of another origin, whose address cannot be read. */
function isAway(popup: Window): boolean {
  try {
    return popup.location.href === undefined;
  } catch {
    return true;
  }
}

/** Hands this page's address over to the page that opened or holds it, or waits for it on the channel, and then goes. */
export function relay({ relay, url, wait }: Relay): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const other: Window | null = opener ?? (parent === self ? null : parent);
    if (wait === null && !other) throw new Failed('timeout');
    const channel = channelOf(relay);
    const listening = new AbortController();
    const end = (failed?: Failed) => {
      listening.abort();
      clearTimeout(timer);
      channel?.close();
      if (failed) return reject(failed);
      // Nothing of this page is needed any more; where the browser does not close it, the application goes on in it.
      if (parent === self) close();
      setTimeout(() => resolve({}), GRACE);
    };
    const timer = setTimeout(() => end(new Failed('timeout')), wait ?? 2 * GRACE);
    if (channel) channel.onmessage = ({ data }) => data?.received === true && end();
    const thanked = ({ data, origin, source }: MessageEvent) =>
      origin === location.origin && source === other && data?.relay === relay && data.received === true && end();
    addEventListener('message', thanked, { signal: listening.signal });
    channel?.postMessage({ url });
    other?.postMessage({ relay, url }, location.origin);
  });
}

/** Who holds this page in a frame. */
export function framed(): 'none' | 'own' | 'foreign' {
  const { parent } = globalThis;
  if (!parent || parent === self) return 'none';
  try {
    return parent.location.origin === location.origin ? 'own' : 'foreign';
  } catch {
    return 'foreign';
  }
}
