import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BaseClient } from '../src/client.js';
import { fromClient } from '../src/miniapp/host/sources.js';
import { finish, type Input, ScriptedCore } from './page.js';

const request = { app: 'orders', audience: 'https://api.example.com/', scopes: ['orders:read'], force: false };
const exchanged = {
  accessToken: 'narrow', tokenType: 'Bearer', expiresIn: 60, scopes: ['orders:read'], refreshToken: 'secret',
  issuedTokenType: 'urn:ietf:params:oauth:token-type:access_token',
};

/** A client whose cores answer calls by a script, and what they were asked, without what every client asks. */
function client(answers: Record<string, (task: number) => object>) {
  const asked: Record<string, any>[] = [];
  class Core extends ScriptedCore {
    constructor() {
      super((input: Input, task) => {
        if (!('start' in input)) return [];
        const { do: what, operation } = input.start;
        const answer = answers[String(operation ?? what)];
        if (answer) asked.push(input.start);
        return [answer ? answer(task) : finish(task)];
      });
    }
  }
  return { asked, client: new BaseClient({ issuer: 'https://login.example.com', clientId: 'app' }, async () => Core as never) };
}
const tokens = (task: number) => finish(task, { accessToken: 'own', tokenType: 'Bearer', scopes: ['orders:read'], freshFor: 0 });

test('a token for a mini-app is asked for with the resource, from the session', async () => {
  const { client: c, asked } = client({ getTokens: tokens });
  assert.equal((await fromClient(c).getToken({ ...request, force: true })).accessToken, 'own');
  assert.deepEqual(asked, [{ do: 'getTokens', options: { resource: request.audience, scopes: request.scopes, forceRefresh: true } }]);
  await c.close();
});

for (const exchange of ['audience', 'resource'] as const) {
  test(`a token for a mini-app is exchanged for that of the session, and its ${exchange} is named`, async () => {
    const { client: c, asked } = client({ getTokens: tokens, tokenExchange: (task) => finish(task, exchanged) });
    const grant = await fromClient(c, { exchange }).getToken(request);
    // Nothing but what a frame may have leaves the source: no refresh token, and never the platform's own token.
    assert.deepEqual(grant, { accessToken: 'narrow', tokenType: 'Bearer', expiresIn: 60, scopes: ['orders:read'] });
    const options = {
      subjectToken: 'own', requestedTokenType: 'urn:ietf:params:oauth:token-type:access_token', [exchange]: request.audience, scopes: request.scopes,
    };
    assert.deepEqual(asked, [{ do: 'getTokens', options: {} }, { do: 'operation', operation: 'tokenExchange', options }]);
    await c.close();
  });
}

test('a refused exchange, and a session that is over, are told as they are', async () => {
  const refuse = (code: string, session: string) => (task: number) => ({ id: 0, do: 'finish', task, error: { code, session } });
  const refused = client({ getTokens: tokens, tokenExchange: refuse('resource_rejected', 'kept') });
  await assert.rejects(fromClient(refused.client, { exchange: 'audience' }).getToken(request), { code: 'resource_rejected', session: 'kept' });
  const over = client({ getTokens: refuse('refresh_rejected', 'ended'), tokenExchange: (task) => finish(task, exchanged) });
  await assert.rejects(fromClient(over.client, { exchange: 'audience' }).getToken(request), { code: 'refresh_rejected', session: 'ended' });
  assert.equal(over.asked.length, 1);
  await Promise.all([refused.client.close(), over.client.close()]);
});

test('who is signed in is told in every way of getting tokens', async () => {
  const session = { issuer: 'https://login.example.com', subject: 'ann', authenticatedAt: 1 };
  for (const options of [{}, { exchange: 'audience' as const }]) {
    const { client: c } = client({ getSession: (task) => finish(task, session) });
    const key = await new Promise<string | null>((tell) => fromClient(c, options).watch!(tell));
    assert.equal(key, '["https://login.example.com","ann",1]');
    await c.close();
  }
});
