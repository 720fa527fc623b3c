//! What must hold after each step of any story: the contract of the session machine.
//!
//! | | |
//! |---|---|
//! | INV1 | one refresh request is in flight at most, for a session in a browser |
//! | INV2 | whoever gets the lock reads what is stored before it asks the provider |
//! | INV3 | a write follows on what it replaces: its generation is higher, its refresh token no older |
//! | INV4 | the provider's refusal ends a session only if it was about the refresh token that is stored |
//! | INV5 | no wait is without end |
//! | INV6 | nothing that began before a sign-out is written after it |
//! | INV7 | what belongs to one session is never written into another |
//! | INV8 | an access token is stored, with the refresh token that came with it, before anybody gets it |
//! | INV9 | a failed write is reported at once, and its session lives on |
//! | INV10 | nobody is signed out without a cause |
//!
//! The pages are watched from outside: by what they write, send, answer and publish.

use std::collections::{BTreeMap, BTreeSet};

use oxidc_core::effect::{Area, Effect, EffectId, Event, Outcome};
use oxidc_core::error::{Code, SessionEffect};
use oxidc_core::wire::json::Value;

use crate::losses::Losses;
use crate::provider::{Provider, parameter};
use crate::tab::PageId;
use crate::world::World;

/// How often a refresh token is sent within ten seconds at most, by all tabs.
const MOST_SENDS: usize = 8;
/// The longest wait for a lock, in milliseconds.
const LONGEST_LOCK: u32 = 10_000;
/// The longest call while the page is awake, in milliseconds.
const LONGEST_CALL: i64 = 120_000;

/// A refresh token on its way.
#[derive(Debug)]
struct Flight {
    refresh_token: String,
    /// In true milliseconds.
    sent: i64,
    /// Until when nobody else may send, in true milliseconds.
    until: i64,
}

/// What a page did and was told.
#[derive(Debug, Default)]
struct Seen {
    /// It has had the lock, and since then has not been told what is stored.
    blind: Option<EffectId>,
    loads: BTreeSet<EffectId>,
    /// The refresh token of the last record that it wrote.
    wrote: Option<String>,
    /// A write of it failed, so its session is its own.
    alone: bool,
    /// A write failed, and nobody was told yet.
    silent: Option<EffectId>,
    failed: BTreeSet<EffectId>,
    told: bool,
    signs_out: bool,
}

/// The watch over a world.
#[derive(Debug, Default)]
pub(crate) struct Invariants {
    pages: BTreeMap<PageId, Seen>,
    in_flight: BTreeMap<(PageId, EffectId), Flight>,
    locks: BTreeSet<(PageId, EffectId)>,
    /// Refresh tokens that the provider refused, as pages were told.
    refused: BTreeSet<String>,
    /// Access tokens that were stored.
    stored: BTreeSet<String>,
    /// Sessions that ended or were replaced.
    ended: BTreeSet<String>,
    /// The grant of each session.
    families: BTreeMap<String, usize>,
    /// When refresh tokens were sent since the last answer with tokens.
    fruitless: Vec<i64>,
    /// When the wall clock was last put forward, in true milliseconds: marks look older than they are since.
    jumped: i64,
    /// Pages whose lock was stolen.
    robbed: BTreeSet<PageId>,
    /// What became of sessions that nobody ended on purpose.
    pub(crate) losses: Losses,
    somebody_signed_out: bool,
    /// Sessions that people wanted to end.
    leaving: BTreeSet<String>,
    somebody_changed: bool,
    /// A storage failed, so that a session may live in several tabs apart.
    pub(crate) scattered: bool,
    broken: Option<String>,
}

/// What matters of a stored record.
struct Record {
    generation: i64,
    id: String,
    subject: String,
    refresh_token: Option<String>,
    access_tokens: Vec<String>,
    ended: Option<String>,
}

impl Record {
    fn read(text: &str) -> Option<Self> {
        let value = Value::parse(text).ok()?;
        let text = |name: &str| value.get(name).and_then(Value::as_str).map(String::from);
        let tokens = value.get("tokens").and_then(Value::as_array).unwrap_or_default();
        Some(Self {
            generation: value.get("generation")?.as_integer()?,
            id: text("id").unwrap_or_default(),
            subject: text("subject").unwrap_or_default(),
            refresh_token: text("refreshToken"),
            access_tokens: tokens.iter().filter_map(|token| token.get("accessToken")?.as_str().map(String::from)).collect(),
            ended: value.get("ended").and_then(|ended| ended.get("reason")?.as_str().map(String::from)),
        })
    }
}

impl Invariants {
    fn breaks(&mut self, what: impl Into<String>) {
        self.broken.get_or_insert_with(|| what.into());
    }

    fn seen(&mut self, page: PageId) -> &mut Seen {
        self.pages.entry(page).or_default()
    }

    /// On a page, a person wants the session that is `stored` to end.
    pub(crate) fn signs_out(&mut self, page: PageId, stored: Option<&str>) {
        self.seen(page).signs_out = true;
        self.somebody_signed_out = true;
        self.leaving.extend(stored.map(String::from));
    }

    /// Whether a page has the lock and has not been told since what is stored.
    pub(crate) fn is_blind(&self, page: PageId) -> bool {
        self.pages.get(&page).is_some_and(|seen| seen.blind.is_some())
    }

    /// Whether an effect of a page is a refresh request.
    pub(crate) fn is_refreshing(&self, page: PageId, effect: EffectId) -> bool {
        self.in_flight.contains_key(&(page, effect))
    }

    pub(crate) fn gone(&mut self, page: PageId) {
        self.robbed.remove(&page);
        self.in_flight.iter_mut().filter(|((of, _), _)| *of == page).for_each(|(_, flight)| flight.until = 0);
    }

    /// A page wants something done.
    pub(crate) fn performs(&mut self, page: PageId, id: EffectId, effect: &Effect, provider: &Provider, now: i64) {
        match effect {
            Effect::Http(request) if parameter(request, "grant_type").as_deref() == Some("refresh_token") => {
                let refresh_token = parameter(request, "refresh_token").unwrap_or_default();
                let until = now + i64::from(request.timeout);
                self.sends(page, id, Flight { refresh_token, sent: now, until }, provider, now);
            }
            Effect::Send { authorization: Some(header), .. } => {
                let token = header.expose().strip_prefix("Bearer ").unwrap_or("").to_owned();
                self.hands_out(page, &token);
            }
            Effect::Finish { result: Err(error), .. }
                if error.session() == SessionEffect::Ended
                    && error.code() != Code::SignedOut
                    && self.refused.is_empty()
                    && !self.somebody_changed =>
            {
                self.breaks(format!("INV10: a call says that the session ended ({}), which nobody did", error.code().name()));
            }
            Effect::Finish { result: Ok(value), .. } => {
                if let Some(token) = value.get("accessToken").and_then(Value::as_str) {
                    self.hands_out(page, token);
                }
            }
            Effect::Lock { wait, .. } => {
                self.locks.insert((page, id));
                if *wait > LONGEST_LOCK {
                    self.breaks("INV5: a lock is waited for without end");
                }
            }
            Effect::Unlock { .. } => _ = self.robbed.remove(&page),
            Effect::Load { area: Area::Session, .. } => _ = self.seen(page).loads.insert(id),
            Effect::Publish(event) => self.published(page, event),
            _ => (),
        }
    }

    /// A page is told what a copy says. Who has the lock has not read what is stored by that.
    pub(crate) fn guesses(&mut self, page: PageId, effect: EffectId) {
        self.seen(page).loads.remove(&effect);
    }

    fn sends(&mut self, page: PageId, id: EffectId, flight: Flight, provider: &Provider, now: i64) {
        let family = |flight: &Flight| provider.refresh_token(&flight.refresh_token).map(|token| token.family);
        let ours = family(&flight);
        let others = self.in_flight.iter().filter(|(_, other)| family(other) == ours && now < other.until);
        // Nobody can know that a lock was stolen, nor how old a mark is that was made by another clock.
        let deceived = |of: &PageId, other: &Flight| self.robbed.contains(&page) || self.robbed.contains(of) || other.sent <= self.jumped;
        let others: Vec<bool> = others.map(|((of, _), other)| deceived(of, other)).collect();
        if !self.scattered && others.contains(&false) {
            self.breaks("INV1: a second refresh request is sent while another is in flight");
        }
        let robbed = |of: PageId| of != page && (self.robbed.contains(&of) || self.robbed.contains(&page));
        let doubled = others.contains(&true)
            || self.losses.is_used_by(&flight.refresh_token, robbed)
            || self.losses.is_being_stored(&flight.refresh_token, self.jumped, now);
        self.losses.sent(&flight.refresh_token, page, id, doubled, now);
        self.fruitless.retain(|at| now - at < 10_000);
        self.fruitless.push(now);
        if self.fruitless.len() > MOST_SENDS && !self.scattered {
            self.breaks("INV5: a refresh token is sent again and again");
        }
        let scattered = self.scattered;
        let seen = self.seen(page);
        let (blind, unmarked) = (seen.blind.is_some(), seen.wrote.as_ref() != Some(&flight.refresh_token) && !scattered);
        if blind {
            self.breaks("INV2: what is stored was not read after the lock was got");
        }
        if unmarked {
            self.breaks("INV3: a refresh token is sent that this page did not mark as sent");
        }
        self.in_flight.insert((page, id), flight);
    }

    /// A page was robbed of its lock, and does not know it.
    pub(crate) fn robbed(&mut self, page: PageId) {
        self.robbed.insert(page);
    }

    /// The wall clock was put forward.
    pub(crate) fn jumped(&mut self, now: i64) {
        self.jumped = now;
    }

    /// The storage does not do what it should, so that a session may live in several tabs apart.
    pub(crate) fn scatter(&mut self) {
        self.scattered = true;
    }

    /// Another person is signed in at the provider than here.
    pub(crate) fn somebody_else(&mut self) {
        self.somebody_changed = true;
    }

    fn hands_out(&mut self, page: PageId, access_token: &str) {
        if !self.stored.contains(access_token) && !self.seen(page).alone && !self.scattered {
            self.breaks("INV8: an access token is handed out that was not stored");
        }
    }

    fn published(&mut self, page: PageId, event: &Event) {
        match event {
            Event::Error(error) if error.code() == Code::StorageDegraded => {
                let seen = self.seen(page);
                (seen.silent, seen.told) = (None, true);
            }
            Event::SignedOut { reason } => {
                let cause = match *reason {
                    "signed_out" => self.somebody_signed_out || !self.ended.is_empty(),
                    "user_changed" => self.somebody_changed,
                    _ => !self.refused.is_empty(),
                };
                if !cause {
                    self.breaks(format!("INV10: signed out as {reason}, which did not happen"));
                }
            }
            _ => (),
        }
    }

    /// An outcome is about to reach a page.
    pub(crate) fn answered(&mut self, page: PageId, effect: EffectId, outcome: &Outcome, now: i64) {
        if let Some(flight) = self.in_flight.remove(&(page, effect)) {
            let says = |what: &str| matches!(outcome, Outcome::Http(response) if response.body.contains(what));
            self.losses.ended(&flight.refresh_token, page, effect, says("access_token"), now);
            if says("access_token") {
                self.fruitless.clear();
            }
            if says("invalid_grant") || says("invalid_request") {
                self.refused.insert(flight.refresh_token);
            }
        }
        if self.locks.remove(&(page, effect)) && matches!(outcome, Outcome::Done) {
            self.seen(page).blind = Some(effect);
        }
        let seen = self.seen(page);
        if seen.loads.remove(&effect) {
            seen.blind = None;
        }
        if seen.failed.remove(&effect) {
            seen.alone = true;
            if !seen.told {
                seen.silent = Some(effect);
            }
        }
    }

    /// A page has acted on an outcome.
    pub(crate) fn fed(&mut self, page: PageId) {
        if self.seen(page).silent.is_some() {
            self.breaks("INV9: a write failed and nobody was told");
        }
    }

    pub(crate) fn write_failed(&mut self, page: PageId, effect: EffectId) {
        self.seen(page).failed.insert(effect);
    }

    /// A session's record was replaced.
    pub(crate) fn written(&mut self, page: PageId, before: Option<&str>, after: Option<&str>, provider: &Provider) {
        self.somebody_changed |= provider.mistaken_user.is_some();
        let Some(after) = after else {
            if !self.seen(page).alone {
                self.breaks("INV6: a session is removed without a mark");
            }
            return;
        };
        let Some(after) = Record::read(after) else {
            return self.breaks("INV3: a record is written that cannot be read");
        };
        let before = before.and_then(Record::read);
        if let Some(before) = &before {
            if after.generation <= before.generation {
                self.breaks("INV3: a write does not follow on what it replaces");
            }
            if before.ended.is_none() && after.ended.is_some() {
                self.ends(before, &after, provider);
            }
            if before.ended.is_none() && before.id != after.id {
                self.ended.insert(before.id.clone());
            }
        }
        let seen = self.seen(page);
        (seen.alone, seen.told) = (false, false);
        // A sign-out of the same page may end what it marked before it knows that the mark stands.
        seen.wrote = after.refresh_token.clone().or(seen.wrote.take());
        if after.ended.is_some() {
            return;
        }
        if self.ended.contains(&after.id) && !self.scattered {
            self.breaks("INV6: a session is written that ended before");
        }
        let order = |record: &Record| record.refresh_token.as_deref().and_then(|t| provider.refresh_token(t)).map(|t| t.order);
        let older = before.as_ref().is_some_and(|before| before.id == after.id && order(&after) < order(before));
        if older && !self.scattered {
            self.breaks("INV3: an older refresh token replaces a newer one");
        }
        let refresh = after.refresh_token.as_deref().and_then(|t| provider.refresh_token(t)).map(|token| token.family);
        let families = after.access_tokens.iter().map(|token| provider.family_of_access_token(token)).chain([refresh]).flatten();
        for family in families.collect::<BTreeSet<_>>() {
            let same = *self.families.entry(after.id.clone()).or_insert(family) == family;
            if !same || provider.family(family).subject != after.subject {
                self.breaks("INV7: a token of one session is written into another");
            }
        }
        self.stored.extend(after.access_tokens);
    }

    fn ends(&mut self, before: &Record, after: &Record, provider: &Provider) {
        let reason = after.ended.as_deref().unwrap_or_default();
        let cause = match reason {
            "signed_out" => self.somebody_signed_out,
            "user_changed" => self.somebody_changed,
            _ => before.refresh_token.as_ref().is_some_and(|token| {
                // Where tabs live apart, the token that was refused may be another one of a grant that is over.
                let over = || provider.refresh_token(token).is_some_and(|token| provider.family(token.family).over.is_some());
                self.refused.contains(token) || (self.scattered && over())
            }),
        };
        if !cause {
            let invariant = if reason == "signed_out" { "INV10" } else { "INV4" };
            self.breaks(format!("{invariant}: the stored session is ended as {reason}, which did not happen to it"));
        }
        if reason.starts_with("refresh_")
            && let Some(token) = &before.refresh_token
        {
            match self.losses.judge(token, provider, self.scattered, self.leaving.contains(&before.id)) {
                Ok(loss) => self.losses.found.push(loss),
                Err(what) => self.breaks(format!("INV10: a session is lost that could have been kept: {what}")),
            }
        }
    }

    /// Says what was broken, if anything was.
    pub(crate) fn check(&self, world: &World) -> Option<String> {
        let now = world.clock.monotonic();
        let waits = |tab: &crate::tab::State| {
            !tab.frozen && tab.page.as_ref().is_some_and(|page| page.calls.values().any(|since| now - since > LONGEST_CALL))
        };
        let endless = || world.tabs.iter().any(waits).then(|| "INV5: a call does not end".into());
        self.broken.clone().or_else(endless)
    }
}
