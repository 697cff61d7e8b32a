use crate::{
    buffer::{Scalar, SliceMut},
    kernel::{Inputs, Kernel},
    simd::{Level, Simd, Vectorize},
};

/// Scales and zero points along one axis; a single pair for a whole tensor.
#[derive(Debug)]
pub(crate) struct QuantAxis {
    pub(crate) scales: Vec<f32>,
    pub(crate) zero_points: Vec<i32>,
    /// Elements of one step along the axis.
    pub(crate) inner: usize,
}

impl QuantAxis {
    /// One scale and zero point per step along the axis, over and over.
    #[inline(always)]
    fn steps(&self) -> impl Iterator<Item = (f32, i32)> {
        self.scales
            .iter()
            .copied()
            .zip(self.zero_points.iter().copied())
            .cycle()
    }

    fn constant_bytes(&self) -> usize {
        size_of_val(&*self.scales) + size_of_val(&*self.zero_points)
    }
}

/// An integer type of quantized tensors.
pub(crate) trait Quantized: Scalar {
    /// Clamps to the type's range.
    fn saturate(x: f32) -> Self;
    /// `self − zero_point`; the zero point is of the same type, so that this cannot overflow.
    fn above(self, zero_point: i32) -> f32;
}

macro_rules! quantized {
    ($($t:ty => $wide:ty;)+) => { $(impl Quantized for $t {
        // A cast from a float saturates.
        #[inline(always)]
        fn saturate(x: f32) -> Self { x as Self }

        #[inline(always)]
        fn above(self, zero_point: i32) -> f32 {
            (<$wide>::from(self) - <$wide>::from(zero_point)) as f32
        }
    })+ };
}

quantized! {
    i8 => i32;
    u8 => i32;
    i32 => i64;
}

/// `saturate(round(x / scale) + zero_point)`, rounding halves to even.
#[derive(Debug)]
pub(crate) struct Quantize {
    pub(crate) level: Level,
    pub(crate) axis: QuantAxis,
}

impl Kernel for Quantize {
    fn run(&self, inputs: &Inputs<'_>, output: SliceMut<'_>, _: &mut [f32]) {
        let (axis, input) = (&self.axis, inputs.get(0));
        match output {
            SliceMut::I8(output) => self.level.run(Quantization {
                axis,
                input,
                output,
            }),
            SliceMut::U8(output) => self.level.run(Quantization {
                axis,
                input,
                output,
            }),
            _ => unreachable!("element types are checked when the plan is made"),
        }
    }

    fn constant_bytes(&self) -> usize {
        self.axis.constant_bytes()
    }
}

/// One tensor through a [`Quantize`].
struct Quantization<'a, T> {
    axis: &'a QuantAxis,
    input: &'a [f32],
    output: &'a mut [T],
}

impl<T: Quantized> Vectorize for Quantization<'_, T> {
    #[inline(always)]
    fn run<S: Simd, const NR: usize>(self, _: S) {
        for ((output, input), (scale, zero_point)) in self
            .output
            .chunks_mut(self.axis.inner)
            .zip(self.input.chunks(self.axis.inner))
            .zip(self.axis.steps())
        {
            let zero_point = zero_point as f32;
            for (y, &x) in output.iter_mut().zip(input) {
                *y = T::saturate((x / scale).round_ties_even() + zero_point);
            }
        }
    }
}

/// `(x − zero_point) · scale`.
#[derive(Debug)]
pub(crate) struct Dequantize<T> {
    axis: QuantAxis,
    element: std::marker::PhantomData<T>,
}

impl<T: Quantized> Dequantize<T> {
    pub(crate) fn new(axis: QuantAxis) -> Self {
        Self {
            axis,
            element: std::marker::PhantomData,
        }
    }
}

impl<T: Quantized> Kernel for Dequantize<T> {
    fn run(&self, inputs: &Inputs<'_>, output: SliceMut<'_>, _: &mut [f32]) {
        let inner = self.axis.inner;
        for ((output, input), (scale, zero_point)) in output
            .of::<f32>()
            .chunks_mut(inner)
            .zip(inputs.get::<T>(0).chunks(inner))
            .zip(self.axis.steps())
        {
            for (y, &x) in output.iter_mut().zip(input) {
                *y = x.above(zero_point) * scale;
            }
        }
    }

    fn constant_bytes(&self) -> usize {
        self.axis.constant_bytes()
    }
}
