// The recipe for React in docs/recipes.md, as it stands there, in StrictMode.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, describe, test } from 'node:test';
import { build } from 'esbuild';
import { open } from '../browsers/index.mjs';
import { startProvider } from '../servers/provider.mjs';
import { startStatic } from '../servers/static.mjs';
import { folder } from './support/world.mjs';

const main = `import { StrictMode, useEffect } from 'react';
import { createRoot } from 'react-dom/client';
import { useAuth } from './auth';
import App from './App';
window.effects = 0;
function Counter() { useAuth(); useEffect(() => { window.effects += 1; }, []); return null; }
createRoot(document.getElementById('root')).render(<StrictMode><App /><Counter /></StrictMode>);`;

describe('the recipe for React', () => {
  let [site, provider, browser, tab] = [];
  before(async () => {
    site = await startStatic({ host: 'localhost' });
    provider = await startProvider({ origins: [site.origin], confirmSignIn: true, confirmSignOut: true });
    const recipes = await readFile(folder('docs/recipes.md'), 'utf8');
    const written = (name) => {
      const [, code] = recipes.split(`// ${name}\n`);
      assert.ok(code, name);
      return code.split('```')[0].replace('https://login.example.com', provider.issuer).replace('my-app', 'spa');
    };
    const files = { 'main.tsx': main, './auth': written('auth.ts'), './App': written('App.tsx') };
    const recipe = {
      name: 'recipe',
      setup(build) {
        build.onResolve({ filter: /^(main\.tsx|\.\/(auth|App))$/ }, ({ path }) => (files[path] ? { path, namespace: 'recipe' } : undefined));
        build.onLoad({ filter: /.*/, namespace: 'recipe' }, ({ path }) => ({ contents: files[path], loader: 'tsx', resolveDir: folder('e2e') }));
      },
    };
    const { outputFiles } = await build({
      entryPoints: { main: 'main.tsx' }, outdir: '/', bundle: true, splitting: true, format: 'esm', target: 'es2022', charset: 'utf8', write: false, jsx: 'automatic',
      jsxDev: true, define: { 'process.env.NODE_ENV': '"development"' }, alias: { oxidc: folder('packages/oxidc/dist/index.js') }, plugins: [recipe],
    });
    for (const { path, text } of outputFiles) site.serve(path, text);
    site.serve('/index.html', '<!doctype html><div id="root"></div><script type="module" src="/main.js"></script>');
    browser = await open('chromium');
    tab = await browser.newPage();
  });
  after(async () => {
    await browser?.close();
    await Promise.all([site, provider].map((server) => server?.close()));
  });

  test('processes a callback once although every effect runs twice, and shows who is signed in and who signs out', async () => {
    await tab.goto(`${site.origin}/?page=1`);
    await tab.waitForText('button', 'Sign in');
    assert.equal(await tab.evaluate(() => window.effects), 2);
    await tab.click('button');
    await tab.waitForText('p', 'Hello Alice Example');
    assert.equal(await tab.url(), `${site.origin}/?page=1`);
    assert.deepEqual(provider.tokenRequests.map(({ grantType, outcome }) => [grantType, outcome]), [['authorization_code', 'issued']]);
    await tab.click('button');
    await tab.waitForUrl((url) => url === `${site.origin}/`);
    await tab.waitForText('button', 'Sign in');
  });

  test('shows what went wrong, and goes on', async () => {
    await tab.goto(`${site.origin}/?error=access_denied&state=unknown`);
    await tab.waitForText('[role=alert]', 'No sign-in of this browser waits for this callback');
    await tab.click('button');
    await tab.waitForText('p', 'Hello Alice Example');
  });
});
