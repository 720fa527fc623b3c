export const application = (AuthClient) => async ({ issuer, clientId, redirectUri, scope, renew }) => {
  const client = new AuthClient({ issuer, clientId, redirectUri, scopes: scope, fetchUserinfo: false, automaticRenewal: renew, onReturn: () => {} });
  return {
    signIn: () => client.signIn({ prompt: 'consent' }),
    callback: () => client.processCallback(),
    token: async () => (await client.getTokens()).accessToken,
    signOut: () => client.signOut(),
  };
};
