//! The boundary between the mini-app machines and a page. `docs/boundary.md` is its contract.
//!
//! Nothing is decided here: inputs are read from JSON, effects are written as JSON. The module has no glue: a text is written into its memory, `feed` is
//! called, and a text is read out of its memory. That costs a frame a third of what generated glue does.

#![cfg_attr(all(feature = "standalone", target_arch = "wasm32"), no_std)]

extern crate alloc;

#[cfg(all(feature = "standalone", target_arch = "wasm32"))]
#[path = "../../oxidc-wasm/src/allocator.rs"]
mod allocator;
#[cfg(feature = "guest")]
pub mod guest;
#[cfg(feature = "host")]
pub mod host;
#[cfg(all(feature = "standalone", target_arch = "wasm32"))]
mod standalone;

use alloc::string::String;
use alloc::vec::Vec;

use oxidc_core::wire::json::{Object, Value};
use oxidc_miniapp::fault::Failure;

/// A text member; the empty text if there is none.
fn text(value: &Value, name: &str) -> String {
    value.get(name).and_then(Value::as_str).map(String::from).unwrap_or_default()
}

/// A flag; false if there is none.
fn flag(value: &Value, name: &str) -> bool {
    value.get(name).and_then(Value::as_bool).unwrap_or(false)
}

/// A number that counts or names something; zero if there is none.
fn number(value: &Value, name: &str) -> u32 {
    value.get(name).and_then(Value::as_integer).and_then(|number| u32::try_from(number).ok()).unwrap_or(0)
}

/// Any member; null if there is none.
fn any(value: &Value, name: &str) -> Value {
    value.get(name).cloned().unwrap_or(Value::Null)
}

fn effect(name: &str) -> Object {
    Object::new().with("do", name)
}

/// What a machine answers to an input: its effects, and when it wants to be fed again at the latest.
fn answer(effects: Vec<Value>, wake: Option<i64>) -> Value {
    Object::new().with("effects", effects).with("wake", wake).into()
}

/// What is answered to an input that is refused.
fn refused(failure: &Failure) -> Value {
    Object::new().with("error", failure.to_value()).into()
}
