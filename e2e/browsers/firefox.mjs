// Firefox, by puppeteer-core over WebDriver BiDi.

import puppeteer from 'puppeteer-core';
import { Page } from './page.mjs';
import { sleepUntil } from './sleep.mjs';

export async function openFirefox() {
  const browser = await puppeteer.launch({ browser: 'firefox', executablePath: '/usr/bin/firefox-esr', headless: true });
  return {
    engine: 'firefox',
    async newPage() {
      const raw = await browser.newPage();
      return new Page({
        raw,
        goto: (url) => raw.goto(url),
        url: async () => raw.url(),
        run: (expression) => raw.evaluate(expression),
        click: (selector) => raw.click(selector),
        type: (selector, text) => raw.type(selector, text),
        screenshot: (path) => raw.screenshot({ path, fullPage: true }),
        front: () => raw.bringToFront(),
        close: () => raw.close(),
      });
    },
    sleepUntil: (until) => sleepUntil(browser.process().pid, until),
    close: () => browser.close(),
  };
}
