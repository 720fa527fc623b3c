// Each signature algorithm of the provider, verified by each engine's own cryptography.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { engines, open } from '../browsers/index.mjs';
import { idToken } from '../servers/faults.mjs';
import { brokenSignature } from '../servers/forge.mjs';
import { algorithms } from '../servers/keys.mjs';
import { clientIdFor } from '../servers/provider.mjs';
import { openTab } from './support/harness.mjs';
import { startWorld } from './support/world.mjs';

for (const engine of engines) {
  describe(`ID tokens in ${engine}`, () => {
    let world;
    let browser;
    before(async () => {
      world = await startWorld();
      browser = await open(engine);
    });
    after(async () => {
      await browser?.close();
      await world.close();
    });

    for (const alg of algorithms) {
      test(`t480_signed with ${alg} are accepted, with a broken signature refused`, async () => {
        const tab = await openTab(world, browser, { clientId: clientIdFor(alg), idTokenAlgorithms: [alg] });
        assert.equal((await tab.signIn()).session.subject, 'alice');
        await tab.authorize();
        world.provider.rule({ grant: 'authorization_code' }, idToken(brokenSignature()), 1);
        assert.equal((await tab.call('processCallback')).failed?.code, 'id_token_signature');
        await tab.close();
      });
    }
  });
}
