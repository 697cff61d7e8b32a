//! Windows of every kind that goes wrong.

use emo_eeg::ndarray::{Array2, ShapeBuilder};

/// Channels in the order in which windows have them.
pub(crate) const CHANNELS: [&str; 4] = ["F3", "F4", "P3", "P4"];

/// Samples of the longest windows: what a calibration needs at 128 Hz.
const LEN: usize = 1600;

/// A window with a name.
pub(crate) struct Case {
    pub(crate) name: &'static str,
    pub(crate) window: Array2<f32>,
}

impl Case {
    /// The first sample that is not finite.
    pub(crate) fn non_finite(&self) -> Option<(usize, usize)> {
        self.window
            .indexed_iter()
            .find(|(_, x)| !x.is_finite())
            .map(|(at, _)| at)
    }

    /// The rows in `f64`.
    pub(crate) fn rows(&self) -> impl Iterator<Item = Vec<f64>> + '_ {
        self.window
            .rows()
            .into_iter()
            .map(|row| row.iter().map(|&x| f64::from(x)).collect())
    }

    /// A name for each channel.
    pub(crate) fn channels(&self) -> Vec<String> {
        let known = emo_eeg::montage().map(|(name, _)| name);
        let known = CHANNELS
            .into_iter()
            .chain(known.filter(|name| !CHANNELS.contains(name)));
        known.take(self.window.nrows()).map(str::to_owned).collect()
    }
}

/// Noise of tens of µV that comes and goes, like EEG's, and is the same in every run.
pub(crate) fn eeg(n_channels: usize, n_samples: usize) -> Array2<f32> {
    let mut noise = emo_testing::noise(7);
    let mut slow = vec![0.0_f32; n_channels];
    let mut signal = Array2::zeros((n_channels, n_samples));
    for (n, mut sample) in signal.columns_mut().into_iter().enumerate() {
        let shared = noise();
        for (channel, x) in sample.iter_mut().enumerate() {
            let strength = 1.0 + 0.3 * (n as f32 / (90.0 + 10.0 * channel as f32)).sin();
            slow[channel] = 0.8 * slow[channel] + 20.0 * strength * (noise() + 0.5 * shared);
            *x = slow[channel];
        }
    }
    signal
}

pub(crate) fn cases() -> Vec<Case> {
    let good = eeg(4, LEN);
    let with = |change: fn(&mut Array2<f32>)| {
        let mut window = good.clone();
        change(&mut window);
        window
    };
    let cases = [
        ("no channels and no samples", Array2::zeros((0, 0))),
        ("no channels", Array2::zeros((0, 64))),
        ("no samples", Array2::zeros((4, 0))),
        ("one sample of one channel", eeg(1, 1)),
        ("one sample", eeg(4, 1)),
        ("two samples", eeg(4, 2)),
        ("three samples", eeg(4, 3)),
        ("28 samples", eeg(4, 28)),
        ("64 samples", eeg(4, 64)),
        ("100 samples", eeg(4, 100)),
        ("one channel", eeg(1, LEN)),
        ("two channels", eeg(2, LEN)),
        ("24 channels", eeg(24, 256)),
        ("good", good.clone()),
        ("column after column", {
            let mut window = Array2::zeros((4, LEN).f());
            window.assign(&good);
            window
        }),
        ("NaN", Array2::from_elem((4, LEN), f32::NAN)),
        (
            "one NaN in the last place",
            with(|x| x[[3, LEN - 1]] = f32::NAN),
        ),
        (
            "gaps of NaN",
            with(|x| {
                for n in (300..LEN).step_by(500) {
                    (n..n + 100).for_each(|n| x[[1, n]] = f32::NAN);
                }
            }),
        ),
        ("infinity", with(|x| x[[2, 700]] = f32::INFINITY)),
        (
            "both infinities",
            with(|x| {
                x[[0, 0]] = f32::NEG_INFINITY;
                x[[0, 1]] = f32::INFINITY;
            }),
        ),
        ("zeros", Array2::zeros((4, LEN))),
        ("a constant", Array2::from_elem((4, LEN), 4200.0)),
        ("a flat channel", with(|x| x.row_mut(2).fill(0.0))),
        (
            "a channel flat in the first half",
            with(|x| {
                (0..LEN / 2).for_each(|n| x[[1, n]] = 0.0);
            }),
        ),
        ("a ramp", Array2::from_shape_fn((4, LEN), |(_, n)| n as f32)),
        (
            "a step",
            Array2::from_shape_fn((4, LEN), |(_, n)| if n < LEN / 2 { 0.0 } else { 100.0 }),
        ),
        ("an impulse", {
            let mut window = Array2::zeros((4, LEN));
            window[[0, LEN / 2]] = 1.0;
            window
        }),
        (
            "equal channels",
            Array2::from_shape_fn((4, LEN), |(_, n)| good[[0, n]]),
        ),
        (
            "two values in turn",
            Array2::from_shape_fn((4, LEN), |(_, n)| (n % 2) as f32),
        ),
        ("the largest number", Array2::from_elem((4, LEN), f32::MAX)),
        (
            "the largest and the least number in turn",
            Array2::from_shape_fn(
                (4, LEN),
                |(_, n)| {
                    if n % 2 == 0 { f32::MAX } else { f32::MIN }
                },
            ),
        ),
        ("good times 1e36", good.mapv(|x| x * 1e36)),
        (
            "a channel times 1e30",
            with(|x| x.row_mut(1).mapv_inplace(|x| x * 1e30)),
        ),
        (
            "a sample of the largest number",
            with(|x| x[[3, 1000]] = f32::MAX),
        ),
        (
            "the smallest number",
            Array2::from_shape_fn(
                (4, LEN),
                |(_, n)| {
                    if n % 3 == 0 { f32::from_bits(1) } else { 0.0 }
                },
            ),
        ),
        ("good times 1e-38", good.mapv(|x| x * 1e-38)),
    ];
    cases
        .into_iter()
        .map(|(name, window)| Case { name, window })
        .collect()
}
