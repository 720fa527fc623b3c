//! Who may be in a frame: each mini-app with its one origin and what it may have.

use alloc::string::String;
use alloc::vec::Vec;

use oxidc_core::time::{Millis, SECOND};
use oxidc_core::wire::json::{Object, Value};

use super::Host;
use crate::clock::Meter;
use crate::fault::{Failure, fault};
use crate::message::{self, LONGEST, MOST_REQUESTS};
use crate::origin;
use crate::words::{covers, joined, words};

/// Between two forced refreshes for one application.
const BETWEEN_FORCED: Millis = 60 * SECOND;

/// What one application may have for one audience.
#[derive(Debug)]
pub(crate) struct Grant {
    pub(super) audience: String,
    pub(super) scopes: String,
}

/// A mini-app.
#[derive(Debug)]
pub(crate) struct App {
    pub(super) id: String,
    pub(super) origin: String,
    /// The first is the default.
    grants: Vec<Grant>,
    context: Object,
    methods: Vec<String>,
    most_requests: usize,
    between_forced: Millis,
    pub(super) hands_refresh_token: bool,
    pub(super) requests: Meter,
    forced: Option<Millis>,
    /// Fingerprints of the tokens that were handed out last, by audience and scope.
    known: Vec<(String, String, String)>,
}

impl App {
    /// Reads a registration: `id`, `origin`, `audiences` (list of `audience` and `scopes`, the first is the default), `context` (object), `methods`
    /// (list of names), `requests` (at most so many within ten seconds), `forcedRefreshEvery` (milliseconds), `handRefreshToken`.
    fn from_value(value: &Value, own: &str) -> Result<Self, Failure> {
        let wrong = |member: &str| fault!(AppInvalid).detail(member);
        let id = value.get("id").and_then(Value::as_str).filter(|id| !id.is_empty() && id.len() <= 256).ok_or(wrong("id"))?;
        let origin = origin::check(value.get("origin").and_then(Value::as_str).unwrap_or_default())?;
        if origin == own {
            return Err(fault!(SameOrigin).detail(own));
        }
        let mut grants = Vec::new();
        for entry in list(value, "audiences") {
            let audience = entry.get("audience").and_then(Value::as_str).filter(|a| !a.is_empty()).ok_or(wrong("audiences"))?;
            grants.push(Grant { audience: audience.into(), scopes: joined(entry.get("scopes")) });
        }
        let number = |name: &str, default: i64| match value.get(name) {
            None => Ok(default),
            Some(given) => given.as_integer().filter(|n| (0..=86_400_000).contains(n)).ok_or(wrong(name)),
        };
        let methods = list(value, "methods").iter().filter_map(Value::as_str).map(String::from).collect();
        Ok(Self {
            id: id.into(),
            origin,
            grants,
            context: value.get("context").and_then(Value::as_object).cloned().unwrap_or_default(),
            methods,
            most_requests: usize::try_from(number("requests", 0)?).ok().filter(|n| *n > 0).unwrap_or(MOST_REQUESTS),
            between_forced: number("forcedRefreshEvery", BETWEEN_FORCED)?,
            hands_refresh_token: value.get("handRefreshToken").and_then(Value::as_bool).unwrap_or(false),
            requests: Meter::default(),
            forced: None,
            known: Vec::new(),
        })
    }

    pub(super) fn most_requests(&self) -> usize {
        self.most_requests
    }

    pub(super) fn may_call(&self, method: &str) -> bool {
        self.methods.iter().any(|name| name == method)
    }

    /// Audience and scopes of a request, if all of it is granted. Nothing is widened or narrowed silently.
    pub(super) fn grant(&self, audience: &str, scope: &str) -> Option<(String, String)> {
        let grant = self.grants.iter().find(|grant| audience.is_empty() || grant.audience == audience)?;
        let scope = if words(scope).is_empty() { grant.scopes.clone() } else { joined(Some(&scope.into())) };
        covers(&grant.scopes, &scope).then(|| (grant.audience.clone(), scope))
    }

    /// Takes the right to one forced refresh, if it is there.
    pub(super) fn take_force(&mut self, time: Millis) -> bool {
        let free = self.forced.is_none_or(|at| time - at >= self.between_forced);
        if free {
            self.forced = Some(time);
        }
        free
    }

    pub(super) fn knows(&self, audience: &str, scope: &str) -> Option<&str> {
        self.known.iter().find(|(a, s, _)| a == audience && s == scope).map(|(_, _, name)| name.as_str())
    }

    pub(super) fn note(&mut self, audience: &str, scope: &str, name: &str) {
        self.known.retain(|(a, s, _)| a != audience || s != scope);
        self.known.push((audience.into(), scope.into(), name.into()));
    }
}

fn list<'a>(value: &'a Value, name: &str) -> &'a [Value] {
    value.get(name).and_then(Value::as_array).unwrap_or_default()
}

impl Host {
    /// Registers a mini-app, or replaces it. `docs/miniapp-protocol.md` names the members.
    ///
    /// # Errors
    ///
    /// `app_invalid`, `hosts_invalid` for its origin, `same_origin`, `message_too_large` for its context.
    pub fn register(&mut self, app: &Value) -> Result<(), Failure> {
        let app = App::from_value(app, &self.own)?;
        fits(&app.context)?;
        self.apps.retain(|other| other.id != app.id);
        self.apps.push(app);
        Ok(())
    }

    /// What a frame is told: what its application is told, what belongs to this frame, and never a token.
    pub(super) fn context_of(&self, frame: u32) -> Object {
        let frame = self.frames.iter().find(|f| f.id == frame);
        let app = frame.and_then(|frame| self.apps.iter().find(|app| app.id == frame.app));
        let mut context = app.map(|app| app.context.clone()).unwrap_or_default();
        context.extend(frame.map(|frame| frame.context.clone()).unwrap_or_default());
        context.remove("auth");
        context
    }
}

/// Whether a context leaves room for the rest of a message.
pub(super) fn fits(context: &Object) -> Result<(), Failure> {
    let length = message::text(context.clone()).len();
    if length > LONGEST / 3 { Err(fault!(MessageTooLarge).detail("context")) } else { Ok(()) }
}
