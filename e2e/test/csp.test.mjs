// Strict pages: a Content-Security-Policy with Trusted Types allows everything that the package needs, and nothing more.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { open } from '../browsers/index.mjs';
import { strictPolicy } from '../servers/static.mjs';
import { openTab } from './support/harness.mjs';
import { startWorld } from './support/world.mjs';

describe('a page with a strict Content-Security-Policy', () => {
  let world;
  let browser;
  before(async () => {
    world = await startWorld();
    browser = await open('chromium');
  });
  after(async () => {
    await browser?.close();
    await world.close();
  });

  const underPolicy = async (options) => {
    world.app.setHeaders(strictPolicy([world.provider.issuer, world.api.origin], options));
    const violations = [];
    const tab = await openTab(world, browser);
    tab.page.raw.on('console', (message) => { if (/Content Security Policy|TrustedScript/.test(message.text())) violations.push(message.text()); });
    return { tab, violations };
  };

  test('t417_signs_in_refreshes_calls_an_api_and_signs_out_without_a_violation', async () => {
    const { tab, violations } = await underPolicy();
    await tab.signIn();
    await tab.do('refreshSession');
    assert.equal((await tab.fetch(`${world.api.origin}/me`)).value.status, 200);
    await tab.do('signOut', { federated: false });
    assert.deepEqual(violations, []);
    await tab.close();
  });

  test('t418_without_wasm_unsafe_eval_says_what_is_missing: wasm_blocked', async () => {
    const { tab } = await underPolicy({ wasm: false });
    assert.equal((await tab.call('getSession')).failed.code, 'wasm_blocked');
    await tab.close();
  });
});
