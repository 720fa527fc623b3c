/**
 * Forms and their order, which applications' own tests look at.
 * @module
 */
import { parseSpaceSeparated } from './internal.js';
import type { AuthorizationParams } from './types.js';

/** A form of what is there, with one member for each resource at the end. */
export function parameters(members: [string, string | undefined][], resource?: string): URLSearchParams {
  const form = new URLSearchParams();
  for (const [name, value] of members) if (value) form.append(name, value);
  for (const one of parseSpaceSeparated(resource) ?? []) form.append('resource', one);
  return form;
}

/** The parameters of an authorization request, in their order. */
export function authorization(clientId: string, params: AuthorizationParams): URLSearchParams {
  const { requestUri, responseType, codeChallenge, maxAge } = params;
  const form = parameters([
    ['client_id', clientId],
    ['redirect_uri', params.redirectUri],
    ['request_uri', requestUri],
    ['scope', params.scopes],
    ['response_type', responseType ?? (requestUri ? undefined : 'code')],
    ['authenticator_hint', params.authenticatorHint],
    ['login_hint', params.loginHint],
    ['request', params.request],
    ['response_mode', params.responseMode],
    ['acr_values', params.acrValues?.join(' ')],
    ['nonce', params.nonce],
    ['ui_locales', params.uiLocales],
    ['display', params.display],
    ['max_age', maxAge === undefined ? undefined : String(maxAge)],
    ['prompt', params.prompt],
    ['audience', params.audience],
    ['id_token_hint', params.idTokenHint],
  ], params.resource);
  const last = parameters([
    ['code_challenge', codeChallenge],
    ['code_challenge_method', codeChallenge && (params.codeChallengeMethod ?? 'S256')],
    ['state', params.state],
  ]);
  last.forEach((value, name) => form.append(name, value));
  return form;
}
