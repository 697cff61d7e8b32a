use std::ops::{Deref, DerefMut};

use crate::buffer::LINE_LEN;

/// Floats, the first of which starts a line of the cache.
#[derive(Debug)]
pub(crate) struct Aligned {
    /// Never grows, so that its elements stay where they are.
    storage: Vec<f32>,
    start: usize,
    len: usize,
}

impl Aligned {
    pub(crate) fn zeros(len: usize) -> Self {
        let spare = LINE_LEN / size_of::<f32>() - 1;
        let storage = vec![0.0_f32; len.saturating_add(spare)];
        // Speed alone depends on what `align_offset` finds.
        let start = storage.as_ptr().align_offset(LINE_LEN).min(spare);
        Self {
            storage,
            start,
            len,
        }
    }
}

impl Deref for Aligned {
    type Target = [f32];

    fn deref(&self) -> &[f32] {
        &self.storage[self.start..][..self.len]
    }
}

impl DerefMut for Aligned {
    fn deref_mut(&mut self) -> &mut [f32] {
        &mut self.storage[self.start..][..self.len]
    }
}
