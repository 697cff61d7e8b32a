//! Features of frames against the peers' on half a second of speech, and the laws of every signal.
#![cfg(feature = "flac")]
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use emo_speech::{
    CepstraConfig, ChromaConfig, ContrastConfig, Deltas, Edges, FrameFeature, FrameFeatures,
    FrameFeaturesConfig, FramePreset, Frames, FramesConfig, LogMelConfig, LogScale, MelInput,
    Tuning, Window, ZerothCoefficient, decode_file,
};
use emo_testing::{assert_close, fixture, load_npy};
use ndarray::Array2;
use proptest::prelude::*;

const RATE: u32 = 16_000;

fn speech() -> Vec<f32> {
    let audio = decode_file(fixture("emo-speech/espeak_en_m_16k.flac")).unwrap();
    audio.samples()[9_600..17_600].to_vec()
}

fn config(preset: FramePreset, features: Vec<FrameFeature>) -> FrameFeaturesConfig {
    FrameFeaturesConfig::new(preset, RATE, features)
}

/// Compares features with the rows of a reference, which are frames.
fn check(config: FrameFeaturesConfig, name: &str, rtol: f64, atol: f64) {
    let expected = load_npy(fixture(format!("emo-speech/frames_{name}.npy")));
    let mut features = FrameFeatures::new(config).unwrap();
    let actual = features.compute(&speech()).unwrap();
    assert_eq!(features.names().len(), actual.nrows());
    assert_eq!([actual.ncols(), actual.nrows()], expected.shape());
    assert_close(actual.t().iter().copied(), expected, rtol, atol);
}

/// 32 ms frames, mirrored at the edges of the signal.
fn librosa(features: Vec<FrameFeature>) -> FrameFeaturesConfig {
    let mut config = config(FramePreset::Librosa, features);
    (
        config.frames.frame_len,
        config.frames.n_fft,
        config.frames.hop_len,
    ) = (512, 512, 160);
    config.frames.edges = Edges::CentredReflect;
    config
}

#[test]
fn librosa_shape() {
    let mut contrast = ContrastConfig::default();
    contrast.n_bands = 5;
    let mut chroma = ChromaConfig::default();
    chroma.tuning = Tuning::Fixed(0.2);
    let features = vec![
        FrameFeature::Centroid,
        FrameFeature::Bandwidth,
        FrameFeature::RollOff { share: 0.85 },
        FrameFeature::Flatness,
        FrameFeature::Contrast(contrast),
        FrameFeature::Chroma(chroma),
        FrameFeature::Flux,
        FrameFeature::Slope {
            min_frequency: 100.0,
            max_frequency: 4000.0,
        },
        FrameFeature::ZeroCrossingRate,
        FrameFeature::Rms,
    ];
    check(librosa(features), "librosa_shape", 1e-6, 1e-6);
}

#[test]
fn librosa_cepstra_with_deltas() {
    let mut mfcc = CepstraConfig::new(FramePreset::Librosa);
    mfcc.n_mfcc = 13;
    mfcc.mel.bank.n_mels = 40;
    let mut config = librosa(vec![FrameFeature::Mfcc(mfcc)]);
    config.deltas = Some(Deltas::SavitzkyGolay {
        width: 9,
        n_orders: 2,
    });
    check(config, "librosa_mfcc", 1e-6, 1e-5);
}

#[test]
fn python_speech_features_with_deltas() {
    let preset = FramePreset::PythonSpeechFeatures;
    let mut config = config(preset, vec![FrameFeature::Mfcc(CepstraConfig::new(preset))]);
    config.deltas = Some(Deltas::Regression {
        n_sides: 2,
        n_orders: 2,
    });
    check(config, "psf", 1e-6, 1e-6);
}

#[test]
fn kaldi_bands_and_cepstra() {
    let preset = FramePreset::Kaldi;
    let mut mfcc = CepstraConfig::new(preset);
    mfcc.zeroth = ZerothCoefficient::LogEnergy {
        floor: f64::from(f32::EPSILON),
    };
    let bands = FrameFeature::LogMel(LogMelConfig::new(preset));
    check(
        config(preset, vec![bands, FrameFeature::Mfcc(mfcc)]),
        "kaldi",
        1e-4,
        1e-3,
    );
}

#[test]
fn htk_bands_and_cepstra() {
    let preset = FramePreset::Htk;
    // Kaldi's floor, which the peer has in place of HTK's 1.
    let mut bands = LogMelConfig::new(preset);
    bands.log = LogScale::Natural {
        floor: f64::from(f32::EPSILON),
    };
    let mut mfcc = CepstraConfig::new(preset);
    mfcc.mel = bands.clone();
    mfcc.mel.input = MelInput::Power;
    let features = vec![FrameFeature::LogMel(bands), FrameFeature::Mfcc(mfcc)];
    check(config(preset, features), "htk", 1e-4, 1e-3);
}

/// Features that depend on the shape of a spectrum alone, without a floor that is met.
fn shape() -> Vec<FrameFeature> {
    vec![
        FrameFeature::Centroid,
        FrameFeature::Bandwidth,
        FrameFeature::Flux,
        FrameFeature::ZeroCrossingRate,
        FrameFeature::Chroma(ChromaConfig::default()),
    ]
}

fn compute(config: FrameFeaturesConfig, samples: &[f32]) -> Array2<f32> {
    FrameFeatures::new(config)
        .unwrap()
        .compute(samples)
        .unwrap()
}

fn scaled(samples: &[f32], gain: f32) -> Vec<f32> {
    samples.iter().map(|x| x * gain).collect()
}

fn signal() -> impl Strategy<Value = Vec<f32>> {
    prop::collection::vec(-0.5_f32..0.5, 1000..3000)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn the_shape_does_not_depend_on_the_level(samples in signal(), exponent in -6_i32..6) {
        // A power of two changes no digit of a sample.
        let gain = 2.0_f32.powi(exponent);
        let louder = compute(librosa(shape()), &scaled(&samples, gain));
        assert_close(louder, compute(librosa(shape()), &samples), 1e-6, 1e-9);
    }

    #[test]
    fn the_level_is_added_to_logarithms(samples in signal(), gain in 0.5_f32..4.0) {
        let natural = |preset| {
            let mut mel = LogMelConfig::new(preset);
            mel.log = LogScale::Natural { floor: 1e-30 };
            mel.bank.n_mels = 20;
            config(preset, vec![FrameFeature::LogMel(mel), FrameFeature::LogEnergy { floor: 1e-30 }])
        };
        for preset in [FramePreset::Librosa, FramePreset::Kaldi, FramePreset::PythonSpeechFeatures] {
            let louder = compute(natural(preset), &scaled(&samples, gain));
            let added = 2.0 * f64::from(gain).ln();
            let expected = compute(natural(preset), &samples);
            assert_close(louder, expected.iter().map(|&x| f64::from(x) + added), 1e-5, 1e-5);
        }
    }

    #[test]
    fn rms_is_proportional_to_the_level(samples in signal(), gain in 0.01_f32..10.0) {
        let louder = compute(librosa(vec![FrameFeature::Rms]), &scaled(&samples, gain));
        let expected = compute(librosa(vec![FrameFeature::Rms]), &samples);
        assert_close(louder, expected.iter().map(|x| x * gain), 1e-5, 0.0);
    }

    /// Parseval: the sum of the squared samples is the mean of the power over all `n_fft` bins, of which the spectrum
    /// holds those in the middle once for two.
    #[test]
    fn the_spectrum_holds_the_energy_of_the_frame(
        samples in signal(),
        frame_len in 2_usize..400,
        beyond in 0_usize..100,
        hop_len in 1_usize..400,
    ) {
        let mut config = FramesConfig::new(FramePreset::Librosa, RATE);
        (config.frame_len, config.hop_len, config.n_fft) = (frame_len, hop_len, frame_len + beyond);
        (config.edges, config.window) = (Edges::Whole, Window::Rectangular);
        let n_fft = config.n_fft;
        let power = Frames::new(config).unwrap().power(&samples).unwrap();
        for (index, frame) in power.columns().into_iter().enumerate() {
            let samples = &samples[index * hop_len..][..frame_len];
            let energy: f64 = samples.iter().map(|&x| f64::from(x).powi(2)).sum();
            let spectral: f64 = frame
                .iter()
                .enumerate()
                .map(|(bin, &x)| f64::from(x) * if bin == 0 || 2 * bin == n_fft { 1.0 } else { 2.0 })
                .sum();
            assert_close([spectral / n_fft as f64], [energy], 1e-5, 1e-9);
        }
    }

    #[test]
    fn features_of_any_finite_signal_are_finite(
        samples in prop::collection::vec(
            prop_oneof![
                -1.0_f32..1.0,
                prop::num::f32::NORMAL | prop::num::f32::SUBNORMAL | prop::num::f32::ZERO,
                Just(f32::MAX),
                Just(0.0),
            ],
            1..2000,
        ),
        preset in prop::sample::select(vec![
            FramePreset::Librosa,
            FramePreset::Kaldi,
            FramePreset::Htk,
            FramePreset::PythonSpeechFeatures,
        ]),
    ) {
        let mut features = shape();
        features.extend([
            FrameFeature::LogMel(LogMelConfig::new(preset)),
            FrameFeature::Mfcc(CepstraConfig::new(preset)),
            FrameFeature::RollOff { share: 0.85 },
            FrameFeature::Flatness,
            FrameFeature::Contrast(contrast()),
            FrameFeature::Slope { min_frequency: 0.0, max_frequency: 8000.0 },
            FrameFeature::Rms,
            FrameFeature::LogEnergy { floor: 1e-10 },
            FrameFeature::SubbandCentroids(LogMelConfig::new(preset).bank),
        ]);
        let mut config = config(preset, features);
        config.deltas = Some(Deltas::Regression { n_sides: 2, n_orders: 2 });
        let values = compute(config, &samples);
        prop_assert!(values.iter().all(|x| x.is_finite()));
    }
}

fn contrast() -> ContrastConfig {
    let mut contrast = ContrastConfig::default();
    contrast.n_bands = 5;
    contrast
}

#[test]
fn a_silent_frame_has_the_promised_values() {
    let mut features = shape();
    features.extend([
        FrameFeature::RollOff { share: 0.85 },
        FrameFeature::Flatness,
        FrameFeature::Contrast(contrast()),
        FrameFeature::Slope {
            min_frequency: 0.0,
            max_frequency: 8000.0,
        },
    ]);
    let config = librosa(features);
    let names = FrameFeatures::new(config.clone()).unwrap().names();
    let values = compute(config, &[0.0; 4000]);
    for (name, row) in names.iter().zip(values.rows()) {
        let expected = if name == "flatness" { 1.0 } else { 0.0 };
        assert_close(row.iter().copied(), vec![expected; row.len()], 0.0, 1e-9);
    }
}

#[test]
fn settings_that_make_no_sense_are_errors() {
    let bad = [
        FrameFeature::RollOff { share: 1.0 },
        FrameFeature::RollOff { share: f64::NAN },
        FrameFeature::LogEnergy { floor: 0.0 },
        FrameFeature::Slope {
            min_frequency: 500.0,
            max_frequency: 510.0,
        },
        FrameFeature::Slope {
            min_frequency: 0.0,
            max_frequency: 8001.0,
        },
        FrameFeature::Slope {
            min_frequency: f64::NAN,
            max_frequency: 4000.0,
        },
        // The seventh band would begin at 12.8 kHz.
        FrameFeature::Contrast({
            let mut config = contrast();
            config.n_bands = 7;
            config
        }),
        FrameFeature::Contrast({
            let mut config = contrast();
            config.min_frequency = -1.0;
            config
        }),
        FrameFeature::Chroma({
            let mut config = ChromaConfig::default();
            config.n_chroma = 0;
            config
        }),
        FrameFeature::Mfcc({
            let mut config = CepstraConfig::new(FramePreset::Kaldi);
            config.n_mfcc = 24;
            config
        }),
    ];
    for feature in bad {
        let config = librosa(vec![FrameFeature::Rms, feature.clone()]);
        assert!(FrameFeatures::new(config).is_err(), "{feature:?}");
    }
    assert!(FrameFeatures::new(librosa(Vec::new())).is_err());
}
