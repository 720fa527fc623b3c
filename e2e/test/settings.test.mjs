// The example application with its settings: a window, a silent sign-in and an API that wants a recent sign-in.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { open } from '../browsers/index.mjs';
import { folder, startWorld } from './support/world.mjs';

const shown = (name) => `[data-testid="${name}"]`;

describe('the settings of the example application', () => {
  let world;
  let browser;
  let page;
  before(async () => {
    world = await startWorld({ app: { host: '127.0.0.1', folders: { '/': folder('examples/spa/dist') }, fallback: '/index.html' } });
    world.app.serve('/config.json', JSON.stringify({ issuer: world.provider.issuer, clientId: 'spa', api: world.api.audience }));
    browser = await open('chromium');
    page = await browser.newPage();
    await page.goto(`${world.app.origin}/`);
    await page.waitFor(shown('signed-out'));
  });
  after(async () => {
    await browser?.close();
    await world.close();
  });

  test('a silent sign-in without a session at the provider says so', async () => {
    await page.click(shown('sign-in-silent'));
    await page.waitForText(shown('error-code'), 'login_required');
    await page.click(shown('dismiss'));
  });

  test('a person signs in in a window', async () => {
    await page.click(shown('in-window'));
    await page.click(shown('sign-in'));
    await page.waitForText(shown('name'), 'Alice Example');
    assert.equal(await page.url(), `${world.app.origin}/`);
  });

  test('an API that wants a recent sign-in gets one, in a window', async () => {
    // As if the sign-in had grown old.
    world.api.demand('Bearer error="insufficient_user_authentication", max_age="10"', 1);
    await page.click(shown('open-vault'));
    await page.waitFor(shown('step-up'));
    await page.click(shown('step-up-confirm'));
    await page.waitForText(shown('api-answer'), 'HTTP 200');
  });

  test('with a silent sign-in at the start, a person who is signed in at the provider is signed in here', async () => {
    await page.click(shown('silent-start'));
    await page.evaluate(() => { indexedDB.deleteDatabase('oxidc'); });
    await page.goto(`${world.app.origin}/`);
    await page.waitForText(shown('name'), 'Alice Example');
  });
});
