// What an application writes that uses the building blocks alone.
import * as oauth from 'oauth4webapi';

export async function open({ issuer, clientId, redirectUri, scope }) {
  const client = { client_id: clientId };
  const none = oauth.None();
  const discover = async () => {
    const url = new URL(issuer);
    return oauth.processDiscoveryResponse(url, await oauth.discoveryRequest(url));
  };
  const keep = (answer) => {
    const { refresh_token } = session ?? {};
    session = { refresh_token, ...answer, expires_at: Date.now() + answer.expires_in * 1000 };
    localStorage.setItem('session', JSON.stringify(session));
  };
  let session = JSON.parse(localStorage.getItem('session'));
  return {
    async signIn() {
      const server = await discover();
      const attempt = { verifier: oauth.generateRandomCodeVerifier(), state: oauth.generateRandomState(), nonce: oauth.generateRandomNonce() };
      sessionStorage.setItem('attempt', JSON.stringify(attempt));
      const url = new URL(server.authorization_endpoint);
      url.search = new URLSearchParams({
        client_id: clientId, redirect_uri: redirectUri, response_type: 'code', scope, prompt: 'consent', state: attempt.state, nonce: attempt.nonce,
        code_challenge: await oauth.calculatePKCECodeChallenge(attempt.verifier), code_challenge_method: 'S256',
      });
      location.assign(url);
    },
    async callback() {
      const { verifier, state, nonce } = JSON.parse(sessionStorage.getItem('attempt'));
      const address = new URL(location.href);
      history.replaceState(null, '', redirectUri);
      const server = await discover();
      const parameters = oauth.validateAuthResponse(server, client, address, state);
      const response = await oauth.authorizationCodeGrantRequest(server, client, none, parameters, redirectUri, verifier);
      keep(await oauth.processAuthorizationCodeResponse(server, client, response, { expectedNonce: nonce, requireIdToken: true }));
    },
    async token() {
      session ??= JSON.parse(localStorage.getItem('session'));
      if (session.expires_at <= Date.now()) {
        const server = await discover();
        const response = await oauth.refreshTokenGrantRequest(server, client, none, session.refresh_token);
        keep(await oauth.processRefreshTokenResponse(server, client, response));
      }
      return session.access_token;
    },
    async signOut() {
      localStorage.removeItem('session');
    },
  };
}
