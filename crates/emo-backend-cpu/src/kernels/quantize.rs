use crate::{
    buffer::{Scalar, SliceMut},
    kernel::{Inputs, Kernel},
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
    fn widen(self) -> i64;
}

macro_rules! quantized {
    ($($t:ty)+) => { $(impl Quantized for $t {
        // A cast from a float saturates.
        #[inline(always)]
        fn saturate(x: f32) -> Self { x as Self }

        #[inline(always)]
        fn widen(self) -> i64 { i64::from(self) }
    })+ };
}

quantized!(i8 u8 i32);

/// `saturate(round(x / scale) + zero_point)`, rounding halves to even.
#[derive(Debug)]
pub(crate) struct Quantize(pub(crate) QuantAxis);

impl Quantize {
    fn compute<T: Quantized>(&self, input: &[f32], output: &mut [T]) {
        for ((output, input), (scale, zero_point)) in output
            .chunks_mut(self.0.inner)
            .zip(input.chunks(self.0.inner))
            .zip(self.0.steps())
        {
            let zero_point = zero_point as f32;
            for (y, &x) in output.iter_mut().zip(input) {
                *y = T::saturate((x / scale).round_ties_even() + zero_point);
            }
        }
    }
}

impl Kernel for Quantize {
    fn run(&self, inputs: &Inputs<'_>, output: SliceMut<'_>, _: &mut [f32]) {
        match output {
            SliceMut::I8(output) => self.compute(inputs.get(0), output),
            SliceMut::U8(output) => self.compute(inputs.get(0), output),
            _ => unreachable!("element types are checked when the plan is made"),
        }
    }

    fn constant_bytes(&self) -> usize {
        self.0.constant_bytes()
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
                *y = (x.widen() - i64::from(zero_point)) as f32 * scale;
            }
        }
    }

    fn constant_bytes(&self) -> usize {
        self.axis.constant_bytes()
    }
}
