//! Signatures of others (RFC 7520, RFC 8037), and whole checks of ID tokens that are signed here.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, missing_docs)]

use std::path::Path;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING, ECDSA_P521_SHA512_FIXED_SIGNING, EcdsaKeyPair, EcdsaSigningAlgorithm,
    Ed25519KeyPair, KeyPair, RSA_PKCS1_SHA256, RSA_PKCS1_SHA384, RSA_PKCS1_SHA512, RSA_PSS_SHA256, RSA_PSS_SHA384, RSA_PSS_SHA512,
    RsaEncoding, RsaKeyPair,
};
use oxidc_aws_lc::{Keys, id_token, perform};
use oxidc_core::effect::{Effect, Outcome};
use oxidc_core::error::Code;
use oxidc_core::login::id_token::Expected;
use oxidc_core::wire::base64url::{decode, encode};
use oxidc_core::wire::jose::{Algorithm, KeySet};
use oxidc_core::wire::json::{Object, Value};

const ISSUER: &str = "https://login.example.com";
const CLIENT: &str = "client-1";
const NONCE: &str = "n-0S6_WzA2Mj";
const NOW: i64 = 1_800_000_000;
const ACCESS_TOKEN: &str = "SlAV32hkKG";

fn expected(algorithms: &[Algorithm]) -> Expected<'_> {
    Expected {
        issuer: ISSUER,
        client_id: CLIENT,
        trusted_audiences: &[],
        algorithms,
        nonce: Some(NONCE),
        max_age: None,
        now: NOW,
        tolerance: 60,
        login: true,
    }
}

fn claims() -> Object {
    Object::new()
        .with("iss", ISSUER)
        .with("aud", CLIENT)
        .with("sub", "user-1")
        .with("exp", NOW + 300)
        .with("iat", NOW - 5)
        .with("nonce", NONCE)
}

/// Something that signs, and its public key.
struct Signer {
    algorithm: Algorithm,
    jwk: Object,
    sign: Box<dyn Fn(&[u8]) -> Vec<u8>>,
}

impl Signer {
    fn token(&self, kid: &str, claims: Object) -> String {
        let header = Object::new().with("alg", self.algorithm.name()).with("kid", kid);
        let input = [encode(Value::from(header).to_text().as_bytes()), encode(Value::from(claims).to_text().as_bytes())].join(".");
        let signature = encode(&(self.sign)(input.as_bytes()));
        [input, signature].join(".")
    }
}

fn rsa(algorithm: Algorithm, encoding: &'static dyn RsaEncoding) -> Signer {
    // The key of RFC 7520 section 3.4: making one takes seconds in a debug build.
    let jwk = vector("jws/4_1.rsa_v15_signature.json")["input"]["key"].clone();
    let member = |name: &str| decode(jwk[name].as_str().unwrap()).unwrap();
    let public = aws_lc_rs::rsa::PublicKeyComponents { n: member("n"), e: member("e") };
    let key = RsaKeyPair::from_components(&aws_lc_rs::rsa::KeyPairComponents {
        public_key: public,
        d: member("d"),
        p: member("p"),
        q: member("q"),
        dP: member("dp"),
        dQ: member("dq"),
        qInv: member("qi"),
    })
    .unwrap();
    let text = |name: &str| jwk[name].as_str().unwrap().to_owned();
    let public = Object::new().with("kty", "RSA").with("n", text("n")).with("e", text("e"));
    let sign = move |input: &[u8]| {
        let mut signature = vec![0; key.public_modulus_len()];
        key.sign(encoding, &SystemRandom::new(), input, &mut signature).unwrap();
        signature
    };
    Signer { algorithm, jwk: public, sign: Box::new(sign) }
}

fn ec(algorithm: Algorithm, curve: &str, signing: &'static EcdsaSigningAlgorithm) -> Signer {
    let key = EcdsaKeyPair::generate(signing).unwrap();
    let point = key.public_key().as_ref();
    let (x, y) = point[1..].split_at(point.len() / 2);
    let jwk = Object::new().with("kty", "EC").with("crv", curve).with("x", encode(x)).with("y", encode(y));
    Signer { algorithm, jwk, sign: Box::new(move |input| key.sign(&SystemRandom::new(), input).unwrap().as_ref().to_vec()) }
}

fn ed() -> Signer {
    let key = Ed25519KeyPair::generate().unwrap();
    let jwk = Object::new().with("kty", "OKP").with("crv", "Ed25519").with("x", encode(key.public_key().as_ref()));
    Signer { algorithm: Algorithm::EdDsa, jwk, sign: Box::new(move |input| key.sign(input).as_ref().to_vec()) }
}

fn signers() -> Vec<Signer> {
    vec![
        rsa(Algorithm::Rs256, &RSA_PKCS1_SHA256),
        rsa(Algorithm::Rs384, &RSA_PKCS1_SHA384),
        rsa(Algorithm::Rs512, &RSA_PKCS1_SHA512),
        rsa(Algorithm::Ps256, &RSA_PSS_SHA256),
        rsa(Algorithm::Ps384, &RSA_PSS_SHA384),
        rsa(Algorithm::Ps512, &RSA_PSS_SHA512),
        ec(Algorithm::Es256, "P-256", &ECDSA_P256_SHA256_FIXED_SIGNING),
        ec(Algorithm::Es384, "P-384", &ECDSA_P384_SHA384_FIXED_SIGNING),
        ec(Algorithm::Es512, "P-521", &ECDSA_P521_SHA512_FIXED_SIGNING),
        ed(),
    ]
}

fn keys(entries: impl IntoIterator<Item = Object>) -> Keys {
    let entries: Vec<Value> = entries.into_iter().map(Value::from).collect();
    Keys::new(&KeySet::parse(&Object::new().with("keys", entries).into()).unwrap())
}

fn vector(path: &str) -> serde_json::Value {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../oxidc-core/tests/vectors/jose-cookbook");
    serde_json::from_slice(&std::fs::read(folder.join(path)).unwrap()).unwrap()
}

#[track_caller]
fn refused(token: &str, keys: &Keys, expected: &Expected<'_>, access_token: Option<&str>, code: Code) {
    assert_eq!(id_token(token, keys, expected, access_token).unwrap_err().code(), code);
}

#[test]
fn the_signatures_of_rfc_7520_and_rfc_8037_are_good_and_altered_ones_are_not() {
    for (path, algorithm) in [
        ("jws/4_1.rsa_v15_signature.json", Algorithm::Rs256),
        ("jws/4_2.rsa-pss_signature.json", Algorithm::Ps384),
        ("jws/4_3.ecdsa_signature.json", Algorithm::Es512),
        ("curve25519/jws.json", Algorithm::EdDsa),
    ] {
        let example = vector(path);
        let compact = example["output"]["compact"].as_str().unwrap();
        let (input, signature) = compact.rsplit_once('.').unwrap();
        let key = Value::parse(&example["input"]["key"].to_string()).unwrap();
        let verify = |data: &[u8], signature: Vec<u8>| {
            let effect = Effect::Verify { algorithm, key: key.clone(), data: data.to_vec(), signature };
            matches!(perform(&effect), Some(Outcome::Flag(true)))
        };
        let signature = decode(signature).unwrap();
        assert!(verify(input.as_bytes(), signature.clone()), "{path}");
        assert!(!verify(&input.as_bytes()[1..], signature.clone()), "{path}");
        assert!(!verify(input.as_bytes(), Vec::new()), "{path}");
        for at in [0, signature.len() / 2, signature.len() - 1] {
            let mut altered = signature.clone();
            altered[at] ^= 1;
            assert!(!verify(input.as_bytes(), altered), "{path}: octet {at}");
        }
    }
}

#[test]
fn a_good_token_of_every_algorithm_passes() {
    for signer in signers() {
        let keys = keys([signer.jwk.clone().with("kid", "k")]);
        let claims = id_token(&signer.token("k", claims()), &keys, &expected(Algorithm::ALL), None).unwrap();
        assert_eq!(claims.get("sub").and_then(Value::as_str), Some("user-1"), "{}", signer.algorithm.name());
    }
}

#[test]
fn no_altered_token_passes_whatever_its_algorithm() {
    for signer in signers() {
        let name = signer.algorithm.name();
        let keys = keys([signer.jwk.clone().with("kid", "k")]);
        let token = signer.token("k", claims());
        let parts: Vec<&str> = token.split('.').collect();
        for which in 0..3 {
            let mut octets = decode(parts[which]).unwrap();
            for at in [0, octets.len() / 2, octets.len() - 1] {
                octets[at] ^= 1;
                let changed = encode(&octets);
                octets[at] ^= 1;
                let altered = (0..3).map(|part| if part == which { changed.as_str() } else { parts[part] }).collect::<Vec<_>>().join(".");
                assert!(id_token(&altered, &keys, &expected(Algorithm::ALL), None).is_err(), "{name}: part {which}, octet {at}");
            }
        }
        let other = signer.token("k", claims().with("sub", "user-2"));
        let forged = [parts[0], other.split('.').nth(1).unwrap(), parts[2]].join(".");
        refused(&forged, &keys, &expected(Algorithm::ALL), None, Code::IdTokenSignature);
    }
}

#[test]
fn a_key_of_another_name_algorithm_or_owner_is_not_used() {
    let signer = ec(Algorithm::Es256, "P-256", &ECDSA_P256_SHA256_FIXED_SIGNING);
    let stranger = ec(Algorithm::Es256, "P-256", &ECDSA_P256_SHA256_FIXED_SIGNING);
    let token = signer.token("k", claims());
    let all = expected(Algorithm::ALL);
    refused(&token, &keys([signer.jwk.clone().with("kid", "other")]), &all, None, Code::KeyNotFound);
    refused(&token, &keys([signer.jwk.clone().with("kid", "k").with("alg", "ES384")]), &all, None, Code::KeyNotFound);
    refused(&token, &keys([signer.jwk.clone().with("kid", "k").with("use", "enc")]), &all, None, Code::KeyNotFound);
    refused(&token, &keys([stranger.jwk.clone().with("kid", "k")]), &all, None, Code::IdTokenSignature);
    refused(&token, &keys([signer.jwk.clone().with("kid", "k")]), &expected(&[Algorithm::Rs256]), None, Code::IdTokenAlgorithm);
}

#[test]
fn a_point_beside_its_curve_is_no_key() {
    let signer = ec(Algorithm::Es256, "P-256", &ECDSA_P256_SHA256_FIXED_SIGNING);
    let mut jwk = signer.jwk.clone().with("kid", "k");
    jwk.insert("y", encode(&[7; 32]));
    refused(&signer.token("k", claims()), &keys([jwk]), &expected(Algorithm::ALL), None, Code::KeyNotFound);
}

#[test]
fn zeros_in_front_of_an_rsa_modulus_change_nothing() {
    let signer = rsa(Algorithm::Rs256, &RSA_PKCS1_SHA256);
    let mut jwk = signer.jwk.clone().with("kid", "k");
    let modulus = jwk.get("n").and_then(Value::as_str).and_then(decode).unwrap();
    jwk.insert("n", encode(&[vec![0], modulus].concat()));
    assert!(id_token(&signer.token("k", claims()), &keys([jwk]), &expected(Algorithm::ALL), None).is_ok());
}

#[test]
fn the_claims_are_checked_after_the_signature() {
    let signer = ed();
    let keys = keys([signer.jwk.clone().with("kid", "k")]);
    let mut old = claims();
    old.insert("exp", NOW - 3600);
    refused(&signer.token("k", old), &keys, &expected(Algorithm::ALL), None, Code::IdTokenExpired);
    let mut foreign = claims();
    foreign.insert("aud", "another");
    refused(&signer.token("k", foreign), &keys, &expected(Algorithm::ALL), None, Code::IdTokenAudience);
}

#[test]
fn at_hash_is_that_of_the_access_token() {
    let signer = rsa(Algorithm::Rs256, &RSA_PKCS1_SHA256);
    let keys = keys([signer.jwk.clone().with("kid", "k")]);
    let hash = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, ACCESS_TOKEN.as_bytes());
    let token = signer.token("k", claims().with("at_hash", encode(&hash.as_ref()[..16])));
    let expected = expected(Algorithm::ALL);
    assert!(id_token(&token, &keys, &expected, Some(ACCESS_TOKEN)).is_ok());
    assert!(id_token(&token, &keys, &expected, None).is_ok());
    refused(&token, &keys, &expected, Some("another"), Code::IdTokenAccessTokenHash);
    let odd = signer.token("k", claims().with("at_hash", 7_i64));
    refused(&odd, &keys, &expected, Some(ACCESS_TOKEN), Code::IdTokenAccessTokenHash);
}

#[test]
fn the_effects_that_ask_for_arithmetic_and_chance_are_performed_and_no_others() {
    let random = |octets| match perform(&Effect::Random { octets }) {
        Some(Outcome::Bytes(bytes)) => bytes,
        other => panic!("{other:?}"),
    };
    assert_eq!(random(32).len(), 32);
    assert_ne!(random(32), random(32));
    for bits in [256, 384, 512] {
        let Some(Outcome::Bytes(bytes)) = perform(&Effect::Digest { bits, data: b"abc".to_vec() }) else { panic!("{bits}") };
        assert_eq!(bytes.len(), usize::from(bits / 8));
    }
    let key = Object::new().with("kty", "EC").into();
    let refused = perform(&Effect::Verify { algorithm: Algorithm::Rs256, key, data: Vec::new(), signature: Vec::new() });
    assert!(matches!(refused, Some(Outcome::Failed { .. })));
    assert!(perform(&Effect::Wait { duration: 1 }).is_none());
}
