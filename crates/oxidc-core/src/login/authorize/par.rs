//! Pushed authorization requests (RFC 9126): the request goes to the provider directly, the person carries only a reference.
//! A request that cannot be pushed is not sent in any other way.

use alloc::rc::Rc;
use alloc::string::String;

use crate::client::Context;
use crate::config::provider::Metadata;
use crate::effect::Outcome;
use crate::error::{Code, Error, Result};
use crate::wire::answer;
use crate::wire::form::{self, Form};
use crate::wire::json::Value;
use crate::wire::sender::{self, Binding};

/// The longest reference that is used, in characters.
const LONGEST: usize = 2_048;

/// Where requests are pushed to.
const ENDPOINT: &str = "pushed_authorization_request_endpoint";

/// Where the provider keeps a request.
pub(crate) struct Pushed {
    pub(crate) request_uri: String,
    /// Seconds.
    pub(crate) expires_in: i64,
}

/// Pushes a request if that is wanted or demanded, or possible and better because it is `long`; gives back what the person carries to the provider (section 4).
pub(crate) async fn push(cx: &Rc<Context>, metadata: &Metadata, form: Form, long: bool) -> Result<Form> {
    let better = long && metadata.endpoint(ENDPOINT).is_ok();
    if !(cx.config.extended.par || metadata.requires_pushed() || better) {
        return Ok(form);
    }
    let pushed = send(cx, metadata, form).await?;
    Ok(Form::new().with("client_id", &cx.config.client_id).with("request_uri", &pushed.request_uri))
}

/// Sends a request to the endpoint (section 2.1).
pub(crate) async fn send(cx: &Rc<Context>, metadata: &Metadata, form: Form) -> Result<Pushed> {
    let endpoint = metadata.endpoint(ENDPOINT)?;
    // The client's authentication names the client.
    let named = form::parse(&form.finish()).unwrap_or_default();
    let form = named.iter().filter(|(name, _)| name != "client_id").fold(Form::new(), |form, (name, value)| form.with(name, value));
    let mut outcome = sender::post(cx, endpoint.as_str(), form, &Binding::default(), cx.config.request_timeout).await?;
    if let Outcome::Http(response) = &mut outcome
        && response.status == 201
    {
        // Section 2.2 says 201 where other endpoints say 200; some providers say 200 here too.
        response.status = 200;
    }
    let answer = answer::read(outcome, cx.seconds())?;
    let wrong = |name: &str| Error::new(Code::PushedResponseInvalid).detail(name);
    let is_reference = |uri: &&str| {
        uri.len() <= LONGEST && (uri.starts_with("urn:") || uri.starts_with("https://")) && uri.bytes().all(|b| b.is_ascii_graphic())
    };
    let request_uri = answer.get("request_uri").and_then(Value::as_str).filter(is_reference).ok_or_else(|| wrong("request_uri"))?;
    let expires_in = answer.get("expires_in").and_then(Value::as_integer).filter(|s| *s > 0).ok_or_else(|| wrong("expires_in"))?;
    Ok(Pushed { request_uri: request_uri.into(), expires_in })
}
