#![expect(unsafe_code, reason = "an allocator is an unsafe trait")]

use std::{
    alloc::{GlobalAlloc, Layout, System},
    sync::atomic::{AtomicUsize, Ordering},
};

/// The system's allocator, but for requests that only a file's claim can explain: they are refused, which aborts
/// the test.
///
/// ```
/// use emo_testing::CappedAllocator;
///
/// #[global_allocator]
/// static ALLOCATOR: CappedAllocator = CappedAllocator::per_request(64 << 20);
/// ```
#[derive(Debug)]
pub struct CappedAllocator {
    per_request: usize,
    in_total: usize,
    allocated: AtomicUsize,
}

impl CappedAllocator {
    /// Refuses any single request above `limit` bytes.
    pub const fn per_request(limit: usize) -> Self {
        Self {
            per_request: limit,
            in_total: usize::MAX,
            allocated: AtomicUsize::new(0),
        }
    }

    /// Refuses a request that would leave more than `limit` bytes allocated at once.
    pub const fn in_total(limit: usize) -> Self {
        Self {
            per_request: limit,
            in_total: limit,
            allocated: AtomicUsize::new(0),
        }
    }
}

// SAFETY: every request goes to the system's allocator unchanged, or is answered with null, which the trait allows.
unsafe impl GlobalAlloc for CappedAllocator {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let before = self.allocated.fetch_add(layout.size(), Ordering::Relaxed);
        if layout.size() > self.per_request || before.saturating_add(layout.size()) > self.in_total
        {
            self.allocated.fetch_sub(layout.size(), Ordering::Relaxed);
            return std::ptr::null_mut();
        }
        // SAFETY: the caller's promises are passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        self.allocated.fetch_sub(layout.size(), Ordering::Relaxed);
        // SAFETY: the caller's promises are passed on; `pointer` came from `alloc` above, so from the system.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_above_the_cap_is_refused() {
        let layout = |size| Layout::from_size_align(size, 8).unwrap();
        let (single, total) = (
            CappedAllocator::per_request(64),
            CappedAllocator::in_total(64),
        );
        // SAFETY: the layouts are not empty, and what was given is given back with the same one.
        unsafe {
            assert!(single.alloc(layout(65)).is_null());
            assert!(total.alloc(layout(65)).is_null());
            let (a, b) = (single.alloc(layout(48)), single.alloc(layout(48)));
            assert!(!a.is_null() && !b.is_null());
            single.dealloc(a, layout(48));
            single.dealloc(b, layout(48));
            let a = total.alloc(layout(48));
            assert!(!a.is_null() && total.alloc(layout(48)).is_null());
            total.dealloc(a, layout(48));
            let again = total.alloc(layout(48));
            assert!(!again.is_null());
            total.dealloc(again, layout(48));
        }
    }
}
