// Signing keys of the provider, one for each algorithm that browsers can verify.

import { exportJWK, generateKeyPair } from 'jose';

/** The algorithms with which the provider signs ID tokens. */
export const algorithms = ['RS256', 'PS256', 'ES256', 'EdDSA'];

/** A fresh private key as a JWK. */
export async function createKey(alg, kid) {
  const { privateKey } = await generateKeyPair(alg, { extractable: true, ...(alg === 'EdDSA' && { crv: 'Ed25519' }) });
  return { ...(await exportJWK(privateKey)), alg, use: 'sig', kid };
}

/** One fresh private key for each algorithm. */
export function createKeys() {
  return Promise.all(algorithms.map((alg) => createKey(alg, `${alg.toLowerCase()}-1`)));
}

/** The public part of a private JWK. */
export function publicKey({ d, p, q, dp, dq, qi, ...rest }) {
  return rest;
}
