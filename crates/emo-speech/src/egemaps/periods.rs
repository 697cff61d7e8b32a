/// A period may differ from the pitch by this share.
const SEARCH_RANGE: f64 = 0.1;
/// Least correlation of a period with the next for both to count.
const MIN_CORRELATION: f64 = 0.5;

/// Irregularity of the voice in one frame.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Irregularity {
    /// Mean difference of consecutive periods relative to the mean period.
    pub(super) jitter: f64,
    /// One plus the mean difference of the peak-to-peak amplitudes of consecutive periods relative to their mean, which
    /// counts at most 1, in dB.
    pub(super) shimmer: f64,
}

/// Cuts the waveform into periods and compares each with the next.
///
/// Periods follow each other as long as the voice lasts; a frame reports those of which the search, with the next one,
/// ends in it, and repeats what came before if there are none. As found by measuring openSMILE, a frame compares at
/// least one period if periods of the frame before left samples over; and if the search went past the end of the frame,
/// the next frame begins where this one began.
#[derive(Debug, Clone, Default)]
pub(super) struct PeriodMeter {
    /// Where the next period begins, in samples, if the frame before was voiced.
    start: Option<usize>,
    period_before: Option<f64>,
    held: Irregularity,
    correlations: Vec<f64>,
}

/// Sums over the periods of a frame.
#[derive(Debug, Default)]
struct Sums {
    n_periods: u32,
    period: f64,
    n_changes: u32,
    change: f64,
    amplitude: f64,
    amplitude_change: f64,
}

impl PeriodMeter {
    /// For frames of at most `frame_len` samples.
    pub(super) fn new(frame_len: usize) -> Self {
        Self {
            correlations: Vec::with_capacity(frame_len),
            ..Self::default()
        }
    }

    pub(super) fn reset(&mut self) {
        self.start = None;
    }

    /// The first sample that the next frame may need, if it continues a voice.
    pub(super) fn start(&self) -> Option<usize> {
        self.start
    }

    /// Measures the frame whose hop lasts from `hop_start` to `hop_end`. `samples` begins at sample `first` and
    /// reaches at least to `hop_end`. `period` is that of the pitch in samples.
    pub(super) fn measure(
        &mut self,
        samples: &[f32],
        first: usize,
        hop: std::ops::Range<usize>,
        period: Option<f64>,
    ) -> Irregularity {
        let Some(period) = period else {
            self.start = None;
            return Irregularity::default();
        };
        if self.start.is_none() {
            self.period_before = None;
            self.held = Irregularity::default();
        }
        let begin = self.start.unwrap_or(hop.start);
        let longest = (period * (1.0 + SEARCH_RANGE)).ceil() as usize;
        let mut is_forced = self.start.is_none() || begin < hop.start;
        let mut start = begin;
        let mut sums = Sums::default();
        while start + 2 * longest + 1 < hop.end || is_forced {
            is_forced = false;
            let rest = samples.get(start - first..).unwrap_or_default();
            start += self.compare(rest, period, &mut sums);
        }
        if start + 1 >= hop.end {
            start = begin;
        }
        self.start = Some(start);
        if sums.n_periods > 0 {
            self.held = sums.finish();
        }
        self.held
    }

    /// Compares the first period of `samples` with the second and returns its length in samples.
    fn compare(&mut self, samples: &[f32], period: f64, sums: &mut Sums) -> usize {
        let shortest = ((period * (1.0 - SEARCH_RANGE)) as usize).max(2);
        let longest = (period * (1.0 + SEARCH_RANGE)) as usize;
        self.correlations.clear();
        self.correlations
            .extend((shortest..=longest).map(|len| correlation(samples, len)));
        let peaks = self.correlations.windows(3).enumerate();
        let highest = peaks
            .filter(|(_, w)| w[1] > w[0] && w[1] >= w[2])
            .rev()
            .max_by(|(_, v), (_, w)| v[1].total_cmp(&w[1]));
        let Some((index, &[left, here, right])) =
            highest.and_then(|(index, w)| Some((index, w.first_chunk()?)))
        else {
            return period.round() as usize;
        };
        let len = shortest + index + 1;
        if here >= MIN_CORRELATION {
            let offset = 0.5 * (left - right) / (left - 2.0 * here + right);
            let found = len as f64 + offset;
            let amplitudes = [0, len].map(|from| peak_to_peak(samples, from, len));
            sums.add(found, self.period_before.replace(found), amplitudes);
        }
        len
    }
}

impl Sums {
    fn add(&mut self, period: f64, before: Option<f64>, amplitudes: [f64; 2]) {
        self.n_periods += 1;
        self.period += period;
        if let Some(before) = before {
            self.n_changes += 1;
            self.change += (period - before).abs();
        }
        self.amplitude += f64::midpoint(amplitudes[0], amplitudes[1]);
        self.amplitude_change += (amplitudes[1] - amplitudes[0]).abs();
    }

    fn finish(&self) -> Irregularity {
        let mean_period = self.period / f64::from(self.n_periods);
        let jitter = match self.n_changes {
            0 => 0.0,
            n => self.change / f64::from(n) / mean_period,
        };
        let shimmer = if self.amplitude > 0.0 {
            20.0 * (1.0 + (self.amplitude_change / self.amplitude).min(1.0)).log10()
        } else {
            0.0
        };
        Irregularity { jitter, shimmer }
    }
}

/// Pearson's correlation of the first `len` samples with the `len` after them; 0 if either is constant.
fn correlation(samples: &[f32], len: usize) -> f64 {
    let Some(second) = samples.get(len..) else {
        return 0.0;
    };
    let pairs = || samples[..len].iter().zip(second);
    let n = second.len().min(len) as f64;
    let (mut sum_a, mut sum_b, mut sum_aa, mut sum_bb, mut sum_ab) = (0.0, 0.0, 0.0, 0.0, 0.0);
    for (&a, &b) in pairs() {
        let (a, b) = (f64::from(a), f64::from(b));
        sum_a += a;
        sum_b += b;
        sum_aa += a * a;
        sum_bb += b * b;
        sum_ab += a * b;
    }
    let variances = (sum_aa - sum_a * sum_a / n) * (sum_bb - sum_b * sum_b / n);
    if variances > 1e-20 {
        (sum_ab - sum_a * sum_b / n) / variances.sqrt()
    } else {
        0.0
    }
}

/// Of a period without its first and last sample, which cannot be peaks of it.
fn peak_to_peak(samples: &[f32], from: usize, len: usize) -> f64 {
    let end = (from + len).min(samples.len() + 1).saturating_sub(1);
    let range = samples.get(from + 1..end).unwrap_or_default();
    let low = range.iter().copied().fold(f32::INFINITY, f32::min);
    let high = range.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    if low <= high {
        f64::from(high) - f64::from(low)
    } else {
        0.0
    }
}
