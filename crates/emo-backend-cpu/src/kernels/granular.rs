use emo_backend::emo_tensor::{
    ElementType, F8E4M3Fn, F8E4M3FnUz, F8E5M2, F8E5M2FnUz, I4, Overflow, U4,
    half::{bf16, f16},
};

use crate::{
    buffer::{Slice, SliceMut},
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

    /// Calls `compute` with the number of each of `len` elements and the position of its scale.
    fn for_each(self, len: usize, mut compute: impl FnMut(usize, usize)) {
        let inner = self.inner(len);
        for (index, first) in (0..len).step_by(inner).enumerate() {
            let (start, step) = self.scales(index);
            for offset in 0..inner.min(len - first) {
                compute(first + offset, start + offset * step);
            }
        }
    }
}

/// Whether this is a type of quantized tensors.
pub(crate) fn is_quantized(element_type: ElementType) -> bool {
    use ElementType as E;
    matches!(
        element_type,
        E::I8 | E::U8 | E::I16 | E::U16 | E::I32 | E::I4 | E::U4
    ) || matches!(
        element_type,
        E::F8E4M3Fn | E::F8E4M3FnUz | E::F8E5M2 | E::F8E5M2FnUz
    )
}

/// An element of a quantized tensor as a number, which every one is exactly.
///
/// Which type it is, is asked for each element: tensors of most of these types are rare, and those of bytes with
/// scales that are known have kernels of their own.
fn number(elements: Slice<'_>, index: usize) -> f64 {
    match elements {
        Slice::I8(elements) => elements[index].into(),
        Slice::U8(elements) => elements[index].into(),
        Slice::I16(elements) => elements[index].into(),
        Slice::U16(elements) => elements[index].into(),
        Slice::I32(elements) => elements[index].into(),
        Slice::I4(elements) => elements[index].get().into(),
        Slice::U4(elements) => elements[index].get().into(),
        Slice::F8E4M3Fn(elements) => elements[index].to_f32().into(),
        Slice::F8E4M3FnUz(elements) => elements[index].to_f32().into(),
        Slice::F8E5M2(elements) => elements[index].to_f32().into(),
        Slice::F8E5M2FnUz(elements) => elements[index].to_f32().into(),
        _ => unreachable!("element types are checked when the plan is made"),
    }
}

/// Writes the element that is nearest to `quotient + zero_point`; of integers, the quotient is rounded first.
fn put(
    output: &mut SliceMut<'_>,
    index: usize,
    quotient: f32,
    zero_point: f32,
    overflow: Overflow,
) {
    let whole = quotient.round_ties_even() + zero_point;
    let sum = quotient + zero_point;
    // A cast from a float saturates.
    match output {
        SliceMut::I8(output) => output[index] = whole as i8,
        SliceMut::U8(output) => output[index] = whole as u8,
        SliceMut::I16(output) => output[index] = whole as i16,
        SliceMut::U16(output) => output[index] = whole as u16,
        SliceMut::I32(output) => output[index] = whole as i32,
        SliceMut::I4(output) => {
            output[index] = I4::from_bits((whole as i8).clamp(-8, 7) as u8);
        }
        SliceMut::U4(output) => output[index] = U4::from_bits((whole as u8).clamp(0, 15)),
        SliceMut::F8E4M3Fn(output) => output[index] = F8E4M3Fn::from_f32(sum, overflow),
        SliceMut::F8E4M3FnUz(output) => output[index] = F8E4M3FnUz::from_f32(sum, overflow),
        SliceMut::F8E5M2(output) => output[index] = F8E5M2::from_f32(sum, overflow),
        SliceMut::F8E5M2FnUz(output) => output[index] = F8E5M2FnUz::from_f32(sum, overflow),
        _ => unreachable!("element types are checked when the plan is made"),
    }
}

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
pub(crate) struct GranularQuantize {
    pub(crate) granularity: Granularity,
    /// `None` for a scale of 1.
    pub(crate) scale: Option<usize>,
    /// `None` for zero.
    pub(crate) zero_point: Option<usize>,
    pub(crate) precision: Precision,
    pub(crate) overflow: Overflow,
}

impl Kernel for GranularQuantize {
    fn run(&self, inputs: &Inputs<'_>, mut output: SliceMut<'_>, _: &mut [f32]) {
        let xs = inputs.get::<f32>(0);
        let scales = self.scale.map(|operand| inputs.get::<f32>(operand));
        let zero_points = self.zero_point.map(|operand| inputs.slice(operand));
        let precision = self.precision;
        self.granularity.for_each(xs.len(), |index, position| {
            let quotient = match scales {
                None => xs[index],
                // A quotient of two numbers of half precision in `f32` rounds to that precision as the exact one
                // does: f32 has more than twice its digits.
                Some(scales) => {
                    precision.round(precision.round(xs[index]) / precision.round(scales[position]))
                }
            };
            let zero_point = zero_points.map_or(0.0, |points| number(points, position));
            put(
                &mut output,
                index,
                quotient,
                zero_point as f32,
                self.overflow,
            );
        });
    }
}

/// `(x − zero_point) · scale`, with scales and zero points of any granularity as operands 1 and 2.
#[derive(Debug)]
pub(crate) struct GranularDequantize {
    pub(crate) granularity: Granularity,
    /// `None` for zero.
    pub(crate) zero_point: Option<usize>,
}

impl Kernel for GranularDequantize {
    fn run(&self, inputs: &Inputs<'_>, output: SliceMut<'_>, _: &mut [f32]) {
        let (xs, scales) = (inputs.slice(0), inputs.get::<f32>(1));
        let zero_points = self.zero_point.map(|operand| inputs.slice(operand));
        let output = output.of::<f32>();
        self.granularity.for_each(output.len(), |index, position| {
            let zero_point = zero_points.map_or(0.0, |points| number(points, position));
            output[index] = (number(xs, index) - zero_point) as f32 * scales[position];
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

    fn quantize(precision: Precision, x: &[f32], scale: f32) -> Vec<u8> {
        let kernel = GranularQuantize {
            granularity: Granularity::Tensor,
            scale: Some(1),
            zero_point: Some(2),
            precision,
            overflow: Overflow::Saturate,
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
