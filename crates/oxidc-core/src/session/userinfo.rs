//! User information (OpenID Connect Core 1.0 section 5.3).

use alloc::rc::Rc;

use super::record::Record;
use super::store::{self, Commit};
use super::{changed, refresh, view};
use crate::client::Context;
use crate::command::TokenOptions;
use crate::config::discovery;
use crate::error::{Code, Error, Result};
use crate::secret::Secret;
use crate::wire::answer;
use crate::wire::json::{Object, Value};
use crate::wire::sender::{self, Binding};

/// Claims that only the ID token may state.
const PROTOCOL: &[&str] = &["iss", "aud", "exp", "iat", "nbf", "nonce", "acr", "amr", "azp", "auth_time", "at_hash"];

/// Reads user information. `None` where the provider has no such endpoint.
pub(crate) async fn fetch(cx: &Rc<Context>, access_token: &Secret, subject: &str, binding: &Binding) -> Result<Option<Object>> {
    let metadata = discovery::metadata(cx).await?;
    let Some(endpoint) = metadata.address("userinfo_endpoint") else { return Ok(None) };
    let outcome = sender::get(cx, endpoint, access_token, binding).await?;
    if let crate::effect::Outcome::Http(response) = &outcome
        && matches!(response.status, 401 | 403)
    {
        return Err(Error::new(Code::UserInfoRefused));
    }
    #[cfg(feature = "extended")]
    let outcome = sender::signed_userinfo(cx, outcome).await?;
    let claims = answer::read(outcome, cx.seconds()).map_err(|error| match error.refusal() {
        Some(_) => error.with_code(Code::UserInfoRefused),
        None => error,
    })?;
    let Value::Object(claims) = claims else { return Err(Code::UserInfoInvalid.into()) };
    match claims.text("sub") {
        Some(sub) if sub == subject => (),
        Some(_) => return Err(Code::UserInfoSubjectMismatch.into()),
        None => return Err(Error::new(Code::UserInfoInvalid).detail("sub")),
    }
    let mut kept = claims;
    for name in PROTOCOL {
        kept.remove(name);
    }
    Ok(Some(kept))
}

/// Reads user information again and lays it over the person's claims.
pub(crate) async fn refetch(cx: &Rc<Context>) -> Result<Value> {
    let mut token = access_token(cx, false).await?;
    let before = cx.sessions.record().ok_or(Code::NoSession)?;
    let subject = before.subject();
    let mut result = fetch(cx, &token, subject, &bound(cx)).await;
    if matches!(&result, Err(error) if error.code() == Code::UserInfoRefused) {
        token = access_token(cx, true).await?;
        result = fetch(cx, &token, subject, &bound(cx)).await;
    }
    let claims = result?.ok_or_else(|| Error::new(Code::EndpointMissing).detail("userinfo_endpoint"))?;
    let record = cx.sessions.record().filter(|record| record.subject() == subject).ok_or(Code::SignedOut)?;
    let overlay = |record: &mut Record| {
        record.overlay(claims.clone());
        true
    };
    match store::commit(cx, &record, &overlay).await {
        Commit::Ended => return Err(Code::SignedOut.into()),
        Commit::Superseded => (),
        Commit::Done => changed(cx, "user_info"),
    }
    Ok(view(cx))
}

fn bound(cx: &Context) -> Binding {
    cx.sessions.record().map(|record| record.binding.clone()).unwrap_or_default()
}

async fn access_token(cx: &Rc<Context>, force_refresh: bool) -> Result<Secret> {
    let tokens = refresh::get_tokens(cx, &TokenOptions { force_refresh, ..TokenOptions::default() }).await?;
    Ok(tokens.text("accessToken").unwrap_or_default().into())
}
