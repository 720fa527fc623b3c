// Bundles the tests for Node, with a module that is never loaded in place of the real one, and runs them.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';

const here = import.meta.dirname;
const out = mkdtempSync(join(tmpdir(), 'oxidc-test-'));
const absent = {
  name: 'absent',
  setup(build) {
    build.onResolve({ filter: /^#/ }, ({ path }) => ({ path, namespace: 'absent' }));
    build.onLoad({ filter: /.*/, namespace: 'absent' }, () => ({ contents: "export default () => { throw new Error('no module'); }; export const Core = null;" }));
  },
};
const entryPoints = readdirSync(here).filter((name) => name.endsWith('.test.ts')).map((name) => join(here, name));
await build({ entryPoints, outdir: out, bundle: true, platform: 'node', format: 'esm', target: 'node20', outExtension: { '.js': '.mjs' }, plugins: [absent] });
const tests = readdirSync(out).map((name) => join(out, name));
const { status } = spawnSync(process.execPath, ['--test', '--test-reporter=spec', ...tests], { stdio: 'inherit' });
rmSync(out, { recursive: true });
process.exit(status ?? 1);
