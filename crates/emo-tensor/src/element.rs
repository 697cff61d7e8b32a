use std::fmt;

use ndarray::{ArrayD, ArrayViewD, ArrayViewMutD};

use crate::{Tensor, TensorView, TensorViewMut};

/// Hands the list of all element types to the macro `$callback`.
///
/// The list has one entry `Variant: rust_type, "name";` for each variant of [`ElementType`](crate::ElementType),
/// [`Tensor`](crate::Tensor) and its views.
///
/// # Example
/// ```
/// use emo_tensor::ElementType;
///
/// macro_rules! all {
///     ($($variant:ident: $rust:ty, $name:literal;)+) => { [$(ElementType::$variant),+] };
/// }
/// let all = emo_tensor::for_each_element_type!(all);
/// assert!(all.contains(&ElementType::F16));
/// ```
#[macro_export]
macro_rules! for_each_element_type {
    ($callback:ident) => {
        $callback! {
            F32: f32, "f32";
            F64: f64, "f64";
            F16: $crate::half::f16, "f16";
            BF16: $crate::half::bf16, "bf16";
            F8E4M3Fn: $crate::F8E4M3Fn, "f8e4m3fn";
            F8E4M3FnUz: $crate::F8E4M3FnUz, "f8e4m3fnuz";
            F8E5M2: $crate::F8E5M2, "f8e5m2";
            F8E5M2FnUz: $crate::F8E5M2FnUz, "f8e5m2fnuz";
            I4: $crate::I4, "i4";
            I8: i8, "i8";
            I16: i16, "i16";
            I32: i32, "i32";
            I64: i64, "i64";
            U4: $crate::U4, "u4";
            U8: u8, "u8";
            U16: u16, "u16";
            U32: u32, "u32";
            U64: u64, "u64";
            Bool: bool, "bool";
        }
    };
}

/// A Rust type that can be an element of a [`Tensor`].
pub trait Element: Copy + Default + fmt::Debug + PartialEq + Send + Sync + 'static {
    /// The type's tag.
    const TYPE: ElementType;
    /// The array inside `tensor`, if its elements are of this type.
    fn array(tensor: &Tensor) -> Option<&ArrayD<Self>>;
    /// The view inside `view`, if its elements are of this type.
    fn view<'v>(view: &'v TensorView<'_>) -> Option<ArrayViewD<'v, Self>>;
    /// The view inside `view`, if its elements are of this type.
    fn view_mut<'v>(view: &'v mut TensorViewMut<'_>) -> Option<ArrayViewMutD<'v, Self>>;
}

macro_rules! element_types {
    ($($variant:ident: $rust:ty, $name:literal;)+) => {
        /// The type of a tensor's elements.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum ElementType {
            $(#[doc = concat!("`", $name, "`.")] $variant,)+
        }

        impl ElementType {
            /// The size of one element in memory, in bytes; elements of 4 bits take one byte each.
            pub const fn size(self) -> usize {
                match self { $(Self::$variant => size_of::<$rust>(),)+ }
            }

            /// The type's name, such as `f32`.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)+ }
            }
        }

        $(
            impl Element for $rust {
                const TYPE: ElementType = ElementType::$variant;

                fn array(tensor: &Tensor) -> Option<&ArrayD<Self>> {
                    match tensor { Tensor::$variant(array) => Some(array), _ => None }
                }

                fn view<'v>(view: &'v TensorView<'_>) -> Option<ArrayViewD<'v, Self>> {
                    match view { TensorView::$variant(array) => Some(array.view()), _ => None }
                }

                fn view_mut<'v>(view: &'v mut TensorViewMut<'_>) -> Option<ArrayViewMutD<'v, Self>> {
                    match view { TensorViewMut::$variant(array) => Some(array.view_mut()), _ => None }
                }
            }

            impl From<ArrayD<$rust>> for Tensor {
                fn from(array: ArrayD<$rust>) -> Self { Self::$variant(array) }
            }

            impl<'a> From<ArrayViewD<'a, $rust>> for TensorView<'a> {
                fn from(array: ArrayViewD<'a, $rust>) -> Self { Self::$variant(array) }
            }

            impl<'a> From<ArrayViewMutD<'a, $rust>> for TensorViewMut<'a> {
                fn from(array: ArrayViewMutD<'a, $rust>) -> Self { Self::$variant(array) }
            }
        )+
    };
}

for_each_element_type!(element_types);

impl fmt::Display for ElementType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
