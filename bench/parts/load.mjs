import { bare, clients } from '../clients/index.mjs';
import { interleaved, spread } from '../statistics.mjs';
import { enter, load, startWorld } from '../world.mjs';

export const title = 'Page load to token';
export const text = `A signed-in person opens the page again; milliseconds from the browser's request for the page until the access token is in hand. Scripts
come from the HTTP cache, as on every return visit. The second column holds each request to the provider for 50 ms.`;
export const plot = { column: 'ms', unit: 'ms' };

export async function measure({ rounds, loads, browser }) {
  const measured = [bare, ...clients];
  const times = new Map(measured.map(({ name }) => [name, { 0: [], 50: [] }]));
  const requests = new Map();
  for (const delay of [0, 50]) {
    const world = await startWorld(measured);
    await browser.context.clearCookies();
    const page = await browser.context.newPage();
    for (const client of clients) await enter(world, page, client);
    world.delay = delay;
    for (const client of interleaved(rounds, measured)) {
      // The first load of a turn warms up what the others left cold.
      await load(world, page, client);
      for (let turn = 0; turn < loads; turn += 1) {
        world.clear();
        const { ok, milliseconds, why } = await load(world, page, client);
        if (!ok) throw new Error(`${client.title}: ${why}`);
        times.get(client.name)[delay].push(milliseconds);
      }
      requests.set(client.name, world.requests.filter(({ method }) => method !== 'OPTIONS').length);
    }
    await page.close();
    await world.close();
  }
  const base = spread(times.get('bare')[0]).median;
  const rows = measured.map(({ name, title, storage }) => {
    const own = times.get(name);
    return { client: title, storage, ms: spread(own[0]), 'over the bare page': spread(own[0]).median - base, 'ms, provider 50 ms away': spread(own[50]), requests: requests.get(name) };
  });
  return { columns: ['storage', 'ms', 'over the bare page', 'ms, provider 50 ms away', 'requests'], rows };
}
