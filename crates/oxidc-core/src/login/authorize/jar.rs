//! Request objects (RFC 9101): the authorization request as a signed JWT, so that nobody on the way can change it.

use alloc::rc::Rc;
use alloc::string::String;
use alloc::vec::Vec;

use crate::client::Context;
use crate::config::extended::RequestObject;
use crate::effect::{Effect, Outcome, Signing};
use crate::error::{Code, Error, Result};
use crate::wire::base64url;
use crate::wire::client_auth::header;
use crate::wire::form::{self, Form};
use crate::wire::jose::{Jws, sign as sign_jwt};
use crate::wire::json::{Object, Value};

const TYPE: &str = "oauth-authz-req+jwt";
/// How long a request object is good, in seconds.
const LIFETIME: i64 = 300;

/// Puts a request into a signed JWT where the application wants that. Outside of it stays the client's identifier
/// (section 5), and what OpenID Connect Core 1.0 section 6.1 wants there.
pub(crate) async fn sign(cx: &Rc<Context>, form: Form) -> Result<Form> {
    let Some(request_object) = &cx.config.extended.request_object else { return Ok(form) };
    let pairs = form::parse(&form.finish()).unwrap_or_default();
    let claims = claims(cx, &pairs).await?;
    let token = match request_object {
        RequestObject::Signed(key) => sign_jwt(cx, &header(key, TYPE), &claims, &key.name, key.algorithm).await?,
        RequestObject::Supplied => match cx.shell.perform(Effect::Signing(Signing::RequestObject { claims: claims.clone() })).await {
            Outcome::Record(Some(token)) => checked(token, &claims)?,
            Outcome::Failed { detail, .. } => return Err(Error::new(Code::RequestObjectInvalid).detail(detail)),
            _ => return Err(Code::RequestObjectInvalid.into()),
        },
    };
    let outside = pairs.iter().filter(|(name, _)| matches!(name.as_str(), "client_id" | "response_type" | "scope"));
    Ok(outside.fold(Form::new(), |form, (name, value)| form.with(name, value)).with("request", &token))
}

/// Section 4. There is no `sub`: such a JWT could be taken for a client assertion (section 10.8).
async fn claims(cx: &Context, pairs: &[(String, String)]) -> Result<Value> {
    let now = cx.seconds();
    let mut claims = Object::new()
        .with("iss", cx.config.client_id.as_str())
        .with("aud", cx.config.issuer.as_str())
        .with("iat", now)
        .with("exp", now.saturating_add(LIFETIME))
        .with("jti", base64url::encode(&cx.random(16).await?));
    for (name, value) in pairs {
        if claims.get(name).is_some() {
            continue;
        }
        let all: Vec<&str> = pairs.iter().filter(|(other, _)| other == name).map(|(_, value)| value.as_str()).collect();
        if all.len() > 1 {
            claims.insert(name, all);
        } else if name == "max_age" {
            claims.insert(name, value.parse::<i64>().map_err(|_| Code::OptionInvalid)?);
        } else {
            claims.insert(name, value.as_str());
        }
    }
    Ok(claims.into())
}

/// The application may add claims, never change ours: the answer will be checked against them.
fn checked(token: String, claims: &Value) -> Result<String> {
    let wrong = |detail: &str| Error::new(Code::RequestObjectInvalid).detail(detail);
    let jws = Jws::parse(&token).map_err(|_| wrong("no JWT"))?;
    if jws.header.alg.eq_ignore_ascii_case("none") || jws.signature.is_empty() {
        return Err(wrong("not signed"));
    }
    if jws.payload.get("sub").is_some() {
        return Err(wrong("sub"));
    }
    let ours = claims.as_object().into_iter().flat_map(Object::iter);
    // When and under which number it was made is the application's business.
    let mut ours = ours.filter(|(name, _)| !matches!(*name, "iat" | "exp" | "jti"));
    match ours.find(|(name, value)| jws.payload.get(name) != Some(value)) {
        Some((name, _)) => Err(wrong(name)),
        None if jws.payload.get("request").is_some() || jws.payload.get("request_uri").is_some() => Err(wrong("request")),
        None => Ok(token),
    }
}
