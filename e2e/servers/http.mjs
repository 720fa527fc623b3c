// What all the servers here share: a free loopback port, a body, and a clean end.

import { Server as SecureServer } from 'node:https';

/** Starts a server on a loopback host; resolves to its origin. Port 0 means any free one. */
export async function listen(server, { host = '127.0.0.1', port = 0 } = {}) {
  await new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host === 'localhost' ? '127.0.0.1' : host, resolve);
  });
  return `http${server instanceof SecureServer ? 's' : ''}://${host}:${server.address().port}`;
}

/** Ends a server and the connections that browsers keep open. */
export async function close(server) {
  const closed = new Promise((resolve) => server.close(resolve));
  server.closeAllConnections();
  await closed;
}

/** The whole body of a request or an answer. */
export async function bodyOf(stream) {
  const chunks = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}
