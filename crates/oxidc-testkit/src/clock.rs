//! Virtual time. The world has one true time; the device has a wall clock that may be wrong and a monotonic one that
//! stands still while the device sleeps.

use oxidc_core::effect::Now;

/// 2026-01-01 UTC: when every story begins.
const BEGINNING: i64 = 1_767_225_600_000;

/// The clocks of a world, in milliseconds.
#[derive(Clone, Debug)]
pub struct Clock {
    time: i64,
    /// By how much the device's wall clock is ahead of the truth.
    ahead: i64,
    /// How long the device slept so far.
    slept: i64,
}

impl Default for Clock {
    fn default() -> Self {
        Self { time: BEGINNING, ahead: 0, slept: 0 }
    }
}

impl Clock {
    /// The true time, as the provider has it: milliseconds since 1970.
    #[must_use]
    pub fn time(&self) -> i64 {
        self.time
    }

    /// Milliseconds since the story began.
    #[must_use]
    pub fn elapsed(&self) -> i64 {
        self.time - BEGINNING
    }

    /// What a page sees that was loaded when the monotonic clock stood at `born`.
    #[must_use]
    pub fn seen_since(&self, born: i64) -> Now {
        Now { wall: self.time + self.ahead, monotonic: self.monotonic() - born }
    }

    /// The device's monotonic clock.
    #[must_use]
    pub fn monotonic(&self) -> i64 {
        self.elapsed() - self.slept
    }

    pub(crate) fn jump_wall(&mut self, milliseconds: i64) {
        self.ahead += milliseconds;
    }

    pub(crate) fn advance_to(&mut self, time: i64) {
        self.time = self.time.max(time);
    }

    pub(crate) fn sleep(&mut self, milliseconds: i64) {
        self.time += milliseconds;
        self.slept += milliseconds;
    }
}
