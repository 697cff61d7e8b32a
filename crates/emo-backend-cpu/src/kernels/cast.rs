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
    fn widen(self) -> Wide;

    /// From a float to an integer: fractions are cut off, what lies outside saturates, NaN becomes 0.
    /// Between integers: the low bits. A number is `true` where it is not 0.
    fn narrow(wide: Wide, overflow: Overflow) -> Self;
}

macro_rules! convert {
    ($(|$x:ident: $t:ty| $widen:expr, |$float:ident, $overflow:ident| $from_float:expr, |$int:ident| $from_int:expr;)+) => { $(
        impl Convert for $t {
            #[inline(always)]
            fn widen(self) -> Wide {
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
        |float, overflow| <$t>::from_f32(float as f32, overflow),
        |int| <$t>::from_f32(int as f32, Overflow::Saturate);
    )+ } };
}

integers!(i8 i16 i32 i64 u8 u16 u32 u64);
float8!(F8E4M3Fn F8E4M3FnUz F8E5M2 F8E5M2FnUz);
convert! {
    |x: f32| Wide::Float(f64::from(x)), |float, _overflow| float as f32, |int| int as f32;
    |x: f64| Wide::Float(x), |float, _overflow| float, |int| int as f64;
    |x: f16| Wide::Float(f64::from(x)), |float, _overflow| f16::from_f64(float), |int| f16::from_f64(int as f64);
    |x: bf16| Wide::Float(f64::from(x)), |float, _overflow| bf16::from_f64(float), |int| bf16::from_f64(int as f64);
    |x: I4| Wide::Int(i128::from(x.get())), |float, _overflow| I4::from_bits(float as i8 as u8), |int| I4::from_bits(int as u8);
    |x: U4| Wide::Int(i128::from(x.get())), |float, _overflow| U4::from_bits(float as i8 as u8), |int| U4::from_bits(int as u8);
    |x: bool| Wide::Int(i128::from(x)), |float, _overflow| float != 0.0, |int| int != 0;
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
                A => convert_each(&inputs.get::<A>(0)[start..], wide, A::widen),
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
