use std::f64::consts::{LN_2, LOG2_E};

/// `e⁻ˣ` for `x` of 0 or more, within 2 units in the last place down to 1e-300 and 0 or less than that below.
///
/// Without branches and calls, so that loops over it become vector instructions, which the library's `exp` prevents.
#[inline(always)]
pub(crate) fn decaying_exp(x: f64) -> f64 {
    /// Added and taken away again, it rounds to whole numbers and leaves them in the low bits.
    const ROUND: f64 = 1.5 * (1_u64 << 52) as f64;
    /// What LN_2 with its last 32 bits cleared leaves of ln 2.
    const LN_2_HIGH: f64 = f64::from_bits(LN_2.to_bits() & !0xFFFF_FFFF);
    const LN_2_LOW: f64 = 4.749_325_039_031_672e-7;

    let x = x.min(700.0);
    let shifted = ROUND - x * LOG2_E;
    let k = shifted - ROUND;
    let r = (-x - k * LN_2_HIGH) - k * LN_2_LOW;
    // The series of e^r for |r| ≤ ln 2 / 2, whose next term is below 1e-17.
    let mut sum = 1.0 / 6_227_020_800.0;
    for factorial in [
        479_001_600.0,
        39_916_800.0,
        3_628_800.0,
        362_880.0,
        40_320.0,
        5_040.0,
        720.0,
        120.0,
        24.0,
        6.0,
        2.0,
        1.0,
        1.0,
    ] {
        sum = sum * r + 1.0 / factorial;
    }
    let power = f64::from_bits(shifted.to_bits().wrapping_add(1023) << 52);
    sum * power
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn it_is_the_librarys(x in prop_oneof![0.0_f64..1.0, 0.0_f64..690.0]) {
            let expected = f64::exp(-x);
            prop_assert!((decaying_exp(x) - expected).abs() <= 5e-16 * expected);
        }
    }

    #[test]
    fn its_ends_are_exact_and_small() {
        assert_eq!(decaying_exp(0.0), 1.0);
        for x in [700.0, 1e9, f64::INFINITY] {
            assert!((0.0..1e-300).contains(&decaying_exp(x)));
        }
    }
}
