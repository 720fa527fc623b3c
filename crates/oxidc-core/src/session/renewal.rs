//! Renews tokens before they expire while somebody looks at the page. Timers are hints: whoever asks for a token is
//! served by the checks in [`refresh`](super::refresh), whether or not this ran.

use alloc::boxed::Box;
use alloc::rc::Rc;

use super::record::{Record, Token, Want};
use super::refresh;
use crate::client::Context;
use crate::effect::Effect;
use crate::error::SessionEffect;
use crate::time::{Millis, SECOND};

/// The longest pause between two tries.
const LONGEST_PAUSE: Millis = 60 * SECOND;
/// The longest single wait; the clocks are looked at again afterwards.
const LONGEST_WAIT: Millis = 600 * SECOND;

/// Plans the next renewal anew. Called whenever something changed that could move it.
pub(crate) fn plan(cx: &Rc<Context>) {
    #[cfg(feature = "extended")]
    super::watch::plan(cx);
    let due =
        cx.config.automatic_renewal && cx.visible.get() && cx.sessions.record().is_some_and(|record| record.refresh_token().is_some());
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
    let mut failures = 0;
    loop {
        let Some((want, mut pause)) = next(cx) else { return };
        // Tabs that wake together do not ask together; the lock and the store do the rest.
        pause += (SECOND - pause.min(LONGEST_PAUSE) / 5) * jitter(cx).await / 512;
        if failures > 0 {
            pause = pause.max(back_off(cx, failures).await);
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
            Err(error) if error.session() == SessionEffect::Ended || cx.sessions.needs_sign_in.get() => return,
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
    // Nobody asks while another page does, or while the provider or the network need time.
    let pause = record.flight.as_ref().filter(|_| !is_eager(cx, &record)).map_or(0, |flight| flight.left(now));
    let mut first: Option<(Want, Millis)> = None;
    for want in refresh::worth_renewing(cx) {
        if let Some(left) = wait(&want)
            && first.as_ref().is_none_or(|(_, least)| left < *least)
        {
            first = Some((want, left));
        }
    }
    first.map(|(want, left)| (want, left.max(pause)))
}

/// Whether something happened since the last failure that may have brought the network back. A pause that the provider asked for stands.
pub(super) fn is_eager(cx: &Context, record: &Record) -> bool {
    record.flight.as_ref().is_some_and(|flight| !flight.open && !flight.asked) && cx.sessions.eager.get() == record.generation
}

/// How long to wait after so many failures in a row: a second for each, and at random up to a limit that doubles each time.
pub(super) async fn back_off(cx: &Context, failures: i64) -> Millis {
    let failures = failures.clamp(1, 6);
    (SECOND * failures + (SECOND << failures) * jitter(cx).await / 256).min(LONGEST_PAUSE)
}

/// A random number below 256.
async fn jitter(cx: &Context) -> Millis {
    cx.random(1).await.ok().and_then(|octets| octets.first().copied()).map_or(0, Millis::from)
}

/// However short a token's life is, renewal must not become a storm.
fn shortest_pause(token: &Token) -> Millis {
    match token.lifetime {
        Some(lifetime) if lifetime >= 2 * SECOND => (lifetime / 2).min(10 * SECOND),
        _ => 10 * SECOND,
    }
}
