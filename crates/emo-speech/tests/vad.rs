//! Voice detection against webrtcvad's decisions, and the laws of streams.
#![cfg(feature = "flac")]
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::time::Duration;

use emo_speech::{
    EnergyVad, EnergyVadConfig, GmmVad, GmmVadConfig, SpeechError, VadMode, decode_file,
};
use emo_testing::fixture;
use proptest::prelude::*;

const MODES: [VadMode; 4] = [
    VadMode::Quality,
    VadMode::LowBitrate,
    VadMode::Aggressive,
    VadMode::VeryAggressive,
];

fn sentence() -> Vec<f32> {
    decode_file(fixture("emo-speech/espeak_en_m_16k.flac"))
        .unwrap()
        .to_mono()
}

/// As in `make_vad.py`.
fn noise(n_samples: usize, seed: u32) -> impl Iterator<Item = i32> {
    (0..n_samples).scan(seed, |x, _| {
        *x = x.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        Some((*x >> 16) as i32 - 32_768)
    })
}

/// As in `make_vad.py`.
fn signal() -> Vec<f32> {
    let sentence = sentence();
    let loud = noise(8000, 1).enumerate().map(|(n, x)| match x {
        _ if n / 50 % 3 != 0 => x,
        ..0 => -32_768,
        0.. => 32_767,
    });
    let faint = noise(8000, 2).map(|x| x.div_euclid(10_923));
    let hard = sentence
        .iter()
        .zip(noise(sentence.len(), 3))
        .map(|(x, noise)| {
            let x = (x * 32_768.0) as i32;
            x.div_euclid(16) + noise.div_euclid(819)
        });
    let made = loud.chain(faint).chain(hard);
    let mut signal = sentence.clone();
    signal.extend(made.map(|x| x as f32 / 32_768.0));
    signal
}

fn gmm(sample_rate: u32, mode: VadMode, millis: u64) -> GmmVad {
    let mut config = GmmVadConfig::new(sample_rate);
    config.mode = mode;
    config.frame = Duration::from_millis(millis);
    GmmVad::new(config).unwrap()
}

#[test]
fn every_decision_is_that_of_webrtcvad() {
    let expected = std::fs::read(fixture("emo-speech/webrtcvad.json")).unwrap();
    let expected: BTreeMap<String, String> = serde_json::from_slice(&expected).unwrap();
    assert_eq!(expected.len(), 48);
    let signal = signal();
    for (key, expected) in expected {
        let numbers: Vec<u32> = key.split(' ').map(|x| x.parse().unwrap()).collect();
        let mut vad = gmm(numbers[0], MODES[numbers[1] as usize], numbers[2].into());
        let decisions = vad.detect(&signal).unwrap();
        let decisions: String = decisions
            .iter()
            .map(|&x| if x { '1' } else { '0' })
            .collect();
        assert_eq!(decisions, expected, "{key}");
    }
}

#[test]
fn rates_and_frames_that_it_does_not_know_are_named() {
    assert!(matches!(
        GmmVad::new(GmmVadConfig::new(22_050)),
        Err(SpeechError::VadSampleRate {
            sample_rate: 22_050
        })
    ));
    let mut config = GmmVadConfig::new(8_000);
    config.frame = Duration::from_millis(25);
    assert!(matches!(
        GmmVad::new(config),
        Err(SpeechError::VadFrame { frame }) if frame.as_millis() == 25
    ));
}

#[test]
fn a_sample_that_is_no_number_is_named_and_takes_nothing() {
    let sentence = sentence();
    let mut vad = gmm(16_000, VadMode::Quality, 30);
    let expected = vad.detect(&sentence).unwrap();
    let mut other = EnergyVad::new(EnergyVadConfig::new(16_000)).unwrap();
    let other_expected = other.detect(&sentence).unwrap();
    vad.reset();
    other.reset();
    let (mut decisions, mut other_decisions) = (Vec::new(), Vec::new());
    for (k, part) in sentence.chunks(1000).enumerate() {
        let mut bad = part.to_vec();
        bad[17] = f32::NAN;
        for error in [
            vad.push(&bad, &mut decisions).unwrap_err(),
            other.push(&bad, &mut other_decisions).unwrap_err(),
        ] {
            assert!(matches!(
                error,
                SpeechError::NonFiniteSample { index, .. } if index == 1000 * k + 17
            ));
        }
        vad.push(part, &mut decisions).unwrap();
        other.push(part, &mut other_decisions).unwrap();
    }
    assert_eq!(decisions, expected);
    assert_eq!(other_decisions, other_expected);
}

/// The sentence has two words at its beginning, silence of digital zeros before and between.
#[test]
fn both_detectors_agree_about_a_clean_sentence() {
    let mut signal = vec![0.0; 8000];
    signal.extend(sentence());
    signal.extend([0.0; 8000]);
    for (x, n) in signal.iter_mut().zip(noise(67_200, 7)) {
        *x += n as f32 / 32_768.0 * 1e-3;
    }
    let by_level = EnergyVad::new(EnergyVadConfig::new(16_000))
        .unwrap()
        .detect(&signal)
        .unwrap();
    let by_model = gmm(16_000, VadMode::Aggressive, 10)
        .detect(&signal)
        .unwrap();
    assert_eq!(by_level.len(), by_model.len());
    let n_equal = by_level
        .iter()
        .zip(&by_model)
        .filter(|(a, b)| a == b)
        .count();
    assert!(
        n_equal * 10 >= by_level.len() * 9,
        "{n_equal} of {}",
        by_level.len()
    );
    assert!(!by_level[..50].contains(&true));
    assert!(!by_level[by_level.len() - 10..].contains(&true));
}

/// Any finite number, mostly those that occur.
fn sample() -> impl Strategy<Value = f32> {
    prop_oneof![
        8 => -1.0_f32..1.0,
        1 => -1e-3_f32..1e-3,
        1 => prop::num::f32::NORMAL | prop::num::f32::SUBNORMAL | prop::num::f32::ZERO,
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_chunks_make_the_same_decisions(
        samples in prop::collection::vec(sample(), 0..6000),
        lens in prop::collection::vec(0_usize..1700, 1..40),
        rate in prop::sample::select(vec![8_000, 16_000, 32_000, 48_000]),
        millis in prop::sample::select(vec![10, 20, 30]),
        mode in prop::sample::select(MODES.to_vec()),
    ) {
        let mut by_model = gmm(rate, mode, millis);
        let mut by_level = EnergyVad::new(EnergyVadConfig::new(rate)).unwrap();
        let whole = by_model.detect(&samples).unwrap();
        let whole_by_level = by_level.detect(&samples).unwrap();
        prop_assert_eq!(whole.len(), samples.len() / by_model.frame_len());
        prop_assert_eq!(whole_by_level.len(), samples.len() / by_level.hop_len());
        by_model.reset();
        by_level.reset();
        let (mut parts, mut parts_by_level) = (Vec::new(), Vec::new());
        let mut rest = samples.as_slice();
        for len in lens.iter().cycle().take(6000) {
            let (now, later) = rest.split_at((*len).min(rest.len()));
            by_model.push(now, &mut parts).unwrap();
            by_level.push(now, &mut parts_by_level).unwrap();
            rest = later;
        }
        by_model.push(rest, &mut parts).unwrap();
        by_level.push(rest, &mut parts_by_level).unwrap();
        prop_assert_eq!(parts, whole);
        prop_assert_eq!(parts_by_level, whole_by_level);
    }

    #[test]
    fn the_level_does_not_matter_above_the_least(gain in 0.05_f32..20.0) {
        let mut signal = sentence();
        for (x, n) in signal.iter_mut().zip(noise(51_200, 3)) {
            *x = *x * 0.05 + n as f32 / 32_768.0 * 1e-3;
        }
        let mut config = EnergyVadConfig::new(16_000);
        config.min_level_db = -200.0;
        let mut vad = EnergyVad::new(config).unwrap();
        let expected = vad.detect(&signal).unwrap();
        signal.iter_mut().for_each(|x| *x *= gain);
        let actual = vad.detect(&signal).unwrap();
        // A level on the threshold may fall to either side of it.
        let n_other = expected.iter().zip(&actual).filter(|(a, b)| a != b).count();
        prop_assert!(n_other <= 1, "{}", n_other);
    }
}
