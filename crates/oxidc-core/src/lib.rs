//! The protocol core of oxidc: an OAuth 2 and OpenID Connect client that performs nothing.
//!
//! The core decides; a shell around it acts. A call of the application is a [`Command`](command::Command); what the
//! core wants done is an [`Effect`](effect::Effect); what came of it is an [`Outcome`](effect::Outcome). There is no
//! network, no clock, no randomness and no global state in here, so one code serves browsers, native
//! programs and a simulation that can replay any order of events.
//!
//! ```text
//!   application --Command--> Client --Effect--> shell: fetch, WebCrypto, storage, locks, timers
//!                              ^                  |
//!                              +-----Outcome------+
//! ```
//!
//! The modules stand in the order in which things happen:
//!
//! | module | what it holds |
//! |---|---|
//! | [`config`] | who we are and whom we trust |
//! | [`login`] | from "sign in" to a checked identity |
//! | `session` | a signed-in person over time |
//! | `signout` | the end |
//! | [`wire`] | how things look on the line |
//!
//! ```
//! use oxidc_core::{Client, Page, command::Command, config::client::ClientConfig, effect::{Effect, Now}, wire::json::Value};
//!
//! let options = Value::parse(r#"{"issuer": "https://login.example.com", "clientId": "app"}"#).unwrap();
//! let page = Page { href: "https://app.example.com/".into(), origin: "https://app.example.com".into(), ..Page::default() };
//! let config = ClientConfig::from_value(&options, &page.origin).unwrap();
//! let mut client = Client::new(config, page);
//!
//! let task = client.start(Command::GetSession, Now::default());
//! // The core asks for the stored record; a shell would read it and call `resume`.
//! let effects = client.effects();
//! assert!(matches!(effects[0].1, Effect::Load { .. }));
//! assert_eq!(task, 1);
//! ```

#![no_std]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic))]

extern crate alloc;

pub mod client;
pub mod command;
pub mod config;
pub mod effect;
pub mod error;
#[cfg(feature = "extended")]
mod grants;
pub mod login;
#[cfg(feature = "extended")]
pub mod operations;
mod runtime;
pub mod secret;
mod session;
mod signout;
pub mod time;
pub mod wire;

pub use client::{Client, Frame, Page};
