use crate::{
    buffer::SliceMut,
    kernel::{Inputs, Kernel},
};

/// The mean over some axes.
#[derive(Debug)]
pub(crate) struct Mean {
    /// Where each output reads its first element.
    pub(crate) starts: Vec<usize>,
    /// Where the elements of one mean lie, relative to the first.
    pub(crate) offsets: Vec<usize>,
}

impl Kernel for Mean {
    fn run(&self, inputs: &Inputs<'_>, output: SliceMut<'_>, _: &mut [f32]) {
        let input = inputs.get::<f32>(0);
        for (y, &start) in output.of::<f32>().iter_mut().zip(&self.starts) {
            let input = &input[start..];
            let sum: f64 = self
                .offsets
                .iter()
                .map(|&offset| f64::from(input[offset]))
                .sum();
            *y = (sum / self.offsets.len() as f64) as f32;
        }
    }

    fn constant_bytes(&self) -> usize {
        size_of_val(&*self.starts) + size_of_val(&*self.offsets)
    }
}
