//! The boundary between the protocol core and a page. `docs/boundary.md` is its contract.
//!
//! Nothing is decided here: commands and outcomes are read from JSON, effects are written as JSON.

#![cfg_attr(all(feature = "standalone", target_arch = "wasm32"), no_std)]
#![cfg_attr(test, allow(clippy::panic))]

extern crate alloc;

#[cfg(all(feature = "standalone", target_arch = "wasm32"))]
mod allocator;
pub mod effects;
pub mod identity;
pub mod outcomes;
#[cfg(all(feature = "standalone", target_arch = "wasm32"))]
mod standalone;

use alloc::string::String;
use alloc::vec::Vec;

use oxidc_core::command::Command;
use oxidc_core::config::client::ClientConfig;
use oxidc_core::effect::{EffectId, Now};
use oxidc_core::error::{Code, Error, Result};
use oxidc_core::wire::json::{Object, Value};
use oxidc_core::{Client, Frame, Page};
#[cfg(feature = "bindgen")]
use wasm_bindgen::prelude::wasm_bindgen;

/// A client of the core that speaks JSON.
#[cfg_attr(feature = "bindgen", wasm_bindgen)]
pub struct Core {
    client: Client,
}

#[cfg_attr(feature = "bindgen", wasm_bindgen)]
impl Core {
    /// Makes a client from its options and its page.
    ///
    /// # Errors
    ///
    /// The JSON text of an error when the configuration is wrong.
    #[cfg_attr(feature = "bindgen", wasm_bindgen(constructor))]
    pub fn new(options: &str, page: &str, wall: f64, monotonic: f64) -> Result<Core, String> {
        let _ = (wall, monotonic);
        configure(options, page).map(|client| Self { client }).map_err(|error| error.numbered_facts().to_text())
    }

    /// Begins a call of the application; gives back its task and the first effects.
    pub fn start(&mut self, command: &str, wall: f64, monotonic: f64) -> String {
        let command = Value::parse(command).map_err(|_| Error::new(Code::OptionInvalid)).and_then(|c| Command::from_value(&c));
        let (task, refused) = match command {
            Ok(command) => (self.client.start(command, now(wall, monotonic)), None),
            Err(error) => (0, Some(effects::finish(0, 0, Err(error.numbered_facts())))),
        };
        let mut list = self.drain();
        list.extend(refused);
        Value::from(Object::new().with("task", task).with("effects", list)).to_text()
    }

    /// Answers an effect; gives back the next ones.
    pub fn resume(&mut self, effect: EffectId, outcome: &str, wall: f64, monotonic: f64) -> String {
        self.client.resume(effect, outcomes::read(outcome), now(wall, monotonic));
        Value::from(self.drain()).to_text()
    }

    /// Ends a call because the application gave up; gives back the next effects.
    pub fn cancel(&mut self, task: u32, wall: f64, monotonic: f64) -> String {
        self.client.cancel(task, now(wall, monotonic));
        Value::from(self.drain()).to_text()
    }

    fn drain(&mut self) -> Vec<Value> {
        let mut list = Vec::new();
        for (id, effect) in &self.client.effects() {
            list.push(effects::write(*id, effect));
        }
        list
    }
}

fn configure(options: &str, page: &str) -> Result<Client> {
    let malformed = |_| Error::new(Code::OptionInvalid);
    let options = Value::parse(options).map_err(malformed)?;
    let page = Value::parse(page).map_err(malformed)?;
    let text = |name: &str| page.string(name).unwrap_or_default();
    let frame = match text("frame").as_str() {
        "own" => Frame::Own,
        "foreign" => Frame::Foreign,
        _ => Frame::None,
    };
    let page = Page { href: text("href"), origin: text("origin"), frame };
    // A page keeps no secret, whatever it says.
    if options.get("danger").is_some() {
        return Err(Error::new(Code::OptionUnknown).detail("danger"));
    }
    let config = ClientConfig::from_value(&options, &page.origin)?;
    Ok(Client::new(config, page))
}

// A clock that says something else than a number says nothing: `as` makes zero of it.
#[allow(clippy::cast_possible_truncation)]
fn now(wall: f64, monotonic: f64) -> Now {
    Now { wall: wall as i64, monotonic: monotonic as i64 }
}
