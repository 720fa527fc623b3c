// An honest mini-app: shows what it is told, what its token says, and what the API answers.

import { createFrame } from '/oxidc/miniapp/index.js';
import { row, show } from './table.js';

const { api, host } = await (await fetch('/config.json')).json();
const frame = await createFrame({ hosts: [host], allowedOrigins: [{ origin: new URL(api).origin, audience: api }] });
const tokens = row('tokens so far');
let count = 0;
frame.on('tokens', () => tokens(`${(count += 1)}; they live 60 seconds and are renewed in time`));
const state = row('session');
state('there');
frame.on('degraded', () => state('there; the host is silent'));
frame.on('connected', () => state('there'));
frame.on('ended', () => state('over: the host ended it, and nothing is kept here'));
await show('context', () => JSON.stringify(frame.context));
await show('its token is for', async () => {
  const { accessToken, scopes } = await frame.getTokens();
  const { aud } = JSON.parse(atob(accessToken.split('.')[1].replaceAll('-', '+').replaceAll('_', '/')));
  return `${aud} with ${scopes.join(' ')}`;
});
await show('its refresh token', async () => (await frame.getTokens()).refreshToken || 'none');
await show('the API says', async () => JSON.stringify(await (await frame.fetch(`${api}me`)).json()));
await show('a scope beyond its grant', async () => (await frame.getTokens({ scopes: 'admin' })).accessToken);
await show('a toast in the host', async () => (await frame.call('toast.show', { text: 'hello from the orders' }), 'shown'));
