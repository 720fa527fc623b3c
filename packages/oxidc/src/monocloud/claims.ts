/**
 * Claims: which of them become part of the user, and whose they are.
 * @module
 */
import { MonoCloudTokenError, MonoCloudValidationError } from './errors.js';
import { parseSpaceSeparatedSet } from './internal.js';
import type { IdTokenClaims, MonoCloudUser } from './types.js';

/** Claims that say nothing about the person. */
const FILTERED = ['iss', 'exp', 'nbf', 'aud', 'nonce', 'iat', 'auth_time', 'c_hash', 'at_hash', 's_hash'];

/** What of an ID token becomes part of the user. */
export function without(claims: Partial<IdTokenClaims>, filtered: readonly string[] = FILTERED): Record<string, unknown> {
  return Object.fromEntries(Object.entries(claims).filter(([name]) => !filtered.includes(name)));
}

/** OpenID Connect Core 1.0 sections 5.3.2 and 12.2: what is added to a session is about the same person. An answer that names nobody is taken. */
export function sameSubject(known: { sub?: unknown } | undefined, told: { sub?: unknown } | Partial<MonoCloudUser> | undefined): void {
  if (known?.sub !== undefined && told?.sub !== undefined && known.sub !== told.sub) {
    throw new MonoCloudTokenError('The subject is another one than before');
  }
}

/** The UserInfo endpoint wants a token for it. */
export function demandOpenid(scopes: string | undefined): void {
  if (!parseSpaceSeparatedSet(scopes).has('openid')) throw new MonoCloudValidationError('Fetching userinfo requires the openid scope');
}
