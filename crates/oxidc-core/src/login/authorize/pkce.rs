//! Proof Key for Code Exchange (RFC 7636), S256 only.

use alloc::string::String;

use crate::client::Context;
use crate::error::Result;
use crate::wire::base64url;

/// The `code_challenge` of a `code_verifier` (RFC 7636 section 4.2).
pub(crate) async fn challenge(cx: &Context, verifier: &str) -> Result<String> {
    Ok(base64url::encode(&cx.digest(256, verifier.as_bytes()).await?))
}
