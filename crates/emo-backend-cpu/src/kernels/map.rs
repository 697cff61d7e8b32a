//! Loops over vectors.

#![expect(
    unsafe_code,
    reason = "slices are kept as pointers so that one may be read and written"
)]

use std::marker::PhantomData;

/// Floats that become others: in place, or from one slice to another.
#[derive(Debug)]
pub(crate) struct Floats<'a> {
    from: *const f32,
    to: *mut f32,
    len: usize,
    slices: PhantomData<&'a mut [f32]>,
}

impl<'a> Floats<'a> {
    #[inline(always)]
    pub(crate) fn in_place(values: &'a mut [f32]) -> Self {
        let to = values.as_mut_ptr();
        Self {
            from: to.cast_const(),
            to,
            len: values.len(),
            slices: PhantomData,
        }
    }

    /// As many as both slices have.
    #[inline(always)]
    pub(crate) fn between(input: &'a [f32], output: &'a mut [f32]) -> Self {
        Self {
            from: input.as_ptr(),
            to: output.as_mut_ptr(),
            len: input.len().min(output.len()),
            slices: PhantomData,
        }
    }

    /// The place where they are written, with the elements that are read.
    pub(crate) fn copied(self) -> &'a mut [f32] {
        // SAFETY: both places are of slices of this length, borrowed for so long, and the one that is written is
        // borrowed by this alone; `copy` allows for their being one.
        unsafe {
            std::ptr::copy(self.from, self.to, self.len);
            std::slice::from_raw_parts_mut(self.to, self.len)
        }
    }

    /// Where they are read, where they are written, and how many there are.
    ///
    /// Both places are of slices of this length, which are the same or do not overlap.
    #[inline(always)]
    pub(crate) fn parts(&self) -> (*const f32, *mut f32, usize) {
        (self.from, self.to, self.len)
    }
}

/// Makes each element of [`Floats`] the function of a vector that holds it.
///
/// The function is written into the one loop that needs it, as a closure might be compiled by itself, without the
/// vectors' instructions.
macro_rules! map_vectors {
    ($simd:expr, $floats:expr, $x:ident => $y:expr) => {{
        let simd = $simd;
        let (from, to, len) = crate::kernels::map::Floats::parts(&$floats);
        let mut at = 0;
        while at < len {
            let n = S::LANES.min(len - at);
            // SAFETY: both places have `n` elements from `at` on, and what is read there is read before it is
            // written.
            unsafe {
                let $x = match n == S::LANES {
                    true => simd.load(from.add(at)),
                    false => simd.load_first(from.add(at), n),
                };
                let y = $y;
                match n == S::LANES {
                    true => simd.store(y, to.add(at)),
                    false => simd.store_first(y, to.add(at), n),
                }
            }
            at += n;
        }
    }};
}

pub(crate) use map_vectors;
