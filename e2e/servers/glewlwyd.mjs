// Another real provider, glewlwyd, so that nothing is fitted to one server. `cargo xtask test` unpacks it from Debian's packages.

import { execFileSync, spawn } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { close, listen } from './http.mjs';

/** Where `xtask/src/provider.rs` unpacks it. */
const unpacked = fileURLToPath(new URL('../../target/glewlwyd/', import.meta.url));
const libraries = ['usr/lib/x86_64-linux-gnu', 'usr/lib/aarch64-linux-gnu', 'lib/x86_64-linux-gnu', 'lib/aarch64-linux-gnu'];
const env = { ...process.env, LD_LIBRARY_PATH: libraries.map((folder) => join(unpacked, folder)).join(':') };
/** What was unpacked, or what the system has. */
const program = (name) => [join(unpacked, 'usr/bin', name), join('/usr/bin', name)].find((path) => existsSync(path)) ?? name;

const scopes = ['openid', 'profile', 'email', 'offline_access', 'api:read'];

/**
 * Starts the provider on loopback with a data folder of its own. People sign in as `alice` at once.
 *
 * @param redirectUris Of the public client `spa`.
 * @param resource The API that its tokens may be for.
 * @param accessTokenTtl In seconds.
 */
export async function startGlewlwyd({ redirectUris, resource = 'https://api.example.com/', accessTokenTtl = 60, refreshTokenTtl = 3_600 }) {
  const folder = await mkdtemp(join(tmpdir(), 'oxidc-glewlwyd-'));
  const database = join(folder, 'glewlwyd.db');
  const init = gunzipSync(await readFile(join(unpacked, 'usr/share/doc/glewlwyd/database/init.sqlite3.sql.gz')));
  // One transaction: each statement alone would wait for the disk.
  execFileSync(program('sqlite3'), [database], { input: `BEGIN;\n${init}\nCOMMIT;\n`, env, stdio: ['pipe', 'ignore', 'inherit'] });
  for (const name of ['pages', 'user_middleware']) await mkdir(join(folder, name));
  await writeFile(join(folder, 'pages/login.html'), signInPage);
  await writeFile(join(folder, 'pages/login.js'), signInScript);

  const { child, origin } = await start(folder, database);
  const end = async () => {
    if (child.exitCode === null && child.signalCode === null) {
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
    }
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await configure(origin, { redirectUris, resource, accessTokenTtl, refreshTokenTtl });
  } catch (error) {
    await end();
    throw error;
  }
  return { origin, issuer: `${origin}/api/oidc`, resource, close: end };
}

/** The program on a port that was free a moment ago; once more if somebody was faster. */
async function start(folder, database) {
  for (let again = 5; ; again -= 1) {
    const looking = createServer();
    const origin = await listen(looking);
    await close(looking);
    const file = join(folder, 'glewlwyd.conf');
    await writeFile(file, settings(origin, folder, database));
    const child = spawn(program('glewlwyd'), ['--config-file', file], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    for (const output of [child.stdout, child.stderr]) output.on('data', (data) => { said = (said + data).slice(-4_000); });
    let wrong;
    child.on('error', (error) => { wrong = error; });
    while (child.exitCode === null && !wrong) {
      const answer = await fetch(`${origin}/config`).catch(() => undefined);
      await answer?.body?.cancel();
      if (answer?.ok) return { child, origin };
      await pause(20);
    }
    if (wrong || again === 0) throw new Error(`glewlwyd did not start; \`cargo xtask test\` installs it. ${wrong ?? said}`);
  }
}

function settings(origin, folder, database) {
  const { port } = new URL(origin);
  const text = {
    external_url: origin, login_url: 'login.html', api_prefix: 'api', static_files_path: join(folder, 'pages'), bind_address: '127.0.0.1',
    allow_origin: '*', allow_methods: 'GET, POST, PUT, DELETE, OPTIONS', allow_headers: 'Origin, X-Requested-With, Content-Type, Accept, Authorization, DPoP',
    expose_headers: 'Content-Encoding, Authorization', log_mode: 'console', log_level: 'ERROR', cookie_domain: '127.0.0.1', session_key: 'GLEWLWYD2_SESSION_ID',
    admin_scope: 'g_admin', profile_scope: 'g_profile', hash_algorithm: 'SHA512', admin_session_authentication: 'cookie', profile_session_authentication: 'cookie',
    user_module_path: join(unpacked, 'usr/lib/glewlwyd/user'), user_middleware_module_path: join(folder, 'user_middleware'),
    client_module_path: join(unpacked, 'usr/lib/glewlwyd/client'), user_auth_scheme_module_path: join(unpacked, 'usr/lib/glewlwyd/scheme'),
    plugin_module_path: join(unpacked, 'usr/lib/glewlwyd/plugin'),
  };
  return [
    ...Object.entries(text).map(([name, value]) => `${name}=${JSON.stringify(value)}`),
    `port=${port}`, 'cookie_secure=0', 'session_expiration=2419200', 'login_api_enabled=true',
    // So that a hidden frame can be answered.
    'add_x_frame_option_header_deny=false',
    `database={ type="sqlite3" path=${JSON.stringify(database)} };`,
    'static_files_mime_types=({ extension=".html" mime_type="text/html" compress=0 }, { extension=".js" mime_type="text/javascript" compress=0 })',
  ].join('\n');
}

/** What an administrator sets up. */
async function configure(origin, { redirectUris, resource, accessTokenTtl, refreshTokenTtl }) {
  let cookie = '';
  const call = async (method, path, body) => {
    const answer = await fetch(`${origin}/api${path}`, { method, headers: { 'content-type': 'application/json', cookie }, body: JSON.stringify(body) });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    cookie = answer.headers.getSetCookie()[0]?.split(';')[0] ?? cookie;
  };
  await call('POST', '/auth/', { username: 'admin', password: 'password' });
  for (const name of scopes) {
    const scope = { name, display_name: name, password_required: true, password_max_age: 0, scheme: {} };
    await (name === 'openid' ? call('PUT', '/scope/openid', scope) : call('POST', '/scope/', scope));
  }
  await call('POST', '/user/', { username: 'alice', name: 'Alice Test', email: 'alice@example.com', password: 'alice password', enabled: true, scope: scopes });
  await call('POST', '/client/', {
    client_id: 'spa', name: 'spa', confidential: false, enabled: true, redirect_uri: redirectUris, scope: scopes, resource: [resource],
    authorization_type: ['code', 'refresh_token', 'delete_token'], token_endpoint_auth_method: ['none'], post_logout_redirect_uri: redirectUris[0],
  });
  const { publicKey, privateKey } = generateKeyPairSync('rsa', {
    modulusLength: 2_048, publicKeyEncoding: { type: 'spki', format: 'pem' }, privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  await call('POST', '/mod/plugin/', {
    module: 'oidc', name: 'oidc', display_name: 'OpenID Connect', parameters: {
      iss: `${origin}/api/oidc`, 'jwt-type': 'rsa', 'jwt-key-size': '256', key: privateKey, cert: publicKey, 'jwks-show': true,
      'access-token-duration': accessTokenTtl, 'refresh-token-duration': refreshTokenTtl, 'code-duration': 60, 'refresh-token-rolling': true, 'refresh-token-one-use': 'always',
      'allow-non-oidc': true, 'auth-type-client-enabled': false, 'auth-type-code-enabled': true, 'auth-type-implicit-enabled': false, 'auth-type-token-enabled': false,
      'auth-type-none-enabled': false, 'auth-type-password-enabled': false, 'auth-type-refresh-enabled': true, 'auth-type-code-revoke-replayed': true,
      'pkce-allowed': true, 'pkce-method-plain-allowed': false, 'pkce-required': true,
      'session-management-allowed': true, 'front-channel-logout-allowed': true, 'back-channel-logout-allowed': true,
      'session-cookie-name': 'GLEWLWYD2_OIDC_SID', 'session-cookie-expiration': 2_419_200,
      'introspection-revocation-allowed': true, 'introspection-revocation-allow-target-client': true,
      'oauth-par-allowed': true, 'oauth-par-request_uri-prefix': 'urn:ietf:params:oauth:request_uri:', 'oauth-par-duration': 90,
      'oauth-dpop-allowed': true, 'oauth-dpop-iat-duration': 60,
      'resource-allowed': true, 'resource-scope': { 'api:read': [resource] }, 'resource-client-property': 'resource', 'resource-change-allowed': true,
      'oauth-as-iss-id': true, 'subject-type': 'public', 'name-claim': 'on-demand', 'name-claim-scope': ['profile'],
      'email-claim': 'on-demand', 'email-claim-scope': ['email'], 'scope-claim': 'no', scopes: [], claims: [],
    },
  });
}

const signInPage = '<!doctype html><title>Sign in</title><button id="go" hidden>Sign in</button><script src="login.js"></script>';

/** Its own pages need the scripts of other packages. This one does what they do when somebody has typed a name and a password. */
const signInScript = `
const given = new URLSearchParams(location.search);
const send = async (method, path, body) => {
  const answer = await fetch('/api/auth/' + path, { method, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(path + ': ' + answer.status);
};
const go = document.getElementById('go');
go.hidden = false;
go.onclick = async () => {
  await send('POST', '', { username: 'alice', password: 'alice password' });
  await send('PUT', 'grant/' + given.get('client_id'), { scope: given.get('scope') });
  const back = new URL(given.get('callback_url'));
  back.searchParams.set('g_continue', '');
  location.assign(back);
};
`;
