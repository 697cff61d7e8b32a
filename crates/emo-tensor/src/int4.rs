use std::fmt;

macro_rules! int4 {
    ($($(#[$doc:meta])+ $name:ident: $rust:ty = $min:literal..=$max:literal;)+) => { $(
        $(#[$doc])+
        #[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name($rust);

        impl $name {
            /// The least value.
            pub const MIN: Self = Self($min);
            /// The largest value.
            pub const MAX: Self = Self($max);

            /// The number, if it fits 4 bits.
            pub const fn new(value: $rust) -> Option<Self> {
                match value {
                    $min..=$max => Some(Self(value)),
                    _ => None,
                }
            }

            /// The number that the lower 4 bits of `bits` hold.
            pub const fn from_bits(bits: u8) -> Self {
                // Shifting up and down again extends the sign, in types that have one.
                Self(((bits << 4) as $rust) >> 4)
            }

            /// The number as 4 bits.
            pub const fn to_bits(self) -> u8 {
                self.0 as u8 & 0x0f
            }

            /// The number itself.
            pub const fn get(self) -> $rust {
                self.0
            }
        }

        impl From<$name> for $rust {
            fn from(value: $name) -> Self {
                value.0
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    )+ };
}

int4! {
    /// A signed integer of 4 bits: -8 to 7, held in one byte.
    I4: i8 = -8..=7;
    /// An unsigned integer of 4 bits: 0 to 15, held in one byte.
    U4: u8 = 0..=15;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn four_bits_and_numbers_are_one_to_one() {
        for bits in 0..16 {
            assert_eq!(I4::from_bits(bits).to_bits(), bits);
            assert_eq!(U4::from_bits(bits).get(), bits);
        }
        assert_eq!(I4::from_bits(0x8), I4::MIN);
        assert_eq!(I4::from_bits(0xf).get(), -1);
        assert_eq!((I4::new(8), U4::new(16)), (None, None));
        assert_eq!(I4::new(-8), Some(I4::MIN));
    }
}
