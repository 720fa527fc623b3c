// Builds dist/ from the sources and from the modules that the compiler made: `node build.mjs <module> <extended module> [--dev]`.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deflateRawSync } from 'node:zlib';
import { build } from 'esbuild';

const [module, extended, flag] = process.argv.slice(2);
const here = import.meta.dirname;
const dist = join(here, 'dist');
const tool = (name) => join(here, 'node_modules', '.bin', name);

rmSync(dist, { recursive: true, force: true });
mkdirSync(dist);
function optimise(from, name) {
  const wasm = join(dist, name);
  if (flag === '--dev') copyFileSync(from, wasm);
  else execFileSync(tool('wasm-opt'), ['--low-memory-unused', '--flatten', '--rereloop', '-O2', '-Oz', '--converge', '--strip-debug', '--strip-producers', from, '-o', wasm], { stdio: 'inherit' });
  return wasm;
}
const modules = { '#bytes': optimise(module, 'oxidc_bg.wasm'), '#extended-bytes': optimise(extended, 'oxidc_extended_bg.wasm') };

const parts = {
  name: 'parts',
  setup(build) {
    build.onResolve({ filter: /^#(extended-)?bytes$/ }, ({ path }) => ({ path, namespace: 'parts' }));
    build.onLoad({ filter: /.*/, namespace: 'parts' }, ({ path }) => ({
      contents: `export default '${deflateRawSync(readFileSync(modules[path]), { level: 9 }).toString('base64')}'`,
    }));
  },
};
const common = { bundle: true, format: 'esm', target: 'es2022', plugins: [parts], legalComments: 'none', logLevel: 'warning' };
// What few use is in files of its own, loaded on demand. One entry after the other: together they would share a file, one more to wait for.
for (const name of ['index', 'wasm']) {
  await build({ ...common, entryPoints: [join(here, 'src', `${name}.ts`)], outdir: dist, minify: true, splitting: true, chunkNames: '[name]-[hash]' });
}
// The same host module, readable, for Rust front ends.
await build({ ...common, entryPoints: [join(here, 'src/host/index.ts')], outfile: join(dist, 'host.js') });
execFileSync(tool('tsc'), ['--emitDeclarationOnly'], { cwd: here, stdio: 'inherit' });
// For pages that load the files from elsewhere and say which bytes they want (Subresource Integrity).
const integrity = (name) => `sha384-${createHash('sha384').update(readFileSync(join(dist, name))).digest('base64')}`;
writeFileSync(join(dist, 'integrity.json'), `${JSON.stringify(Object.fromEntries(['index.js', 'wasm.js', 'oxidc_bg.wasm'].map((name) => [name, integrity(name)])), null, 2)}\n`);
