//! Fresh keys and an ID token that looks like those of large providers.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, ED25519, EcdsaKeyPair, Ed25519KeyPair, KeyPair, ParsedPublicKey,
    RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256, RsaKeyPair,
};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

pub const ISSUER: &str = "https://accounts.example.com";
pub const CLIENT: &str = "407408718192-7n2o3a1r2t6u5c4k3p9s8d7f6g5h4j3k.apps.example.com";
pub const NONCE: &str = "n-0S6_WzA2Mj-4fKjWq8rT1xYzB7vC3";

/// A signed token, its issuer's key set and the parsed key that verifies it, if it can be verified.
pub struct Signed {
    pub algorithm: &'static str,
    pub token: String,
    pub jwks: Value,
    pub raw: Option<ParsedPublicKey>,
}

pub fn now() -> i64 {
    std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map_or(0, |since| since.as_secs() as i64)
}

/// 17 claims.
pub fn payload() -> Value {
    json!({
        "iss": ISSUER, "azp": CLIENT, "aud": CLIENT, "sub": "110169484474386276334", "hd": "example.com",
        "email": "jane.doe@example.com", "email_verified": true, "at_hash": "HK6E_P6Dh8Y93mRNtsDB1Q", "nonce": NONCE,
        "name": "Jane Doe", "picture": "https://people.example.com/a/AATXAJzqEhmY3c1NlzXTu9dtmJpCrxCt3TVcXtEyO1w=s96-c",
        "given_name": "Jane", "family_name": "Doe", "locale": "en", "iat": now() - 5, "exp": now() + 86_400, "auth_time": now() - 9,
    })
}

fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

fn signed(algorithm: &'static str, jwk: Value, raw: Option<ParsedPublicKey>, sign: impl Fn(&[u8]) -> Vec<u8>) -> Signed {
    let header = json!({ "alg": algorithm, "kid": "b0a1c2d3e4f5061728394a5b6c7d8e9f00112233", "typ": "JWT" });
    let input = format!("{}.{}", encode(header.to_string()), encode(payload().to_string()));
    let token = format!("{input}.{}", encode(sign(input.as_bytes())));
    let mut jwk = jwk;
    jwk["kid"] = header["kid"].clone();
    jwk["alg"] = algorithm.into();
    jwk["use"] = "sig".into();
    Signed { algorithm, token, jwks: json!({ "keys": [jwk] }), raw }
}

/// The same token, signed with RS256, ES256 and EdDSA.
pub fn all() -> [Signed; 3] {
    let random = SystemRandom::new();
    let rsa = RsaKeyPair::generate(KeySize::Rsa2048).expect("an RSA key");
    let (n, e) = (rsa.public_key().modulus(), rsa.public_key().exponent());
    let rsa_jwk =
        json!({ "kty": "RSA", "n": encode(n.big_endian_without_leading_zero()), "e": encode(e.big_endian_without_leading_zero()) });
    let rsa_raw = ParsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, rsa.public_key()).expect("its public part");
    let rs256 = signed("RS256", rsa_jwk, Some(rsa_raw), |input| {
        let mut signature = vec![0; rsa.public_modulus_len()];
        rsa.sign(&RSA_PKCS1_SHA256, &random, input, &mut signature).expect("a signature");
        signature
    });

    let ec = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).expect("an EC key");
    let point = ec.public_key().as_ref();
    let ec_jwk = json!({ "kty": "EC", "crv": "P-256", "x": encode(&point[1..33]), "y": encode(&point[33..]) });
    let ec_raw = ParsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point).expect("its public part");
    let es256 = signed("ES256", ec_jwk, Some(ec_raw), |input| ec.sign(&random, input).expect("a signature").as_ref().to_vec());

    let ed = Ed25519KeyPair::generate().expect("an Ed25519 key");
    let ed_jwk = json!({ "kty": "OKP", "crv": "Ed25519", "x": encode(ed.public_key()) });
    let ed_raw = ParsedPublicKey::new(&ED25519, ed.public_key()).expect("its public part");
    let eddsa = signed("EdDSA", ed_jwk, Some(ed_raw), |input| ed.sign(input).as_ref().to_vec());
    [rs256, es256, eddsa]
}

/// Tokens of the same shape with keys and signatures that nobody made: the same in every run, for a counter of instructions.
pub fn unsigned() -> [Signed; 3] {
    // A modulus of 2,048 bits begins with one that is set.
    let octets = |count: usize| vec![0x87; count];
    let rsa = json!({ "kty": "RSA", "n": encode(octets(256)), "e": "AQAB" });
    let ec = json!({ "kty": "EC", "crv": "P-256", "x": encode(octets(32)), "y": encode(octets(32)) });
    let ed = json!({ "kty": "OKP", "crv": "Ed25519", "x": encode(octets(32)) });
    [signed("RS256", rsa, None, |_| octets(256)), signed("ES256", ec, None, |_| octets(64)), signed("EdDSA", ed, None, |_| octets(64))]
}

/// What is signed and the signature.
pub fn parts(token: &str) -> (Vec<u8>, Vec<u8>) {
    let (input, signature) = token.rsplit_once('.').expect("three parts");
    (input.as_bytes().to_vec(), URL_SAFE_NO_PAD.decode(signature).expect("base64url"))
}
