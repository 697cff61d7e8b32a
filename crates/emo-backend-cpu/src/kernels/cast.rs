use emo_backend::emo_tensor::{
    ElementType, F8E4M3Fn, F8E4M3FnUz, F8E5M2, F8E5M2FnUz, I4, Overflow, U4,
    half::{bf16, f16},
};

use crate::{
    buffer::{Buffer, Scalar, Slice, SliceMut, with_scalar},
    kernel::{Inputs, Kernel},
};

/// How many elements are converted at a time.
const CHUNK: usize = 64;

/// An element between two types: every number of every type is one of these exactly.
#[derive(Debug, Clone, Copy)]
enum Wide {
    Float(f64),
    Int(i128),
}

/// An element type that can be converted.
trait Convert: Scalar {
    fn to_wide(self) -> Wide;

    /// From a float to an integer: fractions are cut off, what lies outside saturates, NaN becomes 0.
    /// Between integers: the low bits. A number is `true` where it is not 0.
    fn narrow(wide: Wide, overflow: Overflow) -> Self;
}

macro_rules! convert {
    ($(|$x:ident: $t:ty| $widen:expr, |$float:ident, $overflow:ident| $from_float:expr, |$int:ident| $from_int:expr;)+) => { $(
        impl Convert for $t {
            #[inline(always)]
            fn to_wide(self) -> Wide {
                let $x = self;
                $widen
            }

            #[inline(always)]
            fn narrow(wide: Wide, $overflow: Overflow) -> Self {
                match wide {
                    Wide::Float($float) => $from_float,
                    Wide::Int($int) => $from_int,
                }
            }
        }
    )+ };
}

macro_rules! integers {
    ($($t:ty)+) => { convert! { $(
        |x: $t| Wide::Int(i128::from(x)), |float, _overflow| float as $t, |int| int as $t;
    )+ } };
}

macro_rules! float8 {
    ($($t:ty)+) => { convert! { $(
        |x: $t| Wide::Float(f64::from(x.to_f32())),
        |float, overflow| <$t>::from_f32(sticky(float), overflow),
        |int| <$t>::from_f32(int as f32, Overflow::Saturate);
    )+ } };
}

integers!(i8 i16 i32 i64 u8 u16 u32 u64);
float8!(F8E4M3Fn F8E4M3FnUz F8E5M2 F8E5M2FnUz);
convert! {
    |x: f32| Wide::Float(f64::from(x)), |float, _overflow| float as f32, |int| int as f32;
    |x: f64| Wide::Float(x), |float, _overflow| float, |int| int as f64;
    |x: f16| Wide::Float(f64::from(x)), |float, _overflow| f16::from_f32(sticky(float)), |int| f16::from_f64(int as f64);
    |x: bf16| Wide::Float(f64::from(x)), |float, _overflow| bf16::from_f32(sticky(float)), |int| bf16::from_f64(int as f64);
    |x: I4| Wide::Int(i128::from(x.get())), |float, _overflow| I4::from_bits(float as i8 as u8), |int| I4::from_bits(int as u8);
    |x: U4| Wide::Int(i128::from(x.get())), |float, _overflow| U4::from_bits(float as i8 as u8), |int| U4::from_bits(int as u8);
    |x: bool| Wide::Int(i128::from(x)), |float, _overflow| float != 0.0, |int| int != 0;
}

/// The number cut off to an `f32` whose last bit is set if anything was: narrower types round it as they would have
/// rounded the number itself, which two roundings to the nearest do not.
#[inline(always)]
fn sticky(value: f64) -> f32 {
    let nearest = value as f32;
    let back = f64::from(nearest);
    if back == value || !nearest.is_finite() {
        return nearest;
    }
    // Magnitudes are in the order of their bits.
    let away_from_zero = u32::from(back.abs() > value.abs());
    f32::from_bits((nearest.to_bits() - away_from_zero) | 1)
}

/// Converts each element from one type to another.
#[derive(Debug)]
pub(crate) struct Cast {
    pub(crate) from: ElementType,
    /// Of floats that are too large for a type of 8 bits.
    pub(crate) overflow: Overflow,
}

impl Kernel for Cast {
    fn run(&self, inputs: &Inputs<'_>, output: SliceMut<'_>, _: &mut [f32]) {
        // The conversions that half precision is executed with.
        match (self.from, output) {
            (ElementType::F16, SliceMut::F32(output)) => {
                convert_each(inputs.get::<f16>(0), output, f16::to_f32);
            }
            (ElementType::F32, SliceMut::F16(output)) => {
                convert_each(inputs.get::<f32>(0), output, f16::from_f32);
            }
            (_, output) => self.through_wide(inputs, output),
        }
    }
}

/// Constants in another type; `None` if there is none of it.
pub(crate) fn convert(
    values: Slice<'_>,
    from: ElementType,
    len: usize,
    to: ElementType,
) -> Option<Buffer> {
    let mut buffer = Buffer::zeros(to, len)?;
    let overflow = Overflow::Saturate;
    Cast { from, overflow }.run(&Inputs::Folded(&[values]), buffer.slice_mut(len), &mut []);
    Some(buffer)
}

fn convert_each<A: Copy, B>(input: &[A], output: &mut [B], convert: impl Fn(A) -> B) {
    for (y, &x) in output.iter_mut().zip(input) {
        *y = convert(x);
    }
}

impl Cast {
    fn through_wide(&self, inputs: &Inputs<'_>, mut output: SliceMut<'_>) {
        let mut wide = [Wide::Int(0); CHUNK];
        let len = output.len();
        for start in (0..len).step_by(CHUNK) {
            let wide = &mut wide[..CHUNK.min(len - start)];
            with_scalar!(
                self.from,
                A => convert_each(&inputs.get::<A>(0)[start..], wide, A::to_wide),
                else unreachable!("element types are checked when the plan is made")
            );
            with_scalar!(
                output.element_type(),
                B => convert_each(wide, &mut output.reborrow().of::<B>()[start..], |wide| {
                    B::narrow(wide, self.overflow)
                }),
                else unreachable!("element types are checked when the plan is made")
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use emo_backend::emo_tensor::{
        F8E5M2, Overflow,
        half::{bf16, f16},
    };

    use super::{Convert, Wide};

    /// Just above the middle between two neighbours, by less than an `f32` can tell.
    #[test]
    fn doubles_are_rounded_once() {
        fn rounded<T: Convert>(value: f64) -> T {
            T::narrow(Wide::Float(value), Overflow::Saturate)
        }
        let above = |middle: f64| 1.0 + middle + 2.0_f64.powi(-40);
        assert_eq!(
            rounded::<f16>(above(2.0_f64.powi(-11))),
            f16::from_f32(1.0 + 2.0_f32.powi(-10))
        );
        assert_eq!(
            rounded::<bf16>(above(2.0_f64.powi(-8))),
            bf16::from_f32(1.0 + 2.0_f32.powi(-7))
        );
        assert_eq!(rounded::<F8E5M2>(above(2.0_f64.powi(-3))).to_f32(), 1.25);
        let below = 1.0 + 3.0 * 2.0_f64.powi(-11) - 2.0_f64.powi(-40);
        assert_eq!(
            rounded::<f16>(-below),
            f16::from_f32(-1.0 - 2.0_f32.powi(-10))
        );
        assert_eq!(rounded::<f16>(1e300), f16::INFINITY);
        assert_eq!(rounded::<f16>(-1e-300), f16::NEG_ZERO);
        assert!(rounded::<f16>(f64::NAN).is_nan());
    }
}
