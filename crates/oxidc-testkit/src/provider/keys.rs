//! Keys and signatures: ES256 (RFC 7518 section 3.4).

use std::sync::LazyLock;

use oxidc_core::wire::base64url;
use oxidc_core::wire::http::Response;
use oxidc_core::wire::json::Value;
use p256::EncodedPoint;
use p256::ecdsa::signature::{Signer, Verifier};
use p256::ecdsa::{Signature, SigningKey, VerifyingKey};
use serde_json::{Value as Json, json};
use sha2::{Digest, Sha256};

use crate::network;

/// The same keys in every story: they are no part of what varies.
static KEYS: LazyLock<[SigningKey; 2]> =
    LazyLock::new(|| [1_u8, 2].map(|number| SigningKey::from_slice(&[number; 32]).expect("a private key")));

/// The key set.
pub(super) fn document() -> Response {
    let keys: Vec<Json> = (0..KEYS.len()).map(public).collect();
    network::json(200, &json!({ "keys": keys }))
}

fn public(number: usize) -> Json {
    let point = KEYS[number].verifying_key().to_encoded_point(false);
    let part = |octets: Option<&p256::FieldBytes>| base64url::encode(octets.expect("not the identity"));
    json!({ "kty": "EC", "crv": "P-256", "alg": "ES256", "use": "sig", "kid": kid(number), "x": part(point.x()), "y": part(point.y()) })
}

fn kid(number: usize) -> String {
    format!("key-{number}")
}

/// A signed token in compact form.
pub(super) fn sign(number: usize, claims: &Json) -> String {
    let header = json!({ "alg": "ES256", "kid": kid(number), "typ": "JWT" });
    let part = |value: &Json| base64url::encode(value.to_string().as_bytes());
    let input = [part(&header), part(claims)].join(".");
    let signature: Signature = KEYS[number].sign(input.as_bytes());
    [input, base64url::encode(&signature.to_bytes())].join(".")
}

/// `at_hash` (OpenID Connect Core 1.0 section 3.1.3.6).
pub(super) fn half_hash(text: &str) -> String {
    base64url::encode(&Sha256::digest(text.as_bytes())[..16])
}

/// Verifies a signature as WebCrypto does.
pub(crate) fn verify(key: &Value, data: &[u8], signature: &[u8]) -> Option<bool> {
    let part = |name: &str| <[u8; 32]>::try_from(base64url::decode(key.get(name)?.as_str()?)?).ok();
    let (x, y) = (part("x")?, part("y")?);
    let point = EncodedPoint::from_affine_coordinates(&x.into(), &y.into(), false);
    let key = VerifyingKey::from_encoded_point(&point).ok()?;
    Some(Signature::from_slice(signature).is_ok_and(|signature| key.verify(data, &signature).is_ok()))
}
