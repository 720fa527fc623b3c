import { bare, clients } from '../clients/index.mjs';
import { interleaved, spread } from '../statistics.mjs';
import { enter, load, signIn, startWorld } from '../world.mjs';

export const title = 'Callback page to session';
export const text = `The provider sends the person back; milliseconds from the browser's request for the callback page until the access token is in hand.
Metadata and keys are known from an earlier visit where a client keeps them. Requests are those of the callback page.`;
export const plot = { column: 'ms', unit: 'ms' };

export async function measure({ rounds, callbacks, browser }) {
  const times = new Map([bare, ...clients].map(({ name }) => [name, { 0: [], 50: [] }]));
  const requests = new Map();
  for (const delay of [0, 50]) {
    const world = await startWorld([bare, ...clients]);
    await browser.context.clearCookies();
    const page = await browser.context.newPage();
    for (const client of clients) await enter(world, page, client);
    world.delay = delay;
    for (const client of interleaved(rounds, [bare, ...clients])) {
      for (let turn = 0; turn < callbacks; turn += 1) {
        await load(world, page, client);
        let result;
        if (client === bare) {
          result = await load(world, page, client);
        } else {
          world.callback = (address) => { world.clear(); return address; };
          result = await signIn(page);
          world.callback = undefined;
        }
        if (!result.ok) throw new Error(`${client.title}: ${result.why}`);
        times.get(client.name)[delay].push(result.milliseconds);
        const seen = client === bare ? [] : world.requests.filter(({ method }) => method !== 'OPTIONS');
        requests.set(client.name, seen.map(({ path }) => (path.endsWith('openid-configuration') ? 'discovery' : path.slice(1))).join(', '));
      }
    }
    await page.close();
    await world.close();
  }
  const base = spread(times.get('bare')[0]).median;
  const rows = [bare, ...clients].map(({ name, title }) => {
    const own = times.get(name);
    return { client: title, ms: spread(own[0]), 'over the bare page': spread(own[0]).median - base, 'ms, provider 50 ms away': spread(own[50]), requests: requests.get(name) };
  });
  return { columns: ['ms', 'over the bare page', 'ms, provider 50 ms away', 'requests'], rows };
}
