// Chromium, by playwright-core.

import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { Page } from './page.mjs';

const args = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];

/**
 * Starts Chromium; with `blockStorage`, in a profile whose owner forbids all sites to keep data; with `backForwardCache`, with that cache, which the
 * driver turns off otherwise.
 */
export async function openChromium({ blockStorage = false, backForwardCache = false } = {}) {
  const profile = await mkdtemp(join(tmpdir(), 'oxidc-chromium-'));
  if (blockStorage) {
    await mkdir(join(profile, 'Default'));
    await writeFile(join(profile, 'Default', 'Preferences'), JSON.stringify({ profile: { default_content_setting_values: { cookies: 2 } } }));
  }
  const context = await chromium.launchPersistentContext(profile, { executablePath: '/usr/bin/chromium', headless: true, args, ...(backForwardCache && { ignoreDefaultArgs: ['--disable-back-forward-cache'] }) });
  return {
    engine: 'chromium',
    /** Playwright's own context, for what only Chromium can do: offline, blocked storage, the protocol of the developer tools. */
    context,
    async newPage() {
      const raw = await context.newPage();
      return new Page({
        raw,
        goto: (url) => raw.goto(url),
        url: async () => raw.url(),
        run: (expression) => raw.evaluate(expression),
        click: (selector) => raw.click(selector),
        type: (selector, text) => raw.fill(selector, text),
        screenshot: (path) => raw.screenshot({ path, fullPage: true }),
        front: () => raw.bringToFront(),
        close: () => raw.close(),
      });
    },
    async close() {
      await context.close();
      await rm(profile, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
