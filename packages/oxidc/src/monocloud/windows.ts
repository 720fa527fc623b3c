/**
 * Popups and hidden frames: opened at once, told where to go, and waited for.
 * @module
 */
import { MonoCloudJsError } from './errors.js';
import { isPresent } from './internal.js';
import type { PostMessageResult } from './types.js';

/** What marks the messages between a window and the page that opened it. */
const MARK = 'monocloud-auth-web-js';
/** How often a popup is looked at, in milliseconds. */
const POLL = 100;

/** What kind of window this page is in. Other pages' windows may be forbidden to look at. */
export function surroundings(): 'main' | 'popup' | 'frame' {
  const probe = (look: () => boolean) => {
    try {
      return look();
    } catch {
      return false;
    }
  };
  const facts = [
    probe(() => window.top === window.self),
    probe(() => window.parent === window.self),
    probe(() => window.opener !== null && window.opener !== undefined),
  ];
  return facts.every(Boolean) ? 'popup' : facts.some(Boolean) ? 'main' : 'frame';
}

/** Hands this page's address to the page that opened its window. */
export function handOver(origin: string): void {
  const message: PostMessageResult = { source: MARK, url: window.location.href };
  (window.opener ?? window.parent).postMessage(message, origin);
}

/** A window that was opened for a flow. */
export class Ref {
  readonly #mode: 'popup' | 'silent';
  readonly #ref: Window | HTMLIFrameElement;

  constructor(mode: 'popup' | 'silent', ref: Window | HTMLIFrameElement) {
    this.#mode = mode;
    this.#ref = ref;
  }

  /** What was opened. */
  getRef(): Window | HTMLIFrameElement {
    return this.#ref;
  }
  /** Sends it to an address. */
  setUrl(url: string): void {
    if (this.#mode === 'popup') (this.#ref as Window).location.href = url;
    else (this.#ref as HTMLIFrameElement).setAttribute('src', url);
  }
  /** The window whose messages count. */
  getWindow(): Window {
    if (this.#mode === 'popup') return this.#ref as Window;
    const { contentWindow } = this.#ref as HTMLIFrameElement;
    if (!contentWindow) throw new MonoCloudJsError('Iframe contentWindow is unavailable');
    return contentWindow;
  }
  /** Whether somebody closed it. */
  get closed(): boolean {
    return this.#mode === 'popup' && (this.#ref as Window).closed;
  }
  /** Closes it. */
  close(): void {
    if (this.#mode === 'popup') {
      if (!this.closed) (this.#ref as Window).close();
    } else if ((this.#ref as HTMLIFrameElement).isConnected) {
      (this.#ref as HTMLIFrameElement).remove();
    }
  }
}

/** Opens a popup in the middle of the window; only a click allows it. Sizes in pixels. */
export function openPopup(wishedWidth: number, wishedHeight: number): Ref {
  const middle = (screen: number | undefined, outer: number, inner: number) => Math.max(0, Math.round((screen ?? 0) + (outer - inner) / 2));
  const width = Math.min(wishedWidth, window.innerWidth);
  const height = Math.min(wishedHeight, window.innerHeight);
  const left = middle(window.screenX, window.innerWidth, width);
  const top = middle(window.screenY, window.innerHeight, height);
  const popup = window.open('about:blank', 'mc.popup', `width=${width},height=${height},top=${top},left=${left}`);
  if (!popup) throw new MonoCloudJsError('Could not open popup');
  return new Ref('popup', popup);
}

/** Makes a hidden frame. */
export function openFrame(): Ref {
  if (window.crossOriginIsolated) throw new MonoCloudJsError('Cannot create iframe in a cross-origin-isolated context');
  const frame = document.createElement('iframe');
  frame.setAttribute('width', '0');
  frame.setAttribute('height', '0');
  frame.style.display = 'none';
  document.body.appendChild(frame);
  return new Ref('silent', frame);
}

/**
 * Sends a window to an address and waits until it hands over the one that it came back to. It is closed in every case.
 *
 * @param origin The application's.
 * @param timeout Seconds.
 */
export function visit(ref: Ref, url: string, origin: string, timeout: number): Promise<string> {
  return new Promise<string>((resolve, reject) => {
    const release = () => {
      window.removeEventListener('message', listener);
      clearTimeout(timer);
      clearInterval(poll);
      ref.close();
    };
    const fail = (error: unknown) => {
      release();
      reject(error);
    };
    const listener = (event: MessageEvent) => {
      const data = event.data as Partial<PostMessageResult> | null;
      if (event.origin !== origin || typeof data !== 'object' || !data || typeof data.url !== 'string' || !isPresent(data.url)) return;
      let from: Window;
      try {
        from = ref.getWindow();
      } catch (error) {
        return fail(error);
      }
      if (event.source !== from || data.source !== MARK) return;
      release();
      resolve(data.url);
    };
    const timer = setTimeout(() => fail(new MonoCloudJsError('Authentication window timed out')), timeout * 1000);
    const poll = setInterval(() => ref.closed && fail(new MonoCloudJsError('Window closed by user')), POLL);
    ref.setUrl(url);
    window.addEventListener('message', listener);
  });
}
