//! What the operations give out.

use std::time::Duration;

use super::CodeExchangeOptions;
use crate::json::{Object, Value};
use crate::options::seconds;
use crate::session::{integer, text, texts};
use crate::{Claims, Secret};

/// What tokens are bound to (RFC 9449): the name of a key in this browser, and what came of it. Hand it on as it is.
#[derive(Clone, Debug, PartialEq)]
pub struct Binding(pub(crate) Value);

impl Binding {
    /// As JSON, for keeping it beside the tokens. It is no secret.
    #[must_use]
    pub fn to_value(&self) -> Value {
        self.0.clone()
    }
}

impl From<Value> for Binding {
    fn from(kept: Value) -> Self {
        Self(kept)
    }
}

/// An authorization request, and what its answer is checked against.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct AuthorizationRequest {
    /// Where to send the person.
    pub url: String,
    /// `state`.
    pub state: String,
    /// `nonce`.
    pub nonce: String,
    /// `code_verifier` (RFC 7636).
    pub code_verifier: Secret,
    /// `redirect_uri`.
    pub redirect_uri: String,
    /// The scopes that were asked for.
    pub scopes: Vec<String>,
    /// The resources that were asked for.
    pub resources: Vec<String>,
    /// `max_age`.
    pub max_age: Option<Duration>,
    /// What the tokens are to be bound to.
    pub binding: Option<Binding>,
}

impl AuthorizationRequest {
    /// As JSON, for keeping it until the person is back. It holds the verifier: keep it where only this origin can read it.
    ///
    /// ```no_run
    /// use oxidc_web::json::Value;
    /// use oxidc_web::oidc::AuthorizationRequest;
    ///
    /// # fn keep(request: &AuthorizationRequest) -> Option<AuthorizationRequest> {
    /// let kept = request.to_value().to_text();
    /// // … in another page …
    /// Value::parse(&kept).ok().map(|value| AuthorizationRequest::of(&value))
    /// # }
    /// ```
    #[must_use]
    pub fn to_value(&self) -> Value {
        Object::new()
            .with("url", self.url.as_str())
            .with("state", self.state.as_str())
            .with("nonce", self.nonce.as_str())
            .with("codeVerifier", self.code_verifier.expose())
            .with("redirectUri", self.redirect_uri.as_str())
            .with("scopes", self.scopes.clone())
            .with("resources", self.resources.clone())
            .with_some("maxAge", self.max_age.map(seconds))
            .with_some("binding", self.binding.as_ref().map(Binding::to_value))
            .into()
    }

    /// Reads what [`to_value`](Self::to_value) wrote. What is missing is empty, and refused by the operation that needs it.
    #[must_use]
    pub fn of(kept: &Value) -> Self {
        Self {
            url: text(kept, "url").unwrap_or_default(),
            state: text(kept, "state").unwrap_or_default(),
            nonce: text(kept, "nonce").unwrap_or_default(),
            code_verifier: text(kept, "codeVerifier").unwrap_or_default().into(),
            redirect_uri: text(kept, "redirectUri").unwrap_or_default(),
            scopes: texts(kept, "scopes"),
            resources: texts(kept, "resources"),
            max_age: span(kept, "maxAge"),
            binding: kept.get("binding").cloned().map(Binding),
        }
    }

    /// What [`Oidc::code_exchange`](super::Oidc::code_exchange) needs for the code that answers this request.
    #[must_use]
    pub fn exchange(&self, code: impl Into<Secret>) -> CodeExchangeOptions {
        let mut options = CodeExchangeOptions::new(code, self.code_verifier.clone(), self.nonce.as_str()).redirect_uri(&self.redirect_uri);
        if let Some(age) = self.max_age {
            options = options.max_age(age);
        }
        match &self.binding {
            Some(binding) => options.binding(binding.clone()),
            None => options,
        }
    }
}

/// A pushed authorization request (RFC 9126 section 2.2).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PushedAuthorizationRequest {
    /// `request_uri`.
    pub request_uri: String,
    /// For how long it is good.
    pub expires_in: Duration,
}

impl PushedAuthorizationRequest {
    pub(super) fn of(value: &Value) -> Self {
        Self { request_uri: text(value, "requestUri").unwrap_or_default(), expires_in: span(value, "expiresIn").unwrap_or_default() }
    }
}

/// An authorization response, checked.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct AuthorizationResponse {
    /// The code.
    pub code: Secret,
    /// `session_state` (OpenID Connect Session Management 1.0).
    pub session_state: Option<String>,
}

impl AuthorizationResponse {
    pub(super) fn of(value: &Value) -> Self {
        Self { code: text(value, "code").unwrap_or_default().into(), session_state: text(value, "sessionState") }
    }
}

/// An answer of the token endpoint, checked.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct TokenResponse {
    /// The access token.
    pub access_token: Secret,
    /// `Bearer` or `DPoP`.
    pub token_type: String,
    /// Its lifetime, if the provider says.
    pub expires_in: Option<Duration>,
    /// The granted scopes; absent: those that were asked for.
    pub scopes: Option<Vec<String>>,
    /// The refresh token.
    pub refresh_token: Option<Secret>,
    /// The ID token.
    pub id_token: Option<Secret>,
    /// All claims of the verified ID token.
    pub claims: Option<Claims>,
}

impl TokenResponse {
    pub(super) fn of(value: &Value) -> Self {
        Self {
            access_token: secret(value, "accessToken").unwrap_or_default(),
            token_type: text(value, "tokenType").unwrap_or_default(),
            expires_in: span(value, "expiresIn"),
            scopes: value.get("scopes").map(|_| texts(value, "scopes")),
            refresh_token: secret(value, "refreshToken"),
            id_token: secret(value, "idToken"),
            claims: value.get("claims").map(Claims::of),
        }
    }
}

/// The answer to a token exchange (RFC 8693 section 2.2): an access token, or a token of another kind.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ExchangedToken {
    /// The access token.
    pub access_token: Option<Secret>,
    /// A token that is no access token. Its `token_type` is `N_A`.
    pub token: Option<Secret>,
    /// `Bearer`, `DPoP` or `N_A`.
    pub token_type: String,
    /// Which kind of token it is.
    pub issued_token_type: String,
    /// Its lifetime, if the provider says.
    pub expires_in: Option<Duration>,
    /// The granted scopes; absent: those that were asked for.
    pub scopes: Option<Vec<String>>,
    /// The refresh token.
    pub refresh_token: Option<Secret>,
}

impl ExchangedToken {
    pub(super) fn of(value: &Value) -> Self {
        Self {
            access_token: secret(value, "accessToken"),
            token: secret(value, "token"),
            token_type: text(value, "tokenType").unwrap_or_default(),
            issued_token_type: text(value, "issuedTokenType").unwrap_or_default(),
            expires_in: span(value, "expiresIn"),
            scopes: value.get("scopes").map(|_| texts(value, "scopes")),
            refresh_token: secret(value, "refreshToken"),
        }
    }
}

/// The answer to a device authorization request (RFC 8628 section 3.2).
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct DeviceAuthorization {
    /// The device's code.
    pub device_code: Secret,
    /// What the person types on another device.
    pub user_code: String,
    /// Where they type it.
    pub verification_uri: String,
    /// The same with the code in it, for a QR code.
    pub verification_uri_complete: Option<String>,
    /// Until both codes expire.
    pub expires_in: Duration,
    /// Between two questions.
    pub interval: Duration,
}

impl DeviceAuthorization {
    pub(super) fn of(value: &Value) -> Self {
        Self {
            device_code: secret(value, "deviceCode").unwrap_or_default(),
            user_code: text(value, "userCode").unwrap_or_default(),
            verification_uri: text(value, "verificationUri").unwrap_or_default(),
            verification_uri_complete: text(value, "verificationUriComplete"),
            expires_in: span(value, "expiresIn").unwrap_or_default(),
            interval: span(value, "interval").unwrap_or_default(),
        }
    }
}

fn secret(value: &Value, name: &str) -> Option<Secret> {
    text(value, name).map(Secret::from)
}

/// A number of seconds.
fn span(value: &Value, name: &str) -> Option<Duration> {
    integer(value, name).and_then(|seconds| u64::try_from(seconds).ok()).map(Duration::from_secs)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(text: &str) -> Value {
        Value::parse(text).unwrap()
    }

    #[test]
    fn a_request_can_be_kept_until_the_person_is_back_and_does_not_show_its_verifier() {
        let sent = value(
            r#"{"url": "https://login.example.com/auth?x", "state": "s", "nonce": "n", "codeVerifier": "secret-v",
            "redirectUri": "https://app.example.com/", "scopes": ["openid"], "resources": ["urn:a"], "maxAge": 300,
            "binding": {"key": "k", "jkt": "t", "settled": false}}"#,
        );
        let request = AuthorizationRequest::of(&sent);
        assert_eq!(request.to_value(), sent);
        assert_eq!(request.max_age, Some(Duration::from_secs(300)));
        assert!(!format!("{request:?}").contains("secret-"));
        let plain = AuthorizationRequest::of(&Value::Null);
        assert_eq!((plain.max_age, plain.binding), (None, None));
    }

    #[test]
    fn tokens_are_read_and_never_shown() {
        let all = value(
            r#"{"accessToken": "secret-a", "tokenType": "DPoP", "expiresIn": 60, "scopes": ["a"], "refreshToken": "secret-r",
            "idToken": "secret-i", "claims": {"sub": "s"}}"#,
        );
        let tokens = TokenResponse::of(&all);
        assert_eq!((tokens.access_token.expose(), tokens.token_type.as_str()), ("secret-a", "DPoP"));
        assert_eq!((tokens.expires_in, tokens.scopes.as_deref()), (Some(Duration::from_secs(60)), Some(["a".to_owned()].as_slice())));
        assert_eq!(tokens.refresh_token.as_ref().map(Secret::expose), Some("secret-r"));
        assert_eq!(tokens.id_token.as_ref().map(Secret::expose), Some("secret-i"));
        assert_eq!(tokens.claims.as_ref().map(Claims::sub), Some("s"));
        assert!(!format!("{tokens:?}").contains("secret-"));
        let few = TokenResponse::of(&value(r#"{"accessToken": "a", "tokenType": "Bearer"}"#));
        assert!(few.expires_in.is_none() && few.scopes.is_none() && few.refresh_token.is_none() && few.id_token.is_none());
        assert_eq!(few.claims, None);
    }

    #[test]
    fn an_exchanged_token_is_an_access_token_or_another_one() {
        let access = ExchangedToken::of(&value(
            r#"{"accessToken": "secret-a", "tokenType": "Bearer", "expiresIn": 5, "scopes": ["a"], "refreshToken": "secret-r",
            "issuedTokenType": "urn:t"}"#,
        ));
        assert_eq!(access.access_token.as_ref().map(Secret::expose), Some("secret-a"));
        assert_eq!((access.expires_in, access.issued_token_type.as_str()), (Some(Duration::from_secs(5)), "urn:t"));
        assert_eq!(access.refresh_token.as_ref().map(Secret::expose), Some("secret-r"));
        assert_eq!(access.scopes.as_ref().map(Vec::len), Some(1));
        let other = ExchangedToken::of(&value(r#"{"token": "secret-o", "tokenType": "N_A", "issuedTokenType": "urn:j"}"#));
        assert_eq!((other.token.as_ref().map(Secret::expose), other.token_type.as_str()), (Some("secret-o"), "N_A"));
        assert!(other.access_token.is_none());
        assert!(!format!("{access:?}{other:?}").contains("secret-"));
    }

    #[test]
    fn the_other_answers_are_read() {
        let pushed = PushedAuthorizationRequest::of(&value(r#"{"requestUri": "urn:r", "expiresIn": 60}"#));
        assert_eq!((pushed.request_uri.as_str(), pushed.expires_in), ("urn:r", Duration::from_secs(60)));
        let response = AuthorizationResponse::of(&value(r#"{"code": "secret-c", "sessionState": "x"}"#));
        assert_eq!((response.code.expose(), response.session_state.as_deref()), ("secret-c", Some("x")));
        let codes = DeviceAuthorization::of(&value(
            r#"{"deviceCode": "secret-d", "userCode": "u", "verificationUri": "v", "verificationUriComplete": "w", "expiresIn": 60, "interval": 5}"#,
        ));
        assert_eq!((codes.device_code.expose(), codes.user_code.as_str(), codes.verification_uri.as_str()), ("secret-d", "u", "v"));
        assert_eq!(codes.verification_uri_complete.as_deref(), Some("w"));
        assert_eq!((codes.expires_in, codes.interval), (Duration::from_secs(60), Duration::from_secs(5)));
        assert!(!format!("{response:?}{codes:?}").contains("secret-"));
    }
}
