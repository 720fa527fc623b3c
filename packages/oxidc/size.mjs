// Prints the bytes of each entry as JSON: an application that only makes a client, a frame or a host, bundled and minified, with all that it loads.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { build } from 'esbuild';

const here = import.meta.dirname;

/** What an entry costs an application that only makes one thing with it. */
async function bundle(entry, name, made) {
  const contents = `import { ${name} } from './dist/${entry}.js'; globalThis.made = ${made};`;
  const stdin = { contents, resolveDir: here, sourcefile: 'app.js' };
  const { outputFiles, metafile } = await build({
    stdin, bundle: true, minify: true, format: 'esm', charset: 'utf8', target: 'es2022', write: false, splitting: true, outdir: 'out', metafile: true, absWorkingDir: here,
  });
  // What is loaded at once; files that are loaded on demand are not.
  const needed = ['out/stdin.js'];
  for (const file of needed) needed.push(...metafile.outputs[file].imports.filter(({ kind, path }) => kind === 'import-statement' && !needed.includes(path)).map(({ path }) => path));
  return sizes(Buffer.concat(needed.map((name) => outputFiles.find(({ path }) => path === join(here, name)).contents)));
}

function sizes(bytes) {
  const brotli = brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } });
  return { raw: bytes.length, gzip: gzipSync(bytes, { level: 9 }).length, brotli: brotli.length };
}

/** An entry whose module is a file beside the script. */
function beside(script, module) {
  const total = Object.fromEntries(Object.entries(script).map(([name, bytes]) => [name, bytes + module[name]]));
  return { total, script, module };
}

const file = (name) => sizes(readFileSync(join(here, 'dist', name)));
const client = ['AuthClient', "new AuthClient({ issuer: 'https://a.example', clientId: 'a' })"];
const frame = ['createFrame', "createFrame({ hosts: ['https://a.example'] })"];
const host = ['createHost', "createHost({ tokens: async () => ({ accessToken: '' }) })"];
const dropIn = ['MonoCloudWebJSClient', "new MonoCloudWebJSClient({ tenantDomain: 'https://a.example', clientId: 'a' })"];
console.log(JSON.stringify({
  'oxidc/wasm': beside(await bundle('wasm', ...client), file('oxidc_bg.wasm')),
  oxidc: { total: await bundle('index', ...client) },
  extended: { module: file('oxidc_extended_bg.wasm') },
  'oxidc/miniapp/wasm': beside(await bundle('miniapp/wasm', ...frame), file('miniapp/guest.wasm')),
  'oxidc/miniapp': { total: await bundle('miniapp/index', ...frame) },
  'oxidc/monocloud': { total: await bundle('monocloud/index', ...dropIn) },
  'oxidc/miniapp/host': { total: await bundle('miniapp/host/index', ...host) },
}));
