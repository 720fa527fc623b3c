//! Token revocation (RFC 7009).

use alloc::rc::Rc;

use crate::client::Context;
use crate::config::discovery;
use crate::effect::Outcome;
use crate::login::exchange::TokenResponse;
use crate::secret::Secret;
use crate::session::record::Record;
use crate::wire::form::Form;
use crate::wire::sender::{self, Binding};

/// Revokes the refresh token, then the default access token. Says what became of it.
pub(crate) async fn session(cx: &Rc<Context>, record: &Record) -> &'static str {
    let access_token = record.find(&record.default_want()).map(|token| token.access_token.expose());
    tokens(cx, record.refresh_token(), access_token).await
}

/// Revokes what nobody will use, if that is possible; nobody waits for how it went.
pub(crate) async fn quietly(cx: &Rc<Context>, response: &TokenResponse) {
    tokens(cx, response.refresh_token.as_ref().map(Secret::expose), Some(response.access_token.expose())).await;
}

async fn tokens(cx: &Rc<Context>, refresh_token: Option<&str>, access_token: Option<&str>) -> &'static str {
    let Ok(metadata) = discovery::metadata(cx).await else { return "failed" };
    let Some(endpoint) = metadata.address("revocation_endpoint") else { return "unsupported" };
    let mut result = "done";
    for (token, hint) in [(refresh_token, "refresh_token"), (access_token, "access_token")] {
        let Some(token) = token else { continue };
        let form = Form::new().with("token", token).with("token_type_hint", hint);
        let outcome = sender::post(cx, endpoint, form, &Binding::default(), cx.config.request_timeout).await;
        // Section 2.2: a token that the provider does not know is as good as revoked, and answered with 200 too.
        let done = matches!(&outcome, Ok(Outcome::Http(response)) if response.status == 200);
        if !done && hint == "refresh_token" {
            result = "failed";
        }
    }
    result
}

/// Revokes one token; says why if that was not done (section 2.2.1: until then it is good).
#[cfg(feature = "extended")]
pub(crate) async fn token(cx: &Rc<Context>, token: &Secret, hint: Option<&str>) -> crate::error::Result<()> {
    use crate::error::{Code, Error};
    let metadata = discovery::metadata(cx).await?;
    let endpoint =
        metadata.address("revocation_endpoint").ok_or_else(|| Error::new(Code::EndpointMissing).detail("revocation_endpoint"))?;
    let form = Form::new().with("token", token.expose()).with_some("token_type_hint", hint);
    match sender::post(cx, endpoint, form, &Binding::default(), cx.config.request_timeout).await? {
        Outcome::Http(response) if response.status == 200 => Ok(()),
        other => crate::wire::answer::read(other, cx.seconds()).map(drop).map_err(crate::grants::refused),
    }
}
