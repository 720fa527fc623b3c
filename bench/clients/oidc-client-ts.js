import { UserManager, WebStorageStateStore } from 'oidc-client-ts';

export async function open({ issuer, clientId, redirectUri, scope, renew }) {
  const manager = new UserManager({
    authority: issuer, client_id: clientId, redirect_uri: redirectUri, scope, automaticSilentRenew: renew,
    userStore: new WebStorageStateStore({ store: localStorage }), loadUserInfo: false, monitorSession: false,
  });
  return {
    signIn: () => manager.signinRedirect({ prompt: 'consent' }),
    callback: () => manager.signinRedirectCallback(),
    async token() {
      const user = await manager.getUser();
      if (!user) throw new Error('no user');
      return (user.expired ? await manager.signinSilent() : user)?.access_token;
    },
    signOut: () => manager.signoutRedirect(),
  };
}
