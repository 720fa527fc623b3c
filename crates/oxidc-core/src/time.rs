//! Instants and spans. The core has no clock: each input says when it comes ([`Now`](crate::effect::Now)).

/// Seconds since 1970-01-01 UTC, as in `exp` and `iat`.
pub type Timestamp = i64;

/// Milliseconds.
pub type Millis = i64;

/// One second, in [`Millis`].
pub const SECOND: Millis = 1_000;
