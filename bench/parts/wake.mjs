import { setTimeout as pause } from 'node:timers/promises';
import { clients as all } from '../clients/index.mjs';
import { interleaved } from '../statistics.mjs';
import { burst, seen, withTabs } from '../tabs.mjs';

// A preloaded module changes nothing here.
const clients = all.filter(({ head }) => !head);

export const title = 'Waking up';
export const text = `Four tabs with automatic renewal where there is one. All processes of the browser are stopped, as on a machine that sleeps, until the token has
expired, and go on together; two seconds later each asks for a token once. Requests are refreshes at the provider since the waking: the largest number of any run.`;

const TABS = 4;

export async function measure({ runs, browser }) {
  const results = new Map(clients.map(({ name }) => [name, []]));
  for (const client of interleaved(runs, clients)) {
    results.get(client.name).push(await withTabs(browser, client, TABS, { renew: true }, async (world, pages, expired) => {
      await browser.sleepUntil(expired());
      await pause(2000);
      const { failed, why } = await burst(pages, 1);
      return { failed, why, ...seen(world) };
    }));
  }
  const rows = clients.map(({ name, title }) => {
    const own = results.get(name);
    const most = (what) => Math.max(...own.map((result) => result[what]));
    return { client: title, requests: most('refreshes'), refused: most('refused'), failures: most('failed'), revoked: `${own.filter(({ revoked }) => revoked).length} of ${own.length}` };
  });
  return { columns: ['requests', 'refused', 'failures', 'revoked'], rows };
}
