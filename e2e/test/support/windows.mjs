// A world whose provider sends windows and frames back to a page of their own.

import { startWorld } from './world.mjs';

/** Starts a world (options as in `world.mjs`); `windows` are the options of its clients, `code(match)` counts token requests. */
export async function startWindows(options) {
  const world = await startWorld({ paths: ['/', '/return.html', '/gone.html'], ...options });
  const back = `${world.app.origin}/return.html`;
  const windows = { issuer: world.provider.issuer, clientId: 'spa', redirectUri: back, postLogoutRedirectUri: back };
  world.app.serve('/return.json', JSON.stringify({ ...windows, frontChannelLogoutUri: `${world.app.origin}/gone.html` }));
  return { ...world, windows };
}
