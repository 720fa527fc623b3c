//! Errors: one stable code for each distinct wrong thing, and what it means for the session.

mod codes;

use alloc::boxed::Box;
use alloc::string::String;
use core::fmt;

pub use codes::Code;

use crate::wire::json::{Member, Object, Value};

/// What the core's fallible functions return.
pub type Result<T, E = Error> = core::result::Result<T, E>;

/// Who has to act, and so which error class TypeScript throws.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The application's options or arguments are wrong.
    Configuration,
    /// The browser or the page lacks something.
    Environment,
    /// A request did not get through, or the provider is overloaded.
    Network,
    /// The provider said no, in the words of OAuth.
    Provider,
    /// The provider's answer is wrong or forged.
    Protocol,
    /// The address that the page was called back with is not acceptable.
    Callback,
    /// There is no session that could do this, or no longer.
    Session,
    /// The application's own request cannot be sent with a token.
    Request,
    /// A platform's page and a mini-app inside it do not agree.
    Bridge,
}

impl Kind {
    /// The name, the same in every language.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Configuration => "configuration",
            Self::Environment => "environment",
            Self::Network => "network",
            Self::Provider => "provider",
            Self::Protocol => "protocol",
            Self::Callback => "callback",
            Self::Session => "session",
            Self::Request => "request",
            Self::Bridge => "bridge",
        }
    }
}

/// What an error did to the session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SessionEffect {
    /// The session, or its absence, is what it was before.
    Kept,
    /// The session is over; the person must sign in again.
    Ended,
    /// The provider may have acted on a request whose answer was lost.
    Unknown,
}

impl SessionEffect {
    /// The name, the same in every language.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Kept => "kept",
            Self::Ended => "ended",
            Self::Unknown => "unknown",
        }
    }
}

/// Something that went wrong.
///
/// ```
/// use oxidc_core::error::{Code, Error, SessionEffect};
///
/// let error = Error::new(Code::Offline);
/// assert_eq!(error.code().name(), "offline");
/// assert_eq!(error.session(), SessionEffect::Kept);
/// assert!(error.retryable());
/// ```
#[derive(Clone, Debug)]
pub struct Error(Box<Facts>);

/// In a box, because every fallible function carries room for it.
#[derive(Clone, Debug)]
struct Facts {
    code: Code,
    detail: Option<String>,
    session: SessionEffect,
    retry_after: Option<u32>,
    provider: Option<ProviderSays>,
    challenge: Option<Object>,
}

/// What the provider said, cut to printable characters and a harmless length. Plain text, never HTML.
#[derive(Clone, Debug)]
struct ProviderSays {
    error: String,
    description: Option<String>,
}

impl Error {
    /// An error without further detail.
    #[must_use]
    pub fn new(code: Code) -> Self {
        Self(Box::new(Facts { code, detail: None, session: code.session(), retry_after: None, provider: None, challenge: None }))
    }

    /// Adds what a developer needs to find the cause: the values that disagree, the member that is missing.
    /// Never a secret. Values of strangers are made harmless: printable characters, 1,024 of them at most.
    #[inline(never)]
    #[must_use]
    pub fn detail(mut self, detail: impl Into<String>) -> Self {
        self.0.detail = Some(printable(&detail.into(), 1024));
        self
    }

    /// Says what happened to the session where that differs from the code's usual meaning.
    #[must_use]
    pub fn with_session(mut self, session: SessionEffect) -> Self {
        self.0.session = session;
        self
    }

    /// The same trouble under the code that it has where it happened.
    pub(crate) fn with_code(mut self, code: Code) -> Self {
        (self.0.code, self.0.session) = (code, code.session());
        self
    }

    /// The word of OAuth in which an endpoint refused the request (RFC 6749 section 5.2). Other errors say nothing about a grant.
    pub(crate) fn refusal(&self) -> Option<&str> {
        match self.0.code {
            Code::ClientRejected | Code::ScopeRejected | Code::ResourceRejected | Code::RequestRefused => self.provider_error(),
            _ => None,
        }
    }

    /// Adds the number of seconds after which another try is welcome.
    #[must_use]
    pub fn after(mut self, seconds: u32) -> Self {
        self.0.retry_after = Some(seconds);
        self
    }

    /// Adds the provider's own words (RFC 6749 section 5.2), made harmless.
    #[must_use]
    pub fn said(mut self, error: &str, description: Option<&str>) -> Self {
        self.0.provider = Some(ProviderSays { error: printable(error, 64), description: description.map(|d| printable(d, 1024)) });
        self
    }

    /// Adds what an API demands of the sign-in (RFC 9470 section 3): `acrValues` and `maxAge`.
    #[must_use]
    pub fn demanding(mut self, challenge: Object) -> Self {
        self.0.challenge = Some(challenge);
        self
    }

    /// The stable code.
    #[must_use]
    pub fn code(&self) -> Code {
        self.0.code
    }

    /// What happened to the session.
    #[must_use]
    pub fn session(&self) -> SessionEffect {
        self.0.session
    }

    /// Whether the same call may succeed later without anybody changing anything.
    #[must_use]
    pub fn retryable(&self) -> bool {
        self.0.code.retryable()
    }

    /// Seconds after which another try is welcome, if the provider named them.
    #[must_use]
    pub fn retry_after(&self) -> Option<u32> {
        self.0.retry_after
    }

    /// The provider's error code, if it gave one.
    #[must_use]
    pub fn provider_error(&self) -> Option<&str> {
        self.0.provider.as_ref().map(|p| p.error.as_str())
    }

    /// The provider's own words, if it gave any. Plain text, never HTML.
    #[must_use]
    pub fn provider_error_description(&self) -> Option<&str> {
        self.0.provider.as_ref()?.description.as_deref()
    }

    /// What an API demands of the sign-in (RFC 9470 section 3): `acrValues` and `maxAge`.
    #[must_use]
    pub fn challenge(&self) -> Option<&Object> {
        self.0.challenge.as_ref()
    }

    /// The error in full: its [`facts`](Self::facts) with `kind`, `retryable` and a whole `message`.
    #[must_use]
    pub fn to_value(&self) -> Value {
        let mut message = String::from(self.0.code.sentence());
        if let Some(detail) = &self.0.detail {
            message.push_str(" (");
            message.push_str(detail);
            message.push(')');
        }
        let more = Object::new().with("message", message).with("kind", self.0.code.kind().name()).with("retryable", self.retryable());
        let mut object = self.object(self.0.code.name());
        object.extend(more);
        object.into()
    }

    /// What is known of the error: `code`, `session` and, where they are known, `message` (the detail alone), `retryAfter` (seconds),
    /// `error` and `errorDescription` (the provider's words), and `challenge`. What follows from the code is left out. Codes of the feature
    /// `extended` bring `kind` and `meaning` (the sentence, after a `+` where a retry helps) along.
    #[must_use]
    pub fn facts(&self) -> Value {
        self.object(self.0.code.name()).into()
    }

    /// The error as it crosses the boundary: its [`facts`](Self::facts) with the place of the code in [`Code::ALL`] instead of the name.
    /// The other side has the list, so the module that browsers load is without names and sentences. Codes of the feature `extended`
    /// keep their names.
    #[must_use]
    pub fn numbered_facts(&self) -> Value {
        match self.0.code {
            code if code.is_extended() => self.facts(),
            code => self.object(code as u32).into(),
        }
    }

    fn object(&self, code: impl Member) -> Object {
        let mut object = Object::new()
            .with("code", code)
            .with("session", self.0.session.name())
            .with_some("message", self.0.detail.as_deref())
            .with_some("retryAfter", self.0.retry_after);
        #[cfg(feature = "extended")]
        if self.0.code.is_extended() {
            let retry = if self.retryable() { "+" } else { "" };
            let meaning = crate::wire::text(&[retry, self.0.code.sentence()]);
            object = object.with("kind", self.0.code.kind().name()).with("meaning", meaning);
        }
        if let Some(says) = &self.0.provider {
            object = object.with("error", says.error.as_str()).with_some("errorDescription", says.description.as_deref());
        }
        object.with_some("challenge", self.0.challenge.clone())
    }
}

/// Keeps printable characters, drops controls and bidirectional overrides, cuts at `limit` characters.
pub(crate) fn printable(text: &str, limit: usize) -> String {
    let harmless = |c: &char| !c.is_control() && !matches!(*c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let mut kept = String::new();
    let mut left = limit;
    for c in text.chars() {
        if left > 0 && harmless(&c) {
            kept.push(c);
            left -= 1;
        }
    }
    kept
}

impl From<Code> for Error {
    fn from(code: Code) -> Self {
        Self::new(code)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.code.sentence())?;
        if let Some(detail) = &self.0.detail {
            write!(f, " ({detail})")?;
        }
        Ok(())
    }
}

impl core::error::Error for Error {}
