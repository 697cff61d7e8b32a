#![expect(
    unsafe_code,
    reason = "a tile reads and writes by pointers whose extents its caller has checked"
)]

use crate::simd::Simd;

/// What the tiles of one panel of output channels have alike.
#[derive(Debug, Clone, Copy)]
pub(super) struct Panel<'a> {
    /// Where each run of inputs begins, relative to those of a position.
    pub(super) runs: &'a [usize],
    /// Inputs of one run, side by side.
    pub(super) run_len: usize,
    /// For each input of each run, the weights of the panel's channels.
    pub(super) weights: *const f32,
    pub(super) bias: *const f32,
    /// Channels of the panel that are written.
    pub(super) channels: usize,
    /// From the channels of one position to those of the next.
    pub(super) output_step: usize,
    pub(super) bounds: (f32, f32),
}

/// The most positions of a tile of `vectors` vectors of channels: three quarters of the registers hold sums, the
/// others the operands. More than twelve sums hide no more latency.
pub(super) const fn most_positions(registers: usize, vectors: usize) -> usize {
    let positions = registers / 4 * 3 / vectors;
    if positions < MOST_POSITIONS {
        positions
    } else {
        MOST_POSITIONS
    }
}

/// Of all sets of instructions.
pub(super) const MOST_POSITIONS: usize = 12;

/// Computes `V` vectors of output channels at `P` positions, of which `inputs` are the first inputs.
///
/// # Safety
/// At each of `inputs`, `run_len` numbers can be read from each run's begin on; `run_len · V · LANES` weights can
/// be read for each run, and `V · LANES` numbers of the bias; `channels ≤ V · LANES` numbers can be written at
/// `output` and at each of `P − 1` steps from there.
#[inline(always)]
pub(super) unsafe fn tile<S: Simd, const P: usize, const V: usize>(
    simd: S,
    panel: Panel<'_>,
    inputs: [*const f32; P],
    output: *mut f32,
) {
    // SAFETY: the caller's promise.
    let bias = unsafe { vectors::<S, V>(simd, panel.bias) };
    let mut sums = [bias; P];
    let mut weights = panel.weights;
    for &run in panel.runs {
        for at in run..run + panel.run_len {
            // SAFETY: the caller's promise; each input of each run takes one step.
            let row = unsafe { vectors::<S, V>(simd, weights) };
            weights = weights.wrapping_add(V * S::LANES);
            for (sums, input) in sums.iter_mut().zip(inputs) {
                // SAFETY: the caller's promise.
                let x = simd.splat(unsafe { *input.add(at) });
                for (sum, &weight) in sums.iter_mut().zip(&row) {
                    *sum = simd.mul_add(x, weight, *sum);
                }
            }
        }
    }
    let (low, high) = (simd.splat(panel.bounds.0), simd.splat(panel.bounds.1));
    for sum in sums.as_flattened_mut() {
        // The order of the operands keeps NaN.
        *sum = simd.min(high, simd.max(low, *sum));
    }
    // SAFETY: the caller's promise.
    unsafe {
        if panel.channels == V * S::LANES {
            for (p, sums) in sums.into_iter().enumerate() {
                for (v, sum) in sums.into_iter().enumerate() {
                    simd.store(sum, output.add(p * panel.output_step + v * S::LANES));
                }
            }
        } else {
            // Only the last vector is not whole.
            let rest = panel.channels - (V - 1) * S::LANES;
            for (p, sums) in sums.into_iter().enumerate() {
                let output = output.add(p * panel.output_step);
                for (v, sum) in sums.into_iter().enumerate() {
                    let n = if v + 1 < V { S::LANES } else { rest };
                    simd.store_first(sum, output.add(v * S::LANES), n);
                }
            }
        }
    }
}

/// # Safety
/// `V · LANES` numbers can be read at `from`.
#[inline(always)]
unsafe fn vectors<S: Simd, const V: usize>(simd: S, from: *const f32) -> [S::F32; V] {
    // Closures of `from_fn` would not be compiled for the instructions.
    let mut vectors = [simd.splat(0.0); V];
    for (v, vector) in vectors.iter_mut().enumerate() {
        // SAFETY: the caller's promise.
        *vector = unsafe { simd.load(from.add(v * S::LANES)) };
    }
    vectors
}
