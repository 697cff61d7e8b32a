use std::marker::PhantomData;

use crate::{
    buffer::SliceMut,
    kernel::{Inputs, Kernel},
    kernels::real::Real,
};

/// The sets of elements that share a mean and a variance.
#[derive(Debug, Clone)]
pub(crate) struct Sets {
    /// The first element of each.
    pub(crate) starts: Vec<usize>,
    /// The elements of one, relative to the first.
    pub(crate) offsets: Vec<usize>,
}

impl Sets {
    fn bytes(&self) -> usize {
        size_of_val(&*self.starts) + size_of_val(&*self.offsets)
    }

    #[inline(always)]
    fn values<'a, T: Real>(&'a self, input: &'a [T], start: usize) -> impl Iterator<Item = f64> {
        let input = &input[start..];
        self.offsets.iter().map(|&offset| input[offset].widen())
    }
}

/// What squares are taken about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum About {
    Mean,
    Zero,
}

/// The centre of each set, then the mean square about the centre of each, in `f64`.
#[derive(Debug)]
pub(crate) struct Moments<T> {
    pub(crate) sets: Sets,
    pub(crate) about: About,
    pub(crate) element: PhantomData<T>,
}

impl<T: Real> Kernel for Moments<T> {
    fn run(&self, inputs: &Inputs<'_>, output: SliceMut<'_>, _: &mut [f32]) {
        let input = inputs.get::<T>(0);
        let (centres, squares) = output.of::<f64>().split_at_mut(self.sets.starts.len());
        let len = self.sets.offsets.len() as f64;
        let each = self.sets.starts.iter().zip(centres).zip(squares);
        for ((&start, centre), square) in each {
            *centre = match self.about {
                About::Mean => self.sets.values(input, start).sum::<f64>() / len,
                About::Zero => 0.0,
            };
            let squares = self
                .sets
                .values(input, start)
                .map(|x| (x - *centre) * (x - *centre));
            *square = squares.sum::<f64>() / len;
        }
    }

    fn constant_bytes(&self) -> usize {
        self.sets.bytes()
    }
}

/// What a mean square is divided by.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Spread {
    /// `√(square + ε)`.
    Inside(f64),
    /// `√square + ε`.
    Outside(f64),
}

impl Spread {
    #[inline(always)]
    fn inverse(self, square: f64) -> f64 {
        match self {
            Self::Inside(epsilon) => 1.0 / (square + epsilon).sqrt(),
            Self::Outside(epsilon) => 1.0 / (square.sqrt() + epsilon),
        }
    }
}

/// `(x − centre) / spread`; operand 1 holds what [`Moments`] writes.
#[derive(Debug)]
pub(crate) struct Standardize<T> {
    pub(crate) sets: Sets,
    pub(crate) spread: Spread,
    pub(crate) element: PhantomData<T>,
}

impl<T: Real> Kernel for Standardize<T> {
    fn run(&self, inputs: &Inputs<'_>, output: SliceMut<'_>, _: &mut [f32]) {
        let (input, output) = (inputs.get::<T>(0), output.of::<T>());
        let (centres, squares) = inputs.get::<f64>(1).split_at(self.sets.starts.len());
        for ((&start, &centre), &square) in self.sets.starts.iter().zip(centres).zip(squares) {
            let inverse = self.spread.inverse(square);
            let (input, output) = (&input[start..], &mut output[start..]);
            for &offset in &self.sets.offsets {
                output[offset] = T::narrow((input[offset].widen() - centre) * inverse);
            }
        }
    }

    fn constant_bytes(&self) -> usize {
        self.sets.bytes()
    }
}

/// One over the spread of each set; operand 0 holds what [`Moments`] writes.
#[derive(Debug)]
pub(crate) struct InverseSpread(pub(crate) Spread);

impl Kernel for InverseSpread {
    fn run(&self, inputs: &Inputs<'_>, output: SliceMut<'_>, _: &mut [f32]) {
        let moments = inputs.get::<f64>(0);
        let squares = &moments[moments.len() / 2..];
        for (y, &square) in output.of::<f64>().iter_mut().zip(squares) {
            *y = self.0.inverse(square);
        }
    }
}

/// `weight · a + (1 − weight) · b`.
#[derive(Debug)]
pub(crate) struct Blend {
    pub(crate) weight: f64,
}

impl Kernel for Blend {
    fn run(&self, inputs: &Inputs<'_>, output: SliceMut<'_>, _: &mut [f32]) {
        let pairs = inputs.get::<f64>(0).iter().zip(inputs.get::<f64>(1));
        for (y, (&a, &b)) in output.of::<f64>().iter_mut().zip(pairs) {
            *y = self.weight * a + (1.0 - self.weight) * b;
        }
    }
}

/// A norm of vectors.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Norm {
    /// The sum of magnitudes.
    L1,
    /// The root of the sum of squares.
    L2,
}

/// Divides each set of elements by its norm; a set of zeros stays as it is.
#[derive(Debug)]
pub(crate) struct DivideByNorm<T> {
    pub(crate) sets: Sets,
    pub(crate) norm: Norm,
    pub(crate) element: PhantomData<T>,
}

impl<T: Real> Kernel for DivideByNorm<T> {
    fn run(&self, inputs: &Inputs<'_>, output: SliceMut<'_>, _: &mut [f32]) {
        let (input, output) = (inputs.get::<T>(0), output.of::<T>());
        for &start in &self.sets.starts {
            let values = self.sets.values(input, start);
            let norm = match self.norm {
                Norm::L1 => values.map(f64::abs).sum::<f64>(),
                Norm::L2 => values.map(|x| x * x).sum::<f64>().sqrt(),
            };
            let factor = if norm == 0.0 { 0.0 } else { 1.0 / norm };
            let (input, output) = (&input[start..], &mut output[start..]);
            for &offset in &self.sets.offsets {
                output[offset] = T::narrow(input[offset].widen() * factor);
            }
        }
    }

    fn constant_bytes(&self) -> usize {
        self.sets.bytes()
    }
}

/// Normalization across neighbouring channels: `x / (bias + alpha / size · Σ x²)^beta`.
#[derive(Debug)]
pub(crate) struct LocalResponse<T> {
    pub(crate) channels: usize,
    /// Elements of one channel.
    pub(crate) inner: usize,
    pub(crate) size: usize,
    pub(crate) alpha: f64,
    pub(crate) beta: f64,
    pub(crate) bias: f64,
    pub(crate) element: PhantomData<T>,
}

impl<T: Real> Kernel for LocalResponse<T> {
    fn run(&self, inputs: &Inputs<'_>, output: SliceMut<'_>, _: &mut [f32]) {
        let image_len = self.channels * self.inner;
        // An even window reaches further behind than before.
        let (before, behind) = ((self.size - 1) / 2, self.size / 2);
        for (input, output) in inputs
            .get::<T>(0)
            .chunks_exact(image_len)
            .zip(output.of::<T>().chunks_exact_mut(image_len))
        {
            for (index, y) in output.iter_mut().enumerate() {
                let (channel, position) = (index / self.inner, index % self.inner);
                let first = channel.saturating_sub(before);
                let last = channel.saturating_add(behind).min(self.channels - 1);
                let squares: f64 = (first..=last)
                    .map(|channel| input[channel * self.inner + position].widen().powi(2))
                    .sum();
                let divisor = (self.bias + self.alpha / self.size as f64 * squares).powf(self.beta);
                *y = T::narrow(input[index].widen() / divisor);
            }
        }
    }
}
