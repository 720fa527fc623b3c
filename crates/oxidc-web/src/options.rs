//! The options of a client. What they hold is checked by the core when the client is made.

use std::fmt;
use std::rc::Rc;
use std::time::Duration;

use crate::hooks::{HookFuture, Hooks, NewSession};
use crate::json::{Object, Value};
use crate::{PopupOptions, ProviderMetadata, ReturnTarget, SignInOptions, StepUpChallenge, Storage};

/// The options of [`AuthClient`](crate::AuthClient).
///
/// ```
/// use oxidc_web::{AuthClientOptions, Resource, Storage};
///
/// let options = AuthClientOptions::new("https://login.example.com", "my-app")
///     .scopes("openid profile email offline_access")
///     .resources([Resource::new("https://api.example.com/").scopes("orders:read")])
///     .allowed_origins(["https://api.example.com"])
///     .storage(Storage::Session);
/// ```
#[derive(Clone)]
pub struct AuthClientOptions {
    pub(crate) members: Object,
    pub(crate) storage: Storage,
    pub(crate) hooks: Hooks,
    pub(crate) default_sign_in: Object,
    pub(crate) popup: Object,
}

impl AuthClientOptions {
    /// The provider's issuer identifier, exactly as it publishes it, and the identifier under which this application is
    /// registered there.
    #[must_use]
    pub fn new(issuer: impl Into<String>, client_id: impl Into<String>) -> Self {
        let members = Object::new().with("issuer", issuer.into()).with("clientId", client_id.into());
        let (hooks, default_sign_in, popup) = (Hooks::default(), Object::new(), Object::new());
        Self { members, storage: Storage::default(), hooks, default_sign_in, popup }
    }

    /// Where the provider sends people back to. Default: the page's origin with the path `/`.
    #[must_use]
    pub fn redirect_uri(self, uri: impl Into<String>) -> Self {
        self.with("redirectUri", uri.into())
    }

    /// Where the provider sends people after signing out, as registered there. Default: none is sent, and they stay at the provider.
    #[must_use]
    pub fn post_logout_redirect_uri(self, uri: impl Into<String>) -> Self {
        self.with("postLogoutRedirectUri", uri.into())
    }

    /// What to ask for, separated by spaces. Default `openid profile email`; add `offline_access` for a refresh token.
    #[must_use]
    pub fn scopes(self, scopes: impl Into<String>) -> Self {
        self.with("scopes", scopes.into())
    }

    /// The APIs for which access tokens will be wanted (RFC 8707).
    #[must_use]
    pub fn resources<R: Into<Resource>>(self, resources: impl IntoIterator<Item = R>) -> Self {
        self.with("resources", resources.into_iter().map(|resource| resource.into().0).collect::<Vec<_>>())
    }

    /// Where the session is kept. Default: IndexedDB, with a copy in the tab's `sessionStorage` for its next page.
    #[must_use]
    pub fn storage(mut self, storage: Storage) -> Self {
        self.storage = storage;
        self
    }

    /// Whether user information is read after sign-in. Default true.
    #[must_use]
    pub fn fetch_userinfo(self, wanted: bool) -> Self {
        self.with("fetchUserinfo", wanted)
    }

    /// Slack for all times in tokens, in whole seconds, at most 300. Default 60.
    #[must_use]
    pub fn clock_tolerance(self, slack: Duration) -> Self {
        self.with("clockTolerance", seconds(slack))
    }

    /// How long things may take.
    #[must_use]
    pub fn timeouts(self, timeouts: Timeouts) -> Self {
        self.with("timeouts", timeouts.0)
    }

    /// Origins to which `fetch` adds an access token, each exactly scheme, host and port. Default: none.
    #[must_use]
    pub fn allowed_origins<O: Into<AllowedOrigin>>(self, origins: impl IntoIterator<Item = O>) -> Self {
        self.with("allowedOrigins", origins.into_iter().map(|origin| origin.into().0).collect::<Vec<_>>())
    }

    /// A provider described by hand; nothing is discovered then.
    #[must_use]
    pub fn provider(self, provider: ProviderMetadata) -> Self {
        self.with("provider", provider.0)
    }

    /// Signature algorithms accepted for ID tokens. Default: all asymmetric ones.
    #[must_use]
    pub fn id_token_algorithms<T: Into<String>>(self, algorithms: impl IntoIterator<Item = T>) -> Self {
        self.with("idTokenAlgorithms", list(algorithms))
    }

    /// Further audiences that an ID token may name beside this client. Default: none.
    #[must_use]
    pub fn trusted_audiences<T: Into<String>>(self, audiences: impl IntoIterator<Item = T>) -> Self {
        self.with("trustedAudiences", list(audiences))
    }

    /// Whether access tokens are renewed before they expire while the page is visible. Default true.
    #[must_use]
    pub fn automatic_renewal(self, wanted: bool) -> Self {
        self.with("automaticRenewal", wanted)
    }

    /// Called instead of loading the page anew when a sign-in or sign-out returns to `return_to`.
    #[must_use]
    pub fn on_return(mut self, go: impl Fn(ReturnTarget) + 'static) -> Self {
        self.hooks.on_return = Some(Rc::new(go));
        self
    }

    /// What every `sign_in` and `sign_in_silent` asks for unless it says otherwise itself; `return_to` and `app_state` are left out.
    #[must_use]
    pub fn default_sign_in(mut self, options: SignInOptions) -> Self {
        self.default_sign_in = options.0;
        self.default_sign_in.remove("returnTo");
        self.default_sign_in.remove("appState");
        self
    }

    /// Where windows open.
    #[must_use]
    pub fn popup(mut self, place: PopupOptions) -> Self {
        self.popup = place.0;
        self
    }

    /// Asked before a session begins. It gives the session back; it may change claims of its `user` and add members of its own, which are
    /// kept as long as the session ([`Session::members`](crate::Session::members)). When it answers an error, nothing is stored.
    ///
    /// ```
    /// use oxidc_web::AuthClientOptions;
    ///
    /// let options = AuthClientOptions::new("https://login.example.com", "my-app")
    ///     .on_session_creating(|new| Box::pin(async move { Ok(new.session.with("tenant", "acme")) }));
    /// ```
    #[must_use]
    pub fn on_session_creating(mut self, complete: impl Fn(NewSession) -> HookFuture<Result<Object, String>> + 'static) -> Self {
        self.hooks.on_session_creating = Some(Rc::new(complete));
        self
    }

    /// Asked when an API wants a stronger sign-in (RFC 9470), once for all requests that are refused meanwhile. Signs the person in (in a
    /// window, in a click) and answers true, and the request is repeated; answers false, and the request fails with
    /// [`Code::StepUpRequired`](crate::Code::StepUpRequired).
    #[must_use]
    pub fn on_step_up(mut self, ask: impl Fn(StepUpChallenge) -> HookFuture<bool> + 'static) -> Self {
        self.hooks.on_step_up = Some(Rc::new(ask));
        self
    }

    /// Claims of the ID token that do not become part of `user`. Default: those of the protocol, such as `iss`, `aud` and `nonce`.
    #[must_use]
    pub fn filtered_claims<T: Into<String>>(self, names: impl IntoIterator<Item = T>) -> Self {
        self.with("filteredClaims", list(names))
    }

    /// Where the provider loads this application in a frame to say that the session ended (Front-Channel Logout 1.0). Default: none.
    #[must_use]
    pub fn front_channel_logout_uri(self, uri: impl Into<String>) -> Self {
        self.with("frontChannelLogoutUri", uri.into())
    }

    /// Whether such a message must name the session. Default true.
    #[must_use]
    pub fn front_channel_logout_session_required(self, required: bool) -> Self {
        self.with("frontChannelLogoutSessionRequired", required)
    }

    /// Keeps sessions of the same application apart, for several clients on one page.
    #[must_use]
    pub fn session_key(self, key: impl Into<String>) -> Self {
        self.with("sessionKey", key.into())
    }

    pub(crate) fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.members.insert(name, value);
        self
    }
}

impl fmt::Debug for AuthClientOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AuthClientOptions").field("members", &self.members).field("storage", &self.storage).finish_non_exhaustive()
    }
}

/// An API for which access tokens are wanted (RFC 8707).
#[derive(Clone, Debug)]
pub struct Resource(Object);

impl Resource {
    /// The API's absolute address, as the provider knows it.
    #[must_use]
    pub fn new(resource: impl Into<String>) -> Self {
        Self(Object::new().with("resource", resource.into()))
    }

    /// The scopes to request for it, separated by spaces.
    #[must_use]
    pub fn scopes(self, scopes: impl Into<String>) -> Self {
        Self(self.0.with("scopes", scopes.into()))
    }
}

impl<T: Into<String>> From<T> for Resource {
    fn from(resource: T) -> Self {
        Self::new(resource)
    }
}

/// An origin to which `fetch` adds an access token. A plain text means the token of the configured resource which lives
/// at the origin, or else the token of the sign-in.
#[derive(Clone, Debug)]
pub struct AllowedOrigin(Object);

impl AllowedOrigin {
    /// Exactly scheme, host and port.
    #[must_use]
    pub fn new(origin: impl Into<String>) -> Self {
        Self(Object::new().with("origin", origin.into()))
    }

    /// The API that the token is for.
    #[must_use]
    pub fn resource(self, resource: impl Into<String>) -> Self {
        Self(self.0.with("resource", resource.into()))
    }
}

impl<T: Into<String>> From<T> for AllowedOrigin {
    fn from(origin: T) -> Self {
        Self::new(origin)
    }
}

/// How long things may take.
#[derive(Clone, Debug, Default)]
pub struct Timeouts(Object);

impl Timeouts {
    /// A request to the provider, in whole milliseconds. Default 10 seconds.
    #[must_use]
    pub fn request(self, limit: Duration) -> Self {
        Self(self.0.with("request", milliseconds(limit)))
    }

    /// A request for the provider's keys, in whole milliseconds. Default 5 seconds.
    #[must_use]
    pub fn keys(self, limit: Duration) -> Self {
        Self(self.0.with("keys", milliseconds(limit)))
    }

    /// Waiting for another tab that is refreshing, in whole milliseconds. Default 10 seconds.
    #[must_use]
    pub fn lock(self, limit: Duration) -> Self {
        Self(self.0.with("lock", milliseconds(limit)))
    }

    /// From starting a sign-in to its callback, in whole seconds. Default 30 minutes.
    #[must_use]
    pub fn sign_in(self, limit: Duration) -> Self {
        Self(self.0.with("signIn", seconds(limit)))
    }

    /// Until a window comes back, in whole milliseconds. Default 5 minutes.
    #[must_use]
    pub fn popup(self, limit: Duration) -> Self {
        Self(self.0.with("popup", milliseconds(limit)))
    }

    /// Until a hidden frame comes back, in whole milliseconds. Default 10 seconds.
    #[must_use]
    pub fn silent(self, limit: Duration) -> Self {
        Self(self.0.with("silent", milliseconds(limit)))
    }
}

pub(crate) fn list<T: Into<String>>(texts: impl IntoIterator<Item = T>) -> Vec<String> {
    texts.into_iter().map(Into::into).collect()
}

/// What does not fit is out of every limit.
pub(crate) fn seconds(duration: Duration) -> i64 {
    i64::try_from(duration.as_secs()).unwrap_or(i64::MAX)
}

pub(crate) fn milliseconds(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{AuthClient, Code};

    fn base() -> AuthClientOptions {
        AuthClientOptions::new("https://login.example.com", "app")
    }

    #[test]
    fn every_option_is_one_that_the_core_knows() {
        let keys =
            Value::parse(r#"{"keys": [{"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}"#).unwrap();
        let provider = ProviderMetadata::new("https://login.example.com/auth", "https://login.example.com/token")
            .jwks_uri("https://login.example.com/jwks")
            .userinfo_endpoint("https://login.example.com/me")
            .end_session_endpoint("https://login.example.com/end")
            .revocation_endpoint("https://login.example.com/revoke")
            .authorization_response_iss_parameter_supported(true);
        let second = Duration::from_secs(1);
        let options = base()
            .redirect_uri("https://app.example.com/back")
            .post_logout_redirect_uri("https://app.example.com/bye")
            .scopes("openid")
            .resources([Resource::new("https://api.example.com/").scopes("read"), "urn:files".into()])
            .fetch_userinfo(false)
            .clock_tolerance(second)
            .timeouts(Timeouts::default().request(second).keys(second).lock(second).sign_in(second).popup(second).silent(second))
            .allowed_origins([AllowedOrigin::new("https://api.example.com").resource("https://api.example.com/")])
            .provider(provider.clone())
            .id_token_algorithms(["ES256"])
            .trusted_audiences(["urn:other"])
            .automatic_renewal(false)
            .filtered_claims(["sid"])
            .front_channel_logout_uri("https://app.example.com/gone")
            .front_channel_logout_session_required(false)
            .session_key("second")
            .default_sign_in(SignInOptions::default().prompt("login").return_to("/x").app_state("x"))
            .popup(PopupOptions::default().width(400))
            .on_return(|_| ())
            .on_session_creating(|new| Box::pin(async { Ok(new.session) }))
            .on_step_up(|_| Box::pin(async { false }));
        assert_eq!(Value::from(options.default_sign_in.clone()).to_text(), r#"{"prompt":"login"}"#);
        let written = Value::from(options.members.clone()).to_text();
        assert!(
            written.contains(r#""timeouts":{"request":1000,"keys":1000,"lock":1000,"signIn":1,"popup":1000,"silent":1000}"#),
            "{written}"
        );
        AuthClient::new(options).unwrap();
        AuthClient::new(base().provider(provider.jwks(keys))).unwrap();
    }

    #[test]
    fn a_wrong_option_shows_in_the_constructor() {
        for (options, code) in [
            (AuthClientOptions::new("login.example.com", "app"), Code::IssuerInvalid),
            (AuthClientOptions::new("http://login.example.com", "app"), Code::IssuerInsecure),
            (AuthClientOptions::new("https://login.example.com", ""), Code::ClientIdMissing),
            (base().redirect_uri("back"), Code::RedirectUriInvalid),
            (base().scopes("a\"b"), Code::ScopeInvalid),
            (base().resources(["files"]), Code::ResourceInvalid),
            (base().allowed_origins(["https://*.example.com"]), Code::AllowedOriginInvalid),
            (base().clock_tolerance(Duration::from_secs(301)), Code::OptionInvalid),
            (base().timeouts(Timeouts::default().request(Duration::MAX)), Code::OptionInvalid),
            (base().id_token_algorithms(["none"]), Code::AlgorithmRefused),
        ] {
            assert_eq!(AuthClient::new(options).unwrap_err().code(), code);
        }
    }
}
