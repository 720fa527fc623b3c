// Several tabs of one signed-in person whose token has expired.

import { setTimeout as pause } from 'node:timers/promises';
import { enter, load, startWorld } from './world.mjs';

/** The life of an access token, in seconds: long enough for the tabs to open while it lasts. */
const life = (tabs) => 5 + Math.ceil(tabs / 3);

/**
 * Signs in and opens so many tabs. `work` gets the world, the tabs, and a function that resolves when the token of the sign-in has
 * expired; tokens that come later live for hours, so that no client takes them for old ones.
 */
export async function withTabs(browser, client, tabs, options, work) {
  const world = await startWorld([client], options);
  await browser.context.clearCookies();
  const pages = [];
  let asked = 0;
  world.answer = (body) => {
    asked = Date.now();
    return { ...body, expires_in: life(tabs) };
  };
  try {
    pages.push(await browser.context.newPage());
    await enter(world, pages[0], client);
    while (pages.length < tabs) {
      const page = await browser.context.newPage();
      pages.push(page);
      const { ok, why } = await load(world, page, client);
      if (!ok) throw new Error(`${client.title}: tab ${pages.length} found no token: ${why}`);
    }
    const expired = async () => {
      while (Date.now() < asked + life(tabs) * 1000 + 500) await pause(100);
      world.answer = undefined;
      world.clear();
      world.delay = 80;
    };
    return await work(world, pages, expired);
  } finally {
    await Promise.all(pages.map((page) => page.close()));
    await world.close();
  }
}

/** All tabs call at the same moment. */
export async function burst(pages, calls) {
  const at = Date.now() + 300;
  const results = await Promise.all(pages.map((page) => page.evaluate(([when, many]) => window.bench.burst(when, many), [at, calls])));
  return {
    failed: results.reduce((sum, result) => sum + result.failed, 0),
    milliseconds: Math.max(...results.map((result) => result.milliseconds)),
    why: results.find(({ why }) => why)?.why ?? '',
  };
}

/** What the provider saw: refreshes, refusals, further sign-ins, and whether it took the grant away. */
export function seen({ provider }) {
  const refreshes = provider.tokenRequests.filter(({ grantType }) => grantType === 'refresh_token');
  return {
    refreshes: refreshes.length,
    refused: refreshes.filter(({ outcome }) => outcome !== 'issued').length,
    revoked: provider.tokenRequests.some(({ revoked }) => revoked),
  };
}
