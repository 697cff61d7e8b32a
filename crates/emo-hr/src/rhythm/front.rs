use emo_dsp::SampleRate;

use super::Profile;

/// From samples to the envelope of the band in which beats stand out, at a lower rate.
///
/// Samples are averaged in blocks, band-passed without phase shift, rectified and averaged. Each output stands beside
/// its local mean, `delay` outputs later.
#[derive(Debug, Clone)]
pub(super) struct Front {
    block_len: usize,
    block_sum: f64,
    block_filled: usize,
    taps: Vec<f64>,
    /// The last averages twice over, so that the newest window is one slice.
    history: Vec<f64>,
    at: usize,
    rectify: Rectify,
    previous: f64,
    short: RunningMean,
    long: RunningMean,
    started: bool,
}

/// What makes a band-passed signal an envelope.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rectify {
    /// The root of the mean square.
    Power,
    /// The mean rise from one sample to the next.
    Rise,
}

/// One value of the envelope; of the time `n` outputs before the newest one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Output {
    /// The newest value, for statistics.
    pub newest: f64,
}

impl Front {
    pub(super) fn new(profile: &Profile, rate: SampleRate) -> Self {
        let block_len = ((rate.hz() / profile.min_envelope_hz) as usize).max(1);
        let hz = rate.hz() / block_len as f64;
        let high = profile.high_hz.min(0.45 * hz);
        let low = profile.low_hz.min(high / 3.0);
        let taps = band_pass(odd(profile.filter_seconds * hz), low / hz, high / hz);
        Self {
            block_len,
            block_sum: 0.0,
            block_filled: 0,
            history: vec![0.0; 2 * taps.len()],
            taps,
            at: 0,
            rectify: profile.rectify,
            previous: 0.0,
            short: RunningMean::new(odd(profile.short_seconds * hz)),
            long: RunningMean::new(odd(profile.long_seconds * hz)),
            started: false,
        }
    }

    /// Samples to one output.
    pub(super) fn block_len(&self) -> usize {
        self.block_len
    }

    /// Outputs by which the centre of the local mean, which [`centre`](Self::centre) gives, trails the newest input.
    pub(super) fn delay(&self) -> usize {
        self.newest_delay() + self.long.len() / 2
    }

    /// Outputs by which the newest value of the envelope trails the newest input.
    pub(super) fn newest_delay(&self) -> usize {
        self.taps.len() / 2 + self.short.len() / 2
    }

    pub(super) fn reset(&mut self) {
        self.started = false;
        self.block_sum = 0.0;
        self.block_filled = 0;
    }

    /// Takes a sample; every `block_len` of them there is an output.
    pub(super) fn push(&mut self, sample: f64) -> Option<Output> {
        self.block_sum += sample;
        self.block_filled += 1;
        if self.block_filled < self.block_len {
            return None;
        }
        let value = self.block_sum / self.block_len as f64;
        self.block_sum = 0.0;
        self.block_filled = 0;
        let is_first = !self.started;
        if is_first {
            self.started = true;
            self.history.fill(value);
        }
        let n = self.taps.len();
        self.history[self.at] = value;
        self.history[self.at + n] = value;
        self.at = (self.at + 1) % n;
        let filtered = dot(&self.taps, &self.history[self.at..self.at + n]);
        let rectified = match self.rectify {
            Rectify::Power => filtered * filtered,
            Rectify::Rise if is_first => 0.0,
            Rectify::Rise => (filtered - self.previous).max(0.0),
        };
        self.previous = filtered;
        if is_first {
            self.short.fill(rectified);
        }
        let mean = self.short.push(rectified).max(0.0);
        let newest = match self.rectify {
            Rectify::Power => mean.sqrt(),
            Rectify::Rise => mean,
        };
        if is_first {
            self.long.fill(newest);
        }
        self.long.push(newest);
        Some(Output { newest })
    }

    /// The envelope in the middle of the local mean, and that mean.
    pub(super) fn centre(&self) -> (f64, f64) {
        (self.around(0), self.long.mean())
    }

    /// Whether the envelope in the middle of the local mean is its first maximum within `reach` outputs.
    pub(super) fn is_peak(&self, reach: usize) -> bool {
        let centre = self.around(0);
        let reach = reach.min(self.long.len() / 2) as isize;
        centre > self.around(-1)
            && centre >= self.around(1)
            && (2..=reach).all(|k| centre > self.around(-k) && centre >= self.around(k))
    }

    /// The envelope `offset` outputs after the middle of the local mean.
    fn around(&self, offset: isize) -> f64 {
        self.long.at((self.long.len() / 2)
            .saturating_add_signed(offset)
            .min(self.long.len() - 1))
    }
}

fn odd(len: f64) -> usize {
    (len as usize) | 1
}

/// A band-pass of linear phase: an ideal one between `low` and `high` cycles per sample, cut by a Hann window, with a
/// gain of 1 in the middle of the band.
fn band_pass(n: usize, low: f64, high: f64) -> Vec<f64> {
    use std::f64::consts::{PI, TAU};
    let middle = (n / 2) as f64;
    let low_pass = |edge: f64, t: f64| {
        if t == 0.0 {
            2.0 * edge
        } else {
            (TAU * edge * t).sin() / (PI * t)
        }
    };
    let mut taps: Vec<f64> = (0..n)
        .map(|i| {
            let t = i as f64 - middle;
            let window = 0.5 + 0.5 * (PI * t / (middle + 1.0)).cos();
            window * (low_pass(high, t) - low_pass(low, t))
        })
        .collect();
    // A constant must not pass, whatever its size.
    let window_sum: f64 = (0..n)
        .map(|i| 0.5 + 0.5 * (PI * (i as f64 - middle) / (middle + 1.0)).cos())
        .sum();
    let rest = taps.iter().sum::<f64>() / window_sum;
    for (i, tap) in taps.iter_mut().enumerate() {
        *tap -= rest * (0.5 + 0.5 * (PI * (i as f64 - middle) / (middle + 1.0)).cos());
    }
    let centre = (low + high) / 2.0;
    let gain: f64 = taps
        .iter()
        .enumerate()
        .map(|(i, tap)| tap * (TAU * centre * (i as f64 - middle)).cos())
        .sum();
    if gain != 0.0 {
        taps.iter_mut().for_each(|tap| *tap /= gain);
    }
    taps
}

/// Four sums, because one would wait for itself.
fn dot(a: &[f64], b: &[f64]) -> f64 {
    let (a4, a_rest) = a.as_chunks::<4>();
    let (b4, b_rest) = b.as_chunks::<4>();
    let mut sums = [0.0; 4];
    for (a, b) in a4.iter().zip(b4) {
        for ((sum, a), b) in sums.iter_mut().zip(a).zip(b) {
            *sum += a * b;
        }
    }
    let rest: f64 = a_rest.iter().zip(b_rest).map(|(a, b)| a * b).sum();
    sums.iter().sum::<f64>() + rest
}

/// The mean of the last values, of an odd number of them.
#[derive(Debug, Clone)]
struct RunningMean {
    ring: Vec<f64>,
    at: usize,
    sum: f64,
}

impl RunningMean {
    fn new(len: usize) -> Self {
        Self {
            ring: vec![0.0; len],
            at: 0,
            sum: 0.0,
        }
    }

    fn len(&self) -> usize {
        self.ring.len()
    }

    fn fill(&mut self, value: f64) {
        self.ring.fill(value);
        self.sum = value * self.ring.len() as f64;
        self.at = 0;
    }

    fn push(&mut self, value: f64) -> f64 {
        self.sum += value - self.ring[self.at];
        self.ring[self.at] = value;
        self.at += 1;
        if self.at == self.ring.len() {
            self.at = 0;
            // Once around, what rounding has added is thrown away.
            self.sum = self.ring.iter().sum();
        }
        self.mean()
    }

    fn mean(&self) -> f64 {
        self.sum / self.ring.len() as f64
    }

    /// The value at a place, the oldest first.
    fn at(&self, place: usize) -> f64 {
        let index = self.at + place;
        let n = self.ring.len();
        self.ring[if index < n { index } else { index - n }]
    }
}

#[cfg(test)]
mod tests {
    use emo_testing::assert_close;

    use super::*;

    #[test]
    fn the_band_passes_and_a_constant_does_not() {
        let taps = band_pass(37, 8.0 / 120.0, 30.0 / 120.0);
        let gain = |hz: f64| {
            let (mut re, mut im) = (0.0, 0.0);
            for (i, tap) in taps.iter().enumerate() {
                let phase = std::f64::consts::TAU * hz / 120.0 * i as f64;
                re += tap * phase.cos();
                im -= tap * phase.sin();
            }
            re.hypot(im)
        };
        assert_close([gain(19.0)], [1.0], 1e-12, 0.0);
        assert!(gain(0.0) < 1e-12, "{}", gain(0.0));
        assert!(gain(1.0) < 0.03 && gain(50.0) < 0.03);
        assert!((0.3..0.7).contains(&gain(8.0)) && (0.3..0.7).contains(&gain(30.0)));
        for (tap, mirrored) in taps.iter().zip(taps.iter().rev()) {
            assert!((tap - mirrored).abs() < 1e-15);
        }
    }

    #[test]
    fn running_means_are_means() {
        let mut mean = RunningMean::new(5);
        mean.fill(1.0);
        let signal: Vec<f64> = (0..23).map(|n| f64::from(n * n % 11)).collect();
        for (n, &value) in signal.iter().enumerate() {
            let actual = mean.push(value);
            let window = |k: usize| n.checked_sub(k).map_or(1.0, |i| signal[i]);
            let expected = (0..5).map(window).sum::<f64>() / 5.0;
            assert_close([actual], [expected], 1e-12, 0.0);
            assert_eq!(mean.at(4), value);
            assert_eq!(mean.at(2), window(2));
        }
    }
}
