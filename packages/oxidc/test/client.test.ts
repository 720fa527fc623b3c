import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BaseClient } from '../src/client.js';
import { errorCodes, meanings } from '../src/codes.js';
import { ConfigurationError, OxidcError, errorOf } from '../src/errors.js';
import type { AuthClientOptions } from '../src/types.js';
import { finish, type Input, ScriptedCore } from './page.js';

const good: AuthClientOptions = { issuer: 'https://login.example.com', clientId: 'app' };

function client(answer: (input: Input, task: number) => object[], options = good) {
  const cores: ScriptedCore[] = [];
  class Core extends ScriptedCore {
    constructor() {
      super(answer);
      cores.push(this);
    }
  }
  return { client: new BaseClient(options, async () => Core as never), cores };
}

const refusals: [string, object, string][] = [
  ['an option that does not exist', { ...good, clientID: 'x' }, 'option_unknown'],
  ['no issuer', { clientId: 'app' }, 'issuer_invalid'],
  ['an issuer that is no address', { ...good, issuer: 'login.example.com' }, 'issuer_invalid'],
  ['an issuer with a query', { ...good, issuer: 'https://login.example.com/?a' }, 'issuer_invalid'],
  ['an issuer over http', { ...good, issuer: 'http://login.example.com' }, 'issuer_insecure'],
  ['no client identifier', { issuer: good.issuer }, 'client_id_missing'],
  ['an empty client identifier', { ...good, clientId: '' }, 'client_id_missing'],
  ['t462_a_client_secret', { ...good, clientSecret: 's' }, 'client_secret_refused'],
  ['t107_a_relative_redirect_address', { ...good, redirectUri: '/callback' }, 'redirect_uri_invalid'],
  ['t107_a_redirect_address_with_a_fragment', { ...good, redirectUri: 'https://app.example.com/#x' }, 'redirect_uri_invalid'],
  ['t107_a_redirect_address_with_credentials', { ...good, redirectUri: 'https://a:b@app.example.com/' }, 'redirect_uri_invalid'],
  ['t107_a_script_as_redirect_address', { ...good, redirectUri: 'javascript:alert(1)' }, 'redirect_uri_invalid'],
  ['t392_an_allowed_origin_with_a_pattern', { ...good, allowedOrigins: ['https://*.example.com'] }, 'allowed_origin_invalid'],
  ['t392_an_allowed_origin_with_a_path', { ...good, allowedOrigins: ['https://api.example.com/v1'] }, 'allowed_origin_invalid'],
  ['t392_a_star_as_allowed_origin', { ...good, allowedOrigins: ['*'] }, 'allowed_origin_invalid'],
  ['a storage without methods', { ...good, storage: { getItem() {} } }, 'option_invalid'],
  ['a tolerance beyond five minutes', { ...good, clockTolerance: 301 }, 'option_invalid'],
  ['t473_a_flag_that_is_a_text', { ...good, fetchUserinfo: 'yes' }, 'option_invalid'],
  ['nothing at all', null as never, 'option_invalid'],
];

for (const [what, options, code] of refusals) {
  test(`construction refuses ${what}`, () => {
    const refused = (error: unknown) => error instanceof ConfigurationError && error.code === code && error.message.length > 20;
    assert.throws(() => new BaseClient(options as AuthClientOptions, () => assert.fail('must not load')), refused);
  });
}

test('construction accepts every option in its right form, and loads nothing', () => {
  const all: Required<AuthClientOptions> = {
    ...good,
    redirectUri: 'http://localhost:3000/callback?x=1',
    postLogoutRedirectUri: 'https://app.example.com/bye',
    scopes: ['openid', 'profile'],
    resources: ['https://api.example.com/', { resource: 'https://files.example.com/', scopes: 'read' }],
    storage: new Map() as never as AuthClientOptions['storage'] & object,
    fetchUserinfo: false,
    clockTolerance: 0,
    timeouts: { request: 1000 },
    allowedOrigins: ['https://api.example.com', { origin: 'http://127.0.0.1:8080', resource: 'https://api.example.com/' }],
    provider: { authorization_endpoint: 'https://a.example/a', token_endpoint: 'https://a.example/t', jwks_uri: 'https://a.example/k' },
    idTokenAlgorithms: ['ES256'],
    trustedAudiences: ['other'],
    automaticRenewal: false,
    onReturn: () => {},
    defaultSignIn: { prompt: 'login' },
    popup: { width: 400 },
    onSessionCreating: () => {},
    onStepUp: () => true,
    filteredClaims: ['iss'],
    frontChannelLogoutUri: 'https://app.example.com/gone',
    frontChannelLogoutSessionRequired: false,
    sessionKey: 'second',
  };
  Object.assign(all.storage, { getItem: () => null, setItem: () => {}, removeItem: () => {} });
  assert.ok(new BaseClient(all, () => assert.fail('must not load')));
});

test('t476_a_token_is_answered_from_memory_until_it_needs_a_thought', async () => {
  let freshFor = 60_000;
  const { client: c, cores } = client((input, task) => {
    const command = 'start' in input ? input.start['do'] : '';
    return command === 'getTokens' ? [finish(task, { accessToken: 'a', freshFor })] : [finish(task)];
  });
  const first = await c.getTokens();
  assert.deepEqual(first, { accessToken: 'a' });
  assert.equal(await c.getTokens(), first);
  assert.equal(Object.isFrozen(first), true);
  const asked = () => cores[0]!.inputs.filter((input) => 'start' in input && input.start['do'] === 'getTokens').length;
  assert.equal(asked(), 1);
  await c.getTokens({ resource: 'https://api.example.com/' });
  assert.equal(asked(), 2);
  freshFor = 0;
  await c.getTokens({ forceRefresh: true });
  assert.equal(asked(), 3);
  await c.getTokens();
  assert.equal(asked(), 4);
  await c.close();
});

test('t237_a_token_from_memory_is_not_answered_after_the_clock_jumped', async (t) => {
  const { client: c, cores } = client((_, task) => [finish(task, { accessToken: 'a', freshFor: 60_000 })]);
  await c.getTokens();
  const asked = () => cores[0]!.inputs.length;
  const before = asked();
  const real = Date.now;
  t.after(() => (Date.now = real));
  for (const jump of [61_000, -1_000]) {
    Date.now = () => real() + jump;
    await c.getTokens();
  }
  assert.equal(asked(), before + 2);
  Date.now = real;
  await c.close();
});

test('t425_what_was_in_memory_is_forgotten_when_the_session_changes', async () => {
  const { client: c, cores } = client((input, task) => {
    const command = 'start' in input ? input.start['do'] : '';
    if (command === 'signOut') return [{ id: 1, do: 'publish', event: 'signedOut', reason: 'signed_out' }, finish(task, { navigated: false })];
    return [finish(task, { accessToken: 'a', freshFor: 60_000 })];
  });
  await c.getTokens();
  await c.signOut({ federated: false });
  const before = cores[0]!.inputs.length;
  await c.getTokens();
  assert.equal(cores[0]!.inputs.length, before + 1);
  await c.close();
});

test('t145_a_callback_that_is_processed_twice_at_once_is_processed_once', async () => {
  const { client: c, cores } = client((_, task) => [finish(task, { handled: 'none' })]);
  const results = await Promise.all([c.processCallback(), c.processCallback()]);
  assert.equal(results[0], results[1]);
  const processed = cores[0]!.inputs.filter((input) => 'start' in input && input.start['do'] === 'processCallback');
  assert.deepEqual(processed, [{ start: { do: 'processCallback', url: 'https://app.example.com/' } }]);
  await c.close();
});

test('options of a call reach the core without its signal', async () => {
  const { client: c, cores } = client((_, task) => [finish(task)]);
  await c.signIn({ prompt: 'login', maxAge: 0, signal: new AbortController().signal });
  assert.deepEqual(cores[0]!.inputs[0], { start: { do: 'signIn', options: { prompt: 'login', maxAge: 0 } } });
  await c.close();
});

test('a code has the number that the core tells', () => {
  const names = meanings.flatMap(([, codes]) => Object.keys(codes));
  assert.deepEqual(names, errorCodes.slice(0, names.length));
  for (const [code, name] of names.entries()) {
    const error = errorOf({ code, session: 'kept' });
    assert.equal(error.code, name);
    assert.deepEqual({ ...error, message: error.message }, { ...errorOf({ code: name, session: 'kept' }).toJSON() });
  }
});

test('an error keeps its class, code and facts, and can be reported', () => {
  const facts = { code: 'rate_limited', message: 'token_endpoint', session: 'kept', retryAfter: 7 } as const;
  const error = errorOf(facts);
  assert.ok(error instanceof OxidcError);
  assert.equal(error.name, 'NetworkError');
  assert.equal(error.retryAfter, 7);
  assert.equal(error.retryable, true);
  const reported = JSON.parse(JSON.stringify(error));
  assert.equal(reported.code, 'rate_limited');
  assert.match(reported.message, /^The provider asks for fewer requests;.*\. \(token_endpoint\)$/);
});
