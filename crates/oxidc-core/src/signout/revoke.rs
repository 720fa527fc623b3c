//! Token revocation (RFC 7009).

use alloc::rc::Rc;

use crate::client::Context;
use crate::config::discovery;
use crate::effect::{Effect, Outcome};
use crate::login::exchange::{TokenResponse, post};
use crate::secret::Secret;
use crate::session::record::Record;
use crate::wire::form::Form;

/// Revokes the refresh token, then the default access token. Says what became of it.
pub(crate) async fn session(cx: &Rc<Context>, record: &Record) -> &'static str {
    let access_token = record.find(&record.default_want()).map(|token| &token.access_token);
    tokens(cx, record.refresh_token.as_ref(), access_token).await
}

/// Revokes what nobody will use, if that is possible; nobody waits for how it went.
pub(crate) async fn quietly(cx: &Rc<Context>, response: &TokenResponse) {
    tokens(cx, response.refresh_token.as_ref(), Some(&response.access_token)).await;
}

async fn tokens(cx: &Rc<Context>, refresh_token: Option<&Secret>, access_token: Option<&Secret>) -> &'static str {
    let Ok(metadata) = discovery::metadata(cx).await else { return "failed" };
    let Some(endpoint) = &metadata.revocation_endpoint else { return "unsupported" };
    let mut result = "done";
    for (token, hint) in [(refresh_token, "refresh_token"), (access_token, "access_token")] {
        let Some(token) = token else { continue };
        let form = Form::new().with("token", token.expose()).with("token_type_hint", hint).with("client_id", &cx.config.client_id);
        let outcome = cx.shell.perform(Effect::Http(post(cx, endpoint.as_str(), form))).await;
        // Section 2.2: a token that the provider does not know is as good as revoked, and answered with 200 too.
        let done = matches!(&outcome, Outcome::Http(response) if response.status == 200);
        if !done && hint == "refresh_token" {
            result = "failed";
        }
    }
    result
}
