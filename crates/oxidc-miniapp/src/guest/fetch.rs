//! The application's own requests: which carry a token, and what happens when an interface refuses it or asks for patience.

use alloc::string::String;

use oxidc_core::time::{Millis, SECOND};
use oxidc_core::wire::json::Value;

use super::{Effect, Guest, Task, Want, What};
use crate::fault::{Failure, fault};
use crate::origin;
use crate::words::{mentions, number};

/// How often a request is repeated because the interface asks for patience.
const MOST_REPEATS: u32 = 3;
/// The longest patience, in seconds.
const LONGEST_PATIENCE: i64 = 3_600;

/// A request as the application made it.
#[derive(Debug)]
pub struct Fetch {
    /// Where it goes: scheme, host and port.
    pub origin: String,
    /// Whether it has an `Authorization` header of its own.
    pub authorization: bool,
    /// Whether its mode is `no-cors`.
    pub no_cors: bool,
    /// Whether its body can be sent again.
    pub replayable: bool,
    /// Whether the platform's rate limit applies, with a repetition where the platform asks for patience.
    pub limited: bool,
}

/// What came back.
#[derive(Debug, Default)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// `Retry-After`.
    pub retry_after: Option<String>,
    /// `WWW-Authenticate`.
    pub www_authenticate: Option<String>,
    /// How many requests are left, in the words of one header or another.
    pub remaining: Option<String>,
    /// When there will be more.
    pub reset: Option<String>,
}

/// A request on its way.
#[derive(Debug)]
pub(crate) struct Request {
    fetch: Fetch,
    /// The host's name for the token that was sent.
    sent_with: Option<String>,
    rejected: Option<String>,
    replayed: bool,
    repeats: u32,
    sending: bool,
    pub(super) pause: Option<Millis>,
}

impl Request {
    pub(super) fn new(fetch: Fetch) -> Self {
        Self { fetch, sent_with: None, rejected: None, replayed: false, repeats: 0, sending: false, pause: None }
    }
}

impl Guest {
    /// The token for an origin: the application's list says so, or it is the platform's interface, which the host names in the context.
    fn want_for(&self, to: &str) -> Option<Want> {
        if let Some(api) = self.options.apis.iter().find(|api| api.origin == to) {
            return Some(api.want.clone());
        }
        (self.platform.as_deref() == Some(to)).then(Want::default)
    }

    /// Keeps what the host tells, and where the platform's interface is.
    pub(super) fn keep(&mut self, context: Value) {
        let mut base = String::from(if context.get("https").and_then(Value::as_bool) == Some(false) { "http://" } else { "https://" });
        base.push_str(context.get("domain").and_then(Value::as_str).unwrap_or_default());
        self.platform = origin::check(&base).ok();
        self.context = Some(context);
    }

    pub(super) fn step_fetch(&mut self, task: &mut Task, request: &mut Request) -> Result<Option<Value>, Failure> {
        let time = self.clock.time;
        if request.sending || request.pause.is_some_and(|until| time < until) {
            return Ok(None);
        }
        request.pause = None;
        // Where the platform's interface is, and its limit, only the context says.
        if request.fetch.limited && self.context.is_none() {
            return if self.ended { Err(fault!(SignedOut)) } else { self.want_context(task) };
        }
        let mut authorization = None;
        if let Some(want) = self.want_for(&request.fetch.origin) {
            if self.ended {
                return Err(fault!(SignedOut));
            }
            if request.fetch.authorization {
                return Err(fault!(AuthorizationHeaderSet));
            }
            if request.fetch.no_cors {
                return Err(fault!(NoCorsRefused));
            }
            let rejected = request.rejected.take();
            let token = if task.given { self.token(&want) } else { self.live(&want, 0) };
            let token = token.map(|token| (token.name.clone(), token.authorization()));
            match token {
                // The host had nothing better: the application gets the refusal.
                Some((name, _)) if task.given && rejected.as_ref() == Some(&name) => return Ok(Some(Value::Null)),
                Some((name, header)) if rejected.as_ref() != Some(&name) => {
                    request.sent_with = Some(name);
                    authorization = Some(header);
                }
                _ => {
                    task.given = false;
                    let force = rejected.is_some();
                    self.want(task, &want, force, rejected.as_deref())?;
                    request.rejected = rejected;
                    return Ok(None);
                }
            }
        }
        task.given = false;
        if request.fetch.limited
            && let Err(wait) = self.limiter.take(self.context.as_ref(), &self.clock)
        {
            request.pause = Some(time + wait);
            return Ok(None);
        }
        request.sending = true;
        self.effects.push(Effect::Send(task.id, authorization));
        Ok(None)
    }

    pub(super) fn sent(&mut self, id: u32, answer: &Answer) {
        let Some(task) = self.tasks.iter_mut().find(|task| task.id == id) else { return };
        let What::Fetch(request) = &mut task.what else { return };
        request.sending = false;
        let replayable = request.fetch.replayable;
        if request.fetch.limited {
            self.limiter.done(Some(answer), &self.clock);
        }
        // Another token helps, unless the interface says that something else is missing (RFC 6750 section 3.1, RFC 9470 section 3).
        let other_trouble = answer.www_authenticate.as_deref().is_some_and(|header| mentions(header, "error=\"insufficient_"));
        if answer.status == 401 && !other_trouble && replayable && !request.replayed && request.sent_with.is_some() {
            request.replayed = true;
            request.rejected = request.sent_with.take();
            return;
        }
        if answer.status == 429 && replayable && request.fetch.limited && request.repeats < MOST_REPEATS {
            let asked = number(answer.retry_after.as_deref()).filter(|seconds| *seconds >= 0);
            let wait = asked.map_or(SECOND << request.repeats, |seconds| seconds.min(LONGEST_PATIENCE) * SECOND);
            request.repeats += 1;
            request.pause = Some(self.clock.time + wait);
            return;
        }
        self.finish(id, Ok(Value::Null));
    }

    /// A call is given up or failed on its way: its place is free again.
    pub(super) fn leave(&mut self, id: u32) {
        let limited = |task: &Task| task.id == id && matches!(&task.what, What::Fetch(r) if r.sending && r.fetch.limited);
        if self.tasks.iter().any(limited) {
            self.limiter.done(None, &self.clock);
        }
    }
}
