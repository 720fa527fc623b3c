/**
 * Which key of the provider made a signature: exactly one fits, or none is taken.
 * @module
 */
import type { Jwk, JwsHeaderParameters } from './types.js';

const FAMILIES: Record<string, { kty: string; name: string }> = {
  RS: { kty: 'RSA', name: 'RSASSA-PKCS1-v1_5' },
  PS: { kty: 'RSA', name: 'RSA-PSS' },
  ES: { kty: 'EC', name: 'ECDSA' },
};
const CURVES: Record<string, string> = { ES256: 'P-256', ES384: 'P-384', ES512: 'P-521' };

/** The texts of these errors are known to applications; there is no class for them. */
export class KeyError extends Error {}

/**
 * The key for a token's header, with the parameters to import it by.
 *
 * @throws {@link KeyError} when none or several fit.
 */
export function selectKey(keys: readonly Jwk[], { alg, kid }: JwsHeaderParameters): { key: Jwk; parameters: RsaHashedImportParams & EcKeyImportParams } {
  const family = /^[A-Z]{2}(256|384|512)$/.test(alg) ? FAMILIES[alg.slice(0, 2)] : undefined;
  if (!family) throw new KeyError('unsupported JWS "alg" identifier');
  const fitting = keys.filter(
    (key) =>
      key.kty === family.kty &&
      (kid === undefined || kid === key.kid) &&
      (key.alg === undefined || key.alg === alg) &&
      (key.use === undefined || key.use === 'sig') &&
      (key.key_ops === undefined || key.key_ops.includes('verify')) &&
      (family.kty !== 'EC' || key.crv === CURVES[alg]),
  );
  const [key] = fitting;
  if (!key || fitting.length > 1) {
    throw new KeyError('error when selecting a JWT verification key, multiple applicable keys found, a "kid" JWT Header Parameter is required');
  }
  if ('d' in key) throw new KeyError('jwks_uri must only contain public keys');
  return { key, parameters: { name: family.name, hash: `SHA-${alg.slice(2)}`, namedCurve: CURVES[alg] ?? '' } };
}
