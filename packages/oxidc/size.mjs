// Prints the bytes of each entry as JSON: an application that only makes a client, bundled and minified, with all that it loads.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { build } from 'esbuild';

const here = import.meta.dirname;

async function bundle(entry) {
  const contents = `import { AuthClient } from './dist/${entry}.js'; globalThis.client = new AuthClient({ issuer: 'https://a.example', clientId: 'a' });`;
  const stdin = { contents, resolveDir: here, sourcefile: 'app.js' };
  const { outputFiles, metafile } = await build({
    stdin, bundle: true, minify: true, format: 'esm', target: 'es2022', write: false, splitting: true, outdir: 'out', metafile: true, absWorkingDir: here,
  });
  // What is loaded at once; files that are loaded on demand are not.
  const needed = ['out/stdin.js'];
  for (const file of needed) needed.push(...metafile.outputs[file].imports.filter(({ kind, path }) => kind === 'import-statement' && !needed.includes(path)).map(({ path }) => path));
  return Buffer.concat(needed.map((name) => outputFiles.find(({ path }) => path === join(here, name)).contents));
}

function sizes(bytes) {
  const brotli = brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } });
  return { raw: bytes.length, gzip: gzipSync(bytes, { level: 9 }).length, brotli: brotli.length };
}

const script = sizes(await bundle('wasm'));
const module = sizes(readFileSync(join(here, 'dist/oxidc_bg.wasm')));
const total = Object.fromEntries(Object.entries(script).map(([name, bytes]) => [name, bytes + module[name]]));
console.log(JSON.stringify({ 'oxidc/wasm': { total, script, module }, oxidc: { total: sizes(await bundle('index')) }, extended: { module: sizes(readFileSync(join(here, 'dist/oxidc_extended_bg.wasm'))) } }));
