//! Every public entry point over input that no sensor should send: an error or a documented gap, never a panic, a hang
//! or memory that the input merely claims.
#![expect(clippy::panic, reason = "a panic is how a test fails")]

mod long;
mod series;
mod signals;

use emo_hr::{
    Beats, EcgMethod, EdrMethod, Interpolation, PpgMethod, Refinement, RrSeries, SampleRate,
};
use emo_testing::CappedAllocator;

/// What is taken for one case stays far below; what a rate or a setting claims would not.
#[global_allocator]
static ALLOCATOR: CappedAllocator = CappedAllocator::in_total(1 << 30);

const ECG_METHODS: [EcgMethod; 6] = [
    EcgMethod::Rhythm,
    EcgMethod::NeuroKit,
    EcgMethod::PanTompkins1985,
    EcgMethod::Hamilton2002,
    EcgMethod::Elgendi2010,
    EcgMethod::VisibilityGraph,
];
const PPG_METHODS: [PpgMethod; 3] = [
    PpgMethod::Rhythm,
    PpgMethod::Elgendi2013,
    PpgMethod::MsptdFast,
];
const REFINEMENTS: [Refinement; 3] = [
    Refinement::AsMarked,
    Refinement::Parabola,
    Refinement::Upslope,
];
const INTERPOLATIONS: [Interpolation; 6] = [
    Interpolation::Linear,
    Interpolation::MonotoneCubic,
    Interpolation::Cubic,
    Interpolation::Nearest,
    Interpolation::Previous,
    Interpolation::Quadratic,
];
const EDR_METHODS: [EdrMethod; 4] = [
    EdrMethod::VanGent2019,
    EdrMethod::Sarkar2015,
    EdrMethod::Charlton2016,
    EdrMethod::Soni2019,
];
const RATES_HZ: [f64; 15] = [
    f64::MIN_POSITIVE,
    1e-9,
    0.1,
    4.0,
    10.0,
    16.1,
    25.0,
    39.9,
    100.0,
    250.0,
    1000.0,
    5e4,
    1e5,
    1e9,
    f64::MAX,
];

fn hz(hz: f64) -> SampleRate {
    SampleRate::from_hz(hz).expect("a finite rate above 0")
}

/// A spike every 0.8 s at 100 Hz, a little more or less.
fn spikes(n: usize) -> Vec<f32> {
    let mut signal = vec![0.0; n];
    for (beat, at) in (40..n).step_by(80).enumerate() {
        for (offset, value) in [(0, 0.3), (1, 0.8), (2, 1.0), (3, 0.7), (4, 0.2)] {
            if let Some(sample) = signal.get_mut(at + beat % 7 + offset) {
                *sample = value;
            }
        }
    }
    signal
}

fn noise(n: usize) -> Vec<f32> {
    (0..n as u32)
        .map(|i| (i.wrapping_mul(2_654_435_761) >> 8) as f32 / 16_777_216.0 - 0.5)
        .collect()
}

fn scaled(signal: Vec<f32>, by: f32) -> Vec<f32> {
    signal.into_iter().map(|x| x * by).collect()
}

fn with(mut signal: Vec<f32>, range: std::ops::Range<usize>, value: f32) -> Vec<f32> {
    signal[range].fill(value);
    signal
}

fn signals() -> Vec<(&'static str, Vec<f32>)> {
    let n = 3000;
    let alternating = |value: f32| -> Vec<f32> {
        let sign = |i: usize| if i.is_multiple_of(2) { value } else { -value };
        (0..n).map(sign).collect()
    };
    vec![
        ("nothing", vec![]),
        ("one sample", vec![1.0]),
        ("two samples", vec![1.0, -1.0]),
        ("three samples", vec![0.0, 1.0, 0.0]),
        ("spikes", spikes(n)),
        ("noise", noise(n)),
        ("all NaN", vec![f32::NAN; n]),
        ("all infinite", vec![f32::INFINITY; n]),
        ("a NaN at the start", with(spikes(n), 0..1, f32::NAN)),
        ("a NaN at the end", with(spikes(n), n - 1..n, f32::NAN)),
        (
            "gaps of NaN",
            with(with(spikes(n), 500..550, f32::NAN), 1500..2000, f32::NAN),
        ),
        ("infinite", with(spikes(n), 900..901, f32::NEG_INFINITY)),
        ("zeros", vec![0.0; n]),
        ("flat", vec![-3.7; n]),
        ("flat and large", vec![f32::MAX; n]),
        (
            "flat but for a sample",
            with(vec![1.0; n], 1500..1501, 1.0 + f32::EPSILON),
        ),
        ("an impulse", with(vec![0.0; n], 1500..1501, f32::MAX)),
        ("flat halfway", with(spikes(n), 1000..n, 0.1)),
        ("large spikes", scaled(spikes(n), 1e30)),
        ("largest spikes", scaled(spikes(n), f32::MAX)),
        ("subnormal spikes", scaled(spikes(n), 1e-42)),
        ("alternating extremes", alternating(f32::MAX)),
        ("alternating", alternating(1.0)),
        ("a step", with(vec![-f32::MAX; n], 1000..n, f32::MAX)),
        ("a ramp", (0..n).map(|i| i as f32 * 1e34).collect()),
    ]
}

/// Beats that are far apart, close together, at both ends, few or many.
fn beats() -> Vec<(&'static str, Beats)> {
    let new = |at: Vec<f64>, n: usize, rate: f64| Beats::at(at, n, hz(rate)).expect("valid beats");
    let even = |n: usize, step: f64| (0..n).map(|i| i as f64 * step).collect::<Vec<_>>();
    vec![
        ("none", new(vec![], 0, 100.0)),
        ("none in a signal", new(vec![], 1000, 100.0)),
        ("one", new(vec![0.0], 1, 100.0)),
        ("two", new(vec![0.0, 1.0], 2, 100.0)),
        ("three", new(vec![0.4, 2.0, 3.0], 9, 100.0)),
        ("four", new(vec![0.0, 1.0, 2.0, 3.0], 4, 100.0)),
        ("five alike", new(even(5, 80.0), 400, 100.0)),
        ("on every sample", new(even(3000, 1.0), 3000, 100.0)),
        ("even", new(even(400, 80.0), 32_000, 100.0)),
        (
            "at a rate near 0",
            new(even(50, 1.0), 50, f64::MIN_POSITIVE),
        ),
        ("an hour apart", new(even(5, 3600.0), 20_000, 1.0)),
        ("at the highest rate", new(even(50, 100.0), 5000, f64::MAX)),
        (
            "in a signal without end",
            new(even(50, 80.0), usize::MAX, 100.0),
        ),
        (
            "beyond what a number of samples tells",
            new(vec![1.0, 2.0, 9.0e15, 1.2e19], usize::MAX, 1.0),
        ),
    ]
}

/// Series of intervals, with clocks that jump.
fn series() -> Vec<(&'static str, RrSeries)> {
    let new = |ms: Vec<f64>| RrSeries::from_millis(ms).expect("valid intervals");
    let timed = |ms: Vec<f64>, s: Vec<f64>| RrSeries::with_times(ms, s).expect("valid intervals");
    let swinging = |n: u32| -> Vec<f64> {
        (0..n)
            .map(|i| 800.0 + 40.0 * (f64::from(i) * 1.3).sin())
            .collect()
    };
    let ten_minutely = |n: u32| (1..=n).map(|i| f64::from(i) * 600.0).collect::<Vec<_>>();
    vec![
        ("none", new(vec![])),
        ("one", new(vec![800.0])),
        ("two", new(vec![800.0, 900.0])),
        ("three", new(vec![800.0, 900.0, 700.0])),
        ("four", new(vec![800.0, 900.0, 700.0, 850.0])),
        ("alike", new(vec![800.0; 300])),
        ("swinging", new(swinging(400))),
        ("next to nothing", new(vec![f64::MIN_POSITIVE; 300])),
        ("a minute each", new(vec![60_000.0; 12])),
        ("extremes in turn", new([60_000.0, 1e-300].repeat(150))),
        ("ten minutes apart", timed(swinging(5), ten_minutely(5))),
        (
            "ages apart",
            timed(
                swinging(50),
                (0..50).map(|i| f64::from(i) * 1e300).collect(),
            ),
        ),
        (
            "at one time, nearly",
            timed(
                swinging(50),
                (0..50).map(|i| 1.0 + f64::from(i) * f64::EPSILON).collect(),
            ),
        ),
        (
            "before 0 s",
            timed(swinging(50), (0..50).map(|i| -1e9 + f64::from(i)).collect()),
        ),
        (
            "a jump of an hour",
            timed(
                swinging(300),
                (0..300)
                    .map(|i| f64::from(i) * 0.8 + if i < 150 { 0.0 } else { 3600.0 })
                    .collect(),
            ),
        ),
    ]
}
