use std::ops::Range;

use crate::peaks::local_maxima;

/// Seconds of a segment; the next one begins half a segment later.
const SEGMENT_SECONDS: f64 = 2.0;
/// Share of weights that are not 0 from which on a hop more is taken.
const MIN_SHARE: f64 = 0.55;
/// Seconds at the start from which the first levels are taken.
const LEARNING_SECONDS: usize = 2;
/// Seconds to the beat before, at and below which the higher one of two peaks is the beat.
const MIN_DELAY_SECONDS: f64 = 0.3;
/// Seconds to both neighbours within which search-back finds nothing.
const MIN_MISSED_SECONDS: f64 = 0.25;
/// Intervals whose mean tells when a beat is overdue, and how far beyond it.
const N_INTERVALS: usize = 8;
const OVERDUE: f64 = 1.66;

/// Marks of Emrich et al. (2023) in a high-passed signal: peaks of the signal weighted by paths in visibility graphs.
pub(super) fn marks(cleaned: &[f64], rate_hz: f64) -> Vec<usize> {
    let mut weighted = weights(cleaned, (SEGMENT_SECONDS * rate_hz) as usize);
    for (weight, value) in weighted.iter_mut().zip(cleaned) {
        *weight *= value;
    }
    Threshold::of(&weighted, rate_hz).beats(&weighted)
}

/// The weight of each sample: the mean of the segments it lies in; 0 unless it is a maximum above a segment's median.
fn weights(signal: &[f64], segment_len: usize) -> Vec<f64> {
    let n = signal.len();
    let len = segment_len.min(n);
    let overlap = len.div_ceil(2);
    let mut weights = vec![0.0; n];
    let mut graph = Graph::default();
    let mut start = 0;
    loop {
        let end = (start + len).min(n);
        let segment = &signal[start..end];
        let of_segment = graph.weigh(segment);
        // What lies in two segments has the mean of both. As the peer does it, that goes one sample beyond the overlap,
        // and for a last segment that is shorter than the overlap, everywhere.
        let shared = if start == 0 {
            0
        } else if start > n - overlap {
            segment.len()
        } else {
            overlap + 1
        };
        for (at, weight) in of_segment {
            let slot = &mut weights[start + at];
            *slot = if at < shared {
                0.5 * (*slot + weight)
            } else {
                weight
            };
        }
        if end == n {
            return weights;
        }
        start += len - overlap;
    }
}

/// The natural visibility graph of a segment's maxima, with edges from each to the lower ones that it sees.
#[derive(Default)]
struct Graph {
    sorted: Vec<f64>,
    /// The ends of edges, and of each maximum which of them begin there.
    ends: Vec<usize>,
    edges: Vec<Range<usize>>,
    weights: Vec<f64>,
    next: Vec<f64>,
}

impl Graph {
    /// The maxima above the median, each with how much paths of several hops begin there: the norm of all is 1.
    fn weigh(&mut self, segment: &[f64]) -> impl Iterator<Item = (usize, f64)> {
        let median = self.median(segment);
        let mut maxima = local_maxima(segment);
        maxima.retain(|&i| segment[i] > median);
        self.connect(segment, &maxima);
        let n = maxima.len();
        self.weights.clear();
        self.weights.resize(n, 1.0 / n as f64);
        loop {
            let n_left = self.weights.iter().filter(|&&weight| weight != 0.0).count();
            if n == 0 || (n_left as f64 / n as f64) < MIN_SHARE {
                break;
            }
            self.next.clear();
            self.next.extend(self.edges.iter().map(|edges| {
                let seen = self.ends[edges.clone()].iter();
                seen.map(|&end| self.weights[end]).sum::<f64>()
            }));
            let norm = self.next.iter().map(|x| x * x).sum::<f64>().sqrt();
            // No path is that long: the weights of the hop before stay.
            if norm == 0.0 {
                break;
            }
            self.next.iter_mut().for_each(|weight| *weight /= norm);
            std::mem::swap(&mut self.weights, &mut self.next);
        }
        maxima.into_iter().zip(self.weights.iter().copied())
    }

    fn median(&mut self, segment: &[f64]) -> f64 {
        self.sorted.clear();
        self.sorted.extend_from_slice(segment);
        let n = segment.len();
        let (below, &mut upper, _) = self.sorted.select_nth_unstable_by(n / 2, f64::total_cmp);
        if n % 2 == 1 {
            return upper;
        }
        let lower = below.iter().fold(f64::NEG_INFINITY, |a, &b| a.max(b));
        upper - (upper - lower) * 0.5
    }

    /// A maximum sees nothing that is lower beyond the next one as high as itself, so that the work is that of dividing
    /// the segment at its highest maxima.
    fn connect(&mut self, segment: &[f64], maxima: &[usize]) {
        self.ends.clear();
        self.edges.clear();
        for (from, &place) in maxima.iter().enumerate() {
            let first = self.ends.len();
            let height = segment[place];
            let slope = |to: usize| {
                let run = maxima[to].abs_diff(place) as f64;
                (segment[maxima[to]] - height) / run
            };
            let mut steepest = f64::NEG_INFINITY;
            for to in (0..from).rev().take_while(|&to| slope(to) < 0.0) {
                if slope(to) > steepest {
                    steepest = slope(to);
                    self.ends.push(to);
                }
            }
            steepest = f64::NEG_INFINITY;
            for to in from + 1..maxima.len() {
                // Of two that are equally high the first one sees the other.
                if slope(to) > 0.0 || steepest == 0.0 {
                    break;
                }
                if slope(to) > steepest {
                    steepest = slope(to);
                    self.ends.push(to);
                }
            }
            self.edges.push(first..self.ends.len());
        }
    }
}

/// The adaptive threshold of Pan and Tompkins (1985) over a weighted signal, where most samples are 0.
struct Threshold {
    signal_level: f64,
    noise_level: f64,
    min_delay: f64,
    min_missed: usize,
}

impl Threshold {
    fn of(weighted: &[f64], rate_hz: f64) -> Self {
        // Seconds have a whole number of samples here, as in the peer.
        let rate = rate_hz as usize;
        let start = &weighted[..(LEARNING_SECONDS * rate).min(weighted.len())];
        let largest = start.iter().fold(f64::NEG_INFINITY, |a, &b| a.max(b));
        Self {
            signal_level: 0.25 * largest,
            noise_level: 0.5 * start.iter().sum::<f64>() / start.len() as f64,
            min_delay: MIN_DELAY_SECONDS * rate as f64,
            min_missed: (MIN_MISSED_SECONDS * rate as f64) as usize,
        }
    }

    fn beats(mut self, weighted: &[f64]) -> Vec<usize> {
        let mut threshold = self.signal_level;
        let mut beats: Vec<usize> = Vec::new();
        // A beat is thought of before the first sample, unless one is found right at the start.
        let mut before = Some(-(self.min_missed as i64));
        for (peak, three) in (1..).zip(weighted.windows(3)) {
            let height = three[1];
            if three[0] > height || height < three[2] {
                continue;
            }
            if height > threshold {
                let last = beats.last().map(|&last| last as i64).or(before);
                let is_apart = |last| (peak as i64 - last) as f64 > self.min_delay;
                if last.is_none_or(is_apart) {
                    beats.push(peak);
                    self.signal_level = mixed(height, self.signal_level);
                } else if let Some(last) = beats.last_mut() {
                    self.keep_higher(last, peak, weighted);
                } else {
                    before = None;
                    beats.push(peak);
                    self.signal_level += 0.125 * height;
                }
                self.search_back(&mut beats, before, threshold, weighted);
            } else {
                self.noise_level = mixed(height, self.noise_level);
            }
            threshold = self.noise_level + 0.25 * (self.signal_level - self.noise_level);
        }
        beats
    }

    /// Of two peaks that are too close the higher one is the beat, the other one noise.
    fn keep_higher(&mut self, last: &mut usize, peak: usize, weighted: &[f64]) {
        let height = weighted[peak];
        if height > weighted[*last] {
            let without = (self.signal_level - 0.125 * weighted[*last]) / 0.875;
            self.signal_level = mixed(height, without);
            *last = peak;
        } else {
            self.noise_level = mixed(height, self.noise_level);
        }
    }

    /// Adds the highest sample of an overdue interval, if it is above half the threshold.
    fn search_back(
        &self,
        beats: &mut Vec<usize>,
        before: Option<i64>,
        threshold: f64,
        weighted: &[f64],
    ) {
        let &[.., previous, last] = beats.as_slice() else {
            return;
        };
        let first = match (beats.len(), before) {
            (n, _) if n > N_INTERVALS => beats[n - 1 - N_INTERVALS] as i64,
            (N_INTERVALS, Some(before)) => before,
            _ => return,
        };
        let mean = ((last as i64 - first) as f64 / N_INTERVALS as f64) as usize;
        if last - previous <= (OVERDUE * mean as f64) as usize {
            return;
        }
        let missed = (previous + self.min_missed..last.saturating_sub(self.min_missed))
            .filter(|&at| weighted[at] > 0.5 * threshold)
            .reduce(|best, at| {
                if weighted[at] > weighted[best] {
                    at
                } else {
                    best
                }
            });
        if let Some(missed) = missed {
            beats.insert(beats.len() - 1, missed);
        }
    }
}

fn mixed(height: f64, level: f64) -> f64 {
    0.125 * height + 0.875 * level
}
