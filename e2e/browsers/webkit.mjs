// WebKitGTK, by selenium-webdriver against WebKitWebDriver, on a screen that nobody sees.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { Builder, By, Capabilities } from 'selenium-webdriver';
import { Page } from './page.mjs';
import { sleepUntil } from './sleep.mjs';
import { until } from './wait.mjs';

const architecture = { x64: 'x86_64', arm64: 'aarch64' }[process.arch] ?? process.arch;
const miniBrowser = `/usr/lib/${architecture}-linux-gnu/webkit2gtk-4.1/MiniBrowser`;

export async function openWebKit() {
  const screen = spawn('Xvfb', ['-displayfd', '3', '-screen', '0', '1280x1024x24', '-nolisten', 'tcp'], { stdio: ['ignore', 'ignore', 'ignore', 'pipe'] });
  const [display] = await once(screen.stdio[3], 'data');
  const port = await freePort();
  const service = spawn('/usr/bin/WebKitWebDriver', [`--port=${port}`], {
    stdio: 'ignore',
    // Its sandbox refuses to start for root, as which containers run.
    env: { ...process.env, DISPLAY: `:${String(display).trim()}`, WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: '1' },
  });
  const address = `http://127.0.0.1:${port}`;
  await until(async () => (await fetch(`${address}/status`)).ok, 'WebKitWebDriver');
  const capabilities = new Capabilities({
    browserName: 'MiniBrowser',
    'webkitgtk:browserOptions': { binary: miniBrowser, args: ['--automation'] },
  });
  const driver = await new Builder().disableEnvironmentOverrides().usingServer(address).withCapabilities(capabilities).build();

  // One driver speaks to one window at a time, so calls for several pages stand in a queue.
  let queue = Promise.resolve();
  const next = (work) => {
    const turn = queue.then(work);
    queue = turn.catch(() => {});
    return turn;
  };
  const inWindow = (handle, work) => next(async () => {
    await driver.switchTo().window(handle);
    return work();
  });
  const first = await driver.getWindowHandle();

  const find = (selector) => driver.findElement(By.css(selector));
  const inside = (within) => ({
    raw: driver,
    url: () => within(() => driver.getCurrentUrl()),
    run: (expression) => within(() => driver.executeScript(`return (${expression})`)),
    click: (selector) => within(() => find(selector).click()),
  });
  const pageOf = (handle) => new Page({
    ...inside((work) => inWindow(handle, work)),
    goto: (url) => inWindow(handle, () => driver.get(url)),
    type: (selector, text) => inWindow(handle, () => find(selector).sendKeys(text)),
    screenshot: (path) => inWindow(handle, async () => writeFile(path, await driver.takeScreenshot(), 'base64')),
    front: () => inWindow(handle, () => {}),
    close: () => inWindow(handle, () => driver.close()),
    isOpen: () => inWindow(first, async () => (await driver.getAllWindowHandles()).includes(handle)),
    frame: async (index) => inside((work) => inWindow(handle, async () => {
      await driver.switchTo().frame(index);
      try {
        return await work();
      } finally {
        await driver.switchTo().defaultContent();
      }
    })),
  });

  return {
    engine: 'webkit',
    newPage: async () => pageOf(await inWindow(first, async () => {
      // The first window stays unused and open, since the session ends with the last window.
      await driver.switchTo().newWindow('window');
      return driver.getWindowHandle();
    })),
    async opened(action) {
      const handles = () => inWindow(first, () => driver.getAllWindowHandles());
      const before = await handles();
      await action();
      return pageOf(await until(async () => (await handles()).find((handle) => !before.includes(handle)), 'a window to open'));
    },
    clearCookies: (url) => inWindow(first, async () => {
      // This driver knows only the cookies of the address that is shown.
      await driver.get(url);
      await driver.manage().deleteAllCookies();
      await driver.get('about:blank');
    }),
    sleepUntil: (until) => sleepUntil(service.pid, until),
    async close() {
      await driver.quit();
      for (const process of [service, screen]) {
        const ended = once(process, 'exit');
        process.kill();
        await ended;
      }
    },
  };
}

async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}
