//! What can go wrong between frame and host, as light as it gets: a module carries the sentences of those errors only that it can give.

use alloc::string::String;

use oxidc_core::error::{Code, Error};
use oxidc_core::wire::json::{Object, Value};

/// What a code says, looked up while compiling.
#[derive(Debug)]
pub struct Fault {
    code: Code,
    name: &'static str,
    kind: &'static str,
    sentence: &'static str,
    session: &'static str,
    retryable: bool,
}

impl Fault {
    /// The facts of a code.
    #[must_use]
    pub const fn of(code: Code) -> Self {
        Self {
            code,
            name: code.name(),
            kind: code.kind().name(),
            sentence: code.sentence(),
            session: code.session().name(),
            retryable: code.retryable(),
        }
    }
}

macro_rules! fault {
    ($code:ident) => {{
        const FAULT: &$crate::fault::Fault = &$crate::fault::Fault::of(oxidc_core::error::Code::$code);
        $crate::fault::Failure::from(FAULT)
    }};
}
pub(crate) use fault;

/// Something that went wrong.
#[derive(Clone, Debug)]
pub struct Failure {
    fault: &'static Fault,
    detail: Option<String>,
    retry_after: Option<u32>,
}

impl Failure {
    /// Adds what a developer needs to find the cause. Never a secret.
    #[must_use]
    pub fn detail(mut self, detail: &str) -> Self {
        // It may be somebody else's text.
        self.detail = Some(detail.into()).filter(|_| detail.len() <= 200 && !detail.bytes().any(|byte| byte.is_ascii_control()));
        self
    }

    /// Adds the number of seconds after which another try is welcome.
    #[must_use]
    pub fn after(mut self, seconds: Option<u32>) -> Self {
        self.retry_after = seconds;
        self
    }

    /// The stable code.
    #[must_use]
    pub fn code(&self) -> Code {
        self.fault.code
    }

    /// The error as it crosses the boundary, like that of the core.
    #[must_use]
    pub fn to_value(&self) -> Value {
        let mut message = String::from(self.fault.sentence);
        if let Some(detail) = &self.detail {
            message.push_str(" (");
            message.push_str(detail);
            message.push(')');
        }
        Object::new()
            .with("code", self.fault.name)
            .with("kind", self.fault.kind)
            .with("message", message)
            .with("session", self.fault.session)
            .with("retryable", self.fault.retryable)
            .with_some("retryAfter", self.retry_after)
            .into()
    }
}

impl From<&'static Fault> for Failure {
    fn from(fault: &'static Fault) -> Self {
        Self { fault, detail: None, retry_after: None }
    }
}

impl From<Failure> for Error {
    fn from(failure: Failure) -> Self {
        let mut error = Self::new(failure.fault.code);
        if let Some(detail) = failure.detail {
            error = error.detail(detail);
        }
        match failure.retry_after {
            Some(seconds) => error.after(seconds),
            None => error,
        }
    }
}

/// What a refusal of the host is to the application in the frame. A word that is not known yet can mean nothing final.
#[must_use]
pub fn of_refusal(word: &str, retry_after: Option<u32>) -> Failure {
    let failure = match word {
        "scope_not_granted" => fault!(ScopeNotGranted),
        "not_allowed" | "unknown_type" => fault!(HostRefused),
        "offline" => fault!(Offline),
        "needs_interaction" => fault!(NeedsInteraction),
        "user_cancelled" => fault!(UserCancelled),
        "disabled" => fault!(AppDisabled),
        "session_ended" => fault!(SignedOut),
        "rate_limited" => fault!(RateLimited),
        "not_supported" => fault!(NotSupportedByHost),
        "bridge_version" => fault!(BridgeVersion),
        _ => fault!(HostTransient),
    };
    failure.after(retry_after)
}
