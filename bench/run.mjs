// Measures: `node run.mjs [--quick] [part...]`. Prints the results as JSON; what it does goes to the error output.

import { readFile } from 'node:fs/promises';
import { bare, clients } from './clients/index.mjs';
import { openBrowser } from './world.mjs';

const all = ['size', 'load', 'callback', 'cached', 'expiry', 'wake', 'forged', 'memory'];
const words = process.argv.slice(2);
const quick = words.includes('--quick');
const named = words.filter((word) => !word.startsWith('--'));
for (const name of named) if (!all.includes(name)) throw new Error(`there is no part \`${name}\`; there are ${all.join(', ')}`);

const settings = quick
  ? { rounds: 2, loads: 4, callbacks: 2, runs: 1, tabs: [1, 4] }
  : { rounds: 3, loads: 6, callbacks: 3, runs: 1, tabs: [1, 4, 20] };

const results = [];
const browser = await openBrowser();
try {
  for (const name of named.length ? named : all) {
    const part = await import(`./parts/${name}.mjs`);
    const started = performance.now();
    const result = await part.measure({ ...settings, browser });
    console.error(`  ${((performance.now() - started) / 1000).toFixed(1)} s: ${name}`);
    results.push({ name, title: part.title, text: part.text, plot: part.plot, ...result });
  }
  const version = async (path) => JSON.parse(await readFile(new URL(path, import.meta.url))).version;
  const { dependencies } = JSON.parse(await readFile(new URL('./package.json', import.meta.url)));
  const versions = {
    oxidc: await version('../packages/oxidc/package.json'), ...dependencies, 'oidc-provider': await version('../e2e/node_modules/oidc-provider/package.json'),
    'playwright-core': await version('../e2e/node_modules/playwright-core/package.json'), chromium: await browserVersion(), node: process.versions.node,
  };
  const notes = clients.filter(({ notes }) => notes).map(({ title, notes }) => [title, notes]);
  console.log(JSON.stringify({ settings, versions, notes, bare: bare.title, results }));
} finally {
  await browser.close();
}

/** The context is a persistent one, so the browser's name stands in its pages only. */
async function browserVersion() {
  const page = await browser.context.newPage();
  const session = await browser.context.newCDPSession(page);
  const { product } = await session.send('Browser.getVersion');
  await page.close();
  return product.split('/')[1];
}
