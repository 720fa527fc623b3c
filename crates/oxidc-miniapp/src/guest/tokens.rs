//! The tokens in the frame: which there are, when a new one is wanted, and what is believed of an answer.

use alloc::string::String;
use alloc::vec::Vec;

use oxidc_core::secret::Secret;
use oxidc_core::time::{Millis, SECOND};
use oxidc_core::wire::json::{Object, Value};

use super::asks::About;
use super::connect::Link;
use super::{Effect, Event, Guest, Task};
use crate::fault::{Failure, fault};
use crate::message::Message;
use crate::words::{covers, joined, words};

/// The longest lifetime that is believed, in seconds. What is longer is a point in time, not a lifetime.
const LONGEST_LIFE: i64 = 366 * 86_400;
/// The earliest and the latest time before its end at which a token is renewed, for lives that are long enough.
const EARLIEST: Millis = 300 * SECOND;
const LATEST: Millis = 30 * SECOND;
/// Between automatic renewals of one token.
const BETWEEN: Millis = 10 * SECOND;

/// Which token: for whom, and with which scopes (separated by spaces). Empty means what the host gives this application by default.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Want {
    /// The audience.
    pub audience: String,
    /// The scopes.
    pub scope: String,
}

impl Want {
    /// Reads `audience` and `scopes` (a text, or a list of texts).
    #[must_use]
    pub fn of(value: &Value) -> Self {
        let audience = value.get("audience").and_then(Value::as_str).unwrap_or_default().into();
        Self { audience, scope: joined(value.get("scopes")) }
    }

    fn is_default(&self) -> bool {
        self.audience.is_empty() && self.scope.is_empty()
    }
}

/// A call for a token.
#[derive(Debug)]
pub(crate) struct TokenCall {
    pub(super) want: Want,
    pub(super) min_ttl: Millis,
    pub(super) force: bool,
}

/// A token.
#[derive(Debug)]
pub(crate) struct Token {
    want: Want,
    access_token: Secret,
    /// The host's name for it.
    pub(super) name: String,
    audience: String,
    scope: String,
    refresh_token: Secret,
    expires: Option<Millis>,
    renew_at: Option<Millis>,
    tries: u32,
    used: bool,
}

impl Token {
    pub(super) fn authorization(&self) -> Secret {
        let mut value = String::from("Bearer ");
        value.push_str(self.access_token.expose());
        value.into()
    }
}

impl Guest {
    pub(super) fn token(&self, want: &Want) -> Option<&Token> {
        self.tokens.iter().find(|token| token.want == *want)
    }

    /// A token that lives for so long at least.
    pub(super) fn live(&mut self, want: &Want, min_ttl: Millis) -> Option<&Token> {
        let time = self.clock.time;
        let token = self.tokens.iter_mut().find(|token| token.want == *want)?;
        token.used = true;
        token.expires.is_none_or(|expires| expires - time > min_ttl).then_some(&*token)
    }

    pub(super) fn step_tokens(&mut self, task: &mut Task, call: &TokenCall) -> Result<Option<Value>, Failure> {
        let good_enough = task.given || (!call.force && self.live(&call.want, call.min_ttl).is_some());
        if let Some(token) = self.token(&call.want).filter(|_| good_enough) {
            return Ok(Some(self.describe(token)));
        }
        self.want(task, &call.want, call.force, None).map(|()| None)
    }

    /// Makes a call wait for a token, with the others that want the same.
    pub(super) fn want(&mut self, task: &mut Task, want: &Want, force: bool, rejected: Option<&str>) -> Result<(), Failure> {
        if !self.linked(task)? {
            return Ok(());
        }
        let pending = self.asks.iter().find(|ask| matches!(&ask.about, About::Token(of, new) if of == want && (*new || !force)));
        task.waits = Some(match pending {
            Some(ask) => ask.id.clone(),
            None => self.ask_token(want, force, if force { "forced" } else { "needed" }, rejected)?,
        });
        Ok(())
    }

    fn ask_token(&mut self, want: &Want, force: bool, reason: &str, rejected: Option<&str>) -> Result<String, Failure> {
        let some = |text: &String| Some(text.clone()).filter(|text| !text.is_empty());
        let body = Object::new()
            .with_some("audience", some(&want.audience))
            .with_some("scope", some(&want.scope))
            .with("reason", if rejected.is_some() { "rejected" } else { reason })
            .with_some("rejected", rejected);
        self.ask("token", About::Token(want.clone(), force), body)
    }

    /// Believes an answer that is in order in every part.
    pub(super) fn take_token(&mut self, want: &Want, sent: Millis, message: &Message) -> Result<(), Failure> {
        let invalid = |member: &str| Err(fault!(HostAnswerInvalid).detail(member));
        let access_token = message.text("access_token");
        if access_token.is_empty() || !access_token.bytes().all(|byte| byte.is_ascii_graphic()) {
            return invalid("access_token");
        }
        if !message.text("token_type").eq_ignore_ascii_case("bearer") {
            return invalid("token_type");
        }
        let life = match message.get("expires_in") {
            None => None,
            Some(value) => match value.as_integer().filter(|life| (0..=LONGEST_LIFE).contains(life)) {
                None => return invalid("expires_in"),
                life => life,
            },
        };
        let (audience, scope) = (message.text("audience"), message.text("scope"));
        if !want.audience.is_empty() && audience != want.audience {
            return invalid("audience");
        }
        if !covers(scope, &want.scope) {
            return invalid("scope");
        }
        // A host that gives tokens no names gets its words back by ours.
        let name = match message.text("token_id") {
            "" => self.clock.unique(),
            name => name.into(),
        };
        let life = life.map(|seconds| seconds * SECOND);
        // Counted from the question: the answer may have been long on its way.
        let expires = life.map(|life| sent + life);
        let early = |life: Millis| (life / 5).min(EARLIEST).max(LATEST.min(life / 2));
        let token = Token {
            want: want.clone(),
            access_token: access_token.into(),
            name,
            audience: audience.into(),
            scope: scope.into(),
            refresh_token: message.text("refresh_token").into(),
            expires,
            renew_at: life.map(|life| (sent + life - early(life)).max(self.clock.time + BETWEEN)),
            tries: 0,
            used: false,
        };
        let before = self.tokens.len();
        self.tokens.retain(|other| other.want != *want);
        let replaced = self.tokens.len() < before;
        self.effects.push(Effect::Publish(Event::Tokens(self.describe(&token), replaced)));
        self.tokens.push(token);
        Ok(())
    }

    /// When a token is to be renewed, if it is.
    pub(super) fn renewal(&self, token: &Token) -> Option<Millis> {
        let able = matches!(self.link, Link::Up { .. } | Link::Elsewhere) && self.options.automatic_renewal && self.visible;
        token.renew_at.filter(|_| able && (token.used || token.want.is_default()))
    }

    /// Renews what is due. Failures are nobody's trouble while the token lives; the next try comes later.
    pub(super) fn renew(&mut self) {
        let time = self.clock.time;
        let due = |guest: &Self, token: &Token| guest.renewal(token).is_some_and(|at| at <= time);
        let wants: Vec<Want> = self.tokens.iter().filter(|token| due(self, token)).map(|token| token.want.clone()).collect();
        for want in wants {
            if let Some(token) = self.tokens.iter_mut().find(|token| token.want == want) {
                token.renew_at = Some(time + BETWEEN.max((SECOND << token.tries.min(6)).min(60 * SECOND)));
                token.tries += 1;
            }
            if !self.asks.iter().any(|ask| matches!(&ask.about, About::Token(of, _) if *of == want)) {
                let _ = self.ask_token(&want, false, "renewal", None);
            }
        }
    }

    /// The token as the application sees it. Times are milliseconds since 1970.
    fn describe(&self, token: &Token) -> Value {
        Object::new()
            .with("accessToken", token.access_token.expose())
            .with("tokenType", "Bearer")
            .with("audience", token.audience.as_str())
            .with("scopes", words(&token.scope))
            .with("refreshToken", token.refresh_token.expose())
            .with_some("expiresAt", token.expires.map(|expires| self.clock.wall(expires)))
            .with("default", token.want.is_default())
            .into()
    }

    /// Forgets all tokens.
    pub(super) fn forget(&mut self) {
        self.tokens.clear();
    }
}
