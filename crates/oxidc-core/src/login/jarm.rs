//! Signed authorization responses (JWT Secured Authorization Response Mode, JARM). Nothing in one is read as an answer before its
//! issuer, audience, expiry and signature are checked, in that order (section 2.4).

use alloc::rc::Rc;
use alloc::string::String;
use alloc::vec::Vec;

use super::authorize::attempt::{self, Found};
use super::verify::signature;
use crate::client::Context;
use crate::config::extended::ResponseMode;
use crate::error::{Code, Error, Result};
use crate::wire::form;
use crate::wire::jose::{Algorithm, Jws};
use crate::wire::json::{Object, Value};

/// Parameters that may not stand beside a signed response.
const INSIDE: &[&str] = &["code", "state", "error", "error_description", "access_token", "id_token"];

/// A signed response, as the address carries it.
pub(crate) struct Response {
    token: String,
    /// Whether it stands alone.
    alone: bool,
    /// `iss` beside it (RFC 9207).
    issuer: Option<String>,
    pub(crate) in_fragment: bool,
}

/// The signed response in an address, if this client asks for such.
pub(crate) fn response(cx: &Context, query: &str, fragment: Option<&str>) -> Option<Response> {
    let in_fragment = cx.config.extended.response_mode? == ResponseMode::Fragment;
    let parameters = form::parse(if in_fragment { fragment? } else { query })?;
    let token = parameters.iter().find(|(name, _)| name == "response")?.1.clone();
    let once = parameters.iter().filter(|(name, _)| name == "response").count() == 1;
    let beside = parameters.iter().chain(form::parse(query).iter().flatten()).any(|(name, _)| INSIDE.contains(&name.as_str()));
    let issuer = parameters.iter().find(|(name, _)| name == "iss").map(|(_, value)| value.clone());
    Some(Response { token, alone: once && !beside, issuer, in_fragment })
}

/// Whether another client of this page waits for a response. It says for whom it is; looking takes nothing.
pub(crate) async fn is_others(cx: &Rc<Context>, response: &Response) -> bool {
    let Ok(jws) = Jws::parse(&response.token) else { return false };
    let state = jws.payload.get("state").and_then(Value::as_str).unwrap_or_default();
    !is_for(&jws.payload, &cx.config.client_id) && matches!(attempt::take(cx, state, false).await, Ok(Found::Others))
}

/// Checks a response and gives out its parameters.
pub(crate) async fn open(cx: &Rc<Context>, response: &Response) -> Result<Vec<(String, String)>> {
    let malformed = |detail: &str| Error::new(Code::ResponseMalformed).detail(detail);
    if !response.alone {
        return Err(malformed("other parameters beside it"));
    }
    let jws = Jws::parse(&response.token).map_err(|_| malformed("no JWT"))?;
    let expected = cx.config.issuer.as_str();
    let issuer = jws.payload.get("iss").and_then(Value::as_str).ok_or(Code::IssuerMissing)?;
    if issuer != expected || response.issuer.as_deref().is_some_and(|beside| beside != expected) {
        return Err(Code::IssuerMismatch.into());
    }
    if !is_for(&jws.payload, &cx.config.client_id) {
        return Err(Code::ResponseAudience.into());
    }
    let expires = jws.payload.get("exp").and_then(Value::as_integer);
    if expires.is_none_or(|at| at <= cx.seconds().saturating_sub(cx.config.tolerance)) {
        return Err(Code::ResponseExpired.into());
    }
    let algorithm = algorithm(cx, &jws, Code::ResponseMalformed, Code::ResponseSignature)?;
    signature(cx, &jws, algorithm, Code::ResponseSignature).await?;
    let parameters = jws.payload.as_object().into_iter().flat_map(Object::iter);
    let texts = parameters.filter(|(name, _)| !matches!(*name, "aud" | "exp" | "iat" | "jti"));
    Ok(texts.filter_map(|(name, value)| Some((name.into(), value.as_str()?.into()))).collect())
}

/// A sign-in that asked for a signed response takes no other.
pub(crate) fn demand(cx: &Context, is_signed: bool) -> Result<()> {
    if cx.config.extended.response_mode.is_some() && !is_signed { Err(Code::ResponseNotSigned.into()) } else { Ok(()) }
}

/// The algorithm of a JWT that the provider signed, if it is one of those that are accepted and its type is none of other JWTs.
pub(crate) fn algorithm(cx: &Context, jws: &Jws<'_>, wrong_type: Code, wrong: Code) -> Result<Algorithm> {
    let lower = jws.header.typ.as_deref().unwrap_or("jwt").to_ascii_lowercase();
    if lower.strip_prefix("application/").unwrap_or(&lower) != "jwt" {
        return Err(Error::new(wrong_type).detail("typ"));
    }
    let accepted = Algorithm::parse(&jws.header.alg).filter(|algorithm| cx.config.algorithms.contains(algorithm));
    let good_size = |a: &Algorithm| a.signature_octets().map_or(!jws.signature.is_empty(), |octets| octets == jws.signature.len());
    accepted.filter(good_size).ok_or_else(|| wrong.into())
}

/// Whether a JWT is for this client.
pub(crate) fn is_for(payload: &Value, client_id: &str) -> bool {
    match payload.get("aud") {
        Some(Value::Array(several)) => several.iter().any(|audience| audience.as_str() == Some(client_id)),
        Some(one) => one.as_str() == Some(client_id),
        None => false,
    }
}
