use crate::{
    buffer::SliceMut,
    kernel::{Follower, Inputs, Kernel},
    kernels::{
        gemm::{Strided, gemm, pack_columns, pack_rows, packed_columns_len, packed_rows_len},
        unary::{InPlace, Unary},
    },
    simd::{Level, Simd, Vectorize},
};

/// The second factor of a [`MatMul`].
#[derive(Debug)]
pub(crate) enum Factor {
    /// Constant, packed when the plan was made.
    Packed(Vec<f32>),
    /// The kernel's second input.
    Input(Strided),
}

/// What a product is added to.
#[derive(Debug)]
pub(crate) enum Addend {
    /// Nothing.
    Zero,
    /// A constant row, added to each row.
    Row(Vec<f32>),
    /// The kernel's last input times a factor, read with strides that are 0 along repeated axes.
    Input { strides: Strided, factor: f32 },
}

/// `alpha · A · B + C`, for every pair of matrices in a batch.
#[derive(Debug)]
pub(crate) struct MatMul {
    level: Level,
    m: usize,
    n: usize,
    k: usize,
    a: Strided,
    b: Factor,
    addend: Addend,
    alpha: f32,
    /// Where the factors of each product start.
    batches: Vec<(usize, usize)>,
    activation: Option<Unary>,
}

impl MatMul {
    pub(crate) fn new(
        level: Level,
        (m, n, k): (usize, usize, usize),
        a: Strided,
        b: Factor,
        batches: Vec<(usize, usize)>,
    ) -> Self {
        Self {
            level,
            m,
            n,
            k,
            a,
            b,
            addend: Addend::Zero,
            alpha: 1.0,
            batches,
            activation: None,
        }
    }

    /// Packs a constant second factor.
    pub(crate) fn packed(
        level: Level,
        (k, n): (usize, usize),
        source: &[f32],
        strides: Strided,
    ) -> Factor {
        let mut packed = vec![0.0; packed_columns_len(k, n, level.nr())];
        pack_columns(source, strides, (k, n), level.nr(), &mut packed);
        Factor::Packed(packed)
    }

    /// Multiplies the product by `alpha` and adds `addend`.
    pub(crate) fn with_addend(self, alpha: f32, addend: Addend) -> Self {
        Self {
            alpha,
            addend,
            ..self
        }
    }

    fn start(&self, inputs: &Inputs<'_>, output: &mut [f32]) {
        match &self.addend {
            Addend::Zero => output.fill(0.0),
            Addend::Row(row) => output
                .chunks_exact_mut(self.n)
                .for_each(|out| out.copy_from_slice(row)),
            Addend::Input { strides, factor } => {
                let index = match self.b {
                    Factor::Packed(_) => 1,
                    Factor::Input(_) => 2,
                };
                let addend = inputs.get::<f32>(index);
                for (row, out) in output.chunks_exact_mut(self.n).enumerate() {
                    for (column, out) in out.iter_mut().enumerate() {
                        *out = factor * addend[row * strides.row + column * strides.column];
                    }
                }
            }
        }
    }
}

impl Kernel for MatMul {
    fn run(&self, inputs: &Inputs<'_>, output: SliceMut<'_>, scratch: &mut [f32]) {
        let output = output.of::<f32>();
        let (rows, scratch) = scratch.split_at_mut(packed_rows_len(self.m, self.k));
        for (&(a, b), output) in self
            .batches
            .iter()
            .zip(output.chunks_exact_mut(self.m * self.n))
        {
            self.start(inputs, output);
            pack_rows(&inputs.get::<f32>(0)[a..], self.a, self.m, self.k, rows);
            if self.alpha != 1.0 {
                rows.iter_mut().for_each(|x| *x *= self.alpha);
            }
            let columns = match &self.b {
                Factor::Packed(packed) => packed,
                Factor::Input(strides) => {
                    let nr = self.level.nr();
                    let columns = &mut scratch[..packed_columns_len(self.k, self.n, nr)];
                    let source = &inputs.get::<f32>(1)[b..];
                    pack_columns(source, *strides, (self.k, self.n), nr, columns);
                    &*columns
                }
            };
            self.level.run(Product {
                n: self.n,
                k: self.k,
                rows,
                columns,
                output,
            });
        }
        if let Some(activation) = self.activation {
            self.level.run(InPlace {
                function: activation,
                values: output,
            });
        }
    }

    fn scratch_len(&self) -> usize {
        let columns = match self.b {
            Factor::Packed(_) => 0,
            Factor::Input(_) => packed_columns_len(self.k, self.n, self.level.nr()),
        };
        packed_rows_len(self.m, self.k) + columns
    }

    fn macs(&self) -> u64 {
        [self.m, self.n, self.k]
            .iter()
            .fold(self.batches.len() as u64, |macs, &extent| {
                macs.saturating_mul(extent as u64)
            })
    }

    fn constant_bytes(&self) -> usize {
        match &self.b {
            Factor::Packed(packed) => size_of_val(&**packed),
            Factor::Input(_) => 0,
        }
    }

    fn absorb(&mut self, follower: &Follower) -> bool {
        match follower {
            Follower::Activation(activation) if self.activation.is_none() => {
                self.activation = Some(*activation);
                true
            }
            _ => false,
        }
    }
}

/// One product of a [`MatMul`].
struct Product<'a> {
    n: usize,
    k: usize,
    rows: &'a [f32],
    columns: &'a [f32],
    output: &'a mut [f32],
}

impl Vectorize for Product<'_> {
    #[inline(always)]
    fn run<S: Simd, const NR: usize>(self, _: S) {
        gemm::<S, NR>((self.n, self.k), self.rows, self.columns, self.output);
    }
}
