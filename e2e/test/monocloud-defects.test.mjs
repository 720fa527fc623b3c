// What was wrong with the package that the drop-in replaces, and is not wrong with the drop-in. The page is emulated; the module is the real one.

import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import { MonoCloudOidcClient, MonoCloudTokenError, MonoCloudWebJSClient } from '../../packages/oxidc/dist/monocloud/index.js';
import { APP, emulate, idToken, ISSUER, jwks, seconds, stored } from './support/emulated.mjs';

let page;
beforeEach(() => { page = emulate(); });

const make = (options) => new MonoCloudWebJSClient({ tenantDomain: ISSUER, clientId: 'app', ...options });
const keep = (session) => page.window.localStorage.setItem('mc.session.app', JSON.stringify(session));
const kept = () => JSON.parse(page.window.localStorage.getItem('mc.session.app'));
/** Answers refreshes with these members on top of the usual ones. */
const refreshesWith = (more = {}) => {
  let number = 1;
  page.answers['/token'] = async (form) => ({ access_token: `a${(number += 1)}`, expires_in: 300, scope: form.get('scope') ?? 'openid profile email', ...(await more) });
};
const asked = () => Object.fromEntries(new URL(page.assigned.at(-1)).searchParams);
/** A sign-in up to its answer. */
async function signInWith(client, claims, userinfo) {
  await client.signIn();
  const { state, nonce } = asked();
  page.answers['/token'] = async () => ({ access_token: 'a', expires_in: 300, scope: 'openid', id_token: await idToken({ nonce, ...claims }) });
  page.answers['/me'] = userinfo ?? { sub: 'alice' };
  page.window.location.href = `${APP}/?code=c&state=${state}`;
  await client.processCallback();
  return client.getSession();
}

describe('the drop-in', () => {
  test('a refreshed token for the default resource is the one that is given out', async () => {
    const resource = 'https://api.example.com';
    keep(stored({ accessTokens: [{ accessToken: 'a1', accessTokenExpiration: 1, scopes: 'openid', requestedScopes: 'openid profile email', resource }] }));
    refreshesWith();
    const client = make({ defaultAuthParams: { resource } });
    const tokens = await client.getTokens();
    assert.equal(tokens.accessToken, 'a2');
    assert.equal(tokens.isExpired, false);
    assert.equal((await client.getTokens()).accessToken, 'a2');
    assert.equal(page.requests.length, 2);
    assert.equal(kept().accessTokens.length, 1);
    await client.refetchUserInfo().catch((error) => assert.doesNotMatch(error.message, /token not found/));
  });

  test('calls that ask for different things are not taken for one', async () => {
    keep(stored());
    refreshesWith();
    const client = make();
    const [one, other] = await Promise.all([client.getTokens({ resource: 'x' }), client.getTokens({ scopes: 'x' })]);
    assert.notEqual(one.accessToken, other.accessToken);
    assert.deepEqual([one.resource, other.resource, other.requestedScopes], ['x', undefined, 'x']);
  });

  test('resources take no scopes away', async () => {
    await make({ resources: [{ resource: 'https://api.example.com' }] }).signIn();
    assert.equal(asked().scope, 'openid profile email');
    await make({ resources: [{ resource: 'https://api.example.com', scopes: 'read' }] }).signIn();
    assert.equal(asked().scope, 'openid profile email read');
    assert.equal(asked().resource, 'https://api.example.com');
  });

  test('all defaults of a sign-in have an effect, and a call goes before them', async () => {
    const defaults = {
      prompt: 'login', display: 'touch', uiLocales: 'pl', acrValues: ['high'], maxAge: 60, loginHint: 'zoe', authenticatorHint: 'passkey', audience: 'api', idTokenHint: 'hint',
    };
    const client = make({ defaultAuthParams: defaults });
    await client.signIn();
    const names = { ui_locales: 'pl', acr_values: 'high', max_age: '60', login_hint: 'zoe', authenticator_hint: 'passkey', id_token_hint: 'hint', prompt: 'login', display: 'touch', audience: 'api' };
    for (const [name, value] of Object.entries(names)) assert.equal(asked()[name], value, name);
    await client.signIn({ loginHint: 'adam', maxAge: 0 });
    assert.deepEqual([asked().login_hint, asked().max_age], ['adam', '0']);
  });

  test('names outside English arrive as they are', async () => {
    const session = await signInWith(make({ fetchUserinfo: false }), { name: 'Zoë Łącka Жанна' });
    assert.equal(session.user.name, 'Zoë Łącka Жанна');
    assert.equal(MonoCloudOidcClient.decodeJwt(session.idToken).name, 'Zoë Łącka Жанна');
  });

  test('a refreshed ID token may repeat the nonce', async () => {
    keep(stored());
    refreshesWith(idToken({ nonce: 'that of the sign-in', name: 'New' }).then((token) => ({ id_token: token })));
    await make({ fetchUserinfo: false }).refreshSession();
    assert.equal(kept().user.name, 'New');
  });

  test('who signs out during a refresh stays signed out', async () => {
    keep(stored());
    let release;
    const arrived = new Promise((resolve) => {
      page.answers['/token'] = () => { resolve(); return new Promise((answer) => { release = () => answer({ access_token: 'a2', expires_in: 300, scope: 'openid' }); }); };
    });
    const client = make();
    const refresh = client.refreshSession();
    await arrived;
    const signOut = client.signOut({ federatedSignOut: false });
    release();
    await assert.rejects(refresh);
    await signOut;
    assert.equal(kept(), null);
  });

  test('another person never takes the place of the one who signed in', async () => {
    const client = make();
    keep(stored());
    refreshesWith(idToken({ sub: 'mallory' }).then((token) => ({ id_token: token })));
    page.answers['/me'] = { sub: 'mallory', name: 'Mallory' };
    await assert.rejects(make({ fetchUserinfo: false }).refreshSession(), MonoCloudTokenError);
    refreshesWith();
    await assert.rejects(client.refreshSession(), MonoCloudTokenError);
    await assert.rejects(client.refetchUserInfo(), MonoCloudTokenError);
    assert.deepEqual(kept(), stored());
    page.window.localStorage.removeItem('mc.session.app');
    await assert.rejects(signInWith(client, {}, { sub: 'mallory' }), MonoCloudTokenError);
    assert.equal(kept(), null);
  });

  test('user information that names nobody is taken', async () => {
    keep(stored());
    page.answers['/me'] = { name: 'New' };
    await make().refetchUserInfo();
    assert.deepEqual(kept().user, { sub: 'alice', name: 'New' });
  });

  test('a failed callback and a refused return address leave no code in the address bar', async () => {
    const client = make();
    await client.signIn();
    page.window.location.href = `${APP}/?error=access_denied&state=${asked().state}`;
    await assert.rejects(client.processCallback(), { message: 'access_denied' });
    assert.equal(page.window.location.href, `${APP}/`);
    await client.signIn({ returnUrl: 'https://evil.example/' });
    const { state, nonce } = asked();
    page.answers['/token'] = async () => ({ access_token: 'a', expires_in: 300, scope: 'profile', id_token: await idToken({ nonce }) });
    page.window.location.href = `${APP}/?code=c&state=${state}`;
    await client.processCallback();
    assert.equal(page.window.location.href, `${APP}/`);
  });

  test('who has a corrupted session can sign out', async () => {
    page.window.localStorage.setItem('mc.session.app', 'not JSON');
    const client = make();
    await assert.rejects(client.getSession(), SyntaxError);
    await client.signOut();
    assert.equal(kept(), null);
    assert.deepEqual(Object.keys(asked()), ['client_id', 'post_logout_redirect_uri', 'state']);
  });

  test('a tenant on this machine needs no https', async () => {
    for (const [tenant, url] of [['http://localhost:8080/', 'http://localhost:8080'], ['login.example.com', ISSUER]]) {
      page.answers['/.well-known/openid-configuration'] = { issuer: url };
      await new MonoCloudOidcClient(tenant, 'app').getMetadata();
      assert.equal(page.requests.at(-1).url, `${url}/.well-known/openid-configuration`);
    }
  });

  test('a refresh without a new ID token leaves newer user information alone', async () => {
    keep(stored({ user: { sub: 'alice', name: 'Newer' } }));
    refreshesWith();
    await make({ fetchUserinfo: false }).refreshSession();
    assert.equal(kept().user.name, 'Newer');
  });

  test('metadata of another issuer is refused', async () => {
    page.answers['/.well-known/openid-configuration'] = { ...page.answers['/.well-known/openid-configuration'], issuer: 'https://evil.example' };
    await assert.rejects(make().signIn(), /issuer/);
    assert.deepEqual(page.assigned, []);
  });

  test('calls that need the metadata at the same time share one request', async () => {
    const client = new MonoCloudOidcClient(ISSUER, 'app');
    await Promise.all([client.getJwks(), client.getMetadata(), client.getJwks()]);
    assert.deepEqual(page.requests.map(({ url }) => new URL(url).pathname), ['/.well-known/openid-configuration', '/jwks']);
  });

  test('keys are read again, once, when none fits', async () => {
    const client = new MonoCloudOidcClient(ISSUER, 'app');
    page.answers['/jwks'] = { keys: [] };
    await client.getJwks();
    page.answers['/jwks'] = jwks;
    page.answers['/token'] = async () => ({ access_token: 'a', expires_in: 1, scope: 'openid', id_token: await idToken() });
    const session = await client.authenticate('c', `${APP}`, 'openid');
    assert.equal(session.user.sub, 'alice');
    assert.equal(page.requests.filter(({ url }) => url.endsWith('/jwks')).length, 2);
  });

  for (const claim of ['exp', 'iat', 'sub']) {
    test(`an ID token without ${claim} is refused`, async () => {
      const client = new MonoCloudOidcClient(ISSUER, 'app');
      await assert.rejects(client.validateIdToken(await idToken({ [claim]: undefined }), jwks, 0, 60), MonoCloudTokenError);
    });
  }

  test('an ID token for another authorized party is refused', async () => {
    const client = new MonoCloudOidcClient(ISSUER, 'app');
    await assert.rejects(client.validateIdToken(await idToken({ azp: 'other' }), jwks, 0, 60), /authorized party/);
    assert.equal((await client.validateIdToken(await idToken({ aud: ['app', 'other'], azp: 'app' }), jwks, 0, 60)).azp, 'app');
  });

  test('an expired token of a refresh is never given out as good', async () => {
    keep(stored());
    page.answers['/token'] = { access_token: 'a2', expires_in: 0, scope: 'openid' };
    assert.equal((await make().getTokens()).isExpired, true);
    assert.ok(kept().accessTokens[0].accessTokenExpiration <= seconds());
  });
});
