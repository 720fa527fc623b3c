// Builds dist/ from the sources and from the modules that the compiler made:
// `node build.mjs <core> <extended core> <guest> <host> <identity> [--dev]`.
import { execFile, execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';

const [core, extended, guest, host, identity, flag] = process.argv.slice(2);
const run = promisify(execFile);
const here = import.meta.dirname;
const dist = join(here, 'dist');
const tool = (name) => join(here, 'node_modules', '.bin', name);

rmSync(dist, { recursive: true, force: true });
mkdirSync(join(dist, 'miniapp'), { recursive: true });
async function optimise(from, to) {
  if (flag === '--dev') copyFileSync(from, to);
  else await run(tool('wasm-opt'), ['--low-memory-unused', '--flatten', '--rereloop', '-O2', '-Oz', '--converge', '--reorder-locals', '--reorder-functions', '--strip-debug', '--strip-producers', from, '-o', to]);
  return to;
}
const modules = Object.fromEntries(await Promise.all(Object.entries({
  '#bytes': optimise(core, join(dist, 'oxidc_bg.wasm')),
  '#extended-bytes': optimise(extended, join(dist, 'oxidc_extended_bg.wasm')),
  '#guest-bytes': optimise(guest, join(dist, 'miniapp', 'guest.wasm')),
  '#host-bytes': optimise(host, `${host}.small`),
  '#identity-bytes': optimise(identity, `${identity}.small`),
}).map(async ([name, file]) => [name, await file])));

// Of all masks one with which few octets of our modules need an escape or two octets of UTF-8, and of these the one after which brotli
// makes the least of them: a script that carries a module is hardly larger than both apart.
const MASK = 118;
const parts = {
  name: 'parts',
  setup(build) {
    build.onResolve({ filter: /^#([a-z]+-)?bytes$/ }, ({ path }) => ({ path, namespace: 'parts' }));
    build.onLoad({ filter: /.*/, namespace: 'parts' }, ({ path }) => ({
      contents: `export default ${JSON.stringify(readFileSync(modules[path]).map((octet) => octet ^ MASK).toString('latin1'))}`,
    }));
  },
};
// Modules are UTF-8 wherever they come from.
const common = { bundle: true, format: 'esm', charset: 'utf8', target: 'es2022', define: { MASK: String(MASK) }, plugins: [parts], legalComments: 'none', logLevel: 'warning' };
// What few use is in files of its own, loaded on demand. One entry after the other: together they would share a file, one more to wait for.
for (const name of ['index', 'wasm']) {
  await build({ ...common, entryPoints: [join(here, 'src', `${name}.ts`)], outdir: dist, minify: true, splitting: true, chunkNames: '[name]-[hash]' });
}
// Whoever moves over may load another of our entries too: the chunks are the same files.
await build({ ...common, entryPoints: [join(here, 'src/monocloud/index.ts')], outdir: dist, entryNames: 'monocloud/[name]', minify: true, splitting: true, chunkNames: '[name]-[hash]' });
await build({ ...common, entryPoints: ['utils', 'internal'].map((name) => join(here, 'src/monocloud', `${name}.ts`)), outdir: join(dist, 'monocloud'), minify: true });
const miniapp = (...names) => names.map((name) => join(here, 'src/miniapp', `${name}.ts`));
await build({ ...common, entryPoints: miniapp('index', 'wasm', 'host/index'), outdir: join(dist, 'miniapp'), minify: true });
// What a script tag loads is read in whatever encoding the page has.
await build({ ...common, entryPoints: miniapp('global'), outdir: join(dist, 'miniapp'), minify: true, format: 'iife', charset: 'ascii' });
// The worker that keeps the refresh token: readable, so that everybody can see what it does with it, and one file without imports.
await build({ ...common, entryPoints: [join(here, 'src/worker/index.ts')], outfile: join(dist, 'worker.js'), format: 'iife' });
// The same browser modules, readable, for Rust front ends.
// They always say where the worker is: no bundler shall look for it here.
await build({ ...common, define: { ...common.define, 'import.meta.url': 'location' }, entryPoints: [join(here, 'src/host/index.ts')], outfile: join(dist, 'host.js') });
await build({ ...common, entryPoints: miniapp('face'), outfile: join(dist, 'miniapp/face.js') });
execFileSync(tool('tsc'), ['--emitDeclarationOnly'], { cwd: here, stdio: 'inherit' });
// Both licences ask to be with every copy.
for (const name of ['LICENSE-APACHE', 'LICENSE-MIT']) copyFileSync(join(here, '../..', name), join(here, name));
// For pages that load the files from elsewhere and say which bytes they want (Subresource Integrity).
const files = readdirSync(dist, { recursive: true }).filter((name) => /\.(js|wasm)$/.test(name)).sort();
const integrity = (name) => `sha384-${createHash('sha384').update(readFileSync(join(dist, name))).digest('base64')}`;
writeFileSync(join(dist, 'integrity.json'), `${JSON.stringify(Object.fromEntries(files.map((name) => [name, integrity(name)])), null, 2)}\n`);
