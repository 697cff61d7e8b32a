use crate::{ElementType, TensorError};

/// How real numbers are written as integers: `x ≈ (q − zero_point) · scale`.
///
/// The rule of rounding is ONNX's: `q = saturate(round(x / scale) + zero_point)`, halves rounded to even, the quotient
/// in `f32`. NaN becomes the zero point.
///
/// ```
/// use emo_tensor::{ElementType, QuantParams};
///
/// let params = QuantParams::new(0.5, 3, ElementType::U8)?;
/// assert_eq!(params.quantize(1.25), 5); // 2.5 is rounded to 2
/// assert_eq!(params.quantize(1e9), 255);
/// assert_eq!(params.dequantize(5), 1.0);
/// # Ok::<(), emo_tensor::TensorError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct QuantParams {
    scale: f32,
    zero_point: i32,
    element_type: ElementType,
}

impl QuantParams {
    /// Checks and joins the parts.
    ///
    /// # Errors
    /// - [`TensorError::NotQuantizable`] if `element_type` is not an integer of 4, 8 or 16 bits.
    /// - [`TensorError::Scale`] if the scale is not finite or not above 0.
    /// - [`TensorError::ZeroPoint`] if the zero point is no number of that type.
    pub fn new(
        scale: f32,
        zero_point: i32,
        element_type: ElementType,
    ) -> Result<Self, TensorError> {
        let (lowest, highest) = element_type
            .integer_range()
            .ok_or(TensorError::NotQuantizable { element_type })?;
        if !scale.is_finite() || scale <= 0.0 {
            return Err(TensorError::Scale { scale });
        }
        if !(lowest..=highest).contains(&zero_point) {
            return Err(TensorError::ZeroPoint {
                zero_point,
                element_type,
            });
        }
        Ok(Self {
            scale,
            zero_point,
            element_type,
        })
    }

    /// The difference of the real numbers of two neighbouring integers; finite and above 0.
    pub fn scale(&self) -> f32 {
        self.scale
    }

    /// The integer that stands for 0.
    pub fn zero_point(&self) -> i32 {
        self.zero_point
    }

    /// The type of the integers.
    pub fn element_type(&self) -> ElementType {
        self.element_type
    }

    /// The lowest and the highest of the integers.
    pub fn integer_range(&self) -> (i32, i32) {
        self.element_type
            .integer_range()
            .expect("the type is checked by the constructor")
    }

    /// The real numbers that do not saturate: those of the lowest and of the highest integer.
    pub fn real_range(&self) -> (f32, f32) {
        let (lowest, highest) = self.integer_range();
        (self.dequantize(lowest), self.dequantize(highest))
    }

    /// The integer of a real number.
    #[inline]
    pub fn quantize(&self, x: f32) -> i32 {
        let (lowest, highest) = self.integer_range();
        let steps = (x / self.scale).round_ties_even();
        if steps.is_nan() {
            return self.zero_point;
        }
        // Within these bounds both are exact in `f32`, and nothing beyond them can come back.
        let steps = steps.clamp(-131_072.0, 131_072.0) as i32;
        (steps + self.zero_point).clamp(lowest, highest)
    }

    /// The real number of an integer.
    #[inline]
    pub fn dequantize(&self, q: i32) -> f32 {
        (q - self.zero_point) as f32 * self.scale
    }

    /// What is left of a real number once it was quantized.
    #[inline]
    pub fn round_trip(&self, x: f32) -> f32 {
        self.dequantize(self.quantize(x))
    }
}

impl ElementType {
    /// The lowest and the highest number of an integer type of 4, 8 or 16 bits; `None` for any other type.
    pub const fn integer_range(self) -> Option<(i32, i32)> {
        match self {
            Self::I4 => Some((-8, 7)),
            Self::U4 => Some((0, 15)),
            Self::I8 => Some((-128, 127)),
            Self::U8 => Some((0, 255)),
            Self::I16 => Some((-32_768, 32_767)),
            Self::U16 => Some((0, 65_535)),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn params(scale: f32, zero_point: i32, element_type: ElementType) -> QuantParams {
        QuantParams::new(scale, zero_point, element_type).expect("the parts are valid")
    }

    #[test]
    fn halves_go_to_even_and_what_is_outside_saturates() {
        let bytes = params(1.0, 10, ElementType::I8);
        for (x, q) in [
            (0.5, 10),
            (1.5, 12),
            (-0.5, 10),
            (-1.5, 8),
            (1e30, 127),
            (-1e30, -128),
            (f32::INFINITY, 127),
            (f32::NEG_INFINITY, -128),
            (f32::NAN, 10),
        ] {
            assert_eq!(bytes.quantize(x), q, "{x}");
        }
    }

    #[test]
    fn parts_are_checked() {
        for scale in [0.0, -1.0, f32::NAN, f32::INFINITY] {
            assert!(matches!(
                QuantParams::new(scale, 0, ElementType::I8),
                Err(TensorError::Scale { .. })
            ));
        }
        assert!(matches!(
            QuantParams::new(1.0, 128, ElementType::I8),
            Err(TensorError::ZeroPoint { .. })
        ));
        assert!(matches!(
            QuantParams::new(1.0, 0, ElementType::F32),
            Err(TensorError::NotQuantizable { .. })
        ));
    }

    proptest! {
        #[test]
        fn what_does_not_saturate_comes_back_within_half_a_step(
            scale in 1e-6_f32..1e3,
            zero_point in -128_i32..=127,
            at in 0.0_f32..=1.0,
        ) {
            let params = params(scale, zero_point, ElementType::I8);
            let (low, high) = params.real_range();
            let x = low + at * (high - low);
            let error = f64::from(params.round_trip(x)) - f64::from(x);
            prop_assert!(error.abs() <= f64::from(scale) * 0.5 + f64::from(x.abs()) * 1e-6);
        }
    }
}
