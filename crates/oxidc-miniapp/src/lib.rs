//! Tokens for an application that lives in a frame of somebody else's page. `docs/miniapp-protocol.md` is the contract.
//!
//! Two machines, one for each side: [`guest::Guest`] in the frame, [`host::Host`] in the platform's page. They perform
//! nothing: what happened goes in as data, what is to be done comes out as data, and the same inputs give the same outputs.
//!
//! **Rule of use:** feed one input, then perform all effects that came back, in their order, before feeding the next. After each
//! input ask `wake()` when the machine wants to be fed [`Timer`](guest::Input::Timer) at the latest.
//!
//! ```text
//!   frame: Guest --Effect--> window, port, timer, fetch        page: Host --Effect--> window, port, timer, source of tokens
//!            ^------Input------+                                       ^------Input------+
//! ```

#![no_std]

extern crate alloc;

pub mod clock;
pub mod fault;
pub mod guest;
pub mod host;
pub mod message;
pub mod origin;
pub mod version;
mod words;
