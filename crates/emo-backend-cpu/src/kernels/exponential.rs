//! The exponential function and its kin, in operations that round alike everywhere: results are equal to the bit on all
//! levels, and within 1 (`exp`) or 3 (`exp_m1_of_negative`, `tanh`, `sigmoid`) units in the last place.

use std::f32::consts::LOG2_E;

use crate::simd::Simd;

/// ln 2 in two parts, the first of so few bits that its product with an exponent is exact (Cody and Waite, 1980,
/// Software Manual for the Elementary Functions).
const LN_2: [f32; 2] = [355.0 / 512.0, -2.121_944_4e-4];

/// The minimax polynomial of (eʳ − 1 − r) / r² for |r| ≤ ln 2 / 2, the highest power first; fitted with the weight
/// |r|^1.5 and its coefficients rounded to `f32` from the lowest power on.
const QUOTIENT: [f32; 5] = [
    0.001_394_035_4,
    0.008_368_012_5,
    0.041_666_407,
    0.166_665_29,
    0.5,
];

/// The integer n nearest to x / ln 2, and eʳ − 1 of the rest r = x − n · ln 2.
#[inline(always)]
fn reduce<S: Simd>(simd: S, x: S::F32) -> (S::I32, S::F32) {
    let n = simd.round(simd.mul(x, simd.splat(LOG2_E)));
    let whole = simd.to_f32(n);
    let r = simd.sub(x, simd.mul(whole, simd.splat(LN_2[0])));
    let r = simd.sub(r, simd.mul(whole, simd.splat(LN_2[1])));
    let mut quotient = simd.splat(QUOTIENT[0]);
    for &coefficient in &QUOTIENT[1..] {
        quotient = simd.add(simd.mul(quotient, r), simd.splat(coefficient));
    }
    (n, simd.add(r, simd.mul(simd.mul(r, r), quotient)))
}

/// 2ⁿ for −126 ≤ n ≤ 127.
#[inline(always)]
fn power<S: Simd>(simd: S, n: S::I32) -> S::F32 {
    simd.scale_by_power(simd.splat(1.0), n)
}

/// eˣ.
#[inline(always)]
pub(crate) fn exp<S: Simd>(simd: S, x: S::F32) -> S::F32 {
    // Beyond these bounds are 0 and infinity. NaN stays.
    let x = simd.min(simd.splat(89.0), simd.max(simd.splat(-104.5), x));
    let (n, p) = reduce(simd, x);
    // 2ⁿ as a product of two, so that the last multiplication alone rounds or overflows: n − 1 and 1, or −101 and
    // n + 101 where the result may be subnormal.
    let first = simd.max_i32(simd.add_i32(n, simd.splat_i32(-1)), simd.splat_i32(-101));
    let second = simd.min_i32(simd.add_i32(n, simd.splat_i32(101)), simd.splat_i32(1));
    let y = simd.add(p, simd.splat(1.0));
    simd.mul(simd.mul(y, power(simd, first)), power(simd, second))
}

/// The minimax polynomial of (2ʳ − 1) / r for |r| ≤ 1/2, the highest power first; fitted and rounded as
/// [`QUOTIENT`], with the relative error's weight.
const BINARY_QUOTIENT: [f32; 6] = [
    0.000_154_589_49,
    0.001_338_796,
    0.009_618_072,
    0.055_503_663,
    0.240_226_5,
    std::f32::consts::LN_2,
];

/// eˣ − 1 of negative numbers and zero; any number for greater ones.
///
/// What is rounded away of x / ln 2 matters less the smaller eˣ is, so that one product serves for it.
#[inline(always)]
pub(crate) fn exp_m1_of_negative<S: Simd>(simd: S, x: S::F32) -> S::F32 {
    // Below is −1. NaN stays.
    let x = simd.mul(simd.max(simd.splat(-25.0), x), simd.splat(LOG2_E));
    let n = simd.round(x);
    let r = simd.sub(x, simd.to_f32(n));
    let mut quotient = simd.splat(BINARY_QUOTIENT[0]);
    for &coefficient in &BINARY_QUOTIENT[1..] {
        quotient = simd.add(simd.mul(quotient, r), simd.splat(coefficient));
    }
    let scale = power(simd, n);
    let scaled = simd.mul(scale, simd.mul(quotient, r));
    simd.add(scaled, simd.sub(scale, simd.splat(1.0)))
}

/// eˣ − 1 as [`exp_m1_of_negative`], within 1 unit.
#[inline(always)]
fn precise_exp_m1_of_negative<S: Simd>(simd: S, x: S::F32) -> S::F32 {
    let (n, p) = reduce(simd, simd.max(simd.splat(-25.0), x));
    let scale = power(simd, n);
    simd.add(simd.mul(scale, p), simd.sub(scale, simd.splat(1.0)))
}

#[inline(always)]
fn negative<S: Simd>(simd: S, x: S::F32) -> S::F32 {
    simd.sub(simd.splat(0.0), x)
}

/// 1 / (1 + e⁻ˣ).
#[inline(always)]
pub(crate) fn sigmoid<S: Simd>(simd: S, x: S::F32) -> S::F32 {
    let one = simd.splat(1.0);
    let e = exp(simd, simd.min(negative(simd, x), x));
    simd.div(simd.select_negative(x, e, one), simd.add(one, e))
}

/// (1 − e⁻²ˣ) / (1 + e⁻²ˣ).
#[inline(always)]
pub(crate) fn tanh<S: Simd>(simd: S, x: S::F32) -> S::F32 {
    let twice = simd.add(x, x);
    let e = precise_exp_m1_of_negative(simd, simd.min(negative(simd, twice), twice));
    let sign = simd.select_negative(x, e, negative(simd, e));
    simd.div(sign, simd.add(e, simd.splat(2.0)))
}

#[cfg(test)]
mod tests {
    use crate::{
        kernels::unary::{InPlace, Unary},
        simd::{Level, levels},
    };

    /// eˣ − 1 below zero.
    const EXP_M1: Unary = Unary::Elu { alpha: 1.0 };

    fn on(level: Level, function: Unary, xs: &[f32]) -> Vec<f32> {
        let mut values = xs.to_vec();
        level.run(InPlace {
            function,
            values: &mut values,
        });
        values
    }

    /// Numbers of both signs: of every magnitude, and every 1/256 of what does not saturate.
    fn arguments() -> Vec<f32> {
        let magnitudes = (0..=u32::MAX >> 1).step_by(60_013).map(f32::from_bits);
        let steps = (0..110 * 256_u16).map(|step| f32::from(step) / 256.0);
        let edges = [
            f32::INFINITY,
            88.722_83,
            88.722_84,
            87.336_55,
            103.972_08,
            103.972_09,
        ];
        magnitudes
            .chain(steps)
            .chain(edges)
            .flat_map(|x| [x, -x])
            .collect()
    }

    fn check(function: Unary, reference: impl Fn(f64) -> f64, ulps: f64) {
        let xs = arguments();
        let ys = on(Level::detect(), function, &xs);
        for (&x, &y) in xs.iter().zip(&ys) {
            let expected = reference(f64::from(x));
            if expected.is_nan() || y.is_nan() {
                assert!(
                    expected.is_nan() && y.is_nan(),
                    "{function:?} of {x} is {y}"
                );
                continue;
            }
            let nearest = expected as f32;
            if nearest.is_infinite() || y == nearest {
                assert_eq!(y, nearest, "{function:?} of {x}");
                continue;
            }
            let unit = f64::from(nearest.abs().next_up() - nearest.abs());
            let error = (f64::from(y) - expected).abs() / unit;
            assert!(
                error <= ulps,
                "{function:?} of {x} is {y}, {error} units from {expected}"
            );
        }
    }

    #[test]
    fn errors_are_a_few_units_in_the_last_place() {
        check(Unary::Exp, f64::exp, 1.0);
        check(EXP_M1, |x| if x < 0.0 { x.exp_m1() } else { x }, 3.0);
        check(Unary::Tanh, f64::tanh, 3.0);
        check(Unary::Sigmoid, |x| 1.0 / (1.0 + (-x).exp()), 3.0);
    }

    #[test]
    fn all_levels_agree_to_the_bit() {
        let xs = arguments();
        for function in [Unary::Exp, EXP_M1, Unary::Sigmoid, Unary::Tanh] {
            let expected = on(levels()[0], function, &xs);
            for level in levels() {
                for ((x, y), e) in xs.iter().zip(on(level, function, &xs)).zip(&expected) {
                    assert!(
                        y.to_bits() == e.to_bits() || (y.is_nan() && e.is_nan()),
                        "{function:?} of {x} is {y} on {level:?}, {e} elsewhere"
                    );
                }
            }
        }
    }

    #[test]
    fn limits_are_exact() {
        let inf = f32::INFINITY;
        for level in levels() {
            assert_eq!(
                on(level, Unary::Exp, &[-inf, -0.0, 0.0, inf]),
                [0.0, 1.0, 1.0, inf]
            );
            assert_eq!(
                on(level, Unary::Sigmoid, &[-inf, 0.0, inf]),
                [0.0, 0.5, 1.0]
            );
            assert_eq!(on(level, Unary::Tanh, &[-inf, 0.0, inf]), [-1.0, 0.0, 1.0]);
            assert_eq!(on(level, EXP_M1, &[-inf, 0.0]), [-1.0, 0.0]);
        }
    }
}
