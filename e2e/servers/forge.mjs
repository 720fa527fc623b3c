// ID tokens as an attacker or a broken provider would make them.

import { constants, createHash, createHmac, createPrivateKey, createPublicKey, privateEncrypt, sign as signRsa } from 'node:crypto';
import { base64url, decodeJwt, decodeProtectedHeader, importJWK, SignJWT } from 'jose';
import { createKey, publicKey } from './keys.mjs';

const encode = (value) => base64url.encode(JSON.stringify(value));

/** Changes claims and signs again with the provider's real key: only the check of the claim itself can notice. */
export const claims = (change) => async (token, keys) => {
  const header = decodeProtectedHeader(token);
  return sign({ ...decodeJwt(token), ...change }, header, keys.find((key) => key.kid === header.kid));
};

/** Changes the header and signs again with the provider's real key. */
export const header = (change) => async (token, keys) => {
  const original = decodeProtectedHeader(token);
  return sign(decodeJwt(token), { ...original, ...change }, keys.find((key) => key.kid === original.kid));
};

/** Signs with a key that the provider does not have, under the name of one that it has. */
export const foreignKey = () => async (token) => {
  const original = decodeProtectedHeader(token);
  return sign(decodeJwt(token), original, await createKey(original.alg, original.kid));
};

/** Signs with a key given by the caller. */
export const signedWith = (key) => (token) => sign(decodeJwt(token), { ...decodeProtectedHeader(token), alg: key.alg, kid: key.kid }, key);

/** No signature at all (RFC 8725 section 2.1). */
export const unsigned = () => (token) => `${encode({ ...decodeProtectedHeader(token), alg: 'none' })}.${token.split('.')[1]}.`;

/** The provider's public key misused as a shared secret (RFC 8725 section 2.1). */
export const confusedAlgorithm = () => (token, keys) => {
  const original = decodeProtectedHeader(token);
  const key = publicKey(keys.find(({ kid }) => kid === original.kid));
  const secret = createPublicKey({ key, format: 'jwk' }).export({ type: 'spki', format: 'pem' });
  const input = `${encode({ ...original, alg: 'HS256' })}.${token.split('.')[1]}`;
  return `${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`;
};

/** Turns one bit of the signature over. */
export const brokenSignature = () => (token) => {
  const [head, payload, signature] = token.split('.');
  const octets = base64url.decode(signature);
  octets[10] ^= 1;
  return `${head}.${payload}.${base64url.encode(octets)}`;
};

/** Signs with the provider's real RSA key by `make(key, input)`, which pads in its own way. */
export const padded = (make) => (token, keys) => {
  const [head, payload] = token.split('.');
  const key = createPrivateKey({ key: keys.find(({ kid }) => kid === decodeProtectedHeader(token).kid), format: 'jwk' });
  const input = `${head}.${payload}`;
  return `${input}.${make(key, Buffer.from(input)).toString('base64url')}`;
};

/** The probabilistic padding (RFC 8017 section 9.1) with a salt of so many octets and a hash. */
export const pss = (saltLength, hash = 'sha256') => padded((key, input) =>
  signRsa(hash, input, { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength }));

/** The older padding (RFC 8017 section 9.2), block by block: `change(block, digest)` makes of the good block what is signed. */
export const pkcs1 = (change = (block) => block) => padded((key, input) => {
  const digest = createHash('sha256').update(input).digest();
  const info = Buffer.concat([Buffer.from('3031300d060960864801650304020105000420', 'hex'), digest]);
  const length = key.asymmetricKeyDetails.modulusLength / 8;
  const block = Buffer.concat([Buffer.from([0, 1]), Buffer.alloc(length - info.length - 3, 255), Buffer.from([0]), info]);
  return privateEncrypt({ key, padding: constants.RSA_NO_PADDING }, change(block, digest));
});

async function sign(payload, protectedHeader, key) {
  const given = Object.fromEntries(Object.entries(payload).filter(([, value]) => value !== undefined));
  return new SignJWT(given).setProtectedHeader(protectedHeader).sign(await importJWK(key, key.alg));
}
