// Firefox, by puppeteer-core over WebDriver BiDi.

import puppeteer from 'puppeteer-core';
import { Page } from './page.mjs';
import { sleepUntil } from './sleep.mjs';
import { until } from './wait.mjs';

/** Starts Firefox; with `blockPopups`, as people have it, with its blocker of windows. */
export async function openFirefox({ blockPopups = false } = {}) {
  const browser = await puppeteer.launch({ browser: 'firefox', executablePath: '/usr/bin/firefox-esr', headless: true, extraPrefsFirefox: { 'dom.disable_open_during_load': blockPopups } });
  return {
    engine: 'firefox',
    newPage: async () => pageOf(await browser.newPage()),
    async opened(action) {
      const before = await browser.pages();
      await action();
      return pageOf(await until(async () => (await browser.pages()).find((raw) => !before.includes(raw)), 'a window to open'));
    },
    async clearCookies() {
      await browser.deleteCookie(...await browser.cookies());
    },
    sleepUntil: (until) => sleepUntil(browser.process().pid, until),
    close: () => browser.close(),
  };
}

function pageOf(raw) {
  const inside = (part) => ({ raw: part, url: async () => part.url(), run: (expression) => part.evaluate(expression), click: (selector) => part.click(selector) });
  return new Page({
    ...inside(raw),
    goto: (url) => raw.goto(url),
    type: (selector, text) => raw.type(selector, text),
    screenshot: (path) => raw.screenshot({ path, fullPage: true }),
    front: () => raw.bringToFront(),
    close: () => raw.close(),
    isOpen: async () => !raw.isClosed(),
    frame: async (index) => inside(raw.mainFrame().childFrames()[index]),
  });
}
