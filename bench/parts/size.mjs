import { clients } from '../clients/index.mjs';
import { weigh } from '../clients/bundle.mjs';

export const title = 'Size';
export const text = `One application for each client, with sign-in, callback, token and sign-out, bundled by esbuild (minified, with \`splitting\`, ES2022).
Bytes of all that it loads at once: for \`oxidc/wasm\` script and module together.`;
export const plot = { column: 'brotli', unit: 'bytes' };

export async function measure() {
  const rows = [];
  for (const client of clients.filter(({ head }) => !head)) {
    const { raw, gzip, brotli } = await weigh(client.name);
    rows.push({ client: client.title, raw, 'gzip -9': gzip, brotli });
  }
  return { columns: ['raw', 'gzip -9', 'brotli'], rows };
}
