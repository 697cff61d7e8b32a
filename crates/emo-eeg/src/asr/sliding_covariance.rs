use std::collections::VecDeque;

/// Mean products of all pairs of channels over the last window of samples, in memory that is taken once.
///
/// The products of the samples between two calls of [`update`](Self::update) are summed once, and the window's are the
/// sum of these segments and of the samples of the one that it cuts. Nothing is ever subtracted, so that what has left
/// the window leaves no trace.
#[derive(Debug, Clone)]
pub(super) struct SlidingCovariance {
    n: usize,
    window_len: usize,
    /// The window, a ring `[window_len, channels]`, zeros at first.
    samples: Vec<f64>,
    /// Where the next sample is put, which is where the oldest one lies.
    at: usize,
    n_new: usize,
    /// Segments from the oldest to the newest, all within the window.
    segments: VecDeque<Segment>,
    spare: Vec<Segment>,
    covariance: Vec<f64>,
}

/// The sums of products of `len` samples, the lower triangle.
#[derive(Debug, Clone)]
struct Segment {
    len: usize,
    products: Vec<f64>,
}

impl SlidingCovariance {
    /// For `n` channels, windows of `window_len` samples and about `step` samples from one update to the next.
    pub(super) fn new(n: usize, window_len: usize, step: usize) -> Self {
        let n_segments = window_len / step + 1;
        let segment = Segment {
            len: 0,
            products: vec![0.0; n * n],
        };
        Self {
            n,
            window_len,
            samples: vec![0.0; window_len * n],
            at: 0,
            n_new: 0,
            segments: VecDeque::with_capacity(n_segments),
            spare: vec![segment; n_segments],
            covariance: vec![0.0; n * n],
        }
    }

    /// The place of the next sample, which takes that of the oldest.
    pub(super) fn next(&mut self) -> &mut [f64] {
        let at = self.at;
        self.at = (at + 1) % self.window_len;
        self.n_new += 1;
        &mut self.samples[at * self.n..][..self.n]
    }

    /// The mean products over the window, of which the lower triangle counts.
    pub(super) fn update(&mut self) -> &[f64] {
        let n_new = std::mem::take(&mut self.n_new).min(self.window_len);
        let mut covered: usize = n_new + self.segments.iter().map(|s| s.len).sum::<usize>();
        while covered > self.window_len || self.spare.is_empty() {
            let Some(oldest) = self.segments.pop_front() else {
                break;
            };
            covered -= oldest.len;
            self.spare.push(oldest);
        }
        if let Some(mut segment) = self.spare.pop() {
            segment.len = n_new;
            segment.products.fill(0.0);
            self.add_products(
                self.window_len - n_new..self.window_len,
                &mut segment.products,
            );
            self.segments.push_back(segment);
        }
        let mut covariance = std::mem::take(&mut self.covariance);
        covariance.fill(0.0);
        self.add_products(0..self.window_len - covered, &mut covariance);
        for segment in &self.segments {
            for row in 0..self.n {
                let row = row * self.n..row * self.n + row + 1;
                let sums = covariance[row.clone()].iter_mut();
                sums.zip(&segment.products[row])
                    .for_each(|(sum, x)| *sum += x);
            }
        }
        let share = 1.0 / self.window_len as f64;
        covariance.iter_mut().for_each(|sum| *sum *= share);
        self.covariance = covariance;
        &self.covariance
    }

    /// Adds the products of samples that are counted from the oldest of the window.
    fn add_products(&self, range: std::ops::Range<usize>, out: &mut [f64]) {
        let n_before_end = self.window_len - self.at;
        let (start, end) = (range.start.min(n_before_end), range.end.min(n_before_end));
        add_products(
            &self.samples[(self.at + start) * self.n..(self.at + end) * self.n],
            self.n,
            out,
        );
        let (start, end) = (range.start - start, range.end - end);
        add_products(&self.samples[start * self.n..end * self.n], self.n, out);
    }
}

/// Adds the products of all pairs of channels of the samples `[_, n]`, the lower triangle.
fn add_products(samples: &[f64], n: usize, out: &mut [f64]) {
    let blocks = samples.chunks_exact(4 * n);
    let rest = blocks.remainder();
    for block in blocks {
        let (a, tail) = block.split_at(n);
        let (b, tail) = tail.split_at(n);
        let (c, d) = tail.split_at(n);
        for row in 0..n {
            let (w, x, y, z) = (a[row], b[row], c[row], d[row]);
            let sums = &mut out[row * n..][..=row];
            let columns = a.iter().zip(b).zip(c.iter().zip(d));
            for (sum, ((a, b), (c, d))) in sums.iter_mut().zip(columns) {
                *sum += w * a + x * b + y * c + z * d;
            }
        }
    }
    for sample in rest.chunks_exact(n) {
        for (row, x) in sample.iter().enumerate() {
            for (sum, y) in out[row * n..][..=row].iter_mut().zip(sample) {
                *sum += x * y;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use emo_testing::assert_close;
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn it_is_the_mean_of_products_over_the_window(
            values in prop::collection::vec(-100.0..100.0, 3 * 200),
            window_len in 1_usize..40,
            step in 1_usize..40,
            steps in prop::collection::vec(0_usize..60, 1..20),
        ) {
            let n = 3;
            let step = step.min(window_len);
            let mut covariance = SlidingCovariance::new(n, window_len, step);
            let mut samples = vec![0.0; window_len * n];
            let mut next = values.chunks_exact(n).cycle();
            for n_new in steps {
                for _ in 0..n_new {
                    let sample = next.next().unwrap();
                    samples.extend_from_slice(sample);
                    covariance.next().copy_from_slice(sample);
                }
                let window = &samples[samples.len() - window_len * n..];
                let actual = covariance.update();
                for row in 0..n {
                    for column in 0..=row {
                        let products = window.chunks_exact(n).map(|x| x[row] * x[column]);
                        let expected = products.sum::<f64>() / window_len as f64;
                        assert_close([actual[row * n + column]], [expected], 1e-12, 1e-9);
                    }
                }
            }
        }
    }

    #[test]
    fn what_has_left_the_window_leaves_no_trace() {
        let mut covariance = SlidingCovariance::new(2, 10, 4);
        for x in [1e200, 1e200, 1e200] {
            covariance.next().fill(x);
        }
        assert_eq!(covariance.update()[0], f64::INFINITY);
        for _ in 0..3 {
            for _ in 0..4 {
                covariance.next().fill(3.0);
            }
            covariance.update();
        }
        assert_eq!(covariance.update()[2..], [9.0, 9.0]);
    }
}
