use std::marker::PhantomData;

use crate::{
    buffer::{Scalar, SliceMut},
    kernel::{Inputs, Kernel},
};

/// A conversion of elements.
pub(crate) trait CastTo<T> {
    /// From a float to an integer: fractions are cut off, what lies outside saturates, NaN becomes 0.
    /// Between integers: the low bits. A number is `true` where it is not 0.
    fn cast(self) -> T;
}

macro_rules! casts {
    ($($from:ty => $($to:ty)+;)+) => { $($(impl CastTo<$to> for $from {
        fn cast(self) -> $to { self as $to }
    })+)+ };
}

casts! {
    f32 => f32 f64 i8 i32 i64 u8;
    f64 => f32 f64 i8 i32 i64 u8;
    i8 => f32 f64 i8 i32 i64 u8;
    i32 => f32 f64 i8 i32 i64 u8;
    i64 => f32 f64 i8 i32 i64 u8;
    u8 => f32 f64 i8 i32 i64 u8;
    bool => i8 i32 i64 u8 bool;
}

macro_rules! bool_casts {
    ($($number:ty)+) => { $(impl CastTo<bool> for $number {
        fn cast(self) -> bool { self != <$number>::default() }
    })+ };
}

bool_casts!(f32 f64 i8 i32 i64 u8);

impl CastTo<f32> for bool {
    fn cast(self) -> f32 {
        f32::from(u8::from(self))
    }
}

impl CastTo<f64> for bool {
    fn cast(self) -> f64 {
        f64::from(u8::from(self))
    }
}

/// Converts each element from `A` to `B`.
#[derive(Debug)]
pub(crate) struct Cast<A, B>(PhantomData<(A, B)>);

impl<A, B> Cast<A, B> {
    pub(crate) fn new() -> Self {
        Self(PhantomData)
    }
}

impl<A: Scalar + CastTo<B>, B: Scalar> Kernel for Cast<A, B> {
    fn run(&self, inputs: &Inputs<'_>, output: SliceMut<'_>, _: &mut [f32]) {
        for (y, &x) in output.of::<B>().iter_mut().zip(inputs.get::<A>(0)) {
            *y = x.cast();
        }
    }
}
