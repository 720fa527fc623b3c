//! How the client proves who it is (RFC 6749 section 2.3, OpenID Connect Core 1.0 section 9, RFC 7523). Pages prove nothing:
//! what they hold, everybody can read.

use alloc::string::String;
use alloc::vec::Vec;

use super::form::Form;
use super::jose::{sign, signing_input};
use super::json::{Object, Value};
use super::{base64url, text};
use crate::client::Context;
use crate::config::extended::{ClientAuthentication, SigningKey};
use crate::error::Result;

const JWT_BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
/// How long an assertion is good, in seconds.
const LIFETIME: i64 = 60;
/// The block of SHA-256, in octets.
const BLOCK: usize = 64;

/// A form with what names the client and proves it, and the value of the `Authorization` header where the proof goes there.
pub(crate) async fn authenticated(cx: &Context, form: Form) -> Result<(Form, Option<String>)> {
    let id = &cx.config.client_id;
    Ok(match &cx.config.extended.client_authentication {
        ClientAuthentication::None => (form.with("client_id", id), None),
        ClientAuthentication::SecretBasic(secret) => (form, Some(basic(id, secret.expose()))),
        ClientAuthentication::SecretPost(secret) => (form.with("client_id", id).with("client_secret", secret.expose()), None),
        ClientAuthentication::SecretJwt(secret) => {
            let header = Object::new().with("alg", "HS256").with("typ", "JWT").into();
            let input = signing_input(&header, &claims(cx).await?);
            let mac = hmac(cx, secret.expose().as_bytes(), input.as_bytes()).await?;
            (with_assertion(form, id, &text(&[&input, ".", &base64url::encode(&mac)])), None)
        }
        ClientAuthentication::PrivateKeyJwt(key) => {
            let assertion = sign(cx, &header(key, "JWT"), &claims(cx).await?, &key.name, key.algorithm).await?;
            (with_assertion(form, id, &assertion), None)
        }
    })
}

/// The header of a JWT that a key of the application signs.
pub(crate) fn header(key: &SigningKey, typ: &str) -> Value {
    Object::new().with("alg", key.algorithm.name()).with("typ", typ).with_some("kid", key.key_id.as_deref()).into()
}

fn with_assertion(form: Form, client_id: &str, assertion: &str) -> Form {
    form.with("client_id", client_id).with("client_assertion_type", JWT_BEARER).with("client_assertion", assertion)
}

/// RFC 7523 section 3. One audience, the issuer: an assertion for several could be used at another of them.
async fn claims(cx: &Context) -> Result<Value> {
    let now = cx.seconds();
    Ok(Object::new()
        .with("iss", cx.config.client_id.as_str())
        .with("sub", cx.config.client_id.as_str())
        .with("aud", cx.config.issuer.as_str())
        .with("jti", base64url::encode(&cx.random(16).await?))
        .with("iat", now)
        .with("exp", now.saturating_add(LIFETIME))
        .into())
}

/// RFC 6749 section 2.3.1: both parts are encoded like a form before they are joined.
fn basic(client_id: &str, secret: &str) -> String {
    let encoded = |part: &str| Form::new().with("", part).finish().trim_start_matches('=').into();
    let encoded: [String; 2] = [encoded(client_id), encoded(secret)];
    let [id, secret] = &encoded;
    let mut value = base64url::encode(text(&[id, ":", secret]).as_bytes()).replace('-', "+").replace('_', "/");
    while !value.len().is_multiple_of(4) {
        value.push('=');
    }
    String::from("Basic ") + &value
}

/// HMAC (RFC 2104) over the platform's SHA-256.
async fn hmac(cx: &Context, key: &[u8], data: &[u8]) -> Result<Vec<u8>> {
    let mut block = if key.len() > BLOCK { cx.digest(256, key).await? } else { key.to_vec() };
    block.resize(BLOCK, 0);
    let padded = |pad: u8, data: &[u8]| block.iter().map(|octet| octet ^ pad).chain(data.iter().copied()).collect::<Vec<u8>>();
    let inner = cx.digest(256, &padded(0x36, data)).await?;
    cx.digest(256, &padded(0x5c, &inner)).await
}
