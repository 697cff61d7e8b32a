//! Laws that hold for every calibrator and every array.

#![allow(
    clippy::unwrap_used,
    reason = "a test fails by panicking, in its helpers too"
)]

use emo_quant::{
    Calibrator, ClipRange, MaxPercentile, MaxPercentileConfig, Method, MovingAverageConfig,
    PerChannel, Percentile, PercentileConfig, PercentileOf, QuantError, QuantScheme, Symmetry,
    emo_tensor::ElementType,
    ndarray::{Array1, Array2, arr1},
};
use proptest::prelude::*;

type Samples = Vec<Vec<f32>>;

fn schemes() -> Vec<QuantScheme> {
    use ElementType::{I4, I8, I16, U4, U8, U16};
    let mut schemes = Vec::new();
    for element_type in [I4, U4, I8, U8, I16, U16] {
        for symmetry in [Symmetry::Symmetric, Symmetry::Affine] {
            schemes.push(QuantScheme::new(element_type, symmetry).expect("an integer type"));
        }
    }
    schemes
}

fn scheme() -> impl Strategy<Value = QuantScheme> {
    prop::sample::select(schemes())
}

/// Every method, with defaults and with other settings.
fn methods() -> Vec<Method> {
    let mut methods = Method::all().to_vec();
    let mut average = MovingAverageConfig::new();
    average.constant = 0.3;
    methods.push(Method::MovingAverage(average));
    for of in [PercentileOf::Values, PercentileOf::Magnitudes] {
        for (percentile, exact_len) in [(95.0, 8192), (60.0, 3), (100.0, 0)] {
            let mut config = PercentileConfig::new();
            (config.percentile, config.of, config.exact_len) = (percentile, of, exact_len);
            methods.push(Method::Percentile(config));
        }
    }
    for (percentile, top_ratio, exact_len) in [(90.0, 0.1, 8192), (50.0, 0.0, 3), (70.0, 1.0, 2)] {
        let mut config = MaxPercentileConfig::new();
        (config.percentile, config.top_ratio, config.exact_len) =
            (percentile, top_ratio, exact_len);
        methods.push(Method::MaxPercentile(config));
    }
    methods
}

/// Methods for which the order of samples does not matter.
fn unordered() -> Vec<Method> {
    let mut methods = methods();
    methods.retain(|method| !matches!(method, Method::MovingAverage(_)));
    methods
}

fn numbers() -> impl Strategy<Value = Vec<f32>> {
    let spread = prop_oneof![-4.0_f32..4.0, Just(0.0), -200.0_f32..200.0, -1e-3_f32..1e-3];
    prop_oneof![
        prop::collection::vec(spread.clone(), 1..120),
        prop::collection::vec(spread.prop_map(f32::abs), 1..120),
        (0.1_f32..3.0, 1_usize..50).prop_map(|(x, len)| vec![x; len]),
    ]
}

fn samples() -> impl Strategy<Value = Samples> {
    prop::collection::vec(numbers(), 1..6)
}

fn range(method: &Method, scheme: QuantScheme, samples: &[Vec<f32>]) -> ClipRange {
    let mut calibrator = method.calibrator(scheme).unwrap();
    for sample in samples {
        calibrator.observe(&arr1(sample).into_dyn()).unwrap();
    }
    calibrator.range().unwrap()
}

fn extremes(samples: &[Vec<f32>]) -> (f32, f32) {
    let all = || samples.iter().flatten().copied();
    (all().fold(0.0, f32::min), all().fold(0.0, f32::max))
}

fn max_of(samples: &[Vec<f32>]) -> ClipRange {
    range(&Method::Max, QuantScheme::I8, samples)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn ranges_enclose_zero_and_are_within_what_was_seen(samples in samples(), scheme in scheme()) {
        let (min, max) = extremes(&samples);
        for method in methods() {
            let range = range(&method, scheme, &samples);
            prop_assert!(min <= range.min() && range.min() <= 0.0, "{method:?}: {range:?}");
            prop_assert!(0.0 <= range.max() && range.max() <= max, "{method:?}: {range:?}");
        }
    }

    #[test]
    fn the_order_of_samples_and_of_merges_does_not_matter(
        samples in samples(),
        scheme in scheme(),
        seed in any::<u64>(),
    ) {
        let mut shuffled = samples.clone();
        let n = shuffled.len();
        for i in 0..n {
            shuffled.swap(i, (seed >> (i * 8)) as usize % n);
            shuffled[i].reverse();
        }
        for method in unordered() {
            let expected = range(&method, scheme, &samples);
            prop_assert_eq!(range(&method, scheme, &shuffled), expected, "{:?}", method);
            // Each sample by a calibrator of its own, joined as a tree that leans to either side.
            let parts = || shuffled.iter().map(|sample| {
                let mut part = method.calibrator(scheme).unwrap();
                part.observe(&arr1(sample).into_dyn()).unwrap();
                part
            });
            let forth = parts().reduce(|mut a, b| { a.merge(&b).unwrap(); a }).unwrap();
            let back = parts().reduce(|a, mut b| { b.merge(&a).unwrap(); b }).unwrap();
            prop_assert_eq!(forth.range().unwrap(), expected, "{:?}", method);
            prop_assert_eq!(back.range().unwrap(), expected, "{:?}", method);
            prop_assert_eq!(&forth, &back, "{:?}", method);
        }
    }

    #[test]
    fn merging_later_samples_continues_every_method(samples in samples(), scheme in scheme(), cut in 0_usize..6) {
        let (first, later) = samples.split_at(cut.min(samples.len()));
        for method in methods() {
            let mut calibrator = method.calibrator(scheme).unwrap();
            let mut other = calibrator.clone();
            for sample in first {
                calibrator.observe(&arr1(sample).into_dyn()).unwrap();
            }
            for sample in later {
                other.observe(&arr1(sample).into_dyn()).unwrap();
            }
            calibrator.merge(&other).unwrap();
            let (merged, whole) = (calibrator.range().unwrap(), range(&method, scheme, &samples));
            // The moving average is rounded in other places.
            prop_assert!((merged.min() - whole.min()).abs() <= 1e-6 * whole.min().abs(), "{method:?}");
            prop_assert!((merged.max() - whole.max()).abs() <= 1e-6 * whole.max().abs(), "{method:?}");
        }
    }

    #[test]
    fn one_observation_serves_all_schemes(samples in samples(), from in scheme(), to in scheme()) {
        for method in Method::all() {
            let mut calibrator = method.calibrator(from).unwrap();
            for sample in &samples {
                calibrator.observe(&arr1(sample).into_dyn()).unwrap();
            }
            prop_assert_eq!(calibrator.range_for(to).unwrap(), range(&method, to, &samples), "{:?}", method);
        }
    }

    /// Powers of two change no digit, so they scale every range exactly.
    #[test]
    fn scaling_by_a_power_of_two_scales_the_range(samples in samples(), scheme in scheme(), power in -20_i32..20) {
        let factor = (power as f32).exp2();
        let scaled: Samples = samples.iter().map(|s| s.iter().map(|x| factor * x).collect()).collect();
        for method in methods() {
            let (range, scaled) = (range(&method, scheme, &samples), range(&method, scheme, &scaled));
            prop_assert_eq!(scaled.min(), factor * range.min(), "{:?}", method);
            prop_assert_eq!(scaled.max(), factor * range.max(), "{:?}", method);
        }
    }

    /// By any factor: to the rounding of the product where ranges are observed numbers, to that of bins for ACIQ.
    #[test]
    fn scaling_by_any_factor_scales_the_range(samples in samples(), factor in 0.001_f32..1000.0) {
        let scaled: Samples = samples.iter().map(|s| s.iter().map(|x| factor * x).collect()).collect();
        for name in ["max", "moving-average", "percentile", "max-percentile", "aciq"] {
            let method: Method = name.parse().unwrap();
            let tolerance = if name == "aciq" { 2.0 / 1024.0 } else { 1e-6 };
            let range_of = |samples: &Samples| range(&method, QuantScheme::U8, samples);
            let (range, scaled) = (range_of(&samples), range_of(&scaled));
            // With a mean far from 0, what is left of a bound may be small against what it is made of.
            let magnitude = f64::from(factor * max_of(&samples).magnitude());
            for (actual, expected) in [(scaled.min(), range.min()), (scaled.max(), range.max())] {
                let difference = f64::from(actual) - f64::from(factor) * f64::from(expected);
                prop_assert!(difference.abs() <= tolerance * magnitude, "{name}: {actual}, {expected}");
            }
        }
    }

    #[test]
    fn turning_the_sign_turns_symmetric_ranges(samples in samples()) {
        let turned: Samples = samples.iter().map(|s| s.iter().map(|x| -x).collect()).collect();
        for method in methods() {
            // Mean squared errors see that i8 reaches one step further down.
            if method == Method::Mse {
                continue;
            }
            let (range, turned) = (range(&method, QuantScheme::I8, &samples), range(&method, QuantScheme::I8, &turned));
            prop_assert_eq!((turned.min(), turned.max()), (-range.max(), -range.min()), "{:?}", method);
        }
    }

    #[test]
    fn at_a_hundred_percent_nothing_is_cut_off(samples in samples(), top_ratio in 0.0_f64..=1.0, exact_len in 0_usize..10) {
        let expected = max_of(&samples);
        for of in [PercentileOf::Values, PercentileOf::Magnitudes] {
            let mut config = PercentileConfig::new();
            (config.percentile, config.of, config.exact_len) = (100.0, of, exact_len);
            prop_assert_eq!(range(&Method::Percentile(config), QuantScheme::I8, &samples), expected);
        }
        for top_ratio in [0.0, top_ratio] {
            let mut config = MaxPercentileConfig::new();
            (config.percentile, config.top_ratio, config.exact_len) = (100.0, top_ratio, exact_len);
            prop_assert_eq!(range(&Method::MaxPercentile(config), QuantScheme::I8, &samples), expected);
        }
    }

    #[test]
    fn ranges_grow_with_the_percentile(
        samples in samples(),
        percentiles in (0.0_f64..=100.0, 0.0_f64..=100.0),
        exact_len in 0_usize..10,
        top_ratio in 0.0_f64..=1.0,
    ) {
        let (a, b) = (percentiles.0.min(percentiles.1), percentiles.0.max(percentiles.1));
        let mut ranges = Vec::new();
        for of in [PercentileOf::Values, PercentileOf::Magnitudes] {
            let mut config = PercentileConfig::new();
            (config.of, config.exact_len) = (of, exact_len);
            let mut calibrator = Percentile::new(config).unwrap();
            for sample in &samples {
                calibrator.observe(&arr1(sample).into_dyn()).unwrap();
            }
            ranges.push((calibrator.range_at(a).unwrap(), calibrator.range_at(b).unwrap()));
        }
        let mut config = MaxPercentileConfig::new();
        (config.top_ratio, config.exact_len) = (top_ratio, exact_len);
        let mut calibrator = MaxPercentile::new(config).unwrap();
        for sample in &samples {
            calibrator.observe(&arr1(sample).into_dyn()).unwrap();
        }
        ranges.push((calibrator.range_at(a).unwrap(), calibrator.range_at(b).unwrap()));
        for (narrow, wide) in ranges {
            prop_assert!(wide.min() <= narrow.min() && narrow.max() <= wide.max());
        }
    }

    #[test]
    fn what_is_inside_comes_back_within_half_a_step_and_the_rest_saturates(samples in samples(), scheme in scheme()) {
        for method in methods() {
            let range = range(&method, scheme, &samples);
            let params = range.params(scheme).unwrap();
            let (lowest, highest) = params.real_range();
            let step = f64::from(params.scale());
            for &x in samples.iter().flatten() {
                let back = params.round_trip(x);
                if x < lowest {
                    prop_assert_eq!(back, lowest);
                } else if x > highest {
                    prop_assert_eq!(back, highest);
                } else {
                    let error = (f64::from(back) - f64::from(x)).abs();
                    // The quotient and the product are rounded to `f32`.
                    prop_assert!(error <= 0.5 * step + 2e-7 * f64::from(x.abs()), "{method:?}: {x} to {back}");
                }
            }
            // What the range promises is kept to half a step, which rounding the zero point may take.
            let slack = 0.5 * step + 2e-7 * f64::from(range.magnitude());
            prop_assert!(f64::from(lowest) <= f64::from(range.min()) + slack, "{method:?}: {range:?} as {params:?}");
            prop_assert!(f64::from(highest) >= f64::from(range.max()) - slack, "{method:?}: {range:?} as {params:?}");
        }
    }

    #[test]
    fn a_number_that_is_not_finite_is_refused_and_leaves_no_trace(
        samples in samples(),
        bad in prop::sample::select(vec![f32::NAN, f32::INFINITY, f32::NEG_INFINITY]),
        at in 0.0_f64..1.0,
    ) {
        let mut spoilt = samples[0].clone();
        let index = (at * spoilt.len() as f64) as usize;
        spoilt[index] = bad;
        for method in methods() {
            let mut calibrator = method.calibrator(QuantScheme::I8).unwrap();
            for sample in &samples {
                calibrator.observe(&arr1(sample).into_dyn()).unwrap();
            }
            let before = calibrator.clone();
            let error = calibrator.observe(&arr1(&spoilt).into_dyn()).unwrap_err();
            let place = match error {
                QuantError::NotFinite { index, .. } => Some(index),
                _ => None,
            };
            prop_assert_eq!(place, Some(index));
            prop_assert_eq!(&calibrator, &before);
        }
    }

    #[cfg(feature = "serde")]
    #[test]
    fn calibrators_are_read_as_they_were_written(samples in samples(), scheme in scheme()) {
        for method in methods() {
            let mut calibrator = method.calibrator(scheme).unwrap();
            for sample in &samples {
                calibrator.observe(&arr1(sample).into_dyn()).unwrap();
            }
            let json = serde_json::to_string(&calibrator).unwrap();
            let mut read: emo_quant::AnyCalibrator = serde_json::from_str(&json).unwrap();
            prop_assert_eq!(&read, &calibrator);
            prop_assert_eq!(read.method(), method);
            read.observe(&arr1(&samples[0]).into_dyn()).unwrap();
            calibrator.observe(&arr1(&samples[0]).into_dyn()).unwrap();
            prop_assert_eq!(read.range().unwrap(), calibrator.range().unwrap());
            let json = serde_json::to_string(&method).unwrap();
            prop_assert_eq!(serde_json::from_str::<Method>(&json).unwrap(), method);
        }
    }
}

proptest! {
    // Many methods, schemes and channels in each case.
    #![proptest_config(ProptestConfig::with_cases(10))]

    #[test]
    fn constants_have_documented_ranges(x in prop_oneof![-5.0_f32..5.0, Just(0.0), prop::num::f32::ANY], len in 1_usize..300) {
        prop_assume!(x.is_finite());
        for method in methods() {
            for scheme in schemes() {
                let range = range(&method, scheme, &[vec![x; len]]);
                prop_assert!(x.min(0.0) <= range.min() && range.max() <= x.max(0.0), "{method:?}");
                // All but the searches, to which a constant looks like any other number, keep it.
                if !matches!(method, Method::Mse | Method::Entropy | Method::Aciq(_)) {
                    let tolerance = 1e-6 * f64::from(x.abs());
                    prop_assert!((f64::from(range.min()) - f64::from(x.min(0.0))).abs() <= tolerance);
                    prop_assert!((f64::from(range.max()) - f64::from(x.max(0.0))).abs() <= tolerance);
                }
            }
        }
    }

    #[test]
    fn channels_are_calibrated_apart(rows in 1_usize..5, columns in 1_usize..20, seed in any::<u32>()) {
        let array = Array2::from_shape_fn((rows, columns), |(i, j)| {
            ((i * 31 + j * 17 + seed as usize % 97) % 41) as f32 - 20.0
        });
        for method in methods() {
            let calibrator = method.calibrator(QuantScheme::I8).unwrap();
            let mut channels = PerChannel::new(0, rows, calibrator.clone());
            channels.observe(&array.clone().into_dyn()).unwrap();
            // The same channels, across memory.
            let mut across = PerChannel::new(1, rows, calibrator);
            across.observe(&array.t().as_standard_layout().into_dyn()).unwrap();
            for (n, range_of) in channels.ranges().unwrap().into_iter().enumerate() {
                prop_assert_eq!(range_of, range(&method, QuantScheme::I8, &[array.row(n).to_vec()]));
                prop_assert_eq!(range_of, across.ranges().unwrap()[n]);
            }
        }
    }
}

#[test]
fn without_numbers_there_is_no_range() {
    for method in methods() {
        for scheme in schemes() {
            let mut calibrator = method.calibrator(scheme).unwrap();
            assert_eq!(calibrator.range(), Err(QuantError::NoData));
            calibrator.observe(&Array1::zeros(0).into_dyn()).unwrap();
            calibrator.merge(&calibrator.clone()).unwrap();
            assert_eq!(calibrator.range(), Err(QuantError::NoData));
        }
    }
}

#[test]
fn different_calibrators_do_not_merge() {
    let methods = methods();
    for a in &methods {
        for b in &methods {
            let mut calibrator = a.calibrator(QuantScheme::I8).unwrap();
            let merged = calibrator.merge(&b.calibrator(QuantScheme::I8).unwrap());
            assert_eq!(merged.is_ok(), a == b, "{a:?} and {b:?}: {merged:?}");
        }
        if matches!(a, Method::Entropy | Method::Mse | Method::Aciq(_)) {
            let mut calibrator = a.calibrator(QuantScheme::I8).unwrap();
            let merged = calibrator.merge(&a.calibrator(QuantScheme::U8).unwrap());
            assert!(matches!(merged, Err(QuantError::Merge { .. })));
        }
    }
}

#[test]
fn names_find_their_methods() {
    for method in Method::all() {
        assert_eq!(method.name().parse::<Method>().unwrap(), method);
    }
    assert!(matches!(
        "kl".parse::<Method>(),
        Err(QuantError::UnknownMethod { .. })
    ));
}

#[cfg(feature = "serde")]
#[test]
fn a_histogram_that_nobody_wrote_is_refused() {
    for json in [
        r#"{"extent":[1.0,-1.0],"bottom":100,"near_zero":0,"positive":[],"negative":[]}"#,
        r#"{"extent":[-1.0,1.0],"bottom":0,"near_zero":0,"positive":[],"negative":[]}"#,
        r#"{"extent":[-1.0,1.0],"bottom":4000,"near_zero":0,"positive":[],"negative":[]}"#,
        r#"{"extent":[-1.0,1.0],"bottom":112,"near_zero":0,"positive":[[16384,1]],"negative":[]}"#,
        r#"{"extent":[0.0,1.0],"bottom":112,"near_zero":0,"positive":[],"negative":[[0,1]]}"#,
        r#"{"extent":[0.0,1.0],"bottom":112,"near_zero":18446744073709551615,"positive":[[0,1]],"negative":[]}"#,
    ] {
        assert!(
            serde_json::from_str::<emo_quant::Histogram>(json).is_err(),
            "{json}"
        );
    }
    let max = serde_json::to_string(&emo_quant::Max::new()).unwrap();
    assert_eq!(
        serde_json::from_str::<emo_quant::Max>(&max).unwrap(),
        emo_quant::Max::new()
    );
}
