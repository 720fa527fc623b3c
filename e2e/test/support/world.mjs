// A world for one suite: an application's origin, an API, and a provider whose every request passes the faults.

import { fileURLToPath } from 'node:url';
import { startApi } from '../../servers/api.mjs';
import { startFaultyProvider } from '../../servers/faults.mjs';
import { startStatic } from '../../servers/static.mjs';

/** A folder of the repository. */
export const folder = (path) => fileURLToPath(new URL(`../../../${path}`, import.meta.url));

/**
 * Starts a world. `app` are options of the static server (default: the harness page); all others go to the provider.
 * Close it with `close()`.
 */
export async function startWorld({ app: appOptions, ...options } = {}) {
  const app = await startStatic({ host: 'localhost', folders: { '/': folder('e2e/pages'), '/oxidc/': folder('packages/oxidc/dist') }, fallback: '/harness.html', ...appOptions });
  const api = await startApi({ origins: [app.origin] });
  const provider = await startFaultyProvider({ origins: [app.origin], apis: [api.audience], confirmSignIn: true, confirmSignOut: true, ...options });
  api.trust(provider.issuer);
  return {
    app,
    api,
    provider,
    close: () => Promise.all([app.close(), api.close(), provider.close()]),
  };
}
