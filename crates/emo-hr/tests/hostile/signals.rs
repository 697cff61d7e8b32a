//! Signals, and what is made of them and of beats.

use emo_hr::{
    ArtifactConfig, ArtifactCorrector, ArtifactForm, BeatStream, BeatStreamConfig, Beats,
    Detection, EcgConfig, EcgDetector, HrError, Polarity, PpgConfig, PpgDetector, Refinement,
    Respiration, RrSeries, Rsa, RsaConfig, SampleRate, series_quality,
};

use crate::{
    ECG_METHODS, EDR_METHODS, INTERPOLATIONS, PPG_METHODS, RATES_HZ, REFINEMENTS, beats, hz,
    signals,
};

/// What a detection promises, and everything that can be made of it.
fn check(case: &str, given: &[f32], detection: &Detection) {
    assert!(
        (0.0..=1.0).contains(&detection.quality),
        "{case}: {}",
        detection.quality
    );
    assert_eq!(detection.cleaned.len(), given.len(), "{case}");
    assert!(detection.cleaned.iter().all(|x| x.is_finite()), "{case}");
    for window in detection.window_qualities(given).expect("the same signal") {
        for share in [
            window.template,
            window.flat_share,
            window.rail_share,
            window.combined,
        ] {
            assert!((0.0..=1.0).contains(&share), "{case}: {window:?}");
        }
        assert!(
            window.kurtosis.is_finite() && window.skewness.is_finite(),
            "{case}: {window:?}"
        );
    }
    assert!(detection.window_qualities(&given[1..]).is_err(), "{case}");
}

/// Where a beat is placed hardly depends on the rate: all at one rate, one at the others.
fn refinements(rate: f64) -> &'static [Refinement] {
    if rate == 100.0 {
        &REFINEMENTS
    } else {
        &REFINEMENTS[1..2]
    }
}

#[test]
fn rates_that_are_none_are_refused() {
    for bad in [
        0.0,
        -0.0,
        -250.0,
        f64::NAN,
        f64::INFINITY,
        f64::NEG_INFINITY,
    ] {
        assert!(SampleRate::from_hz(bad).is_err(), "{bad}");
    }
}

/// A detection, which has the beats that are found without the rest of it.
fn with_beats(
    case: &str,
    detection: Result<Detection, HrError>,
    beats: Result<Beats, HrError>,
) -> Result<Detection, HrError> {
    let detection = detection?;
    assert_eq!(beats.as_ref(), Ok(&detection.beats), "{case}");
    Ok(detection)
}

/// Detects in all signals: what is found lies in the signal, and what is refused deserves it.
fn check_detections(
    setting: &str,
    min_len: usize,
    detect: impl Fn(&[f32]) -> Result<Detection, HrError>,
) {
    for (name, signal) in signals() {
        let case = format!("{name}, {setting}");
        let finite = signal.iter().all(|x| x.is_finite());
        match detect(&signal) {
            Ok(detection) => {
                assert!(finite && signal.len() >= min_len, "{case}");
                check(&case, &signal, &detection);
            }
            Err(HrError::NonFinite { .. }) => assert!(!finite, "{case}"),
            Err(HrError::SignalTooShort { .. }) => assert!(signal.len() < min_len, "{case}"),
            Err(HrError::Dsp(_)) => {}
            Err(error) => panic!("{case}: {error}"),
        }
    }
}

#[test]
fn detectors_of_ecg() {
    for rate in RATES_HZ {
        for method in ECG_METHODS {
            for &refinement in refinements(rate) {
                let mut config = EcgConfig::new(hz(rate));
                config.method = method;
                config.refinement = refinement;
                let Ok(detector) = EcgDetector::new(&config) else {
                    assert!(!(40.0..=5e4).contains(&rate), "{method:?} at {rate} Hz");
                    continue;
                };
                let case = format!("{method:?}, {refinement:?}, {rate} Hz");
                check_detections(&case, detector.min_len(), |signal| {
                    let _ = detector.clean(signal);
                    with_beats(&case, detector.detect(signal), detector.beats(signal))
                });
            }
        }
    }
}

#[test]
fn detectors_of_ppg() {
    for rate in RATES_HZ {
        for method in PPG_METHODS {
            for &refinement in refinements(rate) {
                let mut config = PpgConfig::new(hz(rate));
                config.method = method;
                config.refinement = refinement;
                let Ok(detector) = PpgDetector::new(&config) else {
                    assert!(!(16.1..=5e4).contains(&rate), "{method:?} at {rate} Hz");
                    continue;
                };
                let case = format!("{method:?}, {refinement:?}, {rate} Hz");
                check_detections(&case, detector.min_len(), |signal| {
                    let _ = detector.clean(signal);
                    with_beats(&case, detector.detect(signal), detector.beats(signal))
                });
            }
        }
    }
}

/// Streams take everything: what is missing is a gap.
#[test]
fn streams_of_beats() {
    for rate in RATES_HZ {
        for &refinement in refinements(rate) {
            for mut config in [
                BeatStreamConfig::ecg(hz(rate)),
                BeatStreamConfig::ppg(hz(rate)),
            ] {
                config.refinement = refinement;
                let Ok(mut stream) = BeatStream::new(&config) else {
                    assert!(!(10.0..=5e4).contains(&rate), "{rate} Hz");
                    continue;
                };
                for (name, signal) in signals() {
                    let case = format!("{name}, {:?}, {refinement:?}, {rate} Hz", config.signal);
                    let mut positions = Vec::new();
                    let mut rates = Vec::new();
                    for piece in signal.chunks(701) {
                        positions.extend(stream.push(piece).iter().map(|beat| beat.position));
                        rates.extend_from_slice(stream.rates());
                    }
                    // A clock that jumps by hours, or beyond all bounds.
                    for jump in [1, 3_600_000, 1 << 60, u64::MAX] {
                        positions.extend(stream.skip(jump).iter().map(|beat| beat.position));
                        rates.extend_from_slice(stream.rates());
                    }
                    positions.extend(stream.push(&signal).iter().map(|beat| beat.position));
                    positions.extend(stream.finish().iter().map(|beat| beat.position));
                    assert!(positions.is_sorted_by(|a, b| b - a >= 1.0), "{case}");
                    assert!(
                        positions.iter().all(|at| at.is_finite() && *at >= 0.0),
                        "{case}"
                    );
                    assert!(
                        rates.iter().all(|bpm| bpm.is_nan() || *bpm > 0.0),
                        "{case}: {rates:?}"
                    );
                }
            }
        }
    }
}

#[test]
fn settings_of_detectors() {
    for bad in [0.0, -50.0, 9.9, f64::NAN, f64::INFINITY, f64::MIN_POSITIVE] {
        let mut ecg = EcgConfig::new(hz(250.0));
        ecg.line_hz = bad;
        assert!(EcgDetector::new(&ecg).is_err(), "{bad}");
        let mut stream = BeatStreamConfig::ecg(hz(250.0));
        stream.line_hz = bad;
        assert!(BeatStream::new(&stream).is_err(), "{bad}");
    }
    for bad in [0.0, -1.0, f64::NAN, f64::INFINITY, 1e300] {
        let mut stream = BeatStreamConfig::ecg(hz(250.0));
        stream.lag_seconds = bad;
        assert!(BeatStream::new(&stream).is_err(), "{bad}");
    }
    for polarity in [Polarity::Detect, Polarity::Upright, Polarity::Inverted] {
        let mut config = EcgConfig::new(hz(100.0));
        config.polarity = polarity;
        let detector = EcgDetector::new(&config).expect("a valid configuration");
        for (_, signal) in signals() {
            let _ = detector.detect(&signal);
        }
    }
}

#[test]
fn places_of_beats() {
    let rate = hz(100.0);
    for bad in [
        vec![f64::NAN],
        vec![f64::INFINITY],
        vec![-1.0],
        vec![1.0, 1.0],
        vec![2.0, 1.0],
        vec![0.1, 0.2],
        vec![1000.0],
        vec![1e300],
        vec![0.0, 1.8e19],
    ] {
        assert!(Beats::at(bad.clone(), 1000, rate).is_err(), "{bad:?}");
    }
    assert!(Beats::at(vec![f64::MAX], usize::MAX, rate).is_err());
    assert!(Beats::new(vec![0], 0, rate).is_err());
    assert!(Beats::new(vec![5, 4], 10, rate).is_err());
}

#[test]
fn what_is_made_of_beats() {
    let corrector = |form, quartile_window, median_window| {
        let mut config = ArtifactConfig::default();
        config.form = form;
        config.quartile_window = quartile_window;
        config.median_window = median_window;
        ArtifactCorrector::new(&config).expect("valid settings")
    };
    for (name, beats) in beats() {
        for interpolation in INTERPOLATIONS {
            if let Ok(bpm) = beats.heart_rate_1hz(interpolation) {
                assert!(!bpm.is_empty(), "{name}");
                let quality = series_quality(&bpm);
                assert!((0.0..=1.0).contains(&quality), "{name}: {quality}");
            }
            if beats.n_samples() < 1 << 20 {
                let _ = beats.heart_rate_per_sample(interpolation);
            }
        }
        for form in [ArtifactForm::Paper, ArtifactForm::NeuroKit] {
            for (quartiles, median) in [(91, 11), (1, 1), (usize::MAX, usize::MAX)] {
                let corrector = corrector(form, quartiles, median);
                let space = corrector.space(&beats);
                assert_eq!(space.rr.len(), beats.positions().len(), "{name}");
                if let Ok(correction) = corrector.correct(&beats) {
                    assert!(correction.n_passes >= 1, "{name}");
                }
            }
        }
        let _ = beats.periods_s();
        let _ = RrSeries::from_beats(&beats);
        for method in EDR_METHODS {
            if let Ok(respiration) = Respiration::from_beats(&beats, method) {
                breathing(name, &respiration);
                let _ = Rsa::compute(&beats, &respiration, &RsaConfig::default());
            }
        }
    }
}

fn breathing(case: &str, respiration: &Respiration) {
    let _ = respiration.breaths().peaks().len();
    if let Ok(Some(rate)) = respiration.rate() {
        assert!((6.0 - 1e-6..=30.0 + 1e-6).contains(&rate), "{case}: {rate}");
    }
    let _ = respiration.rate_by_breaths();
    // Quadratic in the rate of the signal, up to 10 Hz.
    if respiration.signal().len() < 2000 || respiration.sample_rate().hz() < 5.0 {
        let _ = respiration.rate_by_correlation();
    }
}

#[test]
fn belts_and_heart_rates() {
    let mut few = beats();
    few.retain(|(_, beats)| beats.n_samples() < 10_000);
    for rate in RATES_HZ {
        for (name, signal) in signals() {
            let case = format!("{name} at {rate} Hz");
            if let Ok(respiration) = Respiration::from_belt(&signal, hz(rate)) {
                breathing(&case, &respiration);
                for (_, beats) in few.iter().filter(|_| rate == 25.0) {
                    let _ = Rsa::compute(beats, &respiration, &RsaConfig::default());
                }
            }
            for method in EDR_METHODS {
                if let Ok(respiration) = Respiration::from_heart_rate(&signal, hz(rate), method) {
                    breathing(&case, &respiration);
                }
            }
        }
    }
}
