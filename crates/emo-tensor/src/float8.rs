use std::fmt;

/// What becomes of a number that is too large for an 8-bit float.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Overflow {
    /// The largest finite number of its sign (`saturate = 1` of ONNX's `Cast` and `QuantizeLinear`).
    Saturate,
    /// Infinity, or NaN in a format without one (`saturate = 0`).
    Special,
}

/// How the bits of an 8-bit float are read.
struct Format {
    mantissa_bits: u32,
    bias: i32,
    /// The bits of the largest finite number.
    max: u8,
    /// The bits of infinity, in formats that have one.
    infinity: Option<u8>,
    /// Whether one pattern, that of a negative zero, is the only NaN.
    unsigned_zero: bool,
}

impl Format {
    const NAN_UNSIGNED_ZERO: u8 = 0x80;

    fn decode(&self, bits: u8) -> f32 {
        let magnitude = bits & 0x7f;
        let value = if self.unsigned_zero && bits == Self::NAN_UNSIGNED_ZERO {
            return f32::NAN;
        } else if Some(magnitude) == self.infinity {
            f32::INFINITY
        } else if magnitude > self.max {
            f32::NAN
        } else {
            let exponent = i32::from(magnitude >> self.mantissa_bits);
            let fraction = f32::from(magnitude & ((1 << self.mantissa_bits) - 1));
            let unit = 1.0 / f32::from(1_u8 << self.mantissa_bits);
            if exponent == 0 {
                fraction * unit * 2.0_f32.powi(1 - self.bias)
            } else {
                (1.0 + fraction * unit) * 2.0_f32.powi(exponent - self.bias)
            }
        };
        if bits & 0x80 == 0 { value } else { -value }
    }

    /// The nearest number, ties to the one with an even last bit.
    fn encode(&self, value: f32, overflow: Overflow) -> u8 {
        let sign = if value.is_sign_negative() { 0x80 } else { 0 };
        let nan = if self.unsigned_zero {
            Self::NAN_UNSIGNED_ZERO
        } else {
            sign | 0x7f
        };
        if value.is_nan() {
            return nan;
        }
        let magnitude = f64::from(value.abs());
        // Below the least normal exponent the steps stay as they are there.
        let exponent = if magnitude == 0.0 {
            i32::MIN
        } else {
            (magnitude.to_bits() >> 52) as i32 - 1023
        }
        .max(1 - self.bias);
        let mantissa_bits = self.mantissa_bits as i32;
        let code = if magnitude.is_infinite() {
            u32::MAX
        } else {
            let steps = (magnitude / 2.0_f64.powi(exponent - mantissa_bits)).round_ties_even();
            // A normal number's leading one is the lowest bit of the exponent field; a carry out of the
            // fraction raises the exponent.
            (steps + f64::from((exponent + self.bias - 1) << mantissa_bits)) as u32
        };
        match u8::try_from(code) {
            Ok(0) if self.unsigned_zero => 0,
            Ok(code) if code <= self.max => sign | code,
            _ => match (overflow, self.infinity) {
                (Overflow::Saturate, _) => sign | self.max,
                (Overflow::Special, Some(infinity)) => sign | infinity,
                (Overflow::Special, None) => nan,
            },
        }
    }
}

macro_rules! float8 {
    ($($(#[$doc:meta])+ $name:ident = $format:expr;)+) => { $(
        $(#[$doc])+
        ///
        /// # References
        /// P. Micikevicius et al., "FP8 Formats for Deep Learning", 2022, arXiv:2209.05433; the variants whose
        /// zero has no sign: B. Noune et al., "8-bit Numerical Formats for Deep Neural Networks", 2022,
        /// arXiv:2206.02915.
        #[derive(Clone, Copy, Default)]
        pub struct $name(u8);

        impl $name {
            const FORMAT: Format = $format;

            /// The number with these bits.
            pub const fn from_bits(bits: u8) -> Self {
                Self(bits)
            }

            /// The number's bits.
            pub const fn to_bits(self) -> u8 {
                self.0
            }

            /// The number itself; every one is an `f32`.
            pub fn to_f32(self) -> f32 {
                Self::FORMAT.decode(self.0)
            }

            /// The nearest number, ties to the even one.
            ///
            /// An infinity is a number too large.
            pub fn from_f32(value: f32, overflow: Overflow) -> Self {
                Self(Self::FORMAT.encode(value, overflow))
            }
        }

        /// As numbers: NaN equals nothing.
        impl PartialEq for $name {
            fn eq(&self, other: &Self) -> bool {
                self.to_f32() == other.to_f32()
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.to_f32().fmt(f)
            }
        }
    )+ };
}

float8! {
    /// A float of 4 exponent and 3 fraction bits without infinity; ±448 at most.
    F8E4M3Fn = Format { mantissa_bits: 3, bias: 7, max: 0x7e, infinity: None, unsigned_zero: false };
    /// A float of 4 exponent and 3 fraction bits without infinity and negative zero; ±240 at most.
    F8E4M3FnUz = Format { mantissa_bits: 3, bias: 8, max: 0x7f, infinity: None, unsigned_zero: true };
    /// A float of 5 exponent and 2 fraction bits; ±57,344 at most.
    F8E5M2 = Format { mantissa_bits: 2, bias: 15, max: 0x7b, infinity: Some(0x7c), unsigned_zero: false };
    /// A float of 5 exponent and 2 fraction bits without infinity and negative zero; ±57,344 at most.
    F8E5M2FnUz = Format { mantissa_bits: 2, bias: 16, max: 0x7f, infinity: None, unsigned_zero: true };
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Numbers that the papers and ONNX's own documentation give.
    #[test]
    fn landmarks() {
        assert_eq!(F8E4M3Fn::from_bits(0x7e).to_f32(), 448.0);
        assert_eq!(F8E4M3Fn::from_bits(0x01).to_f32(), 2.0_f32.powi(-9));
        assert!(F8E4M3Fn::from_bits(0xff).to_f32().is_nan());
        assert_eq!(F8E4M3FnUz::from_bits(0x7f).to_f32(), 240.0);
        assert_eq!(F8E4M3FnUz::from_bits(0x01).to_f32(), 2.0_f32.powi(-10));
        assert_eq!(F8E5M2::from_bits(0x7b).to_f32(), 57344.0);
        assert_eq!(F8E5M2::from_bits(0xfc).to_f32(), f32::NEG_INFINITY);
        assert_eq!(F8E5M2::from_bits(0x01).to_f32(), 2.0_f32.powi(-16));
        assert_eq!(F8E5M2FnUz::from_bits(0x7f).to_f32(), 57344.0);
        assert_eq!(F8E5M2FnUz::from_bits(0x01).to_f32(), 2.0_f32.powi(-17));
    }

    #[test]
    fn what_is_too_large_saturates_or_becomes_special() {
        use Overflow::{Saturate, Special};
        assert_eq!(F8E4M3Fn::from_f32(-1e9, Saturate).to_f32(), -448.0);
        assert!(F8E4M3Fn::from_f32(1e9, Special).to_f32().is_nan());
        assert_eq!(F8E5M2::from_f32(1e9, Special).to_f32(), f32::INFINITY);
        assert_eq!(F8E5M2::from_f32(f32::INFINITY, Saturate).to_f32(), 57344.0);
        assert_eq!(
            F8E5M2FnUz::from_f32(f32::INFINITY, Saturate).to_f32(),
            57344.0
        );
        assert!(
            F8E5M2FnUz::from_f32(f32::INFINITY, Special)
                .to_f32()
                .is_nan()
        );
    }

    /// Every number comes back, and what lies between two goes to the nearer, at the middle to the even one.
    #[test]
    fn rounding_is_to_nearest_even() {
        fn check(format: &Format) {
            for bits in 0..=255_u8 {
                let value = format.decode(bits);
                if value.is_finite() {
                    assert_eq!(format.encode(value, Overflow::Special), bits, "{value}");
                }
            }
            for low in 0..format.max {
                let (a, b) = (format.decode(low), format.decode(low + 1));
                let middle = (a + b) / 2.0;
                let even = low + low % 2;
                assert_eq!(format.encode(middle, Overflow::Special), even);
                assert_eq!(format.encode(middle.next_down(), Overflow::Special), low);
                assert_eq!(format.encode(middle.next_up(), Overflow::Special), low + 1);
            }
        }
        check(&F8E4M3Fn::FORMAT);
        check(&F8E4M3FnUz::FORMAT);
        check(&F8E5M2::FORMAT);
        check(&F8E5M2FnUz::FORMAT);
    }
}
