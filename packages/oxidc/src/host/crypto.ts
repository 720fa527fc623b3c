/**
 * Randomness, hashes and signatures, by WebCrypto.
 * @module
 */
import { type Effect, Failed, type Outcome } from './protocol.js';

type Verify = Extract<Effect, { do: 'verify' }>;

function subtle(): SubtleCrypto {
  const subtle = globalThis.crypto?.subtle;
  if (!subtle) throw new Failed('unsupported', 'crypto.subtle is missing');
  return subtle;
}

/** base64url without padding. */
export function encode(bytes: Uint8Array): string {
  let binary = '';
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary).replace(/\+/g, '-').replace(/\//g, '_').replace(/=/g, '');
}

/** The octets of a base64url text. */
export function decode(text: string): Uint8Array<ArrayBuffer> {
  const binary = atob(text.replace(/-/g, '+').replace(/_/g, '/'));
  // A plain loop: the module comes this way too, and `Uint8Array.from` takes twenty times as long.
  const octets = new Uint8Array(binary.length);
  for (let at = 0; at < binary.length; at += 1) octets[at] = binary.charCodeAt(at);
  return octets;
}

/** Octets of the platform's secure source. */
export function random(octets: number): Outcome {
  if (!globalThis.crypto?.getRandomValues) throw new Failed('unsupported', 'crypto.getRandomValues is missing');
  return { bytes: encode(crypto.getRandomValues(new Uint8Array(octets))) };
}

/** A SHA-2 hash. */
export async function digest(bits: number, data: string): Promise<Outcome> {
  return { bytes: encode(new Uint8Array(await subtle().digest(`SHA-${bits}`, decode(data)))) };
}

/** Verifies a signature. */
export async function verify({ algorithm, key, data, signature }: Verify): Promise<Outcome> {
  const bits = algorithm.slice(2);
  const name = { R: 'RSASSA-PKCS1-v1_5', P: 'RSA-PSS', E: 'ECDSA' }[algorithm[0]!]!;
  const parameters =
    algorithm === 'EdDSA'
      ? { name: 'Ed25519' }
      : { name, hash: `SHA-${bits}`, namedCurve: `P-${bits === '512' ? 521 : bits}`, saltLength: +bits / 8 };
  const crypto = subtle();
  let imported: CryptoKey;
  try {
    imported = await crypto.importKey('jwk', key, parameters, false, ['verify']);
  } catch (error) {
    throw new Failed('unsupported', String(error));
  }
  return { flag: await crypto.verify(parameters, imported, decode(signature), decode(data)) };
}
