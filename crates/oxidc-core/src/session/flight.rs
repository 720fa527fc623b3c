//! One refresh token, many pages: who may use it now, and what the record says of that.

use alloc::rc::Rc;
use alloc::string::String;

use super::record::{Flight, Record, Want};
use super::refresh::{access_token, hand_out};
use super::renewal;
use super::store::{self, Commit, MOST_REFUSALS};
use crate::client::Context;
use crate::effect::{Effect, EffectId, Outcome};
use crate::error::{Code, Error, Result};
use crate::time::{Millis, SECOND};

/// How long a call waits for the request of another page.
const LONGEST_FLIGHT: Millis = 12 * SECOND;
/// How often a page without a lock looks whether another one is done.
const GLANCE: Millis = 250;

/// The lock over all tabs. It saves requests; that nothing goes wrong without it is the work of the store.
pub(super) async fn lock(cx: &Rc<Context>) -> Option<Held> {
    let effect = cx.shell.perform(Effect::Lock { name: store::key(cx), wait: cx.config.lock_timeout });
    let id = effect.id();
    matches!(effect.await, Outcome::Done).then(|| Held { cx: cx.clone(), id })
}

/// Another lock over all tabs, for which so many milliseconds are waited.
#[cfg(feature = "extended")]
pub(super) async fn lock_of(cx: &Rc<Context>, name: String, wait: u32) -> Option<Held> {
    let effect = cx.shell.perform(Effect::Lock { name, wait });
    let id = effect.id();
    matches!(effect.await, Outcome::Done).then(|| Held { cx: cx.clone(), id })
}

/// The lock is given back when this is dropped.
pub(super) struct Held {
    cx: Rc<Context>,
    id: EffectId,
}

impl Drop for Held {
    fn drop(&mut self) {
        self.cx.shell.tell(Effect::Unlock { lock: self.id });
    }
}

/// Waits until nobody else uses the refresh token. Gives out the session as it stands then, and whether whoever used it is overdue;
/// or nothing if the wanted token is there.
pub(super) async fn stand_in_line(
    cx: &Rc<Context>,
    want: &Want,
    seen: &Option<String>,
    locked: bool,
) -> Result<Option<(Rc<Record>, bool)>> {
    let began = cx.shell.now().monotonic;
    loop {
        // Another tab may have done it, or ended the session, while this one waited.
        store::reload(cx).await;
        let record = cx.sessions.record().ok_or(Code::SignedOut)?;
        if access_token(cx, want) != *seen && hand_out(cx, want, false).is_some() {
            return Ok(None);
        }
        let Some(flight) = &record.flight else { return Ok(Some((record, false))) };
        if flight.refusals >= MOST_REFUSALS {
            return Err(Code::RequestRefused.into());
        }
        let now = cx.shell.now();
        let left = flight.left(now);
        let long = now.monotonic - began > LONGEST_FLIGHT;
        // Whoever held the lock is gone; and what only the network was to blame for may be over.
        let orphan = flight.open && flight.locked && locked;
        if left == 0 || orphan || (long && flight.is_ahead(now)) || renewal::is_eager(cx, &record) {
            let overdue = flight.open && !orphan;
            // Whoever slept together with this page may have its answer by now. The old token is too late for that second anyway.
            if !overdue || now.wall - flight.until < SECOND || now.monotonic - began >= SECOND {
                return Ok(Some((record, overdue)));
            }
        }
        if !flight.open || long {
            let code = match flight {
                Flight { lost: true, .. } | Flight { open: true, .. } => Code::RefreshOutcomeUnknown,
                _ => Code::RenewalPaused,
            };
            return Err(Error::new(code).after(u32::try_from(left / SECOND + 1).unwrap_or(u32::MAX)));
        }
        wait(cx, GLANCE).await;
    }
}

/// Says in the record what becomes of the refresh token, unless another tab has said something else meanwhile.
pub(super) async fn change_flight(cx: &Rc<Context>, of: &Record, from: Option<&Flight>, to: Option<&Flight>) -> Commit {
    let edit = |record: &mut Record| {
        let ours = record.flight.as_ref() == from;
        if ours {
            record.flight = to.copied();
        }
        ours
    };
    store::commit(cx, of, &edit).await
}

/// Takes the mark back, and says until when the refresh token is left alone.
pub(super) async fn settle(cx: &Rc<Context>, record: &Record, mark: &Flight, flight: Option<Flight>, error: &Error) {
    let pause = match (&flight, error.retry_after()) {
        (_, Some(seconds)) => Millis::from(seconds) * SECOND,
        (Some(flight), None) => renewal::back_off(cx, flight.failures).await,
        (None, None) => 0,
    };
    let since = cx.shell.now().wall;
    let flight = flight.map(|flight| Flight { open: false, since, until: since + pause, ..flight });
    take_back(cx, record, mark, flight.as_ref()).await;
}

/// Takes a mark back wherever it stands: a newer refresh token that came meanwhile does not make it anybody else's.
pub(super) async fn take_back(cx: &Rc<Context>, of: &Record, mark: &Flight, flight: Option<&Flight>) {
    // That token may become known only by the attempt to take the mark back.
    for _ in 0..2 {
        let Some(now) = cx.sessions.record().filter(|now| now.id() == of.id() && now.flight.as_ref() == Some(mark)) else { break };
        change_flight(cx, &now, Some(mark), flight).await;
    }
}

/// Lets time pass, in milliseconds.
pub(super) async fn wait(cx: &Context, duration: Millis) {
    cx.shell.perform(Effect::Wait { duration: u32::try_from(duration).unwrap_or(0) }).await;
}
