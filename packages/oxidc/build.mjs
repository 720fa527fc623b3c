// Builds dist/ from the sources and from the modules that the compiler made: `node build.mjs <core> <guest> <host> [--dev]`.
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { deflateRawSync } from 'node:zlib';
import { build } from 'esbuild';

const [module, guest, host, flag] = process.argv.slice(2);
const here = import.meta.dirname;
const dist = join(here, 'dist');
const wasm = join(dist, 'oxidc_bg.wasm');
const tool = (name) => join(here, 'node_modules', '.bin', name);

rmSync(dist, { recursive: true, force: true });
mkdirSync(join(dist, 'miniapp'), { recursive: true });
const optimise = (from, to) => {
  if (flag === '--dev') copyFileSync(from, to);
  else execFileSync(tool('wasm-opt'), ['--low-memory-unused', '--flatten', '--rereloop', '-O2', '-Oz', '--converge', '--strip-debug', '--strip-producers', from, '-o', to], { stdio: 'inherit' });
};
optimise(module, wasm);
const sides = { guest: join(dist, 'miniapp', 'guest.wasm'), host: `${host}.small` };
optimise(guest, sides.guest);
optimise(host, sides.host);

const parts = {
  name: 'parts',
  setup(build) {
    build.onResolve({ filter: /bytes$/ }, ({ path }) => ({ path: sides[path.slice(1, -6)] ?? wasm, namespace: 'parts' }));
    build.onLoad({ filter: /.*/, namespace: 'parts' }, ({ path }) => ({
      contents: `export default '${deflateRawSync(readFileSync(path), { level: 9 }).toString('base64')}'`,
    }));
  },
};
const common = { bundle: true, format: 'esm', target: 'es2022', plugins: [parts], legalComments: 'none', logLevel: 'warning' };
await build({ ...common, entryPoints: ['index', 'wasm'].map((name) => join(here, 'src', `${name}.ts`)), outdir: dist, minify: true });
const miniapp = (...names) => names.map((name) => join(here, 'src/miniapp', `${name}.ts`));
await build({ ...common, entryPoints: miniapp('index', 'wasm', 'host/index'), outdir: join(dist, 'miniapp'), minify: true });
await build({ ...common, entryPoints: miniapp('global'), outdir: join(dist, 'miniapp'), minify: true, format: 'iife' });
// The same host module, readable, for Rust front ends.
await build({ ...common, entryPoints: [join(here, 'src/host/index.ts')], outfile: join(dist, 'host.js') });
execFileSync(tool('tsc'), ['--emitDeclarationOnly'], { cwd: here, stdio: 'inherit' });
