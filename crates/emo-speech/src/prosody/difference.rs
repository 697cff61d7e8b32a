use super::round_trip::RoundTrip;

/// The cumulative mean normalized difference of a frame with itself some samples later, with its troughs.
///
/// # References
/// A. de Cheveigné, H. Kawahara, YIN, a fundamental frequency estimator for speech and music, Journal of the Acoustical
/// Society of America 111(4), 2002, doi:10.1121/1.1458024, Eq. 8.
#[derive(Debug, Clone)]
pub(super) struct Difference {
    min_period: usize,
    /// One value for each period from the shortest to the longest.
    values: Vec<f64>,
    transform: RoundTrip,
}

impl Difference {
    /// For periods in samples; the longest is shorter than the frame and at least two longer than the shortest.
    pub(super) fn new(frame_len: usize, min_period: usize, max_period: usize) -> Self {
        Self {
            min_period,
            values: vec![0.0; max_period - min_period + 1],
            transform: RoundTrip::new(fast_len(frame_len + max_period + 1)),
        }
    }

    /// As in librosa, what the end of the frame lacks is not taken off: the difference is that of the frame followed by
    /// zeros, less the power of its first samples.
    pub(super) fn compute(&mut self, frame: &[f64]) {
        let (inside, after) = self.transform.samples.split_at_mut(frame.len());
        inside.copy_from_slice(frame);
        after.fill(0.0);
        self.transform.autocorrelate();
        let correlation = &self.transform.samples;
        let scale = 1.0 / correlation.len() as f64;
        let power = correlation[0] * scale;
        let (mut before, mut sum) = (0.0, 0.0);
        for (k, x) in frame
            .iter()
            .enumerate()
            .take(self.min_period + self.values.len())
        {
            if k > 0 {
                let difference = 2.0 * (power - correlation[k] * scale) - before;
                if k >= self.min_period {
                    // The mean up to this period itself.
                    let mean = (sum + difference) / k as f64;
                    self.values[k - self.min_period] = difference / (mean + f64::MIN_POSITIVE);
                }
                sum += difference;
            }
            before += x * x;
        }
    }

    pub(super) fn values(&self) -> &[f64] {
        &self.values
    }

    /// Whether the value is a local minimum.
    pub(super) fn is_trough(&self, index: usize) -> bool {
        let values = &self.values;
        let last = values.len() - 1;
        if index == 0 {
            values[0] < values[1]
        } else if index == last {
            values[last] < values[last - 1]
        } else {
            values[index] < values[index - 1] && values[index] <= values[index + 1]
        }
    }

    /// The period in samples at the vertex of the parabola through the value and its neighbours, where that is less than
    /// a sample away.
    pub(super) fn period(&self, index: usize) -> f64 {
        let period = (self.min_period + index) as f64;
        if index == 0 || index + 1 == self.values.len() {
            return period;
        }
        let (before, here, after) = (
            self.values[index - 1],
            self.values[index],
            self.values[index + 1],
        );
        let bend = after + before - 2.0 * here;
        let slope = 0.5 * (after - before);
        if slope.abs() >= bend.abs() {
            period
        } else {
            period - slope / bend
        }
    }
}

/// The next even length without other prime factors than 2, 3 and 5, which transforms are fast for.
fn fast_len(len: usize) -> usize {
    (len.next_multiple_of(2)..)
        .step_by(2)
        .find(|&n| {
            let mut rest = n;
            for factor in [2, 3, 5] {
                while rest.is_multiple_of(factor) {
                    rest /= factor;
                }
            }
            rest == 1
        })
        .expect("a power of two comes before long")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_difference_is_that_of_its_definition() {
        let frame: Vec<f64> = (0..64).map(|n| ((n * n) as f64 * 0.37).sin()).collect();
        let mut difference = Difference::new(64, 3, 20);
        difference.compute(&frame);
        let later = |n: usize| frame.get(n).copied().unwrap_or(0.0);
        let plain = |k: usize| -> f64 { (0..64).map(|n| (frame[n] - later(n + k)).powi(2)).sum() };
        let expected = (3..=20).map(|k| k as f64 * plain(k) / (1..=k).map(plain).sum::<f64>());
        emo_testing::assert_close(difference.values().to_vec(), expected, 1e-9, 1e-12);
    }

    #[test]
    fn fast_lengths_are_smooth() {
        assert_eq!([2389, 4096, 7, 1].map(fast_len), [2400, 4096, 8, 2]);
    }
}
