// Each signature algorithm of the provider, verified by each engine's own cryptography.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { engines, open } from '../browsers/index.mjs';
import { idToken } from '../servers/faults.mjs';
import { brokenSignature, pkcs1, pss } from '../servers/forge.mjs';
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

    /** Tokens that are signed by the provider's key, each in its own way: all but the last are refused. */
    async function lastIsGood(alg, forgeries) {
      const tab = await openTab(world, browser, { clientId: clientIdFor(alg), idTokenAlgorithms: [alg] });
      await tab.signIn();
      for (const [at, forgery] of forgeries.entries()) {
        await tab.authorize();
        world.provider.rule({ grant: 'authorization_code' }, idToken(forgery), 1);
        const { failed } = await tab.call('processCallback');
        assert.equal(failed?.code, at === forgeries.length - 1 ? undefined : 'id_token_signature', `signature ${at}`);
      }
      await tab.close();
    }

    test('t019_the_probabilistic_padding_has_a_salt_as_long_as_the_hash_and_the_hash_of_its_name', () =>
      lastIsGood('PS256', [pss(0), pss(20), pss(64), pss(48, 'sha384'), pss(32, 'sha384'), pkcs1(), pss(32)]));

    test('t020_the_older_padding_is_read_to_its_last_octet', () => {
      const at = (place, octet) => pkcs1((block) => { block[place] = octet; return block; });
      /** Less padding, and room for what an attacker without the key would compute there. */
      const short = pkcs1((block) => {
        const info = block.subarray(block.indexOf(0, 1));
        return Buffer.concat([Buffer.from([0, 1]), Buffer.alloc(8, 255), info, Buffer.alloc(block.length - info.length - 10, 7)]);
      });
      /** The identifier of the hash without its parameters. */
      const bare = pkcs1((block, digest) => {
        const info = Buffer.concat([Buffer.from('302f300b0609608648016503040201', 'hex'), Buffer.from('0420', 'hex'), digest]);
        return Buffer.concat([Buffer.from([0, 1]), Buffer.alloc(block.length - info.length - 3, 255), Buffer.from([0]), info]);
      });
      return lastIsGood('RS256', [at(1, 2), at(9, 254), at(200, 0), short, bare, pss(32), pkcs1()]);
    });
  });
}
