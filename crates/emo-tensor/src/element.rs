use std::fmt;

use ndarray::{ArrayD, ArrayViewD, ArrayViewMutD};

use crate::{Tensor, TensorView, TensorViewMut};

/// A Rust type that can be an element of a [`Tensor`].
pub trait Element: Copy + fmt::Debug + PartialEq + 'static {
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
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum ElementType {
            $(#[doc = concat!("`", stringify!($rust), "`.")] $variant,)+
        }

        impl ElementType {
            /// The size of one element in bytes.
            pub const fn size(self) -> usize {
                match self { $(Self::$variant => size_of::<$rust>(),)+ }
            }

            /// The type's name in Rust, such as `f32`.
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

element_types! {
    F32: f32, "f32";
    F64: f64, "f64";
    I8: i8, "i8";
    I16: i16, "i16";
    I32: i32, "i32";
    I64: i64, "i64";
    U8: u8, "u8";
    U16: u16, "u16";
    U32: u32, "u32";
    U64: u64, "u64";
    Bool: bool, "bool";
}

impl fmt::Display for ElementType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
