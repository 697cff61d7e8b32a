//! Laws and errors of detectors, series and windows.

use emo_hr::{
    EcgConfig, EcgDetector, HeartRateWindow, HeartRateWindowConfig, HrError, LeftOut, PpgConfig,
    PpgDetector, SampleRate, VarianceOutliers, WindowRange, resample_to_1hz, series_quality,
};
use emo_testing::assert_close;
use proptest::prelude::*;

fn hz(hz: f64) -> SampleRate {
    SampleRate::from_hz(hz).expect("a valid rate")
}

fn window() -> HeartRateWindow {
    HeartRateWindow::new(&HeartRateWindowConfig::default()).expect("a valid configuration")
}

#[test]
fn the_window_is_the_end_of_the_series_scaled_to_its_range() {
    // 15 s of 60, 61, …, 74 bpm, after a stretch that must not matter.
    let series: Vec<f32> = [f32::NAN, 400.0]
        .into_iter()
        .chain((60..75).map(|bpm| bpm as f32))
        .collect();
    let actual = window().compute(&series).expect("a valid window");
    assert_eq!(actual.dim(), (15, 1));
    assert_close(actual, (0..15).map(|n| f64::from(n) / 14.0), 1e-6, 0.0);
}

#[test]
fn bad_series_are_named() {
    let ramp: Vec<f32> = (60..80).map(|bpm| bpm as f32).collect();
    let with = |second: usize, bpm: f32| {
        let mut series = ramp.clone();
        series[second] = bpm;
        window().compute(&series)
    };
    assert_eq!(
        window().compute(&ramp[..14]),
        Err(HrError::SeriesTooShort {
            actual: 14,
            required: 15
        })
    );
    assert_eq!(
        window().compute(&[72.0; 15]),
        Err(HrError::ConstantWindow { bpm: 72.0, len: 15 })
    );
    for bpm in [19.9, 300.1, 0.0, -60.0] {
        assert_eq!(
            with(7, bpm),
            Err(HrError::RateOutOfRange {
                second: 7,
                bpm,
                low: 20.0,
                high: 300.0
            })
        );
    }
    assert!(matches!(
        with(19, f32::NAN),
        Err(HrError::NonFinite { index: 19, .. })
    ));
    assert!(with(4, f32::NAN).is_ok(), "outside the window");
    assert!(with(7, 20.0).is_ok() && with(7, 300.0).is_ok());
}

#[test]
fn windows_slide_and_say_what_they_leave_out() {
    let mut config = HeartRateWindowConfig::default();
    config.window_len = 3;
    config.hop_len = 2;
    config.range = WindowRange::Series;
    let series = [
        60.0,
        70.0,
        80.0,
        70.0,
        f32::NAN,
        60.0,
        60.0,
        60.0,
        60.0,
        100.0,
        65.0,
    ];
    let window = HeartRateWindow::new(&config).expect("a valid configuration");
    let found = window.windows(&series).expect("a valid series");
    assert_eq!(found.starts, [0, 8]);
    assert_eq!(
        found.left_out,
        [
            (2, LeftOut::Implausible),
            (4, LeftOut::Implausible),
            (6, LeftOut::Constant)
        ]
    );
    let expected = [0.0, 0.25, 0.5, 0.0, 1.0, 0.125];
    assert_close(found.to_array(), expected.map(f64::from), 1e-6, 0.0);

    // Against stored limits, the level stays; a person's limits are those of a series.
    config.range = WindowRange::of(&[50.0, 90.0, 70.0]).expect("a valid series");
    let window = HeartRateWindow::new(&config).expect("a valid configuration");
    let found = window.windows(&series).expect("a valid series");
    assert_close(
        found.iter().next().unwrap().to_vec(),
        [0.25, 0.5, 0.75],
        1e-6,
        0.0,
    );
    assert_close(
        window.compute(&series).unwrap(),
        [0.25, 1.25, 0.375],
        1e-6,
        0.0,
    );
    assert!(window.windows(&series[..2]).is_err());
}

#[test]
fn windows_of_unlike_variance_are_left_out() {
    // Windows of two seconds whose steps are 2, 4, 6, 8, 100 bpm: variances of 1, 4, 9, 16, 2500.
    let series: Vec<f32> = [2.0, 4.0, 6.0, 8.0, 100.0]
        .into_iter()
        .flat_map(|step| [60.0, 60.0 + step])
        .collect();
    let mut config = HeartRateWindowConfig::default();
    config.window_len = 2;
    config.hop_len = 2;
    // Quartiles 4 and 16: Tukey's rule keeps −14 to 34; with a factor of 210, everything up to 2536.
    for (factor, left_out) in [(1.5, vec![(8, LeftOut::VarianceOutlier)]), (210.0, vec![])] {
        config.outliers = VarianceOutliers::BeyondQuartiles { factor };
        let window = HeartRateWindow::new(&config).expect("a valid configuration");
        let found = window.windows(&series).expect("a valid series");
        assert_eq!(found.left_out, left_out);
        assert_eq!(found.iter().len() + left_out.len(), 5);
    }
}

#[test]
fn bad_settings_are_named() {
    for change in [
        (|c| c.window_len = 1) as fn(&mut HeartRateWindowConfig),
        |c| c.min_bpm = f32::NAN,
        |c| c.max_bpm = 10.0,
        |c| c.max_bpm = f32::INFINITY,
        |c| c.hop_len = 0,
        |c| {
            c.range = WindowRange::Limits {
                low_bpm: 90.0,
                high_bpm: 50.0,
            }
        },
        |c| c.outliers = VarianceOutliers::BeyondQuartiles { factor: -1.0 },
    ] {
        let mut config = HeartRateWindowConfig::default();
        change(&mut config);
        assert!(matches!(
            HeartRateWindow::new(&config),
            Err(HrError::InvalidSetting { .. })
        ));
    }
    assert!(matches!(
        EcgDetector::new(&EcgConfig::new(hz(9.0))),
        Err(HrError::SampleRateTooLow { .. })
    ));
    for line_hz in [0.0, -50.0, 200.0, f64::NAN, f64::INFINITY] {
        let mut config = EcgConfig::new(hz(250.0));
        config.line_hz = line_hz;
        assert!(matches!(
            EcgDetector::new(&config),
            Err(HrError::InvalidSetting {
                name: "line_hz",
                ..
            })
        ));
    }
    assert!(matches!(
        PpgDetector::new(&PpgConfig::new(hz(16.0))),
        Err(HrError::Dsp(_))
    ));
}

#[test]
fn short_and_broken_signals_are_named() {
    let ecg = EcgDetector::new(&EcgConfig::new(hz(250.0))).expect("a valid configuration");
    let ppg = PpgDetector::new(&PpgConfig::new(hz(64.0))).expect("a valid configuration");
    // 0.75 s at 250 Hz is 187.5 samples, 0.667 s at 64 Hz is 42.7.
    assert_eq!((ecg.min_len(), ppg.min_len()), (188, 43));
    for signal in [vec![], vec![1.0], vec![0.0; 187]] {
        assert!(matches!(
            ecg.detect(&signal),
            Err(HrError::SignalTooShort { required: 188, .. })
        ));
    }
    assert!(matches!(
        ppg.clean(&[0.0; 42]),
        Err(HrError::SignalTooShort { required: 43, .. })
    ));
    let mut signal = vec![0.5; 1000];
    signal[500] = f32::NEG_INFINITY;
    let expected = HrError::NonFinite {
        index: 500,
        value: f32::NEG_INFINITY,
    };
    assert_eq!(ecg.detect(&signal), Err(expected.clone()));
    assert_eq!(ppg.detect(&signal), Err(expected));
}

#[test]
fn a_constant_signal_has_no_beats() {
    let ecg = EcgDetector::new(&EcgConfig::new(hz(250.0))).expect("a valid configuration");
    let ppg = PpgDetector::new(&PpgConfig::new(hz(64.0))).expect("a valid configuration");
    for level in [0.0, 1.0, -3.3e3, 1e30] {
        for detection in [ecg.detect(&[level; 2500]), ppg.detect(&[level; 640])] {
            let detection = detection.expect("a valid signal");
            assert_eq!(detection.beats.indices(), [0_usize; 0]);
            assert_eq!(detection.quality, 0.0);
        }
    }
}

#[test]
fn series_at_other_rates_come_to_1_hz() {
    let ramp: Vec<f32> = (0..9).map(|n| 60.0 + n as f32).collect();
    assert_eq!(resample_to_1hz(&ramp, hz(1.0)), Ok(ramp.clone()));
    assert_eq!(resample_to_1hz(&ramp, hz(4.0)), Ok(vec![60.0, 64.0, 68.0]));
    assert_eq!(
        resample_to_1hz(&ramp[..3], hz(0.5)),
        Ok(vec![60.0, 60.5, 61.0, 61.5, 62.0])
    );
    assert_eq!(resample_to_1hz(&[70.0], hz(1000.0)), Ok(vec![70.0]));
    assert!(matches!(
        resample_to_1hz(&[], hz(1.0)),
        Err(HrError::SeriesTooShort { .. })
    ));
    assert!(matches!(
        resample_to_1hz(&ramp, hz(1e-9)),
        Err(HrError::SampleRateTooLow { .. })
    ));
    assert!(matches!(
        resample_to_1hz(&[60.0, f32::NAN], hz(1.0)),
        Err(HrError::NonFinite { index: 1, .. })
    ));
}

#[test]
fn series_quality_counts_implausible_samples_and_steps() {
    assert_eq!(series_quality(&[]), 0.0);
    assert_eq!(series_quality(&[70.0]), 1.0);
    assert_eq!(series_quality(&[60.0, 72.0, 60.0, 70.0]), 1.0);
    assert_eq!(series_quality(&[29.0, 221.0, f32::NAN, 0.0]), 0.0);
    // Of 5 samples 4 are plausible, of 4 steps 2.
    assert_close(
        [series_quality(&[70.0, 71.0, 0.0, 72.0, 71.0])],
        [0.8 * 0.5],
        1e-6,
        0.0,
    );
    // One step of four exceeds 20 %.
    assert_close(
        [series_quality(&[70.0, 71.0, 90.0, 91.0, 92.0])],
        [0.75],
        1e-6,
        0.0,
    );
}

proptest! {
    #[test]
    fn windows_span_zero_to_one_whatever_the_level(
        series in prop::collection::vec(40.0_f32..150.0, 15..40),
        level in 0.0_f32..50.0,
    ) {
        let actual = window().compute(&series).expect("a valid window");
        prop_assert_eq!(actual.iter().copied().fold(f32::INFINITY, f32::min), 0.0);
        prop_assert_eq!(actual.iter().copied().fold(0.0, f32::max), 1.0);
        let raised: Vec<f32> = series.iter().map(|bpm| bpm + level).collect();
        let raised = window().compute(&raised).expect("a valid window");
        assert_close(raised, actual, 0.0, 1e-2);
    }

    #[test]
    fn any_signal_gives_beats_or_an_error(
        signal in prop::collection::vec(prop_oneof![8 => -5.0_f32..5.0, 1 => prop::num::f32::ANY], 0..600),
        rate in 17.0..400.0,
    ) {
        let ecg = EcgDetector::new(&EcgConfig::new(hz(rate))).expect("a valid configuration");
        let ppg = PpgDetector::new(&PpgConfig::new(hz(rate))).expect("a valid configuration");
        for detection in [ecg.detect(&signal), ppg.detect(&signal)].into_iter().flatten() {
            prop_assert_eq!(detection.cleaned.len(), signal.len());
            prop_assert!(detection.cleaned.iter().all(|x| x.is_finite()));
            prop_assert!((0.0..=1.0).contains(&detection.quality));
        }
        let quality = series_quality(&signal);
        prop_assert!((0.0..=1.0).contains(&quality));
        let _ = window().compute(&signal);
    }

    #[test]
    fn detection_ignores_scale_and_offset(scale in 0.1_f32..10.0, offset in -1.0_f32..1.0) {
        let pulse = |n: usize| (-((n % 200) as f32 - 100.0).powi(2) / 30.0).exp();
        let ecg = EcgDetector::new(&EcgConfig::new(hz(250.0))).expect("a valid configuration");
        let plain: Vec<f32> = (0..2500).map(pulse).collect();
        let changed: Vec<f32> = plain.iter().map(|x| scale * x + offset).collect();
        let plain = ecg.detect(&plain).expect("a valid signal");
        prop_assert!(plain.beats.indices().len() >= 10);
        let changed = ecg.detect(&changed).expect("a valid signal");
        prop_assert_eq!(plain.beats.indices(), changed.beats.indices());
    }
}
