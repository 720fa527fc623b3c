//! An API that wants a newer or stronger sign-in (RFC 9470): the application is asked once, and the request repeated once.

use alloc::rc::Rc;

use super::challenge;
use super::request::token;
use crate::client::Context;
use crate::command::{FetchOptions, TokenOptions};
use crate::config::options::has;
use crate::effect::{Effect, Outcome};
use crate::error::{Code, Error, Result};
use crate::time::SECOND;
use crate::wire::http::Response;
use crate::wire::json::{Object, Value};
use crate::wire::sender::send;

/// The function that is asked.
const HOOK: &str = "stepUp";
/// A sign-in that is younger, in seconds, and asked for the same is not repeated: that would go round in circles.
const YOUNG: i64 = 60;

/// What the API demands, if that is why it refused.
pub(super) fn demand(response: &Response) -> Option<Object> {
    if response.status == 401 { challenge::step_up(response.www_authenticate.as_deref()) } else { None }
}

/// Lets the application sign the person in as the API demands, and sends the request again.
pub(super) async fn fetch(cx: &Rc<Context>, request: &FetchOptions, options: &TokenOptions, demand: Object) -> Result<()> {
    if is_done(cx, &demand) {
        return Err(Error::new(Code::StepUpUnsatisfied).demanding(demand));
    }
    let required = Error::new(Code::StepUpRequired).demanding(demand.clone());
    if !request.replayable || !has(&cx.config.hooks, HOOK) {
        return Err(required);
    }
    match cx.shell.perform(Effect::Ask { hook: HOOK, value: demand.into() }).await {
        Outcome::Text(answer) if answer == "true" => (),
        _ => return Err(required),
    }
    let token = token(cx, options).await?;
    match self::demand(&send(cx, request, Some(&token)).await?) {
        Some(demand) => Err(Error::new(Code::StepUpUnsatisfied).demanding(demand)),
        None => Ok(()),
    }
}

/// Whether the session comes from a sign-in that asked for exactly this, a moment ago.
fn is_done(cx: &Context, demand: &Object) -> bool {
    let Some(record) = cx.sessions.record() else { return false };
    let max_age = demand.get("maxAge").and_then(Value::as_integer);
    let mut asked = record.text("acrValues").split(' ').filter(|acr| !acr.is_empty());
    let wanted = demand.get("acrValues").and_then(Value::as_array).unwrap_or_default();
    let same = record.facts.integer("maxAge") == max_age && wanted.iter().all(|acr| acr.as_str() == asked.next()) && asked.next().is_none();
    let age = cx.shell.now().wall - record.authenticated_at();
    same && (0..max_age.unwrap_or(0).max(YOUNG) * SECOND).contains(&age)
}
