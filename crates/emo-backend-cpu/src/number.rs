use crate::buffer::Scalar;

/// An element type that is computed with.
///
/// Integers wrap around. Where one of two numbers is picked, NaN is picked.
pub(crate) trait Number: Scalar + PartialOrd {
    /// What no number is below: the greatest number of none.
    const LOWEST: Self;
    /// What no number is above: the least number of none.
    const HIGHEST: Self;
    const ONE: Self;
    /// What many elements are added up and multiplied in.
    type Wide: Wide;

    fn add(self, other: Self) -> Self;
    fn sub(self, other: Self) -> Self;
    fn mul(self, other: Self) -> Self;
    /// Of integers the whole part; 0 where an integer is divided by 0, which kernels refuse first.
    fn div(self, other: Self) -> Self;
    fn pow(self, exponent: Self) -> Self;
    /// What remains of a division whose quotient is rounded towards negative infinity.
    fn floor_remainder(self, other: Self) -> Self;
    /// What remains of a division whose quotient is rounded towards zero.
    fn remainder(self, other: Self) -> Self;
    fn greater(self, other: Self) -> Self;
    fn lesser(self, other: Self) -> Self;
    /// Whether this is NaN.
    fn is_none(self) -> bool;
    fn widen(self) -> Self::Wide;
    fn narrow(wide: Self::Wide) -> Self;
    /// Cuts fractions off and saturates where the type is an integer.
    fn from_f64(value: f64) -> Self;
    fn to_f64(self) -> f64;
}

/// What numbers are summed in.
pub(crate) trait Wide: Copy {
    const ZERO: Self;
    const ONE: Self;
    fn add(self, other: Self) -> Self;
    fn mul(self, other: Self) -> Self;
    fn abs(self) -> Self;
    /// As [`Number::greater`].
    fn greater(self, other: Self) -> Self;
    /// As [`Number::lesser`].
    fn lesser(self, other: Self) -> Self;
    /// The whole part of the quotient where the type is an integer.
    fn div(self, count: usize) -> Self;
    fn to_f64(self) -> f64;
}

impl Wide for f64 {
    const ZERO: Self = 0.0;
    const ONE: Self = 1.0;

    #[inline(always)]
    fn add(self, other: Self) -> Self {
        self + other
    }

    #[inline(always)]
    fn mul(self, other: Self) -> Self {
        self * other
    }

    #[inline(always)]
    fn abs(self) -> Self {
        self.abs()
    }

    #[inline(always)]
    fn greater(self, other: Self) -> Self {
        Number::greater(self, other)
    }

    #[inline(always)]
    fn lesser(self, other: Self) -> Self {
        Number::lesser(self, other)
    }

    fn div(self, count: usize) -> Self {
        self / count as f64
    }

    fn to_f64(self) -> f64 {
        self
    }
}

impl Wide for i128 {
    const ZERO: Self = 0;
    const ONE: Self = 1;

    fn add(self, other: Self) -> Self {
        self.wrapping_add(other)
    }

    fn mul(self, other: Self) -> Self {
        self.wrapping_mul(other)
    }

    fn abs(self) -> Self {
        self.wrapping_abs()
    }

    fn greater(self, other: Self) -> Self {
        self.max(other)
    }

    fn lesser(self, other: Self) -> Self {
        self.min(other)
    }

    fn div(self, count: usize) -> Self {
        self.checked_div(count as Self).unwrap_or(0)
    }

    fn to_f64(self) -> f64 {
        self as f64
    }
}

macro_rules! floats {
    ($($t:ty)+) => { $(impl Number for $t {
        const LOWEST: Self = Self::NEG_INFINITY;
        const HIGHEST: Self = Self::INFINITY;
        const ONE: Self = 1.0;
        type Wide = f64;

        #[inline(always)]
        fn add(self, other: Self) -> Self { self + other }

        #[inline(always)]
        fn sub(self, other: Self) -> Self { self - other }

        #[inline(always)]
        fn mul(self, other: Self) -> Self { self * other }

        #[inline(always)]
        fn div(self, other: Self) -> Self { self / other }

        fn pow(self, exponent: Self) -> Self { self.powf(exponent) }

        fn floor_remainder(self, other: Self) -> Self {
            let remainder = self % other;
            if remainder == 0.0 {
                Self::copysign(0.0, other)
            } else if (remainder < 0.0) == (other < 0.0) || remainder.is_nan() {
                remainder
            } else if other.is_infinite() {
                other
            } else {
                remainder + other
            }
        }

        fn remainder(self, other: Self) -> Self { self % other }

        #[inline(always)]
        fn greater(self, other: Self) -> Self {
            if self > other || self.is_nan() { self } else { other }
        }

        #[inline(always)]
        fn lesser(self, other: Self) -> Self {
            if self < other || self.is_nan() { self } else { other }
        }

        #[inline(always)]
        fn is_none(self) -> bool { self.is_nan() }

        #[inline(always)]
        fn widen(self) -> f64 { f64::from(self) }

        #[inline(always)]
        fn narrow(wide: f64) -> Self { wide as Self }

        #[inline(always)]
        fn from_f64(value: f64) -> Self { value as Self }

        #[inline(always)]
        fn to_f64(self) -> f64 { f64::from(self) }
    })+ };
}

macro_rules! integers {
    ($($t:ty)+) => { $(
        impl Number for $t {
            const LOWEST: Self = Self::MIN;
            const HIGHEST: Self = Self::MAX;
            const ONE: Self = 1;
            type Wide = i128;

            fn add(self, other: Self) -> Self { self.wrapping_add(other) }

            fn sub(self, other: Self) -> Self { self.wrapping_sub(other) }

            fn mul(self, other: Self) -> Self { self.wrapping_mul(other) }

            fn div(self, other: Self) -> Self {
                if other == 0 { 0 } else { self.wrapping_div(other) }
            }

            fn pow(self, exponent: Self) -> Self {
                #[allow(unused_comparisons, reason = "some of these types have no sign")]
                if exponent < 0 {
                    // The whole part of 1 / self^|exponent|; infinity saturates.
                    return match self {
                        0 => Self::MAX,
                        1 => 1,
                        base if base == Self::MAX.wrapping_add(Self::MIN) => {
                            if exponent % 2 == 0 { 1 } else { base }
                        }
                        _ => 0,
                    };
                }
                let (mut base, mut exponent, mut power) = (self, exponent, 1);
                while exponent > 0 {
                    if exponent % 2 == 1 {
                        power = Self::wrapping_mul(power, base);
                    }
                    base = base.wrapping_mul(base);
                    exponent /= 2;
                }
                power
            }

            fn floor_remainder(self, other: Self) -> Self {
                let remainder = self.remainder(other);
                #[allow(unused_comparisons, reason = "some of these types have no sign")]
                if remainder != 0 && (remainder < 0) != (other < 0) {
                    remainder + other
                } else {
                    remainder
                }
            }

            fn remainder(self, other: Self) -> Self {
                if other == 0 { 0 } else { self.wrapping_rem(other) }
            }

            fn greater(self, other: Self) -> Self { self.max(other) }

            fn lesser(self, other: Self) -> Self { self.min(other) }

            fn is_none(self) -> bool { false }

            fn widen(self) -> i128 { i128::from(self) }

            fn narrow(wide: i128) -> Self { wide as Self }

            fn from_f64(value: f64) -> Self { value as Self }

            fn to_f64(self) -> f64 { self as f64 }
        }

        impl Integer for $t {
            fn and(self, other: Self) -> Self { self & other }

            fn or(self, other: Self) -> Self { self | other }

            fn xor(self, other: Self) -> Self { self ^ other }

            fn shift_left(self, by: Self) -> Self {
                let by = u32::try_from(by).unwrap_or(u32::MAX);
                self.checked_shl(by).unwrap_or(0)
            }

            fn shift_right(self, by: Self) -> Self {
                let by = u32::try_from(by).unwrap_or(u32::MAX);
                self.checked_shr(by).unwrap_or(0)
            }

            fn not(self) -> Self { !self }
        }
    )+ };
}

/// An integer whose bits are computed with.
pub(crate) trait Integer: Number {
    fn and(self, other: Self) -> Self;
    fn or(self, other: Self) -> Self;
    fn xor(self, other: Self) -> Self;
    /// 0 where nothing is left.
    fn shift_left(self, by: Self) -> Self;
    /// 0 where nothing is left.
    fn shift_right(self, by: Self) -> Self;
    fn not(self) -> Self;
}

floats!(f32 f64);
integers!(i8 i16 i32 i64 u8 u16 u32 u64);

/// Runs `$body` with `$t` standing for the integer type of `$element_type`, or `$otherwise`.
macro_rules! with_integer {
    ($element_type:expr, $t:ident => $body:expr, else $otherwise:expr) => {{
        use emo_backend::emo_tensor::ElementType;
        match $element_type {
            ElementType::I8 => {
                type $t = i8;
                $body
            }
            ElementType::I16 => {
                type $t = i16;
                $body
            }
            ElementType::I32 => {
                type $t = i32;
                $body
            }
            ElementType::I64 => {
                type $t = i64;
                $body
            }
            ElementType::U8 => {
                type $t = u8;
                $body
            }
            ElementType::U16 => {
                type $t = u16;
                $body
            }
            ElementType::U32 => {
                type $t = u32;
                $body
            }
            ElementType::U64 => {
                type $t = u64;
                $body
            }
            _ => $otherwise,
        }
    }};
}

/// Runs `$body` with `$t` standing for the [`Number`] of `$element_type`, or `$otherwise`.
macro_rules! with_number {
    ($element_type:expr, $t:ident => $body:expr, else $otherwise:expr) => {
        match $element_type {
            emo_backend::emo_tensor::ElementType::F32 => { type $t = f32; $body }
            emo_backend::emo_tensor::ElementType::F64 => { type $t = f64; $body }
            other => crate::number::with_integer!(other, $t => $body, else $otherwise),
        }
    };
}

pub(crate) use {with_integer, with_number};

#[cfg(test)]
mod tests {
    use super::{Integer, Number};

    #[test]
    fn powers_of_integers_wrap_and_negative_exponents_leave_the_whole_part() {
        assert_eq!(Number::pow(3_i32, 4), 81);
        assert_eq!(Number::pow(0_u8, 0), 1);
        assert_eq!(Number::pow(3_u8, 6), (729 % 256) as u8);
        assert_eq!(Number::pow(-2_i64, 63), i64::MIN);
        for (base, exponent, power) in [(1, -3, 1), (-1, -3, -1), (-1, -2, 1), (2, -1, 0)] {
            assert_eq!(Number::pow(base, exponent), power as i8);
        }
    }

    /// The examples of the definition: floored quotients give the divisor's sign, truncated ones the dividend's.
    #[test]
    fn remainders_have_the_sign_of_the_divisor_or_of_the_dividend() {
        for (a, b, floored, truncated) in [
            (-4, 2, 0, 0),
            (7, -3, -2, 1),
            (5, 8, 5, 5),
            (4, -2, 0, 0),
            (-7, 3, 2, -1),
            (8, 5, 3, 3),
        ] {
            assert_eq!(a.floor_remainder(b), floored);
            assert_eq!(a.remainder(b), truncated);
            let (a, b) = (f64::from(a), f64::from(b));
            assert_eq!(a.floor_remainder(b), f64::from(floored));
            assert_eq!(Number::remainder(a, b), f64::from(truncated));
        }
        assert_eq!(i32::MIN.remainder(-1), 0);
        assert_eq!((-1.0_f32).floor_remainder(f32::INFINITY), f32::INFINITY);
        assert!(0.0_f32.floor_remainder(-2.0).is_sign_negative());
        assert!(1.0_f32.floor_remainder(0.0).is_nan());
    }

    #[test]
    fn nan_is_both_the_greater_and_the_lesser() {
        for (a, b) in [(f32::NAN, 1.0), (1.0, f32::NAN)] {
            assert!(a.greater(b).is_nan());
            assert!(a.lesser(b).is_nan());
        }
    }

    #[test]
    fn bits_shifted_out_leave_nothing() {
        assert_eq!(1_u8.shift_left(7), 128);
        assert_eq!(1_u8.shift_left(8), 0);
        assert_eq!(200_u64.shift_right(u64::MAX), 0);
    }
}
