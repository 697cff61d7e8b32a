//! The Geneva parameter set: names, laws, and what must be refused.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use emo_speech::{EGEMAPS_DESCRIPTORS, EGEMAPS_FUNCTIONALS, Egemaps, SpeechError};
use emo_testing::assert_close;
use proptest::prelude::*;

/// Harmonics with falling strength, a voice that rises from `pitch` by a half within a second.
fn voice(pitch: f64, rate: u32, n_samples: usize) -> Vec<f32> {
    let mut phase = 0.0;
    (0..n_samples)
        .map(|n| {
            let hz = pitch * (1.0 + 0.5 * n as f64 / f64::from(rate));
            phase += 2.0 * std::f64::consts::PI * hz / f64::from(rate);
            let sum: f64 = (1..12)
                .map(|k| (phase * f64::from(k)).sin() / f64::from(k))
                .sum();
            (0.2 * sum) as f32
        })
        .collect()
}

fn column(name: &str) -> usize {
    EGEMAPS_DESCRIPTORS.iter().position(|&n| n == name).unwrap()
}

#[test]
fn names_are_unique() {
    for names in [&EGEMAPS_DESCRIPTORS[..], &EGEMAPS_FUNCTIONALS[..]] {
        let unique: std::collections::HashSet<_> = names.iter().collect();
        assert_eq!(unique.len(), names.len());
    }
}

#[test]
fn the_pitch_of_a_gliding_voice_is_followed() {
    for (pitch, rate) in [(110.0, 16_000), (180.0, 22_050), (90.0, 44_100)] {
        let samples = voice(pitch, rate, rate as usize);
        let frames = Egemaps::new(rate).unwrap().descriptors(&samples).unwrap();
        let semitones = frames.column(column("F0semitoneFrom27.5Hz_sma3nz"));
        let hop = (f64::from(rate) * 0.01).round() / f64::from(rate);
        for (t, &actual) in semitones.iter().enumerate().skip(5).take(80) {
            // The middle of the frame of 60 ms.
            let seconds = t as f64 * hop + 0.03;
            let expected = 12.0 * (pitch * (1.0 + 0.5 * seconds) / 27.5).log2();
            assert_close([actual], [expected], 0.0, 0.15);
        }
    }
}

/// Loudness is compressed power with the exponent 0.33; what is relative to the spectrum itself stays.
#[test]
fn a_gain_changes_the_loudness_by_its_power_and_nothing_that_is_relative() {
    let samples = voice(140.0, 16_000, 16_000);
    let louder: Vec<f32> = samples.iter().map(|x| x * 2.0).collect();
    let mut egemaps = Egemaps::new(16_000).unwrap();
    let quiet = egemaps.descriptors(&samples).unwrap();
    let loud = egemaps.descriptors(&louder).unwrap();
    let expected = quiet.column(0).map(|x| f64::from(*x) * 4.0_f64.powf(0.33));
    assert_close(loud.column(0).iter().copied(), expected, 1e-4, 0.0);
    for name in [
        "alphaRatio_sma3",
        "hammarbergIndex_sma3",
        "F0semitoneFrom27.5Hz_sma3nz",
    ] {
        let [a, b] = [&quiet, &loud].map(|x| x.column(column(name)).to_vec());
        assert_close(a, b, 1e-4, 1e-3);
    }
}

#[test]
fn silence_has_no_voice_and_finite_values() {
    let mut egemaps = Egemaps::new(16_000).unwrap();
    let values = egemaps.functionals(&[0.0; 16_000]).unwrap();
    assert!(values.iter().all(|x| x.is_finite()));
    let at = |name: &str| values[EGEMAPS_FUNCTIONALS.iter().position(|&n| n == name).unwrap()];
    assert_close([at("VoicedSegmentsPerSec")], [0.0], 0.0, 0.0);
    assert_close([at("equivalentSoundLevel_dBp")], [-120.0], 0.0, 0.0);
}

#[test]
fn bad_input_is_named() {
    assert!(matches!(
        Egemaps::new(7_999),
        Err(SpeechError::SampleRateOutOfRange {
            sample_rate: 7_999,
            ..
        })
    ));
    let mut egemaps = Egemaps::new(16_000).unwrap();
    assert!(matches!(
        egemaps.functionals(&[0.1; 959]),
        Err(SpeechError::SignalTooShort {
            actual: 959,
            required: 960
        })
    ));
    assert!(matches!(
        egemaps.descriptors(&[]),
        Err(SpeechError::EmptySignal)
    ));
    let mut samples = vec![0.1; 2_000];
    samples[7] = f32::NAN;
    assert!(matches!(
        egemaps.descriptors(&samples),
        Err(SpeechError::NonFiniteSample { index: 7, .. })
    ));
    assert_eq!(egemaps.descriptors(&[0.1; 960]).unwrap().dim(), (2, 25));
}

#[test]
fn an_extractor_forgets_what_came_before() {
    let samples = voice(120.0, 16_000, 9_000);
    let mut egemaps = Egemaps::new(16_000).unwrap();
    let first = egemaps.functionals(&samples).unwrap();
    egemaps.functionals(&voice(300.0, 16_000, 5_000)).unwrap();
    assert_eq!(egemaps.functionals(&samples).unwrap(), first);
}

fn sample() -> impl Strategy<Value = f32> {
    prop_oneof![
        -1.0_f32..1.0,
        prop::num::f32::NORMAL | prop::num::f32::SUBNORMAL | prop::num::f32::ZERO,
        Just(f32::MAX),
        Just(f32::MIN),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn finite_signals_make_finite_values(
        samples in prop::collection::vec(sample(), 3_000..9_000),
        rate in prop::sample::select(vec![8_000, 11_025, 16_000, 22_050, 44_100]),
    ) {
        let mut egemaps = Egemaps::new(rate).unwrap();
        let frames = egemaps.descriptors(&samples).unwrap();
        let values = egemaps.functionals(&samples).unwrap();
        prop_assert!(frames.iter().chain(&values).all(|x| x.is_finite()));
    }
}
