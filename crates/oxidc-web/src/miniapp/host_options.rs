//! What a host is made with: where tokens come from, and what the platform does for mini-apps.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;

use crate::json::{Object, Value};
use crate::session::{text, texts};
use crate::{Error, Secret, Tokens};

/// What a mini-app wants and may have.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct TokenRequest {
    /// The mini-app.
    pub app: String,
    /// Whom the token is for.
    pub audience: String,
    /// The scopes, all of which are granted to the mini-app.
    pub scopes: Vec<String>,
    /// Whether a token from a cache will not do, because it was refused.
    pub force: bool,
}

impl TokenRequest {
    #[cfg_attr(not(target_arch = "wasm32"), allow(dead_code))]
    pub(crate) fn of(value: &Value) -> Self {
        Self {
            app: text(value, "app").unwrap_or_default(),
            audience: text(value, "audience").unwrap_or_default(),
            scopes: texts(value, "scopes"),
            force: value.get("force").and_then(Value::as_bool).unwrap_or(false),
        }
    }
}

/// A token for a mini-app: issued for it, never the platform's own.
#[derive(Clone, Debug)]
pub struct TokenGrant {
    access_token: Secret,
    facts: Object,
}

impl TokenGrant {
    /// The access token, a bearer token.
    #[must_use]
    pub fn new(access_token: impl Into<Secret>) -> Self {
        Self { access_token: access_token.into(), facts: Object::new() }
    }

    /// When it expires, in milliseconds since 1970. Default: not known.
    #[must_use]
    pub fn expires_at(mut self, at: i64) -> Self {
        self.facts.insert("expiresAt", at);
        self
    }

    /// The scopes that it has, separated by spaces. Default: those asked for.
    #[must_use]
    pub fn scopes(mut self, scopes: impl Into<String>) -> Self {
        self.facts.insert("scopes", scopes.into());
        self
    }

    #[cfg_attr(not(target_arch = "wasm32"), allow(dead_code))]
    pub(crate) fn to_text(&self) -> String {
        Value::from(self.facts.clone().with("accessToken", self.access_token.expose())).to_text()
    }
}

/// The tokens of a session, got for the mini-app's audience.
impl From<Tokens> for TokenGrant {
    fn from(tokens: Tokens) -> Self {
        let mut facts = Object::new().with("tokenType", tokens.token_type).with_some("expiresAt", tokens.expires_at);
        if !tokens.scopes.is_empty() {
            facts.insert("scopes", tokens.scopes);
        }
        Self { access_token: tokens.access_token, facts }
    }
}

/// What a source of tokens answers. An error whose session is over ends the question with that; what a mini-app is told of others is in
/// `docs/miniapp-protocol.md`.
pub type TokenFuture = Pin<Box<dyn Future<Output = Result<TokenGrant, Error>>>>;

/// What a mini-app asks of the platform.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct HostCall {
    /// The mini-app.
    pub app: String,
    /// What it sends along.
    pub params: Value,
}

/// What a handler of a call answers. Of an error the mini-app is told only what `docs/miniapp-protocol.md` says.
pub type CallFuture = Pin<Box<dyn Future<Output = Result<Value, Error>>>>;

type GetToken = Rc<dyn Fn(TokenRequest) -> TokenFuture>;
type Handler = Rc<dyn Fn(HostCall) -> CallFuture>;

/// The options of [`Host::new`](super::Host::new).
///
/// ```
/// use oxidc_web::json::Value;
/// use oxidc_web::miniapp::{HostOptions, TokenGrant};
///
/// let options = HostOptions::new(|wanted| Box::pin(async move { Ok(TokenGrant::new(format!("a token for {}", wanted.app))) }))
///     .handler("toast.show", |call| Box::pin(async move { Ok(call.params.get("text").cloned().unwrap_or(Value::Null)) }));
/// ```
#[derive(Clone)]
pub struct HostOptions {
    #[cfg_attr(not(target_arch = "wasm32"), allow(dead_code))]
    pub(crate) get_token: GetToken,
    pub(crate) handlers: Vec<(String, Handler)>,
}

impl HostOptions {
    /// Where tokens come from.
    pub fn new(get_token: impl Fn(TokenRequest) -> TokenFuture + 'static) -> Self {
        Self { get_token: Rc::new(get_token), handlers: Vec::new() }
    }

    /// What the platform does for all mini-apps when they [call](super::Frame::call) a name. A name without a handler is `not_supported_by_host` to them.
    #[must_use]
    pub fn handler(mut self, method: impl Into<String>, handler: impl Fn(HostCall) -> CallFuture + 'static) -> Self {
        self.handlers.push((method.into(), Rc::new(handler)));
        self
    }
}

impl fmt::Debug for HostOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HostOptions").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_read_and_a_grant_is_written() {
        let asked = Value::parse(r#"{"app": "orders", "audience": "urn:a", "scopes": ["r", "w"], "force": true}"#).unwrap();
        let wanted = TokenRequest::of(&asked);
        assert_eq!((wanted.app.as_str(), wanted.audience.as_str(), wanted.scopes.len(), wanted.force), ("orders", "urn:a", 2, true));
        let grant = TokenGrant::new("very-secret").expires_at(5).scopes("r");
        assert_eq!(grant.to_text(), r#"{"expiresAt":5,"scopes":"r","accessToken":"very-secret"}"#);
        assert!(!format!("{grant:?}").contains("very-secret"));
    }

    #[test]
    fn a_grant_from_a_session_says_what_kind_of_token_it_is_and_keeps_the_id_token_back() {
        let told = r#"{"accessToken": "a", "tokenType": "DPoP", "scopes": ["r"], "expiresAt": 5, "idToken": "i"}"#;
        let grant = TokenGrant::from(Tokens::of(&Value::parse(told).unwrap()));
        assert_eq!(grant.to_text(), r#"{"tokenType":"DPoP","expiresAt":5,"scopes":["r"],"accessToken":"a"}"#);
    }
}
