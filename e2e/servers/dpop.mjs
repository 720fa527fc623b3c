// Checks of DPoP proofs as an API makes them (RFC 9449 section 4.3).

import { createHash, randomUUID } from 'node:crypto';
import { calculateJwkThumbprint, EmbeddedJWK, jwtVerify } from 'jose';

const refused = (code, why) => Object.assign(new Error(why), { code });

/**
 * The proofs for the server at `origin`. `check` throws where one is not good; `seen` lists the payloads of the good ones. After
 * `demandNonces()`, each proof needs the nonce of the last answer, and each answer has a new one.
 */
export function proofs(origin) {
  const seen = [];
  let nonce;
  let demanding = false;
  return {
    seen,
    demandNonces() {
      demanding = true;
      nonce = randomUUID();
    },
    nonce: () => nonce,
    async check({ method, url, proof, token, thumbprint }) {
      const { payload, protectedHeader } = await jwtVerify(proof ?? '', EmbeddedJWK, { typ: 'dpop+jwt', algorithms: ['ES256'] }).catch((error) => {
        throw refused('invalid_dpop_proof', error.message);
      });
      const wrong =
        (payload.htm !== method && 'htm') || (payload.htu !== origin + url.split('?')[0] && 'htu') ||
        (Math.abs(payload.iat - Date.now() / 1000) > 60 && 'iat') || (seen.some(({ jti }) => jti === payload.jti) && 'jti') ||
        (payload.ath !== createHash('sha256').update(token).digest('base64url') && 'ath') ||
        ((await calculateJwkThumbprint(protectedHeader.jwk)) !== thumbprint && 'key') ||
        (Object.keys(protectedHeader.jwk).sort().join() !== 'crv,kty,x,y' && 'jwk');
      if (wrong) throw refused('invalid_dpop_proof', wrong);
      if (demanding) {
        const given = payload.nonce === nonce;
        nonce = randomUUID();
        if (!given) throw refused('use_dpop_nonce', 'nonce');
      }
      seen.push(payload);
    },
  };
}
