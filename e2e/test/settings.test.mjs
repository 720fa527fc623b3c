// The example application with its settings: a window, a silent sign-in, an API that wants a recent sign-in, tokens that are bound
// to a key, and where the session is kept.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { open } from '../browsers/index.mjs';
import { until } from '../browsers/wait.mjs';
import { folder, startWorld } from './support/world.mjs';

const shown = (name) => `[data-testid="${name}"]`;

describe('the settings of the example application', () => {
  let world;
  let browser;
  let page;
  before(async () => {
    world = await startWorld({ app: { host: '127.0.0.1', folders: { '/': folder('examples/spa/dist') }, fallback: '/index.html' } });
    world.app.serve('/config.json', JSON.stringify({ issuer: world.provider.issuer, clientId: 'spa', dpopClientId: 'spa-dpop', api: world.api.audience }));
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
    await page.evaluate(() => { for (const name of Object.keys(localStorage)) if (name.startsWith('copy:')) localStorage.removeItem(name); indexedDB.deleteDatabase('oxidc'); });
    await page.goto(`${world.app.origin}/`);
    await page.waitForText(shown('name'), 'Alice Example');
  });

  /** Makes a change that loads the page anew, and waits for the new page. */
  async function anew(change, ...values) {
    await page.evaluate(() => { window.before = true; });
    await change(...values);
    await page.waitFor(() => !window.before && document.querySelector('[data-testid="status"]')?.textContent !== 'Starting …');
  }
  const choose = (storage) => page.evaluate((value) => {
    const select = document.querySelector('[data-testid="storage"]');
    select.value = value;
    select.dispatchEvent(new Event('change'));
  }, storage);
  const toggleDpop = () => page.click(shown('dpop'));

  test('with DPoP the client is another one, and so is its session', async () => {
    await page.click(shown('silent-start'));
    await anew(toggleDpop);
    await page.waitFor(shown('signed-out'));
    await page.click(shown('sign-in'));
    await page.waitForText(shown('name'), 'Alice Example');
    await page.click(shown('call-api'));
    await page.waitForText(shown('api-answer'), 'HTTP 200');
    assert.equal(world.api.proofs.at(-1).htu, `${world.api.origin}/me`);
  });

  test('an API that wants a recent sign-in gets one with a bound token', async () => {
    world.api.demand('DPoP error="insufficient_user_authentication", max_age="10"', 1);
    await page.click(shown('open-vault'));
    await page.click(shown('step-up-confirm'));
    await until(() => world.api.requests.at(-1).path === '/vault' && world.api.requests.at(-1).status === 200, 'the repeated request');
    assert.equal(world.api.proofs.at(-1).htu, `${world.api.origin}/vault`);
  });

  test('without DPoP the session of before is there again', async () => {
    await page.click(shown('sign-out-here'));
    await page.waitFor(shown('signed-out'));
    await anew(toggleDpop);
    await page.waitForText(shown('name'), 'Alice Example');
  });

  /** In which of the page's storages a record of a session is. */
  const kept = () => page.evaluate(() => ['localStorage', 'sessionStorage'].filter((name) => Object.keys(window[name]).some((key) => key.startsWith('oxidc'))));
  /** Removes what the storage before kept. */
  const forget = () => {
    for (const each of [localStorage, sessionStorage]) {
      for (const key of Object.keys(each).filter((name) => name.startsWith('oxidc'))) each.removeItem(key);
    }
  };
  for (const [storage, where] of [['local', ['localStorage']], ['session', ['sessionStorage']], ['memory', []]]) {
    test(`the session is kept in the storage that was chosen: ${storage}`, async () => {
      await anew(choose, storage);
      await page.evaluate(forget);
      await page.waitFor(shown('signed-out'));
      await page.click(shown('sign-in'));
      await page.waitForText(shown('name'), 'Alice Example');
      assert.deepEqual(await kept(), where);
      const proofs = world.api.proofs.length;
      await page.click(shown('call-api'));
      await page.waitForText(shown('api-answer'), 'HTTP 200');
      assert.equal(world.api.proofs.length, proofs);
      await anew(() => page.goto(`${world.app.origin}/`));
      await page.waitFor(shown(where.length > 0 ? 'signed-in' : 'signed-out'));
    });
  }

  test('the settings are the same after a visit to the provider', async () => {
    await page.click(shown('in-window'));
    await anew(toggleDpop);
    await page.waitFor(shown('signed-out'));
    await anew(() => page.click(shown('sign-in')));
    await page.waitForText(shown('name'), 'Alice Example');
    assert.deepEqual(await page.evaluate(() => ['in-window', 'dpop'].map((id) => document.getElementById(id).checked)), [false, true]);
    assert.equal(await page.evaluate(() => document.getElementById('storage').value), 'memory');
    const proofs = world.api.proofs.length;
    await page.click(shown('call-api'));
    await page.waitForText(shown('api-answer'), 'HTTP 200');
    assert.equal(world.api.proofs.length, proofs + 1);
  });
});
