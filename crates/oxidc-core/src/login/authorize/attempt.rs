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
use crate::secret::same;
use crate::session::record::texts;
use crate::time::{Millis, SECOND};
use crate::wire::json::{Object, Value};

const KEY: &str = "oxidc:attempts";
/// How many attempts are kept; the oldest go first.
const MOST: usize = 20;
/// How often another tab may come in between before this one gives up.
const TRIES: usize = 50;

/// A sign-in or sign-out on its way, as it is stored: checked, and not converted. It has no `Debug`, for it holds the verifier.
///
/// Of both: `state`, `issuer`, `clientId`, `createdAt`, `returnTo`, `appState`, `window` (a window or frame brings the answer; the page
/// that opened it takes it) and `purpose`. Of a sign-in: `redirectUri`, `nonce`, `verifier`, `scopes`, `resources`, `maxAge`, `acrValues`,
/// `sameUser` (only the person who is signed in is welcome), `silent` (when it began, if nothing was to be shown) and `binding` (what the
/// tokens are to be bound to).
pub(crate) struct Attempt(Value);

impl Attempt {
    /// An attempt of this client that begins now.
    pub(crate) fn begin(
        cx: &Context,
        state: &str,
        return_to: Option<String>,
        app_state: Option<Value>,
        window: bool,
        purpose: &str,
    ) -> Object {
        of(cx, state, cx.shell.now().wall)
            .with_some("returnTo", return_to)
            .with_some("appState", app_state)
            .with_some("window", if window { Some(true) } else { None })
            .with("purpose", purpose)
    }

    pub(crate) fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }

    pub(crate) fn text(&self, name: &str) -> &str {
        self.0.text(name).unwrap_or_default()
    }

    /// What its session is held to, as the session keeps it.
    pub(crate) fn asked(&self) -> Object {
        let names = &["issuer", "clientId", "scopes", "resources", "maxAge", "acrValues"];
        self.0.as_object().map_or_else(Object::new, |attempt| attempt.only(names))
    }

    pub(crate) fn integer(&self, name: &str) -> Option<i64> {
        self.0.integer(name)
    }

    pub(crate) fn flag(&self, name: &str) -> bool {
        self.0.flag(name).unwrap_or(false)
    }

    /// Whether it is one that was written here.
    fn is_whole(&self) -> bool {
        match self.text("purpose") {
            "signOut" => true,
            "signIn" => {
                ["redirectUri", "nonce", "verifier"].iter().all(|name| self.0.text(name).is_some())
                    && ["scopes", "resources"].iter().all(|name| self.0.get(name).and_then(texts).is_some())
            }
            _ => false,
        }
    }
}

impl From<Object> for Attempt {
    fn from(attempt: Object) -> Self {
        Self(attempt.into())
    }
}

/// What a `state` leads to.
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
    change(cx, &mut |list| {
        while list.len() >= MOST {
            list.remove(0);
        }
        list.push(attempt.0.clone());
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
            let created_at = entry.integer("createdAt").unwrap_or(0);
            let attempt = Attempt(core::mem::replace(entry, of(cx, state, created_at).with("used", true).into()));
            match attempt.is_whole() {
                true if is_alive(cx, created_at) => Found::Ours(attempt),
                true => Found::Expired,
                false => Found::Unknown,
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

fn of(cx: &Context, state: &str, created_at: Millis) -> Object {
    Object::new()
        .with("state", state)
        .with("issuer", cx.config.issuer.as_str())
        .with("clientId", cx.config.client_id.as_str())
        .with("createdAt", created_at)
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
