//! Makes a signed JWT in compact form (RFC 7515 section 7.1). The platform signs; no private key comes in here.

use alloc::string::String;

use super::Algorithm;
use crate::client::Context;
use crate::effect::{Effect, Outcome, Signing};
use crate::error::{Code, Error, Result};
use crate::wire::json::Value;
use crate::wire::{base64url, text};

/// What is signed (RFC 7515 section 5.1).
#[must_use]
pub fn signing_input(header: &Value, payload: &Value) -> String {
    let part = |value: &Value| base64url::encode(value.to_text().as_bytes());
    text(&[&part(header), ".", &part(payload)])
}

/// Signs with a key that the shell knows by its name.
pub(crate) async fn sign(cx: &Context, header: &Value, payload: &Value, key: &str, algorithm: Algorithm) -> Result<String> {
    let input = signing_input(header, payload);
    let effect = Effect::Signing(Signing::Sign { key: key.into(), algorithm, data: input.clone().into_bytes() });
    match cx.shell.perform(effect).await {
        Outcome::Bytes(signature) if !signature.is_empty() => Ok(text(&[&input, ".", &base64url::encode(&signature)])),
        Outcome::Failed { detail, .. } => Err(Error::new(Code::CryptoUnavailable).detail(detail)),
        _ => Err(Code::CryptoUnavailable.into()),
    }
}
