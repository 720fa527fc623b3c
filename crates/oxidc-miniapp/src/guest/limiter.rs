//! The platform's rate limit: so many requests a second, the others wait.

use oxidc_core::time::{Millis, SECOND};
use oxidc_core::wire::json::{Object, Value};

use super::Answer;
use crate::clock::{Clock, Meter};
use crate::words::number;

/// What is known of the limit.
#[derive(Debug, Default)]
pub struct Limiter {
    limit: Option<i64>,
    sent: Meter,
    processing: u32,
    remaining: Option<i64>,
    reset: Option<Millis>,
    last: Option<Millis>,
}

impl Limiter {
    /// Takes a place, or says how long to wait for one. The limit is taken from the context.
    pub(super) fn take(&mut self, context: Option<&Value>, clock: &Clock) -> Result<(), Millis> {
        let limit = context.and_then(|c| c.get("ratelimit")?.get("limit")?.as_integer()).filter(|limit| *limit > 0);
        self.limit = limit.or(self.limit);
        if let Some(limit) = self.limit {
            self.sent.take(clock.time, usize::try_from(limit).unwrap_or(usize::MAX), SECOND)?;
        }
        self.processing += 1;
        self.last = Some(clock.wall(clock.time));
        Ok(())
    }

    /// A request is over.
    pub(super) fn done(&mut self, answer: Option<&Answer>, clock: &Clock) {
        self.processing = self.processing.saturating_sub(1);
        let Some(answer) = answer else { return };
        self.remaining = number(answer.remaining.as_deref()).or(self.remaining);
        // Seconds that are left, seconds since 1970 or milliseconds since 1970: their sizes tell.
        let reset = number(answer.reset.as_deref()).map(|reset| match reset {
            ..1_000_000 => clock.wall(clock.time) + reset * SECOND,
            1_000_000..100_000_000_000 => reset * SECOND,
            _ => reset,
        });
        self.reset = reset.or(self.reset);
    }

    /// The state as the application sees it: `limit` (-1 until it is known), `processing`, `remaining`, `reset` and `lastRequestTime` (milliseconds since 1970).
    #[must_use]
    pub fn describe(&self) -> Value {
        Object::new()
            .with("limit", self.limit.unwrap_or(-1))
            .with("processing", self.processing)
            .with("remaining", self.remaining.unwrap_or(-1))
            .with("reset", self.reset.unwrap_or(0))
            .with("lastRequestTime", self.last.unwrap_or(0))
            .into()
    }
}
