//! What the host says on the port.

use oxidc_core::wire::json::Value;

use super::connect::Link;
use super::{Effect, Event, Guest};
use crate::fault::{fault, of_refusal};
use crate::message::{self, Message};

impl Guest {
    pub(super) fn port(&mut self, connection: u32, text: &str) {
        let message = Message::read(text).filter(|_| self.link.is_at(connection));
        let Some(message) = message else {
            self.ignored = self.ignored.saturating_add(1);
            return;
        };
        let Link::Up { version, sequence, due, .. } = &mut self.link else { return self.confirm(&message) };
        if !sequence.accepts(*version, &message) {
            self.ignored = self.ignored.saturating_add(1);
            return;
        }
        *due = None;
        self.heard(&message);
    }

    fn heard(&mut self, message: &Message) {
        match message.text("type") {
            "token.response" | "call.response" if message.text("epoch") == self.epoch => {
                self.answered(message.text("id"), Ok(message));
            }
            "token.error" | "call.error" | "error" => {
                let (code, after) = (message.text("code"), message.retry_after());
                if code == "session_ended" {
                    return self.end();
                }
                self.answered(message.text("id"), Err(of_refusal(code, after)));
            }
            "context" => {
                if let Some(context) = message.get("context").filter(|context| context.as_object().is_some()) {
                    self.keep(context.clone());
                    self.effects.push(Effect::Publish(Event::Context(context.clone())));
                }
            }
            "event" => {
                let data = message.get("data").cloned().unwrap_or(Value::Null);
                self.effects.push(Effect::Publish(Event::Host(message.text("name").into(), data)));
            }
            "session.ended" if message.text("epoch") == self.epoch => self.end(),
            "ping" => self.say(message::of("pong")),
            "pong" => (),
            _ => self.ignored = self.ignored.saturating_add(1),
        }
    }

    /// The session is over: nothing of it stays. The host may call again with another one.
    pub(super) fn end(&mut self) {
        self.hang_up();
        self.forget();
        self.ended = true;
        self.context = None;
        self.fail_asks(&fault!(SignedOut));
        self.effects.push(Effect::Publish(Event::Ended));
        if self.greeted {
            self.begin_when_allowed();
        }
    }
}
