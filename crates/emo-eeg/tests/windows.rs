//! Laws and errors of windows, differential entropy and quality.

use emo_eeg::ndarray::{Array2, arr2, s};
use emo_eeg::{
    Band, DifferentialEntropy, DifferentialEntropyConfig, EegError, Quality, QualityConfig,
    SampleRate, last_window,
};
use emo_testing::{assert_close, fixture, load_npy};
use proptest::prelude::*;

fn rate() -> SampleRate {
    SampleRate::from_hz(128.0).expect("a valid rate")
}

fn entropy() -> DifferentialEntropy {
    DifferentialEntropy::new(&DifferentialEntropyConfig::new(rate()))
        .expect("a valid configuration")
}

fn quality() -> Quality {
    Quality::new(&QualityConfig::new(rate())).expect("a valid configuration")
}

fn eeg() -> Array2<f32> {
    load_npy(fixture("emo-eeg/in_eeg4.npy"))
        .mapv(|x| x as f32)
        .into_dimensionality()
        .expect("two axes")
}

fn two_seconds() -> Array2<f32> {
    eeg().slice(s![.., 1024..]).to_owned()
}

fn tone(hz: f32, amplitude: f32) -> impl Fn(usize) -> f32 {
    move |n| amplitude * (std::f32::consts::TAU * hz * n as f32 / 128.0).sin()
}

#[test]
fn the_default_bands_are_those_documented() {
    let edges: Vec<_> = entropy()
        .bands()
        .iter()
        .map(|band| (band.name.clone(), band.low_hz, band.high_hz))
        .collect();
    let expected = [
        ("delta", 1.0, 4.0),
        ("theta", 4.0, 8.0),
        ("alpha", 8.0, 14.0),
        ("beta", 14.0, 31.0),
        ("gamma", 31.0, 45.0),
    ]
    .map(|(name, low, high)| (name.to_owned(), low, high));
    assert_eq!(edges, expected);
}

#[test]
fn the_last_window_is_the_recordings_end() {
    let recording = eeg();
    let window = last_window(&recording, rate(), 2.0).expect("long enough");
    assert_eq!(window, recording.slice(s![.., 1024..]));
    let whole = last_window(&recording, rate(), 10.0).expect("long enough");
    assert_eq!(whole, recording);
    assert_eq!(
        last_window(&recording, rate(), 10.5),
        Err(EegError::SignalTooShort {
            actual: 1280,
            required: 1344
        })
    );
    assert!(matches!(
        last_window(&recording, rate(), 1e300),
        Err(EegError::SignalTooShort { .. })
    ));
    for seconds in [0.0, -2.0, 1e-3, f64::NAN, f64::INFINITY] {
        assert!(matches!(
            last_window(&recording, rate(), seconds),
            Err(EegError::InvalidDuration { .. })
        ));
    }
}

#[test]
fn a_constant_channel_is_named() {
    for level in [0.0, 12.5, -4e6] {
        let mut window = eeg();
        window.row_mut(2).fill(level);
        match entropy().compute(&window) {
            Err(EegError::NoBandPower { channel, band, .. }) => {
                assert_eq!((channel, band.as_str()), (2, "delta"));
            }
            other => unreachable!("a constant channel of {level} gave {other:?}"),
        }
    }
}

#[test]
fn bad_windows_are_named() {
    assert_eq!(entropy().min_len(), 28);
    assert_eq!(
        entropy().compute(&eeg().slice(s![.., ..27])),
        Err(EegError::SignalTooShort {
            actual: 27,
            required: 28
        })
    );
    assert!(entropy().compute(&eeg().slice(s![.., ..28])).is_ok());
    assert_eq!(
        entropy().compute(&Array2::zeros((0, 256))),
        Err(EegError::NoChannels)
    );
    for value in [f32::INFINITY, f32::NEG_INFINITY] {
        let mut window = eeg();
        window[[3, 17]] = value;
        let expected = EegError::NonFinite {
            channel: 3,
            sample: 17,
            value,
        };
        assert_eq!(entropy().compute(&window), Err(expected.clone()));
        assert_eq!(quality().compute(&window), Err(expected));
    }
    assert_eq!(
        quality().compute(&arr2(&[[1.0, 2.0]])),
        Err(EegError::SignalTooShort {
            actual: 2,
            required: 28
        })
    );
}

#[test]
fn bad_configurations_are_named() {
    let mut config = DifferentialEntropyConfig::new(rate());
    config.bands = vec![Band::new("high", 40.0, 70.0)];
    let error = DifferentialEntropy::new(&config).expect_err("above the Nyquist frequency");
    assert_eq!(error.to_string(), "band \"high\" cannot be filtered");
    config.bands.clear();
    assert!(matches!(
        DifferentialEntropy::new(&config),
        Err(EegError::NoBands)
    ));
    for (name, change) in [
        (
            "amplitude_uv",
            (|c| c.amplitude_uv = 0.0) as fn(&mut QualityConfig),
        ),
        ("flat_seconds", |c| c.flat_seconds = f64::NAN),
        ("flat_step_uv", |c| c.flat_step_uv = -1.0),
        ("rail_uv", |c| c.rail_uv = Some(f64::INFINITY)),
        ("line_hz", |c| c.line_hz = Some(64.0)),
    ] {
        let mut config = QualityConfig::new(rate());
        change(&mut config);
        match Quality::new(&config) {
            Err(EegError::InvalidSetting { name: actual, .. }) => assert_eq!(actual, name),
            other => unreachable!("{name} was taken: {other:?}"),
        }
    }
}

#[test]
fn quality_falls_with_each_defect() {
    let clean = Array2::from_shape_fn((1, 512), |(_, n)| tone(10.0, 20.0)(n) + tone(3.0, 10.0)(n));
    let of = |window: &Array2<f32>| {
        quality()
            .compute(window)
            .expect("a valid window")
            .channels()
            .to_vec()
    };
    let best = of(&clean)[0];
    assert!(best > 0.99, "{best}");

    let mut flat = clean.clone();
    let held = flat[[0, 128]];
    flat.slice_mut(s![.., 128..256]).fill(held);
    assert_close(of(&flat), [0.75 * best], 0.0, 0.02);

    let railed = clean.mapv(|x| x.clamp(-15.0, 15.0));
    let clipped = railed.iter().filter(|x| x.abs() == 15.0).count() as f32 / 512.0;
    assert_close(of(&railed), [(1.0 - clipped) * best], 0.0, 0.1);

    let loud = &clean * 10.0;
    assert!(of(&loud)[0] < 0.01);

    let humming = Array2::from_shape_fn((1, 512), |(_, n)| clean[[0, n]] + tone(50.0, 15.8)(n));
    // 15.8²/2 = 125 µV² of mains on 250 µV² of EEG.
    assert_close(of(&humming), [0.5], 0.0, 0.03);

    assert_eq!(of(&Array2::from_elem((1, 512), 7.0)), [0.0]);
}

#[test]
fn the_device_limit_overrides_the_guess() {
    let mut config = QualityConfig::new(rate());
    config.rail_uv = Some(50.0);
    let quality = Quality::new(&config).expect("a valid configuration");
    let mut window = Array2::from_shape_fn((2, 512), |(_, n)| tone(10.0, 20.0)(n));
    window.slice_mut(s![1, ..;8]).fill(60.0);
    let result = quality.compute(&window).expect("a valid window");
    assert!(result.channels()[1] < 0.875 * result.channels()[0]);
    assert_close(
        [result.mean()],
        [(result.channels()[0] + result.channels()[1]) / 2.0],
        1e-6,
        0.0,
    );
}

proptest! {
    #[test]
    fn scaling_shifts_the_entropy_by_its_logarithm(scale in 0.01_f32..100.0) {
        let entropy = entropy();
        let plain = entropy.compute(&two_seconds()).expect("a valid window");
        let scaled = entropy.compute(&(two_seconds() * scale)).expect("a valid window");
        assert_close(scaled, plain + scale.ln(), 1e-5, 1e-4);
    }

    #[test]
    fn channels_are_independent(order in Just(vec![0_usize, 1, 2, 3]).prop_shuffle()) {
        let entropy = entropy();
        let plain = entropy.compute(&two_seconds()).expect("a valid window");
        let shuffled = two_seconds().select(emo_eeg::ndarray::Axis(0), &order);
        let actual = entropy.compute(&shuffled).expect("a valid window");
        prop_assert_eq!(actual, plain.select(emo_eeg::ndarray::Axis(0), &order));
    }

    #[test]
    fn any_window_gives_finite_features_or_an_error(
        samples in prop::collection::vec(prop::num::f32::ANY, 0..120),
    ) {
        let window = Array2::from_shape_vec((1, samples.len()), samples).expect("one row");
        if let Ok(features) = entropy().compute(&window) {
            prop_assert!(features.iter().all(|x| x.is_finite()));
        }
        if let Ok(quality) = quality().compute(&window) {
            prop_assert!((0.0..=1.0).contains(&quality.mean()));
        }
    }

    #[test]
    fn quality_stays_within_zero_and_one(
        samples in prop::collection::vec(-1e6_f32..1e6, 28..400),
    ) {
        let window = Array2::from_shape_vec((1, samples.len()), samples).expect("one row");
        let quality = quality().compute(&window).expect("a finite window");
        prop_assert!((0.0..=1.0).contains(&quality.mean()));
    }
}
