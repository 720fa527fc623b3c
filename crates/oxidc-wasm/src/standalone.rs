//! The module for the npm package: no standard library, no glue. One instance of the module is one core; texts go in and
//! out through one buffer. `packages/oxidc/src/load/core.ts` is the other side.

#![allow(unsafe_code)]

use alloc::string::String;
use alloc::vec::Vec;
use core::cell::UnsafeCell;

#[cfg(not(feature = "identity"))]
use crate::Core;
use crate::allocator::Blocks;
#[cfg(feature = "identity")]
use crate::identity::Check as Core;

#[global_allocator]
static ALLOCATOR: Blocks = Blocks::new();

// A trap ends this instance; the page makes a new one from storage.
#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    core::arch::wasm32::unreachable()
}

/// The core and the text that goes in or out.
struct Instance(UnsafeCell<(Option<Core>, Vec<u8>)>);

// SAFETY: a module without shared memory has one thread.
unsafe impl Sync for Instance {}

static INSTANCE: Instance = Instance(UnsafeCell::new((None, Vec::new())));

fn instance() -> &'static mut (Option<Core>, Vec<u8>) {
    // SAFETY: the exported functions do not call each other, and nothing that they call leads back to the page.
    unsafe { &mut *INSTANCE.0.get() }
}

/// Makes room for a text of that many octets, and says where.
#[unsafe(no_mangle)]
extern "C" fn room(length: usize) -> *mut u8 {
    let (_, text) = instance();
    *text = alloc::vec![0; length];
    text.as_mut_ptr()
}

/// Calls the core with the text that lies ready; says how long the answer is. 0 makes the core (`number` is the octets of
/// the options, which stand before the page), 1 starts, 2 resumes an effect, 3 cancels a task.
#[unsafe(no_mangle)]
extern "C" fn call(what: u32, number: u32, wall: f64, monotonic: f64) -> usize {
    let (core, text) = instance();
    let input = String::from_utf8(core::mem::take(text)).unwrap_or_default();
    let answer = match (what, core.as_mut()) {
        (1, Some(core)) => core.start(&input, wall, monotonic),
        (2, Some(core)) => core.resume(number, &input, wall, monotonic),
        (3, Some(core)) => core.cancel(number, wall, monotonic),
        _ => {
            let (options, page) = input.split_at_checked(number as usize).unwrap_or_default();
            match Core::new(options, page, wall, monotonic) {
                Ok(made) => {
                    *core = Some(made);
                    String::new()
                }
                Err(refused) => refused,
            }
        }
    };
    *text = answer.into_bytes();
    text.len()
}

/// Where the answer is.
#[unsafe(no_mangle)]
extern "C" fn answer() -> *const u8 {
    instance().1.as_ptr()
}
