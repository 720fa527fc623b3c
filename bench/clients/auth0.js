import { Auth0Client } from '@auth0/auth0-spa-js';

export async function open({ issuer, clientId, redirectUri, scope }) {
  const client = new Auth0Client({
    domain: issuer, issuer, clientId, cacheLocation: 'localstorage', useRefreshTokens: true,
    authorizationParams: { redirect_uri: redirectUri, scope, prompt: 'consent' },
  });
  return {
    signIn: () => client.loginWithRedirect(),
    callback: () => client.handleRedirectCallback(),
    token: () => client.getTokenSilently(),
    signOut: () => client.logout(),
  };
}
