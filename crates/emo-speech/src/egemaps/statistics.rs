/// An extremum counts if it differs from the one before by more than this share of the series' range.
const PEAK_THRESHOLD: f64 = 0.1;
/// A maximum that is so much higher than the last one takes its place in any case.
const HIGHER: f64 = 1.05;

/// Mean and coefficient of variation, which has the sign of the mean; both 0 for an empty series.
pub(super) fn mean_and_variation(values: &[f64]) -> [f64; 2] {
    let mean = mean(values);
    let squares = values.iter().map(|x| (x - mean).powi(2)).sum::<f64>();
    let variation = (squares / values.len().max(1) as f64).sqrt() / mean;
    [
        mean,
        if variation.is_finite() {
            variation
        } else {
            0.0
        },
    ]
}

pub(super) fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len().max(1) as f64
}

/// Statistics that need memory, which is kept.
#[derive(Debug, Clone, Default)]
pub(super) struct Statistics {
    sorted: Vec<f64>,
    extrema: Vec<Extremum>,
    rising: SlopeMoments,
    falling: SlopeMoments,
    lengths: Vec<f64>,
}

/// Maxima of a series, and how steeply it rises and falls between its extrema.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Slopes {
    pub(super) n_maxima: usize,
    /// Mean and standard deviation of the rising slopes per second, then of the falling ones, which count positive.
    pub(super) moments: [f64; 4],
}

impl Statistics {
    /// Allocates for series of as many values.
    pub(super) fn reserve(&mut self, n_values: usize) {
        self.sorted.reserve(n_values);
        self.extrema.reserve(n_values);
        self.rising.slopes.reserve(n_values);
        self.falling.slopes.reserve(n_values);
        self.lengths.reserve(n_values);
    }

    /// Percentiles 20, 50 and 80 by linear interpolation, and the distance of the outer ones.
    pub(super) fn percentiles(&mut self, values: &[f64]) -> [f64; 4] {
        let sorted = &mut self.sorted;
        sorted.clear();
        sorted.extend(values);
        sorted.sort_unstable_by(f64::total_cmp);
        let percentile = |share: f64| {
            let position = share * sorted.len().saturating_sub(1) as f64;
            let at = |index: usize| sorted.get(index).copied();
            let below = at(position as usize).unwrap_or(0.0);
            let above = at(position as usize + 1).unwrap_or(below);
            below + (above - below) * position.fract()
        };
        let [low, middle, high] = [0.2, 0.5, 0.8].map(percentile);
        [low, middle, high, high - low]
    }

    /// Joins the salient extrema of the series by lines, from its first value and to its last. `step` is the time between
    /// values in seconds.
    pub(super) fn slopes(&mut self, values: &[f64], step: f64) -> Slopes {
        let Self {
            extrema,
            rising,
            falling,
            ..
        } = self;
        find_salient_extrema(values, extrema);
        rising.clear();
        falling.clear();
        let mut before = Extremum {
            index: 0,
            value: values.first().copied().unwrap_or(0.0),
            is_maximum: false,
        };
        for extremum in extrema.iter() {
            let seconds = (extremum.index - before.index) as f64 * step;
            let slope = (extremum.value - before.value) / seconds;
            if extremum.is_maximum {
                rising.add(slope);
            } else {
                falling.add(-slope);
            }
            before = *extremum;
        }
        if let (Some(last), Some(&end)) = (extrema.last(), values.last()) {
            let seconds = (values.len() - 1 - last.index) as f64 * step;
            let slope = (end - last.value) / seconds;
            if seconds <= 0.0 {
            } else if last.is_maximum {
                falling.add_end(slope);
            } else {
                rising.add_end(slope);
            }
        }
        let [a, b] = rising.finish();
        let [c, d] = falling.finish();
        Slopes {
            n_maxima: extrema.iter().filter(|e| e.is_maximum).count(),
            moments: [a, b, c, d],
        }
    }

    /// Number, mean length and standard deviation of the lengths of the runs in which `is_inside` holds, in seconds.
    ///
    /// As in openSMILE a run of n values lasts n - 1 steps; a single value outside does not end a run; and runs of one or
    /// two values do not count.
    pub(super) fn runs(
        &mut self,
        values: &[f64],
        step: f64,
        is_inside: impl Fn(f64) -> bool,
    ) -> (usize, [f64; 2]) {
        let lengths = &mut self.lengths;
        lengths.clear();
        let mut add = |begin: usize, end: usize| {
            if end - begin > 2 {
                lengths.push((end - begin - 1) as f64 * step);
            }
        };
        let mut run: Option<(usize, usize)> = None;
        for (index, _) in values.iter().enumerate().filter(|(_, x)| is_inside(**x)) {
            run = match run {
                Some((begin, end)) if index <= end + 1 => Some((begin, index + 1)),
                _ => {
                    if let Some((begin, end)) = run {
                        add(begin, end);
                    }
                    Some((index, index + 1))
                }
            };
        }
        if let Some((begin, end)) = run {
            add(begin, end);
        }
        let mean = mean(lengths);
        let squares: f64 = lengths.iter().map(|x| (x - mean).powi(2)).sum();
        let deviation = (squares / lengths.len().max(1) as f64).sqrt();
        (lengths.len(), [mean, deviation])
    }
}

/// The slope to the end of the series counts for the mean, as a negative number where it falls, but its own deviation
/// does not count for the standard deviation: both as in openSMILE.
#[derive(Debug, Clone, Default)]
struct SlopeMoments {
    slopes: Vec<f64>,
    end: Option<f64>,
}

impl SlopeMoments {
    fn clear(&mut self) {
        self.slopes.clear();
        self.end = None;
    }

    fn add(&mut self, slope: f64) {
        self.slopes.push(slope);
    }

    fn add_end(&mut self, slope: f64) {
        self.end = Some(slope);
    }

    fn finish(&self) -> [f64; 2] {
        let count = (self.slopes.len() + usize::from(self.end.is_some())).max(1) as f64;
        let mean = (self.slopes.iter().sum::<f64>() + self.end.unwrap_or(0.0)) / count;
        let squares: f64 = self.slopes.iter().map(|x| (x - mean).powi(2)).sum();
        [mean, (squares / count).sqrt()]
    }
}

#[derive(Debug, Clone, Copy)]
struct Extremum {
    index: usize,
    value: f64,
    is_maximum: bool,
}

/// Alternating maxima and minima, each of which differs enough from the one before.
///
/// As found by measuring openSMILE: the two values at either end are no extrema; a maximum is measured by the latest
/// minimum, be that salient or not, but the first one by the lowest after any other maximum; a minimum by the latest
/// maximum that was high enough; and of several of a kind the most extreme counts, where a maximum that is higher by a
/// twentieth need not be measured.
fn find_salient_extrema(values: &[f64], extrema: &mut Vec<Extremum>) {
    extrema.clear();
    let low = values.iter().copied().fold(f64::INFINITY, f64::min);
    let high = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let threshold = PEAK_THRESHOLD * (high - low);
    let first = values.first().copied().unwrap_or(0.0);
    let (mut latest_maximum, mut latest_minimum) = (first, first);
    let mut has_risen = false;
    let inner = values.windows(3).enumerate().skip(1);
    for (index, window) in inner.take(values.len().saturating_sub(4)) {
        let [left, value, right] = [window[0], window[1], window[2]];
        let is_maximum = value > left && value > right;
        if !is_maximum && (value >= left || value >= right) {
            continue;
        }
        let extremum = Extremum {
            index: index + 1,
            value,
            is_maximum,
        };
        let is_first = extrema.is_empty();
        let last = extrema.last_mut();
        let same = last.filter(|last| last.is_maximum == is_maximum);
        if is_maximum {
            has_risen = true;
            let is_far_higher = same
                .as_ref()
                .is_some_and(|last| value > HIGHER * last.value);
            if !is_far_higher && (value - latest_minimum).abs() <= threshold {
                continue;
            }
            latest_maximum = value;
            match same {
                Some(last) if value > last.value => *last = extremum,
                Some(_) => {}
                None => extrema.push(extremum),
            }
        } else {
            let is_salient = latest_maximum - value > threshold;
            match same {
                Some(last) if is_salient && value < last.value => *last = extremum,
                Some(_) => continue,
                None if is_salient => extrema.push(extremum),
                None if is_first && has_risen && value >= latest_minimum => continue,
                None => {}
            }
            latest_minimum = value;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use emo_testing::assert_close;

    #[test]
    fn runs_bridge_one_value_and_need_three() {
        let values: Vec<f64> = "0111011100110000111"
            .bytes()
            .map(|b| f64::from(b - b'0'))
            .collect();
        // From 1 to 8 with a gap of one, two values that do not count, and three at the end.
        let (n, [mean, deviation]) = Statistics::default().runs(&values, 0.1, |x| x > 0.0);
        assert_eq!(n, 2);
        assert_close([mean, deviation], [(0.6 + 0.2) / 2.0, 0.2], 1e-12, 0.0);
        assert_eq!(
            Statistics::default().runs(&[], 0.1, |x| x > 0.0),
            (0, [0.0, 0.0])
        );
    }

    /// What `numpy.percentile` of NumPy 2.4 gives.
    #[test]
    fn percentiles_are_interpolated() {
        let actual = Statistics::default().percentiles(&[4.0, 1.0, 3.0, 10.0]);
        assert_close(actual, [2.2, 3.5, 6.4, 4.2], 1e-12, 0.0);
        assert_eq!(Statistics::default().percentiles(&[]), [0.0; 4]);
    }

    /// What openSMILE 2.6.0 writes to `Peaks2.posDbgOutp` for these contours.
    #[test]
    fn extrema_are_those_of_opensmile() {
        let extrema = |contour: &[u8]| {
            let values: Vec<f64> = contour.iter().map(|&x| 0.1 + f64::from(x) / 16.0).collect();
            let mut extrema = Vec::new();
            find_salient_extrema(&values, &mut extrema);
            extrema
                .iter()
                .map(|e| (e.index, e.is_maximum))
                .collect::<Vec<_>>()
        };
        let actual = extrema(&[6, 9, 11, 0, 1, 9, 11, 2, 3, 10, 5, 3, 9, 3]);
        let expected = [
            (2, true),
            (3, false),
            (6, true),
            (7, false),
            (9, true),
            (11, false),
        ];
        assert_eq!(actual, expected);
        let actual = extrema(&[1, 9, 8, 9, 8, 7, 4, 11, 11, 8, 4, 6, 6, 0, 1, 5, 6, 2, 3]);
        assert_eq!(actual, [(16, true)]);
    }

    #[test]
    fn small_wiggles_are_not_extrema() {
        // Up by 10 in 2 steps, down by 8 in 3 with a wiggle of 0.5, up by 4 to the end.
        let values = [0.0, 5.0, 10.0, 6.0, 6.5, 2.0, 4.0, 6.0];
        let slopes = Statistics::default().slopes(&values, 1.0);
        assert_eq!(slopes.n_maxima, 1);
        let [rising, _, falling, deviation] = slopes.moments;
        assert_close(
            [rising, falling],
            [(5.0 + 2.0) / 2.0, 8.0 / 3.0],
            1e-12,
            0.0,
        );
        assert_close([deviation], [0.0], 0.0, 0.0);
    }
}
