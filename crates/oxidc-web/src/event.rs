//! What can be listened to.

use crate::error::error_of;
use crate::json::Value;
use crate::session::{integer, texts};
use crate::{Error, Session, host};

/// Something that happened, told to the handlers of [`AuthClient::on`](crate::AuthClient::on).
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Event {
    /// The session appeared, changed or ended, here or in another tab.
    Session {
        /// The session, or `None`.
        session: Option<Session>,
        /// Why.
        reason: SessionReason,
    },
    /// What a user interface can show changed, see [`AuthClient::state`](crate::AuthClient::state).
    State(SessionState),
    /// A fresh access token is there; get it with [`AuthClient::get_tokens`](crate::AuthClient::get_tokens).
    Tokens(FreshToken),
    /// The session ended.
    SignedOut(SessionReason),
    /// Something went wrong that no call reports.
    Error(Error),
}

/// What is told of a fresh access token: never the token.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct FreshToken {
    /// The APIs it is for; none: the token of the sign-in.
    pub resources: Vec<String>,
    /// The granted scopes.
    pub scopes: Vec<String>,
    /// When it expires, in milliseconds since 1970; absent where the provider does not say.
    pub expires_at: Option<i64>,
}

/// What a user interface can show.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum SessionState {
    /// Nobody is signed in.
    #[default]
    SignedOut,
    /// Somebody is signed in.
    SignedIn,
    /// Tokens are being renewed.
    Renewing,
    /// The session lives on although it cannot be stored or the last renewal failed.
    Degraded,
    /// The session is over or of no use although nobody asked for that; the person must sign in again.
    NeedsSignIn,
}

impl SessionState {
    pub(crate) fn of(name: &str) -> Self {
        match name {
            "signedIn" => Self::SignedIn,
            "renewing" => Self::Renewing,
            "degraded" => Self::Degraded,
            "needsSignIn" => Self::NeedsSignIn,
            _ => Self::SignedOut,
        }
    }
}

/// Why a session appeared, changed or ended.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SessionReason {
    /// Somebody signed in.
    SignedIn,
    /// The tokens were renewed.
    Refreshed,
    /// The user information was read again.
    UserInfo,
    /// Another tab changed the session.
    OtherTab,
    /// Somebody signed out.
    SignedOut,
    /// The provider said that its session ended (Front-Channel Logout 1.0).
    ProviderSignedOut,
    /// The provider did not accept the refresh token any more.
    RefreshRejected,
    /// The answer to a renewal was lost, and the refresh token with it.
    RefreshLost,
    /// The provider answered for another person.
    UserChanged,
    /// The key to which the tokens are bound is gone (RFC 9449).
    KeyLost,
    /// The worker that kept the refresh token was stopped ([`Storage::Worker`](crate::Storage::Worker)).
    WorkerLost,
    /// For a reason that has no name here.
    Other(String),
}

impl SessionReason {
    /// The name, the same in every language.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::SignedIn => "signed_in",
            Self::Refreshed => "refreshed",
            Self::UserInfo => "user_info",
            Self::OtherTab => "other_tab",
            Self::SignedOut => "signed_out",
            Self::ProviderSignedOut => "provider_signed_out",
            Self::RefreshRejected => "refresh_rejected",
            Self::RefreshLost => "refresh_lost",
            Self::UserChanged => "user_changed",
            Self::KeyLost => "key_lost",
            Self::WorkerLost => "worker_lost",
            Self::Other(name) => name,
        }
    }

    fn of(name: &str) -> Self {
        let known = [
            Self::SignedIn,
            Self::Refreshed,
            Self::UserInfo,
            Self::OtherTab,
            Self::SignedOut,
            Self::ProviderSignedOut,
            Self::RefreshRejected,
            Self::RefreshLost,
            Self::UserChanged,
            Self::KeyLost,
            Self::WorkerLost,
        ];
        known.into_iter().find(|reason| reason.name() == name).unwrap_or_else(|| Self::Other(name.into()))
    }
}

/// The names under which the host module publishes.
#[cfg_attr(not(target_arch = "wasm32"), allow(dead_code))]
pub(crate) const NAMES: [&str; 5] = ["session", "state", "tokens", "signedOut", "error"];

impl Event {
    /// Reads what the host module publishes under a name: one value or two.
    #[cfg_attr(not(target_arch = "wasm32"), allow(dead_code))]
    pub(crate) fn of(name: &str, first: &Value, second: &Value) -> Self {
        let reason = |value: &Value| SessionReason::of(value.as_str().unwrap_or_default());
        match name {
            "session" => Self::Session { session: Session::of(first), reason: reason(second) },
            "state" => Self::State(SessionState::of(first.as_str().unwrap_or_default())),
            "tokens" => Self::Tokens(FreshToken {
                resources: texts(first, "resources"),
                scopes: texts(first, "scopes"),
                expires_at: integer(first, "expiresAt"),
            }),
            "signedOut" => Self::SignedOut(reason(first)),
            _ => Self::Error(error_of(first)),
        }
    }
}

/// Keeps a handler listening; dropping it stops that.
#[must_use = "dropping a subscription stops it at once; keep it, or call `forget`"]
#[derive(Debug)]
pub struct Subscription(pub(crate) Option<host::Listening>);

impl Subscription {
    /// Listens for as long as the client, frame or host lives.
    pub fn forget(mut self) {
        self.0 = None;
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        if let Some(listening) = self.0.take() {
            listening.stop();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Code;

    fn event(name: &str, first: &str, second: &str) -> Event {
        Event::of(name, &Value::parse(first).unwrap(), &Value::parse(second).unwrap())
    }

    #[test]
    fn every_event_is_read() {
        assert!(matches!(event("session", "null", r#""signed_out""#), Event::Session { session: None, reason: SessionReason::SignedOut }));
        assert!(matches!(event("state", r#""needsSignIn""#, "null"), Event::State(SessionState::NeedsSignIn)));
        let Event::Tokens(token) = event("tokens", r#"{"resources": ["urn:a"], "scopes": ["s"], "expiresAt": 5}"#, "null") else {
            panic!("another event")
        };
        assert_eq!((token.resources, token.scopes, token.expires_at), (vec!["urn:a".to_owned()], vec!["s".to_owned()], Some(5)));
        assert!(matches!(event("signedOut", r#""user_changed""#, "null"), Event::SignedOut(SessionReason::UserChanged)));
        let Event::Error(error) = event("error", r#"{"code": "storage_full", "message": ""}"#, "null") else { panic!("another event") };
        assert_eq!(error.code(), Code::StorageFull);
    }

    #[test]
    fn a_reason_keeps_its_name() {
        for name in [
            "signed_in", "refreshed", "user_info", "other_tab", "signed_out", "provider_signed_out", "refresh_rejected", "refresh_lost",
            "user_changed", "key_lost", "worker_lost",
        ] {
            assert_eq!(SessionReason::of(name).name(), name);
            assert!(!matches!(SessionReason::of(name), SessionReason::Other(_)), "{name}");
        }
        assert_eq!(SessionReason::of("new_reason").name(), "new_reason");
        assert_eq!(SessionReason::of("new_reason"), SessionReason::Other("new_reason".into()));
    }
}
