//! Streams of frames: the same values as from the whole signal, and no memory after the construction.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use emo_speech::{
    CepstraConfig, ChromaConfig, ContrastConfig, Deltas, Edges, FeatureStream, FrameFeature,
    FrameFeatures, FrameFeaturesConfig, FramePreset, LogMelConfig, LogScale, PreEmphasis,
    Precision, Reference, SpeechError, Tuning,
};
use emo_testing::CountingAllocator;
use ndarray::Array2;
use proptest::prelude::*;

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator;

const PRESETS: [FramePreset; 4] = [
    FramePreset::Librosa,
    FramePreset::Kaldi,
    FramePreset::Htk,
    FramePreset::PythonSpeechFeatures,
];

/// Every feature, as far as it does not depend on the whole signal.
fn all_features(preset: FramePreset) -> Vec<FrameFeature> {
    let mut mel = LogMelConfig::new(preset);
    if let LogScale::Decibel { top_db, .. } = &mut mel.log {
        *top_db = None;
    }
    mel.bank.n_mels = 20;
    let bank = mel.bank.clone();
    let mut mfcc = CepstraConfig::new(preset);
    mfcc.n_mfcc = 13;
    mfcc.mel = mel.clone();
    let mut contrast = ContrastConfig::default();
    (contrast.n_bands, contrast.top_db) = (3, None);
    vec![
        FrameFeature::LogMel(mel),
        FrameFeature::Mfcc(mfcc),
        FrameFeature::Chroma(ChromaConfig::default()),
        FrameFeature::Centroid,
        FrameFeature::Bandwidth,
        FrameFeature::RollOff { share: 0.85 },
        FrameFeature::Flatness,
        FrameFeature::Contrast(contrast),
        FrameFeature::Flux,
        FrameFeature::Slope {
            min_frequency: 0.0,
            max_frequency: 2000.0,
        },
        FrameFeature::ZeroCrossingRate,
        FrameFeature::Rms,
        FrameFeature::LogEnergy { floor: 1e-10 },
        FrameFeature::SubbandCentroids(bank),
    ]
}

fn config(preset: FramePreset, frame_len: usize, hop_len: usize) -> FrameFeaturesConfig {
    let mut config = FrameFeaturesConfig::new(preset, 8000, all_features(preset));
    config.frames.frame_len = frame_len;
    config.frames.n_fft = frame_len.next_power_of_two();
    config.frames.hop_len = hop_len;
    config
}

/// The table that a stream gives, `[n_features, n_frames]`.
fn streamed(stream: &mut FeatureStream, samples: &[f32], chunks: &[usize]) -> Array2<f32> {
    let n_features = stream.features().n_features();
    let mut rows = Vec::new();
    let mut rest = samples;
    for &chunk in chunks.iter().cycle() {
        let (now, later) = rest.split_at(chunk.min(rest.len()));
        stream.push(now, |row| rows.extend_from_slice(row)).unwrap();
        rest = later;
        if rest.is_empty() {
            break;
        }
    }
    stream.finish(|row| rows.extend_from_slice(row)).unwrap();
    let n_frames = rows.len() / n_features;
    let by_frame = Array2::from_shape_vec((n_frames, n_features), rows).unwrap();
    by_frame.reversed_axes()
}

fn edges() -> impl Strategy<Value = Edges> {
    prop::sample::select(vec![
        Edges::CentredZeros,
        Edges::CentredReflect,
        Edges::CentredHold,
        Edges::Whole,
        Edges::PaddedEnd,
    ])
}

fn orders() -> impl Strategy<Value = Option<Deltas>> {
    prop::sample::select(vec![
        None,
        Some(Deltas::SavitzkyGolay {
            width: 5,
            n_orders: 2,
        }),
        Some(Deltas::Regression {
            n_sides: 2,
            n_orders: 1,
        }),
        Some(Deltas::Regression {
            n_sides: 3,
            n_orders: 2,
        }),
    ])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn a_stream_gives_the_values_of_the_whole_signal(
        samples in prop::collection::vec(-1.0_f32..1.0, 1..6000),
        chunks in prop::collection::vec(1_usize..3000, 1..6),
        preset in prop::sample::select(PRESETS.to_vec()),
        edges in edges(),
        across_the_signal in any::<bool>(),
        precision in prop::sample::select(vec![Precision::Double, Precision::Single]),
        orders in orders(),
        frame_len in 64_usize..600,
        hop_len in 20_usize..1400,
    ) {
        let mut config = config(preset, frame_len, hop_len);
        config.frames.edges = edges;
        if across_the_signal {
            config.frames.pre_emphasis = PreEmphasis::Signal(0.9);
        }
        config.deltas = orders;
        config.frames.precision = precision;
        let mut features = FrameFeatures::new(config.clone()).unwrap();
        let whole = features.compute(&samples);
        let mut stream = FeatureStream::new(FrameFeatures::new(config).unwrap()).unwrap();
        match whole {
            Ok(whole) => {
                // Twice, because a stream that was finished begins anew.
                prop_assert_eq!(&streamed(&mut stream, &samples, &chunks), &whole);
                prop_assert_eq!(&streamed(&mut stream, &samples, &[1000]), &whole);
            }
            Err(SpeechError::TooFewFrames { actual, required }) => {
                prop_assert!(features.n_frames(samples.len()) == actual && actual < required);
                stream.push(&samples, |_| ()).unwrap();
                prop_assert!(stream.finish(|_| ()).is_err());
            }
            Err(error) => return Err(TestCaseError::fail(error.to_string())),
        }
    }
}

/// The n-th frame comes with the sample that the latency promises, no earlier and no later.
#[test]
fn the_latency_is_kept() {
    let kaldi = config(FramePreset::Kaldi, 200, 80);
    let librosa = config(FramePreset::Librosa, 256, 80);
    let mut reflected = librosa.clone();
    reflected.frames.edges = Edges::CentredReflect;
    let mut with_deltas = kaldi.clone();
    with_deltas.deltas = Some(Deltas::Regression {
        n_sides: 2,
        n_orders: 2,
    });
    // The middle of the first frame, and by how much the bound is above what a later frame needs.
    for (config, middle, slack) in [
        (kaldi, 100, 0),
        (librosa, 0, 0),
        (reflected, 0, 2),
        (with_deltas, 100, 0),
    ] {
        let mut stream = FeatureStream::new(FrameFeatures::new(config).unwrap()).unwrap();
        let latency = stream.latency();
        let mut n_frames = 0;
        for n in 1..4000 {
            let before = n_frames;
            stream.push(&[0.1], |_| n_frames += 1).unwrap();
            if n_frames > before {
                assert_eq!(n_frames, before + 1);
                let needed = middle + before * 80 + latency;
                let late = usize::from(before > 0) * slack;
                assert_eq!(n, needed - late, "frame {before}");
            }
        }
        assert!(n_frames > 40);
    }
}

#[test]
fn a_stream_allocates_nothing() {
    let samples: Vec<f32> = (0..16_000).map(|n| (n as f32 * 0.3).sin()).collect();
    for preset in PRESETS {
        let mut config = config(preset, 200, 80);
        config.deltas = Some(Deltas::SavitzkyGolay {
            width: 9,
            n_orders: 2,
        });
        let mut stream = FeatureStream::new(FrameFeatures::new(config).unwrap()).unwrap();
        let mut sum = 0.0;
        let before = CountingAllocator::count();
        for chunk in samples.chunks(80) {
            stream.push(chunk, |row| sum += row[0]).unwrap();
        }
        stream.push(&samples, |row| sum += row[0]).unwrap();
        stream.finish(|row| sum += row[0]).unwrap();
        assert_eq!(CountingAllocator::count() - before, 0, "{preset:?}");
        assert!(f32::is_finite(sum));
    }
}

#[test]
fn what_depends_on_the_whole_signal_is_refused() {
    let mut max = LogMelConfig::new(FramePreset::Librosa);
    max.log = LogScale::Decibel {
        min_power: 1e-10,
        reference: Reference::Max,
        top_db: None,
    };
    let mut chroma = ChromaConfig::default();
    chroma.tuning = Tuning::Estimated;
    for feature in [
        FrameFeature::LogMel(max),
        FrameFeature::Mfcc(CepstraConfig::new(FramePreset::Librosa)),
        FrameFeature::Contrast(ContrastConfig::default()),
        FrameFeature::Chroma(chroma),
    ] {
        let preset = FramePreset::Librosa;
        let config = FrameFeaturesConfig::new(preset, 22_050, vec![FrameFeature::Rms, feature]);
        let features = FrameFeatures::new(config).unwrap();
        assert!(matches!(
            FeatureStream::new(features),
            Err(SpeechError::NeedsWholeSignal)
        ));
    }
}

#[test]
fn a_bad_sample_is_named_by_its_position_in_the_stream() {
    let features = FrameFeatures::new(config(FramePreset::Kaldi, 200, 80)).unwrap();
    let mut stream = FeatureStream::new(features).unwrap();
    stream.push(&[0.0; 5000], |_| ()).unwrap();
    let error = stream.push(&[0.0, f32::NAN], |_| ()).unwrap_err();
    assert!(matches!(
        error,
        SpeechError::NonFiniteSample { index: 5001, .. }
    ));
    let mut n_frames = 0;
    stream.push(&[0.0; 80], |_| n_frames += 1).unwrap();
    assert_eq!(n_frames, 1);
}
