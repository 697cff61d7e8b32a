//! What must hold of any bytes and any samples.

use std::time::Duration;

use arbitrary::Arbitrary;
use emo_speech::{
    Decoder, DecoderConfig, EnergyVad, EnergyVadConfig, GmmVad, GmmVadConfig, Resampler,
    SpeechError, TrimConfig, VadMode, pitch_shift, quality, split, time_stretch, trim,
};

/// Samples of which the rest is computed.
const MAX_LEN: usize = 20_000;

/// The decoder's library panics on some inputs, which `Decoder` catches and reports; a fuzzer's hook would end the
/// process first.
#[allow(dead_code, reason = "for those targets that decode")]
pub(crate) fn let_the_decoder_panic() {
    std::panic::set_hook(Box::new(|_| {}));
}

/// Decoding ends in time and within memory, and what comes of it can be worked on.
#[allow(dead_code, reason = "for those targets that decode")]
pub(crate) fn decode(bytes: &[u8]) {
    let mut config = DecoderConfig::default();
    config.max_duration = Duration::from_secs(60);
    config.max_samples = 1 << 20;
    let Ok(audio) = Decoder::new(config).decode_bytes(bytes) else {
        return;
    };
    assert!(audio.n_frames() > 0 && audio.samples().len() <= 1 << 20);
    let mono = audio.to_mono();
    assert_eq!(mono.len(), audio.n_frames());
    work_on(&mono[..mono.len().min(MAX_LEN)], audio.sample_rate());
}

/// Samples, a rate and how the samples are cut into chunks.
#[derive(Debug, Arbitrary)]
pub(crate) struct Signal {
    samples: Vec<i16>,
    /// Odd values in between.
    wild: Vec<(u16, f32)>,
    rate: u32,
    chunks: Vec<u16>,
    mode: u8,
    factor: f64,
}

/// Streams in chunks equal the whole, and everything is finite.
#[allow(dead_code, reason = "for the target that makes samples")]
pub(crate) fn signal(signal: &Signal) {
    let mut samples: Vec<f32> = signal
        .samples
        .iter()
        .take(MAX_LEN)
        .map(|&x| f32::from(x) / 32_768.0)
        .collect();
    let n_samples = samples.len();
    for &(index, value) in &signal.wild {
        if n_samples > 0 {
            samples[usize::from(index) % n_samples] = value;
        }
    }
    let rate = match signal.mode {
        0..64 => [8_000, 16_000, 32_000, 48_000][usize::from(signal.mode % 4)],
        64..192 => [11_025, 16_000, 22_050, 44_100][usize::from(signal.mode % 4)],
        _ => signal.rate % 60_000,
    };
    work_on(&samples, rate);
    in_chunks(&samples, rate, signal);
    if let Ok(stretched) = time_stretch(&samples, signal.factor) {
        assert!(stretched.iter().all(|x| x.is_finite()));
    }
    if let Ok(shifted) = pitch_shift(&samples, signal.factor) {
        assert!(shifted.len() == samples.len() && shifted.iter().all(|x| x.is_finite()));
    }
}

fn work_on(samples: &[f32], rate: u32) {
    let first_bad = samples.iter().position(|x| !x.is_finite());
    match quality(samples, rate) {
        Ok(quality) => assert!((0.0..=1.0).contains(&quality.score)),
        Err(SpeechError::NonFiniteSample { index, .. }) => assert_eq!(Some(index), first_bad),
        Err(_) => {}
    }
    match split(samples, &TrimConfig::default()) {
        Ok(spans) => {
            assert!(spans.windows(2).all(|w| w[0].end < w[1].start));
            assert!(
                spans
                    .iter()
                    .all(|s| s.start < s.end && s.end <= samples.len())
            );
            assert!(trim(samples, &TrimConfig::default()).is_ok());
        }
        Err(_) => assert!(samples.is_empty() || first_bad.is_some()),
    }
}

fn in_chunks(samples: &[f32], rate: u32, signal: &Signal) {
    let mode = [
        VadMode::Quality,
        VadMode::LowBitrate,
        VadMode::Aggressive,
        VadMode::VeryAggressive,
    ];
    let mut config = GmmVadConfig::new(rate);
    config.mode = mode[usize::from(signal.mode % 4)];
    config.frame = Duration::from_millis(10 + 10 * u64::from(signal.mode % 3));
    if let Ok(mut vad) = GmmVad::new(config)
        && let Ok(whole) = vad.detect(samples)
    {
        vad.reset();
        let mut parts = Vec::new();
        chunks(samples, signal, |chunk| {
            vad.push(chunk, &mut parts).unwrap()
        });
        assert_eq!(parts, whole);
    }
    if let Ok(mut vad) = EnergyVad::new(EnergyVadConfig::new(rate))
        && let Ok(whole) = vad.detect(samples)
    {
        vad.reset();
        let mut parts = Vec::new();
        chunks(samples, signal, |chunk| {
            vad.push(chunk, &mut parts).unwrap()
        });
        assert_eq!(parts, whole);
    }
    // Rates without a common divisor make blocks of seconds.
    if rate.is_multiple_of(25)
        && let Ok(mut resampler) = Resampler::new(rate, 16_000)
        && let Ok(whole) = resampler.process(samples)
    {
        assert!(whole.iter().all(|x| x.is_finite()));
        let mut parts = Vec::new();
        chunks(samples, signal, |chunk| {
            resampler.push(chunk, &mut parts).unwrap()
        });
        resampler.finish(&mut parts);
        assert_eq!(parts, whole);
    }
}

fn chunks(samples: &[f32], signal: &Signal, mut take: impl FnMut(&[f32])) {
    let mut rest = samples;
    for &len in &signal.chunks {
        let (now, later) = rest.split_at(usize::from(len).min(rest.len()));
        take(now);
        rest = later;
    }
    take(rest);
}
