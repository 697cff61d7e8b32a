use emo_tensor::ElementType;

use crate::QuantError;

/// Where the zero point of integers lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case"))]
pub enum Symmetry {
    /// In the middle of the integers, 0 for signed ones: the range reaches as far below 0 as above.
    #[default]
    Symmetric,
    /// Wherever the range puts it: all integers are used.
    Affine,
}

/// The integers that numbers are written as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(
    feature = "serde",
    serde(try_from = "saved::Scheme", into = "saved::Scheme")
)]
pub struct QuantScheme {
    element_type: ElementType,
    symmetry: Symmetry,
}

impl QuantScheme {
    /// `i8` around 0.
    pub const I8: Self = Self {
        element_type: ElementType::I8,
        symmetry: Symmetry::Symmetric,
    };

    /// All of `u8`.
    pub const U8: Self = Self {
        element_type: ElementType::U8,
        symmetry: Symmetry::Affine,
    };

    /// Integers of a type and where their zero point lies.
    ///
    /// # Errors
    /// [`QuantError::Type`] if the type is not an integer of 4, 8 or 16 bits.
    pub fn new(element_type: ElementType, symmetry: Symmetry) -> Result<Self, QuantError> {
        match element_type.integer_range() {
            Some(_) => Ok(Self {
                element_type,
                symmetry,
            }),
            None => Err(QuantError::Type {
                element_type,
                what: "quantized to",
            }),
        }
    }

    /// The type of the integers.
    pub fn element_type(&self) -> ElementType {
        self.element_type
    }

    /// Where their zero point lies.
    pub fn symmetry(&self) -> Symmetry {
        self.symmetry
    }

    /// The lowest and the highest integer.
    pub fn integer_range(&self) -> (i32, i32) {
        self.element_type
            .integer_range()
            .expect("the type is checked by the constructor")
    }

    /// Bits of one integer: 4, 8 or 16.
    pub fn bits(&self) -> u32 {
        let (lowest, highest) = self.integer_range();
        (highest - lowest + 1).ilog2()
    }
}

/// How a scheme is written: `{"element_type": "i8", "symmetry": "symmetric"}`.
#[cfg(feature = "serde")]
mod saved {
    use super::{ElementType, QuantError, QuantScheme, Symmetry};

    #[derive(serde::Serialize, serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    pub(super) struct Scheme {
        element_type: Integer,
        symmetry: Symmetry,
    }

    #[derive(serde::Serialize, serde::Deserialize)]
    #[serde(rename_all = "lowercase")]
    enum Integer {
        I4,
        I8,
        I16,
        U4,
        U8,
        U16,
    }

    impl From<QuantScheme> for Scheme {
        fn from(scheme: QuantScheme) -> Self {
            let element_type = match scheme.element_type {
                ElementType::I4 => Integer::I4,
                ElementType::I16 => Integer::I16,
                ElementType::U4 => Integer::U4,
                ElementType::U8 => Integer::U8,
                ElementType::U16 => Integer::U16,
                // The constructor lets no other type in.
                _ => Integer::I8,
            };
            Self {
                element_type,
                symmetry: scheme.symmetry,
            }
        }
    }

    impl TryFrom<Scheme> for QuantScheme {
        type Error = QuantError;

        fn try_from(scheme: Scheme) -> Result<Self, QuantError> {
            let element_type = match scheme.element_type {
                Integer::I4 => ElementType::I4,
                Integer::I8 => ElementType::I8,
                Integer::I16 => ElementType::I16,
                Integer::U4 => ElementType::U4,
                Integer::U8 => ElementType::U8,
                Integer::U16 => ElementType::U16,
            };
            Self::new(element_type, scheme.symmetry)
        }
    }
}
