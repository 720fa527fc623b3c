// A hostile mini-app: registered, but granted nothing. Shows what it tries and what comes of it.

import { createFrame } from '/oxidc/miniapp/index.js';
import { row, show } from './table.js';

const { api, host, orders } = await (await fetch('/config.json')).json();
const heard = row('messages that it overhears');
const strangers = [];
heard('none');
addEventListener('message', ({ data }) => {
  if (/"type":"(offer|hello)"/.test(data)) return; // its own
  strangers.push(data);
  heard(strangers.join(' '));
});
const frame = await createFrame({ hosts: [host] });
await show('a token for the API', async () => (await frame.getTokens({ audience: api })).accessToken);
await show('any token at all', async () => (await frame.getTokens()).accessToken);
await show('a dialog of the host', () => frame.call('modal.open', {}));
await show('the host’s document', async () => parent.document.title);
await show('the host’s storage', async () => JSON.stringify(parent.localStorage));
await show('the other mini-app’s document', async () => parent.frames.orders.document.title);
const caught = row('what the other mini-app tells a port that it offers');
caught('nothing');
for (let attempt = 0; attempt < 3; attempt += 1) {
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = ({ data }) => caught(data);
  const offer = { oxidc: 'miniapp', type: 'offer', frame: 'x', versions: [1], hostNonce: 'n' };
  parent.frames.orders?.postMessage(JSON.stringify(offer), orders, [port2]);
}
