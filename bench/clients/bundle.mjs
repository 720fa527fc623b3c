// Bundles the applications as one would for production.

import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { build } from 'esbuild';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const dist = here('../../packages/oxidc/dist/');
const oxidc = { oxidc: `${dist}index.js`, 'oxidc/wasm': `${dist}wasm.js` };

/** The module that `oxidc/wasm` fetches. */
export const module = () => readFile(`${dist}oxidc_bg.wasm`);

async function bundle(options) {
  const { outputFiles } = await build({
    bundle: true, minify: true, format: 'esm', target: 'es2022', legalComments: 'none', logLevel: 'error', write: false, alias: oxidc, ...options,
  });
  return outputFiles[0].contents;
}

/** The script of the page of a client. */
export const page = (name) => bundle({
  entryPoints: [here('page.js')],
  plugins: [{ name: 'client', setup: (build) => { build.onResolve({ filter: /^#client$/ }, () => ({ path: here(`${name}.js`) })); } }],
});

/** What a client costs with everything that it loads, in bytes; the page itself is not counted. */
export async function weigh(name) {
  const parts = [await bundle({ entryPoints: [here(`${name}.js`)] }), ...(name === 'oxidc-wasm' || name === 'oxidc-preload' ? [await module()] : [])];
  const sum = (pack) => parts.reduce((all, part) => all + pack(part).length, 0);
  const brotli = (bytes) => brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } });
  return { raw: sum((bytes) => bytes), gzip: sum((bytes) => gzipSync(bytes, { level: 9 })), brotli: sum(brotli) };
}
