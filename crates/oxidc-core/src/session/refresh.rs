//! Access tokens: found in the cache, or fetched with the refresh token (RFC 6749 section 6), once for everybody.

use alloc::boxed::Box;
use alloc::rc::Rc;
use alloc::string::String;
use alloc::vec::Vec;

use super::record::{Record, Want};
use super::store::{self, Commit};
use super::{announce_token, changed, end, view};
use crate::client::Context;
use crate::command::TokenOptions;
use crate::config::options::has;
use crate::effect::{Effect, EffectId, Outcome};
use crate::error::{Code, Error, Kind, Result, SessionEffect};
use crate::login::exchange::{TokenResponse, token_request};
use crate::login::verify::{self, Checks};
use crate::signout::revoke;
use crate::time::{Millis, SECOND};
use crate::wire::answer::Refusal;
use crate::wire::form::Form;
use crate::wire::json::{Object, Value};
use crate::wire::{text, words};

/// How long a token of unknown lifetime may be answered without asking the core.
const UNKNOWN_FRESH: Millis = 60 * SECOND;
/// How long after a lost answer the same refresh token is sent again.
const GRACE: Millis = 10 * SECOND;

/// An access token that is good for a while.
pub(crate) async fn get_tokens(cx: &Rc<Context>, options: TokenOptions) -> Result<Value> {
    store::load(cx).await;
    let want = want(cx, &options)?;
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
pub(crate) async fn refresh_session(cx: &Rc<Context>, options: TokenOptions) -> Result<Value> {
    store::load(cx).await;
    let want = want(cx, &options)?;
    refresh(cx, want).await?;
    Ok(view(cx))
}

/// Which token a call means. Nothing is asked of the provider that the sign-in did not ask for: some providers use up
/// the refresh token even when they refuse.
fn want(cx: &Context, options: &TokenOptions) -> Result<Want> {
    let record = cx.sessions.record().ok_or(Code::NoSession)?;
    let scopes = match options {
        TokenOptions { scopes, .. } if !scopes.is_empty() => scopes.clone(),
        TokenOptions { resources, .. } if resources.is_empty() => record.scopes.clone(),
        TokenOptions { resources, .. } => cx.config.scopes_of(resources),
    };
    let want = Want { resources: options.resources.clone(), scopes };
    for (asked, granted, code) in
        [(&want.resources, &record.resources, Code::ResourceRejected), (&want.scopes, &record.scopes, Code::ScopeRejected)]
    {
        if let Some(beyond) = asked.iter().find(|one| !has(granted, one)) {
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
    let record = cx.sessions.record();
    let record = record.as_ref()?;
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
            .with("resources", token.resources.as_slice())
            .with_some("expiresAt", token.expires_at())
            .with("idToken", record.id_token.as_str())
            .with("freshFor", fresh_for)
            .into(),
    )
}

fn still_valid(cx: &Context, want: &Want) -> bool {
    let record = cx.sessions.record.borrow();
    record.as_ref().and_then(|r| r.find(want)).is_some_and(|t| t.remaining(cx.shell.now()).is_none_or(|left| left > 0))
}

/// Gets a new access token, together with everybody who wants the same one now.
pub(crate) async fn refresh(cx: &Rc<Context>, want: Want) -> Result<()> {
    let seen = access_token(cx, &want);
    let key = text(&["refresh\n", &words(&want.resources, ' '), "\n", &words(&want.scopes, ' ')]);
    let work = cx.clone();
    cx.flights.join(&cx.shell, &key, || Box::pin(async move { one_at_a_time(&work, &want, seen).await })).await
}

fn access_token(cx: &Context, want: &Want) -> Option<String> {
    let record = cx.sessions.record.borrow();
    record.as_ref().and_then(|r| r.find(want)).map(|token| token.access_token.expose().into())
}

async fn one_at_a_time(cx: &Rc<Context>, want: &Want, seen: Option<String>) -> Result<()> {
    let _turn = cx.gate.enter(&cx.shell).await;
    let _lock = lock(cx).await?;
    // Another tab may have done it, or ended the session, while this one waited.
    store::reload(cx).await;
    if cx.sessions.record.borrow().is_none() {
        return Err(Code::SignedOut.into());
    }
    if access_token(cx, want) != seen && hand_out(cx, want, false).is_some() {
        return Ok(());
    }
    if let Some(until) = cx.sessions.pause.get() {
        let left = until - cx.shell.now().monotonic;
        if left > 0 {
            return Err(Error::new(Code::RateLimited).after(u32::try_from(left / SECOND + 1).unwrap_or(u32::MAX)));
        }
    }
    let result = send(cx, want).await;
    if let Err(error) = &result
        && let Some(seconds) = error.retry_after()
    {
        cx.sessions.pause.set(Some(cx.shell.now().monotonic + Millis::from(seconds) * SECOND));
    }
    result
}

/// Sends the refresh token until there is an answer that says something about it.
async fn send(cx: &Rc<Context>, want: &Want) -> Result<()> {
    let started = cx.shell.now().monotonic;
    let (mut adopted, mut repeated) = (false, false);
    loop {
        let record = cx.sessions.record().ok_or(Code::SignedOut)?;
        let refresh_token = record.refresh_token.clone().ok_or(Code::NoRefreshToken)?;
        record.binding.check(cx).await?;
        let is_default = *want == record.default_want();
        let mut form = Form::new().with("grant_type", "refresh_token").with("refresh_token", refresh_token.expose());
        if !is_default && !want.scopes.is_empty() {
            form = form.with("scope", &words(&want.scopes, ' '));
        }
        for resource in &want.resources {
            form = form.with("resource", resource);
        }
        let marked = store::commit(cx, Record { uncertain: Some(cx.shell.now().wall), ..record.clone() }).await;
        if marked == Commit::Ended {
            return Err(Code::SignedOut.into());
        }
        let sent_at = cx.shell.now();
        match token_request(cx, form, &record.binding).await {
            Ok(response) => {
                let token = response.token(want.resources.clone(), want.scopes.clone(), sent_at);
                return receive(cx, want, response, token).await;
            }
            Err(Refusal::OAuth(error)) if error.error == "invalid_grant" => {
                // Only the token that is stored now can end the session.
                store::reload(cx).await;
                let current = cx.sessions.record().and_then(|r| r.refresh_token);
                let replaced = current.as_ref().is_some_and(|t| !t.matches(refresh_token.expose()));
                if replaced && !adopted {
                    adopted = true;
                    continue;
                }
                let lost = record.uncertain.is_some() || repeated;
                end(cx, "refresh_rejected").await;
                let error = error.into_error(Code::RefreshRejected);
                return Err(if lost { error.detail("the answer to an earlier refresh was lost") } else { error });
            }
            Err(Refusal::OAuth(error)) => {
                settle(cx).await;
                let code = error.code();
                return Err(error.into_error(code));
            }
            Err(Refusal::Other(error)) => match error.code() {
                // The provider may have acted. Most accept the old token again for a moment; later nobody does.
                Code::TimedOut | Code::NetworkFailed if !repeated && cx.shell.now().monotonic - started < GRACE => {
                    repeated = true;
                    cx.shell.perform(Effect::Wait { duration: 1_000 }).await;
                }
                Code::TimedOut => return Err(Code::RefreshOutcomeUnknown.into()),
                Code::NetworkFailed => return Err(error),
                _ => {
                    settle(cx).await;
                    return Err(error);
                }
            },
        }
    }
}

/// An answer came: nothing is uncertain any more.
async fn settle(cx: &Rc<Context>) {
    if let Some(record) = cx.sessions.record().filter(|r| r.uncertain.is_some()) {
        store::commit(cx, Record { uncertain: None, ..record }).await;
    }
}

/// Checks an answer and stores it; only then is the access token there for anybody.
async fn receive(cx: &Rc<Context>, want: &Want, response: TokenResponse, token: super::record::Token) -> Result<()> {
    let record = cx.sessions.record();
    let Some(mut record) = record else {
        return discard(cx, &response).await;
    };
    let mut unverified = None;
    if let Some(id_token) = &response.id_token {
        let nonce = record.claims.get("nonce").and_then(Value::as_str);
        let checks = Checks { nonce, max_age: None, login: false, access_token: Some(&response.access_token) };
        match verify::id_token(cx, id_token, checks).await {
            Ok(claims) => {
                // OpenID Connect Core 1.0 section 12.2.
                if claims.get("sub").and_then(Value::as_str) != Some(&record.subject) {
                    end(cx, "user_changed").await;
                    revoke::quietly(cx, &response).await;
                    return Err(Code::UserChanged.into());
                }
                let time = |claims: &Object| claims.get("auth_time").and_then(Value::as_integer);
                if time(&claims).is_some() && time(&record.claims).is_some() && time(&claims) != time(&record.claims) {
                    return Err(Error::new(Code::IdTokenAuthTime).detail("a refresh cannot change it"));
                }
                record.user.extend(super::user_of(&claims));
                record.claims = claims;
                record.id_token.clone_from(id_token);
            }
            // The keys could not be read now: the new refresh token must not be lost, but nothing else is used.
            Err(error) if error.code().kind() == Kind::Network || error.retryable() => unverified = Some(error),
            Err(error) => return Err(error),
        }
    }
    if let Some(refresh_token) = &response.refresh_token {
        record.refresh_token = Some(refresh_token.clone());
    }
    record.uncertain = None;
    if unverified.is_none() {
        record.keep(token, cx.shell.now());
    }
    match store::commit(cx, record).await {
        Commit::Ended => discard(cx, &response).await,
        Commit::Superseded => Ok(()),
        Commit::Done => match unverified {
            Some(error) => Err(error),
            None => {
                changed(cx, "refreshed");
                announce_token(cx, Some(want));
                Ok(())
            }
        },
    }
}

/// The session ended while the answer was on its way: nobody gets it.
async fn discard(cx: &Rc<Context>, response: &TokenResponse) -> Result<()> {
    revoke::quietly(cx, response).await;
    Err(Code::SignedOut.into())
}

/// The lock over all tabs. It saves requests; that nothing goes wrong without it is the work of the store.
async fn lock(cx: &Rc<Context>) -> Result<Option<Held>> {
    let effect = cx.shell.perform(Effect::Lock { name: store::key(cx), wait: cx.config.lock_timeout });
    let id = effect.id();
    Ok(match effect.await {
        Outcome::Done => Some(Held { cx: cx.clone(), id }),
        _ => None,
    })
}

/// The lock is given back when this is dropped.
struct Held {
    cx: Rc<Context>,
    id: EffectId,
}

impl Drop for Held {
    fn drop(&mut self) {
        self.cx.shell.tell(Effect::Unlock { lock: self.id });
    }
}

/// The tokens that are worth renewing before somebody asks: the default one and those that this page used.
pub(super) fn worth_renewing(cx: &Context) -> Vec<Want> {
    let mut wants = cx.sessions.used.borrow().clone();
    if let Some(record) = cx.sessions.record.borrow().as_ref()
        && !wants.contains(&record.default_want())
    {
        wants.push(record.default_want());
    }
    wants
}
