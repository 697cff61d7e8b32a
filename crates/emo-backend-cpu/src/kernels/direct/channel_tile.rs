#![expect(
    unsafe_code,
    reason = "a tile reads and writes by pointers whose extents its caller has checked"
)]

use crate::{kernels::window::Window, simd::Simd};

/// Taps of a row of the kernel that share inputs: as many as most kernels are wide.
const TAPS: usize = 3;

/// What the tiles of one row of output positions and one vector of channels have alike.
#[derive(Debug, Clone, Copy)]
pub(super) struct Row<'a> {
    pub(super) window: &'a Window,
    /// From the vector at one column of the image to that at the next.
    pub(super) input_step: usize,
    /// From the vector at one output position to that at the next.
    pub(super) output_step: usize,
    /// Channels of the vector that there are.
    pub(super) lanes: usize,
    /// Rows of the kernel that lie on the image.
    pub(super) kernel_rows: usize,
    /// The vector at the first column under the first of these rows.
    pub(super) input: *const f32,
    /// Of these rows, a vector for each tap.
    pub(super) weights: *const f32,
    pub(super) bias: *const f32,
    pub(super) bounds: (f32, f32),
}

/// Computes one vector of channels at `P` positions from `column` on.
///
/// `STEP` is the stride where taps lie side by side, or zero for any stride and dilation; `WHOLE`, that all lanes
/// are channels.
///
/// # Safety
/// `lanes` numbers can be read at each column of the image under each row of the kernel, `LANES` at each tap's
/// weights and at `bias`; `lanes` numbers can be written at `output` and at each of `P − 1` positions from there.
#[inline(always)]
pub(super) unsafe fn tile<S: Simd, const P: usize, const STEP: usize, const WHOLE: bool>(
    simd: S,
    row: Row<'_>,
    column: usize,
    output: *mut f32,
) {
    let window = row.window;
    let ([_, stride], [_, pad], [_, width]) = (window.strides, window.pads_begin, window.input);
    let begin = column * stride;
    let end = begin + (P - 1) * stride + window.reach()[1];
    let begin_in_image = begin.wrapping_sub(pad);
    // SAFETY: the caller's promise.
    unsafe {
        let mut sums = [simd.load(row.bias); P];
        if begin >= pad && end <= pad + width {
            sum::<S, P, STEP, WHOLE, true>(simd, row, begin_in_image, &mut sums);
        } else {
            sum::<S, P, STEP, WHOLE, false>(simd, row, begin_in_image, &mut sums);
        }
        let (low, high) = (simd.splat(row.bounds.0), simd.splat(row.bounds.1));
        for (p, sum) in sums.into_iter().enumerate() {
            // The order of the operands keeps NaN.
            let sum = simd.min(high, simd.max(low, sum));
            if WHOLE {
                simd.store(sum, output.add(p * row.output_step));
            } else {
                simd.store_first(sum, output.add(p * row.output_step), row.lanes);
            }
        }
    }
}

/// Adds all taps, the first of the first position at column `begin`; `INSIDE`, that none lies in the padding.
///
/// # Safety
/// As for [`tile`].
#[inline(always)]
unsafe fn sum<S: Simd, const P: usize, const STEP: usize, const WHOLE: bool, const INSIDE: bool>(
    simd: S,
    row: Row<'_>,
    begin: usize,
    sums: &mut [S::F32; P],
) {
    let window = row.window;
    let [_, kernel_columns] = window.kernel;
    let row_step = window.dilations[0] * window.input[1] * row.input_step;
    let mut weights = row.weights;
    let mut local = *sums;
    for kernel_row in 0..row.kernel_rows {
        let input = row.input.wrapping_add(kernel_row * row_step);
        let mut tap = 0;
        while tap < kernel_columns {
            let at = begin.wrapping_add(tap * window.dilations[1]);
            // SAFETY: the caller's promise; the weights advance with the taps.
            unsafe {
                if STEP > 0 && kernel_columns - tap >= TAPS {
                    taps::<S, P, STEP, TAPS, WHOLE, INSIDE>(
                        simd,
                        row,
                        (input, weights),
                        at,
                        &mut local,
                    );
                    weights = weights.add(TAPS * S::LANES);
                    tap += TAPS;
                } else {
                    taps::<S, P, STEP, 1, WHOLE, INSIDE>(
                        simd,
                        row,
                        (input, weights),
                        at,
                        &mut local,
                    );
                    weights = weights.add(S::LANES);
                    tap += 1;
                }
            }
        }
    }
    *sums = local;
}

/// Adds `T` taps side by side, the first of the first position at column `begin`; what taps of following positions
/// share is read once.
///
/// # Safety
/// As for [`tile`].
#[inline(always)]
unsafe fn taps<
    S: Simd,
    const P: usize,
    const STEP: usize,
    const T: usize,
    const WHOLE: bool,
    const INSIDE: bool,
>(
    simd: S,
    row: Row<'_>,
    (input, weights): (*const f32, *const f32),
    begin: usize,
    sums: &mut [S::F32; P],
) {
    let window = row.window;
    let mut factors = [simd.splat(0.0); T];
    for (t, factor) in factors.iter_mut().enumerate() {
        // SAFETY: the caller's promise.
        *factor = unsafe { simd.load(weights.add(t * S::LANES)) };
    }
    let stride = if STEP == 0 { window.strides[1] } else { STEP };
    let mut xs = [simd.splat(0.0); T];
    for (p, sum) in sums.iter_mut().enumerate() {
        for t in 0..T {
            if STEP > 0 && p > 0 && t + STEP < T {
                xs[t] = xs[t + STEP];
                continue;
            }
            let at = begin.wrapping_add(p * stride + t);
            let from = input.wrapping_add(at.wrapping_mul(row.input_step));
            xs[t] = if !INSIDE && at >= window.input[1] {
                simd.splat(0.0)
            } else if WHOLE {
                // SAFETY: the column is in the image.
                unsafe { simd.load(from) }
            } else {
                // SAFETY: as above.
                unsafe { simd.load_first(from, row.lanes) }
            };
        }
        for (x, factor) in xs.into_iter().zip(factors) {
            *sum = simd.mul_add(x, factor, *sum);
        }
    }
}
