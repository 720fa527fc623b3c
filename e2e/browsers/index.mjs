// Three browser engines behind one small interface; see `page.mjs` for what a page can do.

import { openChromium } from './chromium.mjs';
import { openFirefox } from './firefox.mjs';
import { openWebKit } from './webkit.mjs';

const openers = { chromium: openChromium, firefox: openFirefox, webkit: openWebKit };

/** The names of the engines. */
export const engines = Object.keys(openers);

/**
 * Starts a browser with an empty profile: `{ engine, newPage(), opened(action), clearCookies(url), sleepUntil(promise), close() }`; its
 * pages are tabs of one window, `opened` gives the window that an action opens, `clearCookies` forgets those of an address at least, and
 * `sleepUntil` stops all its processes until the promise settles.
 */
export const open = (engine, options) => openers[engine](options);

export { until } from './wait.mjs';
