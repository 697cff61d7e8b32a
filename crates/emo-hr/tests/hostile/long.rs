//! Twenty-eight hours at 100 Hz.

use std::time::Instant;

use emo_hr::{
    ArtifactConfig, ArtifactCorrector, BeatStream, BeatStreamConfig, Detection, EcgConfig,
    EcgDetector, HrError, Hrv, HrvConfig, Interpolation, NotMeaningful, PpgConfig, PpgDetector,
    RrSeries, respiration_rate,
};

use crate::{ECG_METHODS, PPG_METHODS, hz, spikes};

const N: usize = 10_000_000;

/// The time that a task takes, for whoever runs the test with `--nocapture`.
#[expect(
    clippy::print_stdout,
    reason = "the times are what the test is run for"
)]
fn timed<T>(name: &str, task: impl FnOnce() -> T) -> T {
    let start = Instant::now();
    let result = task();
    println!("{name}: {:.2} s", start.elapsed().as_secs_f64());
    result
}

/// All methods on 10⁷ samples; in a debug build it takes minutes.
///
/// ```text
/// cargo test --release -p emo-hr --test hostile -- --ignored --nocapture --test-threads 1
/// ```
#[test]
#[ignore = "takes long in a debug build"]
fn ten_million_samples() {
    let signal = spikes(N);
    let n_beats = N / 80;
    let check = |name: &str, detection: Result<Detection, HrError>| -> Detection {
        let detection = detection.expect("a valid signal");
        let found = detection.beats.indices().len();
        assert!(
            found.abs_diff(n_beats) < n_beats / 50,
            "{name}: {found} of {n_beats}"
        );
        detection
    };
    for method in ECG_METHODS {
        let mut config = EcgConfig::new(hz(100.0));
        config.method = method;
        let name = format!("{method:?}");
        let detector = EcgDetector::new(&config).expect("a valid configuration");
        let _ = check(&name, timed(&name, || detector.detect(&signal)));
    }
    for method in PPG_METHODS {
        let mut config = PpgConfig::new(hz(100.0));
        config.method = method;
        let name = format!("{method:?} of a PPG");
        let detector = PpgDetector::new(&config).expect("a valid configuration");
        let _ = check(&name, timed(&name, || detector.detect(&signal)));
    }
    let mut config = EcgConfig::new(hz(100.0));
    config.polarity = emo_hr::Polarity::Upright;
    let detection = EcgDetector::new(&config).and_then(|detector| detector.detect(&signal));
    let detection = check("Upright", detection);
    let windows = timed("qualities", || detection.window_qualities(&signal));
    assert_eq!(windows.map(|windows| windows.len()), Ok(N / 1000));
    let bpm = timed("rate at 1 Hz", || {
        detection.beats.heart_rate_1hz(Interpolation::MonotoneCubic)
    });
    assert_eq!(bpm.map(|bpm| bpm.len()), Ok(N / 100));
    let corrector = ArtifactCorrector::new(&ArtifactConfig::default()).expect("valid settings");
    let corrected = timed("correction", || corrector.correct(&detection.beats)).expect("beats");
    let rr = RrSeries::from_beats(&corrected.beats).expect("valid intervals");
    let hrv = Hrv::new(&HrvConfig::default()).expect("valid settings");
    let indices = timed("variability", || hrv.compute(&rr)).expect("enough intervals");
    assert!(indices.value("SDNN").expect("an index").is_ok());
    let too_many = indices.value("SampEn").expect("an index");
    assert!(matches!(
        too_many,
        Err(NotMeaningful::TooManyIntervals { .. })
    ));
    let _ = timed("breathing", || respiration_rate(&rr));
}

/// The one that live signals use, in pieces; linear, so that a debug build is fast enough.
#[test]
fn a_million_samples_of_a_stream() {
    let signal = spikes(N / 10);
    let mut stream =
        BeatStream::new(&BeatStreamConfig::ecg(hz(100.0))).expect("a valid configuration");
    let mut n_beats = 0;
    for piece in signal.chunks(10_000) {
        n_beats += stream.push(piece).len();
    }
    n_beats += stream.finish().len();
    assert!(n_beats.abs_diff(N / 800) < 100, "{n_beats}");
}
