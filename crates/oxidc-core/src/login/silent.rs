//! Sign-in without anything shown (OpenID Connect Core 1.0 section 3.1.2.1, `prompt=none`): with the refresh token where
//! there is one, else in a hidden frame, or by a redirect for browsers that keep cookies from frames.

use alloc::boxed::Box;
use alloc::rc::Rc;
use alloc::string::String;

use super::authorize;
use crate::client::Context;
use crate::command::{SignInOptions, TokenOptions};
use crate::effect::{Area, Effect, Outcome};
use crate::error::{Code, Error, Result};
use crate::session::record::Record;
use crate::session::{refresh, store, view};
use crate::time::{Millis, SECOND};
use crate::wire::json::{Object, Value};
use crate::wire::{decimal, text, words};

/// How long a refusal is remembered. A sign-in that comes later ends it sooner.
const MEMORY: Millis = 600 * SECOND;

/// What the provider says when it cannot do without the person. The names stand here, too, since the module is without those of all codes.
const NEEDS_PERSON: &[(Code, &str)] = &[
    (Code::LoginRequired, "login_required"),
    (Code::InteractionRequired, "interaction_required"),
    (Code::ConsentRequired, "consent_required"),
    (Code::AccountSelectionRequired, "account_selection_required"),
];

/// Signs in, or says why that needs the person.
pub(crate) async fn sign_in(cx: &Rc<Context>, options: SignInOptions) -> Result<Value> {
    store::load(cx).await;
    let record = cx.sessions.record();
    if !options.force {
        if cx.sessions.signed_out.get().is_some() {
            return Err(Code::SilentAfterSignOut.into());
        }
        // Cookies may be kept from a frame; a refresh token works everywhere.
        if options.window && asks_nothing_special(&options) && record.as_ref().is_some_and(|r| r.refresh_token().is_some()) {
            match refresh::refresh_session(cx, &TokenOptions::default()).await {
                Err(error) if error.code() == Code::RefreshRejected => (),
                result => return result,
            }
        }
        if let Some(code) = remembered(cx, options.window).await {
            return Err(Error::new(code).detail("remembered from an earlier try"));
        }
    }
    if !options.window {
        return authorize::sign_in(cx, &options, true, false).await;
    }
    let age = options.max_age.map_or_else(String::new, decimal);
    let hint = options.login_hint.as_deref().unwrap_or_default();
    let (scopes, resources, acr) = (words(&options.scopes, ' '), words(&options.resources, ' '), words(&options.acr_values, ' '));
    let flight = text(&["silent\n", &scopes, "\n", &resources, "\n", &acr, "\n", &age, "\n", hint]);
    let work = cx.clone();
    cx.flights.join(&cx.shell, &flight, Box::pin(async move { authorize::sign_in(&work, &options, true, false).await.map(drop) })).await?;
    Ok(view(cx))
}

/// Begins a session in place of one whose refresh token was lost, of the same person and for the same, if a frame can.
pub(crate) async fn recover(cx: &Rc<Context>, record: &Record) -> Result<()> {
    if let Some(code) = remembered(cx, true).await {
        return Err(code.into());
    }
    let (scopes, resources) = (record.texts("scopes"), record.texts("resources"));
    authorize::sign_in(cx, &SignInOptions { scopes, resources, window: true, ..SignInOptions::default() }, true, false).await.map(drop)
}

fn asks_nothing_special(options: &SignInOptions) -> bool {
    options.scopes.is_empty()
        && options.resources.is_empty()
        && options.acr_values.is_empty()
        && options.extra_parameters.is_empty()
        && options.max_age.is_none()
        && options.login_hint.is_none()
}

/// What becomes of a refusal. In a frame it is the error of the call; after a redirect nobody waits for an error, so it is
/// a result.
pub(crate) async fn refused(cx: &Context, error: Error, frame: bool) -> Result<Object> {
    let Some((_, name)) = NEEDS_PERSON.iter().find(|(code, _)| *code == error.code()) else { return Err(error) };
    remember(cx, frame, name).await;
    if frame {
        return Err(error);
    }
    Ok(Object::new().with("handled", "signInSilent").with("error", *name))
}

fn key(cx: &Context) -> String {
    text(&["oxidc:silent:", &store::key(cx)])
}

/// Frames and redirects fail for different reasons.
fn way(frame: bool) -> &'static str {
    if frame { "frame" } else { "redirect" }
}

async fn load(cx: &Context) -> Option<String> {
    match cx.shell.perform(Effect::Load { area: Area::Device, key: key(cx) }).await {
        Outcome::Record(text) => text,
        _ => None,
    }
}

/// Where it cannot be kept, the next try asks again.
async fn save(cx: &Context, expected: Option<String>, value: Option<String>) {
    cx.shell.perform(Effect::Swap { area: Area::Device, key: key(cx), expected, value }).await;
}

async fn remember(cx: &Context, frame: bool, name: &str) {
    let stands = load(cx).await;
    let known = stands.as_deref().and_then(|text| Value::parse(text).ok());
    let mut record = known.and_then(|known| known.as_object().cloned()).unwrap_or_default();
    record.insert(way(frame), Object::new().with("error", name).with("at", cx.shell.now().wall));
    save(cx, stands, Some(Value::from(record).to_text())).await;
}

/// Somebody signed in: what was refused before says nothing any more.
pub(crate) async fn forget(cx: &Context) {
    if let Some(stands) = load(cx).await {
        save(cx, Some(stands), None).await;
    }
}

async fn remembered(cx: &Context, frame: bool) -> Option<Code> {
    let record = Value::parse(&load(cx).await?).ok()?;
    let refusal = record.get(way(frame))?;
    let age = cx.shell.now().wall.checked_sub(refusal.get("at")?.as_integer()?)?;
    let name = refusal.text("error")?;
    let (code, _) = NEEDS_PERSON.iter().find(|(_, known)| *known == name)?;
    if (0..MEMORY).contains(&age) { Some(*code) } else { None }
}
