//! Client authentication (RFC 6749 section 2.3, RFC 7523).

use std::collections::BTreeSet;

use oxidc_core::error::Code;
use oxidc_core::wire::base64url;
use oxidc_core::wire::json::Value;
use sha2::{Digest, Sha256};

use super::world::{ISSUER, TOKEN, World, decoded, object};

fn options(authentication: &str) -> String {
    format!(r#"{{"clientAuthentication": {authentication}, "danger": {{"confidentialClient": true}}}}"#)
}

fn token_request(authentication: &str) -> (super::world::Sent, World) {
    let mut world = World::new(&options(authentication));
    world.sign_in().unwrap();
    (world.requests(TOKEN)[0].clone(), world)
}

#[test]
fn t462_a_client_that_cannot_keep_a_secret_is_given_none() {
    for method in ["client_secret_basic", "client_secret_post", "client_secret_jwt"] {
        let text = format!(r#"{{"clientAuthentication": {{"method": "{method}", "secret": "s"}}}}"#);
        assert_eq!(World::with_page(&text).err().map(|error| error.code()), Some(Code::ClientSecretRefused), "{method}");
    }
    let key = r#"{"clientAuthentication": {"method": "private_key_jwt", "key": "k", "algorithm": "ES256"}}"#;
    assert_eq!(World::with_page(key).err().map(|error| error.code()), Some(Code::ClientSecretRefused));
    assert!(World::with_page(r#"{"clientAuthentication": {"method": "none"}}"#).is_ok());
    for wrong in [r#"{"method": "client_secret_post"}"#, r#"{"method": "tls", "secret": "s"}"#] {
        assert_eq!(World::with_page(&options(wrong)).err().map(|error| error.code()), Some(Code::OptionInvalid), "{wrong}");
    }
    let symmetric = options(r#"{"method": "private_key_jwt", "key": "k", "algorithm": "HS256"}"#);
    assert_eq!(World::with_page(&symmetric).err().map(|error| error.code()), Some(Code::AlgorithmRefused));
}

#[test]
fn basic_authentication_encodes_both_parts_first() {
    let (sent, _) = token_request(r#"{"method": "client_secret_basic", "secret": "a:b c+\u00e9"}"#);
    // "app" and "a%3Ab+c%2B%C3%A9", joined with a colon.
    assert_eq!(sent.header("authorization"), Some("Basic YXBwOmElM0FiK2MlMkIlQzMlQTk="));
    assert_eq!((sent.get("client_id"), sent.get("client_secret")), (None, None));
}

#[test]
fn a_posted_secret_stands_in_the_body_alone() {
    let (sent, _) = token_request(r#"{"method": "client_secret_post", "secret": "s3cret"}"#);
    assert_eq!((sent.get("client_id"), sent.get("client_secret"), sent.header("authorization")), (Some("app"), Some("s3cret"), None));
}

/// HMAC-SHA256, written down anew.
fn hmac(key: &[u8], data: &[u8]) -> Vec<u8> {
    let mut block = if key.len() > 64 { Sha256::digest(key).to_vec() } else { key.to_vec() };
    block.resize(64, 0);
    let pad = |with: u8| block.iter().map(|octet| octet ^ with).collect::<Vec<u8>>();
    let inner = Sha256::new().chain_update(pad(0x36)).chain_update(data).finalize();
    Sha256::new().chain_update(pad(0x5c)).chain_update(inner).finalize().to_vec()
}

#[test]
fn a_secret_signs_an_assertion_without_being_sent() {
    // RFC 4231, test case 2: the test's own HMAC is right.
    let known = hmac(b"Jefe", b"what do ya want for nothing?");
    assert_eq!(known[..4], [0x5b, 0xdc, 0xc1, 0x46]);
    for secret in ["short", &"long".repeat(40)] {
        let (sent, _) = token_request(&format!(r#"{{"method": "client_secret_jwt", "secret": "{secret}"}}"#));
        let assertion = sent.get("client_assertion").unwrap();
        let (input, signature) = assertion.rsplit_once('.').unwrap();
        assert_eq!(base64url::decode(signature).unwrap(), hmac(secret.as_bytes(), input.as_bytes()));
        assert_eq!(decoded(assertion).0, object(r#"{"alg": "HS256", "typ": "JWT"}"#));
        assert!(sent.body.iter().all(|(_, value)| !value.contains(secret)));
    }
}

#[test]
fn t461_an_assertion_is_for_the_issuer_alone_short_lived_and_new_each_time() {
    let method = r#"{"method": "private_key_jwt", "key": "k", "algorithm": "ES256", "keyId": "k1"}"#;
    let mut seen = BTreeSet::new();
    let (_, mut world) = token_request(method);
    for _ in 0..10 {
        world.sign_in().unwrap();
    }
    for sent in world.requests(TOKEN) {
        assert_eq!(sent.get("client_assertion_type"), Some("urn:ietf:params:oauth:client-assertion-type:jwt-bearer"));
        let (header, claims) = decoded(sent.get("client_assertion").unwrap());
        assert_eq!(header, object(r#"{"alg": "ES256", "typ": "JWT", "kid": "k1"}"#));
        let text = |name: &str| claims.get(name).and_then(Value::as_str).unwrap();
        assert_eq!((text("iss"), text("sub"), text("aud")), ("app", "app", ISSUER));
        let time = |name: &str| claims.get(name).and_then(Value::as_integer).unwrap();
        assert!(time("exp") - time("iat") <= 60);
        assert!(seen.insert(text("jti").to_owned()));
        assert_eq!(sent.header("authorization"), None);
    }
    assert_eq!(seen.len(), 11);
    assert!(world.signed.iter().all(|key| key == "k"));
}

#[test]
fn every_endpoint_gets_the_same_authentication() {
    let mut world = World::new(&options(r#"{"method": "client_secret_post", "secret": "s3cret"}"#));
    world.operation("revocation", r#"{"token": "t"}"#).unwrap();
    world.operation("pushedAuthorizationRequest", r#"{"parameters": {"client_id": "other", "scope": "openid"}}"#).unwrap();
    for path in ["/revoke", "/par"] {
        let sent = world.requests(&format!("{ISSUER}{path}"))[0];
        assert_eq!((sent.get("client_id"), sent.get("client_secret")), (Some("app"), Some("s3cret")), "{path}");
    }
}
