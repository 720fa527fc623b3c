// Bundles the applications as one would for production.

import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { build } from 'esbuild';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const dist = here('../../packages/oxidc/dist/');
const oxidc = { oxidc: `${dist}index.js`, 'oxidc/wasm': `${dist}wasm.js` };

/** The module that `oxidc/wasm` fetches. */
export const module = () => readFile(`${dist}oxidc_bg.wasm`);

/** The files of a bundle by name, `app.js` among them; what is loaded on demand is in files of its own, as bundlers do it. `first`: those that are loaded at once. */
async function bundle(entry, options = {}) {
  const { outputFiles, metafile } = await build({
    entryPoints: { app: here(entry) }, outdir: 'out', splitting: true, metafile: true, absWorkingDir: here('.'), charset: 'utf8',
    bundle: true, minify: true, format: 'esm', target: 'es2022', legalComments: 'none', logLevel: 'error', write: false, alias: oxidc, ...options,
  });
  const files = new Map(outputFiles.map(({ path, contents }) => [basename(path), contents]));
  const first = new Set(['out/app.js']);
  for (const file of first) for (const { kind, path } of metafile.outputs[file].imports) if (kind === 'import-statement') first.add(path);
  return { files, first: [...first].map((path) => files.get(basename(path))) };
}

/** The scripts of the page of a client by name, `app.js` and others. */
export const page = async (name) => (await bundle('page.js', {
  plugins: [{ name: 'client', setup: (build) => { build.onResolve({ filter: /^#client$/ }, () => ({ path: here(`${name}.js`) })); } }],
})).files;

/** What a client costs with everything that it loads at once, in bytes; the page itself is not counted. */
export async function weigh(name) {
  const { first } = await bundle(`${name}.js`);
  const parts = [...first, ...(name === 'oxidc-wasm' || name === 'oxidc-preload' ? [await module()] : [])];
  const sum = (pack) => parts.reduce((all, part) => all + pack(part).length, 0);
  const brotli = (bytes) => brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } });
  return { raw: sum((bytes) => bytes), gzip: sum((bytes) => gzipSync(bytes, { level: 9 })), brotli: sum(brotli) };
}
