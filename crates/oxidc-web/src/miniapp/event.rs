//! What a frame and a host tell.

use crate::Secret;
use crate::json::Value;
use crate::session::{integer, text, texts};

/// A token of a frame.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct FrameTokens {
    /// The access token. Opaque: never look into it.
    pub access_token: Secret,
    /// `Bearer`.
    pub token_type: String,
    /// Whom it is for.
    pub audience: String,
    /// The granted scopes.
    pub scopes: Vec<String>,
    /// When it expires, in milliseconds since 1970; absent where the host does not say.
    pub expires_at: Option<i64>,
    /// The refresh token, if the host dangerously hands it to frames.
    pub refresh_token: Option<Secret>,
}

impl FrameTokens {
    pub(crate) fn of(value: &Value) -> Self {
        Self {
            access_token: text(value, "accessToken").unwrap_or_default().into(),
            token_type: text(value, "tokenType").unwrap_or_default(),
            audience: text(value, "audience").unwrap_or_default(),
            scopes: texts(value, "scopes"),
            expires_at: integer(value, "expiresAt"),
            refresh_token: text(value, "refreshToken").filter(|token| !token.is_empty()).map(Secret::from),
        }
    }
}

/// Something that happened, told to the handlers of [`Frame::on`](super::Frame::on).
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum FrameEvent {
    /// The host answers again after it was silent, or with another session; the context.
    Connected(Value),
    /// The context changed; the whole of it.
    Context(Value),
    /// A token arrived.
    Tokens {
        /// The token.
        tokens: FrameTokens,
        /// Whether there was one before.
        replaced: bool,
    },
    /// The host is silent. The session is kept; tokens are used while they live.
    Degraded,
    /// The host ended the session. Nothing of it is kept here.
    Ended,
    /// The platform tells something.
    Host {
        /// What it is.
        name: String,
        /// Anything that JSON can hold.
        data: Value,
    },
}

/// The names under which the browser module publishes.
#[cfg_attr(not(target_arch = "wasm32"), allow(dead_code))]
pub(crate) const NAMES: [&str; 6] = ["connected", "context", "tokens", "degraded", "ended", "host"];

impl FrameEvent {
    /// Reads what the browser module publishes under a name: one value or two.
    #[cfg_attr(not(target_arch = "wasm32"), allow(dead_code))]
    pub(crate) fn of(name: &str, first: Value, second: Value) -> Self {
        match name {
            "connected" => Self::Connected(first),
            "context" => Self::Context(first),
            "tokens" => Self::Tokens { tokens: FrameTokens::of(&first), replaced: second.as_bool().unwrap_or(false) },
            "degraded" => Self::Degraded,
            "ended" => Self::Ended,
            _ => Self::Host { name: first.as_str().unwrap_or_default().into(), data: second },
        }
    }
}

/// Something that happened at a host, told to the handlers of [`Host::on`](super::Host::on).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum HostEvent {
    /// A frame has its port.
    Connected {
        /// Its mini-app.
        app: String,
    },
    /// A frame is gone or silent.
    Lost {
        /// Its mini-app.
        app: String,
    },
    /// A frame asked for something that it may not have.
    Refused {
        /// Its mini-app.
        app: String,
        /// The type of its message.
        message: String,
    },
    /// A frame sent so many messages that its port was closed.
    Flooded {
        /// Its mini-app.
        app: String,
    },
}

/// The names under which the browser module publishes what happens at a host.
#[cfg_attr(not(target_arch = "wasm32"), allow(dead_code))]
pub(crate) const HOST_NAMES: [&str; 4] = ["connected", "lost", "refused", "flooded"];

impl HostEvent {
    /// Reads what the browser module publishes under a name.
    #[cfg_attr(not(target_arch = "wasm32"), allow(dead_code))]
    pub(crate) fn of(name: &str, app: String, message: String) -> Self {
        match name {
            "connected" => Self::Connected { app },
            "lost" => Self::Lost { app },
            "refused" => Self::Refused { app, message },
            _ => Self::Flooded { app },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_event_is_read() {
        let event =
            |name: &str, first: &str, second: &str| FrameEvent::of(name, Value::parse(first).unwrap(), Value::parse(second).unwrap());
        let name = |event: &FrameEvent| match event {
            FrameEvent::Connected(_) => "connected",
            FrameEvent::Context(_) => "context",
            FrameEvent::Tokens { .. } => "tokens",
            FrameEvent::Degraded => "degraded",
            FrameEvent::Ended => "ended",
            FrameEvent::Host { .. } => "host",
        };
        assert_eq!(NAMES.map(|each| name(&event(each, "null", "null"))), NAMES);

        let token =
            r#"{"accessToken": "a", "tokenType": "Bearer", "audience": "urn:a", "scopes": ["s"], "expiresAt": 5, "refreshToken": ""}"#;
        let FrameEvent::Tokens { tokens, replaced: true } = event("tokens", token, "true") else { panic!("another event") };
        assert_eq!((tokens.access_token.expose(), tokens.token_type.as_str(), tokens.audience.as_str()), ("a", "Bearer", "urn:a"));
        assert_eq!((tokens.scopes, tokens.expires_at, tokens.refresh_token.is_none()), (vec!["s".to_owned()], Some(5), true));

        let FrameEvent::Host { name, data } = event("host", r#""refresh""#, r#"{"what": "orders"}"#) else { panic!("another event") };
        assert_eq!((name.as_str(), data.get("what").and_then(Value::as_str)), ("refresh", Some("orders")));
    }

    #[test]
    fn every_event_of_a_host_is_read() {
        let (app, message) = (|| "orders".to_owned(), || "token.request".to_owned());
        assert_eq!(
            HOST_NAMES.map(|name| HostEvent::of(name, app(), message())),
            [
                HostEvent::Connected { app: app() },
                HostEvent::Lost { app: app() },
                HostEvent::Refused { app: app(), message: message() },
                HostEvent::Flooded { app: app() },
            ]
        );
    }

    #[test]
    fn a_token_is_never_shown() {
        let tokens = FrameTokens::of(&Value::parse(r#"{"accessToken": "very-secret", "refreshToken": "very-secret"}"#).unwrap());
        assert!(!format!("{tokens:?}").contains("very-secret"));
    }
}
