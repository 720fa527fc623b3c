//! Which sessions were lost, and whether any client could have kept them. What counts is what the provider and the pages did with
//! the refresh token, not what happened at about the same time.

use std::collections::BTreeMap;

use oxidc_core::effect::EffectId;

use crate::provider::{Provider, REVOKED, Rotation, USED_AGAIN};
use crate::tab::PageId;

/// How long before the provider replaced a token another try can belong to the same call, in milliseconds: a first try that hangs is
/// given up after seven seconds.
const ONE_CALL: i64 = 10_000;
/// How long it takes at most to store new tokens, in milliseconds.
const STORING: i64 = 100;

/// Why a session was lost, where no client could have kept it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Loss {
    /// The provider ended it on its own.
    EndedByProvider,
    /// The provider replaced the refresh token, no page got the answer and lived to store it, and the old token is never accepted again.
    NoGrace,
    /// The same, and every answer was lost of two tries or more while the old token would have been accepted.
    LostTwice,
    /// The same, and the only page that tried was stopped or gone, or the device asleep or offline, while the old token would have been accepted.
    Stopped,
    /// A page that was robbed of its lock, or whose clock jumped, used a token that another page was using.
    Doubled,
    /// The storage failed, and no tab was left that knew the new token.
    Storage,
    /// The person signed out, and the page was gone after its tokens were revoked and before the end was stored.
    SignedOut,
}

impl Loss {
    /// The reason in words.
    #[must_use]
    pub fn sentence(self) -> &'static str {
        match self {
            Self::EndedByProvider => "the provider ended the grant on its own",
            Self::NoGrace => "the answer never reached a page that lived to store it, and the provider never accepts the old token again",
            Self::LostTwice => "two tries or more were not answered while the old token was still accepted",
            Self::Stopped => "the page that asked, or the device, was stopped or offline while the old token was still accepted",
            Self::Doubled => "locks were stolen or the clock jumped while the token was in use",
            Self::Storage => "the storage failed",
            Self::SignedOut => "the person signed out, and the page was gone before it could store that",
        }
    }
}

/// A refresh token on its way.
#[derive(Debug)]
struct Attempt {
    page: PageId,
    effect: EffectId,
    sent: i64,
    /// When the provider got it.
    arrived: Option<i64>,
    /// Sent while another page's was on its way, by one that could not know.
    doubled: bool,
    /// When the page was told what became of it.
    ended: Option<i64>,
    /// When the page was given new tokens.
    delivered: Option<i64>,
}

/// A time in which a page, or all, could not do anything.
#[derive(Debug)]
struct Stop {
    page: Option<PageId>,
    from: i64,
    until: i64,
}

/// What happened to refresh tokens, and to those who used them. All times are true milliseconds.
#[derive(Debug, Default)]
pub(crate) struct Losses {
    attempts: BTreeMap<String, Vec<Attempt>>,
    stops: Vec<Stop>,
    /// What became of sessions that nobody ended on purpose.
    pub(crate) found: Vec<Loss>,
}

impl Losses {
    /// A refresh token is sent, while another page's was on its way and this one could not know (`doubled`), or not.
    pub(crate) fn sent(&mut self, token: &str, page: PageId, effect: EffectId, doubled: bool, sent: i64) {
        self.attempts.entry(token.into()).or_default().push(Attempt {
            page,
            effect,
            sent,
            arrived: None,
            doubled,
            ended: None,
            delivered: None,
        });
    }

    /// A request of a page has arrived, whatever it asked for.
    pub(crate) fn arrived(&mut self, page: PageId, effect: EffectId, now: i64) {
        for attempt in self.attempts.values_mut().flatten().filter(|attempt| (attempt.page, attempt.effect) == (page, effect)) {
            attempt.arrived = Some(now);
        }
    }

    /// A page is told what became of a refresh token that it sent, with new tokens or without.
    pub(crate) fn ended(&mut self, token: &str, page: PageId, effect: EffectId, tokens: bool, now: i64) {
        for attempt in self.attempts.get_mut(token).into_iter().flatten() {
            if (attempt.page, attempt.effect) == (page, effect) {
                (attempt.ended, attempt.delivered) = (Some(now), tokens.then_some(now));
            }
        }
    }

    /// From now on a page, or all, cannot do anything, or can go on.
    pub(crate) fn stops(&mut self, now: i64, page: Option<PageId>, stops: bool) {
        if stops {
            return self.stops.push(Stop { page, from: now, until: i64::MAX });
        }
        self.stops.iter_mut().filter(|stop| stop.page == page).for_each(|stop| stop.until = stop.until.min(now));
    }

    /// Whether a page was given new tokens for a refresh token, or waits for them, that `of` names.
    pub(crate) fn is_used_by(&self, token: &str, of: impl Fn(PageId) -> bool) -> bool {
        self.attempts.get(token).is_some_and(|attempts| attempts.iter().any(|attempt| of(attempt.page)))
    }

    /// Whether a page that sent a refresh token before `jumped` was given new tokens for it just now, and stores them.
    pub(crate) fn is_being_stored(&self, token: &str, jumped: i64, now: i64) -> bool {
        let stores = |attempt: &Attempt| attempt.sent <= jumped && attempt.delivered.is_some_and(|at| now - at <= STORING);
        self.attempts.get(token).is_some_and(|attempts| attempts.iter().any(stores))
    }

    fn was_stopped(&self, page: PageId, from: i64, until: i64) -> bool {
        self.stops.iter().any(|stop| stop.page.is_none_or(|of| of == page) && stop.from <= until && stop.until >= from)
    }

    /// Why the provider no longer accepted the refresh token that was stored last of a session, which somebody wanted to end (`leaving`) or not.
    pub(crate) fn judge(&self, token: &str, provider: &Provider, scattered: bool, leaving: bool) -> Result<Loss, &'static str> {
        let Some(stored) = provider.refresh_token(token) else { return Err("the provider never issued the stored token") };
        match provider.family(stored.family).over {
            Some(USED_AGAIN | REVOKED) if scattered => return Ok(Loss::Storage),
            Some(USED_AGAIN) => (),
            Some(REVOKED) if leaving => return Ok(Loss::SignedOut),
            Some(REVOKED) => return Err("the client revoked it"),
            _ => return Ok(Loss::EndedByProvider),
        }
        let Rotation::Grace(grace) = provider.rotation else { return Err("nothing is ever replaced") };
        let Some(replaced) = stored.used else { return self.older(stored.family, provider, grace) };
        let attempts = self.attempts.get(token).map_or(&[][..], Vec::as_slice);
        if attempts.iter().any(|attempt| attempt.doubled) {
            return Ok(Loss::Doubled);
        }
        self.lost(attempts, replaced, grace, i64::MAX)
    }

    /// Why the successor of a refresh token that the provider `replaced` was not stored `by` the time when somebody sent it again.
    fn lost(&self, attempts: &[Attempt], replaced: i64, grace: i64, by: i64) -> Result<Loss, &'static str> {
        let late = |attempt: &Attempt, at| at > by && self.was_stopped(attempt.page, attempt.sent, at);
        let lost =
            |attempt: &Attempt| attempt.delivered.is_none_or(|at| self.was_stopped(attempt.page, at, at + STORING) || late(attempt, at));
        // Of those that the page gave up before, the provider may have got one that was slow.
        let in_time = |attempt: &&Attempt| attempt.sent <= replaced + grace && attempt.ended.is_none_or(|at| at >= replaced - ONE_CALL);
        let in_time: Vec<&Attempt> = attempts.iter().filter(in_time).collect();
        if !in_time.iter().all(|attempt| lost(attempt)) {
            return Err("a page got the new tokens, lived on, and did not store them");
        }
        match in_time.as_slice() {
            [] => Err("the provider replaced a token that nobody sent"),
            _ if grace == 0 => Ok(Loss::NoGrace),
            [only] if self.was_stopped(only.page, only.sent, replaced + grace) => Ok(Loss::Stopped),
            [_] => Err("nobody asked again in time"),
            _ => Ok(Loss::LostTwice),
        }
    }

    /// The stored token was not used: an older one was, after it had been replaced.
    fn older(&self, family: usize, provider: &Provider, grace: i64) -> Result<Loss, &'static str> {
        let used_again = self.attempts.iter().find_map(|(token, attempts)| {
            let token = provider.refresh_token(token).filter(|token| token.family == family)?;
            Some((attempts, token.used?, token.used_again?))
        });
        let Some((attempts, replaced, again)) = used_again else { return Err("no refresh token was used again") };
        if attempts.iter().any(|attempt| attempt.doubled) {
            return Ok(Loss::Doubled);
        }
        let Some(last) = attempts.iter().find(|attempt| attempt.arrived == Some(again)) else { return Err("nobody sent it again") };
        // A request that outlives its page cannot be called back. Whatever the others do, its answer is lost, or it comes second.
        if self.was_stopped(last.page, last.sent, again) {
            return Ok(if grace == 0 { Loss::NoGrace } else { Loss::Stopped });
        }
        // Whoever was gone or stood still when the answer came could not store it before the token was sent again.
        self.lost(attempts, replaced, grace, last.sent)
    }
}
