use crate::{
    buffer::SliceMut,
    kernel::{Follower, Inputs, Kernel},
};

/// `x · scale[c] + shift[c]`, where `c` counts along axis 1.
#[derive(Debug)]
pub(crate) struct Affine {
    scale: Vec<f64>,
    shift: Vec<f64>,
    /// Scales and shifts as they are computed with.
    factors: Vec<(f32, f32)>,
    inner: usize,
}

impl Affine {
    /// `inner` counts the elements of one channel that lie side by side.
    pub(crate) fn new(scale: Vec<f64>, shift: Vec<f64>, inner: usize) -> Self {
        let factors = scale.iter().zip(&shift);
        Self {
            factors: factors
                .map(|(&scale, &shift)| (scale as f32, shift as f32))
                .collect(),
            scale,
            shift,
            inner,
        }
    }
}

impl Kernel for Affine {
    fn run(&self, inputs: &Inputs<'_>, output: SliceMut<'_>, _: &mut [f32]) {
        let (output, input) = (output.of::<f32>(), inputs.get::<f32>(0));
        if self.inner == 1 {
            let rows = output.chunks_exact_mut(self.scale.len());
            for (output, input) in rows.zip(input.chunks_exact(self.scale.len())) {
                let channels = self.factors.iter().zip(input);
                for (y, (&(scale, shift), x)) in output.iter_mut().zip(channels) {
                    *y = x * scale + shift;
                }
            }
            return;
        }
        for ((output, input), &(scale, shift)) in output
            .chunks_exact_mut(self.inner)
            .zip(input.chunks_exact(self.inner))
            .zip(self.factors.iter().cycle())
        {
            for (y, x) in output.iter_mut().zip(input) {
                *y = x * scale + shift;
            }
        }
    }

    fn constant_bytes(&self) -> usize {
        size_of_val(&*self.scale) + size_of_val(&*self.shift) + size_of_val(&*self.factors)
    }

    fn follower(&self) -> Option<Follower> {
        Some(Follower::Affine {
            scale: self.scale.clone(),
            shift: self.shift.clone(),
            inner: self.inner,
        })
    }
}
