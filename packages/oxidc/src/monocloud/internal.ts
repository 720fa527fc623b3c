/**
 * Small helpers, `oxidc/monocloud/internal`.
 * @packageDocumentation
 */
import { encode, random } from '../host/crypto.js';
import { selectKey } from './keys.js';
import type { AccessToken, Jwk, Jwks, JwsHeaderParameters, MonoCloudUser, UserinfoResponse } from './types.js';

/** base64 as base64url. */
export const toB64Url = (input: string): string => input.replace(/=/g, '').replace(/\+/g, '-').replace(/\//g, '_');

/** base64url as base64, with padding. */
export const fromB64Url = (input: string): string => {
  const base64 = input.replace(/-/g, '+').replace(/_/g, '/');
  return base64 + '='.repeat((4 - (base64.length % 4)) % 4);
};

/** The octets of a text in UTF-8. */
export const stringToArrayBuffer = (text: string): Uint8Array<ArrayBuffer> => Uint8Array.from(new TextEncoder().encode(text));

/** The text of octets in UTF-8. */
export const arrayBufferToString = (buffer: ArrayBuffer | Uint8Array): string => new TextDecoder().decode(new Uint8Array(buffer));

/** Octets as base64. */
export const arrayBufferToBase64 = (buffer: ArrayBuffer | Uint8Array): string => {
  let binary = '';
  for (const octet of new Uint8Array(buffer)) binary += String.fromCharCode(octet);
  return btoa(binary);
};

/** A text in UTF-8 as base64. */
export const encodeBase64 = (input: string): string => arrayBufferToBase64(stringToArrayBuffer(input));

/** A text in UTF-8 as base64url. */
export const encodeBase64Url = (input: string): string => encode(stringToArrayBuffer(input));

/** The octets of a base64url text, each as one character. */
export const decodeBase64Url = (input: string): string => atob(fromB64Url(input));

/** `true` or `false` in a text, else undefined. */
export const getBoolean = (value?: string): boolean | undefined => {
  const word = value?.toLowerCase().trim();
  return word === 'true' ? true : word === 'false' ? false : undefined;
};

/** A whole number in a text, else undefined. */
export const getNumber = (value?: string): number | undefined => {
  const number = Number.parseInt(value ?? '', 10);
  return Number.isNaN(number) ? undefined : number;
};

/** Puts a slash in front where there is none. */
export const ensureLeadingSlash = (value?: string): string => {
  const text = value?.trim() ?? '';
  return text.startsWith('/') ? text : `/${text}`;
};

/** Takes surrounding blanks and one trailing slash away. */
export const removeTrailingSlash = (value?: string): string => (value ?? '').trim().replace(/\/$/, '');

/** Whether there is a value: a number, a boolean, or a text that is not blank. */
export const isPresent = (value?: string | number | boolean | null): boolean =>
  typeof value === 'string' ? value.trim().length > 0 : typeof value === 'number' || typeof value === 'boolean';

/** Whether an address names its scheme. */
export const isAbsoluteUrl = (url: string): boolean => /^https?:\/\//i.test(url);

/** Whether two addresses have one origin. */
export const isSameHost = (url: string, other: string): boolean => {
  try {
    return new URL(url).origin === new URL(other).origin;
  } catch {
    return false;
  }
};

/** Whether two texts are the same, in a time that says nothing of where they differ. */
export const timingSafeEqual = (a: string, b: string): boolean => {
  const [one, other] = [stringToArrayBuffer(a), stringToArrayBuffer(b)];
  let difference = one.length ^ other.length;
  for (let at = 0; at < one.length; at += 1) difference |= one[at]! ^ (other[at] ?? 0);
  return difference === 0;
};

/** Seconds since 1970. */
export const now = (): number => Math.floor(Date.now() / 1000);

/** The public key that a token names. */
export const getPublicSigKeyFromIssuerJwks = (jwks: Jwks | Jwk[], header: JwsHeaderParameters): Promise<CryptoKey> => {
  const { key, parameters } = selectKey(Array.isArray(jwks) ? jwks : jwks.keys, header);
  return crypto.subtle.importKey('jwk', key as JsonWebKey, parameters, true, ['verify']);
};

const digest = async (bits: string, text: string) => new Uint8Array(await crypto.subtle.digest(`SHA-${bits}`, stringToArrayBuffer(text)));

/** The SHA-256 hash of a text, as base64url. */
export const sha256 = async (text: string): Promise<string> => encode(await digest('256', text));

/** The left half of a value's hash, by the hash of a signature algorithm, as base64url (OpenID Connect Core 1.0 section 3.1.3.6). */
export const hashTokenValue = async (value: string, algorithm = 'RS256'): Promise<string> => {
  const hash = await digest(algorithm.slice(2), value);
  return encode(hash.slice(0, hash.length / 2));
};

/** Whether a hash in an ID token is that of a value. */
export const validateTokenHash = async (value: string, hash: string, algorithm = 'RS256'): Promise<boolean> =>
  timingSafeEqual(await hashTokenValue(value, algorithm), hash);

/** Random octets as base64url. */
export const randomBytes = (length = 32): string => random(length)['bytes'] as string;

/** Whether a value is a JSON object. */
export const isJsonObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A client secret: a key, if it is the JSON text of one. */
export const parseClientSecret = (secret?: string | Jwk): string | Jwk | undefined => {
  if (typeof secret !== 'string') return secret;
  try {
    const value: unknown = JSON.parse(secret);
    return isJsonObject(value) && typeof value['kty'] === 'string' ? (value as Jwk) : secret;
  } catch {
    return secret;
  }
};

/** The words of a text, or undefined where there are none. */
export const parseSpaceSeparated = (text?: string): string[] | undefined => text?.split(/\s+/).filter(Boolean);

/** The set of the words of a text. */
export const parseSpaceSeparatedSet = (text?: string): Set<string> => new Set(parseSpaceSeparated(text));

/** Whether two sets have the same members, or without `strict`, whether the second has all of the first. */
export const setsEqual = (a: Set<string>, b: Set<string>, strict = true): boolean =>
  (!strict || a.size === b.size) && [...a].every((one) => b.has(one));

/** The token of a set of resources and a set of requested scopes. */
export const findToken = (tokens?: AccessToken[], resource?: string, scopes?: string): AccessToken | undefined => {
  const same = (a?: string, b?: string) => setsEqual(parseSpaceSeparatedSet(a), parseSpaceSeparatedSet(b));
  return tokens?.find((token) => same(token.resource, resource) && same(token.requestedScopes, scopes));
};

/** A user with new claims: over the old ones, or in their place. */
export const profileSync = (
  user: MonoCloudUser | undefined,
  idToken: Record<string, unknown> | undefined,
  userinfo: UserinfoResponse | undefined,
  strict = false,
): MonoCloudUser => ({ ...(strict ? undefined : user), ...idToken, ...userinfo }) as MonoCloudUser;
