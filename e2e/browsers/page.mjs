// What a page of any engine can do, made from a few things that each driver does in its own way.

import { until } from './wait.mjs';

/** An expression that calls a function of the test inside the page. */
const callOf = (fn, args) => `(${fn})(${args.map((arg) => JSON.stringify(arg) ?? 'undefined').join(', ')})`;

/**
 * A page. The driver gives `goto(url)`, `url()`, `run(expression)` (an expression whose promise is awaited),
 * `click(selector)`, `type(selector, text)`, `screenshot(path)`, `front()`, `close()`, `isOpen()`, `frame(index)` (the same for a frame in
 * it), and `raw`, its own object.
 */
export class Page {
  #driver;

  constructor(driver) {
    this.#driver = driver;
    this.raw = driver.raw;
  }

  goto(url) { return this.#driver.goto(url); }
  url() { return this.#driver.url(); }
  screenshot(path) { return this.#driver.screenshot(path); }
  /** Makes it the tab that is looked at. */
  front() { return this.#driver.front(); }
  close() { return this.#driver.close(); }
  isOpen() { return this.#driver.isOpen(); }
  /** Waits until the window is gone. */
  gone() { return until(async () => !(await this.isOpen()), 'the window to be gone'); }
  /** A frame in the page, which can be read and clicked in. */
  async frame(index = 0) { return new Page(await this.#driver.frame(index)); }

  /** Runs a function in the page; arguments and result travel as JSON. */
  evaluate(fn, ...args) { return this.#driver.run(callOf(fn, args)); }

  /** The text of the first element that fits. */
  text(selector) { return this.evaluate((s) => document.querySelector(s)?.textContent.trim() ?? null, selector); }

  /** Waits for a visible element (a selector), or until a function in the page answers truthily. */
  waitFor(condition, ...args) {
    if (typeof condition === 'function') return until(() => this.evaluate(condition, ...args), `${condition} in ${JSON.stringify(args)}`);
    return until(() => this.evaluate((s) => Boolean(document.querySelector(s)?.getClientRects().length), condition), `${condition} to be visible`);
  }

  /** Waits until an element's text holds another text. */
  waitForText(selector, part) {
    return until(async () => (await this.text(selector))?.includes(part), `"${part}" in ${selector}`);
  }

  /** Waits until the address fits. */
  waitForUrl(fits) { return until(async () => fits(await this.url()), `the address ${fits}`); }

  async click(selector) {
    await this.waitFor(selector);
    await this.#driver.click(selector);
  }

  async fill(selector, text) {
    await this.waitFor(selector);
    await this.evaluate((s) => { document.querySelector(s).value = ''; }, selector);
    await this.#driver.type(selector, text);
  }
}
