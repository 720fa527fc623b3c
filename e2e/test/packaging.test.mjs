// The packed tarball, installed as a stranger would and used in every way that the README promises.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFile, mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { brotliCompressSync, gunzipSync } from 'node:zlib';
import { open } from '../browsers/index.mjs';
import { startStatic } from '../servers/static.mjs';
import { folder } from './support/world.mjs';

const run = promisify(execFile);

/** Proves that both modules and the worker were loaded: only a core knows that nobody is signed in, and only a worker that it keeps nothing. */
const application = `import { AuthClient, WorkerStorage } from 'oxidc';
const clients = [{}, { dpop: true }, { storage: new WorkerStorage() }].map((more) => new AuthClient({ issuer: 'https://login.example.com', clientId: 'app', ...more }));
const failed = (error) => { document.title = 'failed: ' + error; };
for (const client of clients) client.on('error', failed);
Promise.all(clients.map((client) => client.getSession())).then((sessions) => { if (document.title === 'starting') document.title = sessions.some(Boolean) ? 'session' : 'no session'; }, failed);
`;
const page = (script) => `<!doctype html><title>starting</title><script type="module" src="${script}"></script>`;

describe('the packed package', () => {
  let project;
  let browser;
  before(async () => {
    project = await mkdtemp(join(tmpdir(), 'oxidc-packaging-'));
    const { stdout } = await run('npm', ['pack', '--silent', '--pack-destination', project], { cwd: folder('packages/oxidc') });
    await writeFile(join(project, 'package.json'), JSON.stringify({ name: 'consumer', private: true, type: 'module' }));
    await run('npm', ['install', '--offline', '--no-audit', '--no-fund', join(project, stdout.trim())], { cwd: project });
    await mkdir(join(project, 'src'));
    await writeFile(join(project, 'src/main.js'), application);
    await writeFile(join(project, 'index.html'), page('/src/main.js'));
    browser = await open('chromium');
  });
  after(async () => {
    await browser?.close();
    await rm(project, { recursive: true, force: true });
  });

  test('t416_two_packings_give_the_same_bytes_and_no_path_of_the_machine_is_in_them', async () => {
    const packed = async (number) => {
      const to = join(project, `pack-${number}`);
      await mkdir(to);
      const { stdout } = await run('npm', ['pack', '--silent', '--pack-destination', to], { cwd: folder('packages/oxidc') });
      return readFile(join(to, stdout.trim()));
    };
    const [one, two] = [await packed(1), await packed(2)];
    assert.ok(one.equals(two));
    const inside = gunzipSync(one).toString('latin1');
    for (const place of [folder(''), homedir(), '.cargo/registry', 'sourceMappingURL']) assert.ok(!inside.includes(place), place);
    assert.ok(!/package\/[^\0]*\.(map|ts)\0/.test(inside.replaceAll('.d.ts', '')), 'no sources or source maps');
  });

  test('t410_no_module_has_a_text_for_a_panic', async () => {
    const dist = join(project, 'node_modules/oxidc/dist');
    const modules = (await readdir(dist, { recursive: true })).filter((name) => name.endsWith('.wasm'));
    assert.ok(modules.length >= 3);
    for (const name of modules) {
      const octets = await readFile(join(dist, name));
      for (const word of ['panicked', 'unwrap', 'out of bounds', 'overflow', '.rs']) assert.ok(!octets.includes(word), `${name}: ${word}`);
      // Nothing in it could print: all that it calls outside are none.
      assert.deepEqual(WebAssembly.Module.imports(new WebAssembly.Module(octets)), [], name);
    }
  });

  test('the published integrity is that of the files', async () => {
    const installed = (name) => readFile(join(project, 'node_modules/oxidc/dist', name));
    const published = JSON.parse(await installed('integrity.json'));
    const files = (await readdir(join(project, 'node_modules/oxidc/dist'), { recursive: true })).filter((name) => /\.(js|wasm)$/.test(name));
    assert.ok(files.includes('index.js') && files.includes('oxidc_bg.wasm'));
    assert.deepEqual(Object.keys(published), files.sort());
    for (const [name, hash] of Object.entries(published)) assert.equal(hash, `sha384-${createHash('sha384').update(await installed(name)).digest('base64')}`, name);
  });

  /** What esbuild does not put beside the bundle by itself. */
  const workerScript = () => join(project, 'node_modules/oxidc/dist/worker.js');

  async function works(url, expected = /^no session$/) {
    const tab = await browser.newPage();
    await tab.goto(url);
    await tab.waitFor(() => document.title !== 'starting');
    assert.match(await tab.evaluate(() => document.title), expected);
    await tab.close();
  }
  async function worksWhenServed(folders, texts = {}, types = {}, expected) {
    const site = await startStatic({ folders, types });
    for (const [path, text] of Object.entries(texts)) site.serve(path, text);
    try {
      await works(`${site.origin}/`, expected);
    } finally {
      await site.close();
    }
  }

  test('works in a Vite build', async () => {
    const { build } = await import('vite');
    const outDir = join(project, 'vite');
    await build({ root: project, configFile: false, logLevel: 'error', build: { outDir, emptyOutDir: true } });
    await worksWhenServed({ '/': outDir });
  });

  test('works in the development server of Vite', async () => {
    const { createServer } = await import('vite');
    const server = await createServer({ root: project, configFile: false, logLevel: 'error', server: { host: '127.0.0.1', port: 0 } });
    try {
      await server.listen();
      await works(server.resolvedUrls.local[0]);
    } finally {
      await server.close();
    }
  });

  test('works in a webpack build', async () => {
    const { default: webpack } = await import('webpack');
    const path = join(project, 'webpack');
    const stats = await new Promise((resolve, reject) => {
      const compiler = webpack({ mode: 'production', context: project, entry: './src/main.js', output: { path, module: true }, experiments: { outputModule: true } });
      compiler.run((error, result) => compiler.close(() => (error ? reject(error) : resolve(result))));
    });
    assert.equal(stats.hasErrors(), false, stats.toString());
    await worksWhenServed({ '/': path }, { '/index.html': page('/main.mjs') });
  });

  test('works in an esbuild bundle', async () => {
    const { build } = await import('esbuild');
    const outdir = join(project, 'esbuild');
    await build({ absWorkingDir: project, entryPoints: ['src/main.js'], bundle: true, format: 'esm', outdir, logLevel: 'silent' });
    await copyFile(workerScript(), join(outdir, 'worker.js'));
    await worksWhenServed({ '/': outdir }, { '/index.html': page('/main.js') });
  });

  test('works as one file with the modules beside it, in half the bytes', async () => {
    const { build } = await import('esbuild');
    const one = async (entry) => {
      const contents = application.replace("'oxidc'", `'${entry}'`);
      const { outputFiles } = await build({ stdin: { contents, resolveDir: project }, bundle: true, minify: true, charset: 'utf8', format: 'esm', write: false, outfile: 'main.js', logLevel: 'silent' });
      return outputFiles[0].contents;
    };
    const packed = (octets) => brotliCompressSync(octets).length;
    const [inside, beside] = [await one('oxidc'), await one('oxidc/wasm')];
    const outdir = join(project, 'beside');
    await mkdir(outdir);
    await writeFile(join(outdir, 'main.js'), beside);
    await copyFile(workerScript(), join(outdir, 'worker.js'));
    await worksWhenServed({ '/': outdir }, { '/index.html': page('/main.js') }, {}, /could not be loaded.*HTTP 404: http:.*oxidc_bg\.wasm/);
    for (const name of ['oxidc_bg.wasm', 'oxidc_extended_bg.wasm']) await copyFile(join(project, 'node_modules/oxidc/dist', name), join(outdir, name));
    await worksWhenServed({ '/': outdir }, { '/index.html': page('/main.js') });
    const loaded = packed(beside) + packed(await readFile(join(outdir, 'oxidc_bg.wasm')));
    assert.ok(loaded < 0.6 * packed(inside), `${loaded} of ${packed(inside)}`);
  });

  test('works in an esbuild bundle of UTF-8, in a page of another encoding, and is smaller', async () => {
    const { build } = await import('esbuild');
    const bundle = async (charset) => {
      const options = { absWorkingDir: project, entryPoints: ['src/main.js'], bundle: true, format: 'esm', minify: true, splitting: true, write: false, outdir: 'bundle', logLevel: 'silent' };
      return (await build({ ...options, charset })).outputFiles;
    };
    const [files, ascii] = [await bundle('utf8'), await bundle('ascii')];
    const size = (outputs) => outputs.reduce((sum, { contents }) => sum + contents.length, 0);
    assert.ok(size(files) < size(ascii));
    const outdir = join(project, 'utf8');
    await mkdir(outdir);
    await copyFile(workerScript(), join(outdir, 'worker.js'));
    for (const { path, contents } of files) await writeFile(join(outdir, basename(path)), contents);
    await worksWhenServed({ '/': outdir }, { '/index.html': `<!doctype html><meta charset="windows-1252">${page('/main.js')}` }, { '.html': 'text/html', '.js': 'text/javascript' });
  });

  test('what a script tag loads reads the same in every encoding', async () => {
    const script = await readFile(join(project, 'node_modules/oxidc/dist/miniapp/global.js'));
    assert.ok(script.length > 50_000 && script.every((octet) => octet < 0x80));
  });

  test('works from a plain module script with an import map', async () => {
    const { stdout } = await run('node', ['-p', "require('./node_modules/oxidc/package.json').exports['.'].default ?? require('./node_modules/oxidc/package.json').exports['.']"], { cwd: project });
    const map = JSON.stringify({ imports: { oxidc: `/node_modules/oxidc/${stdout.trim().replace(/^\.\//, '')}` } });
    await worksWhenServed({ '/': project }, { '/index.html': `<!doctype html><title>starting</title><script type="importmap">${map}</script><script type="module" src="/src/main.js"></script>` });
  });

  test('t423_t469_imports_and_constructs_in_node_and_says_that_there_is_no_browser', async () => {
    await writeFile(join(project, 'server.mjs'), `import { AuthClient } from 'oxidc';
const client = new AuthClient({ issuer: 'https://login.example.com', clientId: 'app', redirectUri: 'https://app.example.com/' });
client.getSession().then(() => console.log('a session'), (error) => console.log(error.code));
`);
    const { stdout, stderr } = await run('node', ['server.mjs'], { cwd: project });
    assert.equal(stdout.trim(), 'no_browser');
    assert.equal(stderr, '');
  });

  test('the drop-in works under the name that it replaces, in a bundle and in Node', async () => {
    const { build } = await import('esbuild');
    await writeFile(join(project, 'src/moved.js'), `import { MonoCloudWebJSClient, MemoryStorage, MonoCloudTokenError } from '@monocloud/auth-web-js';
import { generateState } from '@monocloud/auth-web-js/utils';
const client = new MonoCloudWebJSClient({ tenantDomain: 'https://login.example.com', clientId: 'app', storage: new MemoryStorage() });
const algorithm = { name: 'RSASSA-PKCS1-v1_5', modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]), hash: 'SHA-256' };
const text = (binary) => btoa(binary).replace(/[+]/g, '-').replace(/[/]/g, '_').replace(/=/g, '');
const part = (value) => text(JSON.stringify(value));
async function check() {
  const { publicKey, privateKey } = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const { kty, n, e } = await crypto.subtle.exportKey('jwk', publicKey);
  const iat = Math.floor(Date.now() / 1000);
  const claims = { iss: 'https://login.example.com', aud: 'app', sub: 'alice', iat, exp: iat + 60 };
  const signed = part({ alg: 'RS256' }) + '.' + part(claims);
  const signature = text(String.fromCharCode(...new Uint8Array(await crypto.subtle.sign(algorithm.name, privateKey, new TextEncoder().encode(signed)))));
  const validate = (token) => client.oidcClient.validateIdToken(token, { keys: [{ kty, n, e }] }, 0, 60);
  const { sub } = await validate(signed + '.' + signature);
  const forged = part({ alg: 'RS256' }) + '.' + part({ ...claims, sub: 'mallory' }) + '.' + signature;
  const refused = await validate(forged).catch((error) => error instanceof MonoCloudTokenError && error.message);
  return sub + ', ' + refused;
}
Promise.all([client.getSession(), check()]).then(([session, checked]) => {
  const told = !session && generateState().length === 43 && checked === 'alice, JWT signature verification failed' ? 'no session' : checked;
  globalThis.document ? (document.title = told) : console.log(told);
});
`);
    const outdir = join(project, 'moved');
    const alias = { '@monocloud/auth-web-js': 'oxidc/monocloud' };
    await build({ absWorkingDir: project, entryPoints: ['src/moved.js'], bundle: true, format: 'esm', outdir, alias, logLevel: 'silent' });
    await worksWhenServed({ '/': outdir }, { '/index.html': page('/moved.js') });
    const { stdout } = await run('node', [join(outdir, 'moved.js')], { cwd: project });
    assert.equal(stdout.trim(), 'no session');
  });

  const typed = (file) => run('node', [
    folder('packages/oxidc/node_modules/typescript/bin/tsc'), '--strict', '--exactOptionalPropertyTypes', '--noUncheckedIndexedAccess', '--noEmit',
    '--module', 'nodenext', '--target', 'es2022', '--lib', 'es2022,dom', file,
  ], { cwd: project }).catch(({ stdout }) => assert.fail(stdout));

  test('the types are those that applications write, also the strictest', async () => {
    await writeFile(join(project, 'strict.ts'), `import { AuthClient, LocalStorage, OxidcError, isUserInGroup, type AuthClientOptions, type ErrorCode, type Session } from 'oxidc';
import { createFrame } from 'oxidc/miniapp';
import { createHost, fromClient } from 'oxidc/miniapp/host';
declare const may: { text?: string; signal?: AbortSignal; storage?: LocalStorage; width?: number };
const options: AuthClientOptions = {
  issuer: 'https://login.example.com', clientId: 'my-app', storage: may.storage, redirectUri: may.text, popup: { width: may.width },
  resources: [{ resource: 'https://api.example.com/', scopes: may.text }], timeouts: { request: may.width }, onReturn: undefined,
};
const client = new AuthClient(options);
export const signIn = (returnTo?: string, signal?: AbortSignal): Promise<Session | undefined> => client.signIn({ returnTo, signal, loginHint: may.text });
export const others = [
  client.signInSilent({ signal: may.signal }), client.getTokens({ resource: may.text }), client.refreshSession({ scopes: may.text }),
  client.signOut({ returnTo: may.text }), client.getSession({ signal: may.signal }), client.oidc.metadata({ signal: may.signal }),
];
export const grouped = isUserInGroup(undefined, ['a'], { claim: may.text });
export const frame = createFrame({ signal: may.signal, timeout: may.width, allowedOrigins: [{ origin: 'https://api.example.com', audience: may.text }] })
  .then((frame) => frame.get('/list', { search: may.text, limit: may.width }, { signal: may.signal }).then(() => frame.getTokens({ audience: may.text })));
export const hosts = [
  createHost({ tokens: fromClient(client, { exchange: undefined }), apps: [{ id: 'a', origin: 'https://a.example.net', requests: may.width, handlers: undefined }] }),
  createHost({ tokens: async () => ({ accessToken: '', expiresIn: may.width, refreshToken: may.text }), apps: undefined }),
];
export async function oneByOne(code: string) {
  const { codeVerifier, nonce, redirectUri, binding, maxAge } = await client.oidc.authorizationRequest({ prompt: may.text });
  return client.oidc.codeExchange({ code, codeVerifier, nonce, redirectUri, binding, maxAge });
}
client.on('error', (error: OxidcError) => { const code: ErrorCode = error.code; console.log(code, error.session); });
client.on('error', (error) => { if (error.code === 'offline' && error.retryable) console.log(error.message); });
`);
    await typed('strict.ts');
  });

  test('the types of the drop-in are those that applications write', async () => {
    await writeFile(join(project, 'moved.ts'), `import { MonoCloudWebJSClient, type IStorage, type SignInOptions, type MonoCloudSession, type OnSessionCreating, type PostCallback } from 'oxidc/monocloud';
import { isUserInGroup } from 'oxidc/monocloud/utils';
import { isPresent } from 'oxidc/monocloud/internal';
const storage: IStorage = { getItem: async () => null, setItem: async () => {}, removeItem: async () => {} };
const postCallback: PostCallback = (state) => console.log(state.returnUrl);
const onSessionCreating: OnSessionCreating = async (session, claims, userinfo, appState) => { session.extra = [claims?.sub, userinfo?.email, appState?.a]; };
const client = new MonoCloudWebJSClient({ tenantDomain: 'a', clientId: 'b', storage, postCallback, onSessionCreating });
const options: SignInOptions = { mode: 'popup', authenticatorHint: 'passkey', prompt: 'something-else' };
export const session: Promise<MonoCloudSession | undefined> = client.signIn(options).then(() => client.getSession());
export const found = session.then((one) => isPresent(one?.idToken) && !!one && isUserInGroup(one.user, ['a']));
// @ts-expect-error: the client identifier is needed
new MonoCloudWebJSClient({ tenantDomain: 'a' });
`);
    await typed('moved.ts');
  });

  test('holds what is published and nothing else', async () => {
    const { stdout } = await run('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], { cwd: folder('packages/oxidc') });
    const files = JSON.parse(stdout)[0].files.map(({ path }) => path);
    assert.deepEqual(files.filter((path) => !/^dist\//.test(path)).sort(), ['LICENSE-APACHE', 'LICENSE-MIT', 'README.md', 'package.json']);
  });
});
