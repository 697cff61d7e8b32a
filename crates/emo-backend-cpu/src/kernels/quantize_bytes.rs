use emo_backend::emo_tensor::ElementType;

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
    /// Of `u8`, or of `i8` that are kept as bytes which are 128 larger, the zero point among them.
    pub(crate) fn new(level: Level, of: ElementType, scale: f32, zero_point: u8) -> Self {
        let shifted = of == ElementType::I8;
        let shift = if shifted { 128 } else { 0 };
        let axis = QuantAxis {
            scales: vec![scale],
            zero_points: vec![i32::from(zero_point) - shift],
            inner: usize::MAX,
        };
        Self {
            quantize: if shifted {
                Quantize::shifted(level, &axis)
            } else {
                Quantize::unsigned(level, &axis)
            },
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
