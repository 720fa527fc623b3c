// A real provider on loopback: oidc-provider, certified by the OpenID Foundation, with everything in memory.

import { createServer } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { errors, Provider } from 'oidc-provider';
// Not in the package's documented surface, but the only adapter of its own that keeps nothing between two providers.
import { createMemoryAdapter } from 'oidc-provider/lib/adapters/memory_adapter.js';
import { close, listen } from './http.mjs';
import { creationImpliesConsent, grantAll, interact, policy } from './interactions.mjs';
import { algorithms, createKeys } from './keys.mjs';
import { errorPage, signedOutPage, signOutAtOnce, signOutPage } from './pages.mjs';

/** The client identifier of the client whose ID tokens are signed with an algorithm. */
export const clientIdFor = (alg) => (alg === 'RS256' ? 'spa' : `spa-${alg.toLowerCase()}`);

const frontTypes = ['code', 'id_token', 'id_token token', 'code id_token', 'code token', 'code id_token token'];

/**
 * Starts a provider.
 *
 * - `host`, `port`: where it listens; `issuer`: its name, where a proxy stands before it.
 * - `origins`: the applications' origins; each may send people back to `/` and to `paths`.
 * - `apis`: resource indicators for which it issues JWT access tokens; `apiScope`: their scopes.
 * - `accessTokenTtl`, `idTokenTtl`, `refreshTokenTtl`: lifetimes in seconds.
 * - `dpopNonce`: wants a nonce in every DPoP proof; `requirePushed`: takes pushed authorization requests only; `requestKeys`: the
 *   public keys of the client that signs its requests.
 * - `confirmSignIn`, `confirmSignOut`: answers its own pages itself.
 * - `frontChannel`: has a client `spa-front` that may be given tokens in the address itself.
 * - `tls`: the key and certificate, for https; `middleware`: Koa functions through which every request goes first.
 * - `issueRefreshToken`: when; with the scope `offline_access`, if it is not given.
 *
 * The result's `tokenRequests` lists what became of every request at the token endpoint.
 */
export async function startProvider({
  host = '127.0.0.1', port = 0, issuer, origins = [], paths = ['/'], apis = [], apiScope = 'api:read',
  accessTokenTtl = 60, idTokenTtl = 600, refreshTokenTtl = 3600, confirmSignIn = false, confirmSignOut = false,
  dpopNonce = false, requirePushed = false, requestKeys = [], frontChannel = false,
  tls, middleware = [], issueRefreshToken = (ctx, client, code) => code.scopes.has('offline_access'),
} = {}) {
  const server = tls ? createSecureServer(tls) : createServer();
  const origin = await listen(server, { host, port });
  const keys = await createKeys();
  const resources = Object.fromEntries(apis.map((api) => [api, {
    scope: apiScope, audience: api, accessTokenTTL: accessTokenTtl, accessTokenFormat: 'jwt', jwt: { sign: { alg: 'ES256' } },
  }]));

  const redirectUris = origins.flatMap((app) => paths.map((path) => app + path));
  const client = (alg) => ({
    client_id: clientIdFor(alg), id_token_signed_response_alg: alg, token_endpoint_auth_method: 'none', application_type: 'web',
    grant_types: ['authorization_code', 'refresh_token'], response_types: ['code'],
    redirect_uris: redirectUris, post_logout_redirect_uris: redirectUris,
  });

  const extended = [
    { ...client('RS256'), client_id: 'spa-dpop', dpop_bound_access_tokens: true },
    { ...client('RS256'), client_id: 'spa-par', require_pushed_authorization_requests: true },
    { ...client('RS256'), client_id: 'spa-jarm', authorization_signed_response_alg: 'PS256' },
    { ...client('RS256'), client_id: 'spa-userinfo', userinfo_signed_response_alg: 'ES256' },
    { ...client('RS256'), client_id: 'spa-jar', request_object_signing_alg: 'ES256', require_signed_request_object: true, jwks: { keys: requestKeys } },
    { ...client('RS256'), client_id: 'device', grant_types: ['urn:ietf:params:oauth:grant-type:device_code', 'refresh_token'], response_types: [], redirect_uris: [] },
    // Only a native application may have the implicit grant on loopback.
    { ...client('RS256'), client_id: 'spa-front', application_type: 'native', grant_types: ['authorization_code', 'implicit'], response_types: frontTypes },
  ].filter(({ client_id: id }) => (id !== 'spa-jar' || requestKeys.length > 0) && (id !== 'spa-front' || frontChannel));

  const provider = new Provider(issuer ?? origin, {
    adapter: createMemoryAdapter(),
    jwks: { keys },
    clients: [...algorithms.map(client), ...extended],
    ...(frontChannel && { responseTypes: frontTypes }),
    clientBasedCORS: (ctx, app) => origins.includes(app),
    // The default of 15 seconds would accept tokens that long after their end.
    clockTolerance: 0,
    pkce: { required: () => true },
    scopes: ['openid', 'offline_access', 'profile', 'email'],
    claims: { openid: ['sub'], profile: ['name', 'given_name', 'locale'], email: ['email', 'email_verified'], acr: null, auth_time: null, iss: null, sid: null },
    enabledJWA: {
      idTokenSigningAlgValues: algorithms, authorizationSigningAlgValues: algorithms, userinfoSigningAlgValues: algorithms, dPoPSigningAlgValues: ['ES256'],
    },
    features: {
      devInteractions: { enabled: false },
      revocation: { enabled: true },
      dPoP: { enabled: true, nonceSecret: Buffer.alloc(32, 7), requireNonce: () => dpopNonce },
      pushedAuthorizationRequests: { enabled: true, requirePushedAuthorizationRequests: requirePushed },
      requestObjects: { enabled: true },
      jwtResponseModes: { enabled: true },
      jwtUserinfo: { enabled: true },
      deviceFlow: {
        enabled: true, mask: '****-****',
        userCodeInputSource: (ctx, form) => { ctx.body = form; },
        userCodeConfirmSource: (ctx, form) => { ctx.body = form; },
        successSource: (ctx) => { ctx.body = 'confirmed'; },
      },
      userinfo: { enabled: true },
      rpInitiatedLogout: {
        enabled: true,
        logoutSource: (ctx, form) => { ctx.body = (confirmSignOut ? signOutAtOnce : signOutPage)(form); },
        postLogoutSuccessSource: (ctx) => { ctx.body = signedOutPage(); },
      },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => undefined,
        // A code or refresh token exchanged without a resource gives a token for the UserInfo endpoint.
        useGrantedResource: () => false,
        getResourceServerInfo: (ctx, resource) => {
          if (!resources[resource]) throw new errors.InvalidTarget();
          return resources[resource];
        },
      },
    },
    ttl: { AccessToken: accessTokenTtl, AuthorizationCode: 60, IdToken: idTokenTtl, RefreshToken: refreshTokenTtl, Session: 3600, Grant: 3600, Interaction: 600 },
    // So that an API can demand a recent sign-in (RFC 9470 section 6.2).
    extraTokenClaims: (ctx) => ({ auth_time: (ctx.oidc.entities.RefreshToken ?? ctx.oidc.entities.AuthorizationCode)?.authTime }),
    rotateRefreshToken: true,
    issueRefreshToken,
    interactions: { policy: policy(), url: (ctx, interaction) => `/interaction/${interaction.uid}` },
    cookies: { keys: ['only for loopback'] },
    findAccount: (ctx, id) => ({ accountId: id, claims: () => ({ sub: id, ...account(id) }) }),
    loadExistingGrant: (ctx) => {
      const { client: { clientId }, session, result } = ctx.oidc;
      return grantAll(provider, resources, { grantId: result?.consent?.grantId ?? session.grantIdFor(clientId), clientId, accountId: session.accountId });
    },
    renderError: (ctx, out) => { ctx.type = 'html'; ctx.body = errorPage(out); },
  });
  for (const each of [...middleware, creationImpliesConsent]) provider.use(each);

  const tokenRequests = recordTokenRequests(provider);
  const handle = provider.callback();
  server.on('request', async (request, response) => {
    if (!(await interact(provider, resources, confirmSignIn, request, response))) handle(request, response);
  });
  return { issuer: issuer ?? origin, origin, keys, tokenRequests, close: () => close(server) };
}

function account(id) {
  const name = id.split('@')[0].replace(/^./, (first) => first.toUpperCase());
  return { name: `${name} Example`, given_name: name, locale: 'en', email: `${id}@example.com`, email_verified: true };
}

/** Keeps for every request at the token endpoint what was asked, what came of it and whether the grant was revoked. */
function recordTokenRequests(provider) {
  const records = [];
  const revoked = new WeakSet();
  const keep = (ctx, outcome) => {
    const { grant_type: grantType, client_id: clientId } = ctx.oidc?.params ?? {};
    records.push({ grantType, clientId, outcome, revoked: revoked.has(ctx) });
  };
  provider.on('grant.revoked', (ctx) => revoked.add(ctx));
  provider.on('grant.success', (ctx) => keep(ctx, 'issued'));
  provider.on('grant.error', (ctx, error) => keep(ctx, error.error));
  return records;
}
