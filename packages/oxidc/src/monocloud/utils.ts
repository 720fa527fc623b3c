/**
 * Helpers for applications, `oxidc/monocloud/utils`.
 * @packageDocumentation
 */
import { isUserInGroup as isMember } from '../groups.js';
import { decode, encode } from '../host/crypto.js';
import { arrayBufferToString, isAbsoluteUrl, now, randomBytes, sha256, stringToArrayBuffer } from './internal.js';
import type { AuthState, CallbackParams, MonoCloudSession, MonoCloudUser } from './types.js';

/** Reads the parameters of an authorization response: of an address, a query or a fragment. */
export function parseCallbackParams(from: string | URL | URLSearchParams): CallbackParams {
  const form = new URLSearchParams(typeof from === 'string' ? queryOf(from) : isUrl(from) ? from.search || from.hash.slice(1) : from);
  const get = (name: string) => form.get(name) ?? undefined;
  const seconds = get('expires_in');
  return {
    state: get('state'),
    error: get('error'),
    errorDescription: get('error_description'),
    scope: get('scope'),
    code: get('code'),
    accessToken: get('access_token'),
    expiresIn: seconds === undefined || Number.isNaN(Number(seconds)) ? undefined : Number(seconds),
    idToken: get('id_token'),
    refreshToken: get('refresh_token'),
    sessionState: get('session_state'),
  };
}

const isUrl = (from: URL | URLSearchParams): from is URL => 'href' in from;
const queryOf = (text: string) => {
  if (!isAbsoluteUrl(text)) return text.replace(/^[?#]/, '');
  const { search, hash } = new URL(text);
  return search || hash.slice(1);
};

/** An unguessable `state`. */
export const generateState = (): string => randomBytes();
/** An unguessable `nonce`. */
export const generateNonce = (): string => randomBytes();
/** A code verifier and its challenge (RFC 7636, S256). */
export async function generatePKCE(): Promise<{ codeVerifier: string; codeChallenge: string }> {
  const codeVerifier = randomBytes();
  return { codeVerifier, codeChallenge: await sha256(codeVerifier) };
}

/** The rounds in which a key is made of a secret. */
const ROUNDS = 100_000;

async function keyOf(secret: string, salt: Uint8Array<ArrayBuffer>): Promise<CryptoKey> {
  const material = await crypto.subtle.importKey('raw', stringToArrayBuffer(secret), 'PBKDF2', false, ['deriveKey']);
  return crypto.subtle.deriveKey({ name: 'PBKDF2', salt, iterations: ROUNDS, hash: 'SHA-256' }, material, { name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt']);
}

/** Encrypts a text with a secret (AES-256-GCM). */
export async function encrypt(text: string, secret: string): Promise<string> {
  const salt = crypto.getRandomValues(new Uint8Array(16));
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const sealed = new Uint8Array(await crypto.subtle.encrypt({ name: 'AES-GCM', iv }, await keyOf(secret, salt), stringToArrayBuffer(text)));
  const all = new Uint8Array(28 + sealed.length);
  all.set(salt);
  all.set(iv, 16);
  all.set(sealed, 28);
  return encode(all);
}

/** Decrypts what {@link encrypt} made; undefined where that fails. */
export async function decrypt(sealed: string, secret: string): Promise<string | undefined> {
  try {
    const all = decode(sealed);
    const key = await keyOf(secret, all.slice(0, 16));
    return arrayBufferToString(await crypto.subtle.decrypt({ name: 'AES-GCM', iv: all.slice(16, 28) }, key, all.slice(28)));
  } catch {
    return undefined;
  }
}

async function seal<T>(member: string, value: T, secret: string, ttl?: number): Promise<string> {
  return encrypt(JSON.stringify({ [member]: value, expiresAt: ttl === undefined ? undefined : now() + ttl }), secret);
}

async function unseal<T>(member: string, sealed: string, secret: string, invalid: string, expired: string): Promise<T> {
  const text = await decrypt(sealed, secret);
  if (!text) throw new Error(invalid);
  let read: Record<string, unknown> | null;
  try {
    read = JSON.parse(text) as typeof read;
  } catch {
    throw new Error(invalid);
  }
  const value = read?.[member];
  if (!value) throw new Error(invalid);
  if (typeof read?.['expiresAt'] === 'number' && read['expiresAt'] < now()) throw new Error(expired);
  return value as T;
}

/**
 * Encrypts a session.
 *
 * @param ttl How long it can be decrypted, in seconds.
 */
export const encryptSession = (session: MonoCloudSession, secret: string, ttl?: number): Promise<string> => seal('session', session, secret, ttl);
/** Decrypts a session; throws a plain `Error` where that fails. */
export const decryptSession = (sealed: string, secret: string): Promise<MonoCloudSession> => unseal('session', sealed, secret, 'Invalid session data', 'Session Expired');
/**
 * Encrypts a sign-in on its way.
 *
 * @param ttl How long it can be decrypted, in seconds.
 */
export const encryptAuthState = <T extends AuthState>(state: T, secret: string, ttl?: number): Promise<string> => seal('authState', state, secret, ttl);
/** Decrypts a sign-in on its way; throws a plain `Error` where that fails. */
export const decryptAuthState = <T extends AuthState>(sealed: string, secret: string): Promise<T> => unseal<T>('authState', sealed, secret, 'Invalid auth state', 'Auth state expired');

/** Whether a person is in groups, by the names, or the `id` or `name` of objects, in a claim. */
export function isUserInGroup(user: MonoCloudUser, groups: string[], groupsClaim = 'groups', matchAll = false): boolean {
  return isMember(user, groups, { claim: groupsClaim, all: matchAll });
}

/** All members of the lists; undefined where there is no list. */
export function mergeArrays<T>(...lists: (T[] | undefined)[]): T[] | undefined {
  const there = lists.filter((list): list is T[] => Array.isArray(list));
  return there.length ? there.flat() : undefined;
}
