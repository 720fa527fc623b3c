/**
 * What a sign-in asks the provider for.
 * @module
 */
import { generateNonce, generatePKCE, generateState, mergeArrays } from './utils.js';
import { parseSpaceSeparated } from './internal.js';
import type { AuthorizationParams, CallbackState, DefaultAuthParams, Indicator, ResponseTypes, SignInOptions } from './types.js';

/** The scopes where nobody names any. */
const SCOPES = 'openid profile email';

/** Texts with blanks between, each word once. */
function union(...texts: (string | undefined)[]): string | undefined {
  const words = mergeArrays(...texts.map(parseSpaceSeparated));
  return words?.length ? [...new Set(words)].join(' ') : undefined;
}

/**
 * The parameters of a sign-in, and the flow that its answer is held against.
 *
 * @param prompt In place of every other.
 */
export async function signInRequest(
  mode: CallbackState['mode'],
  options: SignInOptions,
  defaults: DefaultAuthParams,
  indicators: readonly Indicator[],
  redirectUri: string,
  prompt?: string,
): Promise<{ params: AuthorizationParams; state: CallbackState }> {
  const { codeVerifier, codeChallenge } = await generatePKCE();
  const responseType: ResponseTypes = defaults.responseType ?? 'code';
  const wished = defaults.scopes ?? (options.scopes === undefined ? SCOPES : undefined);
  const scopes = union(options.scopes, wished, ...indicators.map((one) => one.scopes)) ?? SCOPES;
  const resource = union(options.resource, defaults.resource, ...indicators.map((one) => one.resource));
  const implicit = responseType === 'token' || responseType === 'id_token token';
  const { returnUrl, appState } = options;
  const maxAge = options.maxAge ?? defaults.maxAge;
  const state: CallbackState = {
    mode,
    state: generateState(),
    nonce: generateNonce(),
    codeVerifier,
    scopes,
    responseType,
    resource: implicit ? resource : defaults.resource,
    maxAge,
    returnUrl,
    appState,
  };
  const either = <K extends keyof DefaultAuthParams & keyof SignInOptions>(name: K) => options[name] ?? defaults[name];
  const params: AuthorizationParams = {
    redirectUri,
    scopes,
    responseType,
    authenticatorHint: either('authenticatorHint'),
    loginHint: either('loginHint'),
    acrValues: either('acrValues'),
    nonce: state.nonce,
    uiLocales: either('uiLocales'),
    display: either('display'),
    maxAge,
    prompt: prompt ?? (options.signUp ? 'create' : either('prompt')),
    audience: either('audience'),
    idTokenHint: either('idTokenHint'),
    resource,
    codeChallenge,
    state: state.state,
  };
  return { params, state };
}
