use crate::{
    buffer::{Scalar, SliceMut},
    kernel::{Inputs, Kernel},
};

/// The positions along an axis that contribute to one of the output's, and their weights.
pub(crate) type Taps = Vec<(usize, f64)>;

/// Weighted sums along one axis, with weights of their own for each position of the output.
#[derive(Debug)]
pub(crate) struct Interpolate {
    /// The axis' extent in the input.
    extent: usize,
    /// Elements from one position of the axis to the next.
    inner: usize,
    /// The taps of all positions of the output, one after another, and where those of each end.
    taps: Taps,
    ends: Vec<usize>,
}

/// A type that is interpolated.
trait Real: Scalar {
    fn multiply_add(self, weight: f64, x: Self) -> Self;
}

impl Real for f32 {
    #[inline(always)]
    fn multiply_add(self, weight: f64, x: Self) -> Self {
        self + weight as f32 * x
    }
}

impl Real for f64 {
    #[inline(always)]
    fn multiply_add(self, weight: f64, x: Self) -> Self {
        self + weight * x
    }
}

impl Interpolate {
    pub(crate) fn new(extent: usize, inner: usize, positions: Vec<Taps>) -> Self {
        let ends = positions
            .iter()
            .scan(0, |end, taps| {
                *end += taps.len();
                Some(*end)
            })
            .collect();
        Self {
            extent,
            inner,
            taps: positions.concat(),
            ends,
        }
    }

    fn compute<T: Real>(&self, inputs: &Inputs<'_>, output: &mut [T]) {
        let input = inputs.get::<T>(0);
        let planes = input.chunks_exact(self.extent * self.inner);
        let targets = output.chunks_exact_mut(self.ends.len() * self.inner);
        for (plane, target) in planes.zip(targets) {
            let mut begin = 0;
            for (row, &end) in target.chunks_exact_mut(self.inner).zip(&self.ends) {
                row.fill(T::default());
                for &(position, weight) in &self.taps[begin..end] {
                    let source = &plane[position * self.inner..][..self.inner];
                    for (y, &x) in row.iter_mut().zip(source) {
                        *y = y.multiply_add(weight, x);
                    }
                }
                begin = end;
            }
        }
    }
}

impl Kernel for Interpolate {
    fn run(&self, inputs: &Inputs<'_>, output: SliceMut<'_>, _: &mut [f32]) {
        match output {
            SliceMut::F32(output) => self.compute(inputs, output),
            SliceMut::F64(output) => self.compute(inputs, output),
            _ => unreachable!("element types are checked when the plan is made"),
        }
    }

    fn constant_bytes(&self) -> usize {
        size_of_val(&*self.taps) + size_of_val(&*self.ends)
    }
}
