//! Time and chance as the machines see them: both come with each input.

use alloc::string::String;
use alloc::vec::Vec;

use oxidc_core::effect::Now;
use oxidc_core::time::Millis;
use oxidc_core::wire::base64url;
use oxidc_core::wire::json::Value;

/// What comes with each input: both clocks, and 16 fresh random octets.
#[derive(Clone, Copy, Debug, Default)]
pub struct Moment {
    /// Both clocks.
    pub now: Now,
    /// Octets that nobody can guess, new with each input.
    pub random: [u8; 16],
}

/// One clock of two. It never goes back, and goes on while a machine sleeps: a lifetime is over when either clock says so.
#[derive(Debug, Default)]
pub(crate) struct Clock {
    last: Option<Now>,
    /// Milliseconds since the first input.
    pub(crate) time: Millis,
    random: [u8; 16],
    serial: u32,
}

impl Clock {
    pub(crate) fn set(&mut self, moment: Moment) {
        let last = self.last.unwrap_or(moment.now);
        let step = moment.now.monotonic.saturating_sub(last.monotonic).max(moment.now.wall.saturating_sub(last.wall));
        self.time = self.time.saturating_add(step.max(0));
        self.last = Some(moment.now);
        self.random = moment.random;
    }

    /// The wall clock's reading of an instant of this clock, milliseconds since 1970.
    pub(crate) fn wall(&self, time: Millis) -> Millis {
        self.last.unwrap_or_default().wall.saturating_add(time.saturating_sub(self.time))
    }

    /// A text that was never used and cannot be guessed: the octets of this input and a running number.
    pub(crate) fn unique(&mut self) -> String {
        self.serial = self.serial.wrapping_add(1);
        let mut text = base64url::encode(&self.random);
        text.push('.');
        text.push_str(&Value::from(self.serial).to_text());
        text
    }
}

/// How many of something were let through in the last span of time.
#[derive(Debug, Default)]
pub(crate) struct Meter(Vec<Millis>);

impl Meter {
    /// Counts one more, unless there were `most` within `span`. Gives back how long to wait otherwise.
    pub(crate) fn take(&mut self, time: Millis, most: usize, span: Millis) -> Result<(), Millis> {
        self.0.retain(|at| time - at < span);
        if self.0.len() < most {
            self.0.push(time);
            return Ok(());
        }
        Err(self.wait(time, span))
    }

    /// How long until the oldest of them does not count any more.
    pub(crate) fn wait(&self, time: Millis, span: Millis) -> Millis {
        self.0.first().map_or(span, |at| at + span - time)
    }
}
