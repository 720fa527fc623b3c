//! The module itself: memory, and the functions that a page calls. One instance holds one machine.

#![allow(unsafe_code)]

use alloc::string::String;
use alloc::vec::Vec;
use core::cell::UnsafeCell;

use crate::Instance;
use crate::allocator::Blocks;
#[cfg(feature = "guest")]
use crate::guest::Boundary;
#[cfg(not(feature = "guest"))]
use crate::host::Boundary;

#[global_allocator]
static ALLOCATOR: Blocks = Blocks::new();

// A trap ends this instance; nothing of it is used again.
#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    core::arch::wasm32::unreachable()
}

struct Memory(UnsafeCell<State>);

struct State {
    input: Vec<u8>,
    output: String,
    machine: Instance<Boundary>,
}

// SAFETY: the module is built without threads.
unsafe impl Sync for Memory {}

static MEMORY: Memory = Memory(UnsafeCell::new(State { input: Vec::new(), output: String::new(), machine: Instance::new() }));

#[allow(clippy::mut_from_ref)]
fn state() -> &'static mut State {
    // SAFETY: each exported function takes it once, and none is entered while another runs: none calls the page.
    unsafe { &mut *MEMORY.0.get() }
}

/// Makes room for an input of so many octets.
#[unsafe(no_mangle)]
extern "C" fn room(length: usize) -> *mut u8 {
    let state = state();
    state.input = alloc::vec![0; length];
    state.input.as_mut_ptr()
}

/// Feeds the input that was written, with both clocks and four random numbers; gives back the number of octets of the answer.
#[unsafe(no_mangle)]
extern "C" fn feed(wall: f64, monotonic: f64, a: u32, b: u32, c: u32, d: u32) -> usize {
    let state = state();
    // SAFETY: the page writes what its `TextEncoder` gave it.
    let text = unsafe { String::from_utf8_unchecked(core::mem::take(&mut state.input)) };
    state.output = state.machine.feed(&text, wall, monotonic, [a, b, c, d]);
    state.output.len()
}

/// Where the answer is.
#[unsafe(no_mangle)]
extern "C" fn answer() -> *const u8 {
    state().output.as_ptr()
}
