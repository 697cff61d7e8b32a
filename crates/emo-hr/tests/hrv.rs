//! Laws and refusals of heart rate variability.

use emo_hr::{
    Asymmetry, Fragmentation, HrError, Hrv, HrvConfig, HrvIndices, MinimumData, NotMeaningful,
    RrSeries, SampleRate, Tachogram,
};
use emo_testing::{assert_close, workspace_root};
use proptest::prelude::*;

fn series(intervals: &[f64]) -> RrSeries {
    RrSeries::from_millis(intervals.to_vec()).expect("valid intervals")
}

fn indices(rr: &RrSeries, minimum: MinimumData) -> HrvIndices {
    let mut config = HrvConfig::default();
    config.minimum = minimum;
    let hrv = Hrv::new(&config).expect("valid settings");
    hrv.compute(rr).expect("enough intervals")
}

#[test]
fn names_are_one_each_and_have_a_source() {
    let names: Vec<_> = Hrv::names().collect();
    let mut once = names.clone();
    once.sort_unstable();
    once.dedup();
    assert_eq!(once.len(), names.len());
    for spec in Hrv::specs() {
        assert!(spec.range.0 < spec.range.1, "{}", spec.name);
        assert!(spec.data.min_s <= spec.data.recommended_s, "{}", spec.name);
        assert!(!spec.data.source.is_empty(), "{}", spec.name);
    }
    let all = indices(&series(&[800.0]), MinimumData::Enforced);
    let computed = all.values().iter().map(|value| value.spec.name);
    assert!(computed.eq(names));
}

/// The least data in a cell of the guide's table: seconds, or intervals.
fn least(cell: &str) -> (f64, usize) {
    let mut words = cell.split_whitespace();
    let number: f64 = words.next().and_then(|n| n.parse().ok()).unwrap_or(150.0);
    match words.next() {
        Some("s" | "windows") => (number, 2),
        Some("min") => (60.0 * number, 2),
        Some("h") => (3600.0 * number, 2),
        _ => (0.0, number as usize),
    }
}

#[test]
fn the_guide_has_each_index_with_the_data_it_needs() {
    let guide = std::fs::read_to_string(workspace_root().join("docs/heart.md")).expect("the guide");
    let rows: Vec<Vec<&str>> = guide
        .lines()
        .map(|line| line.split('|').map(str::trim).collect())
        .collect();
    for spec in Hrv::specs() {
        let name = format!("`{}`", spec.name);
        // The spectra of α1 and α2 stand beside them.
        let name = match spec.name.strip_prefix("MF") {
            Some(rest) => format!("`{}`", &rest[.."DFA_alpha1".len()]),
            None => name,
        };
        let row = rows
            .iter()
            .find(|row| row.len() > 3 && row[1].contains(&name));
        let row = row.unwrap_or_else(|| panic!("{name} is not in the guide"));
        let expected = (spec.data.min_s, spec.data.min_intervals);
        assert_eq!(least(row[2]), expected, "{name}");
    }
}

#[test]
fn short_series_say_what_they_lack() {
    let short = indices(&series(&[800.0; 3]), MinimumData::Enforced);
    for value in short.values() {
        assert!(value.value.is_err(), "{}", value.spec.name);
        assert_eq!(value.quality, 0.0);
    }
    // 50 intervals of 1 s: enough for the rate and RMSSD alone.
    let fifty: Vec<f64> = (0..50).map(|i| 1000.0 + f64::from(i % 7)).collect();
    let fifty = indices(&series(&fifty), MinimumData::Enforced);
    assert!(fifty.value("MeanNN").unwrap().is_ok());
    assert!(fifty.value("RMSSD").unwrap().is_ok());
    assert!(matches!(
        fifty.value("SDNN").unwrap(),
        Err(NotMeaningful::TooShort { actual_s, required_s: 60.0 }) if actual_s > 50.0
    ));
    assert_eq!(
        fifty.value("PIP").unwrap(),
        Err(NotMeaningful::TooFewIntervals {
            actual: 50,
            required: 60
        })
    );
    assert_eq!(fifty.value("no such index"), None);
}

#[test]
fn a_constant_series_has_no_ratios() {
    let constant = indices(&series(&[800.0; 400]), MinimumData::Enforced);
    assert_eq!(constant.value("SDNN").unwrap(), Ok(0.0));
    for name in ["SD1SD2", "CSI", "CVI", "GI", "C1d", "IALS", "SDRMSSD", "CD"] {
        assert_eq!(
            constant.value(name).unwrap(),
            Err(NotMeaningful::Undefined),
            "{name}"
        );
    }
}

#[test]
fn long_series_leave_out_what_is_quadratic() {
    let beats: Vec<f64> = (0..20_000).map(|i| 800.0 + f64::from(i % 13)).collect();
    let all = indices(&series(&beats), MinimumData::Enforced);
    for name in ["SampEn", "FuzzyEn", "CD", "DFA_alpha2"] {
        let expected = NotMeaningful::TooManyIntervals {
            actual: 20_000,
            allowed: 10_000,
        };
        assert_eq!(all.value(name).unwrap(), Err(expected));
    }
    assert!(all.value("SDANN5").unwrap().is_ok() && all.value("TINN").unwrap().is_ok());
    assert!(matches!(
        all.value("ULF").unwrap(),
        Err(NotMeaningful::TooShort { .. })
    ));
}

#[test]
fn bad_series_are_named() {
    for ms in [0.0, -800.0, f64::NAN, f64::INFINITY, 60_001.0] {
        let error = RrSeries::from_millis(vec![800.0, ms]).unwrap_err();
        assert!(matches!(error, HrError::InvalidInterval { index: 1, .. }));
    }
    assert!(matches!(
        RrSeries::with_times(vec![800.0, 800.0], vec![0.8]),
        Err(HrError::LengthsDiffer { .. })
    ));
    for second in [0.8, 0.1, f64::NAN] {
        assert!(matches!(
            RrSeries::with_times(vec![800.0, 800.0], vec![0.8, second]),
            Err(HrError::TimesNotAscending { index: 1, .. })
        ));
    }
    let none = series(&[]);
    let hrv = Hrv::new(&HrvConfig::default()).expect("valid settings");
    assert!(matches!(
        hrv.compute(&none),
        Err(HrError::TooFewIntervals { actual: 0, .. })
    ));
    let rate = SampleRate::from_hz(1e9).expect("a valid rate");
    assert!(matches!(
        Tachogram::new(
            &series(&[800.0; 10]),
            rate,
            Default::default(),
            Default::default()
        ),
        Err(HrError::SignalTooLong { .. })
    ));
}

#[test]
fn gaps_stay_gaps() {
    let all = series(&[800.0, 820.0, 2000.0, 810.0, 830.0]);
    let kept = all.retain(&[true, true, false, true, true]).unwrap();
    // 2000 ms are gone, and no difference bridges them.
    assert_eq!(kept.differences().collect::<Vec<_>>(), [20.0, 20.0]);
    assert_eq!(kept.times_s()[2], all.times_s()[3]);
    assert_close([kept.covered_s()], [3.26], 1e-12, 0.0);
}

fn intervals() -> impl Strategy<Value = Vec<f64>> {
    prop::collection::vec((400_u32..1500).prop_map(f64::from), 30..200)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_intervals_have_indices_in_range(
        intervals in prop::collection::vec(prop_oneof![8 => 300.0..2000.0, 1 => 1e-3..6e4], 1..150),
    ) {
        let found = indices(&series(&intervals), MinimumData::Ignored);
        for value in found.values() {
            if let Ok(number) = value.value {
                let (low, high) = value.spec.range;
                prop_assert!(number >= low - 1e-9 && number <= high + 1e-9, "{} is {}", value.spec.name, number);
            }
            prop_assert!((0.0..=1.0).contains(&value.quality));
        }
    }

    #[test]
    fn a_longer_unit_scales_what_is_in_milliseconds(intervals in intervals()) {
        let doubled: Vec<f64> = intervals.iter().map(|ms| 2.0 * ms).collect();
        let (one, two) = (
            indices(&series(&intervals), MinimumData::Ignored),
            indices(&series(&doubled), MinimumData::Ignored),
        );
        for (one, two) in one.values().iter().zip(two.values()) {
            // The width of a histogram's bins, 50 ms, 20 ms, minutes and hertz do not scale.
            let fixed = ["HTI", "TINN", "pNN50", "pNN20", "CVI", "SDANN", "SDNNI", "ULF", "VLF", "LF", "HF", "VHF", "TP", "LnHF", "RespRate"];
            let name = one.spec.name;
            if fixed.iter().any(|fixed| name.starts_with(fixed)) {
                continue;
            }
            let factor = match one.spec.unit {
                "ms" => 2.0,
                "ms²" => 4.0,
                "bpm" => 0.5,
                _ => 1.0,
            };
            if let (Ok(one), Ok(two)) = (one.value, two.value) {
                prop_assert!((two - factor * one).abs() <= 1e-9 * two.abs() + 1e-9, "{}: {} and {}", name, one, two);
            }
        }
    }

    #[test]
    fn a_shift_leaves_what_differences_make(intervals in intervals(), shift in 0_u32..500) {
        let shifted: Vec<f64> = intervals.iter().map(|ms| ms + f64::from(shift)).collect();
        let (one, two) = (
            indices(&series(&intervals), MinimumData::Ignored),
            indices(&series(&shifted), MinimumData::Ignored),
        );
        for name in ["SDNN", "RMSSD", "SDSD", "MadNN", "IQRNN", "pNN50", "SD1", "SD2", "GI", "PI", "C1d", "PIP", "PSS"] {
            let values = (one.value(name).unwrap(), two.value(name).unwrap());
            if let (Ok(one), Ok(two)) = values {
                prop_assert!((one - two).abs() <= 1e-9 * one.abs() + 1e-9, "{}: {} and {}", name, one, two);
            }
        }
    }

    #[test]
    fn backwards_accelerations_are_decelerations(intervals in intervals()) {
        let backwards: Vec<f64> = intervals.iter().rev().copied().collect();
        let (forth, back) = (series(&intervals), series(&backwards));
        let (one, two) = (Asymmetry::compute(&forth).unwrap(), Asymmetry::compute(&back).unwrap());
        prop_assert!((one.sd1.0 - two.sd1.1).abs() < 1e-9 && (one.sd2.0 - two.sd2.1).abs() < 1e-6);
        if let (Some(one), Some(two)) = (one.guzik, two.guzik) {
            prop_assert!((one + two - 100.0).abs() < 1e-9);
        }
        let turns = |rr| Fragmentation::compute(rr).unwrap();
        prop_assert_eq!(turns(&forth).pip, turns(&back).pip);
        let (one, two) = (
            indices(&forth, MinimumData::Ignored),
            indices(&back, MinimumData::Ignored),
        );
        for name in ["SDNN", "RMSSD", "MedianNN", "HTI", "TINN", "SD1", "SD2", "CD"] {
            let values = (one.value(name).unwrap(), two.value(name).unwrap());
            if let (Ok(one), Ok(two)) = values {
                prop_assert!((one - two).abs() <= 1e-9 * one.abs(), "{}: {} and {}", name, one, two);
            }
        }
    }
}
