//! A simulated world for oxidc: browser tabs, a strict provider, storage, locks, a clock and a network, in one thread
//! and from one seed.
//!
//! A [`World`] runs as many tabs as a story needs, each with a real `oxidc_core::Client`, and performs their effects in
//! virtual time. Whatever could come in another order does so by the seed; the same seed gives the same effects, byte
//! for byte. When a story fails, the seed and what happened so far are printed.
//!
//! ```
//! use oxidc_testkit::World;
//!
//! let mut world = World::new(7);
//! let tab = world.tab();
//! world.sign_in(tab);
//! assert_eq!(world.get_session(tab)["subject"], "alice");
//! ```
//!
//! | module | what it holds |
//! |---|---|
//! | [`world`] | the tabs, the calls of the applications in them, and the passing of time |
//! | [`network`] | what becomes of each request |
//! | [`provider`] | the other side, with the same file names as the client |
//! | [`storage`], [`locks`], [`clock`] | what the tabs of a browser share, and how it breaks |
//! | [`invariants`] | what must hold after each step of any story |
//! | [`losses`] | which sessions no client could have kept |
//! | [`schedule`] | stories that nobody wrote, by the million |
//! | [`broken`] | machines that the invariants must catch |

// This is a tool of tests: what cannot be in a story stops it.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

pub mod broken;
mod callers;
pub mod clock;
mod early;
pub mod invariants;
pub mod locks;
pub mod losses;
pub mod network;
mod perform;
pub mod provider;
pub mod random;
pub mod schedule;
mod steps;
pub mod storage;
pub mod story;
mod tab;
pub mod world;

pub use network::{Asked, Fate, Weather};
pub use provider::{Provider, Rotation};
pub use storage::Fault;
pub use tab::{Call, Tab};
pub use world::{APP, World};
