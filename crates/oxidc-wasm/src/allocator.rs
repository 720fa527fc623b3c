//! The memory of the module: blocks whose sizes are powers of two, and one list of free blocks for each size. Blocks are never
//! joined or split. A client holds little and asks for the same sizes again and again, and this costs a third of the code of a
//! general allocator.

#![allow(unsafe_code)]

use core::alloc::{GlobalAlloc, Layout};
use core::arch::wasm32::{memory_grow, unreachable};
use core::cell::Cell;
use core::ptr::null_mut;

/// What memory grows by, in octets.
const PAGE: usize = 65_536;
/// The smallest block, as a power of two: it must hold the address of the next free one, and be aligned for all types.
const SMALLEST: u32 = 4;

/// Free blocks by size, and the rest of the memory that was taken from the platform.
pub(crate) struct Blocks {
    free: [Cell<*mut u8>; 32],
    next: Cell<usize>,
    end: Cell<usize>,
}

impl Blocks {
    pub(crate) const fn new() -> Self {
        Self { free: [const { Cell::new(null_mut()) }; 32], next: Cell::new(0), end: Cell::new(0) }
    }

    /// The list for a size. Alignments are at most 16 here, and a larger one would only need a larger block.
    fn list(&self, layout: Layout) -> (&Cell<*mut u8>, usize) {
        let size = (layout.size() | layout.align() | 1 << SMALLEST).next_power_of_two();
        match self.free.get(size.trailing_zeros() as usize) {
            Some(list) => (list, size),
            None => unreachable(),
        }
    }

    fn take(&self, size: usize) -> *mut u8 {
        if self.end.get() - self.next.get() < size {
            let pages = size.div_ceil(PAGE);
            let from = memory_grow(0, pages);
            if from == usize::MAX {
                // There is nothing that the core could do without memory; the page starts another one.
                unreachable();
            }
            self.next.set(from * PAGE);
            self.end.set((from + pages) * PAGE);
        }
        let at = self.next.get();
        self.next.set(at + size);
        at as *mut u8
    }
}

// SAFETY: a module without shared memory has one thread.
unsafe impl Sync for Blocks {}

// SAFETY: a block is in one place only: with whoever asked for it, or in the list of its size, whose links are in the blocks
// themselves. Blocks begin at multiples of the smallest size, because all sizes are multiples of it.
unsafe impl GlobalAlloc for Blocks {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let (list, size) = self.list(layout);
        let block = list.get();
        if block.is_null() {
            return self.take(size);
        }
        // SAFETY: what is in a list is free, and holds the address of the next one.
        list.set(unsafe { block.cast::<*mut u8>().read() });
        block
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        let (list, _) = self.list(layout);
        // SAFETY: the block is given back, and is large enough for an address.
        unsafe { block.cast::<*mut u8>().write(list.get()) };
        list.set(block);
    }
}
