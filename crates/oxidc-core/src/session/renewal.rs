//! Renews tokens before they expire while somebody looks at the page. Timers are hints: whoever asks for a token is
//! served by the checks in [`refresh`](super::refresh), whether or not this ran.

use alloc::boxed::Box;
use alloc::rc::Rc;

use super::record::{Token, Want};
use super::refresh;
use crate::client::Context;
use crate::effect::Effect;
use crate::error::{Code, SessionEffect};
use crate::time::{Millis, SECOND};

/// The longest pause between two tries.
const LONGEST_PAUSE: Millis = 60 * SECOND;
/// The longest single wait; the clocks are looked at again afterwards.
const LONGEST_WAIT: Millis = 600 * SECOND;

/// Plans the next renewal anew. Called whenever something changed that could move it.
pub(crate) fn plan(cx: &Rc<Context>) {
    let due =
        cx.config.automatic_renewal && cx.visible.get() && cx.sessions.record.borrow().as_ref().is_some_and(|r| r.refresh_token.is_some());
    let task = due.then(|| {
        let work = cx.clone();
        cx.shell.spawn(Box::pin(async move { run(&work).await }))
    });
    // A renewal that plans its own successor is not cut off: it ends by itself.
    if let Some(previous) = cx.sessions.renewal.replace(task).filter(|previous| *previous != cx.shell.current()) {
        cx.shell.stop(previous);
    }
}

async fn run(cx: &Rc<Context>) {
    let me = cx.shell.current();
    let mut failures = 0_u32;
    loop {
        let Some((want, mut pause)) = next(cx) else { return };
        // Tabs that wake together do not ask together; the lock and the store do the rest.
        let jitter = cx.random(1).await.ok().and_then(|octets| octets.first().copied()).map_or(0, Millis::from);
        pause -= pause.min(LONGEST_PAUSE) / 10 * jitter / 255;
        if failures > 0 {
            let step = (SECOND << failures.min(6)).min(LONGEST_PAUSE);
            pause = pause.max(SECOND + step * jitter / 255);
        }
        let duration = u32::try_from(pause.clamp(0, LONGEST_WAIT)).unwrap_or(0);
        cx.shell.perform(Effect::Wait { duration }).await;
        if cx.sessions.renewal.get() != Some(me) {
            return;
        }
        if pause > LONGEST_WAIT {
            continue;
        }
        match refresh::refresh(cx, want).await {
            Err(error) if error.session() == SessionEffect::Ended || error.code() == Code::NoRefreshToken => return,
            Err(_) => failures += 1,
            Ok(()) => failures = 0,
        }
        if cx.sessions.renewal.get() != Some(me) {
            return;
        }
    }
}

/// The token that must be renewed first, and in how many milliseconds.
fn next(cx: &Context) -> Option<(Want, Millis)> {
    let record = cx.sessions.record()?;
    let now = cx.shell.now();
    let wait = |want: &Want| {
        let token = record.find(want)?;
        Some((token.remaining(now)? - token.margin()).max(shortest_pause(token) - token.age(now)))
    };
    let due = refresh::worth_renewing(cx).into_iter().filter_map(|want| wait(&want).map(|left| (want, left)));
    due.min_by_key(|(_, left)| *left).map(|(want, left)| (want, left.max(0)))
}

/// However short a token's life is, renewal must not become a storm.
fn shortest_pause(token: &Token) -> Millis {
    match token.lifetime {
        Some(lifetime) if lifetime >= 2 * SECOND => (lifetime / 2).min(10 * SECOND),
        _ => 10 * SECOND,
    }
}
