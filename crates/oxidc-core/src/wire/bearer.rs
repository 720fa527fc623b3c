//! Bearer tokens of a public client (RFC 6750), bound to nothing. The extended features put `bound` in its place.

use alloc::rc::Rc;
use alloc::string::String;

use super::answer::failed;
use super::form::Form;
use super::http::{Request, Response};
use super::json::Value;
use crate::client::Context;
use crate::command::FetchOptions;
use crate::config::provider::Metadata;
use crate::effect::{Effect, Outcome};
use crate::error::{Code, Error, Result};
use crate::login::exchange::{LIMIT, post as to};
use crate::secret::Secret;

/// What tokens are bound to: nothing.
#[derive(Clone, Debug, Default)]
pub(crate) struct Binding(());

#[allow(clippy::unused_async, clippy::unused_self)]
impl Binding {
    pub(crate) async fn make(_: &Context, _: &Metadata, _: &str) -> Result<Self> {
        Ok(Self(()))
    }

    pub(crate) fn thumbprint(&self) -> Option<&str> {
        None
    }

    pub(crate) fn to_value(&self) -> Option<Value> {
        None
    }

    pub(crate) fn from_value(_: Option<&Value>) -> Self {
        Self(())
    }

    /// The type of a token that came: the one that can be used.
    pub(crate) fn accept(&self, _: &Context, token_type: &str) -> Result<&'static str> {
        if token_type.eq_ignore_ascii_case("bearer") {
            Ok("Bearer")
        } else {
            Err(Error::new(Code::TokenTypeUnsupported).detail(token_type))
        }
    }

    pub(crate) fn settle(self, _: &Context, _: &str) -> Self {
        self
    }

    pub(crate) async fn check(&self, _: &Rc<Context>) -> Result<()> {
        Ok(())
    }

    pub(crate) fn forget(&self, _: &Context) {}
}

/// The scheme of the challenges that are about our token.
pub(crate) fn scheme(_: &Context) -> &'static str {
    "bearer"
}

/// Sends a form to an endpoint of the provider, with a time limit in milliseconds.
pub(crate) async fn post(cx: &Rc<Context>, endpoint: &str, form: Form, _: &Binding, timeout: u32) -> Result<Outcome> {
    let request = Request { timeout, ..to(cx, endpoint, form.with("client_id", &cx.config.client_id)) };
    Ok(cx.shell.perform(Effect::Http(request)).await)
}

/// Reads from an endpoint of the provider with an access token.
pub(crate) async fn get(cx: &Rc<Context>, endpoint: &str, access_token: &Secret, _: &Binding) -> Result<Outcome> {
    let request = Request {
        method: "GET",
        url: endpoint.into(),
        headers: alloc::vec![("accept", "application/json".into()), ("authorization", String::from("Bearer ") + access_token.expose())],
        body: None,
        timeout: cx.config.request_timeout,
        limit: LIMIT,
    };
    Ok(cx.shell.perform(Effect::Http(request)).await)
}

/// Sends the application's own request.
pub(crate) async fn send(cx: &Rc<Context>, _: &FetchOptions, token: Option<&Secret>) -> Result<Response> {
    let authorization = token.map(|token| Secret::from(String::from("Bearer ") + token.expose()));
    match cx.shell.perform(Effect::Send { task: cx.shell.current(), authorization, dpop: None }).await {
        Outcome::Http(response) => Ok(response),
        other => Err(failed(other)),
    }
}
