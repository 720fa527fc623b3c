// The provider tells of a sign-out in a frame (OpenID Connect Front-Channel Logout 1.0), and others try to.

import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { open } from '../browsers/index.mjs';
import { idToken } from '../servers/faults.mjs';
import * as forge from '../servers/forge.mjs';
import { startStatic } from '../servers/static.mjs';
import { openTab } from './support/harness.mjs';
import { startWindows } from './support/windows.mjs';

describe('a front-channel message', () => {
  let world;
  let browser;
  let tab;
  let holder;
  let sid;
  before(async () => {
    world = await startWindows({ app: { host: '127.0.0.1' } });
    // This provider names its sessions only to clients with back-channel logout.
    world.provider.rule({ path: '/token' }, idToken(forge.claims({ sid: 'the session' })));
    browser = await open('chromium');
    holder = await startStatic();
    world.app.serve('/gone.html', '<!doctype html><body><script type="module" src="/return.js"></script>');
  });
  after(async () => {
    await browser?.close();
    await Promise.all([world.close(), holder.close()]);
  });
  beforeEach(async () => {
    await tab?.close();
    tab = await openTab(world, browser, world.windows);
    await tab.click('signIn', { mode: 'popup' });
    sid = (await tab.settled()).value.claims.sid;
    assert.equal(typeof sid, 'string');
  });

  /** Loads the address as the provider would, in a frame, or by itself; gives the outcome. */
  async function load(query, { framed = true, from = holder } = {}) {
    const page = await browser.context.newPage();
    const url = `${world.app.origin}/gone.html${query}`;
    if (framed) from.serve('/index.html', `<!doctype html><iframe src="${url.replaceAll('&', '&amp;')}"></iframe>`);
    await page.goto(framed ? `${from.origin}/` : url);
    const frame = framed ? page.frames()[1] : page.mainFrame();
    await frame.waitForFunction(() => document.body?.dataset.result);
    const result = JSON.parse(await frame.evaluate(() => document.body.dataset.result));
    await page.close();
    assert.equal(result.handled, 'frontChannelLogout');
    return result.outcome;
  }
  const named = () => `?iss=${encodeURIComponent(world.provider.issuer)}&sid=${encodeURIComponent(sid)}`;

  test('t435_with_the_right_issuer_and_session_ends_the_session_in_all_tabs', async () => {
    assert.equal(await load(named()), 'signedOut');
    await tab.page.waitFor(() => window.harness.events.some(([event, reason]) => event === 'signedOut' && reason === 'provider_signed_out'));
    assert.equal(await tab.do('getSession'), null);
  });

  const ignored = {
    'another issuer': () => named().replace('iss=', 'iss=x'),
    'another session': () => `${named()}x`,
    'no issuer': () => named().replace(/iss=[^&]*&/, ''),
    'no session': () => named().replace(/&sid=.*/, ''),
    'neither, though both are wanted': () => '',
    'two issuers': () => `${named()}&iss=x`,
    'two sessions': () => `${named()}&sid=x`,
  };
  for (const [which, query] of Object.entries(ignored)) {
    test(`t435_with_${which} is ignored`, async () => {
      assert.equal(await load(query()), 'ignored');
      assert.equal((await tab.do('getSession')).subject, 'alice');
    });
  }

  test('t435_without_names_ends_the_session_where_that_was_agreed', async () => {
    world.app.serve('/return.json', JSON.stringify({ ...world.windows, frontChannelLogoutUri: `${world.app.origin}/gone.html`, frontChannelLogoutSessionRequired: false }));
    assert.equal(await load(''), 'signedOut');
    world.app.serve('/return.json', JSON.stringify({ ...world.windows, frontChannelLogoutUri: `${world.app.origin}/gone.html` }));
  });

  test('t424_outside_a_frame_is_ignored', async () => {
    assert.equal(await load(named(), { framed: false }), 'ignored');
    assert.equal((await tab.do('getSession')).subject, 'alice');
  });

  test('t436_where_the_frame_sees_no_storage_is_unsupported_and_signs_nobody_out', async () => {
    const stranger = await startStatic({ host: 'localhost' });
    try {
      assert.equal(await load(named(), { from: stranger }), 'unsupported');
      assert.equal((await tab.do('getSession')).subject, 'alice');
    } finally {
      await stranger.close();
    }
  });
});
