//! Attempts: one record for each sign-in or sign-out that is on its way through the provider. It is found by its
//! `state`, used once, and expires.
//!
//! All attempts of the origin stand in one stored record, so that taking one out is a single step which no other
//! tab can interrupt, and so that a client can tell "not mine" from "nobody's".

use alloc::string::String;
use alloc::vec::Vec;

use crate::client::Context;
use crate::effect::{Area, Effect, Failure, Outcome};
use crate::error::{Code, Error, Result};
use crate::secret::{Secret, same};
use crate::time::{Millis, SECOND};
use crate::wire::json::{Object, Value};
use crate::wire::sender::Binding;

const KEY: &str = "oxidc:attempts";
/// How many attempts are kept; the oldest go first.
const MOST: usize = 20;
/// How often another tab may come in between before this one gives up.
const TRIES: usize = 50;

/// A sign-in or sign-out on its way.
pub(crate) struct Attempt {
    pub(crate) state: String,
    pub(crate) return_to: Option<String>,
    pub(crate) app_state: Option<Value>,
    pub(crate) created_at: Millis,
    /// A window or frame brings the answer; the page that opened it takes it.
    pub(crate) window: bool,
    pub(crate) purpose: Purpose,
}

/// What an attempt is for.
pub(crate) enum Purpose {
    SignIn(SignIn),
    SignOut,
}

/// What the callback of a sign-in is checked against.
pub(crate) struct SignIn {
    pub(crate) redirect_uri: String,
    pub(crate) nonce: String,
    pub(crate) verifier: Secret,
    pub(crate) scopes: Vec<String>,
    pub(crate) resources: Vec<String>,
    pub(crate) max_age: Option<i64>,
    /// `acr_values`.
    pub(crate) acr_values: String,
    /// Only the person who is signed in is welcome.
    pub(crate) same_user: bool,
    /// When it began, if nothing was to be shown.
    pub(crate) silent: Option<Millis>,
    /// What the tokens are to be bound to.
    pub(crate) binding: Binding,
}

/// What a `state` leads to.
#[allow(clippy::large_enum_variant)]
pub(crate) enum Found {
    /// An attempt of this client. It is used up now.
    Ours(Attempt),
    /// An attempt of this client for whose answer another page waits. It was not touched.
    Awaited,
    /// An attempt of another client of the same origin. It was not touched.
    Others,
    /// An attempt that was used before.
    Used,
    /// An attempt that took too long.
    Expired,
    /// Nothing.
    Unknown,
}

/// Keeps an attempt for the callback.
pub(crate) async fn remember(cx: &Context, attempt: &Attempt) -> Result<()> {
    let entry = to_value(cx, attempt);
    change(cx, &mut |list| {
        while list.len() >= MOST {
            list.remove(0);
        }
        list.push(entry.clone());
    })
    .await
}

/// Takes the attempt of a `state` out. What is left of it says only that it was used. Only the page that opened a
/// `window` takes an attempt of one.
pub(crate) async fn take(cx: &Context, state: &str, window: bool) -> Result<Found> {
    let mut found = Found::Unknown;
    change(cx, &mut |list| {
        found = Found::Unknown;
        let named = |entry: &&mut Value| entry.text("state").is_some_and(|s| same(s, state));
        let Some(entry) = list.iter_mut().find(named) else { return };
        let is = |name, value: &str| entry.text(name) == Some(value);
        found = if !is("issuer", cx.config.issuer.as_str()) || !is("clientId", &cx.config.client_id) {
            Found::Others
        } else if entry.get("used").is_some() {
            Found::Used
        } else if !window && entry.get("window").is_some() {
            Found::Awaited
        } else {
            let attempt = from_value(entry);
            let created_at = attempt.as_ref().map_or(0, |a| a.created_at);
            *entry = used(cx, state, created_at);
            match attempt {
                Some(attempt) if is_alive(cx, attempt.created_at) => Found::Ours(attempt),
                Some(_) => Found::Expired,
                None => Found::Unknown,
            }
        };
    })
    .await?;
    Ok(found)
}

/// A clock that was put back must not make an attempt immortal.
fn is_alive(cx: &Context, created_at: Millis) -> bool {
    let age = cx.shell.now().wall.saturating_sub(created_at);
    (-300 * SECOND..=cx.config.sign_in_timeout).contains(&age)
}

fn used(cx: &Context, state: &str, created_at: Millis) -> Value {
    Object::new()
        .with("state", state)
        .with("issuer", cx.config.issuer.as_str())
        .with("clientId", cx.config.client_id.as_str())
        .with("createdAt", created_at)
        .with("used", true)
        .into()
}

/// Changes the stored list as if nobody else could.
async fn change(cx: &Context, edit: &mut dyn FnMut(&mut Vec<Value>)) -> Result<()> {
    let mut stands = match cx.shell.perform(Effect::Load { area: Area::Device, key: KEY.into() }).await {
        Outcome::Record(text) => text,
        other => return Err(refused(other)),
    };
    for _ in 0..TRIES {
        // A damaged record holds no attempt that could be completed.
        let parsed = stands.as_deref().and_then(|text| Value::parse(text).ok());
        let before: Vec<Value> = parsed.as_ref().and_then(Value::as_array).map(<[Value]>::to_vec).unwrap_or_default();
        let mut list = before.clone();
        list.retain(|entry| entry.integer("createdAt").is_some_and(|at| cx.shell.now().wall.saturating_sub(at) < 86_400 * SECOND));
        edit(&mut list);
        if list == before {
            return Ok(());
        }
        let value = if list.is_empty() { None } else { Some(Value::from(list).to_text()) };
        let swap = Effect::Swap { area: Area::Device, key: KEY.into(), expected: stands, value };
        stands = match cx.shell.perform(swap).await {
            Outcome::Swapped => return Ok(()),
            Outcome::Record(text) => text,
            other => return Err(refused(other)),
        };
    }
    Err(Error::new(Code::StorageUnavailable).detail("other tabs write without end"))
}

fn refused(outcome: Outcome) -> Error {
    match outcome {
        Outcome::Failed { failure: Failure::Quota, .. } => Code::StorageFull.into(),
        Outcome::Failed { detail, .. } => Error::new(Code::StorageUnavailable).detail(detail),
        _ => Code::StorageUnavailable.into(),
    }
}

fn to_value(cx: &Context, attempt: &Attempt) -> Value {
    let record = Object::new()
        .with("state", attempt.state.as_str())
        .with("issuer", cx.config.issuer.as_str())
        .with("clientId", cx.config.client_id.as_str())
        .with("createdAt", attempt.created_at)
        .with_some("returnTo", attempt.return_to.as_deref())
        .with_some("appState", attempt.app_state.clone())
        .with_some("window", if attempt.window { Some(true) } else { None });
    match &attempt.purpose {
        Purpose::SignOut => record.with("purpose", "signOut"),
        Purpose::SignIn(sign_in) => record
            .with("purpose", "signIn")
            .with("redirectUri", sign_in.redirect_uri.as_str())
            .with("nonce", sign_in.nonce.as_str())
            .with("verifier", sign_in.verifier.expose())
            .with("scopes", sign_in.scopes.as_slice())
            .with("resources", sign_in.resources.as_slice())
            .with_some("maxAge", sign_in.max_age)
            .with("acrValues", sign_in.acr_values.as_str())
            .with("sameUser", sign_in.same_user)
            .with_some("silent", sign_in.silent)
            .with_some("binding", sign_in.binding.to_value()),
    }
    .into()
}

fn from_value(entry: &Value) -> Option<Attempt> {
    let text = |name: &str| entry.string(name);
    let flag = |name: &str| entry.flag(name).unwrap_or(false);
    let texts = |name: &str| Some(entry.get(name)?.as_array()?.iter().filter_map(Value::as_str).map(String::from).collect());
    let purpose = match text("purpose")?.as_str() {
        "signOut" => Purpose::SignOut,
        "signIn" => Purpose::SignIn(SignIn {
            redirect_uri: text("redirectUri")?,
            nonce: text("nonce")?,
            verifier: text("verifier")?.into(),
            scopes: texts("scopes")?,
            resources: texts("resources")?,
            max_age: entry.integer("maxAge"),
            acr_values: text("acrValues").unwrap_or_default(),
            same_user: flag("sameUser"),
            silent: entry.integer("silent"),
            binding: Binding::from_value(entry.get("binding")),
        }),
        _ => return None,
    };
    Some(Attempt {
        state: text("state")?,
        return_to: text("returnTo"),
        app_state: entry.get("appState").cloned(),
        created_at: entry.integer("createdAt")?,
        window: flag("window"),
        purpose,
    })
}
