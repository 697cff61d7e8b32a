//! eGeMAPS from a live source: the same as of the whole signal, in time, and without allocation.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::time::Duration;

use emo_speech::{Egemaps, EgemapsStream, SpeechError};
use emo_testing::CountingAllocator;
use proptest::prelude::*;

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator;

const MINUTE: Duration = Duration::from_secs(60);

/// Words of 0.3 s with gliding harmonics, and faint noise between them.
fn speech(pitch: f64, rate: u32, n_samples: usize) -> Vec<f32> {
    let mut phase = 0.0;
    let mut noise = 1_u32;
    (0..n_samples)
        .map(|n| {
            let seconds = n as f64 / f64::from(rate);
            let hz = pitch * (1.0 + 0.3 * (3.0 * seconds).sin());
            phase += 2.0 * std::f64::consts::PI * hz / f64::from(rate);
            noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let hiss = f64::from(noise >> 16) / 65_536.0 - 0.5;
            let sum: f64 = (1..15)
                .map(|k| (phase * f64::from(k)).sin() / f64::from(k))
                .sum();
            let is_word = seconds % 0.45 < 0.3;
            (0.2 * f64::from(u8::from(is_word)) * sum + 0.01 * hiss) as f32
        })
        .collect()
}

/// The rows and the last functionals of a stream, pushed in pieces of these lengths in turn.
fn streamed(
    stream: &mut EgemapsStream,
    samples: &[f32],
    lens: &[usize],
) -> (Vec<f32>, Option<[f32; 88]>) {
    let mut rows = Vec::new();
    let mut rest = samples;
    for &len in lens.iter().cycle() {
        let (now, later) = rest.split_at(len.min(rest.len()));
        stream.push(now, |row| rows.extend_from_slice(row)).unwrap();
        rest = later;
        if rest.is_empty() {
            break;
        }
    }
    let functionals = stream.finish(|row| rows.extend_from_slice(row));
    (rows, functionals)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn a_stream_gives_the_values_of_the_whole_signal(
        pitch in 70.0..400.0,
        n_samples in 1_usize..30_000,
        lens in prop::collection::vec(1_usize..4_000, 1..6),
        rate in prop::sample::select(vec![8_000, 11_025, 16_000, 22_050]),
    ) {
        let samples = speech(pitch, rate, n_samples);
        let mut stream = EgemapsStream::new(rate, MINUTE).unwrap();
        let mut egemaps = Egemaps::new(rate).unwrap();
        // The second time shows that the first left nothing behind.
        for _ in 0..2 {
            let (rows, functionals) = streamed(&mut stream, &samples, &lens);
            match functionals {
                Some(functionals) => {
                    let whole = egemaps.descriptors(&samples).unwrap();
                    prop_assert!(rows.iter().eq(whole.iter()));
                    let whole = egemaps.functionals(&samples).unwrap();
                    prop_assert!(functionals.iter().eq(whole.iter()));
                }
                None => {
                    prop_assert!(rows.is_empty());
                    let too_short = egemaps.functionals(&samples).unwrap_err();
                    prop_assert!(matches!(too_short, SpeechError::SignalTooShort { .. }), "{}", too_short);
                }
            }
        }
    }
}

#[test]
fn rows_come_at_the_latency_and_never_later() {
    for rate in [8_000, 16_000, 22_050] {
        let samples = speech(150.0, rate, rate as usize);
        let hop_len = (f64::from(rate) * 0.01).round() as usize;
        let mut stream = EgemapsStream::new(rate, MINUTE).unwrap();
        let latency = stream.latency();
        let mut n_rows = 0;
        for (n, &sample) in samples.iter().enumerate() {
            stream.push(&[sample], |_| n_rows += 1).unwrap();
            let expected = (n + 1)
                .checked_sub(latency)
                .map_or(0, |since_first| since_first / hop_len + 1);
            assert_eq!(n_rows, expected, "after {} samples of {rate} Hz", n + 1);
        }
    }
}

#[test]
fn nothing_is_allocated() {
    for rate in [16_000, 22_050] {
        let samples = speech(180.0, rate, 2 * rate as usize);
        let mut stream = EgemapsStream::new(rate, Duration::from_secs(1)).unwrap();
        let mut sum = 0.0;
        let before = CountingAllocator::count();
        for chunk in samples.chunks(rate as usize / 50) {
            stream.push(chunk, |row| sum += row[0]).unwrap();
            sum += stream.functionals().map_or(0.0, |values| values[0]);
        }
        stream.begin_segment();
        stream.push(&samples, |row| sum += row[0]).unwrap();
        sum += stream.finish(|row| sum += row[0]).unwrap()[0];
        assert_eq!(CountingAllocator::count() - before, 0, "{rate} Hz");
        assert!(sum.is_finite());
    }
}

/// In the middle of the two voices' glides their pitch is up to 30 % higher than what they begin with.
#[test]
fn a_segment_is_what_was_decided_since_its_beginning_or_fits_its_duration() {
    let rate = 16_000;
    let samples: Vec<f32> = [speech(100.0, rate, 24_000), speech(200.0, rate, 24_000)].concat();
    let semitones = |hz: f64| 12.0 * (hz / 27.5).log2();
    let check = |functionals: [f32; 88], hz: f64| {
        let median = f64::from(functionals[3]);
        let range = semitones(hz)..semitones(1.3 * hz);
        assert!(range.contains(&median), "{median} for {hz} Hz");
    };

    let mut begun = EgemapsStream::new(rate, MINUTE).unwrap();
    begun
        .push(&samples[..24_000 + begun.latency()], |_| ())
        .unwrap();
    check(begun.functionals().unwrap(), 100.0);
    begun.begin_segment();
    assert_eq!(begun.functionals(), None);
    begun
        .push(&samples[24_000 + begun.latency()..], |_| ())
        .unwrap();
    check(begun.functionals().unwrap(), 200.0);

    // Of 300 hops 295 are frames, of which 255 are decided, and 155 before hop 200: the latter's segment has 100.
    let mut limited = EgemapsStream::new(rate, Duration::from_secs(1)).unwrap();
    let mut by_hand = EgemapsStream::new(rate, MINUTE).unwrap();
    for (t, chunk) in samples.chunks(160).enumerate() {
        limited.push(chunk, |_| ()).unwrap();
        if t == 200 {
            by_hand.begin_segment();
        }
        by_hand.push(chunk, |_| ()).unwrap();
    }
    assert_eq!(limited.functionals(), by_hand.functionals());
    let last = limited.finish(|_| ()).unwrap();
    check(last, 200.0);
}

#[test]
fn functionals_of_a_whole_signal_fill_the_limit_to_the_frame() {
    let rate = 16_000;
    let samples = speech(150.0, rate, 16_000);
    let whole = Egemaps::new(rate).unwrap().functionals(&samples).unwrap();
    // 95 frames of 60 ms.
    for (millis, is_whole) in [(950, true), (940, false)] {
        let mut stream = EgemapsStream::new(rate, Duration::from_millis(millis)).unwrap();
        let (_, functionals) = streamed(&mut stream, &samples, &[160]);
        assert_eq!(functionals.unwrap().iter().eq(whole.iter()), is_whole);
    }
}

#[test]
fn bad_input_is_named_and_takes_nothing() {
    for (rate, seconds) in [(16_000, 0), (16_000, 601)] {
        assert!(matches!(
            EgemapsStream::new(rate, Duration::from_secs(seconds)),
            Err(SpeechError::Duration {
                limit: 9_600_000,
                ..
            })
        ));
    }
    assert!(matches!(
        EgemapsStream::new(7_999, MINUTE),
        Err(SpeechError::SampleRateOutOfRange { .. })
    ));
    let samples = speech(150.0, 16_000, 16_000);
    let mut stream = EgemapsStream::new(16_000, MINUTE).unwrap();
    let (clean, _) = streamed(&mut stream, &samples, &[16_000]);
    let mut rows = Vec::new();
    stream
        .push(&samples[..5_000], |row| rows.extend_from_slice(row))
        .unwrap();
    let error = stream.push(&[0.0, f32::NAN], |_| ()).unwrap_err();
    assert!(matches!(
        error,
        SpeechError::NonFiniteSample { index: 5_001, .. }
    ));
    stream
        .push(&samples[5_000..], |row| rows.extend_from_slice(row))
        .unwrap();
    stream.finish(|row| rows.extend_from_slice(row)).unwrap();
    assert_eq!(rows, clean);
}

#[test]
fn a_reset_forgets_the_signal() {
    let samples = speech(150.0, 16_000, 16_000);
    let mut stream = EgemapsStream::new(16_000, MINUTE).unwrap();
    let first = streamed(&mut stream, &samples, &[1_000]);
    stream.push(&speech(300.0, 16_000, 12_345), |_| ()).unwrap();
    stream.reset();
    assert_eq!(stream.functionals(), None);
    assert_eq!(stream.finish(|_| ()), None);
    assert_eq!(streamed(&mut stream, &samples, &[777]), first);
}
