// Chromium, by playwright-core.

import { mkdir, mkdtemp, readlink, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { Page } from './page.mjs';
import { sleepUntil } from './sleep.mjs';

const args = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];

/**
 * Starts Chromium; with `blockStorage`, in a profile whose owner forbids all sites to keep data; with `backForwardCache`, with that cache, and with
 * `blockPopups`, with that blocker, which the driver turns off otherwise; `more` are further arguments.
 */
export async function openChromium({ blockStorage = false, backForwardCache = false, blockPopups = false, more = [] } = {}) {
  const profile = await mkdtemp(join(tmpdir(), 'oxidc-chromium-'));
  if (blockStorage) {
    await mkdir(join(profile, 'Default'));
    await writeFile(join(profile, 'Default', 'Preferences'), JSON.stringify({ profile: { default_content_setting_values: { cookies: 2 } } }));
  }
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: '/usr/bin/chromium', headless: true, args: [...args, ...more],
    ignoreDefaultArgs: [...(backForwardCache ? ['--disable-back-forward-cache'] : []), ...(blockPopups ? ['--disable-popup-blocking'] : [])],
  });
  // Playwright does not tell which process it started; Chromium itself leaves its number in the profile.
  const pid = Number((await readlink(join(profile, 'SingletonLock'))).split('-').at(-1));
  return {
    engine: 'chromium',
    /** Playwright's own context, for what only Chromium can do: offline, blocked storage, the protocol of the developer tools. */
    context,
    newPage: async () => pageOf(await context.newPage()),
    async opened(action) {
      const opening = context.waitForEvent('page');
      await action();
      return pageOf(await opening);
    },
    clearCookies: () => context.clearCookies(),
    sleepUntil: (until) => sleepUntil(pid, until),
    /** Stops the process that a page lives in, as a system does with a tab that nobody looks at; gives back how to wake it. */
    async freeze(page) {
      const process = await rendererOf(context, page);
      globalThis.process.kill(process, 'SIGSTOP');
      return () => globalThis.process.kill(process, 'SIGCONT');
    },
    /** Ends a page as a crash does: nothing of it runs any more, not even what runs when a page is left. */
    async crash(page) {
      globalThis.process.kill(await rendererOf(context, page), 'SIGKILL');
      await page.close();
    },
    async close() {
      await context.close();
      await rm(profile, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

function pageOf(raw) {
  const inside = (part) => ({ raw: part, url: async () => part.url(), run: (expression) => part.evaluate(expression), click: (selector) => part.click(selector) });
  return new Page({
    ...inside(raw),
    goto: (url) => raw.goto(url),
    type: (selector, text) => raw.fill(selector, text),
    screenshot: (path) => raw.screenshot({ path, fullPage: true }),
    front: () => raw.bringToFront(),
    close: () => raw.close(),
    isOpen: async () => !raw.isClosed(),
    frame: async (index) => inside(raw.mainFrame().childFrames()[index]),
  });
}

/** The process of a page: the one that works when the page works. */
async function rendererOf(context, page) {
  const session = await context.browser().newBrowserCDPSession();
  const times = async () => {
    const { processInfo } = await session.send('SystemInfo.getProcessInfo');
    return new Map(processInfo.filter(({ type }) => type === 'renderer').map(({ id, cpuTime }) => [id, cpuTime]));
  };
  const before = await times();
  await page.evaluate(() => { for (const end = performance.now() + 150; performance.now() < end;); });
  const worked = [...(await times())].map(([id, time]) => [id, time - (before.get(id) ?? 0)]);
  await session.detach();
  return worked.sort(([, a], [, b]) => b - a)[0][0];
}
