use std::marker::PhantomData;

use emo_backend::emo_tensor::{
    F8E4M3Fn, F8E4M3FnUz, F8E5M2, F8E5M2FnUz, I4, Overflow, U4,
    half::{bf16, f16},
};

use crate::{
    buffer::{Scalar, SliceMut},
    kernel::{Inputs, Kernel},
};

/// Which elements share a scale and a zero point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Granularity {
    /// All.
    Tensor,
    /// Those of one step along an axis.
    Axis {
        extent: usize,
        /// Elements of one step.
        inner: usize,
    },
    /// Those of `block` steps along an axis that agree along the others.
    Block {
        extent: usize,
        inner: usize,
        block: usize,
    },
}

impl Granularity {
    fn inner(self, len: usize) -> usize {
        match self {
            Self::Tensor => len.max(1),
            Self::Axis { inner, .. } | Self::Block { inner, .. } => inner,
        }
    }

    /// Where the scales of the run `index` of elements that lie side by side start, and how they are stepped.
    fn scales(self, index: usize) -> (usize, usize) {
        match self {
            Self::Tensor => (0, 0),
            Self::Axis { extent, .. } => (index % extent, 0),
            Self::Block {
                extent,
                inner,
                block,
            } => {
                let blocks = extent.div_ceil(block);
                let row = index / extent * blocks + index % extent / block;
                (row * inner, 1)
            }
        }
    }

    /// Calls `compute` with each pair of elements and the position of their scale.
    #[inline(always)]
    fn for_each<A: Copy, B>(
        self,
        input: &[A],
        output: &mut [B],
        compute: impl Fn(A, usize) -> B + Copy,
    ) {
        let inner = self.inner(input.len());
        let runs = output.chunks_mut(inner).zip(input.chunks(inner));
        for (index, (output, input)) in runs.enumerate() {
            let (start, step) = self.scales(index);
            for (offset, (y, &x)) in output.iter_mut().zip(input).enumerate() {
                *y = compute(x, start + offset * step);
            }
        }
    }
}

/// An element type of quantized tensors.
pub(crate) trait QuantElement: Scalar {
    /// Every element of these types is an `f64`.
    fn number(self) -> f64;
    /// The nearest element, of a number that is whole where the type is an integer's.
    fn saturate(x: f32, overflow: Overflow) -> Self;
    /// What is done to a quotient before the zero point is added.
    fn round(quotient: f32) -> f32;
}

macro_rules! integers {
    ($($t:ty)+) => { $(impl QuantElement for $t {
        #[inline(always)]
        fn number(self) -> f64 { self.into() }

        // A cast from a float saturates.
        #[inline(always)]
        fn saturate(x: f32, _: Overflow) -> Self { x as Self }

        #[inline(always)]
        fn round(quotient: f32) -> f32 { quotient.round_ties_even() }
    })+ };
}

macro_rules! int4 {
    ($($t:ty: $wide:ty = $min:literal, $max:literal;)+) => { $(impl QuantElement for $t {
        #[inline(always)]
        fn number(self) -> f64 { self.get().into() }

        #[inline(always)]
        fn saturate(x: f32, _: Overflow) -> Self {
            Self::from_bits((x as $wide).clamp($min, $max) as u8)
        }

        #[inline(always)]
        fn round(quotient: f32) -> f32 { quotient.round_ties_even() }
    })+ };
}

macro_rules! float8 {
    ($($t:ty)+) => { $(impl QuantElement for $t {
        #[inline(always)]
        fn number(self) -> f64 { self.to_f32().into() }

        #[inline(always)]
        fn saturate(x: f32, overflow: Overflow) -> Self { Self::from_f32(x, overflow) }

        #[inline(always)]
        fn round(quotient: f32) -> f32 { quotient }
    })+ };
}

integers!(i8 u8 i16 u16 i32);
int4! {
    I4: i8 = -8, 7;
    U4: u8 = 0, 15;
}
float8!(F8E4M3Fn F8E4M3FnUz F8E5M2 F8E5M2FnUz);

/// Runs `$body` with `$t` standing for the Rust type of a quantized element type, or `$otherwise`.
macro_rules! with_quantized {
    ($element_type:expr, $t:ident => $body:expr, else $otherwise:expr) => {{
        use emo_backend::emo_tensor::{self, ElementType};
        match $element_type {
            ElementType::I8 => {
                type $t = i8;
                $body
            }
            ElementType::U8 => {
                type $t = u8;
                $body
            }
            ElementType::I16 => {
                type $t = i16;
                $body
            }
            ElementType::U16 => {
                type $t = u16;
                $body
            }
            ElementType::I32 => {
                type $t = i32;
                $body
            }
            ElementType::I4 => {
                type $t = emo_tensor::I4;
                $body
            }
            ElementType::U4 => {
                type $t = emo_tensor::U4;
                $body
            }
            ElementType::F8E4M3Fn => {
                type $t = emo_tensor::F8E4M3Fn;
                $body
            }
            ElementType::F8E4M3FnUz => {
                type $t = emo_tensor::F8E4M3FnUz;
                $body
            }
            ElementType::F8E5M2 => {
                type $t = emo_tensor::F8E5M2;
                $body
            }
            ElementType::F8E5M2FnUz => {
                type $t = emo_tensor::F8E5M2FnUz;
                $body
            }
            _ => $otherwise,
        }
    }};
}

pub(crate) use with_quantized;

/// The type in which a division is carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Precision {
    F32,
    F16,
    BF16,
}

impl Precision {
    #[inline(always)]
    fn round(self, x: f32) -> f32 {
        match self {
            Self::F32 => x,
            Self::F16 => f16::from_f32(x).to_f32(),
            Self::BF16 => bf16::from_f32(x).to_f32(),
        }
    }
}

/// `saturate(round(x / scale) + zero_point)`, with scales and zero points of any granularity as operands.
///
/// Operand 0 is `x`; the others are numbered here.
#[derive(Debug)]
pub(crate) struct GranularQuantize<T> {
    pub(crate) granularity: Granularity,
    /// `None` for a scale of 1.
    pub(crate) scale: Option<usize>,
    /// `None` for zero.
    pub(crate) zero_point: Option<usize>,
    pub(crate) precision: Precision,
    pub(crate) overflow: Overflow,
    pub(crate) element: PhantomData<T>,
}

impl<T: QuantElement> Kernel for GranularQuantize<T> {
    fn run(&self, inputs: &Inputs<'_>, output: SliceMut<'_>, _: &mut [f32]) {
        let scales = self.scale.map(|operand| inputs.get::<f32>(operand));
        let zero_points = self.zero_point.map(|operand| inputs.get::<T>(operand));
        let precision = self.precision;
        self.granularity
            .for_each(inputs.get::<f32>(0), output.of::<T>(), |x, position| {
                let quotient = match scales {
                    None => x,
                    // A quotient of two numbers of half precision in `f32` rounds to that precision as the
                    // exact one does: f32 has more than twice its digits.
                    Some(scales) => {
                        precision.round(precision.round(x) / precision.round(scales[position]))
                    }
                };
                let zero_point = zero_points.map_or(0.0, |points| points[position].number());
                T::saturate(T::round(quotient) + zero_point as f32, self.overflow)
            });
    }
}

/// `(x − zero_point) · scale`, with scales and zero points of any granularity as operands 1 and 2.
#[derive(Debug)]
pub(crate) struct GranularDequantize<T> {
    pub(crate) granularity: Granularity,
    /// `None` for zero.
    pub(crate) zero_point: Option<usize>,
    pub(crate) element: PhantomData<T>,
}

impl<T: QuantElement> Kernel for GranularDequantize<T> {
    fn run(&self, inputs: &Inputs<'_>, output: SliceMut<'_>, _: &mut [f32]) {
        let scales = inputs.get::<f32>(1);
        let zero_points = self.zero_point.map(|operand| inputs.get::<T>(operand));
        self.granularity
            .for_each(inputs.get::<T>(0), output.of::<f32>(), |x, position| {
                let zero_point = zero_points.map_or(0.0, |points| points[position].number());
                (x.number() - zero_point) as f32 * scales[position]
            });
    }
}

/// Scale and zero point with which DynamicQuantizeLinear maps the range of its input, and zero, onto 8 bits.
///
/// Writes two elements: the scale and the whole number that is the zero point.
#[derive(Debug)]
pub(crate) struct DynamicScale;

impl Kernel for DynamicScale {
    fn run(&self, inputs: &Inputs<'_>, output: SliceMut<'_>, _: &mut [f32]) {
        let (least, greatest) = inputs
            .get::<f32>(0)
            .iter()
            .fold((0.0_f32, 0.0_f32), |(least, greatest), &x| {
                (least.min(x), greatest.max(x))
            });
        let range = greatest - least;
        let scale = if range == 0.0 { 1.0 } else { range / 255.0 };
        let zero_point = (-least / scale).clamp(0.0, 255.0).round_ties_even();
        let output = output.of::<f32>();
        output[0] = scale;
        output[1] = zero_point;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::buffer::Slice;

    fn quantize(precision: Precision, x: &[f32], scale: f32) -> Vec<u8> {
        let kernel = GranularQuantize::<u8> {
            granularity: Granularity::Tensor,
            scale: Some(1),
            zero_point: Some(2),
            precision,
            overflow: Overflow::Saturate,
            element: PhantomData,
        };
        let inputs = [Slice::F32(x), Slice::F32(&[scale]), Slice::U8(&[3])];
        let mut output = vec![0; x.len()];
        kernel.run(&Inputs::Folded(&inputs), SliceMut::U8(&mut output), &mut []);
        output
    }

    /// `np.rint(x / scale) + 3`, by NumPy in `float16` and in `float32`.
    #[test]
    fn quotients_are_rounded_to_the_precision_of_the_division() {
        let x = [21.453_125, 32.5625, 38.843_75, 43.656_25];
        let scale = 0.300_048_83;
        assert_eq!(quantize(Precision::F16, &x, scale), [75, 111, 133, 149]);
        assert_eq!(quantize(Precision::F32, &x, scale), [74, 112, 132, 148]);
    }

    #[test]
    fn the_dynamic_scale_covers_zero() {
        let run = |x: &[f32]| {
            let mut output = [0.0; 2];
            let inputs = [Slice::F32(x)];
            DynamicScale.run(
                &Inputs::Folded(&inputs),
                SliceMut::F32(&mut output),
                &mut [],
            );
            output
        };
        assert_eq!(run(&[51.0, 25.5]), [0.2, 0.0]);
        assert_eq!(run(&[-51.0, -25.5]), [0.2, 255.0]);
        // Nothing but zeros has a range of none, and the scale is one, not one by 255.
        assert_eq!(run(&[0.0, 0.0]), [1.0, 0.0]);
    }
}
