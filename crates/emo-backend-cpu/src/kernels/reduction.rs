use emo_backend::emo_tensor::{
    ElementType, F8E4M3Fn, F8E4M3FnUz, F8E5M2, F8E5M2FnUz, I4, U4,
    half::{bf16, f16},
};

use crate::buffer::{Scalar, Slice, SliceMut, with_scalar};

/// What becomes of an element that is scattered onto another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reduction {
    Replace,
    Add,
    Mul,
    Max,
    Min,
}

impl Reduction {
    /// Combines each element of `old` with the one of `new` at its place; both are of one type.
    pub(crate) fn combine(self, old: SliceMut<'_>, new: Slice<'_>) {
        with_scalar!(
            old.element_type(),
            T => each(self, old.of::<T>(), T::slice(new)),
            else unreachable!("element types are checked when the plan is made")
        );
    }

    /// Whether elements of this type can be combined.
    pub(crate) fn takes(self, element_type: ElementType) -> bool {
        self == Self::Replace
            || !matches!(
                element_type,
                ElementType::I4
                    | ElementType::U4
                    | ElementType::F8E4M3Fn
                    | ElementType::F8E4M3FnUz
                    | ElementType::F8E5M2
                    | ElementType::F8E5M2FnUz
            )
    }
}

fn each<T: Combine>(reduction: Reduction, old: &mut [T], new: Option<&[T]>) {
    let new = new.expect("element types are checked when the plan is made");
    if reduction == Reduction::Replace {
        return old.copy_from_slice(new);
    }
    for (old, &new) in old.iter_mut().zip(new) {
        *old = T::combine(reduction, *old, new);
    }
}

/// An element type whose elements can be scattered onto each other: integers wrap, NaN is both the greatest and the
/// least number, and of `true` and `false` the sum is the greater and the product the lesser, as in NumPy.
trait Combine: Scalar {
    fn combine(reduction: Reduction, old: Self, new: Self) -> Self;
}

macro_rules! floats {
    ($($t:ty: $to:expr, $from:expr;)+) => { $(impl Combine for $t {
        #[inline(always)]
        fn combine(reduction: Reduction, old: Self, new: Self) -> Self {
            match reduction {
                Reduction::Replace => new,
                Reduction::Add => $from($to(old) + $to(new)),
                Reduction::Mul => $from($to(old) * $to(new)),
                Reduction::Max if old.is_nan() || old > new => old,
                Reduction::Min if old.is_nan() || old < new => old,
                Reduction::Max | Reduction::Min => new,
            }
        }
    })+ };
}

macro_rules! integers {
    ($($t:ty)+) => { $(impl Combine for $t {
        #[inline(always)]
        fn combine(reduction: Reduction, old: Self, new: Self) -> Self {
            match reduction {
                Reduction::Replace => new,
                Reduction::Add => old.wrapping_add(new),
                Reduction::Mul => old.wrapping_mul(new),
                Reduction::Max => old.max(new),
                Reduction::Min => old.min(new),
            }
        }
    })+ };
}

/// Types that [`Reduction::takes`] refuses to combine.
macro_rules! replaced {
    ($($t:ty)+) => { $(impl Combine for $t {
        fn combine(_: Reduction, _: Self, new: Self) -> Self { new }
    })+ };
}

floats! {
    f32: |x: f32| x, |x: f32| x;
    f64: |x: f64| x, |x: f64| x;
    f16: f16::to_f32, f16::from_f32;
    bf16: bf16::to_f32, bf16::from_f32;
}
integers!(i8 i16 i32 i64 u8 u16 u32 u64);
replaced!(I4 U4 F8E4M3Fn F8E4M3FnUz F8E5M2 F8E5M2FnUz);

impl Combine for bool {
    fn combine(reduction: Reduction, old: Self, new: Self) -> Self {
        match reduction {
            Reduction::Replace => new,
            Reduction::Add | Reduction::Max => old | new,
            Reduction::Mul | Reduction::Min => old & new,
        }
    }
}
