use crate::{
    buffer::SliceMut,
    kernel::{Follower, Inputs, Kernel},
    kernels::quantize::{QuantAxis, Quantize},
    simd::Level,
};

/// `saturate(round(x / scale) + zero_point)` as bytes without sign, for elements in any order.
#[derive(Debug)]
pub(crate) struct QuantizeBytes {
    quantize: Quantize,
    scale: f32,
    zero_point: u8,
}

impl QuantizeBytes {
    pub(crate) fn new(level: Level, scale: f32, zero_point: u8) -> Self {
        let axis = QuantAxis {
            scales: vec![scale],
            zero_points: vec![zero_point.into()],
            inner: usize::MAX,
        };
        Self {
            quantize: Quantize { level, axis },
            scale,
            zero_point,
        }
    }
}

impl Kernel for QuantizeBytes {
    fn run(&self, inputs: &Inputs<'_>, output: SliceMut<'_>, scratch: &mut [f32]) {
        self.quantize.run(inputs, output, scratch);
    }

    fn follower(&self) -> Option<Follower> {
        Some(Follower::Quantize {
            scale: self.scale,
            zero_point: self.zero_point,
        })
    }
}
