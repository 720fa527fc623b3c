// The relying-party modules of the OpenID Foundation's conformance suite: a provider makes one mistake at a time, and the package in a
// real browser must notice, and then ask nothing more.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, describe, test } from 'node:test';
import { open } from '../browsers/index.mjs';
import { clientId, modules, startConformance, table } from '../servers/conformance.mjs';
import { startStatic } from '../servers/static.mjs';
import { openTab } from './support/harness.mjs';
import { folder } from './support/world.mjs';

describe('conformance', () => {
  let app;
  let browser;
  let provider;
  before(async () => {
    app = await startStatic({ host: 'localhost', folders: { '/': folder('e2e/pages'), '/oxidc/': folder('packages/oxidc/dist') }, fallback: '/harness.html' });
    provider = await startConformance({ origin: app.origin });
    browser = await open('chromium');
  });
  after(async () => {
    await browser?.close();
    await provider?.close();
    await app.close();
  });

  /** What the client does in a module: the error that it ended with, if it did. */
  async function play(tab, module) {
    if (module.before) return (await tab.call('signIn')).failed;
    await tab.authorize();
    const before = provider.asked(module).length;
    const { value, failed } = await tab.call('processCallback');
    if (module.asked) assert.deepEqual(provider.asked(module).slice(before).sort(), module.asked, 'nothing else is asked after the callback');
    if (failed) return failed;
    assert.equal(value.session.subject, 'user-1');
    if (module.then === 'again') {
      if (module.rotate === 'between') provider.rotate(module);
      await tab.authorize();
      return (await tab.call('processCallback')).failed;
    }
    if (module.then === 'refresh') {
      const refreshed = await tab.call('refreshSession');
      return refreshed.failed ?? (await tab.call('refetchUserInfo')).failed;
    }
    if (module.then === 'signOut') return signOut(tab, module);
    return undefined;
  }

  async function signOut(tab, module) {
    await tab.call('signOut').catch(() => {});
    await tab.page.waitForUrl((url) => url.startsWith(`${app.origin}/`) && url.includes('returned=yes'));
    await tab.load(`/${new URL(await tab.page.url()).search}`);
    const { value, failed } = await tab.call('processCallback');
    if (!failed) assert.equal(value.handled, module.returned);
    return failed;
  }

  for (const module of modules) {
    test(`${module.name}: ${module.expect}`, async () => {
      const world = { app, provider: { issuer: provider.issuer(module) }, api: { audience: 'https://api.example/', origin: 'https://api.example' } };
      const tab = await openTab(world, browser, {
        storage: 'memory', clientId, resources: [], automaticRenewal: false, fetchUserinfo: Boolean(module.userinfo), ...module.options,
      });
      const failed = await play(tab, module);
      assert.equal(failed?.code ?? 'accepted', module.expect, failed?.message);
      const asked = provider.asked(module).length;
      if (module.expect !== 'accepted') {
        // Whatever the client still had in mind it would have asked by now: three calls of the application have ended since.
        for (const method of ['getSession', 'getTokens', 'processCallback']) await tab.call(method);
        const session = await tab.do('getSession');
        if (module.then !== 'refresh' || module.expect === 'user_changed') assert.equal(session, null, 'no session');
      }
      await tab.close();
      assert.equal(provider.asked(module).length, asked, 'nothing further');
    });
  }

  test('the table in the documentation is up to date', async () => {
    assert.equal(await readFile(folder('docs/conformance.md'), 'utf8'), table());
  });
});
