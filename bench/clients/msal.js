import { PublicClientApplication } from '@azure/msal-browser';

export async function open({ issuer, clientId, redirectUri, scope }) {
  const client = new PublicClientApplication({
    auth: { clientId, authority: issuer, knownAuthorities: [new URL(issuer).host], redirectUri },
    cache: { cacheLocation: 'localStorage' },
    system: { protocolMode: 'OIDC' },
  });
  await client.initialize();
  const scopes = scope.split(' ');
  return {
    signIn: () => client.loginRedirect({ scopes, prompt: 'consent' }),
    async callback() {
      const result = await client.handleRedirectPromise({ navigateToLoginRequestUrl: false });
      if (!result?.accessToken) throw new Error('no token');
    },
    async token() {
      const { accessToken } = await client.acquireTokenSilent({ scopes, account: client.getAllAccounts()[0] });
      return accessToken;
    },
    signOut: () => client.logoutRedirect(),
  };
}
