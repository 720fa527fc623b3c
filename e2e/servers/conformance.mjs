// A small provider that makes one mistake on purpose for each module of the relying-party plans of the OpenID Foundation's conformance
// suite that concerns a public client in a browser. Each module is an issuer of its own: `<origin>/<module>`.

import { createHash, randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import { base64url, importJWK, SignJWT } from 'jose';
import { bodyOf, close, listen } from './http.mjs';
import { createKey, publicKey } from './keys.mjs';

/** The client that every module knows. */
export const clientId = 'conformance-client';

const drop = (name) => ({ [name]: _, ...rest }) => rest;
const append = (name, text = '1') => (object) => ({ ...object, [name]: object[name] + text });
const now = () => Math.floor(Date.now() / 1000);
const oidc = 'oidcc-client-test';
const fapi = 'fapi2-security-profile-final-client-test';
const refused = (name, says, expect, mistake) => ({ name, says, expect, ...mistake });
const accepted = (name, says, rest = {}) => ({ name, says, expect: 'accepted', ...rest });
/** After a refused callback not even the token endpoint is asked. */
const atCallback = { asked: [] };

/**
 * The modules. `expect` is `accepted` or the code of the refusal; `asked` are the endpoints that may be asked after the callback
 * (default: the token endpoint and the keys); the functions are the mistakes; `then` is what the client does after the sign-in.
 */
export const modules = [
  accepted(oidc, 'the whole path'),
  accepted(`${oidc}-idtoken-sig-rs256`, 'a token signed with RS256'),
  accepted(`${oidc}-kid-absent-single-jwks`, 'no kid, one key', { header: drop('kid') }),
  accepted(`${oidc}-kid-absent-multiple-jwks`, 'no kid, several keys: each is tried', { header: drop('kid'), keys: 2 }),
  accepted(`${oidc}-userinfo-bearer-header`, 'user information with the token in the header', { userinfo: (claims) => claims }),
  accepted(`${oidc}-scope-userinfo-claims`, 'claims asked for by scopes', { userinfo: (claims) => ({ ...claims, email: 'user@example.com' }) }),
  accepted(`${oidc}-discovery-openid-config`, 'endpoints from the document'),
  accepted(`${oidc}-discovery-jwks-uri-keys`, 'keys from the address in the document', { document: (d) => ({ ...d, jwks_uri: `${d.jwks_uri}?at=elsewhere` }) }),
  accepted(`${oidc}-signing-key-rotation`, 'a second sign-in after the key was replaced', { then: 'again', rotate: 'between' }),
  accepted(`${oidc}-signing-key-rotation-just-before-signing`, 'the key is replaced just before it signs', { rotate: 'signing', then: 'again' }),
  accepted(`${oidc}-aggregated-claims`, 'claims of others are data', { userinfo: (claims) => ({ ...claims, _claim_names: { age: 'a' }, _claim_sources: { a: { JWT: 'x.y.z' } } }) }),
  accepted(`${oidc}-distributed-claims`, 'addresses of claims are not asked', { userinfo: (claims) => ({ ...claims, _claim_names: { age: 'a' }, _claim_sources: { a: { endpoint: 'https://claims.example' } } }) }),
  refused(`${oidc}-invalid-iss`, 'another issuer in the ID token', 'id_token_issuer', { claims: append('iss') }),
  refused(`${oidc}-missing-sub`, 'no subject', 'id_token_subject', { claims: drop('sub') }),
  refused(`${oidc}-invalid-aud`, 'another audience', 'id_token_audience', { claims: append('aud') }),
  refused(`${oidc}-missing-aud`, 'no audience', 'id_token_audience', { claims: drop('aud') }),
  refused(`${oidc}-missing-iat`, 'no time of issue', 'id_token_issued_at', { claims: drop('iat') }),
  refused(`${oidc}-idtoken-sig-none`, 'an unsigned token', 'id_token_algorithm', { sign: (token) => unsigned(token) }),
  refused(`${oidc}-invalid-sig-rs256`, 'a broken signature', 'id_token_signature', { sign: (token) => broken(token) }),
  refused(`${oidc}-invalid-sig-es256`, 'a broken signature', 'id_token_signature', { sign: (token) => broken(token), alg: 'ES256' }),
  refused(`${oidc}-invalid-sig-hs256`, 'a shared secret', 'id_token_algorithm', { sign: (token) => hashed(token) }),
  refused(`${oidc}-nonce-invalid`, 'another nonce', 'id_token_nonce', { claims: append('nonce') }),
  refused(`${oidc}-invalid-athash`, 'the hash of another token', 'id_token_access_token_hash', { claims: append('at_hash') }),
  refused(`${oidc}-userinfo-invalid-sub`, 'user information about somebody else', 'user_info_subject_mismatch', { userinfo: append('sub', 'invalid'), asked: ['/jwks', '/token', '/userinfo'] }),
  refused(`${oidc}-discovery-issuer-mismatch`, 'a document of another issuer', 'discovery_issuer_mismatch', { document: append('issuer', 'INVALID'), before: true }),
  accepted(`${oidc}-refresh-token`, 'a refresh, then user information with the new token', { then: 'refresh', userinfo: (claims) => claims }),
  refused(`${oidc}-refresh-token-invalid-issuer`, 'a refresh with another issuer', 'id_token_issuer', { then: 'refresh', refreshed: append('iss') }),
  refused(`${oidc}-refresh-token-invalid-sub`, 'a refresh with another subject', 'user_changed', { then: 'refresh', refreshed: append('sub') }),
  accepted(`${oidc}-rp-init-logout`, 'a sign-out and the return from it', { then: 'signOut', returned: 'signOut' }),
  accepted(`${oidc}-rp-init-logout-no-state`, 'the return without a state', { then: 'signOut', back: (parameters) => parameters.delete('state'), returned: 'none' }),
  accepted(`${oidc}-rp-init-logout-other-state`, 'the return with another state', { then: 'signOut', back: (parameters) => parameters.set('state', `${parameters.get('state')}1`), returned: 'none' }),
  accepted(`${fapi}-happy-path-no-dpop-nonce`, 'the whole path, without DPoP'),
  accepted(`${fapi}-valid-aud-as-array`, 'this client alone in a list', { claims: (claims) => ({ ...claims, aud: [claims.aud] }) }),
  accepted(`${fapi}-token-endpoint-response-without-expires_in`, 'no lifetime', { token: drop('expires_in') }),
  accepted(`${fapi}-token-type-case-insensitivity`, 'the token type in inverted case', { token: (answer) => ({ ...answer, token_type: 'bEARER' }) }),
  refused(`${fapi}-discovery-issuer-mismatch`, 'a document of another issuer', 'discovery_issuer_mismatch', { document: append('issuer', 'INVALID'), before: true }),
  refused(`${fapi}-invalid-iss`, 'another issuer in the ID token', 'id_token_issuer', { claims: append('iss') }),
  refused(`${fapi}-missing-iss`, 'no issuer', 'id_token_issuer', { claims: drop('iss') }),
  refused(`${fapi}-invalid-aud`, 'another audience', 'id_token_audience', { claims: append('aud') }),
  refused(`${fapi}-missing-aud`, 'no audience', 'id_token_audience', { claims: drop('aud') }),
  refused(`${fapi}-invalid-secondary-aud`, 'a further audience', 'id_token_audience', { claims: (claims) => ({ ...claims, aud: [claims.aud, 'stranger'] }) }),
  refused(`${fapi}-invalid-expired-exp`, 'expired six minutes ago', 'id_token_expired', { claims: (claims) => ({ ...claims, exp: now() - 360 }) }),
  refused(`${fapi}-invalid-missing-exp`, 'no expiry', 'id_token_expired', { claims: drop('exp') }),
  refused('fapi1-advanced-final-client-test-iat-is-week-in-past', 'issued a week ago', 'id_token_issued_at', { claims: (claims) => ({ ...claims, iat: now() - 7 * 86_400 }) }),
  refused(`${fapi}-invalid-nonce`, 'another nonce', 'id_token_nonce', { claims: append('nonce') }),
  refused(`${fapi}-invalid-missing-nonce`, 'no nonce', 'id_token_nonce', { claims: drop('nonce') }),
  refused(`${fapi}-invalid-null-alg`, 'an unsigned token', 'id_token_algorithm', { sign: (token) => unsigned(token) }),
  refused(`${fapi}-invalid-alternate-alg`, 'another algorithm than the agreed one', 'id_token_algorithm', { alg: 'ES256', options: { idTokenAlgorithms: ['RS256'] } }),
  refused(`${fapi}-invalid-authorization-response-iss`, 'another issuer in the callback', 'issuer_mismatch', { callback: (p) => p.set('iss', `${p.get('iss')}1`), ...atCallback }),
  refused(`${fapi}-remove-authorization-response-iss`, 'no issuer in the callback', 'issuer_missing', { callback: (p) => p.delete('iss'), ...atCallback }),
  refused(`${fapi}-ensure-authorization-response-with-invalid-state-fails`, 'another state', 'state_unknown', { callback: (p) => p.set('state', `${p.get('state')}1`), ...atCallback }),
  refused(`${fapi}-invalid-missing-state-fails`, 'no state', 'state_missing', { callback: (p) => p.delete('state'), ...atCallback }),
];

/** Modules that a public client in a browser cannot or does not take part in, and why. */
export const explained = [
  [`${oidc}-userinfo-bearer-body`, 'tokens travel in the header only'],
  [`${oidc}-userinfo-signed`, 'a feature that loads on demand; T094 and T095 of the catalogue'],
  [`${oidc}-client-secret-basic`, 'a browser has no secret'],
  [`${oidc}-nonce-unless-code-flow`, 'implicit and hybrid flows do not exist here; a nonce is always sent'],
  [`${oidc}-missing-athash`, 'only tokens from the authorization endpoint need the hash; there are none'],
  [`${oidc}-invalid-chash, -missing-chash`, 'no hybrid flow'],
  [`${oidc}-discovery-webfinger-acct, -webfinger-url`, 'the issuer is configured, not searched for'],
  [`${oidc}-dynamic-registration`, 'the client is registered by its developer'],
  [`${oidc}-request-uri-signed-none, -request-uri-signed-rs256`, 'request objects go through PAR; T443 to T447 of the catalogue'],
  [`${oidc}-form-post-error`, 'a page cannot receive a form'],
  [`${oidc}-mtls-endpoint-aliases`, 'the aliases are ignored; pages have no client certificates'],
  [`${oidc}-3rd-party-init-login`, 'an application that wants it calls `signIn` itself'],
  [`${oidc}-rp-frontchannel-*, -session-management`, 'need third-party cookies, which browsers block'],
  [`${oidc}-rp-backchannel-*`, 'need a server'],
  [`${fapi}-happy-path, -rs-dpop-auth-scheme-case-insensitivity`, 'a feature that loads on demand; T271 to T295 of the catalogue'],
  [`${fapi}-ensure-jarm-*`, 'a feature that loads on demand; T448 to T452 of the catalogue'],
  ['fapi2-security-profile-final-client-refresh-token-test', 'needs a confidential client; the same is tested by `requests.test.mjs`'],
  ['…-invalid-openbanking-intent-id, …-brazildcr-happypath-test', 'national profiles'],
];

const part = (value) => base64url.encode(JSON.stringify(value));
const payloadOf = (token) => token.split('.')[1];
const unsigned = (token) => `${part({ alg: 'none' })}.${payloadOf(token)}.`;
const hashed = (token) => `${part({ alg: 'HS256' })}.${payloadOf(token)}.${base64url.encode(createHash('sha256').update(token).digest())}`;
function broken(token) {
  const [head, payload, signature] = token.split('.');
  const octets = base64url.decode(signature);
  octets[5] ^= 0x5a;
  return `${head}.${payload}.${base64url.encode(octets)}`;
}

/** Starts all modules for an application at `origin`. `issuer(module)` is a module's issuer; `asked(module)` lists what it was asked. */
export async function startConformance({ origin }) {
  const server = createServer();
  const base = await listen(server);
  const keys = { RS256: [await createKey('RS256', 'key-1'), await createKey('RS256', 'key-2')], ES256: [await createKey('ES256', 'key-e')] };
  const states = new Map(modules.map((module) => [module.name, { module, key: 0, asked: [], codes: new Map(), signed: 0 }]));
  const issuer = ({ name }) => `${base}/${name}`;

  async function idToken(state, request, accessToken, change) {
    const { module } = state;
    const alg = module.alg ?? 'RS256';
    if (module.rotate === 'signing' && state.signed > 0) state.key = 1;
    state.signed += 1;
    const key = keys[alg][state.key];
    const claims = {
      iss: issuer(module), aud: clientId, sub: 'user-1', iat: now(), exp: now() + 300, nonce: request.nonce,
      at_hash: base64url.encode(createHash('sha256').update(accessToken).digest().subarray(0, 16)),
    };
    const header = (module.header ?? ((same) => same))({ alg, kid: key.kid });
    const token = await new SignJWT(change(claims)).setProtectedHeader(header).sign(await importJWK(key, alg));
    return module.sign ? module.sign(token) : token;
  }

  const same = (object) => object;
  const endpoints = {
    '/.well-known/openid-configuration': ({ module }) => {
      const at = (path) => issuer(module) + path;
      return (module.document ?? same)({
        issuer: issuer(module), authorization_endpoint: at('/authorize'), token_endpoint: at('/token'), jwks_uri: at('/jwks'), userinfo_endpoint: at('/userinfo'),
        end_session_endpoint: at('/end'), response_types_supported: ['code'], code_challenge_methods_supported: ['S256'], authorization_response_iss_parameter_supported: true,
      });
    },
    '/jwks': ({ module, key }) => {
      const all = keys[module.alg ?? 'RS256'];
      return { keys: (module.keys ? all : [all[key]]).map(publicKey).map(({ use, ...rest }) => rest) };
    },
    '/token': async (state, form) => {
      const refresh = form.get('grant_type') === 'refresh_token';
      const request = state.codes.get(form.get(refresh ? 'refresh_token' : 'code'));
      const challenge = createHash('sha256').update(form.get('code_verifier') ?? '').digest('base64url');
      if (!request || (!refresh && request.challenge !== challenge)) return { error: 'invalid_grant' };
      const { module } = state;
      const [accessToken, refreshToken] = [randomBytes(16).toString('hex'), randomBytes(16).toString('hex')];
      state.codes.set(refreshToken, request);
      const change = (refresh ? module.refreshed : module.claims) ?? same;
      return (module.token ?? same)({
        access_token: accessToken, token_type: 'Bearer', expires_in: 300, refresh_token: refreshToken, id_token: await idToken(state, request, accessToken, change),
      });
    },
    '/userinfo': ({ module }) => (module.userinfo ?? same)({ sub: 'user-1' }),
  };

  /** Where a visit leads: back at once. */
  function visit(state, path, query) {
    const target = new URL(query.get(path === '/end' ? 'post_logout_redirect_uri' : 'redirect_uri'));
    const parameters = new URLSearchParams({ state: query.get('state') });
    if (path === '/authorize') {
      const code = randomBytes(16).toString('hex');
      state.codes.set(code, { nonce: query.get('nonce'), challenge: query.get('code_challenge') });
      parameters.set('code', code);
      parameters.set('iss', issuer(state.module));
      state.module.callback?.(parameters);
    } else {
      state.module.back?.(parameters);
      parameters.set('returned', 'yes');
    }
    target.search = parameters;
    return target.href;
  }

  async function handle(request, response) {
    const url = new URL(request.url, base);
    const [, name] = url.pathname.split('/');
    const path = url.pathname.slice(name.length + 1);
    const state = states.get(name);
    const headers = { 'access-control-allow-origin': origin, 'access-control-allow-headers': 'authorization', 'cache-control': 'no-store' };
    const body = String(await bodyOf(request));
    if (request.method === 'OPTIONS') return response.writeHead(204, headers).end();
    state?.asked.push(path);
    if (state && (path === '/authorize' || path === '/end')) return response.writeHead(303, { location: visit(state, path, url.searchParams) }).end();
    const answer = await endpoints[path]?.(state, new URLSearchParams(body));
    response.writeHead(answer ? (answer.error ? 400 : 200) : 404, { ...headers, 'content-type': 'application/json' }).end(JSON.stringify(answer ?? {}));
  }

  server.on('request', (request, response) => { handle(request, response).catch(() => response.destroy()); });
  return {
    issuer,
    asked: ({ name }) => states.get(name).asked,
    rotate: ({ name }) => { states.get(name).key = 1; },
    close: () => close(server),
  };
}

/** The table of the modules, for the documentation. */
export function table() {
  const rows = modules.map(({ name, says, expect }) => `| \`${name}\` | ${says} | ${expect === 'accepted' ? 'accepted' : `refused: \`${expect}\``} |`);
  return `${[
    '# Conformance',
    '',
    'The relying-party modules of the OpenID Foundation\'s conformance suite, played by a small provider (`e2e/servers/conformance.mjs`) against the',
    'package in Chromium (`e2e/test/conformance.test.mjs`). A refusal passes only if the provider is asked nothing after it. This is a self-test with the',
    'same mistakes, not a certification. `node e2e/conformance.mjs` writes this table; the suite fails when it is out of date.',
    '',
    `${modules.length} modules passed:`,
    '',
    '| module | the provider\'s behaviour | passed |',
    '|---|---|---|',
    ...rows,
    '',
    'Not taken part in:',
    '',
    '| module | why |',
    '|---|---|',
    ...explained.map(([name, why]) => `| \`${name}\` | ${why} |`),
  ].join('\n')}\n`;
}
