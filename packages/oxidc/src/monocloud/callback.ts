/**
 * The address that a flow comes back to: whether it is ours, and whether everything is in it.
 * @module
 */
import { MonoCloudValidationError } from './errors.js';
import { removeTrailingSlash } from './internal.js';
import type { CallbackParams, ResponseTypes } from './types.js';

/** What each response type must bring. */
const REQUIRED: Record<string, (given: CallbackParams) => string | false> = {
  code: ({ code }) => !code && "'code'",
  token: ({ accessToken }) => !accessToken && "'access_token'",
  id_token: ({ idToken }) => !idToken && "'id_token'",
  'id_token token': ({ idToken, accessToken }) => !(idToken && accessToken) && "'id_token' or 'access_token'",
  'code id_token': ({ code, idToken }) => !(code && idToken) && "'code' or 'id_token'",
  'code token': ({ code, accessToken }) => !(code && accessToken) && "'code' or 'access_token'",
  'code id_token token': ({ code, idToken, accessToken }) => !(code && idToken && accessToken) && "'code', 'id_token', or 'access_token'",
};

/** Whether an address is one of ours, whatever follows its path. */
export function same(address: string, uri: string): boolean {
  const { origin, pathname } = new URL(address);
  return removeTrailingSlash(origin + pathname) === uri;
}

/** Takes query and fragment out of the address bar after a failure, which nothing may hide. */
export function cleanAddressAnyway(): void {
  try {
    cleanAddress();
  } catch {}
}

/** Takes query and fragment out of the address bar. */
export function cleanAddress(): void {
  const url = new URL(window.location.href);
  url.search = url.hash = '';
  window.history.replaceState({}, document.title, url.href);
}

/** What a response lacks. */
export function demand(responseType: ResponseTypes, response: CallbackParams): string | false {
  const lacking = Object.hasOwn(REQUIRED, responseType) ? REQUIRED[responseType] : undefined;
  if (!lacking) throw new MonoCloudValidationError(`Unsupported response_type: ${responseType}`);
  return lacking(response);
}
