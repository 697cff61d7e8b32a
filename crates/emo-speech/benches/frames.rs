//! Times of frame features of 2.5 s at 22.05 kHz in librosa's frames, and of a live stream at 16 kHz.
//!
//! `peers/time_librosa.py` runs these beside librosa and prints ratios; the names are those of its functions.

use std::hint::black_box;
use std::time::Duration;

use criterion::{Criterion, criterion_group, criterion_main};
use emo_speech::{
    CepstraConfig, ChromaConfig, ContrastConfig, Deltas, FeatureStream, FrameFeature,
    FrameFeatures, FrameFeaturesConfig, FramePreset, Frames, FramesConfig, LogMelConfig,
    SeedFeatures, SeedFeaturesConfig, Tuning, deltas, onset_strength, rms, zero_crossing_rate,
};

const RATE: u32 = 22_050;

fn voice(n_samples: usize) -> Vec<f32> {
    (0..n_samples)
        .map(|n| {
            let t = n as f32;
            0.3 * (t * 0.03).sin() + 0.1 * (t * 0.31).sin() * (t * 0.001).cos()
        })
        .collect()
}

fn whole_signal(c: &mut Criterion) {
    let samples = voice(55_125);
    let mut seed = SeedFeatures::new(SeedFeaturesConfig::default()).expect("valid");
    c.bench_function("seed vector", |b| {
        b.iter(|| seed.compute_segment(black_box(&samples)));
    });
    c.bench_function("zero_crossing_rate", |b| {
        b.iter(|| zero_crossing_rate(black_box(&samples), 2048, 512));
    });
    c.bench_function("rms", |b| b.iter(|| rms(black_box(&samples), 2048, 512)));
    let mut frames = Frames::new(FramesConfig::new(FramePreset::Librosa, RATE)).expect("valid");
    c.bench_function("stft magnitude", |b| {
        b.iter(|| frames.magnitude(black_box(&samples)));
    });
    c.bench_function("onset_strength", |b| {
        b.iter(|| onset_strength(black_box(&samples), RATE));
    });
    let mut estimated = ChromaConfig::default();
    estimated.tuning = Tuning::Estimated;
    let mfcc = || FrameFeature::Mfcc(CepstraConfig::new(FramePreset::Librosa));
    let slope = FrameFeature::Slope {
        min_frequency: 50.0,
        max_frequency: 5000.0,
    };
    let features = [
        ("mfcc", mfcc()),
        (
            "power_to_db of melspectrogram",
            FrameFeature::LogMel(LogMelConfig::new(FramePreset::Librosa)),
        ),
        (
            "chroma_stft, tuning 0",
            FrameFeature::Chroma(ChromaConfig::default()),
        ),
        ("chroma_stft", FrameFeature::Chroma(estimated)),
        ("spectral_centroid", FrameFeature::Centroid),
        ("spectral_bandwidth", FrameFeature::Bandwidth),
        ("spectral_rolloff", FrameFeature::RollOff { share: 0.85 }),
        (
            "spectral_contrast",
            FrameFeature::Contrast(ContrastConfig::default()),
        ),
        ("spectral_flatness", FrameFeature::Flatness),
        ("flux", FrameFeature::Flux),
        ("slope", slope),
    ];
    for (name, feature) in features {
        let config = FrameFeaturesConfig::new(FramePreset::Librosa, RATE, vec![feature]);
        let mut features = FrameFeatures::new(config).expect("valid");
        c.bench_function(name, |b| b.iter(|| features.compute(black_box(&samples))));
    }
    let config = FrameFeaturesConfig::new(FramePreset::Librosa, RATE, vec![mfcc()]);
    let table = FrameFeatures::new(config).expect("valid").compute(&samples);
    let table = table.expect("a valid signal");
    let order = Deltas::SavitzkyGolay {
        width: 9,
        n_orders: 1,
    };
    c.bench_function("delta", |b| b.iter(|| deltas(black_box(&table), order)));
}

/// All features of both sets, by pushes of 10 ms; the time is that of one push.
fn live(c: &mut Criterion) {
    let samples = voice(160);
    for (name, mut config) in [
        (
            "stream of the set mfcc, 10 ms",
            FrameFeaturesConfig::mfcc_set(),
        ),
        (
            "stream of the set spectral, 10 ms",
            FrameFeaturesConfig::spectral_set(),
        ),
    ] {
        for feature in &mut config.features {
            match feature {
                FrameFeature::Mfcc(mfcc) => {
                    if let emo_speech::LogScale::Decibel { top_db, .. } = &mut mfcc.mel.log {
                        *top_db = None;
                    }
                }
                FrameFeature::Contrast(contrast) => contrast.top_db = None,
                _ => {}
            }
        }
        let features = FrameFeatures::new(config).expect("valid");
        let mut stream = FeatureStream::new(features).expect("nothing needs the whole signal");
        let mut sum = 0.0;
        c.bench_function(name, |b| {
            b.iter(|| stream.push(black_box(&samples), |row| sum += row[0]));
        });
        black_box(sum);
    }
}

criterion_group! {
    name = benches;
    // Many short samples, of which the fastest are undisturbed on a busy machine too.
    config = Criterion::default()
        .sample_size(200)
        .warm_up_time(Duration::from_millis(100))
        .measurement_time(Duration::from_millis(500));
    targets = whole_signal, live
}
criterion_main!(benches);
