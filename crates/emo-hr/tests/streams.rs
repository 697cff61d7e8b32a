//! Laws of beats that are found sample by sample.

use emo_hr::{
    BeatStream, BeatStreamConfig, EcgConfig, EcgDetector, EcgMethod, HrError, PpgConfig,
    PpgDetector, PpgMethod, SampleRate, StreamBeat,
};
use emo_testing::{CountingAllocator, fixture, load_npy};
use proptest::prelude::*;

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator;

fn hz(hz: f64) -> SampleRate {
    SampleRate::from_hz(hz).expect("a valid rate")
}

fn input(name: &str) -> Vec<f32> {
    load_npy(fixture(format!("emo-hr/in_{name}.npy")))
        .iter()
        .map(|&x| x as f32)
        .collect()
}

fn stream(config: &BeatStreamConfig) -> BeatStream {
    BeatStream::new(config).expect("a valid configuration")
}

fn ecg_config() -> BeatStreamConfig {
    BeatStreamConfig::ecg(hz(250.0))
}

/// All beats and rates of a signal that comes in pieces of the lengths in `pieces`, in turn.
fn run(config: &BeatStreamConfig, signal: &[f32], pieces: &[usize]) -> (Vec<StreamBeat>, Vec<f32>) {
    let mut stream = stream(config);
    let (mut beats, mut rates) = (Vec::new(), Vec::new());
    let mut rest = signal;
    for &len in pieces.iter().cycle() {
        if rest.is_empty() {
            break;
        }
        let (piece, after) = rest.split_at(len.min(rest.len()));
        beats.extend_from_slice(stream.push(piece));
        rates.extend_from_slice(stream.rates());
        rest = after;
    }
    beats.extend_from_slice(stream.finish());
    rates.extend_from_slice(stream.rates());
    (beats, rates)
}

/// Equal but for NaN, which equals NaN.
fn same(a: &[f32], b: &[f32]) -> bool {
    a.len() == b.len()
        && a.iter()
            .zip(b)
            .all(|(a, b)| a.to_bits() == b.to_bits() || a.is_nan() && b.is_nan())
}

#[test]
fn the_detector_is_the_stream_given_the_whole() {
    for (name, rate) in [
        ("ecg_250", 250.0),
        ("ecg_500_noisy", 500.0),
        ("ecg_128", 128.0),
    ] {
        let signal = input(name);
        let mut config = EcgConfig::new(hz(rate));
        config.method = EcgMethod::Rhythm;
        let detector = EcgDetector::new(&config).expect("a valid configuration");
        let detection = detector.detect(&signal).expect("a valid signal");
        let (beats, _) = run(&BeatStreamConfig::ecg(hz(rate)), &signal, &[17, 64, 1]);
        let positions: Vec<f64> = beats.iter().map(|beat| beat.position).collect();
        assert_eq!(detection.beats.positions(), positions, "{name}");
    }
    for (name, rate) in [("ppg_100", 100.0), ("ppg_64_motion", 64.0)] {
        let signal = input(name);
        let mut config = PpgConfig::new(hz(rate));
        config.method = PpgMethod::Rhythm;
        let detector = PpgDetector::new(&config).expect("a valid configuration");
        let detection = detector.detect(&signal).expect("a valid signal");
        let (beats, _) = run(&BeatStreamConfig::ppg(hz(rate)), &signal, &[5, 300]);
        let positions: Vec<f64> = beats.iter().map(|beat| beat.position).collect();
        assert_eq!(detection.beats.positions(), positions, "{name}");
    }
}

#[test]
fn streams_find_the_beats_that_the_peers_find() {
    // A systolic peak is flat: where it is depends on the filter.
    let check = |config: BeatStreamConfig, name: &str, golden: &str, tolerance: f64| {
        let (beats, _) = run(&config, &input(name), &[250]);
        let expected = load_npy(fixture(format!("emo-hr/{golden}.npy")));
        let rate = config.sample_rate.hz();
        let n_found = expected
            .iter()
            .filter(|&&peak| {
                beats
                    .iter()
                    .any(|beat| (beat.position - peak).abs() <= tolerance * rate)
            })
            .count();
        // One beat at either end may be beyond what the peer or the stream takes.
        assert!(
            n_found + 1 >= expected.len(),
            "{name}: {n_found} of {}",
            expected.len()
        );
        assert!(beats.len() <= expected.len() + 2, "{name}: {}", beats.len());
    };
    check(ecg_config(), "ecg_250", "hr_rpeaks_neurokit_ecg_250", 0.01);
    check(
        BeatStreamConfig::ecg(hz(500.0)),
        "ecg_500_noisy",
        "hr_rpeaks_neurokit_ecg_500_noisy",
        0.01,
    );
    check(
        BeatStreamConfig::ecg(hz(128.0)),
        "ecg_128",
        "hr_rpeaks_neurokit_ecg_128",
        0.01,
    );
    check(
        BeatStreamConfig::ppg(hz(100.0)),
        "ppg_100",
        "hr_ppgpeaks_elgendi_ppg_100",
        0.06,
    );
    check(
        BeatStreamConfig::ppg(hz(64.0)),
        "ppg_64_motion",
        "hr_ppgpeaks_elgendi_ppg_64_motion",
        0.06,
    );
}

#[test]
fn beats_are_reported_within_the_latency() {
    for config in [ecg_config(), BeatStreamConfig::ppg(hz(250.0))] {
        let mut stream = stream(&config);
        let latency = stream.latency() as f64;
        let mut n_late = 0;
        for &sample in &input("ecg_250") {
            let now = stream.n_samples() as f64 + 1.0;
            for beat in stream.push(&[sample]) {
                if now - beat.position > latency {
                    n_late += 1;
                    // Only those of the first three seconds wait for longer, until there are levels.
                    assert!(beat.position < 3.0 * 250.0 && now - beat.position < latency + 750.0);
                }
            }
        }
        assert!(n_late <= 5, "{n_late}");
        assert!(latency < 6.0 * 250.0, "{latency}");
    }
}

#[test]
fn nothing_is_allocated_after_warm_up() {
    for (config, name) in [
        (ecg_config(), "ecg_250"),
        (BeatStreamConfig::ppg(hz(100.0)), "ppg_100"),
    ] {
        let signal = input(name);
        let mut stream = stream(&config);
        stream.push(&signal[..2000]);
        let before = CountingAllocator::count();
        let mut n_beats = 0;
        for piece in signal[2000..].chunks(37) {
            n_beats += stream.push(piece).len();
        }
        stream.push(&[f32::NAN; 700]);
        stream.skip(100_000_000_000);
        for piece in signal.chunks(61) {
            n_beats += stream.push(piece).len();
        }
        stream.finish();
        assert_eq!(CountingAllocator::count(), before, "{name}");
        assert!(n_beats > 80, "{name}: {n_beats}");
    }
}

#[test]
fn gaps_are_not_crossed() {
    let signal = input("ecg_250");
    let (whole, _) = run(&ecg_config(), &signal, &[1000]);
    let mut stream = stream(&ecg_config());
    let mut beats = stream.push(&signal[..5000]).to_vec();
    // Half a second is bridged, 2 s are not.
    beats.extend_from_slice(stream.push(&[f32::INFINITY; 125]));
    let mut rates = Vec::new();
    beats.extend_from_slice(stream.push(&signal[5125..8000]));
    beats.extend_from_slice(stream.push(&[f32::NAN; 500]));
    let n_before = beats.len();
    beats.extend_from_slice(stream.push(&signal[8500..]));
    rates.extend_from_slice(stream.rates());
    beats.extend_from_slice(stream.finish());
    let first_after = beats[n_before];
    assert!(first_after.position >= 8500.0);
    assert_eq!((first_after.interval_s, first_after.bpm), (None, None));
    let n_without = beats
        .iter()
        .filter(|beat| beat.interval_s.is_none())
        .count();
    assert_eq!(n_without, 2, "the first beat and that after the gap");
    assert!(rates.iter().any(|rate| rate.is_nan()));
    // Away from both gaps the beats are those of the whole signal.
    let away = |beats: &[StreamBeat]| -> Vec<f64> {
        let far =
            |p: &f64| (0.0..4700.0).contains(p) || (5500.0..7800.0).contains(p) || *p > 8800.0;
        beats.iter().map(|beat| beat.position).filter(far).collect()
    };
    assert_eq!(away(&beats), away(&whole));
}

#[test]
fn skipping_is_as_good_as_missing_samples() {
    let signal = input("ecg_250");
    for missing in [100, 400, 5000] {
        let mut told = stream(&ecg_config());
        let mut given = stream(&ecg_config());
        let mut a = told.push(&signal[..6000]).to_vec();
        let mut b = given.push(&signal[..6000]).to_vec();
        a.extend_from_slice(told.skip(missing));
        b.extend_from_slice(given.push(&vec![f32::NAN; missing as usize]));
        a.extend_from_slice(told.push(&signal));
        b.extend_from_slice(given.push(&signal));
        a.extend_from_slice(told.finish());
        b.extend_from_slice(given.finish());
        assert_eq!(a, b, "{missing}");
    }
}

#[test]
fn a_stream_can_be_used_again() {
    let signal = input("ecg_250");
    let mut stream = stream(&ecg_config());
    let mut first = stream.push(&signal).to_vec();
    first.extend_from_slice(stream.finish());
    let mut second = stream.push(&signal).to_vec();
    second.extend_from_slice(stream.finish());
    assert_eq!(first, second);
}

#[test]
fn online_rates_are_those_of_straight_lines() {
    let signal = input("ecg_250");
    let (beats, rates) = run(&ecg_config(), &signal, &[333]);
    let positions = beats.iter().map(|beat| beat.position).collect();
    let beats = emo_hr::Beats::at(positions, signal.len(), hz(250.0)).expect("valid beats");
    let offline = beats
        .heart_rate_1hz(emo_hr::Interpolation::Linear)
        .expect("enough beats");
    assert_eq!(rates.len(), offline.len());
    let second_beat = beats.positions()[1] / 250.0;
    let last_beat = beats.positions()[beats.positions().len() - 1] / 250.0;
    for (second, (online, offline)) in rates.iter().zip(&offline).enumerate() {
        let at = second as f64;
        if at > second_beat && at <= last_beat {
            assert!(
                (online - offline).abs() < 1e-3,
                "{second}: {online} {offline}"
            );
        } else if at > last_beat || at < beats.positions()[0] / 250.0 {
            assert!(online.is_nan(), "{second}: {online}");
        }
    }
}

#[test]
fn silence_and_constants_have_no_beats() {
    for level in [0.0_f32, -3.3e3, 1e30] {
        for config in [ecg_config(), BeatStreamConfig::ppg(hz(250.0))] {
            let (beats, rates) = run(&config, &vec![level; 20_000], &[999]);
            assert_eq!(beats, [], "{level}");
            assert_eq!(rates.len(), 80);
        }
    }
}

#[test]
fn bad_settings_of_streams_are_named() {
    let with = |change: fn(&mut BeatStreamConfig)| {
        let mut config = ecg_config();
        change(&mut config);
        BeatStream::new(&config).map(|_| ())
    };
    assert!(matches!(
        BeatStream::new(&BeatStreamConfig::ecg(hz(5.0))).map(|_| ()),
        Err(HrError::SampleRateTooLow { .. })
    ));
    for change in [
        (|c| c.line_hz = 0.0) as fn(&mut BeatStreamConfig),
        |c| c.line_hz = f64::NAN,
        |c| c.lag_seconds = 0.0,
        |c| c.lag_seconds = f64::INFINITY,
    ] {
        assert!(matches!(with(change), Err(HrError::InvalidSetting { .. })));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn pieces_do_not_matter(
        pieces in prop::collection::vec(1_usize..700, 1..6),
        holes in prop::collection::vec((0_usize..15_000, 1_usize..900), 0..4),
    ) {
        let mut signal = input("ecg_250");
        for (start, len) in holes {
            let end = (start + len).min(signal.len());
            signal[start..end].fill(f32::NAN);
        }
        let (beats, rates) = run(&ecg_config(), &signal, &pieces);
        let (whole, all_rates) = run(&ecg_config(), &signal, &[signal.len()]);
        prop_assert_eq!(beats, whole);
        prop_assert!(same(&rates, &all_rates));
        prop_assert_eq!(rates.len(), 60);
    }

    #[test]
    fn any_signal_gives_ascending_beats(
        signal in prop::collection::vec(prop_oneof![8 => -5.0_f32..5.0, 1 => prop::num::f32::ANY], 0..3000),
        rate in 10.0..2000.0_f64,
        ecg in any::<bool>(),
    ) {
        let config = if ecg { BeatStreamConfig::ecg(hz(rate)) } else { BeatStreamConfig::ppg(hz(rate)) };
        let (beats, rates) = run(&config, &signal, &[97]);
        for pair in beats.windows(2) {
            prop_assert!(pair[0].position + 1.0 <= pair[1].position);
        }
        for beat in &beats {
            prop_assert!(beat.position >= 0.0 && beat.position < signal.len() as f64 + 0.5);
            prop_assert!(beat.interval_s.is_none_or(|s| s > 0.0));
        }
        prop_assert_eq!(rates.len(), (signal.len() as f64 / rate).ceil() as usize);
    }
}
