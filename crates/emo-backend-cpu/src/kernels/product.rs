use crate::{
    buffer::SliceMut,
    kernel::{Inputs, Kernel},
    kernels::gemm::Strided,
    number::{Number, with_number},
};

/// `A · B` for every pair of matrices in a batch, of numbers other than `f32`, which
/// [`MatMul`](super::matmul::MatMul) multiplies.
#[derive(Debug)]
pub(crate) struct Product {
    pub(crate) m: usize,
    pub(crate) n: usize,
    pub(crate) k: usize,
    pub(crate) a: Strided,
    pub(crate) b: Strided,
    /// Where the factors of each product start.
    pub(crate) batches: Vec<(usize, usize)>,
}

impl Product {
    fn multiply<T: Number>(&self, inputs: &Inputs<'_>, output: &mut [T]) {
        let (a, b) = (inputs.get::<T>(0), inputs.get::<T>(1));
        let matrices = output.chunks_exact_mut(self.m * self.n);
        for (matrix, &(a_start, b_start)) in matrices.zip(&self.batches) {
            for (i, row) in matrix.chunks_exact_mut(self.n).enumerate() {
                row.fill(T::default());
                for k in 0..self.k {
                    let x = a[a_start + i * self.a.row + k * self.a.column];
                    for (j, y) in row.iter_mut().enumerate() {
                        *y = y.add(x.mul(b[b_start + k * self.b.row + j * self.b.column]));
                    }
                }
            }
        }
    }
}

impl Kernel for Product {
    fn run(&self, inputs: &Inputs<'_>, output: SliceMut<'_>, _: &mut [f32]) {
        with_number!(
            output.element_type(),
            T => self.multiply(inputs, output.of::<T>()),
            else unreachable!("element types are checked when the plan is made")
        );
    }

    fn macs(&self) -> u64 {
        [self.m, self.n, self.k]
            .iter()
            .fold(self.batches.len() as u64, |macs, &extent| {
                macs.saturating_mul(extent as u64)
            })
    }

    fn constant_bytes(&self) -> usize {
        size_of_val(&*self.batches)
    }
}
