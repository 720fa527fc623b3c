// The three engines offer what the client builds on, and the interface over them works.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { engines, open } from '../browsers/index.mjs';
import { startStatic } from '../servers/static.mjs';

for (const engine of engines) {
  describe(engine, () => {
    let browser;
    let site;
    before(async () => {
      site = await startStatic();
      site.serve('/index.html', '<!doctype html><title>x</title><input id="name"><button id="go">Go</button><p id="out" hidden></p><script src="/x.js"></script>');
      site.serve('/x.js', 'go.onclick = () => { out.textContent = document.querySelector("#name").value; out.hidden = false; };');
      browser = await open(engine);
    });
    after(() => Promise.all([browser?.close(), site.close()]));

    test('fills, clicks, waits and reads', async () => {
      const page = await browser.newPage();
      await page.goto(`${site.origin}/?a=1`);
      await page.fill('#name', 'alice');
      await page.click('#go');
      await page.waitFor('#out');
      assert.equal(await page.text('#out'), 'alice');
      assert.equal(await page.url(), `${site.origin}/?a=1`);
      await page.close();
    });

    test('tabs share their storage, and functions may be asynchronous', async () => {
      const [first, second] = [await browser.newPage(), await browser.newPage()];
      await first.goto(`${site.origin}/`);
      await second.goto(`${site.origin}/`);
      await first.evaluate((value) => { localStorage.setItem('shared', value); }, 'yes');
      assert.equal(await second.evaluate(async () => localStorage.getItem('shared')), 'yes');
      await first.close();
      await second.close();
    });

    test('has locks, channels, IndexedDB and cryptography', async () => {
      const page = await browser.newPage();
      await page.goto(`${site.origin}/`);
      const missing = await page.evaluate(() => Object.entries({
        locks: navigator.locks, channel: globalThis.BroadcastChannel, database: globalThis.indexedDB, cryptography: crypto.subtle, wasm: globalThis.WebAssembly,
      }).filter(([, value]) => !value).map(([name]) => name));
      assert.deepEqual(missing, []);
      await page.close();
    });
  });
}
