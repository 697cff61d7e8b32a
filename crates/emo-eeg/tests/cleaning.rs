//! What is wrong with windows and channels, and eye movements taken out.

use emo_eeg::ndarray::{Array2, arr2, s};
use emo_eeg::{
    BadChannelsConfig, BlinkRegression, BlinkRegressionConfig, ChannelVerdict, EegError, Quality,
    QualityConfig, RejectionConfig, RejectionReason, SampleRate, bad_channels, judge_windows,
    rejections,
};
use emo_testing::{CountingAllocator, assert_close};
use proptest::prelude::*;

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator;

fn rate(hz: f64) -> SampleRate {
    SampleRate::from_hz(hz).expect("a valid rate")
}

/// Uniform noise from −1 to 1.
fn noise(seed: u64) -> impl FnMut() -> f32 {
    let mut noise = emo_testing::noise(seed);
    move || 2.0 * noise()
}

/// 20 s of eight channels at 250 Hz: slow noise that all share, some of their own, and a little that is fast.
fn eight() -> Array2<f32> {
    let mut noise = noise(3);
    let (mut shared, mut own) = (0.0, [0.0; 8]);
    let mut signal = Array2::zeros((8, 5000));
    for mut sample in signal.columns_mut() {
        shared = 0.95 * shared + 3.0 * noise();
        for (x, own) in sample.iter_mut().zip(&mut own) {
            *own = 0.95 * *own + 2.0 * noise();
            *x = shared + *own + 0.5 * noise();
        }
    }
    signal
}

fn verdicts(signal: &Array2<f32>) -> Vec<ChannelVerdict> {
    bad_channels(&BadChannelsConfig::new(rate(250.0)), signal).expect("20 s")
}

#[test]
fn good_channels_are_good() {
    assert!(verdicts(&eight()).iter().all(|channel| !channel.is_bad()));
}

#[test]
fn bad_channels_are_found_by_what_is_wrong_with_them() {
    let mut signal = eight();
    signal.row_mut(1).map_inplace(|x| *x *= 8.0);
    let mut fast = noise(5);
    signal.row_mut(3).map_inplace(|x| *x += 20.0 * fast());
    let mut slow = 0.0;
    let mut alone = noise(7);
    signal.row_mut(5).map_inplace(|x| {
        slow = 0.95 * slow + 3.6 * alone();
        *x = slow + 0.5 * alone();
    });
    signal.slice_mut(s![6, 2500..]).fill(3.0);
    let found = verdicts(&signal);
    let bad: Vec<usize> = (0..8).filter(|&channel| found[channel].is_bad()).collect();
    assert_eq!(bad, [1, 3, 5, 6]);
    assert!(found[1].is_deviant && !found[1].is_flat && !found[1].is_noisy);
    assert!(found[3].is_noisy && !found[3].is_deviant);
    assert!(found[5].is_uncorrelated && !found[5].is_deviant && !found[5].is_noisy);
    assert!(found[6].is_flat);
    // A constant has nothing in common with anything.
    assert!((found[6].uncorrelated - 0.5).abs() < 0.11);
}

#[test]
fn noise_is_not_judged_below_128_hz() {
    let config = BadChannelsConfig::new(rate(100.0));
    let found = bad_channels(&config, &eight()).expect("50 s");
    assert!(found.iter().all(|channel| channel.noise.is_none()));
}

#[test]
fn bad_input_to_the_comparison_is_named() {
    let config = BadChannelsConfig::new(rate(250.0));
    assert!(matches!(
        bad_channels(&config, &Array2::zeros((2, 500))),
        Err(EegError::TooFewChannels { actual: 2, .. })
    ));
    assert!(matches!(
        bad_channels(&config, &Array2::zeros((3, 249))),
        Err(EegError::SignalTooShort {
            actual: 249,
            required: 250
        })
    ));
    // All dead: flat, and as alike as can be.
    let dead = bad_channels(&config, &Array2::zeros((3, 2500))).expect("10 s");
    assert!(
        dead.iter()
            .all(|channel| channel.is_flat && channel.deviation == 0.0)
    );
    let mut config = config;
    config.min_correlation = f64::NAN;
    assert!(matches!(
        bad_channels(&config, &eight()),
        Err(EegError::InvalidSetting {
            name: "min_correlation",
            ..
        })
    ));
}

#[test]
fn windows_are_rejected_for_reasons() {
    let config = RejectionConfig::default();
    let reasons = |window: &Array2<f32>| -> Vec<(usize, RejectionReason)> {
        let found = rejections(&config, window).expect("finite samples");
        found.into_iter().map(|r| (r.channel, r.reason)).collect()
    };
    assert_eq!(reasons(&arr2(&[[0.0, 30.0, 60.0, 90.0, 60.0]])), []);
    assert_eq!(
        reasons(&arr2(&[[0.0, 0.25, 0.0], [0.0, 10.0, 0.0]])),
        [(
            0,
            RejectionReason::Flat {
                uv: 0.25,
                limit_uv: 0.5
            }
        )]
    );
    assert_eq!(
        reasons(&arr2(&[
            [0.0, 40.0, 80.0, 120.0, 160.0],
            [0.0, 9.0, -91.0, -1.0, 8.0]
        ])),
        [
            (
                0,
                RejectionReason::PeakToPeak {
                    uv: 160.0,
                    limit_uv: 150.0
                }
            ),
            (
                1,
                RejectionReason::Step {
                    sample: 2,
                    uv: 100.0,
                    limit_uv: 50.0
                }
            )
        ]
    );
    let mut off = RejectionConfig::default();
    off.max_peak_to_peak_uv = None;
    off.min_peak_to_peak_uv = None;
    off.max_step_uv = None;
    let wild = arr2(&[[0.0, 1e6], [0.0, 0.0]]);
    assert_eq!(rejections(&off, &wild), Ok(vec![]));
    off.max_step_uv = Some(-1.0);
    assert!(rejections(&off, &wild).is_err());
    assert!(rejections(&config, &Array2::zeros((0, 3))).is_err());
    assert!(rejections(&config, &Array2::zeros((3, 0))).is_err());
}

#[test]
fn recordings_are_judged_window_by_window() {
    let mut signal = eight();
    signal[[2, 1700]] = 900.0;
    let judge = |seconds| judge_windows(&RejectionConfig::default(), &signal, rate(250.0), seconds);
    let judged = judge(3.0).expect("finite samples");
    // The last two seconds are no window.
    assert_eq!(judged.len(), 6);
    assert_eq!(judged[2].samples, 1500..2250);
    let rejected: Vec<usize> = (0..6)
        .filter(|&k| !judged[k].rejections.is_empty())
        .collect();
    assert_eq!(rejected, [2]);
    assert!(
        judged[2]
            .rejections
            .iter()
            .all(|rejection| rejection.channel == 2)
    );
    assert_eq!(judge(1e300), Ok(vec![]));
    assert!(judge(0.0).is_err());
    assert!(judge(f64::NAN).is_err());
}

#[test]
fn what_is_measured_of_a_window_is_told() {
    // A square wave of ±10 µV has a kurtosis of 1, which is 2 below a normal distribution's.
    let square = |n: usize| if n % 20 < 10 { 10.0 } else { -10.0 };
    let window = Array2::from_shape_fn((3, 400), |(channel, n)| match channel {
        0 => square(n),
        1 => -3.0 * square(n) + 5.0,
        _ => square(n + 5),
    });
    let mut config = QualityConfig::new(rate(128.0));
    config.line_hz = None;
    config.flat_seconds = 1.0;
    config.rail_uv = Some(500.0);
    let quality = Quality::new(&config).expect("valid settings");
    let found = quality.compute(&window).expect("finite samples");
    let first = found.measures()[0];
    assert_close(
        [
            first.kurtosis,
            first.step_uv,
            first.peak_to_peak_uv,
            first.amplitude_uv,
            found.measures()[1].amplitude_uv,
        ],
        [-2.0, 20.0, 20.0, 10.0, 30.0],
        1e-12,
        0.0,
    );
    assert_eq!(
        (first.flat, first.railed, first.line_ratio),
        (0.0, 0.0, None)
    );
    let correlations = found
        .measures()
        .iter()
        .map(|m| m.correlation.expect("three channels"));
    // A quarter of a period apart, square waves are orthogonal.
    assert_close(correlations, [1.0, 1.0, 0.0], 0.0, 1e-12);
    let alone = quality
        .compute(&window.slice(s![..1, ..]))
        .expect("finite samples");
    assert_eq!(alone.measures()[0].correlation, None);

    config.correlation = Some(0.4);
    config.step_uv = Some(20.0);
    config.kurtosis = Some(5.0);
    let strict = Quality::new(&config).expect("valid settings");
    let strict = strict.compute(&window).expect("finite samples");
    assert_close(
        [strict.channels()[0]],
        [0.5 * found.channels()[0]],
        1e-4,
        0.0,
    );
    assert!(strict.channels()[2] < 1e-6);
    config.kurtosis = Some(f64::NAN);
    assert!(Quality::new(&config).is_err());
}

/// Blinks of 200 µV, and channels of noise in which a share of them is.
fn blinking(shares: &[f32]) -> (Array2<f32>, Array2<f32>, Vec<f32>) {
    let eyes: Vec<f32> = (0..12_800)
        .map(|n| {
            let bell = |from: i32| (-((n % 400 - from) as f32).powi(2) / 200.0).exp();
            200.0 * bell(200) - 60.0 * bell(240)
        })
        .collect();
    let mut noise = noise(11);
    let clean = Array2::from_shape_fn((shares.len(), eyes.len()), |_| 8.0 * noise());
    let seen = Array2::from_shape_fn(clean.dim(), |(channel, n)| {
        clean[[channel, n]] + shares[channel] * eyes[n]
    });
    (clean, seen, eyes)
}

fn regression() -> BlinkRegression {
    BlinkRegression::new(&BlinkRegressionConfig::new(rate(128.0))).expect("valid settings")
}

#[test]
fn streams_find_the_weights_that_recordings_have() {
    let (clean, seen, eyes) = blinking(&[0.5, 0.1, 0.0]);
    let whole = regression().weights(&seen, &eyes).expect("100 s");
    let mut stream = regression().stream(3).expect("three channels");
    let mut piece = seen.clone();
    let before = CountingAllocator::count();
    stream.process(&mut piece, &eyes).expect("finite samples");
    assert_eq!(CountingAllocator::count() - before, 0);
    assert_close(stream.weights(), whole.clone(), 0.0, 0.01);
    assert_close(whole, [0.5, 0.1, 0.0], 0.0, 0.01);
    // After the first blinks, nearly all is gone.
    let error = |x: &Array2<f32>| {
        let rest = (x - &clean).slice_move(s![.., 1000..]);
        rest.iter().map(|x| x * x).sum::<f32>().sqrt()
    };
    assert!(
        error(&piece) < 0.1 * error(&seen),
        "{} {}",
        error(&piece),
        error(&seen)
    );
}

#[test]
fn bad_input_to_the_regression_is_named() {
    let (_, mut seen, mut eyes) = blinking(&[0.5, 0.1]);
    assert!(matches!(
        regression().clean(&seen, &eyes[1..]),
        Err(EegError::Shape {
            columns: 12_799,
            ..
        })
    ));
    assert!(matches!(
        regression().clean(&seen.slice(s![.., ..15]), &eyes[..15]),
        Err(EegError::SignalTooShort {
            actual: 15,
            required: 16
        })
    ));
    assert!(regression().stream(0).is_err());
    let still = vec![0.0; 12_800];
    assert_eq!(regression().clean(&seen, &still), Ok(seen.clone()));
    eyes[3] = f32::NAN;
    let expected = |error| {
        matches!(
            error,
            EegError::NonFinite {
                channel: 2,
                sample: 3,
                ..
            }
        )
    };
    assert!(expected(
        regression().clean(&seen, &eyes).expect_err("a gap")
    ));
    let mut stream = regression().stream(2).expect("two channels");
    assert!(expected(
        stream.process(&mut seen, &eyes).expect_err("a gap")
    ));
    for change in [
        (|c| c.high_hz = 64.0) as fn(&mut BlinkRegressionConfig),
        |c| c.low_hz = 0.0,
        |c| c.forgetting_per_s = 0.0,
        |c| c.forgetting_per_s = 1.5,
    ] {
        let mut config = BlinkRegressionConfig::new(rate(128.0));
        change(&mut config);
        assert!(BlinkRegression::new(&config).is_err());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn any_share_of_the_eyes_is_found_and_taken_out(share in -2.0_f32..2.0) {
        let (clean, seen, eyes) = blinking(&[share]);
        let weight = regression().weights(&seen, &eyes).expect("100 s")[0];
        prop_assert!((weight - f64::from(share)).abs() < 0.01);
        // What does not hold the eyes keeps within the noise of its own estimate, whatever the share.
        let cleaned = regression().clean(&seen, &eyes).expect("100 s");
        let without = regression().clean(&clean, &eyes).expect("100 s");
        assert_close(cleaned, without, 0.0, 1e-3);
    }

    #[test]
    fn pieces_of_any_length_give_what_the_whole_does(lens in prop::collection::vec(0_usize..900, 1..20)) {
        let (_, seen, eyes) = blinking(&[0.4, -0.2]);
        let mut whole = seen.clone();
        regression().stream(2).expect("two channels").process(&mut whole, &eyes).expect("finite");
        let mut stream = regression().stream(2).expect("two channels");
        let mut pieces = seen;
        let mut begin = 0;
        for len in lens.into_iter().chain([usize::MAX]) {
            let end = begin + len.min(pieces.ncols() - begin);
            stream
                .process(&mut pieces.slice_mut(s![.., begin..end]), &eyes[begin..end])
                .expect("finite");
            begin = end;
        }
        prop_assert_eq!(pieces, whole);
    }
}
