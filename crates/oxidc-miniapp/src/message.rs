//! Messages: JSON texts with a marker. What is none is ignored, whatever it is; members that are not known are ignored too.

use alloc::string::String;

use oxidc_core::time::{Millis, SECOND};
use oxidc_core::wire::json::{Object, Value};

/// The longest message, in octets.
pub const LONGEST: usize = 65_536;
/// How many messages a port may bring within [`SPAN`] before it is closed.
pub const MOST_MESSAGES: usize = 200;
/// How many requests one application may make within [`SPAN`].
pub const MOST_REQUESTS: usize = 10;
/// The span of the limits.
pub const SPAN: Millis = 10 * SECOND;
/// How long an answer to `ready`, `accept` and `ping` is waited for.
pub const HANDSHAKE: Millis = 5 * SECOND;

/// The member that tells our messages from others, and its value.
const MARKER: (&str, &str) = ("oxidc", "miniapp");

/// A message as it arrived.
#[derive(Debug)]
pub struct Message(Value);

impl Message {
    /// Reads a text; `None` if it is no message of this protocol.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        // Most of what passes a window is not ours: the marker stands at the beginning.
        if text.len() > LONGEST || !text.starts_with("{\"oxidc\":\"miniapp\"") {
            return None;
        }
        let value = Value::parse(text).ok()?;
        (value.get(MARKER.0)?.as_str()? == MARKER.1).then_some(Self(value))
    }

    /// A text member; the empty text if there is none.
    #[must_use]
    pub fn text(&self, name: &str) -> &str {
        self.get(name).and_then(Value::as_str).unwrap_or_default()
    }

    /// A whole number, if there is one.
    #[must_use]
    pub fn number(&self, name: &str) -> Option<i64> {
        self.get(name)?.as_integer()
    }

    /// A member.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }

    /// A time in whole seconds that somebody asks us to wait.
    #[must_use]
    pub fn retry_after(&self) -> Option<u32> {
        u32::try_from(self.number("retry_after")?).ok()
    }
}

impl From<Object> for Message {
    fn from(message: Object) -> Self {
        Self(message.into())
    }
}

/// The beginning of a message.
#[must_use]
pub fn of(kind: &str) -> Object {
    Object::new().with(MARKER.0, MARKER.1).with("type", kind)
}

/// The message as it is posted.
#[must_use]
pub fn text(message: Object) -> String {
    Value::from(message).to_text()
}

/// What both sides keep of a port: the running numbers of what is said and heard.
#[derive(Debug, Default)]
pub(crate) struct Sequence {
    said: i64,
    heard: i64,
}

impl Sequence {
    /// The message with its version and number.
    pub(crate) fn number(&mut self, version: i64, message: Object) -> String {
        self.said += 1;
        text(message.with("v", version).with("seq", self.said))
    }

    /// Whether a message is of this version and newer than all before it.
    pub(crate) fn accepts(&mut self, version: i64, message: &Message) -> bool {
        let newer = message.number("seq").filter(|seq| *seq > self.heard);
        let Some(seq) = newer.filter(|_| message.number("v") == Some(version)) else { return false };
        self.heard = seq;
        true
    }
}
