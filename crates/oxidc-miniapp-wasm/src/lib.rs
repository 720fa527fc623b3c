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

use oxidc_core::effect::Now;
use oxidc_core::wire::json::{Object, Value};
use oxidc_miniapp::clock::Moment;
use oxidc_miniapp::fault::Failure;

/// One side of the protocol that speaks JSON.
pub trait Side: Sized {
    /// Makes the machine from the first input.
    ///
    /// # Errors
    ///
    /// `{"error": …}` when it is refused.
    fn new(first: &Value) -> Result<Self, Value>;

    /// Feeds another input; the answer.
    fn feed(&mut self, input: &Value, moment: Moment) -> Value;
}

/// A machine that its first input makes.
pub struct Instance<S>(Option<S>);

impl<S: Side> Instance<S> {
    /// Before the first input.
    #[must_use]
    pub const fn new() -> Self {
        Self(None)
    }

    /// Feeds a text with both clocks, in milliseconds, and four random numbers; the answer. What is no JSON is no input that anybody knows.
    #[allow(clippy::cast_possible_truncation)]
    pub fn feed(&mut self, text: &str, wall: f64, monotonic: f64, random: [u32; 4]) -> String {
        let input = Value::parse(text).unwrap_or(Value::Null);
        let [a, b, c, d] = random.map(u128::from);
        let random = (a | b << 32 | c << 64 | d << 96).to_le_bytes();
        // A clock that says something else than a number says nothing: `as` makes zero of it.
        let moment = Moment { now: Now { wall: wall as i64, monotonic: monotonic as i64 }, random };
        let answer = match &mut self.0 {
            Some(side) => side.feed(&input, moment),
            none => match S::new(&input) {
                Ok(side) => {
                    *none = Some(side);
                    Value::Null
                }
                Err(error) => error,
            },
        };
        answer.to_text()
    }
}

impl<S: Side> Default for Instance<S> {
    fn default() -> Self {
        Self::new()
    }
}

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
