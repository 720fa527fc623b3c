//! The token request and its answer (RFC 6749 sections 4.1.3, 5.1 and 6, OpenID Connect Core 1.0 section 3.1.3).

use alloc::rc::Rc;
use alloc::string::String;
use alloc::vec::Vec;

use super::authorize::attempt::Attempt;
use super::silent;
use super::verify::{self, Checks};
use crate::client::Context;
use crate::config::provider::Metadata;
use crate::config::{discovery, keys};
use crate::effect::{Event, Now};
use crate::error::{Code, Error, Result};
use crate::runtime::join;
use crate::secret::Secret;
use crate::session::record::{Record, Token, Want};
use crate::session::{self, creating, userinfo};
use crate::signout::revoke;
use crate::wire::answer;
use crate::wire::base64url;
use crate::wire::form::Form;
use crate::wire::http::Request;
use crate::wire::json::Value;
use crate::wire::sender::{self, Binding};
use crate::wire::url::parts;

/// The largest answer that is read, in octets.
pub(crate) const LIMIT: u32 = 1024 * 1024;
/// Lifetimes beyond this are cut, in seconds: nothing should be counted in years.
pub(crate) const LONGEST_LIFETIME: i64 = 365 * 86_400;

/// A successful answer of the token endpoint.
pub(crate) struct TokenResponse {
    pub(crate) access_token: Secret,
    pub(crate) token_type: String,
    /// Seconds.
    pub(crate) expires_in: Option<i64>,
    pub(crate) scope: Option<Vec<String>>,
    pub(crate) refresh_token: Option<Secret>,
    pub(crate) id_token: Option<String>,
}

impl TokenResponse {
    /// Reads an answer (RFC 6749 section 5.1).
    pub(crate) fn parse(cx: &Context, answer: &Value, binding: &Binding) -> Result<Self> {
        let wrong = |name: &str| Error::new(Code::TokenResponseInvalid).detail(name);
        // A token goes into a header: printable ASCII only (RFC 6750 section 2.1 is narrower).
        let is_token = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_graphic());
        let text = |name: &str| match answer.get(name) {
            None => Ok(None),
            Some(value) => value.as_str().map(Some).ok_or_else(|| wrong(name)),
        };
        let access_token = text("access_token")?.filter(|t| is_token(t)).ok_or_else(|| wrong("access_token"))?;
        // What is longer than any type may be a token in the wrong place, which must not get into a message.
        let token_type = text("token_type")?.filter(|name| name.len() <= 32).ok_or_else(|| wrong("token_type"))?;
        let token_type = binding.accept(cx, token_type)?;
        let expires_in = match answer.as_object().and_then(|o| o.get("expires_in")) {
            None => None,
            Some(Value::Number(seconds)) => seconds.floor().filter(|s| *s >= 0).map(Some).ok_or_else(|| wrong("expires_in"))?,
            // Sloppy providers send digits in quotes.
            Some(Value::String(text)) => Some(answer::digits(text).ok_or_else(|| wrong("expires_in"))?),
            Some(_) => return Err(wrong("expires_in")),
        };
        let scope = text("scope")?.map(|scope| {
            let mut scopes = Vec::new();
            for scope in parts(scope, b' ') {
                if !scope.is_empty() {
                    scopes.push(scope.into());
                }
            }
            scopes
        });
        // An empty refresh token means none (seen in the field).
        let refresh_token = text("refresh_token")?.filter(|t| !t.is_empty());
        if refresh_token.is_some_and(|token| !token.bytes().all(|b| matches!(b, 0x20..=0x7e))) {
            return Err(wrong("refresh_token"));
        }
        let id_token = match answer.as_object().and_then(|o| o.get("id_token")) {
            None => None,
            Some(Value::String(token)) => Some(token.clone()),
            Some(_) => return Err(Code::IdTokenMalformed.into()),
        };
        Ok(Self {
            access_token: access_token.into(),
            token_type: token_type.into(),
            expires_in: expires_in.map(|s: i64| s.min(LONGEST_LIFETIME)),
            scope,
            refresh_token: refresh_token.map(Secret::from),
            id_token,
        })
    }

    /// The answer as an operation gives it out, without the ID token, which is to be checked first.
    #[cfg(feature = "extended")]
    pub(crate) fn to_object(&self) -> crate::wire::json::Object {
        crate::wire::json::Object::new()
            .with("accessToken", self.access_token.expose())
            .with("tokenType", self.token_type.as_str())
            .with_some("expiresIn", self.expires_in)
            .with_some("scopes", self.scope.clone())
            .with_some("refreshToken", self.refresh_token.as_ref().map(Secret::expose))
    }

    /// The access token as it is cached. The lifetime counts from the moment of the request.
    pub(crate) fn token(&self, want: Want, sent_at: Now) -> Token {
        let granted = self.scope.clone().unwrap_or_else(|| want.scopes.clone());
        Token::new(self.access_token.clone(), self.token_type.clone(), want, granted, self.expires_in, sent_at)
    }
}

/// Sends a form to the token endpoint, with a time limit in milliseconds.
pub(crate) async fn token_request(
    cx: &Rc<Context>,
    metadata: &Metadata,
    form: Form,
    binding: &Binding,
    timeout: u32,
) -> Result<TokenResponse> {
    let outcome = sender::post(cx, metadata.token_endpoint(), form, binding, timeout).await?;
    let answer = answer::read(outcome, cx.seconds())?;
    TokenResponse::parse(cx, &answer, binding)
}

/// A form for an endpoint of the provider.
pub(crate) fn post(cx: &Context, url: &str, form: Form) -> Request {
    Request {
        method: "POST",
        url: url.into(),
        headers: alloc::vec![("accept", "application/json".into()), ("content-type", "application/x-www-form-urlencoded".into())],
        body: Some(form.finish()),
        timeout: cx.config.request_timeout,
        limit: LIMIT,
    }
}

/// Exchanges the code, checks what comes back, and begins a session. Nothing of the answer is used before all checks pass.
pub(crate) async fn sign_in(cx: &Rc<Context>, code: Secret, attempt: &Attempt) -> Result<Value> {
    let form = Form::new()
        .with("grant_type", "authorization_code")
        .with("code", code.expose())
        .with("redirect_uri", attempt.text("redirectUri"))
        .with("code_verifier", attempt.text("verifier"));
    let binding = Binding::from_value(attempt.get("binding"));
    let metadata = discovery::metadata(cx).await?;
    let sent_at = cx.shell.now();
    let (response, keys) = join(token_request(cx, &metadata, form, &binding, cx.config.request_timeout), keys::ensure(cx)).await;
    let response = response.map_err(|error| match error.refusal() {
        Some("invalid_grant") => error.with_code(Code::CodeRejected),
        _ => error,
    })?;
    keys?;
    let binding = binding.settle(cx, &response.token_type);
    let id_token = response.id_token.clone().ok_or(Code::IdTokenMissing)?;
    let checks = Checks {
        nonce: Some(attempt.text("nonce")),
        max_age: attempt.integer("maxAge"),
        login: true,
        access_token: Some(&response.access_token),
    };
    let claims = verify::id_token(cx, &id_token, checks).await?;
    let mut user = session::user_of(cx, &claims);
    if cx.config.fetch_userinfo {
        let subject = claims.text("sub").unwrap_or_default();
        match userinfo::fetch(cx, &response.access_token, subject, &binding).await {
            Ok(Some(more)) => user.extend(more),
            Ok(None) => (),
            Err(error) if error.code() == Code::UserInfoSubjectMismatch => return Err(error),
            // The person is signed in; only the extra claims are missing.
            Err(error) => cx.publish(Event::Error(error)),
        }
    }
    let facts = attempt
        .asked()
        .with("id", base64url::encode(&cx.random(32).await?))
        .with("subject", claims.text("sub").unwrap_or_default())
        .with("user", user)
        .with("claims", claims)
        .with("idToken", id_token)
        .with_some("refreshToken", response.refresh_token.as_ref().map(Secret::expose))
        .with("authenticatedAt", cx.shell.now().wall);
    let mut record = Record { generation: 0, facts, tokens: Vec::new(), flight: None, binding };
    record.tokens.push(response.token(record.default_want(), sent_at));
    let begun = match creating::ask(cx, &mut record, attempt.get("appState")).await {
        Ok(()) => session::begin(cx, record, attempt.flag("sameUser"), attempt.integer("silent")).await,
        Err(error) => Err(error),
    };
    match begun {
        Ok(_) => silent::forget(cx).await,
        Err(_) => revoke::quietly(cx, &response).await,
    }
    begun
}
