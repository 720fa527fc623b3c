// Mini-apps of a page in which somebody really signs in: tokens from that session, and its end.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { open, until } from '../browsers/index.mjs';
import { startStatic } from '../servers/static.mjs';
import { folder, startWorld } from './support/world.mjs';

describe('a mini-app of a signed-in platform', () => {
  let world;
  let app;
  let browser;
  before(async () => {
    const folders = { '/': folder('e2e/pages'), '/oxidc/': folder('packages/oxidc/dist') };
    world = await startWorld({ app: { folders, fallback: '/miniapp/host.html' } });
    app = await startStatic({ folders });
    browser = await open('chromium');
  });
  after(async () => {
    await browser?.close();
    await Promise.all([world.close(), app.close()]);
  });

  test('gets a token of its audience from the session, and loses it when the person signs out', async () => {
    const page = await browser.newPage();
    const client = {
      issuer: world.provider.issuer, clientId: 'spa', scopes: 'openid offline_access',
      resources: [{ resource: world.api.audience, scopes: 'api:read' }],
    };
    await page.goto(`${world.app.origin}/`);
    await page.waitFor('#ready');
    await page.evaluate(async (options) => {
      const { AuthClient } = await import('/oxidc/index.js');
      await new AuthClient(options).signIn({ prompt: 'consent' });
    }, client).catch(() => {});
    await page.waitForUrl((url) => url.startsWith(`${world.app.origin}/?`));
    await page.waitFor('#ready');
    const apps = [{ id: 'orders', origin: app.origin, audiences: { [world.api.audience]: 'api:read' } }];
    await page.evaluate((options) => window.harness.createFromClient(options), { apps, client });
    const name = await page.evaluate((url) => window.harness.add(url, 'orders'), `${app.origin}/miniapp/frame.html`);
    const frame = await until(() => page.raw.frame({ name }));
    await frame.waitForSelector('#ready:not([hidden])', { state: 'attached' });
    const seen = await frame.evaluate(async (hosts) => {
      const { harness } = window;
      const { failed } = await harness.create({ hosts });
      if (failed) return failed;
      const { accessToken, refreshToken, scopes } = await harness.frame.getTokens();
      const renewed = await harness.frame.getTokens({ forceRefresh: true });
      return { claims: JSON.parse(atob(accessToken.split('.')[1].replaceAll('-', '+').replaceAll('_', '/'))), refreshToken, scopes, renewed: renewed.accessToken !== accessToken };
    }, [world.app.origin]);
    assert.deepEqual([seen.claims?.aud, seen.scopes, seen.refreshToken, seen.renewed], [world.api.audience, ['api:read'], '', true], JSON.stringify(seen));
    await page.evaluate(() => window.harness.client.signOut({ federated: false }));
    await until(() => frame.evaluate(() => window.harness.events.some(([event]) => event === 'ended')), 'the end');
    assert.equal((await frame.evaluate(() => window.harness.call('getTokens'))).failed.code, 'signed_out');
    await page.close();
  });
});
