//! Questions to the host that wait for an answer.

use alloc::string::String;

use oxidc_core::time::Millis;
use oxidc_core::wire::json::{Object, Value};

use super::connect::Link;
use super::tokens::Want;
use super::{Effect, Guest, Task};
use crate::fault::{Failure, fault, of_refusal};
use crate::message::{self, LONGEST, Message};

/// A question.
#[derive(Debug)]
pub(crate) struct Ask {
    pub(super) id: String,
    pub(super) sent: Millis,
    pub(super) until: Millis,
    pub(super) about: About,
}

/// What it is about.
#[derive(Debug)]
pub(crate) enum About {
    /// A token, and whether it must be a new one.
    Token(Want, bool),
    /// A call of the platform.
    Call,
    /// The context (other transports only).
    Context,
}

impl Guest {
    /// Asks. The answer is waited for by whoever keeps the identifier.
    pub(super) fn ask(&mut self, kind: &'static str, about: About, body: Object) -> Result<String, Failure> {
        let id = self.clock.unique();
        let request = [("token", "token.request"), ("call", "call.request")];
        if matches!(self.link, Link::Elsewhere) {
            self.effects.push(Effect::Ask(id.clone(), kind, body.into()));
        } else {
            let name = request.iter().find(|(name, _)| *name == kind).map_or(kind, |(_, name)| name);
            let mut message = message::of(name).with("id", id.as_str());
            message.extend(body);
            // Room for what is added to it on the way.
            if message::text(message.clone()).len() > LONGEST - 64 {
                return Err(fault!(MessageTooLarge));
            }
            self.say(message);
        }
        let sent = self.clock.time;
        self.asks.push(Ask { id: id.clone(), sent, until: sent + self.options.timeout, about });
        Ok(id)
    }

    pub(super) fn ask_host(&mut self, task: &mut Task, body: Object, limit: Option<Millis>) -> Result<(), Failure> {
        task.waits = Some(self.ask("call", About::Call, body)?);
        if let (Some(ask), Some(limit)) = (self.asks.last_mut(), limit) {
            ask.until = ask.sent + limit;
        }
        Ok(())
    }

    /// The open question for the context, or a new one.
    pub(super) fn ask_context(&mut self) -> Result<String, Failure> {
        match self.asks.iter().find(|ask| matches!(ask.about, About::Context)) {
            Some(ask) => Ok(ask.id.clone()),
            None => self.ask("context", About::Context, Object::new()),
        }
    }

    /// What the time that has passed means: a silent host is given up for the moment, and asked whether it is there.
    pub(super) fn due(&mut self) {
        self.due_link();
        let time = self.clock.time;
        while let Some(ask) = self.take_ask(&|ask| ask.until <= time) {
            self.failed(&ask, &fault!(HostUnavailable));
            self.check();
        }
    }

    /// Another transport's answer.
    pub(super) fn asked(&mut self, id: &str, result: Result<Value, String>) {
        if !matches!(self.link, Link::Elsewhere) {
            return;
        }
        match result {
            Ok(mut answer) => {
                // It is read like a message of our own.
                let mut body = message::of("answer");
                if self.asks.iter().any(|ask| ask.id == id && !matches!(ask.about, About::Token(..))) {
                    answer = Object::new().with("result", answer).into();
                }
                if let Value::Object(members) = answer {
                    body.extend(members);
                }
                let message = Message::from(body);
                self.answered(id, Ok(&message));
            }
            Err(word) if word == "session_ended" => self.end(),
            Err(word) => self.answered(id, Err(of_refusal(&word, None))),
        }
    }

    /// An answer arrived. Each question has one; what answers none is ignored.
    pub(super) fn answered(&mut self, id: &str, result: Result<&Message, Failure>) {
        let Some(ask) = self.take_ask(&|ask| ask.id == id) else {
            self.ignored = self.ignored.saturating_add(1);
            return;
        };
        let message = match result {
            Ok(message) => message,
            Err(failure) => return self.failed(&ask, &failure),
        };
        match &ask.about {
            About::Token(want, _) => match self.take_token(want, ask.sent, message) {
                Ok(()) => self.go_on(&ask, true),
                Err(failure) => self.failed(&ask, &failure),
            },
            About::Context => {
                self.connected("", message.get("result").cloned());
                self.go_on(&ask, false);
            }
            About::Call => {
                let waiting = self.tasks.iter().find(|task| task.waits.as_deref() == Some(&ask.id)).map(|task| task.id);
                let result = message.get("result").cloned().unwrap_or(Value::Null);
                waiting.into_iter().for_each(|task| self.finish(task, Ok(result.clone())));
            }
        }
    }

    /// Takes out one question. (`swap_remove` of the library brings code that formats.)
    fn take_ask(&mut self, which: &dyn Fn(&Ask) -> bool) -> Option<Ask> {
        let mut found = None;
        for ask in core::mem::take(&mut self.asks) {
            if found.is_none() && which(&ask) {
                found = Some(ask);
            } else {
                self.asks.push(ask);
            }
        }
        found
    }

    pub(super) fn fail_asks(&mut self, failure: &Failure) {
        for ask in core::mem::take(&mut self.asks) {
            self.failed(&ask, failure);
        }
    }

    /// Everybody who waits for the answer goes on with it.
    fn go_on(&mut self, ask: &Ask, given: bool) {
        for task in self.tasks.iter_mut().filter(|task| task.waits.as_deref() == Some(&ask.id)) {
            task.waits = None;
            task.given = given;
        }
    }

    /// Everybody who waits for the answer is told.
    fn failed(&mut self, ask: &Ask, failure: &Failure) {
        for task in core::mem::take(&mut self.tasks) {
            if task.waits.as_deref() == Some(&ask.id) {
                self.effects.push(Effect::Finish(task.id, Err(failure.clone())));
            } else {
                self.tasks.push(task);
            }
        }
    }
}
