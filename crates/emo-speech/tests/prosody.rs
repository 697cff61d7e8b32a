//! Prosody against Praat's values of a recording, and the laws of every input.
#![cfg(feature = "flac")]
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use emo_speech::{
    FormantTracker, FormantTrackerConfig, Harmonicity, HarmonicityConfig, Intensity,
    IntensityConfig, PROSODY_NAMES, PeriodLimits, PitchMethod, PitchTracker, PitchTrackerConfig,
    Prosody, Pyin, PyinConfig, PyinFrame, PyinStream, SpeechError, Yin, YinConfig, YinFrame,
    decode_file, glottal_pulses, jitter, linear_prediction, shimmer,
};
use emo_testing::{CountingAllocator, assert_close, fixture, load_npy};
use proptest::prelude::*;

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator;

fn speech() -> Vec<f32> {
    let audio = decode_file(fixture("emo-speech/espeak_en_m_16k.flac")).unwrap();
    assert_eq!(audio.sample_rate(), 16_000);
    audio.to_mono()
}

#[test]
fn the_values_of_a_sentence_are_those_of_praat() {
    let actual = Prosody::new(16_000).unwrap().compute(&speech()).unwrap();
    let expected = load_npy(fixture("emo-speech/prosody_espeak_en_m_16k.npy"));
    let mut n_compared = 0;
    for ((name, actual), expected) in PROSODY_NAMES.iter().zip(&actual).zip(&expected) {
        if expected.is_nan() {
            continue;
        }
        let (rtol, atol) = match name.split('_').next().unwrap() {
            "f0" | "voiced" | "voicing" => (1e-3, 1e-3),
            "intensity" => (1e-4, 1e-2),
            "f1" | "f2" | "f3" => (1e-2, 1.0),
            _ => (0.02, 1e-5),
        };
        eprintln!("{name}: {actual}, Praat {expected}");
        assert_close([*actual], [*expected], rtol, atol);
        n_compared += 1;
    }
    assert_eq!(n_compared, 34);
}

fn yin_by_parts(yin: &mut Yin, samples: &[f32], lens: &[usize]) -> Vec<YinFrame> {
    let mut frames = Vec::new();
    let mut rest = samples;
    for &len in lens {
        let (now, later) = rest.split_at(len.min(rest.len()));
        yin.push(now, |frame| frames.push(frame)).unwrap();
        rest = later;
    }
    yin.push(rest, |frame| frames.push(frame)).unwrap();
    yin.finish(|frame| frames.push(frame));
    frames
}

fn pyin_stream(stream: &mut PyinStream, samples: &[f32], chunk: usize) -> Vec<PyinFrame> {
    let mut frames = Vec::new();
    for part in samples.chunks(chunk) {
        stream.push(part, |frame| frames.push(frame)).unwrap();
    }
    stream.finish(|frame| frames.push(frame));
    frames
}

#[test]
fn a_stream_that_waits_for_the_end_is_the_whole() {
    let samples = speech();
    let config = PyinConfig::for_stream(16_000);
    let whole = Pyin::new(config.clone())
        .unwrap()
        .compute(&samples)
        .unwrap();
    let mut patient = PyinStream::new(config, 1000).unwrap();
    for chunk in [160, 77] {
        assert_eq!(pyin_stream(&mut patient, &samples, chunk), whole);
    }
}

#[test]
fn a_stream_decides_nearly_all_frames_as_the_whole() {
    let samples = speech();
    let config = PyinConfig::for_stream(16_000);
    let whole = Pyin::new(config.clone())
        .unwrap()
        .compute(&samples)
        .unwrap();
    for (lag, max_share) in [(5, 0.05), (20, 0.02)] {
        let mut stream = PyinStream::new(config.clone(), lag).unwrap();
        let frames = pyin_stream(&mut stream, &samples, 160);
        assert_eq!(frames.len(), whole.len());
        let differ = frames.iter().zip(&whole).filter(|(a, b)| a != b).count();
        eprintln!("lag {lag}: {differ} of {} frames differ", whole.len());
        assert!(differ as f64 <= max_share * whole.len() as f64);
        let probability = |frame: &PyinFrame| frame.voiced_probability;
        let live = frames.iter().map(probability);
        assert!(live.eq(whole.iter().map(probability)));
    }
}

#[test]
fn a_stream_gives_frames_within_its_latency() {
    let samples = speech();
    let mut stream = PyinStream::new(PyinConfig::for_stream(16_000), 10).unwrap();
    let (mut n_given, mut n_taken) = (0, 0);
    for part in samples.chunks(160) {
        stream.push(part, |_| n_given += 1).unwrap();
        n_taken += part.len();
        let certain = n_taken.checked_sub(stream.latency());
        assert!(n_given >= certain.map_or(0, |n| n / 160 + 1));
    }
}

#[test]
fn streams_allocate_nothing() {
    let samples = speech();
    let mut yin = Yin::new(YinConfig::for_stream(16_000)).unwrap();
    let mut pyin = PyinStream::new(PyinConfig::for_stream(16_000), 10).unwrap();
    let mut sum = 0.0;
    let before = CountingAllocator::count();
    for part in samples.chunks(160) {
        yin.push(part, |frame| sum += frame.frequency).unwrap();
        pyin.push(part, |frame| sum += frame.voiced_probability)
            .unwrap();
    }
    yin.finish(|frame| sum += frame.frequency);
    pyin.finish(|frame| sum += frame.voiced_probability);
    assert_eq!(CountingAllocator::count() - before, 0);
    assert!(sum > 0.0);
}

#[test]
fn silence_has_no_voice() {
    let silence = vec![0.0; 16_000];
    for method in [
        PitchMethod::Autocorrelation,
        PitchMethod::GaussianAutocorrelation,
        PitchMethod::CrossCorrelation,
    ] {
        let mut config = PitchTrackerConfig::new(16_000);
        config.method = method;
        let track = PitchTracker::new(config)
            .unwrap()
            .compute(&silence)
            .unwrap();
        assert_eq!(track.voiced().count(), 0);
    }
    let pyin = Pyin::new(PyinConfig::new(16_000))
        .unwrap()
        .compute(&silence)
        .unwrap();
    assert!(pyin.iter().all(|f| f.frequency.is_none()));
    assert!(pyin.iter().all(|f| f.voiced_probability == 0.0));
    let yin = Yin::new(YinConfig::new(16_000))
        .unwrap()
        .compute(&silence)
        .unwrap();
    assert!(yin.iter().all(|frame| frame.aperiodicity == 1.0));
    let hnr = Harmonicity::new(HarmonicityConfig::new(16_000))
        .unwrap()
        .compute(&silence)
        .unwrap();
    assert!(hnr.decibels().iter().all(Option::is_none));
    let values = Prosody::new(16_000).unwrap().compute(&silence).unwrap();
    assert!(values.iter().all(|x| x.is_finite()));
    assert!(values.iter().take(29).all(|&x| x == 0.0));
}

#[test]
fn bad_input_is_named() {
    let mut prosody = Prosody::new(16_000).unwrap();
    assert!(matches!(
        prosody.compute(&[]),
        Err(SpeechError::EmptySignal)
    ));
    let mut samples = vec![0.1; 16_000];
    assert!(matches!(
        prosody.compute(&samples[..1365]),
        Err(SpeechError::SignalTooShort {
            actual: 1365,
            required: 1366
        })
    ));
    assert!(prosody.compute(&samples[..1366]).is_ok());
    for value in [f32::NAN, f32::INFINITY] {
        samples[9] = value;
        let errors = [
            prosody.compute(&samples).unwrap_err(),
            Yin::new(YinConfig::new(16_000))
                .unwrap()
                .compute(&samples)
                .unwrap_err(),
            Pyin::new(PyinConfig::new(16_000))
                .unwrap()
                .compute(&samples)
                .unwrap_err(),
            shimmer(&samples, 16_000, &[], PeriodLimits::default()).unwrap_err(),
        ];
        for error in errors {
            assert!(matches!(
                error,
                SpeechError::NonFiniteSample { index: 9, .. }
            ));
        }
    }
    for rate in [0, 999, 192_001] {
        assert!(matches!(
            Prosody::new(rate),
            Err(SpeechError::SampleRateOutOfRange { .. })
        ));
        assert!(Yin::new(YinConfig::new(rate)).is_err());
    }
}

#[test]
fn a_bad_sample_in_a_stream_takes_nothing() {
    let samples = speech();
    let mut yin = Yin::new(YinConfig::for_stream(16_000)).unwrap();
    let whole = yin.compute(&samples).unwrap();
    let mut frames = Vec::new();
    for (k, part) in samples.chunks(1000).enumerate() {
        let mut bad = part.to_vec();
        bad[5] = f32::NAN;
        assert!(matches!(
            yin.push(&bad, |_| unreachable!()),
            Err(SpeechError::NonFiniteSample { index, .. }) if index == 1000 * k + 5
        ));
        yin.push(part, |frame| frames.push(frame)).unwrap();
    }
    yin.finish(|frame| frames.push(frame));
    assert_eq!(frames, whole);
}

#[test]
fn settings_that_make_no_sense_are_errors() {
    let edits: [fn(&mut PitchTrackerConfig); 6] = [
        |c| c.floor = 0.0,
        |c| c.floor = f64::NAN,
        |c| c.ceiling = 8001.0,
        |c| c.time_step = 0.0,
        |c| c.n_candidates = 1,
        |c| c.voicing_threshold = -0.1,
    ];
    for edit in edits {
        let mut config = PitchTrackerConfig::new(16_000);
        edit(&mut config);
        assert!(PitchTracker::new(config).is_err());
    }
    let edits: [fn(&mut PyinConfig); 6] = [
        |c| c.yin.hop_len = 0,
        |c| c.yin.frame_len = usize::MAX,
        |c| c.yin.min_frequency = 1.0,
        |c| c.yin.max_frequency = 70.0,
        |c| c.switch_probability = f64::NAN,
        |c| c.bins_per_semitone = 0,
    ];
    for edit in edits {
        let mut config = PyinConfig::new(16_000);
        edit(&mut config);
        assert!(Pyin::new(config).is_err());
    }
    let mut config = FormantTrackerConfig::new(16_000);
    config.ceiling = f64::INFINITY;
    assert!(FormantTracker::new(config).is_err());
    let mut config = IntensityConfig::new(16_000);
    config.floor = 0.0;
    assert!(Intensity::new(config).is_err());
    assert!(PyinStream::new(PyinConfig::new(16_000), usize::MAX).is_err());
    assert!(linear_prediction(&[0.1; 9], 0).is_err());
    assert!(linear_prediction(&[0.1; 9], 9).is_err());
    assert!(linear_prediction(&[0.1; 9], usize::MAX).is_err());
}

#[test]
fn too_few_pulses_have_no_jitter() {
    for pulses in [&[][..], &[0.1], &[0.1, 0.11]] {
        let jitter = jitter(pulses, PeriodLimits::default());
        assert_eq!((jitter.local, jitter.rap, jitter.ppq5), (None, None, None));
    }
}

/// Any finite sample, the extremes and the tiniest included.
fn sample() -> impl Strategy<Value = f32> {
    prop_oneof![
        -1.0_f32..1.0,
        prop::num::f32::NORMAL | prop::num::f32::SUBNORMAL | prop::num::f32::ZERO,
        Just(f32::MAX),
        Just(f32::MIN),
    ]
}

fn tone(frequency: f64, level: f64, offset: f64, rate: u32) -> Vec<f32> {
    let step = std::f64::consts::TAU * frequency / f64::from(rate);
    (0..rate / 3)
        .map(|n| (level * (step * f64::from(n)).sin() + level * offset) as f32)
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    /// The tolerances are a tenth of a percent for correlations, and for pYIN half a step of its scale and what two
    /// periods in a window allow.
    #[test]
    fn a_tone_has_its_frequency(
        frequency in 90.0_f64..450.0,
        level in prop::sample::select(vec![1e-6, 1e-3, 0.3, 1.0, 1e4]),
        offset in -3.0_f64..3.0,
        rate in prop::sample::select(vec![8_000, 16_000, 22_050]),
    ) {
        let samples = tone(frequency, level, offset, rate);
        for method in [PitchMethod::Autocorrelation, PitchMethod::CrossCorrelation] {
            let mut config = PitchTrackerConfig::new(rate);
            config.method = method;
            let track = PitchTracker::new(config).unwrap().compute(&samples).unwrap();
            prop_assert_eq!(track.voiced().count(), track.frames().len());
            for f0 in track.voiced() {
                prop_assert!((f0 / frequency - 1.0).abs() < 1e-3, "{} for {}", f0, frequency);
            }
        }
        // The difference of YIN as in librosa is not free of a constant offset.
        let samples = tone(frequency, level, 0.0, rate);
        let mut config = PyinConfig::new(rate);
        (config.yin.frame_len, config.yin.hop_len) = (rate as usize / 10, rate as usize / 100);
        let n_edge = 6;
        let yin = Yin::new(config.yin.clone()).unwrap().compute(&samples).unwrap();
        for frame in &yin[n_edge..yin.len() - n_edge] {
            prop_assert!((frame.frequency / frequency - 1.0).abs() < 0.01, "{:?} for {}", frame, frequency);
        }
        let pyin = Pyin::new(config).unwrap().compute(&samples).unwrap();
        for frame in &pyin[n_edge..pyin.len() - n_edge] {
            let f0 = frame.frequency.unwrap_or_default();
            prop_assert!((f0 / frequency - 1.0).abs() < 0.013, "{:?} for {}", frame, frequency);
        }
    }

    #[test]
    fn voice_quality_does_not_depend_on_the_level(exponent in -8_i32..8) {
        let samples = &speech()[8_000..24_000];
        let gain = 2.0_f32.powi(exponent);
        let louder: Vec<f32> = samples.iter().map(|x| x * gain).collect();
        let mut prosody = Prosody::new(16_000).unwrap();
        let (once, scaled) = (prosody.compute(samples).unwrap(), prosody.compute(&louder).unwrap());
        let decibels = 20.0 * f64::from(gain).log10();
        for ((name, a), b) in PROSODY_NAMES.iter().zip(&once).zip(&scaled) {
            let shift = if *name == "intensity_mean_db" { decibels } else { 0.0 };
            assert_close([f64::from(*b)], [f64::from(*a) + shift], 1e-6, 1e-6);
        }
    }

    #[test]
    fn any_chunks_give_the_same_frames(lens in prop::collection::vec(0_usize..3000, 0..30)) {
        let samples = speech();
        let mut yin = Yin::new(YinConfig::new(16_000)).unwrap();
        let whole = yin.compute(&samples).unwrap();
        prop_assert_eq!(yin_by_parts(&mut yin, &samples, &lens), whole);
    }

    #[test]
    fn finite_signals_have_finite_prosody(
        samples in prop::collection::vec(sample(), 1..4000),
        rate in prop::sample::select(vec![1_000, 8_000, 16_000, 44_100]),
    ) {
        match Prosody::new(rate).unwrap().compute(&samples) {
            Ok(values) => prop_assert!(values.iter().all(|x| x.is_finite()), "{:?}", values),
            Err(error) => {
                let is_short = matches!(error, SpeechError::SignalTooShort { .. });
                prop_assert!(is_short);
            }
        }
        if rate >= 8_000 {
            for frame in Yin::new(YinConfig::for_stream(rate)).unwrap().compute(&samples).unwrap() {
                prop_assert!(frame.frequency.is_finite() && (0.0..=1.0).contains(&frame.aperiodicity));
            }
            for frame in Pyin::new(PyinConfig::for_stream(rate)).unwrap().compute(&samples).unwrap() {
                prop_assert!((0.0..=1.0).contains(&frame.voiced_probability));
            }
        }
    }

    #[test]
    fn pulses_ascend_and_lie_in_the_signal(seed in 0_u32..1000) {
        // A voice whose pitch wanders.
        let mut phase = 0.0_f64;
        let samples: Vec<f32> = (0..12_000_u32)
            .map(|n| {
                let drift = f64::from((n / 800).wrapping_mul(seed + 7) % 97) / 97.0;
                phase += std::f64::consts::TAU * (100.0 + 150.0 * drift) / 16_000.0;
                (phase.sin() + 0.5 * (2.0 * phase).sin()) as f32
            })
            .collect();
        let track = PitchTracker::new(PitchTrackerConfig::new(16_000)).unwrap().compute(&samples).unwrap();
        let pulses = glottal_pulses(&samples, 16_000, &track).unwrap();
        prop_assert!(pulses.windows(2).all(|pair| pair[0] < pair[1]));
        prop_assert!(pulses.iter().all(|&t| (0.0..=0.75).contains(&t)));
    }
}
