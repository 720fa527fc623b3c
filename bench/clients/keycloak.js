import Keycloak from 'keycloak-js';

const dress = (token, life) => `e30.${btoa(JSON.stringify({ plain: token, iat: Math.floor(Date.now() / 1000), exp: Math.floor(Date.now() / 1000) + life }))}.x`;

/** It reads all its tokens as JWTs, and the provider's are opaque; it sends cookies along, and the provider's CORS answers forbid that. */
function dressTokens() {
  const plain = globalThis.fetch;
  globalThis.fetch = async (input, init) => {
    if (!String(input).endsWith('/token')) return plain(input, init);
    const body = new URLSearchParams(String(init.body));
    const dressed = body.get('refresh_token');
    if (dressed) body.set('refresh_token', JSON.parse(atob(dressed.split('.')[1])).plain);
    const response = await plain(input, { ...init, body, credentials: 'omit' });
    const { access_token: access, refresh_token: refresh, ...answer } = await response.json();
    if (access) Object.assign(answer, { access_token: dress(access, answer.expires_in), refresh_token: dress(refresh, 3600) });
    return new Response(JSON.stringify(answer), { status: response.status, headers: { 'content-type': 'application/json' } });
  };
}

export async function open({ issuer, clientId, redirectUri, scope, returning }) {
  dressTokens();
  const client = new Keycloak({ clientId, oidcProvider: issuer });
  const options = { checkLoginIframe: false, responseMode: 'query', pkceMethod: 'S256', scope, redirectUri };
  // On a page that is no callback, it asks the provider in a hidden frame.
  const silent = returning ? {} : { onLoad: 'check-sso', silentCheckSsoRedirectUri: `${redirectUri}silent.html`, silentCheckSsoFallback: false };
  const started = client.init({ ...options, ...silent });
  started.catch(() => {});
  return {
    signIn: async () => {
      await started.catch(() => {});
      await client.login({ prompt: 'consent', scope, redirectUri });
    },
    async callback() {
      if (!(await started)) throw new Error('not authenticated');
    },
    async token() {
      await started;
      await client.updateToken(0);
      if (!client.token) throw new Error('no token');
      return client.token;
    },
    signOut: () => client.logout(),
  };
}
