use crate::{
    buffer::SliceMut,
    kernel::{Follower, Inputs, Kernel},
    kernels::{gemm::Strided, unary::Unary},
    simd::{Level, Simd, Vectorize},
};

/// Widths of the panels that columns are packed in; the widest that still fits is taken first.
const WIDTHS: [usize; 4] = [64, 32, 16, 8];

/// A row vector times a constant `k × n` matrix, plus a constant.
///
/// The columns are packed in panels, each stored row by row, so that the weights stream through once and no
/// sum runs across a register.
#[derive(Debug)]
pub(crate) struct Dense {
    level: Level,
    k: usize,
    n: usize,
    weights: Vec<f32>,
    /// Rounded up to whole panels.
    bias: Vec<f32>,
    activation: Option<Unary>,
}

impl Dense {
    /// `bias` holds `n` elements; `scale` multiplies the matrix.
    pub(crate) fn new(
        level: Level,
        (k, n): (usize, usize),
        (weights, strides, scale): (&[f32], Strided, f32),
        mut bias: Vec<f32>,
    ) -> Self {
        bias.resize(n.next_multiple_of(WIDTHS[WIDTHS.len() - 1]), 0.0);
        let mut packed = Vec::with_capacity(k * bias.len());
        for (first, width) in panels(bias.len()) {
            for row in 0..k {
                packed.extend((first..first + width).map(|column| {
                    if column < n {
                        scale * weights[row * strides.row + column * strides.column]
                    } else {
                        0.0
                    }
                }));
            }
        }
        Self {
            level,
            k,
            n,
            weights: packed,
            bias,
            activation: None,
        }
    }
}

/// First column and width of each panel.
fn panels(columns: usize) -> impl Iterator<Item = (usize, usize)> {
    let mut first = 0;
    std::iter::from_fn(move || {
        let width = WIDTHS.into_iter().find(|&width| width <= columns - first)?;
        first += width;
        Some((first - width, width))
    })
}

impl Kernel for Dense {
    fn run(&self, inputs: &Inputs<'_>, output: SliceMut<'_>, _: &mut [f32]) {
        self.level.run(DenseRow {
            dense: self,
            input: inputs.get(0),
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
            Follower::Quantize { .. } | Follower::MaxPool(_) => return false,
            Follower::Activation(activation) => self.activation = Some(*activation),
            Follower::Affine { scale, .. } if scale.len() != self.n => return false,
            Follower::Affine { scale, shift } => {
                for (first, width) in panels(self.bias.len()) {
                    let weights = &mut self.weights[first * self.k..][..width * self.k];
                    for row in weights.chunks_exact_mut(width) {
                        for (weight, scale) in row.iter_mut().zip(&scale[first..]) {
                            *weight = (f64::from(*weight) * scale) as f32;
                        }
                    }
                }
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
    output: &'a mut [f32],
}

impl Vectorize for DenseRow<'_> {
    #[inline(always)]
    fn run<S: Simd, const NR: usize>(self, _: S) {
        let dense = self.dense;
        for (first, width) in panels(dense.bias.len()) {
            let weights = &dense.weights[first * dense.k..][..width * dense.k];
            let bias = &dense.bias[first..][..width];
            let end = dense.n.min(first + width);
            let output = &mut self.output[first..end];
            match width {
                64 => panel::<S, 64>(self.input, weights, bias, output),
                32 => panel::<S, 32>(self.input, weights, bias, output),
                16 => panel::<S, 16>(self.input, weights, bias, output),
                _ => panel::<S, 8>(self.input, weights, bias, output),
            }
        }
        if let Some(activation) = dense.activation {
            activation.apply(self.output);
        }
    }
}

#[inline(always)]
fn panel<S: Simd, const W: usize>(
    input: &[f32],
    weights: &[f32],
    bias: &[f32],
    output: &mut [f32],
) {
    let mut sums = [0.0; W];
    sums.copy_from_slice(bias);
    let (rows, _) = weights.as_chunks::<W>();
    for (&x, row) in input.iter().zip(rows) {
        for (sum, &weight) in sums.iter_mut().zip(row) {
            *sum = S::mul_add_one(x, weight, *sum);
        }
    }
    output.copy_from_slice(&sums[..output.len()]);
}
