//! Stories of tabs, a provider, a network and clocks. Each replays from its seed.

#![allow(clippy::indexing_slicing, clippy::panic, clippy::print_stdout, clippy::unwrap_used)]

mod api;
mod clocks;
mod loss;
mod network;
mod replay;
mod schedules;
mod sign_in;
mod sign_out;
mod storage;
mod tabs;
mod token_answers;

use oxidc_testkit::{Tab, World};

/// A world without renewal by timers: what happens is what the story asks for.
fn quiet(seed: u64) -> World {
    let mut world = World::new(seed);
    world.options["automaticRenewal"] = false.into();
    world
}

/// The same, with one tab that is signed in and whose access token has expired.
fn expired(seed: u64) -> (World, Tab) {
    let mut world = quiet(seed);
    let tab = world.signed_in_tabs(1)[0];
    world.expire();
    (world, tab)
}
