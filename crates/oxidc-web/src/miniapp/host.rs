//! The side of the page around the frames.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;

use web_sys::HtmlIFrameElement;

use super::MiniApp;
use crate::json::{Object, Value};
use crate::session::{text, texts};
use crate::{Error, Secret, Tokens, host};

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

/// The platform's side: who may be in a frame, and what they may ask.
///
/// A clone is the same host; when the last one is dropped, all frames are cut off.
///
/// ```no_run
/// use oxidc_web::miniapp::{Host, MiniApp};
/// use oxidc_web::{AuthClient, Error, Event, GetTokensOptions, Session, json::Object};
///
/// async fn start(client: AuthClient, frame: web_sys::HtmlIFrameElement) -> Result<Host, Error> {
///     let source = client.clone();
///     let host = Host::new(move |wanted| {
///         let client = source.clone();
///         Box::pin(async move {
///             let options = GetTokensOptions::default().resource([wanted.audience]).scopes(wanted.scopes.join(" "));
///             client.get_tokens(options.force_refresh(wanted.force)).await.map(Into::into)
///         })
///     })
///     .await?;
///     host.register(&MiniApp::new("orders", "https://orders.example.net").audience("https://api.example.com/", "orders:read"))?;
///     host.add(&frame, "orders", Object::new())?;
///     tell(&host, client.get_session().await?);
///     let told = host.clone();
///     let subscription = client.on(move |event| match event {
///         Event::Session { session, .. } => tell(&told, session),
///         _ => (),
///     });
///     subscription.forget();
///     Ok(host)
/// }
///
/// fn tell(host: &Host, session: Option<Session>) {
///     match session {
///         Some(session) => host.signed_in(&format!("{} {} {}", session.issuer, session.subject, session.authenticated_at)),
///         None => host.signed_out(),
///     }
/// }
/// ```
#[derive(Clone)]
pub struct Host(Rc<host::miniapp::Host>);

impl Host {
    /// Makes the platform's side, with where tokens come from. Nobody is signed in until [`signed_in`](Self::signed_in) says otherwise.
    ///
    /// # Errors
    ///
    /// [`Code::NoBrowser`](crate::Code::NoBrowser).
    pub async fn new(get_token: impl Fn(TokenRequest) -> TokenFuture + 'static) -> Result<Self, Error> {
        host::miniapp::Host::new(Rc::new(get_token)).await.map(|host| Self(Rc::new(host)))
    }

    /// Registers a mini-app, or replaces it.
    ///
    /// # Errors
    ///
    /// [`Code::AppInvalid`](crate::Code::AppInvalid), [`Code::HostsInvalid`](crate::Code::HostsInvalid) for the origin,
    /// [`Code::SameOrigin`](crate::Code::SameOrigin), [`Code::MessageTooLarge`](crate::Code::MessageTooLarge) for the context.
    pub fn register(&self, app: &MiniApp) -> Result<(), Error> {
        self.0.register(&app.to_text())
    }

    /// Says that a frame of this page shows a mini-app, and what belongs to this frame over what belongs to the mini-app. The address of the frame is
    /// the platform's affair; it must be of the mini-app's origin, and a sandboxed frame needs `allow-scripts allow-same-origin`.
    ///
    /// # Errors
    ///
    /// [`Code::AppInvalid`](crate::Code::AppInvalid) if there is no such mini-app, [`Code::MessageTooLarge`](crate::Code::MessageTooLarge).
    pub fn add(&self, element: &HtmlIFrameElement, app: &str, context: Object) -> Result<HostedFrame, Error> {
        self.0.add(element, app, &context.into()).map(HostedFrame)
    }

    /// Somebody is signed in: a key that is another one for every sign-in. A new key ends the session of all frames and begins another.
    pub fn signed_in(&self, key: &str) {
        self.0.signed_in(key);
    }

    /// Nobody is signed in: the session of all frames is over.
    pub fn signed_out(&self) {
        self.0.signed_out();
    }

    /// Cuts all frames off and releases what is held. The frames keep their sessions, and find the host silent.
    pub fn close(&self) {
        self.0.close();
    }
}

/// A frame with a mini-app in it. Dropping it changes nothing.
pub struct HostedFrame(host::miniapp::Hosted);

impl HostedFrame {
    /// Changes what this frame is told beside what all frames of its mini-app are told.
    ///
    /// # Errors
    ///
    /// [`Code::MessageTooLarge`](crate::Code::MessageTooLarge).
    pub fn set_context(&self, context: Object) -> Result<(), Error> {
        self.0.set_context(&context.into())
    }

    /// Cuts the frame off. The element stays.
    pub fn close(self) {
        self.0.close();
    }
}

impl fmt::Debug for HostedFrame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HostedFrame").finish_non_exhaustive()
    }
}

impl fmt::Debug for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Host").finish_non_exhaustive()
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
