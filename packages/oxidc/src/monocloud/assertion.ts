/**
 * Clients that prove themselves by an assertion (RFC 7523), loaded on demand. A page has no secret that it could keep; this is for applications that
 * have it all the same.
 * @module
 */
import { encode } from '../host/crypto.js';
import { encodeBase64Url, now, randomBytes, stringToArrayBuffer } from './internal.js';
import type { ClientAuthMethod, Jwk } from './types.js';

const NAMES: Record<string, string> = { HS: 'HMAC', RS: 'RSASSA-PKCS1-v1_5', PS: 'RSA-PSS', ES: 'ECDSA' };

/**
 * Adds an assertion to a form.
 *
 * @throws A plain `Error` where the secret does not fit the method.
 */
export async function assert(form: URLSearchParams, method: ClientAuthMethod, clientId: string, audience: string, secret: string | Jwk | undefined): Promise<void> {
  const add = (type: string, assertion: string) => {
    form.set('client_id', clientId);
    form.set('client_assertion_type', `urn:ietf:params:oauth:client-assertion-type:${type}`);
    form.set('client_assertion', assertion);
  };
  const key: Jwk | undefined = typeof secret === 'string' && method === 'client_secret_jwt' ? { kty: 'oct', alg: 'HS256', k: encodeBase64Url(secret) } : (secret as Jwk);
  if (method === 'spiffe_jwt' && typeof secret === 'string') add('jwt-spiffe', secret);
  else if (method === 'client_secret_jwt' && key?.kty === 'oct' && key.alg) add('jwt-bearer', await sign(key, clientId, audience));
  else if (method === 'private_key_jwt' && typeof key === 'object' && key.kty !== 'oct' && key.alg) add('jwt-bearer', await sign(key, clientId, audience));
  else throw new Error('Invalid Client Authentication Method');
}

async function sign(key: Jwk, clientId: string, audience: string): Promise<string> {
  const bits = key.alg!.slice(2);
  const parameters = { name: NAMES[key.alg!.slice(0, 2)] ?? '', hash: `SHA-${bits}`, namedCurve: `P-${bits === '512' ? 521 : bits}`, saltLength: Number(bits) / 8 };
  const { use: _use, key_ops: _operations, ...rest } = key;
  const imported = await crypto.subtle.importKey('jwk', rest as JsonWebKey, parameters, false, ['sign']);
  const time = now();
  const header = { alg: key.alg, kid: key.kid };
  const body = { jti: randomBytes(), aud: audience, iat: time + 5, nbf: time + 5, exp: time + 65, iss: clientId, sub: clientId };
  const signed = `${encodeBase64Url(JSON.stringify(header))}.${encodeBase64Url(JSON.stringify(body))}`;
  const signature = await crypto.subtle.sign(parameters, imported, stringToArrayBuffer(signed));
  return `${signed}.${encode(new Uint8Array(signature))}`;
}
