//! Access tokens: found in the cache, or fetched with the refresh token (RFC 6749 section 6), once for everybody.

use alloc::boxed::Box;
use alloc::rc::Rc;
use alloc::string::String;
use alloc::vec::Vec;

use super::flight::{change_flight, lock, settle, stand_in_line, take_back, wait};
use super::record::{Flight, Record, Token, WORKER_LOST, Want};
use super::store::{self, Commit, MOST_REFUSALS};
use super::{announce_token, changed, end, view};
use crate::client::Context;
use crate::command::TokenOptions;
use crate::config::discovery;
use crate::config::options::has;
use crate::effect::Now;
use crate::error::{Code, Error, Kind, Result, SessionEffect};
use crate::login::exchange::{TokenResponse, token_request};
use crate::login::silent;
use crate::login::verify::{self, Checks};
use crate::signout::revoke;
use crate::time::{Millis, SECOND};
use crate::wire::form::Form;
use crate::wire::json::{Object, Value};
use crate::wire::{text, words};

/// How long a token of unknown lifetime may be answered without asking the core.
const UNKNOWN_FRESH: Millis = 60 * SECOND;
/// How long after a lost answer the same refresh token is sent again.
const GRACE: Millis = 10 * SECOND;
/// How often other tabs may come in between.
const ROUNDS: usize = 3;
/// How long the first try may take, in milliseconds.
const FIRST_TIMEOUT: u32 = 7_000;
/// How long after its time limit a request counts as under way; and how long a page may stand still between mark and request.
const SLACK: Millis = 2 * SECOND;
/// How long a page that took over is left alone.
const TAKEOVER: Millis = 60 * SECOND;
/// How long other tabs have to hand over what they could not store.
const HAND_OVER: Millis = 300;

/// An access token that is good for a while.
pub(crate) async fn get_tokens(cx: &Rc<Context>, options: &TokenOptions) -> Result<Value> {
    store::load(cx).await;
    let want = want(cx, options)?;
    if !options.force_refresh
        && let Some(tokens) = hand_out(cx, &want, false)
    {
        return Ok(tokens);
    }
    match refresh(cx, want.clone()).await {
        Ok(()) => hand_out(cx, &want, true).ok_or_else(|| Code::SignedOut.into()),
        // A token that is about to expire is better than none.
        Err(error) if error.session() != SessionEffect::Ended && !options.force_refresh => match still_valid(cx, &want) {
            true => hand_out(cx, &want, true).ok_or(error),
            false => Err(error),
        },
        Err(error) => Err(error),
    }
}

/// Renews a token now, whatever its age.
pub(crate) async fn refresh_session(cx: &Rc<Context>, options: &TokenOptions) -> Result<Value> {
    store::load(cx).await;
    let want = want(cx, options)?;
    refresh(cx, want).await?;
    Ok(view(cx))
}

/// Which token a call means. Nothing is asked of the provider that the sign-in did not ask for: some providers use up
/// the refresh token even when they refuse.
fn want(cx: &Context, options: &TokenOptions) -> Result<Want> {
    let record = cx.sessions.record().ok_or(Code::NoSession)?;
    let scopes = match options {
        TokenOptions { scopes, .. } if !scopes.is_empty() => scopes.clone(),
        TokenOptions { resources, .. } if resources.is_empty() => record.texts("scopes"),
        TokenOptions { resources, .. } => cx.config.scopes_of(resources),
    };
    let want = Want { resources: options.resources.clone(), scopes };
    for (asked, of, code) in [(&want.resources, "resources", Code::ResourceRejected), (&want.scopes, "scopes", Code::ScopeRejected)] {
        let granted = record.texts(of);
        if let Some(beyond) = asked.iter().find(|one| !has(&granted, one)) {
            return Err(Error::new(code).detail(text(&[beyond, ": the sign-in did not ask for it"])));
        }
    }
    let mut used = cx.sessions.used.borrow_mut();
    if !used.contains(&want) {
        used.push(want.clone());
    }
    Ok(want)
}

/// The cached token. Without `any`, only one that need not be renewed yet, or was renewed a moment ago.
pub(crate) fn hand_out(cx: &Context, want: &Want, any: bool) -> Option<Value> {
    let now = cx.shell.now();
    let record = cx.sessions.record()?;
    let token = record.find(want)?;
    let just_obtained = token.age(now) < token.lifetime.unwrap_or(0).clamp(SECOND, 10 * SECOND) && still_valid(cx, want);
    if !any && !token.is_fresh(now) && !just_obtained {
        return None;
    }
    let fresh_for = token.remaining(now).map_or(UNKNOWN_FRESH, |left| (left - token.margin()).max(0));
    Some(
        Object::new()
            .with("accessToken", token.access_token.expose())
            .with("tokenType", token.token_type.as_str())
            .with("scopes", token.granted.as_slice())
            .with("resources", token.want.resources.as_slice())
            .with_some("expiresAt", token.expires_at())
            .with("idToken", record.text("idToken"))
            .with("freshFor", fresh_for)
            .into(),
    )
}

fn still_valid(cx: &Context, want: &Want) -> bool {
    let record = cx.sessions.record();
    record.as_ref().and_then(|r| r.find(want)).is_some_and(|t| t.remaining(cx.shell.now()).is_none_or(|left| left > 0))
}

/// Gets a new access token, together with everybody who wants the same one now.
pub(crate) async fn refresh(cx: &Rc<Context>, want: Want) -> Result<()> {
    let seen = access_token(cx, &want);
    let key = text(&["refresh\n", &words(&want.resources, ' '), "\n", &words(&want.scopes, ' ')]);
    let work = cx.clone();
    cx.flights.join(&cx.shell, &key, Box::pin(async move { one_at_a_time(&work, &want, seen).await })).await
}

pub(super) fn access_token(cx: &Context, want: &Want) -> Option<String> {
    let record = cx.sessions.record();
    record.as_ref().and_then(|r| r.find(want)).map(|token| token.access_token.expose().into())
}

async fn one_at_a_time(cx: &Rc<Context>, want: &Want, seen: Option<String>) -> Result<()> {
    let _turn = cx.gate.enter(&cx.shell).await;
    let lock = lock(cx).await;
    for _ in 0..ROUNDS {
        let Some((record, overdue)) = stand_in_line(cx, want, &seen, lock.is_some()).await? else { return Ok(()) };
        if send(cx, want, record, lock.is_some(), overdue).await? {
            return Ok(());
        }
    }
    Err(Code::RefreshOutcomeUnknown.into())
}

/// Sends the refresh token until there is an answer that says something about it. False if another tab came in between.
async fn send(cx: &Rc<Context>, want: &Want, mut record: Rc<Record>, locked: bool, overdue: bool) -> Result<bool> {
    let mut first: Option<Now> = None;
    let mut repeated = false;
    let mut known = None;
    loop {
        // A device that slept between two tries begins anew.
        if first.is_some_and(|first| cx.shell.now().since(first) > GRACE) {
            (first, repeated) = (None, false);
        }
        let Some(refresh_token) = record.refresh_token() else {
            cx.sessions.needs_sign_in.set(true);
            return Err(Code::NoRefreshToken.into());
        };
        // What takes time or can fail does so before anything is marked, and not again when the answer was lost.
        let metadata = match known.take() {
            Some(metadata) => metadata,
            None => {
                record.binding.check(cx).await?;
                discovery::metadata(cx).await?
            }
        };
        let mut form = Form::new().with("grant_type", "refresh_token").with("refresh_token", refresh_token);
        if *want != record.default_want() && !want.scopes.is_empty() {
            form = form.with("scope", &words(&want.scopes, ' '));
        }
        for resource in &want.resources {
            form = form.with("resource", resource);
        }
        let mut before = record.flight.unwrap_or_default();
        before.lost |= before.open;
        // A first try that hangs is given up while providers still accept the token again.
        let timeout = if repeated { cx.config.request_timeout } else { cx.config.request_timeout.min(FIRST_TIMEOUT) };
        let marking = cx.shell.now();
        // Whoever takes over from a page that hangs is not itself taken over from for a minute.
        let until = marking.wall + if overdue { TAKEOVER } else { Millis::from(timeout) + SLACK };
        let mark = Flight { open: true, locked, since: marking.wall, until, ..before };
        match change_flight(cx, &record, record.flight.as_ref(), Some(&mark)).await {
            Commit::Done => (),
            Commit::Superseded => {
                // The mark of the first try may stand beside a newer token.
                if repeated && let Some(own) = &record.flight {
                    take_back(cx, &record, own, None).await;
                }
                return Ok(false);
            }
            Commit::Ended => return Err(Code::SignedOut.into()),
        }
        if cx.sessions.reported.get() {
            // The other tabs could not read the mark: one of them may have a newer token to hand over.
            wait(cx, HAND_OVER).await;
            if !cx.sessions.record().is_some_and(|now| now.continues(&record)) {
                return Ok(false);
            }
        }
        let sent_at = cx.shell.now();
        let started = *first.get_or_insert(sent_at);
        if sent_at.since(marking) > SLACK || sent_at.wall < marking.wall {
            // This page or the device stood still with the mark in its hand, or its clock was put right: somebody else may be under way.
            return Ok(false);
        }
        let failed = |error: &Error| Flight {
            failures: before.failures + 1,
            lost: before.lost || is_lost(error),
            asked: matches!(error.code(), Code::RateLimited | Code::ProviderUnavailable),
            ..before
        };
        let (flight, error) = match token_request(cx, &metadata, form, &record.binding, timeout).await {
            Ok(response) => {
                let token = response.token(want.clone(), sent_at);
                match receive(cx, &record, &mark, want, response, token).await {
                    Err(error) if error.session() == SessionEffect::Kept => (Some(Flight { lost: true, ..failed(&error) }), error),
                    result => return result.map(|()| true),
                }
            }
            Err(error) if matches!(error.refusal(), Some("invalid_grant" | "invalid_request")) => {
                // Only the token that is stored now can end the session.
                store::reload(cx).await;
                if cx.sessions.record().is_none_or(|now| now.id() != record.id()) {
                    return Err(Code::SignedOut.into());
                }
                if error.refusal() == Some("invalid_grant") {
                    return refused(cx, &record, &mark, error, before.lost).await;
                }
                // Some servers say so of a token that is no longer good, others of anything.
                let flight = Flight { refusals: before.refusals + 1, ..failed(&error) };
                cx.sessions.needs_sign_in.set(flight.refusals >= MOST_REFUSALS);
                (Some(flight), error)
            }
            // This request was wrong, not the token.
            Err(error) if error.refusal().is_some() => (None, error),
            // The token is gone, unless another tab has a new one.
            Err(error) if error.code() == Code::WorkerLost => {
                store::reload(cx).await;
                if end(cx, &record, WORKER_LOST).await {
                    return Err(error);
                }
                take_back(cx, &record, &mark, None).await;
                return Ok(false);
            }
            // The provider may have acted. Most accept the old token again for a moment; later nobody does.
            Err(error)
                if matches!(error.code(), Code::TimedOut | Code::NetworkFailed)
                    && !repeated
                    && cx.shell.now().monotonic - started.monotonic < GRACE =>
            {
                (repeated, known) = (true, Some(metadata));
                if error.code() == Code::NetworkFailed {
                    wait(cx, SECOND).await;
                }
                // A newer token that came meanwhile is not what was lost.
                if let Some(marked) = cx.sessions.record().filter(|now| now.continues(&record) && now.flight.as_ref() == Some(&mark)) {
                    record = marked;
                    continue;
                }
                take_back(cx, &record, &mark, None).await;
                return Ok(false);
            }
            Err(error) => {
                let flight = failed(&error);
                (Some(flight), if error.code() == Code::TimedOut { Code::RefreshOutcomeUnknown.into() } else { error })
            }
        };
        settle(cx, &record, &mark, flight, &error).await;
        return Err(error);
    }
}

/// Whether the provider may have acted on the request.
fn is_lost(error: &Error) -> bool {
    matches!(error.code(), Code::TimedOut | Code::NetworkFailed | Code::ResponseTooLarge | Code::AnswerNotJson | Code::TokenResponseInvalid)
}

/// The provider does not accept the refresh token. If that may be because an answer was lost, the person may still be signed in
/// there: one sign-in without anything shown is tried before they are asked. False if there is a newer token.
async fn refused(cx: &Rc<Context>, record: &Record, mark: &Flight, error: Error, lost: bool) -> Result<bool> {
    let mut mark = *mark;
    if lost {
        // Meanwhile the others wait, as for any request.
        let until = cx.shell.now().wall + Millis::from(cx.config.silent_timeout) + Millis::from(cx.config.request_timeout) + SLACK;
        let longer = Flight { until, ..mark };
        if change_flight(cx, record, Some(&mark), Some(&longer)).await == Commit::Done {
            mark = longer;
            match silent::recover(cx, record).await {
                Ok(()) => return Ok(false),
                Err(error) if error.session() == SessionEffect::Ended => return Err(error),
                Err(_) => (),
            }
        }
    }
    let (reason, code) = if lost { ("refresh_lost", Code::RefreshLost) } else { ("refresh_rejected", Code::RefreshRejected) };
    if end(cx, record, reason).await {
        return Err(error.with_code(code));
    }
    take_back(cx, record, &mark, None).await;
    Ok(false)
}

/// Checks an answer and stores it; only then is the access token there for anybody.
async fn receive(cx: &Rc<Context>, of: &Record, mark: &Flight, want: &Want, response: TokenResponse, token: Token) -> Result<()> {
    let keep = |record: &mut Record| {
        if let Some(refresh_token) = &response.refresh_token {
            record.facts.insert("refreshToken", refresh_token.expose());
        }
        true
    };
    // A rotated refresh token does not wait in memory for the keys of the ID token beside it.
    let waits = response.id_token.as_ref().is_some_and(|id_token| !verify::has_keys(cx, id_token));
    let early = if waits && store::commit(cx, of, &keep).await == Commit::Done { cx.sessions.record() } else { None };
    let of = early.as_deref().unwrap_or(of);
    let mut verified = Ok(None);
    if let Some(id_token) = &response.id_token {
        let nonce = of.object("claims").and_then(|claims| claims.text("nonce"));
        let checks = Checks { nonce, max_age: None, login: false, access_token: Some(&response.access_token) };
        match verify::id_token(cx, id_token, checks).await {
            Ok(claims) => {
                // OpenID Connect Core 1.0 section 12.2.
                if claims.text("sub") != Some(of.subject()) {
                    end(cx, of, "user_changed").await;
                    revoke::quietly(cx, &response).await;
                    return Err(Code::UserChanged.into());
                }
                let time = |claims: &Object| claims.integer("auth_time");
                let (before, now) = (of.object("claims").and_then(time), time(&claims));
                if before.is_some() && now.is_some() && before != now {
                    return Err(Error::new(Code::IdTokenAuthTime).detail("a refresh cannot change it"));
                }
                verified = Ok(Some((id_token, claims)));
            }
            // The keys could not be read now: nothing but the refresh token is used.
            Err(error) if error.code().kind() == Kind::Network || error.retryable() => verified = Err(error),
            Err(error) => return Err(error),
        }
    }
    let now = cx.shell.now();
    let edit = |record: &mut Record| {
        // Whoever took over is still under way.
        if record.flight.as_ref() == Some(mark) {
            record.flight = None;
        }
        if let Ok(Some((id_token, claims))) = &verified {
            record.overlay(super::user_of(cx, claims));
            record.facts.insert("claims", claims.clone());
            record.facts.insert("idToken", id_token.as_str());
        }
        if verified.is_ok() {
            record.keep(token.clone(), now);
        }
        keep(record)
    };
    match store::commit(cx, of, &edit).await {
        // The session ended while the answer was on its way: nobody gets it.
        Commit::Ended => {
            revoke::quietly(cx, &response).await;
            Err(Code::SignedOut.into())
        }
        Commit::Superseded => {
            take_back(cx, of, mark, None).await;
            Ok(())
        }
        Commit::Done => {
            verified?;
            changed(cx, "refreshed");
            announce_token(cx, Some(want));
            Ok(())
        }
    }
}

/// The tokens that are worth renewing before somebody asks: the default one and those that this page used.
pub(super) fn worth_renewing(cx: &Context) -> Vec<Want> {
    let mut wants = cx.sessions.used.borrow().clone();
    if let Some(record) = cx.sessions.record()
        && !wants.contains(&record.default_want())
    {
        wants.push(record.default_want());
    }
    wants
}
