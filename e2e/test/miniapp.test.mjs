// Mini-apps in real cross-origin frames: start, tokens, requests, the end.

import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { open } from '../browsers/index.mjs';
import { openHost, registration, startMiniApps } from './support/miniapp.mjs';

describe('a mini-app in a frame of another origin', () => {
  let world;
  let browser;
  before(async () => {
    world = await startMiniApps();
    browser = await open('chromium');
  });
  after(async () => {
    await browser?.close();
    await world.close();
  });
  beforeEach(() => {
    world.platform.live(60);
    for (const list of [world.platform.issued, world.platform.requests, world.platform.asked]) list.length = 0;
  });

  async function start(options, hostOptions) {
    const host = await openHost(world, browser, hostOptions);
    const frame = await host.add();
    const { value: context, failed } = await frame.create(options);
    assert.equal(failed, undefined);
    return { host, frame, context };
  }

  test('gets the context and calls the platform with a token of its own', async () => {
    const { host, frame, context } = await start();
    assert.equal(context.account.id, 'acme');
    assert.equal(context.auth, undefined);
    assert.deepEqual(await frame.do('get', '/core/whoami', { fields: ['a', 'b'], filter: { sum: { type: 'more', value: 3 } } }), {
      app: 'orders', scope: 'orders:read orders:write', query: '?fields%5B%5D=a&fields%5B%5D=b&filter%5Bsum%5D%5Btype%5D=more&filter%5Bsum%5D%5Bvalue%5D=3',
    });
    assert.deepEqual((await frame.do('post', '/core/user/update/1', { name: 'Ann', tags: ['x'] })).body, { name: 'Ann', 'tags[]': 'x' });
    await host.close();
  });
});
