#![expect(
    unsafe_code,
    reason = "vectors are read and written inside slices whose lengths are checked once"
)]

use std::ops::Range;

#[cfg(feature = "threads")]
use crate::kernels::divide::Divide;
use crate::{
    buffer::{LINE_LEN, SliceMut},
    form::Interleaved,
    kernel::{Follower, Inputs, Kernel},
    kernels::{aligned::Aligned, gemm::Strided, unary::Unary},
    simd::{Level, Simd, Vectorize},
};

/// Numbers of vectors that a panel of columns is wide; the widest that still fits is taken first.
const WIDTHS: [usize; 3] = [4, 2, 1];

/// The most lanes of a vector at any level.
const MAX_LANES: usize = 16;

/// Sums over the rows of a panel, or over vectors of a row, that are taken side by side to hide an addition's latency.
const SUMS: usize = 8;

/// A row vector times a constant `k × n` matrix, plus a constant.
#[derive(Debug)]
pub(crate) struct Dense {
    level: Level,
    k: usize,
    n: usize,
    form: Form,
    weights: Aligned,
    /// Rounded up to whole vectors.
    bias: Vec<f32>,
    activation: Option<Unary>,
}

/// How the weights are packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    /// In panels of some whole vectors of columns, each stored row by row, so that the weights stream through once
    /// and no sum runs across a register.
    Panels,
    /// Column by column, each rounded up to whole vectors: for fewer columns than would fill a vector.
    Columns,
}

impl Form {
    /// That which costs less: in cycles, a vector of weights takes one, and a sum across a register about 12.
    fn of(lanes: usize, k: usize, n: usize) -> Self {
        if n < lanes && n.saturating_mul(k / lanes + 12) < k {
            Self::Columns
        } else {
            Self::Panels
        }
    }
}

impl Dense {
    /// `bias` holds `n` elements; `scale` multiplies the matrix, whose rows are taken in the order in which an input
    /// of the form `order` has its elements.
    pub(crate) fn new(
        level: Level,
        (k, n): (usize, usize),
        (weights, strides, scale): (&[f32], Strided, f32),
        order: Option<Interleaved>,
        mut bias: Vec<f32>,
    ) -> Self {
        let lanes = level.lanes();
        let form = Form::of(lanes, k, n);
        bias.resize(n.next_multiple_of(lanes), 0.0);
        let places: Vec<usize> = match order {
            None => (0..k).collect(),
            Some(order) => order.places().collect(),
        };
        let at = |row, column| scale * weights[row * strides.row + column * strides.column];
        let packed = match form {
            Form::Panels => {
                let mut packed = Aligned::zeros(k * bias.len());
                for (first, width) in panels(lanes, bias.len()) {
                    let end = n.min(first + width);
                    let panel = &mut packed[first * k..][..width * k];
                    // Row by row of the matrix as it stands, a line of the cache at a time: of weights that fill no
                    // cache, each line is then read and written once.
                    for block in (first..end).step_by(LINE_LEN / size_of::<f32>()) {
                        for (row, place) in places.iter().enumerate() {
                            let to = panel[place * width + block - first..].iter_mut();
                            let columns = block..end.min(block + LINE_LEN / size_of::<f32>());
                            for (to, column) in to.zip(columns) {
                                *to = at(row, column);
                            }
                        }
                    }
                }
                packed
            }
            Form::Columns => {
                let len = k.next_multiple_of(lanes);
                let mut packed = Aligned::zeros(len * n);
                for (column, to) in packed.chunks_exact_mut(len).enumerate() {
                    for (row, &place) in places.iter().enumerate() {
                        to[place] = at(row, column);
                    }
                }
                packed
            }
        };
        Self {
            level,
            k,
            n,
            form,
            weights: packed,
            bias,
            activation: None,
        }
    }

    /// Multiplies all weights of each column by `scale`.
    fn scale_weights(&mut self, scale: &[f64]) {
        let scaled = |weight: &mut f32, scale: f64| *weight = (f64::from(*weight) * scale) as f32;
        let lanes = self.level.lanes();
        match self.form {
            Form::Panels => {
                for (first, width) in panels(lanes, self.bias.len()) {
                    let panel = &mut self.weights[first * self.k..][..width * self.k];
                    for row in panel.chunks_exact_mut(width) {
                        for (weight, &scale) in row.iter_mut().zip(&scale[first..]) {
                            scaled(weight, scale);
                        }
                    }
                }
            }
            Form::Columns => {
                let len = self.k.next_multiple_of(lanes);
                for (column, &scale) in self.weights.chunks_exact_mut(len).zip(scale) {
                    column.iter_mut().for_each(|weight| scaled(weight, scale));
                }
            }
        }
    }
}

/// First column and width of each panel, in columns.
fn panels(lanes: usize, columns: usize) -> impl Iterator<Item = (usize, usize)> {
    let mut first = 0;
    std::iter::from_fn(move || {
        let width = WIDTHS
            .into_iter()
            .map(|vectors| vectors * lanes)
            .find(|&width| width <= columns - first)?;
        first += width;
        Some((first - width, width))
    })
}

/// By the widest panels, the last with those that are less wide.
#[cfg(feature = "threads")]
impl Divide for Dense {
    fn nanos(&self) -> u64 {
        // As long as the weights come from the second cache, or from nearer.
        self.macs() / 24
    }

    fn units(&self) -> usize {
        match self.form {
            Form::Panels => self.bias.len().div_ceil(WIDTHS[0] * self.level.lanes()),
            Form::Columns => 1,
        }
    }

    fn start(&self, unit: usize) -> usize {
        match self.form {
            Form::Panels => self.n.min(unit * WIDTHS[0] * self.level.lanes()),
            Form::Columns => self.n * unit,
        }
    }

    fn run_units(
        &self,
        inputs: &Inputs<'_>,
        _: &[f32],
        units: Range<usize>,
        output: SliceMut<'_>,
        _: &mut [f32],
    ) {
        self.level.run(DenseRow {
            dense: self,
            input: inputs.get(0),
            columns: self.start(units.start)..self.start(units.end),
            output: output.of(),
        });
    }
}

impl Kernel for Dense {
    #[cfg(feature = "threads")]
    fn divide(&self) -> Option<&dyn Divide> {
        Some(self)
    }

    fn run(&self, inputs: &Inputs<'_>, output: SliceMut<'_>, _: &mut [f32]) {
        self.level.run(DenseRow {
            dense: self,
            input: inputs.get(0),
            columns: 0..self.n,
            output: output.of(),
        });
    }

    fn macs(&self) -> u64 {
        self.k as u64 * self.n as u64
    }

    fn constant_bytes(&self) -> usize {
        size_of_val(&*self.weights) + size_of_val(&*self.bias)
    }

    fn absorb(&mut self, follower: &Follower) -> bool {
        if self.activation.is_some() {
            return false;
        }
        match follower {
            Follower::Quantize { .. } | Follower::MaxPool(_) | Follower::Columns(_) => {
                return false;
            }
            Follower::Activation(activation) => self.activation = Some(*activation),
            Follower::Affine { scale, .. } if scale.len() != self.n => return false,
            Follower::Affine { scale, shift, .. } => {
                self.scale_weights(scale);
                for (bias, (scale, shift)) in self.bias.iter_mut().zip(scale.iter().zip(shift)) {
                    *bias = (f64::from(*bias) * scale + shift) as f32;
                }
            }
        }
        true
    }
}

/// One row through a [`Dense`].
struct DenseRow<'a> {
    dense: &'a Dense,
    input: &'a [f32],
    /// Those that are computed: all, or in panels, whole ones.
    columns: Range<usize>,
    /// Of these columns.
    output: &'a mut [f32],
}

impl Vectorize for DenseRow<'_> {
    #[inline(always)]
    fn run<S: Simd, const NR: usize>(self, simd: S) {
        let dense = self.dense;
        let input = &self.input[..dense.k];
        let columns = self.columns;
        let output = &mut self.output[..columns.len()];
        match dense.form {
            Form::Panels => {
                for (first, width) in panels(S::LANES, dense.bias.len()) {
                    if !columns.contains(&first) {
                        continue;
                    }
                    let weights = &dense.weights[first * dense.k..][..width * dense.k];
                    let bias = &dense.bias[first..][..width];
                    let end = dense.n.min(first + width);
                    let output = &mut output[first - columns.start..end - columns.start];
                    if width == 4 * S::LANES {
                        panel::<S, 4, 2>(simd, input, weights, bias, output);
                    } else if width == 2 * S::LANES {
                        panel::<S, 2, 4>(simd, input, weights, bias, output);
                    } else {
                        panel::<S, 1, SUMS>(simd, input, weights, bias, output);
                    }
                }
            }
            Form::Columns => {
                let len = dense.k.next_multiple_of(S::LANES);
                let columns = dense.weights.chunks_exact(len);
                for ((column, output), bias) in columns.zip(&mut *output).zip(&dense.bias) {
                    *output = bias + dot(simd, input, column);
                }
            }
        }
        if let Some(activation) = dense.activation {
            activation.apply(simd, output);
        }
    }
}

/// The product with a panel of `V` vectors, whose rows are cut into `PARTS` that are summed side by side.
#[inline(always)]
#[expect(
    clippy::needless_range_loop,
    reason = "vectors of two parts are combined where they are, in registers"
)]
fn panel<S: Simd, const V: usize, const PARTS: usize>(
    simd: S,
    input: &[f32],
    weights: &[f32],
    bias: &[f32],
    output: &mut [f32],
) {
    let k = input.len();
    let width = V * S::LANES;
    assert!(weights.len() == k * width && bias.len() == width);
    assert!(output.len() <= width && output.len() > width - S::LANES);
    let part = k / PARTS;
    let mut sums = [[simd.splat(0.0); V]; PARTS];
    let (x, w) = (input.as_ptr(), weights.as_ptr());
    // SAFETY: rows are numbered below `k` and vectors below `V`; the panel and the bias hold as many, and the
    // output lacks less than one vector.
    unsafe {
        for row in 0..part {
            for (number, sums) in sums.iter_mut().enumerate() {
                let row = number * part + row;
                let x = simd.splat(*x.add(row));
                for (vector, sum) in sums.iter_mut().enumerate() {
                    let weights = simd.load(w.add(row * width + vector * S::LANES));
                    *sum = simd.mul_add(x, weights, *sum);
                }
            }
        }
        for row in part * PARTS..k {
            let x = simd.splat(*x.add(row));
            for (vector, sum) in sums[0].iter_mut().enumerate() {
                let weights = simd.load(w.add(row * width + vector * S::LANES));
                *sum = simd.mul_add(x, weights, *sum);
            }
        }
        for vector in 0..V {
            let mut n = PARTS;
            while n > 1 {
                n /= 2;
                for number in 0..n {
                    sums[number][vector] = simd.add(sums[number][vector], sums[number + n][vector]);
                }
            }
            let first = vector * S::LANES;
            let sum = simd.add(sums[0][vector], simd.load(bias.as_ptr().add(first)));
            let to = output.as_mut_ptr().add(first);
            if vector < V - 1 {
                simd.store(sum, to);
            } else {
                simd.store_first(sum, to, output.len() - first);
            }
        }
    }
}

/// The product of two vectors, of which the second is padded with zeros to whole vectors.
#[inline(always)]
fn dot<S: Simd>(simd: S, input: &[f32], column: &[f32]) -> f32 {
    let k = input.len();
    assert!(column.len() == k.next_multiple_of(S::LANES));
    let mut sums = [simd.splat(0.0); SUMS];
    let (x, w) = (input.as_ptr(), column.as_ptr());
    // SAFETY: `at` and as many elements as are read from it on lie in both slices.
    unsafe {
        let mut at = 0;
        while at + SUMS * S::LANES <= k {
            for (number, sum) in sums.iter_mut().enumerate() {
                let at = at + number * S::LANES;
                *sum = simd.mul_add(simd.load(x.add(at)), simd.load(w.add(at)), *sum);
            }
            at += SUMS * S::LANES;
        }
        while at < k {
            let x = simd.load_first(x.add(at), S::LANES.min(k - at));
            sums[0] = simd.mul_add(x, simd.load(w.add(at)), sums[0]);
            at += S::LANES;
        }
    }
    let mut n = SUMS;
    while n > 1 {
        n /= 2;
        for number in 0..n {
            sums[number] = simd.add(sums[number], sums[number + n]);
        }
    }
    sum_of_lanes(simd, sums[0])
}

/// The sum of a vector's lanes.
#[inline(always)]
pub(super) fn sum_of_lanes<S: Simd>(simd: S, x: S::F32) -> f32 {
    const { assert!(S::LANES <= MAX_LANES) };
    let mut lanes = [0.0_f32; MAX_LANES];
    // SAFETY: no vector has more lanes than the array elements.
    unsafe { simd.store(x, lanes.as_mut_ptr()) };
    let mut n = MAX_LANES;
    while n > 1 {
        n /= 2;
        for lane in 0..n {
            lanes[lane] += lanes[lane + n];
        }
    }
    lanes[0]
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Dense, Form, Interleaved};
    use crate::{
        buffer::{Slice, SliceMut},
        kernel::{Follower, Inputs, Kernel},
        kernels::{
            gemm::Strided,
            oracle::{close, values},
        },
        simd::levels,
    };

    /// Behind a value whose channels lie side by side: the same numbers, with the weights in the order of the elements.
    #[test]
    fn rows_are_taken_in_the_order_of_the_input() {
        let order = Interleaved {
            channels: 3,
            positions: 5,
        };
        let (k, n) = (15, 21);
        let (x, weights) = (values(1, k), values(2, k * n));
        let interleaved: Vec<f32> = (0..k).map(|i| x[i % 3 * 5 + i / 3]).collect();
        for strides in [Strided { row: n, column: 1 }, Strided { row: 1, column: k }] {
            for level in levels() {
                let weighted = (&weights[..], strides, 2.0);
                let dense = Dense::new(level, (k, n), weighted, Some(order), vec![0.5; n]);
                let mut output = vec![f32::NAN; n];
                let inputs = [Slice::F32(&interleaved)];
                dense.run(
                    &Inputs::Folded(&inputs),
                    SliceMut::F32(&mut output),
                    &mut [],
                );
                let expected: Vec<f64> = (0..n)
                    .map(|column| {
                        let products = x.iter().enumerate().map(|(row, &x)| {
                            let weight = weights[row * strides.row + column * strides.column];
                            f64::from(x) * f64::from(weight)
                        });
                        0.5 + 2.0 * products.sum::<f64>()
                    })
                    .collect();
                close(&output, &expected, 2 * k + 2).unwrap();
            }
        }
    }

    proptest! {
        #[test]
        fn rows_are_the_textbooks(
            n in prop_oneof![1_usize..10, 10_usize..150],
            k in prop_oneof![1_usize..40, 200_usize..400],
            transposed: bool,
            seed: u64,
        ) {
            let strides = match transposed {
                false => Strided { row: n, column: 1 },
                true => Strided { row: 1, column: k },
            };
            let (x, weights, bias) = (values(seed, k), values(!seed, k * n), values(seed ^ 1, n));
            let affine: [Vec<f64>; 2] = [seed ^ 2, seed ^ 3]
                .map(|seed| values(seed, n).into_iter().map(f64::from).collect());
            let [scale, shift] = affine;
            let sums: Vec<f64> = (0..n)
                .map(|column| {
                    let row = |row: usize| row * strides.row + column * strides.column;
                    let products = (0..k).map(|at| f64::from(x[at]) * f64::from(weights[row(at)]));
                    0.5 * products.sum::<f64>() + f64::from(bias[column])
                })
                .collect();
            let affine: Vec<f64> = (0..n).map(|i| sums[i] * scale[i] + shift[i]).collect();
            for level in levels() {
                let mut dense = Dense::new(level, (k, n), (&weights, strides, 0.5), None, bias.clone());
                for expected in [&sums, &affine] {
                    let mut output = vec![f32::NAN; n];
                    dense.run(&Inputs::Folded(&[Slice::F32(&x)]), SliceMut::F32(&mut output), &mut []);
                    close(&output, expected, k + 2)?;
                    let follower = Follower::Affine { scale: scale.clone(), shift: shift.clone(), inner: 1 };
                    prop_assert!(dense.absorb(&follower));
                }
            }
        }
    }

    #[test]
    fn few_columns_of_many_rows_are_packed_by_column() {
        assert_eq!(Form::of(16, 512, 4), Form::Columns);
        assert_eq!(Form::of(16, 32, 3), Form::Panels);
        assert_eq!(Form::of(8, 512, 8), Form::Panels);
    }
}
