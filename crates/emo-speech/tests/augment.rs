//! Edits of a recording against librosa's, and what must hold of all of them.
#![cfg(feature = "flac")]
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::time::Duration;

use emo_speech::{
    Augmentation, Augmenter, AugmenterConfig, SpeechError, add_noise, decode_file, pitch_shift,
    shift, time_stretch,
};
use emo_testing::{assert_close, fixture, load_npy};
use proptest::prelude::*;

fn word() -> Vec<f32> {
    let audio = decode_file(fixture("emo-speech/espeak_en_m.flac")).unwrap();
    audio.to_mono()[22_050..39_690].to_vec()
}

fn check(actual: &[f32], name: &str, atol: f64) {
    let expected = load_npy(fixture(format!("emo-speech/{name}.npy")));
    assert_close(actual.iter().copied().step_by(4), expected, 0.0, atol);
}

#[test]
fn stretched_speech_is_that_of_librosa() {
    for rate in [0.8, 1.25] {
        let stretched = time_stretch(&word(), rate).unwrap();
        assert_eq!(stretched.len(), (17_640.0 / rate).round() as usize);
        check(&stretched, &format!("time_stretch_{rate}"), 1e-6);
    }
}

/// The limit is three times the peer's own difference between its high and very high quality of resampling, on a
/// part without what their transition bands treat differently; the ends, where the stretched signal is cut off, are
/// left out.
#[test]
fn shifted_speech_is_that_of_librosa() {
    let input = load_npy(fixture("emo-speech/pitch_shift_input.npy"));
    let input: Vec<f32> = input.iter().map(|&x| x as f32).collect();
    for (semitones, atol) in [("0.7", 5.4e-5), ("-3", 8.8e-5)] {
        let shifted = pitch_shift(&input, semitones.parse().unwrap()).unwrap();
        assert_eq!(shifted.len(), input.len());
        let expected = load_npy(fixture(format!("emo-speech/pitch_shift_{semitones}.npy")));
        let inner = 512..input.len() - 512;
        assert_close(
            shifted[inner.clone()].iter().copied().step_by(4),
            expected
                .iter()
                .copied()
                .skip(inner.start / 4)
                .take(inner.len() / 4),
            0.0,
            atol,
        );
    }
}

#[test]
fn nothing_changed_is_nearly_nothing_changed() {
    let word = word();
    let same = time_stretch(&word, 1.0).unwrap();
    assert_close(same, word.clone(), 0.0, 1e-6);
    let same = pitch_shift(&word, 0.0).unwrap();
    assert_close(same, word.clone(), 0.0, 1e-6);
    assert_eq!(shift(&word, 0).unwrap(), word);
    assert_eq!(add_noise(&word, 0.0, 3).unwrap(), word);
}

#[test]
fn bad_numbers_are_named() {
    for rate in [0.0, 0.09, 10.1, -1.0, f64::NAN, f64::INFINITY] {
        assert!(matches!(
            time_stretch(&[0.1; 100], rate),
            Err(SpeechError::NumberOutOfRange { name: "rate", .. })
        ));
    }
    assert!(matches!(
        time_stretch(&[0.1; 4], 10.0),
        Err(SpeechError::SignalTooShort {
            actual: 4,
            required: 6
        })
    ));
    assert_eq!(time_stretch(&[0.1; 6], 10.0).unwrap().len(), 1);
    assert!(pitch_shift(&[0.1; 100], 37.0).is_err());
    assert!(add_noise(&[0.1; 100], -0.1, 0).is_err());
    for edit in [
        |x: &[f32]| time_stretch(x, 0.9),
        |x: &[f32]| pitch_shift(x, 1.0),
        |x: &[f32]| add_noise(x, 0.1, 0),
        |x: &[f32]| shift(x, 1),
    ] {
        assert!(matches!(edit(&[]), Err(SpeechError::EmptySignal)));
        assert!(matches!(
            edit(&[0.0, f32::NAN]),
            Err(SpeechError::NonFiniteSample { index: 1, .. })
        ));
        assert!(edit(&[0.5]).unwrap().iter().all(|x| x.is_finite()));
    }
    let mut config = AugmenterConfig::default();
    config.rates = 1.2..=0.8;
    assert!(matches!(
        Augmenter::new(config),
        Err(SpeechError::NumberOutOfRange { name: "rates", .. })
    ));
}

#[test]
fn copies_depend_on_seed_kind_and_number_alone() {
    let word = word();
    let augmenter = Augmenter::new(AugmenterConfig::default()).unwrap();
    let copies = |augmenter: &Augmenter, numbers: [u64; 3]| {
        Augmentation::ALL
            .map(|kind| numbers.map(|copy| augmenter.apply(kind, copy, &word, 22_050).unwrap()))
    };
    let first = copies(&augmenter, [0, 1, 2]);
    let mut backwards = copies(&augmenter, [2, 1, 0]);
    backwards.iter_mut().for_each(|copies| copies.reverse());
    assert_eq!(first, backwards);
    let mut config = AugmenterConfig::default();
    config.seed = 1;
    let other = copies(&Augmenter::new(config).unwrap(), [0, 1, 2]);
    for (a, b) in first.iter().zip(&other) {
        assert_ne!(a[0], a[1]);
        assert_ne!(a[1], a[2]);
        assert_ne!(a, b);
    }
}

#[test]
fn draws_stay_in_their_ranges() {
    let mut impulse = vec![0.0; 20_000];
    impulse[10_000] = 1.0;
    let augmenter = Augmenter::new(AugmenterConfig::default()).unwrap();
    let mut places = Vec::new();
    for copy in 0..200 {
        let shifted = augmenter
            .apply(Augmentation::Shift, copy, &impulse, 8_000)
            .unwrap();
        places.push(shifted.iter().position(|&x| x == 1.0).unwrap());
    }
    places.sort_unstable();
    // 200 ms are 1,600 samples; the ends of 200 even draws are nearer than a tenth to the range's.
    assert!((8_400..8_720).contains(&places[0]), "{}", places[0]);
    assert!((11_280..=11_600).contains(&places[199]), "{}", places[199]);
    for copy in 0..30 {
        let stretched = augmenter
            .apply(Augmentation::TimeStretch, copy, &impulse, 8_000)
            .unwrap();
        assert!((16_000..=25_000).contains(&stretched.len()));
    }
    let mut config = AugmenterConfig::default();
    config.max_shift = Duration::ZERO;
    let still = Augmenter::new(config).unwrap();
    let copy = still
        .apply(Augmentation::Shift, 5, &impulse, 8_000)
        .unwrap();
    assert_eq!(copy, impulse);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn finite_signals_have_finite_edits_of_the_right_length(
        samples in prop::collection::vec(
            prop_oneof![-1.0_f32..1.0, prop::num::f32::NORMAL | prop::num::f32::SUBNORMAL | prop::num::f32::ZERO],
            1..3000,
        ),
        rate in 0.1_f64..10.0,
        semitones in -36.0_f64..36.0,
        by in any::<isize>(),
        seed in any::<u64>(),
    ) {
        let n = samples.len();
        if let Ok(stretched) = time_stretch(&samples, rate) {
            prop_assert_eq!(stretched.len(), (n as f64 / rate).round_ties_even() as usize);
            prop_assert!(stretched.iter().all(|x| x.is_finite()));
        }
        if let Ok(shifted) = pitch_shift(&samples, semitones) {
            prop_assert_eq!(shifted.len(), n);
            prop_assert!(shifted.iter().all(|x| x.is_finite()));
        }
        let noisy = add_noise(&samples, 0.5, seed).unwrap();
        prop_assert!(noisy.iter().all(|x| x.is_finite()));
        let moved = shift(&samples, by).unwrap();
        prop_assert_eq!(shift(&moved, (n as isize) - by.rem_euclid(n as isize)).unwrap(), samples);
    }
}
