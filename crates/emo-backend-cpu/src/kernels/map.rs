//! Loops over vectors.

/// Replaces each element of a slice by the function of a vector that holds it, or makes `output` so of `input`.
///
/// The function is written into the one loop that needs it, as a closure might be compiled by itself, without the
/// vectors' instructions.
macro_rules! map_vectors {
    ($simd:expr, $values:expr, $x:ident => $y:expr) => {{
        let values: &mut [f32] = $values;
        let to = values.as_mut_ptr();
        map_vectors!(@loop $simd, to.cast_const(), to, values.len(), $x => $y)
    }};
    ($simd:expr, $input:expr => $output:expr, $x:ident => $y:expr) => {{
        let (input, output): (&[f32], &mut [f32]) = ($input, $output);
        let len = input.len().min(output.len());
        map_vectors!(@loop $simd, input.as_ptr(), output.as_mut_ptr(), len, $x => $y)
    }};
    (@loop $simd:expr, $from:expr, $to:expr, $len:expr, $x:ident => $y:expr) => {{
        let (simd, from, to, len) = ($simd, $from, $to, $len);
        let mut at = 0;
        while at < len {
            let n = S::LANES.min(len - at);
            // SAFETY: both places are of slices that have `n` elements from `at` on, and what is read there is
            // read before it is written.
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
