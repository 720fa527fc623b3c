//! One public key (RFC 7517, RFC 7518 section 6, RFC 8037 section 2), from its JWK to the form in which it verifies.

use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P384_SHA384_FIXED, ECDSA_P521_SHA512_FIXED, ED25519, ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256,
    RSA_PKCS1_2048_8192_SHA384, RSA_PKCS1_2048_8192_SHA512, RSA_PSS_2048_8192_SHA256, RSA_PSS_2048_8192_SHA384, RSA_PSS_2048_8192_SHA512,
    RsaParameters, RsaPublicKeyComponents, VerificationAlgorithm,
};
use oxidc_core::wire::base64url;
use oxidc_core::wire::jose::Algorithm;
use oxidc_core::wire::json::Value;

/// What the library makes of an algorithm.
enum Kind {
    Rsa(&'static RsaParameters),
    Curve(&'static dyn VerificationAlgorithm, &'static str),
    Edwards,
}

fn kind(algorithm: Algorithm) -> Kind {
    match algorithm {
        Algorithm::Rs256 => Kind::Rsa(&RSA_PKCS1_2048_8192_SHA256),
        Algorithm::Rs384 => Kind::Rsa(&RSA_PKCS1_2048_8192_SHA384),
        Algorithm::Rs512 => Kind::Rsa(&RSA_PKCS1_2048_8192_SHA512),
        Algorithm::Ps256 => Kind::Rsa(&RSA_PSS_2048_8192_SHA256),
        Algorithm::Ps384 => Kind::Rsa(&RSA_PSS_2048_8192_SHA384),
        Algorithm::Ps512 => Kind::Rsa(&RSA_PSS_2048_8192_SHA512),
        Algorithm::Es256 => Kind::Curve(&ECDSA_P256_SHA256_FIXED, "P-256"),
        Algorithm::Es384 => Kind::Curve(&ECDSA_P384_SHA384_FIXED, "P-384"),
        Algorithm::Es512 => Kind::Curve(&ECDSA_P521_SHA512_FIXED, "P-521"),
        Algorithm::EdDsa => Kind::Edwards,
    }
}

/// Reads a JWK for use with one algorithm. `None` where it is no such key, or none that the library takes: RSA keys
/// have 2048 to 8192 bits, points lie on their curve.
pub(crate) fn parse(jwk: &Value, algorithm: Algorithm) -> Option<ParsedPublicKey> {
    let text = |name: &str| jwk.get(name).and_then(Value::as_str);
    let octets = |name: &str| text(name).and_then(base64url::decode);
    let is = |kty: &str, crv: Option<&str>| text("kty") == Some(kty) && text("crv") == crv;
    match kind(algorithm) {
        Kind::Rsa(parameters) if is("RSA", None) => {
            let components = RsaPublicKeyComponents { n: number(octets("n")?), e: number(octets("e")?) };
            components.to_parsed_public_key(parameters).ok()
        }
        // SEC 1 section 2.3.3: 4, x, y.
        Kind::Curve(verifier, curve) if is("EC", Some(curve)) => {
            ParsedPublicKey::new(verifier, [vec![4], octets("x")?, octets("y")?].concat()).ok()
        }
        Kind::Edwards if is("OKP", Some("Ed25519")) => ParsedPublicKey::new(&ED25519, octets("x")?).ok(),
        _ => None,
    }
}

/// Without the zeros that some issuers put in front, which the library refuses.
fn number(octets: Vec<u8>) -> Vec<u8> {
    octets.into_iter().skip_while(|octet| *octet == 0).collect()
}
