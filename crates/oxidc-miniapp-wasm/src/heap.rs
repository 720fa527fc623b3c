//! Memory for one machine: blocks of powers of two, kept by size when they are free. A general allocator would be a tenth of the module, and bring the
//! library's message about exhausted memory, which formats.

#![allow(unsafe_code)]

use core::alloc::{GlobalAlloc, Layout};
use core::arch::wasm32::{memory_grow, memory_size, unreachable};
use core::cell::UnsafeCell;

const PAGE: usize = 65_536;
/// Blocks have this size at least, and are aligned to it.
const SMALLEST: usize = 16;

struct Heap(UnsafeCell<State>);

struct State {
    /// The first free block of each size; each holds the address of the next.
    free: [usize; 32],
    /// Where memory begins that was never used, and where it ends.
    fresh: usize,
    end: usize,
}

// SAFETY: the module is built without threads.
unsafe impl Sync for Heap {}

#[global_allocator]
static HEAP: Heap = Heap(UnsafeCell::new(State { free: [0; 32], fresh: 0, end: 0 }));

/// Which list a block belongs to: the number of bits of its size.
fn class(size: usize) -> usize {
    (size.max(SMALLEST) - 1).leading_zeros() as usize
}

fn size_of(class: usize) -> usize {
    1 << (32 - class)
}

// SAFETY: blocks are aligned to 16 octets, which is more than anything here asks for; a block is in use or in one list, never both.
unsafe impl GlobalAlloc for Heap {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: nothing else runs.
        let state = unsafe { &mut *self.0.get() };
        let class = class(layout.size());
        let Some(first) = state.free.get_mut(class) else { unreachable() };
        if *first != 0 {
            let block = *first as *mut usize;
            // SAFETY: a free block holds the address of the next.
            *first = unsafe { *block };
            return block.cast();
        }
        let size = size_of(class);
        if state.end - state.fresh < size {
            let pages = size.div_ceil(PAGE);
            let grown = memory_grow(0, pages);
            if grown == usize::MAX {
                unreachable()
            }
            if grown * PAGE != state.end {
                state.fresh = grown * PAGE;
            }
            state.end = memory_size(0) * PAGE;
        }
        let block = state.fresh;
        state.fresh += size;
        block as *mut u8
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: nothing else runs.
        let state = unsafe { &mut *self.0.get() };
        if let Some(first) = state.free.get_mut(class(layout.size())) {
            // SAFETY: the block is not used any more and has room for an address.
            unsafe { *block.cast() = *first };
            *first = block as usize;
        }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        if class(layout.size()) == class(size) {
            return block;
        }
        // SAFETY: what the caller promises.
        unsafe {
            let new = self.alloc(Layout::from_size_align_unchecked(size, layout.align()));
            core::ptr::copy_nonoverlapping(block, new, layout.size().min(size));
            self.dealloc(block, layout);
            new
        }
    }
}
