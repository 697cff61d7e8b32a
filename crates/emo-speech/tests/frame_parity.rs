//! Frames and their features against librosa, Kaldi and python_speech_features: every case of the folder of shared
//! references that belongs here, where that folder is present.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod clip;
mod parity;

use clip::Clip;
use emo_speech::{
    CepstraConfig, ChromaConfig, Complex32, ContrastConfig, Deltas, Edges, FrameFeature,
    FrameFeatures, FrameFeaturesConfig, FramePreset, Frames, FramesConfig, LogMelConfig, LogScale,
    MelBank, MelBankConfig, MelScale, Reference, Tuning, Window, ZerothCoefficient, deltas,
    estimate_tuning, harmonic_percussive, onset_strength, pre_emphasis,
};
use ndarray::{Array2, s};
use parity::Parity;

/// The features of the whole segment under a preset's frames, `[n_features, n_frames]`.
fn compute(preset: FramePreset, clip: &Clip, feature: FrameFeature) -> Array2<f32> {
    compute_with(FramesConfig::new(preset, clip.rate), clip, feature)
}

fn compute_with(frames: FramesConfig, clip: &Clip, feature: FrameFeature) -> Array2<f32> {
    let mut config = FrameFeaturesConfig::new(FramePreset::Librosa, clip.rate, vec![feature]);
    config.frames = frames;
    FrameFeatures::new(config)
        .unwrap()
        .compute(&clip.samples)
        .unwrap()
}

fn librosa(clip: &Clip, feature: FrameFeature) -> Vec<f32> {
    in_order(&compute(FramePreset::Librosa, clip, feature))
}

/// Row by row.
fn in_order(values: &Array2<f32>) -> Vec<f32> {
    values.iter().copied().collect()
}

/// Frame by frame, as Kaldi and python_speech_features write them.
fn by_frame(values: &Array2<f32>) -> Vec<f32> {
    values.t().iter().copied().collect()
}

fn shorter_frames(rate: u32, n_fft: usize, hop_len: usize) -> FramesConfig {
    let mut frames = FramesConfig::new(FramePreset::Librosa, rate);
    (frames.frame_len, frames.n_fft, frames.hop_len) = (n_fft, n_fft, hop_len);
    frames
}

fn mfcc20() -> FrameFeature {
    FrameFeature::Mfcc(CepstraConfig::new(FramePreset::Librosa))
}

#[test]
fn librosa_cepstra() {
    let parity = Parity::open();
    parity.check("mfcc20_", 4, |clip| librosa(&clip.cut(), mfcc20()));
    parity.check("mfcc13_htk_", 4, |clip| {
        let mut config = CepstraConfig::new(FramePreset::Librosa);
        config.n_mfcc = 13;
        config.mel.bank.n_mels = 40;
        config.mel.bank.scale = MelScale::Htk;
        config.lifter = emo_speech::Lifter::Librosa(22.0);
        let frames = shorter_frames(clip.rate, 512, 160);
        let mfcc = compute_with(frames, &clip.cut(), FrameFeature::Mfcc(config));
        in_order(&mfcc.slice_move(s![.., ..100]))
    });
    for (prefix, order) in [("delta_", 0), ("delta2_", 1)] {
        parity.check(prefix, 4, |clip| {
            let mfcc = compute(FramePreset::Librosa, &clip.cut(), mfcc20());
            let both = Deltas::SavitzkyGolay {
                width: 9,
                n_orders: 2,
            };
            let result = deltas(&mfcc, both).unwrap();
            in_order(&result.slice_move(s![order * 20..(order + 1) * 20, ..]))
        });
    }
}

#[test]
fn librosa_mel_bands() {
    let parity = Parity::open();
    parity.check("mel128_syn", 2, mel128);
    parity.check("mel128_espeak", 2, mel128);
    parity.check("mel128_db_", 4, |clip| {
        let config = LogMelConfig::new(FramePreset::Librosa);
        librosa(&clip.cut(), FrameFeature::LogMel(config))
    });
    parity.check("mel40_db_max_", 4, |clip| {
        let mut config = LogMelConfig::new(FramePreset::Librosa);
        config.bank.n_mels = 40;
        config.bank.min_frequency = 50.0;
        config.bank.max_frequency = Some(7600.0);
        config.log = LogScale::Decibel {
            min_power: 1e-10,
            reference: Reference::Max,
            top_db: Some(80.0),
        };
        let frames = shorter_frames(clip.rate, 512, 256);
        let mel = compute_with(frames, &clip.cut(), FrameFeature::LogMel(config));
        in_order(&mel.slice_move(s![.., ..100]))
    });
    for (name, scale) in [
        ("mel_filters_slaney", MelScale::Slaney),
        ("mel_filters_htk", MelScale::Htk),
    ] {
        parity.check(name, 1, |_| {
            let mut config = MelBankConfig::new(40);
            config.scale = scale;
            in_order(&MelBank::new(config, 16_000, 512).unwrap().weights())
        });
    }
}

fn mel128(clip: &Clip) -> Vec<f32> {
    let config = emo_speech::MelSpectrogramConfig::new(clip.rate);
    let mut mel = emo_speech::MelSpectrogram::new(config).unwrap();
    in_order(&mel.compute(&clip.cut().samples).unwrap())
}

#[test]
fn librosa_spectral_shape() {
    let parity = Parity::open();
    let features = [
        ("centroid_", FrameFeature::Centroid),
        ("bandwidth_", FrameFeature::Bandwidth),
        ("rolloff_", FrameFeature::RollOff { share: 0.85 }),
        ("flatness_", FrameFeature::Flatness),
        ("zcr_", FrameFeature::ZeroCrossingRate),
        ("rms_", FrameFeature::Rms),
    ];
    for (prefix, feature) in features {
        parity.check(prefix, 4, |clip| librosa(&clip.cut(), feature.clone()));
    }
    parity.check("contrast_", 4, |clip| {
        let mut config = ContrastConfig::default();
        config.n_bands = if clip.rate >= 22_050 { 6 } else { 5 };
        librosa(&clip.cut(), FrameFeature::Contrast(config))
    });
}

#[test]
fn librosa_chroma_and_tuning() {
    let parity = Parity::open();
    let chroma = |tuning| {
        let mut config = ChromaConfig::default();
        config.tuning = tuning;
        FrameFeature::Chroma(config)
    };
    let fixed = chroma(Tuning::Fixed(0.0));
    parity.check("chroma_stft_t0_", 4, |clip| {
        librosa(&clip.cut(), fixed.clone())
    });
    let estimated = chroma(Tuning::Estimated);
    for prefix in ["chroma_stft_syn", "chroma_stft_espeak"] {
        parity.check(prefix, 2, |clip| librosa(&clip.cut(), estimated.clone()));
    }
    parity.check("tuning_", 4, |clip| {
        vec![estimate_tuning(&clip.cut().samples, clip.rate).unwrap() as f32]
    });
}

#[test]
fn librosa_spectra() {
    let parity = Parity::open();
    parity.check("stft_mag_", 1, |clip| {
        let mut frames = Frames::new(FramesConfig::new(FramePreset::Librosa, clip.rate)).unwrap();
        in_order(&frames.magnitude(&clip.cut().samples).unwrap())
    });
    parity.check("stft_complex_", 1, |clip| {
        let mut frames = Frames::new(shorter_frames(clip.rate, 512, 256)).unwrap();
        let spectrum = frames.spectrum(&clip.samples[24_255..35_280]).unwrap();
        let part = |part: fn(&Complex32) -> f32| spectrum.iter().map(part).collect::<Vec<_>>();
        [part(|z| z.re), part(|z| z.im)].concat()
    });
}

#[test]
fn librosa_effects_and_onsets() {
    let parity = Parity::open();
    parity.check("preemph_", 4, |clip| {
        pre_emphasis(&clip.cut().samples, 0.97).unwrap()[..4096].to_vec()
    });
    parity.check("onset_", 4, |clip| {
        onset_strength(&clip.cut().samples, clip.rate).unwrap()
    });
    parity.check("hpss_", 1, |clip| {
        let mut frames = Frames::new(shorter_frames(clip.rate, 512, 256)).unwrap();
        let magnitude = frames.magnitude(&clip.samples[24_255..35_280]).unwrap();
        let (harmonic, percussive) = harmonic_percussive(&magnitude, 31).unwrap();
        [in_order(&harmonic), in_order(&percussive)].concat()
    });
}

#[test]
fn kaldi_features() {
    let parity = Parity::open();
    parity.check("kaldi_fbank23_", 2, |clip| {
        let config = LogMelConfig::new(FramePreset::Kaldi);
        by_frame(&compute(
            FramePreset::Kaldi,
            &clip.cut(),
            FrameFeature::LogMel(config),
        ))
    });
    parity.check("kaldi_fbank80_", 2, |clip| {
        let mut config = LogMelConfig::new(FramePreset::Kaldi);
        config.bank.n_mels = 80;
        let mut frames = FramesConfig::new(FramePreset::Kaldi, clip.rate);
        frames.window = Window::Hamming;
        let bands = compute_with(frames, &clip.cut(), FrameFeature::LogMel(config));
        by_frame(&bands.slice_move(s![.., ..100]))
    });
    parity.check("kaldi_mfcc13_syn", 1, kaldi_mfcc13);
    parity.check("kaldi_mfcc13_espeak", 1, kaldi_mfcc13);
    parity.check("kaldi_mfcc13_energy_", 2, |clip| {
        let mut config = CepstraConfig::new(FramePreset::Kaldi);
        config.zeroth = ZerothCoefficient::LogEnergy { floor: 1.0 };
        let mfcc = compute(FramePreset::Kaldi, &clip.cut(), FrameFeature::Mfcc(config));
        by_frame(&mfcc.slice_move(s![.., ..100]))
    });
}

fn kaldi_mfcc13(clip: &Clip) -> Vec<f32> {
    let config = CepstraConfig::new(FramePreset::Kaldi);
    by_frame(&compute(
        FramePreset::Kaldi,
        &clip.cut(),
        FrameFeature::Mfcc(config),
    ))
}

#[test]
fn python_speech_features() {
    const PSF: FramePreset = FramePreset::PythonSpeechFeatures;
    let parity = Parity::open();
    parity.check("psf_mfcc13_syn", 1, psf_mfcc13);
    parity.check("psf_mfcc13_espeak", 1, psf_mfcc13);
    parity.check("psf_mfcc13_hamming_", 2, |clip| {
        let mut frames = FramesConfig::new(PSF, clip.rate);
        frames.window = Window::Hamming;
        let config = CepstraConfig::new(PSF);
        by_frame(&compute_with(
            frames,
            &clip.part(0.6, 2.6),
            FrameFeature::Mfcc(config),
        ))
    });
    parity.check("psf_delta2_", 2, |clip| {
        let features = vec![FrameFeature::Mfcc(CepstraConfig::new(PSF))];
        let mut config = FrameFeaturesConfig::new(PSF, clip.rate, features);
        config.deltas = Some(Deltas::Regression {
            n_sides: 2,
            n_orders: 1,
        });
        let mut features = FrameFeatures::new(config).unwrap();
        let both = features.compute(&clip.part(0.6, 2.6).samples).unwrap();
        by_frame(&both.slice_move(s![13.., ..]))
    });
    parity.check("psf_logfbank26_", 2, |clip| {
        let config = LogMelConfig::new(PSF);
        by_frame(&compute(
            PSF,
            &clip.part(0.6, 2.6),
            FrameFeature::LogMel(config),
        ))
    });
    parity.check("psf_fbank_energy_", 2, |clip| {
        let mut frames = Frames::new(FramesConfig::new(PSF, clip.rate)).unwrap();
        assert_eq!(frames.config().edges, Edges::PaddedEnd);
        let power = frames.power(&clip.part(0.6, 2.6).samples).unwrap();
        let sum = |frame: ndarray::ArrayView1<'_, f32>| frame.iter().map(|&x| f64::from(x)).sum();
        power
            .columns()
            .into_iter()
            .map(sum)
            .map(|x: f64| x as f32)
            .collect()
    });
    parity.check("psf_ssc26_", 2, |clip| {
        let bank = LogMelConfig::new(PSF).bank;
        by_frame(&compute(
            PSF,
            &clip.part(0.6, 2.6),
            FrameFeature::SubbandCentroids(bank),
        ))
    });
}

fn psf_mfcc13(clip: &Clip) -> Vec<f32> {
    let preset = FramePreset::PythonSpeechFeatures;
    let config = CepstraConfig::new(preset);
    by_frame(&compute(
        preset,
        &clip.part(0.6, 2.6),
        FrameFeature::Mfcc(config),
    ))
}
