import { OidcClient, OidcLocation, TokenAutomaticRenewMode } from '@axa-fr/oidc-client';

export async function open({ issuer, clientId, redirectUri, scope, renew }) {
  const client = OidcClient.getOrCreate(() => fetch, new OidcLocation())({
    client_id: clientId, redirect_uri: redirectUri, scope, authority: issuer, storage: localStorage, login_state_storage: localStorage,
    extras: { prompt: 'consent' }, refresh_time_before_tokens_expiration_in_second: 1,
    token_automatic_renew_mode: renew ? TokenAutomaticRenewMode.AutomaticBeforeTokenExpiration : TokenAutomaticRenewMode.AutomaticOnlyWhenFetchExecuted,
  });
  let known;
  return {
    signIn: () => client.loginAsync(new URL(redirectUri).pathname),
    async callback() {
      await client.loginCallbackAsync();
      known = true;
    },
    async token() {
      known ??= await client.tryKeepExistingSessionAsync();
      const { isTokensValid, tokens } = await client.getValidTokenAsync();
      if (!isTokensValid) throw new Error('no valid token');
      return tokens.accessToken;
    },
    signOut: () => client.logoutAsync(),
  };
}
