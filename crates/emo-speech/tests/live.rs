//! Streams of samples in chunks of any length: the same as the whole, in time, without allocation.

use emo_speech::{
    EnergyVad, EnergyVadConfig, GmmVad, GmmVadConfig, Resampler, SpeechError, resample,
};
use emo_testing::CountingAllocator;
use proptest::prelude::*;

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator;

fn voice(n_samples: usize) -> Vec<f32> {
    (0..n_samples)
        .map(|n| {
            let t = n as f32;
            0.3 * (t * 0.03).sin() + 0.1 * (t * 0.31).sin() * (t * 0.001).cos()
        })
        .collect()
}

#[test]
fn from_a_microphone_to_decisions_nothing_is_allocated() {
    let source = voice(48_000);
    let mut resampler = Resampler::new(48_000, 16_000).unwrap();
    let mut by_model = GmmVad::new(GmmVadConfig::new(16_000)).unwrap();
    let mut by_level = EnergyVad::new(EnergyVadConfig::new(16_000)).unwrap();
    let (mut converted, mut decisions) = (Vec::with_capacity(2048), Vec::with_capacity(64));
    let mut n_decisions = 0;
    let mut tick = |chunk: &[f32]| {
        converted.clear();
        decisions.clear();
        resampler.push(chunk, &mut converted).unwrap();
        by_model.push(&converted, &mut decisions).unwrap();
        by_level.push(&converted, &mut decisions).unwrap();
        n_decisions += decisions.len();
    };
    // Two seconds are longer than the window of the noise's level.
    for chunk in source.chunks(480).chain(source.chunks(480)) {
        tick(chunk);
    }
    let before = CountingAllocator::count();
    for _ in 0..20 {
        source.chunks(480).for_each(&mut tick);
    }
    assert_eq!(CountingAllocator::count() - before, 0);
    assert!(n_decisions > 2 * 2100, "{n_decisions}");
}

#[test]
fn conversion_comes_within_its_latency() {
    for (from, to) in [
        (48_000, 16_000),
        (44_100, 16_000),
        (22_050, 16_000),
        (16_000, 22_050),
        (8_000, 16_000),
        (11_025, 48_000),
    ] {
        let mut resampler = Resampler::new(from, to).unwrap();
        let latency = (resampler.latency().as_secs_f64() * f64::from(from)).round() as usize;
        let mut output = Vec::new();
        for (n, x) in voice(3 * latency).iter().enumerate() {
            resampler.push(&[*x], &mut output).unwrap();
            let certain = (n + 1).saturating_sub(latency);
            assert!(
                output.len() >= resampler.output_len(certain),
                "{from} {to} {n}"
            );
            assert!(output.len() <= resampler.output_len(n + 1));
        }
    }
}

#[test]
fn an_empty_stream_converts_to_nothing() {
    let mut resampler = Resampler::new(48_000, 16_000).unwrap();
    let mut output = Vec::new();
    resampler.push(&[], &mut output).unwrap();
    resampler.finish(&mut output);
    assert!(output.is_empty());
    assert_eq!(
        Resampler::new(8_000, 8_000).unwrap().latency().as_nanos(),
        0
    );
}

#[test]
fn a_sample_that_is_no_number_takes_nothing() {
    let signal = voice(9_000);
    let mut resampler = Resampler::new(16_000, 22_050).unwrap();
    let mut output = Vec::new();
    for (k, part) in signal.chunks(1_500).enumerate() {
        let mut bad = part.to_vec();
        bad[3] = f32::INFINITY;
        assert!(matches!(
            resampler.push(&bad, &mut output),
            Err(SpeechError::NonFiniteSample { index, .. }) if index == 1_500 * k + 3
        ));
        resampler.push(part, &mut output).unwrap();
    }
    resampler.finish(&mut output);
    assert_eq!(output, resample(&signal, 16_000, 22_050).unwrap());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_chunks_convert_to_the_same(
        samples in prop::collection::vec(-1.0_f32..1.0, 1..5000),
        lens in prop::collection::vec(0_usize..1500, 1..40),
        rates in prop::sample::select(vec![
            (48_000, 16_000), (44_100, 16_000), (16_000, 22_050), (8_000, 16_000), (16_000, 16_000), (7_919, 8_009),
        ]),
    ) {
        let mut resampler = Resampler::new(rates.0, rates.1).unwrap();
        let whole = resampler.process(&samples).unwrap();
        prop_assert_eq!(whole.len(), resampler.output_len(samples.len()));
        let mut parts = Vec::new();
        let mut rest = samples.as_slice();
        for len in lens {
            let (now, later) = rest.split_at(len.min(rest.len()));
            resampler.push(now, &mut parts).unwrap();
            rest = later;
        }
        resampler.push(rest, &mut parts).unwrap();
        resampler.finish(&mut parts);
        prop_assert_eq!(parts, whole);
    }
}
