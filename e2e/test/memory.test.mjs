// A module that gets no more memory.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { open, until } from '../browsers/index.mjs';
import { answer } from '../servers/faults.mjs';
import { openTab } from './support/harness.mjs';
import { folder, startWorld } from './support/world.mjs';

/** A module whose memory may grow by so many pages of 64 KiB only. */
function limited(module, pages) {
  const number = (at) => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const octet = module[at++];
      value |= (octet & 127) << shift;
      if (octet < 128) return [value, at];
    }
  };
  const octets = (value) => (value < 128 ? [value] : [(value & 127) | 128, ...octets(value >> 7)]);
  for (let at = 8; at < module.length;) {
    const [size, start] = number(at + 1);
    if (module[at] === 5) {
      const [least] = number(start + 2);
      const section = [1, 1, ...octets(least), ...octets(least + pages)];
      return Buffer.concat([module.subarray(0, at), Buffer.from([5, section.length, ...section]), module.subarray(start + size)]);
    }
    at = start + size;
  }
  throw new Error('no memory');
}

test('t468_without_memory_a_call_fails, nothing hangs, and the session is kept', async (t) => {
  const world = await startWorld();
  t.after(() => world.close());
  const browser = await open('chromium');
  t.after(() => browser.close());
  const dist = (name) => readFile(`${folder('packages/oxidc/dist')}/${name}`);
  world.app.serve('/oxidc/index.js', await dist('wasm.js'));
  world.app.serve('/oxidc/oxidc_bg.wasm', limited(await dist('oxidc_bg.wasm'), 16));
  const tab = await openTab(world, browser, { automaticRenewal: false, timeouts: { request: 2_000 } });
  await tab.signIn();

  const refresh = { grant: 'refresh_token' };
  const before = world.provider.count(refresh);
  world.provider.rule(refresh, answer(200, JSON.stringify({ more: 'x'.repeat(1_000_000) }), { 'content-type': 'application/json' }), 1);
  const calls = await Promise.all([tab.call('refreshSession'), tab.call('refreshSession')]);
  for (const { failed } of calls) assert.equal(failed?.code, 'core_trapped');
  assert.equal(world.provider.count(refresh), before + 1);

  // The next call gets a module of its own, which reads what is stored.
  assert.equal((await tab.do('getSession')).subject, 'alice');
  await until(async () => !(await tab.call('refreshSession')).failed, 'a renewal after the pause');
  assert.equal((await tab.do('getSession')).subject, 'alice');
});
