//! What frames ask, and what they are answered.

use alloc::string::String;
use alloc::vec::Vec;

use oxidc_core::time::SECOND;
use oxidc_core::wire::json::{Object, Value};

use super::{Effect, Host};
use crate::message::{self, LONGEST, Message, SPAN};
use crate::words::{covers, joined};

/// The longest identifier of a request.
const LONGEST_ID: usize = 128;

/// Something that the platform is doing for one or more requests.
#[derive(Debug)]
pub(crate) struct Job {
    id: u32,
    app: String,
    work: Work,
    /// Connections and the identifiers of their requests.
    pub(super) waiting: Vec<(u32, String)>,
}

#[derive(Clone, Debug)]
enum Work {
    Token {
        audience: String,
        scope: String,
        force: bool,
        /// The name of a token that was refused somewhere. If the source gives it again, it is asked for a new one.
        rejected: Option<String>,
    },
    Call,
}

impl Host {
    pub(super) fn heard(&mut self, connection: u32, message: &Message) {
        let Some(frame) = self.connections.iter().find(|c| c.id == connection).map(|c| c.frame) else { return };
        let id = message.text("id");
        match message.text("type") {
            "ping" => self.say(connection, message::of("pong")),
            "pong" => (),
            _ if id.is_empty() || id.len() > LONGEST_ID || self.is_waiting(connection, id) => {
                self.ignored = self.ignored.saturating_add(1);
            }
            kind => {
                let (kind, answer) = match kind {
                    "token.request" => ("token.error", self.token_request(connection, frame, id, message)),
                    "call.request" => ("call.error", self.call_request(connection, frame, id, message)),
                    _ => ("error", Err("unknown_type")),
                };
                if let Err(word) = answer {
                    self.refuse(connection, kind, id, word, None);
                    self.publish("refused", frame, message.text("type"));
                }
            }
        }
    }

    fn is_waiting(&self, connection: u32, id: &str) -> bool {
        self.jobs.iter().any(|job| job.waiting.iter().any(|(at, request)| *at == connection && request == id))
    }

    fn refuse(&mut self, connection: u32, kind: &str, id: &str, word: &str, retry_after: Option<i64>) {
        let message = message::of(kind).with("id", id).with("code", word).with_some("retry_after", retry_after);
        self.say(connection, message);
    }

    fn token_request(&mut self, connection: u32, frame: u32, id: &str, message: &Message) -> Result<(), &'static str> {
        let time = self.clock.time;
        let name = self.frames.iter().find(|f| f.id == frame).map(|f| f.app.clone()).unwrap_or_default();
        let Some(app) = self.apps.iter_mut().find(|app| app.id == name) else { return Err("disabled") };
        if let Err(wait) = app.requests.take(time, app.most_requests(), SPAN) {
            self.refuse(connection, "token.error", id, "rate_limited", Some(wait / SECOND + 1));
            return Ok(());
        }
        // An application speaks for itself only.
        if message.get("client_id").is_some_and(|client| client.as_str() != Some(app.id.as_str())) {
            return Err("not_allowed");
        }
        let (audience, scope) = app.grant(message.text("audience"), message.text("scope")).ok_or("scope_not_granted")?;
        let rejected = message.text("rejected");
        let is_current = message.text("reason") == "rejected" && app.knows(&audience, &scope) == Some(rejected);
        let shared = |job: &&mut Job| {
            let Work::Token { audience: a, scope: s, force, .. } = &job.work else { return false };
            job.app == name && *a == audience && *s == scope && (*force || message.text("reason") != "forced") && !is_current
        };
        if let Some(job) = self.jobs.iter_mut().find(shared) {
            job.waiting.push((connection, id.into()));
            return Ok(());
        }
        let force = (message.text("reason") == "forced" || is_current) && app.take_force(time);
        // A forced one that is under way already is what this one needs too.
        let same = |job: &&mut Job| matches!(&job.work, Work::Token { audience: a, scope: s, .. } if job.app == name && *a == audience && *s == scope);
        if let Some(job) = self.jobs.iter_mut().find(|job| !force && same(job)) {
            job.waiting.push((connection, id.into()));
            return Ok(());
        }
        let rejected = Some(rejected).filter(|name| !name.is_empty() && !force).map(String::from);
        let work = Work::Token { audience, scope, force, rejected };
        self.get_token(name, work, alloc::vec![(connection, id.into())]);
        Ok(())
    }

    fn get_token(&mut self, app: String, work: Work, waiting: Vec<(u32, String)>) {
        let job = self.unused_number();
        if let Work::Token { audience, scope, force, .. } = &work {
            let (audience, scope) = (audience.clone(), scope.clone());
            self.effects.push(Effect::Token { job, app: app.clone(), audience, scope, force: *force });
        }
        self.jobs.push(Job { id: job, app, work, waiting });
    }

    fn call_request(&mut self, connection: u32, frame: u32, id: &str, message: &Message) -> Result<(), &'static str> {
        let time = self.clock.time;
        let name = self.frames.iter().find(|f| f.id == frame).map(|f| f.app.clone()).unwrap_or_default();
        let Some(app) = self.apps.iter_mut().find(|app| app.id == name) else { return Err("disabled") };
        if let Err(wait) = app.requests.take(time, app.most_requests(), SPAN) {
            self.refuse(connection, "call.error", id, "rate_limited", Some(wait / SECOND + 1));
            return Ok(());
        }
        let method = message.text("method");
        if !app.may_call(method) {
            return Err("not_supported");
        }
        let job = self.unused_number();
        let params = message.get("params").cloned().unwrap_or(Value::Null);
        self.effects.push(Effect::Call { job, app: name.clone(), frame, method: method.into(), params });
        self.jobs.push(Job { id: job, app: name, work: Work::Call, waiting: alloc::vec![(connection, id.into())] });
        Ok(())
    }

    /// The platform has done its work. What belongs to an earlier session is not known here any more, so it reaches nobody.
    pub(super) fn done(&mut self, id: u32, result: Result<Value, Value>) {
        let Some(at) = self.jobs.iter().position(|job| job.id == id) else { return };
        let job = self.jobs.remove(at);
        match (&job.work, result) {
            (Work::Token { audience, scope, force, rejected }, Ok(value)) => {
                let (audience, scope) = (audience.clone(), scope.clone());
                match self.token_response(&job.app, &audience, &scope, &value) {
                    Ok((name, response)) => {
                        let again = !force && rejected.as_ref() == Some(&name) && self.take_force(&job.app);
                        if again {
                            let work = Work::Token { audience, scope, force: true, rejected: None };
                            return self.get_token(job.app, work, job.waiting);
                        }
                        for (connection, request) in job.waiting {
                            self.say(connection, response.clone().with("id", request));
                        }
                    }
                    Err(word) => self.refuse_all(job.waiting, "token.error", word, None),
                }
            }
            (Work::Token { .. }, Err(error)) => self.refuse_all(job.waiting, "token.error", word_of(&error), retry_after(&error)),
            (Work::Call, Ok(result)) => {
                let response = message::of("call.response").with("epoch", self.epoch.as_str()).with("result", result);
                if message::text(response.clone()).len() > LONGEST - 256 {
                    return self.refuse_all(job.waiting, "call.error", "transient", None);
                }
                for (connection, request) in job.waiting {
                    self.say(connection, response.clone().with("id", request));
                }
            }
            (Work::Call, Err(error)) => self.refuse_all(job.waiting, "call.error", word_of(&error), retry_after(&error)),
        }
    }

    fn take_force(&mut self, app: &str) -> bool {
        let time = self.clock.time;
        self.apps.iter_mut().find(|known| known.id == app).is_some_and(|app| app.take_force(time))
    }

    fn refuse_all(&mut self, waiting: Vec<(u32, String)>, kind: &str, word: &str, retry_after: Option<i64>) {
        for (connection, request) in waiting {
            self.refuse(connection, kind, &request, word, retry_after);
        }
    }

    /// An answer with the access token, and with nothing else that the source may have told. Also the name of the token.
    fn token_response(&mut self, app: &str, audience: &str, scope: &str, value: &Value) -> Result<(String, Object), &'static str> {
        let now = self.clock.wall(self.clock.time);
        let app = self.apps.iter_mut().find(|known| known.id == app).ok_or("disabled")?;
        let text = |name: &str| value.get(name).and_then(Value::as_str).unwrap_or_default();
        let token = text("accessToken");
        let is_bearer = ["", "bearer"].iter().any(|kind| text("tokenType").eq_ignore_ascii_case(kind));
        if token.is_empty() || !token.bytes().all(|byte| byte.is_ascii_graphic()) || !is_bearer {
            return Err("transient");
        }
        // Where the source tells what it got, it must be all that was asked for, and nothing that is not granted.
        let told = joined(value.get("scopes"));
        let granted = if told.is_empty() { scope } else { told.as_str() };
        if app.grant(audience, granted).is_none() || !covers(granted, scope) {
            return Err("scope_not_granted");
        }
        let expires_in = match value.get("expiresIn").and_then(Value::as_integer) {
            Some(seconds) => Some(seconds),
            None => value.get("expiresAt").and_then(Value::as_integer).map(|at| (at - now) / SECOND),
        };
        let name = fingerprint(token);
        app.note(audience, scope, &name);
        let refresh_token = Some(text("refreshToken")).filter(|token| app.hands_refresh_token && !token.is_empty());
        let response = message::of("token.response")
            .with("epoch", self.epoch.as_str())
            .with("access_token", token)
            .with("token_type", "Bearer")
            .with_some("expires_in", expires_in.map(|seconds| seconds.max(0)))
            .with("scope", granted)
            .with("audience", audience)
            .with("token_id", name.as_str())
            .with_some("refresh_token", refresh_token);
        Ok((name, response))
    }
}

/// A name for a token that is the same after a reload of the page. It need not be hard to forge: only who has the token gets its name.
fn fingerprint(token: &str) -> String {
    let hash = token.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    oxidc_core::wire::base64url::encode(&hash.to_be_bytes())
}

fn retry_after(error: &Value) -> Option<i64> {
    error.get("retryAfter").and_then(Value::as_integer)
}

/// The word of the protocol for a failure: the source may use these words itself, or be a client with its own codes.
fn word_of(error: &Value) -> &'static str {
    let code = error.get("code").and_then(Value::as_str).unwrap_or_default();
    let ended = error.get("session").and_then(Value::as_str) == Some("ended");
    match code {
        "session_ended" | "no_session" => "session_ended",
        _ if ended => "session_ended",
        "offline" => "offline",
        "needs_interaction" | "login_required" | "interaction_required" | "consent_required" | "no_refresh_token" => "needs_interaction",
        "user_cancelled" | "access_denied" => "user_cancelled",
        "disabled" => "disabled",
        "not_allowed" => "not_allowed",
        "not_supported" => "not_supported",
        "scope_not_granted" | "scope_rejected" | "resource_rejected" | "resource_invalid" => "scope_not_granted",
        "rate_limited" => "rate_limited",
        _ => "transient",
    }
}
