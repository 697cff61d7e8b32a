use crate::{buffer::Scalar, number::Number};

/// A floating-point type whose sums are taken in `f64`.
pub(crate) trait Real: Number<Wide = f64> {}

impl Real for f32 {}
impl Real for f64 {}

/// An element type of general products: floats sum in `f64`, integers wrap in 32 bits.
pub(crate) trait Term: Scalar {
    type Sum: Copy;
    const ZERO: Self::Sum;
    fn start(self) -> Self::Sum;
    fn add_product(sum: Self::Sum, a: Self, b: Self) -> Self::Sum;
    fn finish(sum: Self::Sum) -> Self;
}

macro_rules! real_terms {
    ($($t:ty)+) => { $(impl Term for $t {
        type Sum = f64;
        const ZERO: f64 = 0.0;

        #[inline(always)]
        fn start(self) -> f64 {
            self.widen()
        }

        #[inline(always)]
        fn add_product(sum: f64, a: Self, b: Self) -> f64 {
            sum + a.widen() * b.widen()
        }

        #[inline(always)]
        fn finish(sum: f64) -> Self {
            Self::narrow(sum)
        }
    })+ };
}

real_terms!(f32 f64);

impl Term for i32 {
    type Sum = i32;
    const ZERO: i32 = 0;

    #[inline(always)]
    fn start(self) -> i32 {
        self
    }

    #[inline(always)]
    fn add_product(sum: i32, a: i32, b: i32) -> i32 {
        sum.wrapping_add(a.wrapping_mul(b))
    }

    #[inline(always)]
    fn finish(sum: i32) -> i32 {
        sum
    }
}

/// Runs `$body` with `$t` standing for `f32` or `f64`, or `$otherwise` for another element type.
macro_rules! with_real {
    ($element_type:expr, $t:ident => $body:expr, else $otherwise:expr) => {
        match $element_type {
            emo_backend::emo_tensor::ElementType::F32 => {
                type $t = f32;
                $body
            }
            emo_backend::emo_tensor::ElementType::F64 => {
                type $t = f64;
                $body
            }
            _ => $otherwise,
        }
    };
}

pub(crate) use with_real;
