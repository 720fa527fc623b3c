import { clients as all } from '../clients/index.mjs';
import { interleaved, quantile } from '../statistics.mjs';
import { burst, seen, withTabs } from '../tabs.mjs';

// A preloaded module changes nothing here.
const clients = all.filter(({ head }) => !head);

export const title = 'An expired token';
export const text = `The token has expired, no timer has renewed it, and every tab calls for it 50 times at the same moment (with 20 tabs: 5 times). The provider rotates refresh tokens and
revokes the grant when one is used twice; it is 80 ms away. Requests are refreshes at the provider, failures are calls without a
token: the largest number of any run. Revoked: runs in which the grant was lost.`;

/** Twenty tabs would keep a client without any single flight busy for minutes. */
const calls = (tabs) => (tabs > 4 ? 5 : 50);
const columns = (tabs) => [`${tabs} ${tabs === 1 ? 'tab' : 'tabs'}: requests`, 'failures', 'revoked', 'ms'].map((name, at) => (at ? `${tabs}: ${name}` : name));

export async function measure({ runs, tabs, browser }) {
  const results = new Map();
  for (const count of tabs) {
    for (const client of interleaved(count > 4 ? 1 : runs, clients)) {
      const result = await withTabs(browser, client, count, {}, async (world, pages, expired) => {
        await expired();
        return { ...(await burst(pages, calls(count))), ...seen(world) };
      });
      const key = `${client.name} ${count}`;
      results.set(key, [...(results.get(key) ?? []), result]);
    }
  }
  const rows = clients.map(({ name, title }) => {
    const row = { client: title };
    for (const count of tabs) {
      const own = results.get(`${name} ${count}`);
      const most = (what) => Math.max(...own.map((result) => result[what]));
      const values = [most('refreshes'), most('failed'), `${own.filter(({ revoked }) => revoked).length} of ${own.length}`, quantile(own.map(({ milliseconds }) => milliseconds), 0.5)];
      columns(count).forEach((column, at) => { row[column] = values[at]; });
    }
    return row;
  });
  return { columns: tabs.flatMap(columns), rows };
}
