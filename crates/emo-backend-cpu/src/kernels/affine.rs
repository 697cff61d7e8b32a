use crate::{
    buffer::SliceMut,
    kernel::{Follower, Inputs, Kernel},
};

/// `x · scale[c] + shift[c]`, where `c` counts along axis 1.
#[derive(Debug)]
pub(crate) struct Affine {
    pub(crate) scale: Vec<f64>,
    pub(crate) shift: Vec<f64>,
    /// Elements of one channel of one image.
    pub(crate) inner: usize,
}

impl Kernel for Affine {
    fn run(&self, inputs: &Inputs<'_>, output: SliceMut<'_>, _: &mut [f32]) {
        let channels = self.scale.iter().zip(&self.shift).cycle();
        for ((output, input), (&scale, &shift)) in output
            .of::<f32>()
            .chunks_exact_mut(self.inner)
            .zip(inputs.get::<f32>(0).chunks_exact(self.inner))
            .zip(channels)
        {
            let (scale, shift) = (scale as f32, shift as f32);
            for (y, x) in output.iter_mut().zip(input) {
                *y = x * scale + shift;
            }
        }
    }

    fn constant_bytes(&self) -> usize {
        size_of_val(&*self.scale) + size_of_val(&*self.shift)
    }

    fn follower(&self) -> Option<Follower> {
        Some(Follower::Affine {
            scale: self.scale.clone(),
            shift: self.shift.clone(),
        })
    }
}
