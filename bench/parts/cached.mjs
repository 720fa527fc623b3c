import { clients as all } from '../clients/index.mjs';
import { interleaved, spread } from '../statistics.mjs';
import { enter, load, startWorld } from '../world.mjs';

// A preloaded module changes nothing here.
const clients = all.filter(({ head }) => !head);

export const title = 'Cached tokens';
export const text = 'A token that is good for hours, asked for again and again: calls a second, each awaited before the next.';
export const plot = { column: 'calls a second', unit: 'calls/s', logarithmic: true };

export async function measure({ rounds, browser }) {
  const world = await startWorld(clients);
  await browser.context.clearCookies();
  const page = await browser.context.newPage();
  const rates = new Map(clients.map(({ name }) => [name, []]));
  for (const client of clients) await enter(world, page, client);
  for (const client of interleaved(rounds, clients)) {
    await load(world, page, client);
    await page.evaluate(() => window.bench.sequence(100));
    rates.get(client.name).push(await page.evaluate(() => window.bench.sequence(300)));
  }
  await page.close();
  await world.close();
  return { columns: ['calls a second'], rows: clients.map(({ name, title }) => ({ client: title, 'calls a second': spread(rates.get(name)) })) };
}
