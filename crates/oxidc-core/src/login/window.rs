//! Windows and hidden frames: the provider's pages are shown beside this page, and the page to which the provider sends
//! people back hands its address over. Whoever opened the window checks it as if it were its own page's address
//! (RFC 9700 section 4.17.2).

use alloc::rc::Rc;
use alloc::string::String;

use super::authorize::attempt::{self, Attempt};
use super::callback;
use crate::client::Context;
use crate::effect::{Effect, Failure, Outcome};
use crate::error::{Code, Error, Result};
use crate::wire::json::{Object, Value};
use crate::wire::url::Endpoint;

/// How long the return page waits for the page that opened it, in milliseconds.
const PATIENCE: u32 = 3_000;

/// Only a page of the same origin can hand its address over.
pub(crate) fn is_possible(cx: &Context, return_page: &str) -> Result<()> {
    match Endpoint::parse(return_page) {
        Ok(endpoint) if endpoint.origin() == cx.page.origin => Ok(()),
        _ => Err(Error::new(Code::RedirectUriForeign).detail(return_page)),
    }
}

/// Shows an address of the provider in the window of this call, or in a hidden frame, until it comes back. The session
/// then, or null after a sign-out.
pub(crate) async fn visit(cx: &Rc<Context>, url: String, attempt: Attempt, frame: bool) -> Result<Value> {
    let timeout = if frame { cx.config.silent_timeout } else { cx.config.popup_timeout };
    // The state names the channel too: nobody but the provider and the return page learns it.
    let visit = Effect::Visit { task: cx.shell.current(), url, relay: attempt.text("state").into(), frame, timeout };
    let outcome = cx.shell.perform(visit).await;
    // Whatever comes later answers nothing any more.
    let _ = attempt::take(cx, attempt.text("state"), true).await;
    let (failure, detail) = match outcome {
        Outcome::Text(answer) => {
            let result = callback::process(cx, &answer, Some(attempt)).await?;
            return match result.get("handled").and_then(Value::as_str) {
                Some("none") | None => Err(Code::CallbackMalformed.into()),
                _ => Ok(result.get("session").cloned().unwrap_or(Value::Null)),
            };
        }
        Outcome::Failed { failure, detail } => (failure, detail),
        _ => (Failure::Unsupported, String::new()),
    };
    Err(Error::new(match (failure, frame) {
        (Failure::Denied, false) => Code::PopupBlocked,
        (Failure::Denied, true) => Code::FrameBlocked,
        (Failure::Aborted, _) => Code::PopupClosed,
        (Failure::Timeout, false) => Code::PopupTimedOut,
        (Failure::Timeout, true) => Code::FrameFailed,
        _ => Code::ContextUnsupported,
    })
    .detail(detail))
}

/// Hands this page's address over to the page that waits for it. Where the attempt is not known (a window that was opened
/// from another storage partition), only the page that opened or holds this one is asked, and nothing is
/// decided by there being one: without its answer, the address is treated as any other.
pub(crate) async fn relay(cx: &Context, state: &str, url: &str, known: bool) -> Option<Value> {
    let wait = if known { Some(PATIENCE) } else { None };
    let outcome = cx.shell.perform(Effect::Relay { relay: state.into(), url: url.into(), wait }).await;
    let received = matches!(outcome, Outcome::Done);
    if !known && !received {
        return None;
    }
    Some(Object::new().with("handled", "relayed").with("received", received).into())
}
