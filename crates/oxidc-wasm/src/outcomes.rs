//! Reads outcomes.

use oxidc_core::effect::{Failure, Outcome};
use oxidc_core::wire::base64url;
use oxidc_core::wire::http::Response;
use oxidc_core::wire::json::Value;

/// An outcome as it crosses the boundary. Which members are there tells what it is; a text that is no outcome is a failure.
#[must_use]
pub fn read(text: &str) -> Outcome {
    let Some(outcome) = Value::parse(text).ok().filter(|outcome| outcome.as_object().is_some()) else {
        return Outcome::Failed { failure: Failure::Unsupported, detail: "malformed outcome".into() };
    };
    let member = |name: &str| outcome.string(name);
    if let Some(failed) = outcome.text("failed") {
        return Outcome::Failed { failure: failure(failed), detail: member("detail").unwrap_or_default() };
    }
    if let Some(status) = outcome.integer("status") {
        return Outcome::Http(response(status, &outcome));
    }
    if let Some(bytes) = member("bytes") {
        return match base64url::decode(&bytes) {
            Some(bytes) => Outcome::Bytes(bytes),
            None => Outcome::Failed { failure: Failure::Unsupported, detail: "malformed octets".into() },
        };
    }
    if let Some(flag) = outcome.flag("flag") {
        return Outcome::Flag(flag);
    }
    if let (Some(href), Some(origin)) = (member("href"), member("origin")) {
        return Outcome::Address { href, origin };
    }
    if let Some(text) = member("text") {
        return Outcome::Text(text);
    }
    if outcome.get("swapped").is_some() {
        return Outcome::Swapped;
    }
    match outcome.as_object().and_then(|members| members.get("record")) {
        Some(_) => Outcome::Record(member("record")),
        None => Outcome::Done,
    }
}

fn response(status: i64, outcome: &Value) -> Response {
    let header = |name: &str| outcome.get("headers")?.string(name);
    Response {
        status: u16::try_from(status).unwrap_or(0),
        content_type: header("content-type"),
        retry_after: header("retry-after"),
        date: header("date"),
        www_authenticate: header("www-authenticate"),
        dpop_nonce: header("dpop-nonce"),
        body: outcome.string("body").unwrap_or_default(),
    }
}

fn failure(name: &str) -> Failure {
    match name {
        "aborted" => Failure::Aborted,
        "offline" => Failure::Offline,
        "quota" => Failure::Quota,
        "redirected" => Failure::Redirected,
        "timeout" => Failure::Timeout,
        "tooLarge" => Failure::TooLarge,
        "unsupported" => Failure::Unsupported,
        "denied" => Failure::Denied,
        "lost" => Failure::Lost,
        _ => Failure::Network,
    }
}
