// The drop-in where there is no browser: every global is a plain object, as in applications' own tests. It makes exactly the requests that are
// known, and fails in the known words.

import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import { build } from 'esbuild';
import * as sdk from '../../packages/oxidc/dist/monocloud/index.js';
import * as internal from '../../packages/oxidc/dist/monocloud/internal.js';
import * as utils from '../../packages/oxidc/dist/monocloud/utils.js';
import { APP, emulate, half, idToken, ISSUER, jwks, seconds, stored } from './support/emulated.mjs';
import { folder } from './support/world.mjs';

const { MonoCloudWebJSClient, MonoCloudOidcClient } = sdk;
let page;
beforeEach(() => { page = emulate(); });

const make = (options) => new MonoCloudWebJSClient({ tenantDomain: ISSUER, clientId: 'app', ...options });
const pending = (more) => ({ mode: 'redirect', state: 's', nonce: 'n', codeVerifier: 'v', scopes: 'openid', responseType: 'code', ...more });
const keep = (key, value) => page.window.localStorage.setItem(key, JSON.stringify(value));
const kept = () => JSON.parse(page.window.localStorage.getItem('mc.session.app'));

describe('the requests', () => {
  test('of a sign-in are four, with the known headers and bodies', async () => {
    const client = make();
    page.answers['/token'] = async () => ({ access_token: 'a', expires_in: 300, scope: 'openid profile', id_token: await idToken({ nonce: 'n' }) });
    page.answers['/me'] = { sub: 'alice', name: 'Alice' };
    await client.internalProcessSignInCallback(`${APP}/?code=c&state=s`, pending());
    assert.deepEqual(page.requests, [
      { url: `${ISSUER}/.well-known/openid-configuration` },
      {
        url: `${ISSUER}/token`, method: 'POST', body: `grant_type=authorization_code&code=c&redirect_uri=${encodeURIComponent(APP)}&code_verifier=v`,
        headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json', authorization: `Basic ${btoa('app:')}` },
      },
      { url: `${ISSUER}/me`, method: 'GET', headers: { accept: 'application/json', authorization: 'Bearer a' } },
      { url: `${ISSUER}/jwks` },
    ]);
    assert.deepEqual(kept().accessTokens.map(({ accessToken, requestedScopes, scopes }) => [accessToken, requestedScopes, scopes]), [['a', 'openid', 'openid profile']]);
    assert.deepEqual(page.replaced, [`${APP}/`]);
  });

  test('are not made by the constructor, nor is a global looked at', () => {
    for (const name of ['window', 'location', 'fetch', 'localStorage', 'sessionStorage', 'navigator', 'document']) delete globalThis[name];
    assert.ok(make() instanceof MonoCloudWebJSClient);
  });

  test('work in a module that is evaluated a second time', async () => {
    const { outputFiles: [bundle] } = await build({ entryPoints: [folder('packages/oxidc/dist/monocloud/index.js')], bundle: true, format: 'esm', write: false, logLevel: 'silent' });
    const again = await import(`data:text/javascript;base64,${Buffer.from(bundle.contents).toString('base64')}`);
    assert.notEqual(again.MonoCloudOidcClient, MonoCloudOidcClient);
    const claims = await new again.MonoCloudOidcClient(ISSUER, 'app').validateIdToken(await idToken(), jwks, 0, 60);
    assert.equal(claims.sub, 'alice');
    assert.deepEqual(page.requests, []);
  });

  test('of clients with a secret prove it in the known ways', async () => {
    page.answers['/token'] = { access_token: 'a' };
    const sent = async (clientAuthMethod, clientSecret) => {
      await new MonoCloudOidcClient(ISSUER, 'app', { clientAuthMethod, clientSecret }).refreshGrant('r');
      const { headers, body } = page.requests.at(-1);
      return { ...Object.fromEntries(new URLSearchParams(body)), authorization: headers.authorization };
    };
    assert.equal((await sent('client_secret_basic', 'ü')).authorization, `Basic ${Buffer.from('app:ü').toString('base64')}`);
    assert.deepEqual([(await sent('client_secret_post', 'x')).client_id, (await sent('client_secret_post', 'x')).client_secret], ['app', 'x']);
    const { client_assertion: assertion, client_assertion_type: type } = await sent('client_secret_jwt', 'secret');
    assert.equal(type, 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer');
    const claims = MonoCloudOidcClient.decodeJwt(assertion);
    assert.deepEqual([claims.aud, claims.iss, claims.sub, claims.exp - claims.iat], [ISSUER, 'app', 'app', 60]);
    await assert.rejects(sent('private_key_jwt', 'text'), { message: 'Invalid Client Authentication Method' });
  });

  test('that fail say so in the known words', async () => {
    const client = new MonoCloudOidcClient(ISSUER, 'app');
    const refresh = () => client.refreshGrant('r');
    const told = (status, body, headers) => () => new Response(body, { status, headers });
    const kinds = (answer, call) => {
      page.answers['/token'] = page.answers['/me'] = answer;
      return call().then(() => assert.fail(), (error) => [error.message, error.errorDescription ?? error.code ?? error.status]);
    };
    assert.deepEqual(await kinds(told(400, '{"error":"invalid_grant","error_description":"gone"}'), refresh), ['invalid_grant', 'gone']);
    assert.deepEqual(await kinds(told(401, 'no JSON'), refresh), ['refresh_grant_failed', 'Refresh token grant failed']);
    assert.deepEqual(await kinds(told(500, ''), refresh), ['Error while performing refresh token grant. Unexpected status code: 500', 500]);
    assert.match((await kinds(told(200, 'no JSON'), refresh))[0], /^Failed to parse response body as JSON : /);
    assert.deepEqual(await kinds(() => { throw new TypeError('offline'); }, refresh), ['offline', undefined]);
    const userinfo = () => client.userinfo('a');
    const challenge = { 'www-authenticate': 'Bearer error="insufficient_scope", error_description="more"' };
    assert.deepEqual(await kinds(told(403, '', challenge), userinfo), ['insufficient_scope: more', 'insufficient_scope']);
    assert.deepEqual(await kinds(told(401, ''), userinfo), ['userinfo_failed: Userinfo authentication error', 'invalid_token']);
    await assert.rejects(client.revokeToken(' '), { message: 'Invalid token' });
    await assert.rejects(client.revokeToken('a', 'b'), { message: 'Only access_token and refresh_token types are supported.' });
    await assert.rejects(client.revokeToken('a'), { message: 'revocation_endpoint endpoint is required but not available in the issuer metadata' });
  });
});

describe('an ID token', () => {
  const client = new MonoCloudOidcClient(ISSUER, 'app');
  const check = (token, { skew = 0, tolerance = 60, maxAge, nonce, keys = jwks } = {}) => client.validateIdToken(token, keys, skew, tolerance, maxAge, nonce);
  const at = seconds();
  const cases = [
    ['Invalid signing alg', {}, { alg: 'PS256' }],
    ['Unexpected JWT "crit" header parameter', {}, { crit: ['x'] }],
    ['Nonce mismatch', { nonce: 'other' }, {}, { nonce: 'n' }],
    ['Nonce mismatch', {}, {}, { nonce: 'n' }],
    ['Unexpected JWT "exp" (expiration time) claim type', { exp: 'soon' }],
    ['Unexpected JWT "exp" (expiration time) claim value, timestamp is <= now()', { exp: at - 61 }],
    ['Unexpected JWT "iat" (issued at) claim type', { iat: 'then' }],
    ['Missing or invalid JWT "auth_time" (authentication time) claim, required when max_age is requested', {}, {}, { maxAge: 10 }],
    ['Too much time has elapsed since the last End-User authentication', { auth_time: at - 100 }, {}, { maxAge: 10 }],
    ['Invalid Issuer', { iss: 'https://evil.example' }],
    ['Unexpected JWT "nbf" (not before) claim type', { nbf: 'then' }],
    ['Unexpected JWT "nbf" (not before) claim value, timestamp is > now()', { nbf: at + 100 }],
    ['Invalid audience claim', { aud: 'other' }],
  ];
  for (const [message, claims, header, options] of cases) {
    test(`with ${JSON.stringify({ ...claims, ...header, ...options })} is refused: ${message}`, async () => {
      await assert.rejects(check(await idToken(claims, header), options), (error) => {
        assert.ok(error instanceof sdk.MonoCloudTokenError);
        assert.deepEqual([error.name, error.message, error.code], ['Error', message, 'invalid_token']);
        return true;
      });
    });
  }

  test('that is none is refused in the known words', async () => {
    const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const [header, payload, signature] = (await idToken()).split('.');
    await assert.rejects(check(''), { message: 'ID Token must be a valid non-empty string' });
    await assert.rejects(check('a.b'), { message: 'ID Token must have a header, payload and signature' });
    await assert.rejects(check(`!.${payload}.${signature}`), { message: 'Failed to parse JWT Header' });
    await assert.rejects(check(`${part([])}.${payload}.${signature}`), { message: 'JWT Header must be a top level object' });
    await assert.rejects(check(`${header}.${part({ sub: 'mallory' })}.${signature}`), { message: 'JWT signature verification failed' });
    await assert.rejects(check(await idToken(), { keys: { keys: [] } }), (error) => !(error instanceof sdk.MonoCloudAuthBaseError) && error.message.startsWith('error when selecting'));
  });

  test('is taken with unknown claims, with a skewed clock and with a tolerance of none', async () => {
    assert.equal((await check(await idToken({ sub_jwk: { kty: 'RSA' } }))).sub, 'alice');
    assert.equal((await check(await idToken({ exp: at - 100, iat: at - 400 }), { skew: -200 })).sub, 'alice');
    await assert.rejects(check(await idToken({ exp: at - 1 }), { tolerance: 0 }), sdk.MonoCloudTokenError);
  });
});

describe('the page', () => {
  test('takes plain objects for windows, and hears only its own popup', async () => {
    const client = make();
    const popup = { closed: false, close() { popup.closed = true; }, location: {} };
    const opened = [];
    page.window.open = (...args) => { opened.push(args); return popup; };
    const signIn = client.signIn({ mode: 'popup' });
    assert.deepEqual(opened, [['about:blank', 'mc.popup', 'width=375,height=600,top=100,left=313']]);
    while (page.listeners.size === 0) await new Promise(setImmediate);
    const { state, nonce } = Object.fromEntries(new URL(popup.location.href).searchParams);
    page.answers['/token'] = async () => ({ access_token: 'a', expires_in: 300, scope: 'profile', id_token: await idToken({ nonce }) });
    const tell = (event) => [...page.listeners].forEach((listener) => listener({ origin: APP, source: popup, ...event }));
    const data = { source: 'monocloud-auth-web-js', url: `${APP}/?code=c&state=${state}` };
    tell({ data, origin: 'https://evil.example' });
    tell({ data, source: page.window });
    tell({ data: { ...data, source: 'other' } });
    tell({ data: null });
    assert.equal(popup.closed, false);
    tell({ data });
    await signIn;
    assert.equal(popup.closed, true);
    assert.equal(page.listeners.size, 0);
    assert.equal(kept().user.sub, 'alice');
    assert.deepEqual(page.replaced, []);
  });

  test('in a window of another hands its address over and touches nothing', async () => {
    const messages = [];
    page.window.opener = { postMessage: (...args) => messages.push(args) };
    page.window.location.href = `${APP}/?code=c&state=s`;
    page.window.sessionStorage = page.window.localStorage = undefined;
    await make().processCallback();
    assert.deepEqual(messages, [[{ source: 'monocloud-auth-web-js', url: `${APP}/?code=c&state=s` }, APP]]);
    assert.deepEqual(page.requests, []);
  });

  test('throws for a flow on its way that is no JSON, and forgets one of the other kind', async () => {
    page.window.sessionStorage.setItem('mc.state.app', '{');
    page.window.location.href = `${APP}/elsewhere`;
    await assert.rejects(make().processCallback(), SyntaxError);
    assert.equal(await make().processCallback(), undefined);
    page.window.sessionStorage.setItem('mc.state.app', JSON.stringify(pending()));
    await make().processCallback();
    assert.notEqual(page.window.sessionStorage.getItem('mc.state.app'), null);
    page.window.location.href = `${APP}/bye`;
    await make({ signOutPath: '/bye' }).processCallback();
    assert.equal(page.window.sessionStorage.getItem('mc.state.app'), null);
  });

  test('refuses what does not belong to the flow, in the known words', async () => {
    const client = make();
    const refuses = async (query, state) => client.internalProcessSignInCallback(APP + query, state).then(() => assert.fail(), (error) => error.message);
    assert.equal(await refuses('/other?code=c&state=s', pending()), 'Incorrect callback url');
    assert.equal(await refuses('/?code=c&state=s', pending({ signOut: true })), 'Incorrect callback state');
    assert.equal(await refuses('/?code=c&state=s', pending({ scopes: undefined })), 'Scopes missing from callback state');
    assert.equal(await refuses('/?code=c&state=s', pending({ responseType: undefined })), 'Response type missing from callback state');
    assert.equal(await refuses('/?error=access_denied&state=x', pending()), 'Sign in callback states mismatch');
    assert.equal(await refuses('/?error=access_denied&state=s', pending()), 'access_denied');
    assert.equal(await refuses('/?state=s', pending()), "Response is missing 'code'");
    assert.equal(await refuses('/#state=s', pending({ responseType: 'constructor' })), 'Unsupported response_type: constructor');
    const out = (query, state) => client.internalProcessSignOutCallback(APP + query, state).then(() => assert.fail(), (error) => error.message);
    assert.equal(await out('/other?state=s', { signOut: true, state: 's' }), 'Incorrect callback url');
    assert.equal(await out('/?state=s', { state: 's' }), 'Incorrect callback state');
    assert.equal(await out('/?state=x', { signOut: true, state: 's' }), 'Sign out states mismatch');
  });

  test('locks in the same tick, and labels what is not its own error', async () => {
    const locks = [];
    globalThis.navigator = { locks: { request: (name, options, work) => { locks.push(name); return work(); } } };
    keep('mc.session.app.k', stored());
    const client = make({ sessionKey: 'k', onSessionCreating: () => { throw new Error('mine'); }, fetchUserinfo: false });
    page.answers['/token'] = { access_token: 'a', expires_in: 300, scope: 'openid' };
    const refresh = client.refreshSession();
    assert.deepEqual(locks, ['mc.lock.app.k']);
    await assert.rejects(refresh, { message: 'Failed to acquire lock: mine' });
    page.window.isSecureContext = false;
    await assert.rejects(client.refreshSession(), { message: 'mine' });
    assert.equal(locks.length, 1);
  });

  test('gives the error of a callback although its address cannot be cleaned', async () => {
    page.window.sessionStorage.setItem('mc.state.app', JSON.stringify(pending()));
    page.window.location.href = `${APP}/?error=access_denied&state=s`;
    delete page.window.history;
    await assert.rejects(make().processCallback(), { message: 'access_denied' });
  });

  test('takes what stands in for an answer, with JSON and no text', async () => {
    globalThis.fetch = () => ({ status: 200, json: async () => ({ issuer: ISSUER, authorization_endpoint: 'a' }) });
    assert.equal((await new MonoCloudOidcClient(ISSUER, 'app').getMetadata()).authorization_endpoint, 'a');
  });

  test('gives errors of the storage as they are', async () => {
    const mine = new Error('full');
    const storage = { getItem: async () => null, setItem: async () => { throw mine; }, removeItem: async () => {} };
    page.answers['/token'] = async () => ({ access_token: 'a', expires_in: 300, scope: 'openid', id_token: await idToken({ nonce: 'n' }) });
    const client = make({ storage, fetchUserinfo: false });
    await assert.rejects(client.internalProcessSignInCallback(`${APP}/?code=c&state=s`, pending()), (error) => error === mine);
  });

  test('reads and decodes where it is told not to check', async () => {
    page.answers['/token'] = async () => ({ access_token: 'a', expires_in: 300, scope: 'openid', id_token: await idToken({ aud: 'other', iss: 'other' }) });
    await make({ validateIdToken: false, fetchUserinfo: false }).internalProcessSignInCallback(`${APP}/?code=c&state=s`, pending());
    assert.equal(kept().user.sub, 'alice');
  });
});

describe('answers in the fragment', () => {
  const finish = (client, parameters, state) => client.internalProcessSignInCallback(`${APP}/#${new URLSearchParams({ state: 's', ...parameters })}`, pending(state));

  test('bring tokens, which are checked against each other', async () => {
    const client = make();
    page.answers['/me'] = { sub: 'alice', name: 'Alice' };
    const token = await idToken({ nonce: 'n', at_hash: half('a'), s_hash: half('s') });
    await finish(client, { id_token: token, access_token: 'a', expires_in: '300', scope: 'openid' }, { responseType: 'id_token token', resource: 'r' });
    const { user, accessTokens, idToken: kind } = kept();
    assert.deepEqual([user.name, accessTokens[0].resource, accessTokens[0].requestedScopes, kind], ['Alice', 'r', 'openid', token]);
    await finish(client, { id_token: await idToken({ nonce: 'n' }) }, { responseType: 'id_token' });
    assert.equal(kept().accessTokens, undefined);
    await finish(client, { access_token: 'a', expires_in: '300' }, { responseType: 'token' });
    assert.equal(kept().user.name, 'Alice');
  });

  test('are refused in the known words', async () => {
    const client = make({ fetchUserinfo: false });
    const refuses = (parameters, responseType) => finish(client, parameters, { responseType }).then(() => assert.fail(), ({ constructor, message }) => [constructor === sdk.MonoCloudValidationError, message]);
    const both = async (claims) => ({ id_token: await idToken({ nonce: 'n', ...claims }), access_token: 'a', expires_in: '1' });
    assert.deepEqual(await refuses(await both({}), 'id_token token'), [true, "Invalid 'at_hash' in id token"]);
    assert.deepEqual(await refuses(await both({ at_hash: half('b') }), 'id_token token'), [true, "Invalid 'at_hash' in id token"]);
    assert.deepEqual(await refuses(await both({ at_hash: half('a'), s_hash: half('t') }), 'id_token token'), [true, "Invalid 's_hash' in id token"]);
    assert.deepEqual(await refuses({ access_token: 'a' }, 'token'), [true, "The 'expires_in' parameter is missing from the callback"]);
    assert.deepEqual(await refuses({}, 'token'), [true, "Response is missing 'access_token'"]);
    assert.deepEqual(await refuses({}, 'id_token'), [true, "Response is missing 'id_token'"]);
    assert.deepEqual(await refuses({}, 'code id_token token'), [true, "Response is missing 'code', 'id_token', or 'access_token'"]);
    assert.deepEqual(await refuses({ id_token: await idToken({ nonce: 'other' }) }, 'id_token'), [false, 'Nonce mismatch']);
  });

  test('with a code have it exchanged, and their tokens only be there', async () => {
    page.answers['/token'] = async () => ({ access_token: 'from the code', expires_in: 300, scope: 'openid', id_token: await idToken({ nonce: 'n' }) });
    await finish(make({ fetchUserinfo: false }), { code: 'c', id_token: 'anything', access_token: 'anything' }, { responseType: 'code id_token token' });
    assert.equal(kept().accessTokens[0].accessToken, 'from the code');
  });
});

describe('the helpers', () => {
  test('read parameters of answers', () => {
    for (const given of [`${APP}/?code=c&expires_in=5`, `?code=c&expires_in=5`, '#code=c&expires_in=5', 'code=c&expires_in=5', new URL(`${APP}/#code=c&expires_in=5`), new URLSearchParams('code=c&expires_in=5')]) {
      const { code, expiresIn, state } = utils.parseCallbackParams(given);
      assert.deepEqual([code, expiresIn, state], ['c', 5, undefined]);
    }
  });

  test('encrypt and decrypt', async () => {
    assert.equal(await utils.decrypt(await utils.encrypt('Zoë', 'secret'), 'secret'), 'Zoë');
    assert.equal(await utils.decrypt(await utils.encrypt('Zoë', 'secret'), 'other'), undefined);
    assert.deepEqual(await utils.decryptSession(await utils.encryptSession(stored(), 's'), 's'), stored());
    await assert.rejects(utils.decryptSession('?', 's'), { message: 'Invalid session data' });
    await assert.rejects(async () => utils.decryptSession(await utils.encryptSession(stored(), 's', -10), 's'), { message: 'Session Expired' });
    await assert.rejects(utils.decryptAuthState('?', 's'), { message: 'Invalid auth state' });
    await assert.rejects(async () => utils.decryptAuthState(await utils.encryptAuthState({ state: 's', nonce: 'n', scopes: 'openid' }, 's', -10), 's'), { message: 'Auth state expired' });
  });

  test('know groups', () => {
    const user = { sub: 'a', groups: ['one', { id: '2', name: 'two' }] };
    const table = [[['one'], undefined, undefined, true], [['2'], undefined, undefined, true], [['two', 'three'], undefined, true, false], [[], undefined, undefined, true], [['one'], 'roles', undefined, false]];
    for (const [groups, claim, all, expected] of table) assert.equal(utils.isUserInGroup(user, groups, claim, all), expected);
  });

  test('are small and exact', async () => {
    const { codeVerifier, codeChallenge } = await utils.generatePKCE();
    assert.equal(codeVerifier.length, 43);
    assert.equal(codeChallenge, await internal.sha256(codeVerifier));
    assert.equal(utils.generateState().length, 43);
    assert.equal(utils.mergeArrays(undefined, undefined), undefined);
    assert.deepEqual(utils.mergeArrays(['a'], undefined, ['b']), ['a', 'b']);
    assert.equal(internal.decodeBase64Url(internal.encodeBase64Url('ü')), 'Ã¼');
    assert.deepEqual([internal.removeTrailingSlash(' a// '), internal.ensureLeadingSlash('a'), internal.isPresent(' '), internal.isPresent(0)], ['a/', '/a', false, true]);
    assert.deepEqual([internal.getBoolean('TRUE'), internal.getBoolean('x'), internal.getNumber('5'), internal.getNumber('x')], [true, undefined, 5, undefined]);
    assert.deepEqual(internal.parseClientSecret('{"kty":"oct"}'), { kty: 'oct' });
    assert.equal(internal.parseClientSecret('{}'), '{}');
    assert.equal(internal.findToken([{ resource: 'a b', requestedScopes: 'x y' }], 'b a b', 'y x').resource, 'a b');
    assert.equal(internal.timingSafeEqual('a', 'aa'), false);
    assert.equal(await internal.validateTokenHash('a', half('a')), true);
  });

  test('have the names that applications import', () => {
    const names = (module) => Object.keys(module).sort();
    assert.deepEqual(names(sdk), [
      'LocalStorage', 'MemoryStorage', 'MonoCloudAuthBaseError', 'MonoCloudHttpError', 'MonoCloudJsError', 'MonoCloudOPError', 'MonoCloudOidcClient',
      'MonoCloudTokenError', 'MonoCloudValidationError', 'MonoCloudWebJSClient', 'SessionStorage',
    ]);
    assert.deepEqual(names(utils), [
      'decrypt', 'decryptAuthState', 'decryptSession', 'encrypt', 'encryptAuthState', 'encryptSession', 'generateNonce', 'generatePKCE', 'generateState',
      'isUserInGroup', 'mergeArrays', 'parseCallbackParams',
    ]);
    for (const name of ['toB64Url', 'fromB64Url', 'getPublicSigKeyFromIssuerJwks', 'hashTokenValue', 'isSameHost', 'profileSync', 'setsEqual', 'randomBytes', 'isJsonObject']) {
      assert.equal(typeof internal[name], 'function', name);
    }
  });
});
