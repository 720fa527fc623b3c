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
// A test that fails leaves its driver open, whose channel keeps Node alive; one that waits for ever ends with its file after two minutes.
const ends = ['--test-force-exit', '--test-timeout=120000'];
const { status } = spawnSync(process.execPath, ['--test', '--test-reporter=spec', ...ends, ...tests], { stdio: 'inherit' });
rmSync(out, { recursive: true });
process.exit(status ?? 1);
