#![expect(
    unsafe_code,
    reason = "vectors are read inside slices whose lengths are checked once"
)]

use std::ops::Range;

#[cfg(feature = "threads")]
use crate::kernels::divide::Divide;
use crate::{
    buffer::{CORE_CACHE_LEN, SliceMut},
    kernel::{Follower, Inputs, Kernel},
    kernels::{
        dense::sum_of_lanes,
        gemm::Strided,
        unary::{InPlace, Unary},
    },
    simd::{Level, Simd, Vectorize},
};

/// How many rows are multiplied side by side, to read each element of the vector once for all of them and to hide an
/// addition's latency.
const ROWS: usize = 8;

/// A vector times the rows of a constant `n × k` matrix, each times a factor, plus a constant.
///
/// The second operand is the matrix, which is read where the model has it: of weights that fill no cache, a packed
/// copy would take as long to make as many runs gain by it, and as much memory again.
#[derive(Debug)]
pub(crate) struct DenseRows {
    level: Level,
    k: usize,
    scale: Vec<f32>,
    bias: Vec<f32>,
    activation: Option<Unary>,
}

impl DenseRows {
    /// Whether the elements of each of `n` columns lie side by side, and all of them in no cache of a core.
    pub(crate) fn suits((k, n): (usize, usize), strides: Strided) -> bool {
        let len = k.saturating_mul(n).saturating_mul(size_of::<f32>());
        strides.columns_lie_together(k) && len > CORE_CACHE_LEN
    }

    /// For `k` columns and as many rows as `bias` has elements.
    pub(crate) fn new(level: Level, k: usize, scale: f32, bias: Vec<f32>) -> Self {
        Self {
            level,
            k,
            scale: vec![scale; bias.len()],
            bias,
            activation: None,
        }
    }

    fn run_rows(&self, inputs: &Inputs<'_>, rows: Range<usize>, output: SliceMut<'_>) {
        let output = &mut output.of()[..rows.len()];
        self.level.run(Products {
            input: &inputs.get(0)[..self.k],
            matrix: &inputs.get(1)[rows.start * self.k..rows.end * self.k],
            output,
        });
        let affine = self.scale[rows.clone()].iter().zip(&self.bias[rows]);
        for (y, (scale, bias)) in output.iter_mut().zip(affine) {
            *y = scale * *y + bias;
        }
        if let Some(activation) = self.activation {
            self.level.run(InPlace {
                function: activation,
                values: output,
            });
        }
    }
}

/// By as many rows as are multiplied side by side.
#[cfg(feature = "threads")]
impl Divide for DenseRows {
    fn nanos(&self) -> u64 {
        self.macs() / 5
    }

    fn units(&self) -> usize {
        self.bias.len().div_ceil(ROWS)
    }

    fn start(&self, unit: usize) -> usize {
        self.bias.len().min(unit * ROWS)
    }

    fn run_units(
        &self,
        inputs: &Inputs<'_>,
        _: &[f32],
        units: Range<usize>,
        output: SliceMut<'_>,
        _: &mut [f32],
    ) {
        let rows = self.start(units.start)..self.start(units.end);
        self.run_rows(inputs, rows, output);
    }
}

impl Kernel for DenseRows {
    #[cfg(feature = "threads")]
    fn divide(&self) -> Option<&dyn Divide> {
        Some(self)
    }

    fn run(&self, inputs: &Inputs<'_>, output: SliceMut<'_>, _: &mut [f32]) {
        self.run_rows(inputs, 0..self.bias.len(), output);
    }

    fn macs(&self) -> u64 {
        self.k as u64 * self.bias.len() as u64
    }

    fn constant_bytes(&self) -> usize {
        size_of_val(&*self.scale) + size_of_val(&*self.bias)
    }

    fn absorb(&mut self, follower: &Follower) -> bool {
        if self.activation.is_some() {
            return false;
        }
        match follower {
            Follower::Activation(activation) => self.activation = Some(*activation),
            Follower::Affine { scale, shift, .. } if scale.len() == self.bias.len() => {
                let ours = self.scale.iter_mut().zip(&mut self.bias);
                for ((factor, bias), (scale, shift)) in ours.zip(scale.iter().zip(shift)) {
                    *factor = (f64::from(*factor) * scale) as f32;
                    *bias = (f64::from(*bias) * scale + shift) as f32;
                }
            }
            _ => return false,
        }
        true
    }
}

/// The product of a vector and each row of a matrix.
struct Products<'a> {
    input: &'a [f32],
    matrix: &'a [f32],
    output: &'a mut [f32],
}

impl Vectorize for Products<'_> {
    #[inline(always)]
    fn run<S: Simd, const NR: usize>(self, simd: S) {
        let k = self.input.len();
        let (several, single) = self.output.as_chunks_mut::<ROWS>();
        let (matrix, rest) = self.matrix.split_at(several.len() * ROWS * k);
        for (output, rows) in several.iter_mut().zip(matrix.chunks_exact(ROWS * k)) {
            *output = products(simd, self.input, rows);
        }
        for (output, row) in single.iter_mut().zip(rest.chunks_exact(k)) {
            [*output] = products(simd, self.input, row);
        }
    }
}

/// The product with each of `R` rows, of which each lane sums those of its own columns.
#[inline(always)]
fn products<S: Simd, const R: usize>(simd: S, input: &[f32], rows: &[f32]) -> [f32; R] {
    let k = input.len();
    assert!(rows.len() == R * k);
    let mut sums = [simd.splat(0.0); R];
    let (x, w) = (input.as_ptr(), rows.as_ptr());
    let whole = k - k % S::LANES;
    // SAFETY: the input has `k` elements and so has each of the `R` rows, which lie one behind the other.
    unsafe {
        for at in (0..whole).step_by(S::LANES) {
            let x = simd.load(x.add(at));
            for (row, sum) in sums.iter_mut().enumerate() {
                *sum = simd.mul_add(x, simd.load(w.add(row * k + at)), *sum);
            }
        }
        if whole < k {
            let rest = k - whole;
            let x = simd.load_first(x.add(whole), rest);
            for (row, sum) in sums.iter_mut().enumerate() {
                let w = simd.load_first(w.add(row * k + whole), rest);
                *sum = simd.mul_add(x, w, *sum);
            }
        }
    }
    sums.map(|sum| sum_of_lanes(simd, sum))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::DenseRows;
    use crate::{
        buffer::{Slice, SliceMut},
        kernel::{Follower, Inputs, Kernel},
        kernels::{
            gemm::Strided,
            oracle::{close, values},
        },
        simd::levels,
    };

    proptest! {
        #[test]
        fn rows_are_the_textbooks(n in 1_usize..40, k in 1_usize..150, seed: u64) {
            let (x, matrix, bias) = (values(seed, k), values(!seed, k * n), values(seed ^ 1, n));
            let [scale, shift]: [Vec<f64>; 2] = [seed ^ 2, seed ^ 3]
                .map(|seed| values(seed, n).into_iter().map(f64::from).collect());
            let sums: Vec<f64> = matrix
                .chunks_exact(k)
                .zip(&bias)
                .map(|(row, &bias)| {
                    let products = row.iter().zip(&x).map(|(&w, &x)| f64::from(w) * f64::from(x));
                    0.5 * products.sum::<f64>() + f64::from(bias)
                })
                .collect();
            let affine: Vec<f64> = (0..n).map(|i| sums[i] * scale[i] + shift[i]).collect();
            for level in levels() {
                let mut dense = DenseRows::new(level, k, 0.5, bias.clone());
                for expected in [&sums, &affine] {
                    let mut output = vec![f32::NAN; n];
                    let inputs = [Slice::F32(&x), Slice::F32(&matrix)];
                    dense.run(&Inputs::Folded(&inputs), SliceMut::F32(&mut output), &mut []);
                    close(&output, expected, k + 2)?;
                    let follower = Follower::Affine { scale: scale.clone(), shift: shift.clone(), inner: 1 };
                    prop_assert!(dense.absorb(&follower));
                }
            }
        }
    }

    #[test]
    fn only_large_matrices_whose_columns_lie_together_are_read_in_place() {
        let (k, n) = (4096, 256);
        let (by_column, by_row) = (Strided { row: 1, column: k }, Strided { row: n, column: 1 });
        assert!(DenseRows::suits((k, n), by_column));
        assert!(!DenseRows::suits((k, n), by_row));
        assert!(!DenseRows::suits((k, n / 2), by_column));
    }
}
