//! The boundary between the mini-app machines and a page. `docs/boundary.md` is its contract.
//!
//! Nothing is decided here: inputs are read from JSON, effects are written as JSON.

#![cfg_attr(all(feature = "standalone", target_arch = "wasm32"), no_std)]

extern crate alloc;

#[cfg(feature = "guest")]
pub mod guest;
#[cfg(feature = "host")]
pub mod host;

use alloc::string::String;

use oxidc_core::effect::Now;
use oxidc_core::wire::json::{Object, Value};
use oxidc_miniapp::clock::Moment;
use oxidc_miniapp::fault::Failure;

#[cfg(all(feature = "standalone", target_arch = "wasm32"))]
#[allow(unsafe_code)]
mod standalone {
    #[global_allocator]
    static ALLOCATOR: talc::wasm::WasmDynamicTalc = talc::wasm::new_wasm_dynamic_allocator();

    #[panic_handler]
    fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
        core::arch::wasm32::unreachable()
    }
}

/// The time and the chance of an input. A clock that says something else than a number says nothing: `as` makes zero of it.
#[allow(clippy::cast_possible_truncation)]
fn moment(wall: f64, monotonic: f64, a: u32, b: u32, c: u32, d: u32) -> Moment {
    let mut random = [0; 16];
    for (octets, word) in random.chunks_exact_mut(4).zip([a, b, c, d]) {
        octets.copy_from_slice(&word.to_le_bytes());
    }
    Moment { now: Now { wall: wall as i64, monotonic: monotonic as i64 }, random }
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

fn effect(name: &str) -> Object {
    Object::new().with("do", name)
}

/// What a machine answers to an input: its effects, and when it wants to be fed again at the latest.
fn answer(effects: alloc::vec::Vec<Value>, wake: Option<i64>) -> String {
    Value::from(Object::new().with("effects", effects).with("wake", wake)).to_text()
}

fn thrown(failure: &Failure) -> String {
    failure.to_value().to_text()
}
