// Builds dist/ from the sources and from the module that the compiler made: `node build.mjs <module> [--dev]`.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deflateRawSync } from 'node:zlib';
import { build } from 'esbuild';

const [module, flag] = process.argv.slice(2);
const here = import.meta.dirname;
const dist = join(here, 'dist');
const wasm = join(dist, 'oxidc_bg.wasm');
const tool = (name) => join(here, 'node_modules', '.bin', name);

rmSync(dist, { recursive: true, force: true });
mkdirSync(dist);
if (flag === '--dev') copyFileSync(module, wasm);
else execFileSync(tool('wasm-opt'), ['--low-memory-unused', '--flatten', '--rereloop', '-O2', '-Oz', '--converge', '--strip-debug', '--strip-producers', module, '-o', wasm], { stdio: 'inherit' });

const parts = {
  name: 'parts',
  setup(build) {
    build.onResolve({ filter: /^#bytes$/ }, () => ({ path: 'bytes', namespace: 'parts' }));
    build.onLoad({ filter: /.*/, namespace: 'parts' }, () => ({
      contents: `export default '${deflateRawSync(readFileSync(wasm), { level: 9 }).toString('base64')}'`,
    }));
  },
};
const common = { bundle: true, format: 'esm', target: 'es2022', plugins: [parts], legalComments: 'none', logLevel: 'warning' };
await build({ ...common, entryPoints: ['index', 'wasm'].map((name) => join(here, 'src', `${name}.ts`)), outdir: dist, minify: true });
// The same host module, readable, for Rust front ends.
await build({ ...common, entryPoints: [join(here, 'src/host/index.ts')], outfile: join(dist, 'host.js') });
execFileSync(tool('tsc'), ['--emitDeclarationOnly'], { cwd: here, stdio: 'inherit' });
// For pages that load the files from elsewhere and say which bytes they want (Subresource Integrity).
const integrity = (name) => `sha384-${createHash('sha384').update(readFileSync(join(dist, name))).digest('base64')}`;
writeFileSync(join(dist, 'integrity.json'), `${JSON.stringify(Object.fromEntries(['index.js', 'wasm.js', 'oxidc_bg.wasm'].map((name) => [name, integrity(name)])), null, 2)}\n`);
