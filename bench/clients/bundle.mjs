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

/** The scripts of an application, by name: what is loaded on demand is in scripts of its own. */
async function bundle(options) {
  const { outputFiles, metafile } = await build({
    bundle: true, minify: true, format: 'esm', charset: 'utf8', target: 'es2022', legalComments: 'none', logLevel: 'error', write: false, alias: oxidc,
    splitting: true, outdir: here('.'), entryNames: 'app', metafile: true, ...options,
  });
  const scripts = new Map(outputFiles.map(({ path, contents }) => [basename(path), contents]));
  const imports = new Map(Object.entries(metafile.outputs).map(([path, output]) => [basename(path), output.imports]));
  return { scripts, imports };
}

/** The scripts of the page of a client. */
export const page = async (name) => (await bundle({
  entryPoints: [here('page.js')],
  plugins: [{ name: 'client', setup: (build) => { build.onResolve({ filter: /^#client$/ }, () => ({ path: here(`${name}.js`) })); } }],
})).scripts;

/** What a client costs with everything that a page loads at its start, in bytes; the page itself is not counted. */
export async function weigh(name) {
  const { scripts, imports } = await bundle({ entryPoints: [here(`${name}.js`)] });
  const loaded = new Set(['app.js']);
  for (const script of loaded) {
    for (const { path, kind } of imports.get(script)) if (kind === 'import-statement') loaded.add(basename(path));
  }
  const parts = [...loaded].map((script) => scripts.get(script));
  if (name === 'oxidc-wasm' || name === 'oxidc-preload') parts.push(await module());
  const sum = (pack) => parts.reduce((all, part) => all + pack(part).length, 0);
  const brotli = (bytes) => brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } });
  return { raw: sum((bytes) => bytes), gzip: sum((bytes) => gzipSync(bytes, { level: 9 })), brotli: sum(brotli) };
}
