//! The session as it is stored: one versioned record.

use alloc::string::String;
use alloc::vec::Vec;

use crate::client::Context;
use crate::config::options::same_set;
use crate::effect::Now;
use crate::login::exchange::LONGEST_LIFETIME;
use crate::secret::Secret;
use crate::time::{Millis, SECOND};
use crate::wire::json::{Object, Value};
use crate::wire::sender::Binding;

/// The version of the stored form.
const VERSION: i64 = 1;
/// The end that the person asked for.
pub(crate) const SIGNED_OUT: &str = "signed_out";
/// The worker that kept the refresh token is gone.
pub(super) const WORKER_LOST: &str = "worker_lost";
/// The other ends: each leaves a person who has to sign in again.
const REASONS: &[&str] = &["refresh_rejected", "refresh_lost", "user_changed", "provider_signed_out", "key_lost", WORKER_LOST];

/// A session: what is stored of it, checked and not converted, beside what has a meaning of its own here. It has no `Debug`, for it
/// holds tokens.
#[derive(Clone)]
pub(crate) struct Record {
    /// Grows by one with each write.
    pub(crate) generation: i64,
    /// `issuer`, `clientId`, `id` (names the session; another sign-in is another session), `subject`, `user`, `claims`, `idToken`,
    /// `refreshToken`, `authenticatedAt`; what the sign-in asked for: `scopes`, `resources`, `maxAge` and `acrValues`; `extra`: what the
    /// application added; `sessionState`: what the provider called the person's session there.
    pub(crate) facts: Object,
    pub(crate) tokens: Vec<Token>,
    /// What became of the last use of the refresh token, if not all is well.
    pub(crate) flight: Option<Flight>,
    /// What the tokens are bound to.
    pub(crate) binding: Binding,
}

/// A use of the refresh token: under way, or failed. All tabs see it, so they neither send side by side nor fail side by side.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Flight {
    /// It was sent, and no answer has come.
    pub(crate) open: bool,
    /// It was sent under the lock: whoever has the lock now knows that the sender is gone.
    pub(crate) locked: bool,
    /// Since when, by the wall clock: it is all that tabs have in common.
    pub(crate) since: Millis,
    /// Until then nobody else sends it. Wall clock.
    pub(crate) until: Millis,
    /// How often it failed in a row.
    pub(crate) failures: i64,
    /// How often the provider refused it in other words than `invalid_grant`.
    pub(crate) refusals: i64,
    /// The provider asked for the pause.
    pub(crate) asked: bool,
    /// An answer was lost, so the provider may have replaced the token.
    pub(crate) lost: bool,
}

/// The mark that a session ended. It holds nothing about the person.
#[derive(Clone, Debug)]
pub(crate) struct Ended {
    pub(crate) reason: &'static str,
    pub(crate) at: Millis,
}

/// What a stored text turns out to be.
#[allow(clippy::large_enum_variant)]
pub(crate) enum Stored {
    Session(Record),
    Ended {
        generation: i64,
        reason: &'static str,
        at: Millis,
    },
    /// Written by a later version.
    Newer,
    Damaged,
}

/// Which access token somebody wants: an exact set of resources and an exact set of scopes. The key of the cache.
#[derive(Clone)]
pub(crate) struct Want {
    pub(crate) resources: Vec<String>,
    pub(crate) scopes: Vec<String>,
}

/// An access token and what is known of it.
#[derive(Clone)]
pub(crate) struct Token {
    pub(crate) access_token: Secret,
    pub(crate) token_type: String,
    /// What was asked for.
    pub(crate) want: Want,
    pub(crate) granted: Vec<String>,
    /// Wall clock.
    pub(crate) obtained_at: Millis,
    /// As the provider said; unknown where it did not.
    pub(crate) lifetime: Option<Millis>,
    /// Until when by the monotonic clock. Not stored: each page has a clock of its own.
    until: Option<Millis>,
    /// Since when this page has it, by the monotonic clock.
    since: Millis,
}

impl Flight {
    /// For how long nobody else sends the refresh token, in milliseconds. A clock that was put back prolongs no pause.
    pub(crate) fn left(&self, now: Now) -> Millis {
        match self.is_ahead(now) {
            true if self.open => self.until - self.since,
            true => 0,
            false => (self.until - now.wall).max(0),
        }
    }

    /// Whether it was made by a clock that was put back since: nobody knows how old it is.
    pub(crate) fn is_ahead(&self, now: Now) -> bool {
        now.wall < self.since
    }

    fn to_value(self) -> Value {
        Object::new()
            .with("open", self.open)
            .with("locked", self.locked)
            .with("since", self.since)
            .with("until", self.until)
            .with("failures", self.failures)
            .with("refusals", self.refusals)
            .with("asked", self.asked)
            .with("lost", self.lost)
            .into()
    }

    fn from_value(value: &Value) -> Self {
        let flag = |name: &str| value.flag(name).unwrap_or(false);
        let count = |name: &str| integer(value, name).unwrap_or(0).clamp(0, 1_000);
        Self {
            open: flag("open"),
            locked: flag("locked"),
            since: integer(value, "since").unwrap_or(0),
            until: integer(value, "until").unwrap_or(0).clamp(0, i64::MAX / 2),
            failures: count("failures"),
            refusals: count("refusals"),
            asked: flag("asked"),
            lost: flag("lost"),
        }
    }
}

impl PartialEq for Want {
    fn eq(&self, other: &Self) -> bool {
        same_set(&self.resources, &other.resources) && same_set(&self.scopes, &other.scopes)
    }
}

impl Token {
    pub(crate) fn new(
        access_token: Secret,
        token_type: String,
        want: Want,
        granted: Vec<String>,
        expires_in: Option<i64>,
        sent_at: Now,
    ) -> Self {
        let lifetime = expires_in.map(|seconds| seconds * SECOND);
        let until = lifetime.map(|lifetime| sent_at.monotonic + lifetime);
        Self { access_token, token_type, want, granted, obtained_at: sent_at.wall, lifetime, until, since: sent_at.monotonic }
    }

    /// Milliseconds since 1970.
    pub(crate) fn expires_at(&self) -> Option<Millis> {
        self.lifetime.map(|lifetime| self.obtained_at + lifetime)
    }

    /// How long it is good by both clocks, in milliseconds; `None` where nobody knows.
    pub(crate) fn remaining(&self, now: Now) -> Option<Millis> {
        let by_wall = self.expires_at()? - now.wall;
        Some(self.until.map_or(by_wall, |until| by_wall.min(until - now.monotonic)))
    }

    /// How long before its end it is renewed: a fifth of its life within 30 seconds and 5 minutes, at most half of it.
    pub(crate) fn margin(&self) -> Millis {
        self.lifetime.map_or(0, |lifetime| (lifetime / 5).min(300 * SECOND).max((lifetime / 2).min(30 * SECOND)))
    }

    /// Whether it can be handed out without a thought of renewal.
    pub(crate) fn is_fresh(&self, now: Now) -> bool {
        self.remaining(now).is_none_or(|left| left > self.margin())
    }

    /// Since when this page has had it, in milliseconds.
    pub(crate) fn age(&self, now: Now) -> Millis {
        now.monotonic - self.since
    }
}

impl Record {
    pub(crate) fn id(&self) -> &str {
        self.text("id")
    }

    pub(crate) fn subject(&self) -> &str {
        self.text("subject")
    }

    pub(crate) fn refresh_token(&self) -> Option<&str> {
        self.facts.text("refreshToken")
    }

    pub(crate) fn authenticated_at(&self) -> Millis {
        self.facts.integer("authenticatedAt").unwrap_or(0)
    }

    /// A fact that is a text; empty where there is none.
    pub(crate) fn text(&self, name: &str) -> &str {
        self.facts.text(name).unwrap_or_default()
    }

    /// A fact that is an object.
    pub(crate) fn object(&self, name: &str) -> Option<&Object> {
        self.facts.get(name)?.as_object()
    }

    /// A fact that is a list of texts.
    pub(crate) fn texts(&self, name: &str) -> Vec<String> {
        self.facts.get(name).and_then(texts).unwrap_or_default()
    }

    /// Lays claims over those of the person.
    pub(crate) fn overlay(&mut self, claims: Object) {
        let mut user = self.object("user").cloned().unwrap_or_default();
        user.extend(claims);
        self.facts.insert("user", user);
    }

    /// Whether another record is of the same session and has the same refresh token.
    pub(crate) fn continues(&self, other: &Self) -> bool {
        self.id() == other.id() && self.refresh_token() == other.refresh_token()
    }

    pub(crate) fn default_want(&self) -> Want {
        Want { resources: Vec::new(), scopes: self.texts("scopes") }
    }

    pub(crate) fn find(&self, want: &Want) -> Option<&Token> {
        self.tokens.iter().find(|token| token.want == *want)
    }

    /// Keeps a token in place of the one with the same key. Others that have expired are dropped.
    pub(crate) fn keep(&mut self, token: Token, now: Now) {
        let default = self.default_want();
        self.tokens.retain(|other| other.want != token.want && (other.want == default || other.remaining(now).is_none_or(|left| left > 0)));
        self.tokens.push(token);
    }

    pub(crate) fn to_text(&self) -> String {
        let tokens: Vec<Value> = self.tokens.iter().map(Token::to_value).collect();
        let facts = self.facts.clone();
        let record = facts
            .with("v", VERSION)
            .with("generation", self.generation)
            .with("tokens", tokens)
            .with_some("binding", self.binding.to_value())
            .with_some("flight", self.flight.map(Flight::to_value));
        Value::from(record).to_text()
    }
}

impl Token {
    fn to_value(&self) -> Value {
        Object::new()
            .with("accessToken", self.access_token.expose())
            .with("tokenType", self.token_type.as_str())
            .with("resources", self.want.resources.as_slice())
            .with("requested", self.want.scopes.as_slice())
            .with("granted", self.granted.as_slice())
            .with("obtainedAt", self.obtained_at)
            .with_some("lifetime", self.lifetime)
            .into()
    }

    /// A time of issue that lies in the future says that the clock was put back: such a token is renewed first.
    fn from_value(value: &Value, now: Now) -> Option<Self> {
        let obtained_at = integer(value, "obtainedAt")?;
        let lifetime = match value.get("lifetime") {
            None => None,
            Some(lifetime) => Some(lifetime.as_integer().filter(|l| *l >= 0)?.min(LONGEST_LIFETIME * SECOND)),
        };
        let age = now.wall - obtained_at;
        let left = |lifetime: Millis| if age < -SECOND { 0 } else { lifetime - age.max(0) };
        Some(Self {
            access_token: value.text("accessToken")?.into(),
            token_type: value.string("tokenType")?,
            want: Want { resources: texts(value.get("resources")?)?, scopes: texts(value.get("requested")?)? },
            granted: texts(value.get("granted")?)?,
            obtained_at,
            lifetime,
            until: lifetime.map(|lifetime| now.monotonic + left(lifetime)),
            since: now.monotonic - age.max(0),
        })
    }
}

impl Ended {
    /// When the person wanted that, if they did.
    pub(crate) fn wanted(&self) -> Option<Millis> {
        if self.reason == SIGNED_OUT { Some(self.at) } else { None }
    }

    pub(crate) fn to_text(&self, generation: i64) -> String {
        let ended = Object::new().with("reason", self.reason).with("at", self.at);
        Value::from(Object::new().with("v", VERSION).with("generation", generation).with("ended", ended)).to_text()
    }
}

/// Reads a stored text. It may have been written by anybody.
pub(crate) fn read(cx: &Context, text: &str) -> Stored {
    let Ok(value) = Value::parse(text) else { return Stored::Damaged };
    ended_or_session(cx, value)
}

fn ended_or_session(cx: &Context, value: Value) -> Stored {
    match integer(&value, "v") {
        Some(VERSION) => (),
        Some(version) if version > VERSION => return Stored::Newer,
        _ => return Stored::Damaged,
    }
    let Some(generation) = integer(&value, "generation").filter(|g| (0..i64::MAX / 2).contains(g)) else { return Stored::Damaged };
    if let Some(ended) = value.get("ended") {
        let written = ended.text("reason");
        let reason = REASONS.iter().copied().find(|reason| Some(*reason) == written).unwrap_or(SIGNED_OUT);
        return Stored::Ended { generation, reason, at: integer(ended, "at").unwrap_or(0) };
    }
    session(cx, value, generation).map_or(Stored::Damaged, Stored::Session)
}

fn session(cx: &Context, value: Value, generation: i64) -> Option<Record> {
    let now = cx.shell.now();
    let claims = value.get("claims")?.as_object()?;
    let belongs = value.text("issuer")? == cx.config.issuer.as_str()
        && value.text("clientId")? == cx.config.client_id
        && claims.text("sub")? == value.text("subject")?;
    if !belongs {
        return None;
    }
    value.text("id").and(value.text("idToken"))?;
    value.get("user")?.as_object()?;
    texts(value.get("scopes")?).and(texts(value.get("resources")?))?;
    integer(&value, "authenticatedAt")?;
    let mut tokens = Vec::new();
    for token in value.list("tokens")? {
        tokens.push(Token::from_value(token, now)?);
    }
    let flight = value.get("flight").map(Flight::from_value);
    let binding = Binding::from_value(value.get("binding"));
    let Value::Object(mut facts) = value else { return None };
    for name in ["tokens", "flight", "binding"] {
        facts.remove(name);
    }
    Some(Record { generation, facts, tokens, flight, binding })
}

/// A count or a time. Larger ones were not written here, and sums of them might overflow.
fn integer(value: &Value, name: &str) -> Option<i64> {
    value.get(name)?.as_integer().filter(|number| (0..1 << 53).contains(number))
}

/// A list of texts and of nothing else.
pub(crate) fn texts(list: &Value) -> Option<Vec<String>> {
    let mut texts = Vec::new();
    for text in list.as_array()? {
        texts.push(text.as_str()?.into());
    }
    Some(texts)
}
