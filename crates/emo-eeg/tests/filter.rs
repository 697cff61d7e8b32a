//! The filter before all else: SciPy's references, its laws, memory and errors.

use emo_eeg::ndarray::{Array2, Axis, s};
use emo_eeg::{Detrend, EegError, EegFilter, EegFilterConfig, SampleRate, detrend};
use emo_testing::{CountingAllocator, assert_close, fixture, load_npy};
use proptest::prelude::*;

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator;

fn rate() -> SampleRate {
    SampleRate::from_hz(128.0).expect("a valid rate")
}

fn filter() -> EegFilter {
    EegFilter::new(&EegFilterConfig::new(rate())).expect("a valid configuration")
}

fn signal() -> Array2<f32> {
    let signal = load_npy(fixture("emo-eeg/in_eeg4.npy")).mapv(|x| x as f32 + 100.0);
    let signal: Array2<f32> = signal.into_dimensionality().expect("two axes");
    signal.select(Axis(0), &[0, 2])
}

fn check(actual: &Array2<f32>, name: &str) {
    let expected = load_npy(fixture(format!("emo-eeg/{name}.npy")));
    let largest = expected.iter().fold(0.0, |a: f64, b| a.max(b.abs()));
    assert_close(actual.iter().copied(), expected, 1e-5, 2e-5 * largest);
}

#[test]
fn filtering_is_scipys() {
    check(
        &filter().zero_phase(&signal()).expect("10 s"),
        "filter_zero_phase",
    );
    let mut piece = signal();
    let mut stream = filter().stream(2).expect("two channels");
    stream.process(&mut piece).expect("finite samples");
    check(&piece, "filter_causal");
}

#[test]
fn all_harmonics_below_the_nyquist_frequency_go() {
    let rate = SampleRate::from_hz(512.0).expect("a valid rate");
    let mut config = EegFilterConfig::new(rate);
    config.high_hz = 250.0;
    let filter = EegFilter::new(&config).expect("a valid configuration");
    for hz in [50.0, 100.0, 150.0, 200.0, 250.0] {
        assert!(filter.sections().response(hz, rate).norm() < 1e-9, "{hz}");
    }
    assert!(filter.sections().response(75.0, rate).norm() > 0.9);
    config.line_hz = Some(60.0);
    let filter = EegFilter::new(&config).expect("a valid configuration");
    assert!(filter.sections().response(240.0, rate).norm() < 1e-9);
    assert!(filter.sections().response(50.0, rate).norm() > 0.9);
}

#[test]
fn an_offset_makes_no_transient_and_nothing_is_allocated() {
    let mut piece = Array2::from_elem((3, 64), 4200.0);
    let mut stream = filter().stream(3).expect("three channels");
    stream.process(&mut piece).expect("finite samples");
    assert!(piece.iter().all(|x| x.abs() < 1e-3), "{piece}");
    let mut piece = Array2::from_elem((3, 640), 4200.0);
    let before = CountingAllocator::count();
    stream.process(&mut piece).expect("finite samples");
    assert_eq!(CountingAllocator::count() - before, 0);
}

#[test]
fn trends_go() {
    let line = Array2::from_shape_fn((2, 100), |(channel, n)| {
        3.0 + (channel + 1) as f32 * n as f32
    });
    let flat = detrend(&line, Detrend::Linear).expect("finite samples");
    assert!(flat.iter().all(|x| x.abs() < 1e-4));
    let centred = detrend(&line, Detrend::Constant).expect("finite samples");
    assert_eq!(centred[[1, 0]], -99.0);
    assert_eq!(detrend(&line, Detrend::None), Ok(line));
}

#[test]
fn bad_input_is_named() {
    for (name, change) in [
        ("EEG", (|c| c.high_hz = 64.0) as fn(&mut EegFilterConfig)),
        ("EEG", |c| c.low_hz = 46.0),
        ("EEG", |c| c.order = 0),
        ("mains", |c| c.notch_quality = 0.0),
    ] {
        let mut config = EegFilterConfig::new(rate());
        change(&mut config);
        match EegFilter::new(&config) {
            Err(EegError::InvalidBand { band, .. }) => assert_eq!(band, name),
            other => unreachable!("it was taken: {other:?}"),
        }
    }
    for line_hz in [0.0, 1e-9, 64.0, f64::NAN] {
        let mut config = EegFilterConfig::new(rate());
        config.line_hz = Some(line_hz);
        assert!(matches!(
            EegFilter::new(&config),
            Err(EegError::InvalidSetting {
                name: "line_hz",
                ..
            })
        ));
    }
    assert_eq!(
        filter().zero_phase(&Array2::zeros((0, 99))),
        Err(EegError::NoChannels)
    );
    assert_eq!(
        filter().zero_phase(&signal().slice(s![.., ..33])),
        Err(EegError::SignalTooShort {
            actual: 33,
            required: 34
        })
    );
    assert!(filter().zero_phase(&signal().slice(s![.., ..34])).is_ok());
    assert!(filter().stream(0).is_err());
    let mut hole = signal();
    hole[[1, 5]] = f32::NAN;
    assert!(filter().zero_phase(&hole).is_err());
    let mut stream = filter().stream(2).expect("two channels");
    assert!(matches!(
        stream.process(&mut hole),
        Err(EegError::NonFinite {
            channel: 1,
            sample: 5,
            ..
        })
    ));
    assert!(stream.process(&mut Array2::zeros((3, 5))).is_err());
    let mut piece = signal();
    stream
        .process(&mut piece)
        .expect("what was refused has left no trace");
    check(&piece, "filter_causal");
}

proptest! {
    #[test]
    fn pieces_of_any_length_give_what_the_whole_does(lens in prop::collection::vec(0_usize..300, 1..20)) {
        let mut whole = signal();
        filter().stream(2).expect("two channels").process(&mut whole).expect("finite samples");
        let mut pieces = signal();
        let mut stream = filter().stream(2).expect("two channels");
        let mut begin = 0;
        for len in lens.into_iter().chain([usize::MAX]) {
            let end = begin + len.min(pieces.ncols() - begin);
            stream.process(&mut pieces.slice_mut(s![.., begin..end])).expect("finite samples");
            begin = end;
        }
        prop_assert_eq!(pieces, whole);
    }
}
