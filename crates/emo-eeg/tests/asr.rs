//! Artefact subspace reconstruction: its references, laws, memory and errors.

use emo_eeg::ndarray::{Array2, Axis, concatenate, s};
use emo_eeg::{Asr, AsrConfig, AsrFit, CleanWindows, EegError, SampleRate, SpatialFilter};
use emo_testing::{CountingAllocator, assert_close, fixture, load_npy, shared};
use proptest::prelude::*;

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator;

fn config() -> AsrConfig {
    let mut config = AsrConfig::new(SampleRate::from_hz(128.0).expect("a valid rate"));
    config.cutoff = 5.0;
    config.fit = AsrFit::Best;
    config
}

fn long() -> Array2<f32> {
    load_npy(fixture("emo-eeg/in_eeg4_long.npy"))
        .mapv(|x| x as f32)
        .into_dimensionality()
        .expect("two axes")
}

/// With an oscillation in one channel, a step in another and two channels that get loud.
fn contaminated() -> Array2<f32> {
    let mut signal = long();
    for k in 0..120 {
        let phase = 6.0 * std::f64::consts::PI * f64::from(k) / 119.0;
        signal[[1, 400 + k as usize]] += (180.0 * phase.sin()) as f32;
    }
    signal
        .slice_mut(s![3, 900..960])
        .map_inplace(|x| *x += 250.0);
    signal
        .slice_mut(s![..2, 1800..1850])
        .map_inplace(|x| *x *= 8.0);
    signal
}

/// What the manifest has of this: the arrays beside the tests are its own, and `asr/stream.rs` holds them to it.
#[test]
fn the_manifests_cases_are_those_tested() {
    let Some(folder) = shared("parity/bio") else {
        return;
    };
    let text = std::fs::read(folder.join("manifest.json")).expect("a readable manifest");
    let manifest: Vec<serde_json::Value> = serde_json::from_slice(&text).expect("a manifest");
    let cases: Vec<&serde_json::Value> = manifest
        .iter()
        .filter(|case| {
            case["name"]
                .as_str()
                .is_some_and(|name| name.starts_with("eeg_asr"))
        })
        .collect();
    let expected = [
        ("eeg_asr_mixing", 1e-4, 5e-6),
        ("eeg_asr_threshold", 1e-4, 1.03e-5),
        ("eeg_asr_clean", 1e-4, 3e-5),
    ];
    assert_eq!(cases.len(), expected.len());
    for (case, (name, rtol, atol)) in cases.iter().zip(expected) {
        assert_eq!(case["name"], name);
        assert_eq!(case["rtol"], rtol);
        assert_eq!(case["atol"], atol);
        for file in [format!("{name}.npy"), "in_eeg4_long.npy".to_owned()] {
            let theirs = std::fs::read(folder.join(&file)).expect("a readable array");
            let ours = std::fs::read(fixture(format!("emo-eeg/{file}"))).expect("an array");
            assert!(theirs == ours, "{file} is another one");
        }
    }
}

#[test]
fn clean_windows_are_asrpys() {
    let windows = CleanWindows::find(&config(), &contaminated()).expect("20 s");
    let mask: Vec<f64> = windows
        .mask()
        .iter()
        .map(|&x| f64::from(u8::from(x)))
        .collect();
    assert_close(
        mask.clone(),
        load_npy(fixture("emo-eeg/asr_clean_windows.npy")),
        0.0,
        0.0,
    );
    assert_close(
        [windows.share()],
        [mask.iter().sum::<f64>() / 2560.0],
        1e-12,
        0.0,
    );
    let kept = windows.keep(&contaminated()).expect("the same recording");
    assert_eq!(kept.ncols() as f64, mask.iter().sum::<f64>());
}

/// A minute of four channels, each of slow noise whose strength comes and goes, that share a fifth.
fn minute() -> Array2<f32> {
    let mut noise = emo_testing::noise(7);
    let mut sources = [[0.0_f32; 2]; 5];
    let mut signal = Array2::zeros((4, 7680));
    for (n, mut sample) in signal.columns_mut().into_iter().enumerate() {
        for (k, [fast, slow]) in sources.iter_mut().enumerate() {
            let strength = 1.0 + 0.2 * (n as f32 / (90.0 + 40.0 * k as f32)).sin();
            *fast = 0.8 * *fast + 10.0 * strength * noise();
            *slow = 0.97 * *slow + 0.03 * *fast;
        }
        for (channel, x) in sample.iter_mut().enumerate() {
            let [own, shared] = [channel, 4].map(|k| sources[k][0] - sources[k][1]);
            *x = own + 0.5 * shared;
        }
    }
    signal
}

#[test]
fn dirty_calibration_data_give_nearly_what_clean_ones_do() {
    let mut dirty = minute();
    for begin in (500..7000).step_by(1000) {
        dirty
            .slice_mut(s![..2, begin..begin + 120])
            .map_inplace(|x| *x += 150.0);
        dirty
            .slice_mut(s![3, begin + 400..begin + 500])
            .map_inplace(|x| *x *= 10.0);
    }
    let windows = CleanWindows::find(&config(), &dirty).expect("a minute");
    // Half a second around each artefact goes with it, which leaves six tenths at most.
    assert!(windows.share() > 0.5, "{}", windows.share());
    assert!(windows.mask()[500..620].iter().all(|clean| !clean));
    let clean = Asr::calibrate_on_clean(&config(), &minute()).expect("a minute");
    let dirty = Asr::calibrate(&config(), &dirty).expect("a minute");
    let diagonal = |asr: &Asr| asr.mixing().diag().to_vec();
    assert_close(diagonal(&dirty), diagonal(&clean), 0.1, 0.0);
    // The amplitude allowed in each channel.
    let allowed = |asr: &Asr| asr.threshold().t().dot(asr.threshold()).diag().to_vec();
    assert_close(allowed(&dirty), allowed(&clean), 0.35, 0.0);
}

#[test]
fn artefacts_go_and_the_rest_stays() {
    let mut config = config();
    config.cutoff = 20.0;
    let asr = Asr::calibrate_on_clean(&config, &long()).expect("20 s");
    let cleaned = asr.clean(&contaminated()).expect("it fits");
    let error = |x: &Array2<f32>, from: usize, to: usize| {
        let difference = x - &long();
        let part = difference.slice(s![.., from..to]);
        (part.iter().map(|x| x * x).sum::<f32>() / part.len() as f32).sqrt()
    };
    for (from, to) in [(410, 510), (905, 955), (1800, 1850)] {
        let (before, after) = (error(&contaminated(), from, to), error(&cleaned, from, to));
        assert!(after < 0.3 * before, "{from}: {before} to {after}");
    }
    // The first artefact is seen by the update after sample 415, which reaches back by a step and the look-ahead. (The
    // signal's own edge, left by its high-pass filter, is larger than all that follows.)
    assert_eq!(
        cleaned.slice(s![.., 64..352]),
        long().slice(s![.., 64..352])
    );
}

#[test]
fn a_stream_allocates_nothing() {
    let asr = Asr::calibrate_on_clean(&config(), &long()).expect("20 s");
    let mut stream = asr.stream();
    let mut signal = contaminated();
    let untouched = signal.clone();
    let before = CountingAllocator::count();
    for mut piece in signal.axis_chunks_iter_mut(Axis(1), 7) {
        stream.process(&mut piece).expect("finite samples");
    }
    assert_eq!(CountingAllocator::count() - before, 0);
    assert_ne!(
        signal.slice(s![.., 63..]),
        untouched.slice(s![.., ..2560 - 63]),
        "nothing was taken out"
    );
}

#[test]
fn average_referenced_channels_stay_so() {
    // Their covariance has an eigenvalue of 0.
    let none: [&str; 0] = [];
    let average = SpatialFilter::average_reference(&["Fp1", "Fp2", "O1", "O2"], &none)
        .expect("four channels");
    let signal = average.apply(&contaminated()).expect("it fits");
    let asr = Asr::calibrate_on_clean(&config(), &signal).expect("20 s");
    let cleaned = asr.clean(&signal).expect("it fits");
    assert_ne!(cleaned, signal);
    for column in cleaned.columns() {
        assert!(column.sum().abs() < 1e-2, "{column}");
    }
}

#[test]
fn a_calibration_can_be_kept() {
    let asr = Asr::calibrate_on_clean(&config(), &long()).expect("20 s");
    let again = Asr::from_matrices(
        asr.config(),
        asr.mixing().to_owned(),
        asr.threshold().to_owned(),
    )
    .expect("they are valid");
    let signal = contaminated();
    assert_eq!(again.clean(&signal), asr.clean(&signal));
    let bad = Asr::from_matrices(&config(), Array2::eye(4), Array2::eye(3));
    assert_eq!(
        bad.expect_err("sizes differ").to_string(),
        "threshold matrix is 3 by 3, expected 4 by 4"
    );
}

#[test]
fn bad_input_is_named() {
    let signal = long();
    let calibrate = |x: &Array2<f32>| Asr::calibrate(&config(), x).map(|_| ());
    assert!(matches!(
        calibrate(&signal.slice(s![.., ..1000]).to_owned()),
        Err(EegError::SignalTooShort { actual: 1000, .. })
    ));
    assert!(matches!(
        calibrate(&signal.slice(s![..1, ..]).to_owned()),
        Err(EegError::TooFewChannels { actual: 1, .. })
    ));
    let mut flat = signal.clone();
    flat.row_mut(2).fill(0.0);
    assert_eq!(calibrate(&flat), Err(EegError::FlatChannel { channel: 2 }));
    assert_eq!(
        Asr::calibrate_on_clean(&config(), &flat).map(|_| ()),
        Err(EegError::FlatChannel { channel: 2 })
    );
    let mut hole = signal.clone();
    hole[[1, 77]] = f32::NAN;
    assert!(matches!(
        calibrate(&hole),
        Err(EegError::NonFinite {
            channel: 1,
            sample: 77,
            ..
        })
    ));

    let asr = Asr::calibrate_on_clean(&config(), &signal).expect("20 s");
    assert!(matches!(
        asr.clean(&Array2::zeros((4, 0))),
        Err(EegError::SignalTooShort { .. })
    ));
    assert_eq!(
        asr.clean(&Array2::zeros((3, 10))),
        Err(EegError::ChannelCount {
            actual: 3,
            expected: 4
        })
    );
    let mut stream = asr.stream();
    let mut reference = asr.stream();
    assert!(stream.process(&mut hole.slice_mut(s![.., ..100])).is_err());
    // What was refused has left no trace.
    let (mut a, mut b) = (signal.clone(), signal.clone());
    stream.process(&mut a).expect("finite samples");
    reference.process(&mut b).expect("finite samples");
    assert_eq!(a, b);

    for (name, change) in [
        (
            "sample_rate",
            (|c| {
                c.sample_rate = SampleRate::from_hz(80.0).expect("a rate");
            }) as fn(&mut AsrConfig),
        ),
        ("cutoff", |c| c.cutoff = 0.0),
        ("window_s", |c| c.window_s = f64::NAN),
        ("window_s", |c| c.window_s = 1e9),
        ("window_overlap", |c| c.window_overlap = 1.0),
        ("block_len", |c| c.block_len = 0),
        ("max_dropout", |c| c.max_dropout = 0.5),
        ("min_clean", |c| c.min_clean = 0.0),
        ("max_bad_channels", |c| c.max_bad_channels = -0.1),
        ("lookahead_s", |c| c.lookahead_s = 0.3),
        ("step", |c| c.step = 65),
        ("max_removed", |c| c.max_removed = 1.1),
    ] {
        let mut config = config();
        change(&mut config);
        match Asr::calibrate(&config, &signal) {
            Err(EegError::InvalidSetting { name: actual, .. }) => assert_eq!(actual, name),
            other => unreachable!("{name} was taken: {other:?}"),
        }
    }
    // As large as any: an overflow is no panic.
    let mut config = config();
    config.block_len = usize::MAX;
    assert!(matches!(
        Asr::calibrate_on_clean(&config, &signal),
        Err(EegError::SignalTooShort { .. })
    ));
}

#[test]
fn a_recordings_samples_keep_their_place() {
    let asr = Asr::calibrate_on_clean(&config(), &long()).expect("20 s");
    let signal = contaminated();
    let whole = asr.clean(&signal).expect("it fits");
    let mut stream = asr.stream();
    let latency = stream.latency();
    assert_eq!(latency, 32 + 31);
    let padding = Array2::zeros((4, latency));
    let mut late = concatenate(Axis(1), &[signal.view(), padding.view()]).expect("four rows");
    stream.process(&mut late).expect("finite samples");
    assert_eq!(late.slice(s![.., ..latency]), padding);
    assert_eq!(late.slice(s![.., latency..]), whole);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn pieces_of_any_length_give_what_the_whole_does(lens in prop::collection::vec(0_usize..150, 1..40)) {
        let asr = Asr::from_matrices(&config(), 10.0 * Array2::<f64>::eye(4), 40.0 * Array2::<f64>::eye(4))
            .expect("valid matrices");
        let mut whole = contaminated();
        asr.stream().process(&mut whole).expect("finite samples");
        let mut pieces = contaminated();
        let mut stream = asr.stream();
        let mut begin = 0;
        for len in lens.into_iter().chain([usize::MAX]) {
            let end = begin + len.min(pieces.ncols() - begin);
            stream.process(&mut pieces.slice_mut(s![.., begin..end])).expect("finite samples");
            begin = end;
        }
        prop_assert_eq!(pieces, whole);
    }

    #[test]
    fn what_is_below_the_threshold_passes_to_the_bit(
        samples in prop::collection::vec(-1e3_f32..1e3, 4 * 300),
    ) {
        let asr = Asr::from_matrices(&config(), Array2::eye(4), 1e6 * Array2::<f64>::eye(4))
            .expect("valid matrices");
        let signal = Array2::from_shape_vec((4, 300), samples).expect("four rows");
        prop_assert_eq!(asr.clean(&signal).expect("it fits"), signal);
    }

    #[test]
    fn any_samples_stay_finite(samples in prop::collection::vec(-1e9_f32..1e9, 4 * 300)) {
        let asr = Asr::from_matrices(&config(), Array2::eye(4), 5.0 * Array2::<f64>::eye(4))
            .expect("valid matrices");
        let signal = Array2::from_shape_vec((4, 300), samples).expect("four rows");
        prop_assert!(asr.clean(&signal).expect("it fits").iter().all(|x| x.is_finite()));
    }
}
