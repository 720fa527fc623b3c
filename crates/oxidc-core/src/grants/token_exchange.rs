//! Token exchange (RFC 8693): one token for another, usually for one that may do less.

use alloc::rc::Rc;
use alloc::string::String;
use alloc::vec::Vec;

use super::refused;
use crate::client::Context;
use crate::config::discovery;
use crate::config::options::has;
use crate::error::{Code, Error, Result};
use crate::login::exchange::TokenResponse;
use crate::secret::Secret;
use crate::wire::answer;
use crate::wire::form::Form;
use crate::wire::json::{Object, Value};
use crate::wire::sender::{self, Binding};
use crate::wire::words;

const ACCESS_TOKEN: &str = "urn:ietf:params:oauth:token-type:access_token";

/// A request for another token (section 2.1).
#[derive(Clone, Debug, Default)]
pub struct TokenExchange {
    /// `subject_token`.
    pub subject_token: Secret,
    /// `subject_token_type`; empty: that of access tokens.
    pub subject_token_type: String,
    /// `actor_token`.
    pub actor_token: Option<Secret>,
    /// `actor_token_type`.
    pub actor_token_type: Option<String>,
    /// `requested_token_type`.
    pub requested_token_type: Option<String>,
    /// `audience`.
    pub audiences: Vec<String>,
    /// `resource` (RFC 8707).
    pub resources: Vec<String>,
    /// `scope`.
    pub scopes: Vec<String>,
}

/// Exchanges a token. What comes back replaces nothing.
pub(crate) async fn exchange(cx: &Rc<Context>, request: TokenExchange, binding: &Binding) -> Result<Value> {
    let subject_token_type = if request.subject_token_type.is_empty() { ACCESS_TOKEN } else { &request.subject_token_type };
    let mut form = Form::new()
        .with("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange")
        .with("subject_token", request.subject_token.expose())
        .with("subject_token_type", subject_token_type)
        .with_some("actor_token", request.actor_token.as_ref().map(Secret::expose))
        .with_some("actor_token_type", request.actor_token_type.as_deref())
        .with_some("requested_token_type", request.requested_token_type.as_deref());
    for (name, values) in [("audience", &request.audiences), ("resource", &request.resources)] {
        form = values.iter().fold(form, |form, value| form.with(name, value));
    }
    if !request.scopes.is_empty() {
        form = form.with("scope", &words(&request.scopes, ' '));
    }
    let metadata = discovery::metadata(cx).await?;
    let outcome = sender::post(cx, metadata.token_endpoint(), form, binding, cx.config.request_timeout).await?;
    let answer = answer::read(outcome, cx.seconds()).map_err(refused)?;
    read(cx, &answer, &request, binding)
}

/// Checks the answer (section 2.2.1).
fn read(cx: &Context, answer: &Value, request: &TokenExchange, binding: &Binding) -> Result<Value> {
    let wrong = |name: &str| Error::new(Code::TokenResponseInvalid).detail(name);
    let text = |name: &str| answer.get(name).and_then(Value::as_str);
    let issued = text("issued_token_type").ok_or_else(|| wrong("issued_token_type"))?;
    if request.requested_token_type.as_deref().is_some_and(|requested| requested != issued) {
        return Err(wrong("issued_token_type"));
    }
    // What is no access token says so: nobody is to send it to an API.
    let result = if text("token_type").is_some_and(|token_type| token_type.eq_ignore_ascii_case("n_a")) {
        let token = text("access_token").filter(|token| !token.is_empty()).ok_or_else(|| wrong("access_token"))?;
        if issued == ACCESS_TOKEN {
            return Err(Error::new(Code::TokenTypeUnsupported).detail("N_A"));
        }
        Object::new()
            .with("token", token)
            .with("tokenType", "N_A")
            .with_some("expiresIn", answer.get("expires_in").and_then(Value::as_integer))
    } else {
        let response = TokenResponse::parse(cx, answer, binding)?;
        let granted = response.scope.as_deref().unwrap_or(&request.scopes);
        if !request.scopes.is_empty() && granted.iter().any(|scope| !has(&request.scopes, scope)) {
            return Err(wrong("scope"));
        }
        response.to_object()
    };
    Ok(result.with("issuedTokenType", issued).into())
}
