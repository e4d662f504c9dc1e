//! How much memory a piece of code takes: an allocator that counts, for each thread on its own.
#![expect(unsafe_code, reason = "an allocator cannot be written without it; this one only counts")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

struct Counting;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

thread_local! {
    /// Bytes that this thread has taken and not given back; below zero if it gave back another's.
    static TAKEN: Cell<isize> = const { Cell::new(0) };
    static PEAK: Cell<isize> = const { Cell::new(0) };
}

/// What `work` returns, and the most bytes that it held at once beyond those that were there before.
pub(crate) fn peak_of<T>(work: impl FnOnce() -> T) -> (T, usize) {
    let before = TAKEN.get();
    PEAK.set(before);
    let result = work();
    (result, usize::try_from(PEAK.get() - before).unwrap_or_default())
}

fn count(bytes: usize, is_taken: bool) {
    let bytes = isize::try_from(bytes).unwrap_or(isize::MAX);
    // A thread that ends may give memory back after its counters are gone.
    let _ = TAKEN.try_with(|taken| {
        let now = taken.get().wrapping_add(if is_taken { bytes } else { -bytes });
        taken.set(now);
        PEAK.with(|peak| peak.set(peak.get().max(now)));
    });
}

// SAFETY: every call goes to the system's allocator as it is; counting touches nothing that it hands out.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size(), true);
        // SAFETY: the caller's promises are passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        count(layout.size(), true);
        // SAFETY: as above.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
        count(layout.size(), false);
        // SAFETY: as above.
        unsafe { System.dealloc(place, layout) }
    }

    unsafe fn realloc(&self, place: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // The old block may still be there while the new one is filled.
        count(size, true);
        count(layout.size(), false);
        // SAFETY: as above.
        unsafe { System.realloc(place, layout, size) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_held_at_once_is_counted() {
        let (_, none) = peak_of(|| 1 + 1);
        assert_eq!(none, 0);
        let (_, one_by_one) = peak_of(|| (0..10).map(|_| vec![0_u8; 1_000].len()).sum::<usize>());
        assert_eq!(one_by_one, 1_000);
        let (kept, together) = peak_of(|| vec![vec![0_u8; 1_000], vec![1; 1_000]]);
        assert!((2_000..2_200).contains(&together), "{together}");
        drop(kept);
    }
}
