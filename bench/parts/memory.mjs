import { bare, clients as all } from '../clients/index.mjs';
import { interleaved, spread } from '../statistics.mjs';
import { enter, load, startWorld } from '../world.mjs';

// A preloaded module changes nothing here.
const clients = all.filter(({ head }) => !head);

export const title = 'Memory';
export const text = `A page with a session and a token, after garbage collection: the script heap, array buffers and what else is kept beside it, and
WebAssembly memory, of which the system gives only the pages that were touched. Kilobytes.`;
export const plot = { column: 'kB', unit: 'kB' };

/** Remembers the memory of every module that the page starts. */
function watchModules() {
  window.modules = [];
  for (const name of ['instantiate', 'instantiateStreaming']) {
    const plain = WebAssembly[name];
    WebAssembly[name] = async (...words) => {
      const made = await plain.apply(WebAssembly, words);
      window.modules.push((made.instance ?? made).exports.memory);
      return made;
    };
  }
}

export async function measure({ rounds, browser }) {
  const measured = [bare, ...clients];
  const world = await startWorld(measured);
  await browser.context.clearCookies();
  const first = await browser.context.newPage();
  for (const client of clients) await enter(world, first, client);
  await first.close();
  const sizes = new Map(measured.map(({ name }) => [name, { heap: [], beside: [], modules: [] }]));
  for (const client of interleaved(rounds, measured)) {
    // A fresh tab: what other pages left is not counted.
    const page = await browser.context.newPage();
    await page.addInitScript(watchModules);
    await load(world, page, client);
    const session = await browser.context.newCDPSession(page);
    await session.send('HeapProfiler.collectGarbage');
    const { usedSize, backingStorageSize = 0 } = await session.send('Runtime.getHeapUsage');
    sizes.get(client.name).heap.push(usedSize / 1000);
    sizes.get(client.name).beside.push(backingStorageSize / 1000);
    const modules = await page.evaluate(() => window.modules.reduce((sum, { buffer }) => sum + buffer.byteLength, 0));
    sizes.get(client.name).modules.push(modules / 1000);
    await page.close();
  }
  await world.close();
  const rows = measured.map(({ name, title }) => {
    const { heap, beside, modules } = sizes.get(name);
    return { client: title, kB: spread(heap.map((size, at) => size + beside[at] + modules[at])), 'script heap': spread(heap).median, 'beside it': spread(beside).median, WebAssembly: spread(modules).median };
  });
  return { columns: ['kB', 'script heap', 'beside it', 'WebAssembly'], rows };
}
