//! Signed user information (OpenID Connect Core 1.0 section 5.3.2): verified, then handed on as if it had come in JSON.

use alloc::rc::Rc;

use crate::client::Context;
use crate::effect::Outcome;
use crate::error::{Code, Error, Result};
use crate::login::jarm::{algorithm, is_for};
use crate::login::verify::signature;
use crate::wire::jose::Jws;
use crate::wire::json::Value;

/// Verifies a good answer where signed ones were agreed upon; hands on every other one.
pub(crate) async fn signed_userinfo(cx: &Rc<Context>, outcome: Outcome) -> Result<Outcome> {
    let Outcome::Http(mut response) = outcome else { return Ok(outcome) };
    if !cx.config.extended.signed_userinfo || response.status != 200 {
        return Ok(Outcome::Http(response));
    }
    let essence = response.content_type.as_deref().unwrap_or("").split(';').next().unwrap_or("").trim();
    if !essence.eq_ignore_ascii_case("application/jwt") {
        return Err(Code::UserInfoNotSigned.into());
    }
    let jws = Jws::parse(response.body.trim()).map_err(|_| Error::new(Code::UserInfoInvalid).detail("no JWT"))?;
    let algorithm = algorithm(cx, &jws, Code::UserInfoInvalid, Code::UserInfoSignature)?;
    signature(cx, &jws, algorithm, Code::UserInfoSignature).await?;
    if jws.payload.get("iss").and_then(Value::as_str) != Some(cx.config.issuer.as_str()) {
        return Err(Error::new(Code::UserInfoInvalid).detail("iss"));
    }
    if !is_for(&jws.payload, &cx.config.client_id) {
        return Err(Error::new(Code::UserInfoInvalid).detail("aud"));
    }
    response.body = jws.payload.to_text();
    response.content_type = Some("application/json".into());
    Ok(Outcome::Http(response))
}
