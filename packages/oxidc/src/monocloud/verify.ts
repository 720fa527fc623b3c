/**
 * The check of an ID token: made by the core's own code, in a module that holds nothing else, whose verdict gets the words that applications know.
 * @module
 */
import bytes from '#identity-bytes';
import { decode, digest, verify } from '../host/crypto.js';
import type { CoreError, Effect, Outcome } from '../host/protocol.js';
import { coreOf } from '../load/core.js';
import { carried } from '../load/carried.js';
import { MonoCloudJsError, MonoCloudTokenError } from './errors.js';
import { arrayBufferToString, isJsonObject, now } from './internal.js';
import { selectKey } from './keys.js';
import type { IdTokenClaims, Jwks, JwsHeaderParameters } from './types.js';

/** What a token is held against. */
export interface Expected {
  issuer: string;
  clientId: string;
  algorithm: string;
  jwks: Jwks;
  /** Seconds. */
  skew: number;
  /** Seconds. */
  tolerance: number;
  /** Seconds. */
  maxAge?: number | undefined;
  nonce?: string | undefined;
  /** The access token whose hash must be in the token. */
  accessToken?: string | undefined;
}

let compiled: WebAssembly.Module | undefined;

/** An instance of the module that checks, out of the package itself: nothing is fetched. */
function instance(): WebAssembly.Instance {
  try {
    return new WebAssembly.Instance((compiled ??= carried(bytes)));
  } catch (error) {
    throw new MonoCloudJsError(`WebAssembly is not allowed or not supported here: ${String(error)}`);
  }
}

/** Reads one part of a token. */
export function part(token: string, index: number, name: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(arrayBufferToString(decode(token.split('.')[index]!)));
  } catch {
    throw new MonoCloudTokenError(`Failed to parse JWT ${name}`);
  }
  if (!isJsonObject(value)) throw new MonoCloudTokenError(`JWT ${name} must be a top level object`);
  return value;
}

/** The claims before anybody vouches for them; of a payload that is none, the core tells what is wrong with the token. */
function peek(token: string): Record<string, unknown> {
  try {
    return part(token, 1, 'Payload');
  } catch {
    return {};
  }
}

/**
 * Checks an ID token (OpenID Connect Core 1.0 section 3.1.3.7) and gives its claims.
 *
 * @throws {@link MonoCloudTokenError}, a plain `Error` when no key fits, or {@link MonoCloudJsError} where the page forbids WebAssembly.
 */
export async function verifyIdToken(token: string, expected: Expected): Promise<IdTokenClaims> {
  if (typeof token !== 'string' || token.trim() === '') throw new MonoCloudTokenError('ID Token must be a valid non-empty string');
  if (token.split('.').length !== 3) throw new MonoCloudTokenError('ID Token must have a header, payload and signature');
  const header = part(token, 0, 'Header') as unknown as JwsHeaderParameters;
  const { algorithm, jwks, skew, tolerance, maxAge } = expected;
  if (header.alg !== algorithm) throw new MonoCloudTokenError('Invalid signing alg');
  if (header.crit !== undefined) throw new MonoCloudTokenError('Unexpected JWT "crit" header parameter');
  const { key } = selectKey(jwks.keys, header);
  const payload = peek(token);
  const text = (value: unknown) => (typeof value === 'string' ? value : undefined);
  const options = {
    idToken: token,
    issuer: expected.issuer,
    clientId: expected.clientId,
    algorithm,
    // Nobody else is trusted for being named beside us; whose token it is, `azp` says.
    trustedAudiences: Array.isArray(payload['aud']) ? payload['aud'].filter(text) : [],
    // A refresh may repeat a nonce, and nothing was sent that it could be compared with.
    nonce: expected.nonce ?? text(payload['nonce']),
    login: expected.nonce !== undefined,
    maxAge: maxAge === undefined ? undefined : Math.floor(maxAge),
    tolerance: Math.floor(tolerance),
    accessToken: expected.accessToken,
    jwks: { keys: [key] },
  };
  const made = instance();
  try {
    return (await run(made, options, (now() + skew) * 1000)) as IdTokenClaims;
  } catch (error) {
    throw refusal(error as CoreError, token, payload);
  }
}

/** Runs the check; the arithmetic is the platform's. */
async function run(made: WebAssembly.Instance, options: object, wall: number): Promise<unknown> {
  const Check = coreOf(made);
  let check: InstanceType<typeof Check>;
  try {
    check = new Check(JSON.stringify(options), '', wall, 0);
  } catch (refused) {
    throw typeof refused === 'string' ? JSON.parse(refused) : refused;
  }
  let [effect]: Effect[] = JSON.parse(check.start('', wall, 0)).effects;
  while (effect && effect.do !== 'finish') [effect] = JSON.parse(check.resume(effect.id, JSON.stringify(await perform(effect)), wall, 0)) as Effect[];
  if (!effect || effect.error) throw effect?.error;
  return effect.ok;
}

async function perform(effect: Effect): Promise<Outcome> {
  try {
    if (effect.do === 'verify') return await verify(effect);
    if (effect.do === 'digest') return await digest(effect.bits, effect.data);
    return { failed: 'unsupported', detail: effect.do };
  } catch (error) {
    return { failed: 'unsupported', detail: String(error) };
  }
}

/** The words that applications know for what the core found. */
function refusal({ code, message }: CoreError, token: string, payload: Record<string, unknown>): Error {
  const time = (claim: string, name: string, wrong: string) =>
    payload[claim] !== undefined && typeof payload[claim] !== 'number'
      ? `Unexpected JWT "${claim}" (${name}) claim type`
      : `Unexpected JWT "${claim}" (${name}) claim value${wrong}`;
  const known: Record<string, () => string> = {
    id_token_signature: () => 'JWT signature verification failed',
    id_token_malformed: () => (part(token, 1, 'Payload'), 'JWT signature verification failed'),
    id_token_nonce: () => 'Nonce mismatch',
    id_token_expired: () => time('exp', 'expiration time', ', timestamp is <= now()'),
    id_token_issued_at: () => (typeof payload['iat'] === 'number' ? time('iat', 'issued at', '') : 'Unexpected JWT "iat" (issued at) claim type'),
    id_token_auth_time: () =>
      typeof payload['auth_time'] === 'number'
        ? 'Too much time has elapsed since the last End-User authentication'
        : 'Missing or invalid JWT "auth_time" (authentication time) claim, required when max_age is requested',
    id_token_issuer: () => 'Invalid Issuer',
    id_token_not_before: () => time('nbf', 'not before', ', timestamp is > now()'),
    id_token_audience: () => 'Invalid audience claim',
    id_token_authorized_party: () => 'Invalid authorized party claim',
    id_token_subject: () => 'Invalid subject claim',
    id_token_access_token_hash: () => "Invalid 'at_hash' in id token",
  };
  try {
    return new MonoCloudTokenError(known[code]?.() ?? `ID Token was refused: ${code ?? message ?? 'unknown'}`);
  } catch (error) {
    return error as Error;
  }
}
