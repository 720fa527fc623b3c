//! The machines of both sides, alone, as a pair, and in seeded worlds with faults.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::string_slice)]

mod bounds;
mod frame;
#[allow(unreachable_pub)]
mod fuzz;
mod guest;
mod handshake;
mod host;
#[allow(unreachable_pub)]
mod pair;
#[allow(unreachable_pub)]
mod random;
mod requests;
mod schedule;
#[allow(unreachable_pub)]
mod world;
