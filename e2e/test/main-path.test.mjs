// The example applications from the first click to the last, at a real provider with its real pages: the one in TypeScript in three
// engines, the one in Rust, which drives the same browser module, in one.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { engines, open } from '../browsers/index.mjs';
import { folder, startWorld } from './support/world.mjs';

const shown = (name) => `[data-testid="${name}"]`;

const runs = [...engines.map((engine) => ({ engine, name: 'spa' })), { engine: 'chromium', name: 'rust-spa' }];

for (const { engine, name } of runs) {
  describe(`the example application ${name} in ${engine}`, () => {
    let world;
    let browser;
    let page;
    before(async () => {
      world = await startWorld({
        app: { folders: { '/': folder(`examples/${name}/dist`) }, fallback: '/index.html' },
        accessTokenTtl: 6, confirmSignIn: false, confirmSignOut: false,
      });
      world.app.serve('/config.json', JSON.stringify({ issuer: world.provider.issuer, clientId: 'spa', api: world.api.audience }));
      browser = await open(engine);
      page = await browser.newPage();
    });
    after(async () => {
      await browser?.close();
      await world.close();
    });

    test('a visitor is signed out', async () => {
      await page.goto(`${world.app.origin}/`);
      await page.waitFor(shown('signed-out'));
      assert.equal(await page.text(shown('status')), 'Signed out');
    });

    test('who cancels at the provider comes back signed out, with the reason', async () => {
      await page.click(shown('sign-in'));
      await page.click('#cancel');
      await page.waitForText(shown('error-code'), 'access_denied');
      await page.waitFor(shown('signed-out'));
      assert.equal(await page.url(), `${world.app.origin}/`);
    });

    test('t147_signing_in_shows_the_name_and_the_expiry_and_leaves_a_clean_address', async () => {
      await page.click(shown('sign-in'));
      await page.fill('#user', 'alice');
      await page.click('#sign-in');
      await page.waitForText(shown('name'), 'Alice Example');
      assert.equal(await page.text(shown('email')), 'alice@example.com');
      assert.equal(await page.text(shown('issuer')), world.provider.issuer);
      assert.match(await page.text(shown('expires')), /^[0-6] s$/);
      assert.equal(await page.url(), `${world.app.origin}/`);
    });

    test('the API is called with a token of its own', async () => {
      await page.click(shown('call-api'));
      await page.waitForText(shown('api-answer'), 'HTTP 200');
      assert.match(await page.text(shown('api-answer')), /"hello": "alice"/);
    });

    test('the access token renews itself', async () => {
      const seen = async () => Number(await page.text(shown('renewals')));
      const before = await seen();
      await page.front();
      await page.waitFor((s, n) => Number(document.querySelector(s).textContent) > n, shown('renewals'), before);
      assert.ok(world.provider.tokenRequests.every(({ outcome }) => outcome === 'issued'));
    });

    test('a second tab is signed in too, without a visit to the provider', async () => {
      const visits = world.provider.count({ path: '/auth' });
      const second = await browser.newPage();
      await second.goto(`${world.app.origin}/`);
      await second.waitForText(shown('name'), 'Alice Example');
      assert.equal(world.provider.count({ path: '/auth' }), visits);
      await second.close();
    });

    test('a reload stays signed in', async () => {
      await page.goto(`${world.app.origin}/`);
      await page.waitForText(shown('name'), 'Alice Example');
    });

    test('signing out here signs out the other tab', async () => {
      const second = await browser.newPage();
      await second.goto(`${world.app.origin}/`);
      await second.waitFor(shown('signed-in'));
      await second.click(shown('sign-out-here'));
      await second.waitFor(shown('signed-out'));
      await page.waitFor(shown('signed-out'));
      await second.close();
    });

    test('signing out at the provider asks there and comes back signed out', async () => {
      await page.click(shown('sign-in'));
      await page.waitFor(shown('signed-in'));
      await page.click(shown('sign-out-provider'));
      await page.click('#sign-out');
      await page.waitFor(shown('signed-out'));
      assert.equal(await page.url(), `${world.app.origin}/`);
      await page.goto(`${world.app.origin}/`);
      await page.waitFor(shown('signed-out'));
      assert.equal(await page.text(shown('error-code')), '');
    });

    test('an account can be created, and its session renews itself', async () => {
      await page.click(shown('create-account'));
      await page.fill('#user', 'bob');
      await page.click('#sign-in');
      await page.waitForText(shown('name'), 'Bob Example');
      await page.click(shown('refresh'));
      await page.waitFor((s) => Number(document.querySelector(s).textContent) > 0, shown('renewals'));
    });
  });
}
