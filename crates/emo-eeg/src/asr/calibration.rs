//! From clean EEG to the mixing and threshold matrices.

use ndarray::Array2;

use super::AsrConfig;
use super::clean_windows::{MIN_WINDOWS, amplitudes};
use super::distribution::AmplitudeFit;
use super::orthonormal::dot;
use super::weighting::{ORDER, Weighting};
use crate::EegError;
use crate::symmetric_eigen::SymmetricEigen;

/// The geometric median stands still when it moves by less than this share of its length.
const STILL: f64 = 1e-12;

/// Most steps towards the geometric median, as in asrpy.
const MAX_STEPS: usize = 500;

/// Most products of two channels that are kept over all blocks: a gigabyte.
const MAX_PRODUCTS: usize = 1 << 27;

/// Amplitude, as a share of the largest component's, below which a threshold is not set: it would be rounding.
const LEAST_THRESHOLD: f64 = 1e-7;

/// The mixing and the threshold matrix of clean channels.
pub(super) fn calibrate(
    config: &AsrConfig,
    channels: &[Vec<f64>],
) -> Result<(Array2<f64>, Array2<f64>), EegError> {
    let n = channels.len();
    let n_samples = channels[0].len();
    let len = config.window_len();
    let hop = (len as f64 * (1.0 - config.window_overlap))
        .round_ties_even()
        .max(1.0) as usize;
    let begins: Vec<usize> = (0..n_samples.saturating_sub(len)).step_by(hop).collect();
    let required = usize::max(len + MIN_WINDOWS * hop, config.block_len.saturating_mul(2));
    if n_samples < required {
        return Err(EegError::SignalTooShort {
            actual: n_samples,
            required,
        });
    }
    let n_products = (n_samples.div_ceil(config.block_len)).saturating_mul(n * n);
    if n_products > MAX_PRODUCTS {
        return Err(EegError::InvalidSetting {
            name: "block_len",
            value: config.block_len as f64,
            expected: "more samples for so many channels and so long a recording",
        });
    }
    if let Some(channel) = channels
        .iter()
        .position(|row| row.iter().all(|x| *x == row[0]))
    {
        return Err(EegError::FlatChannel { channel });
    }
    let filtered = weighted(config, channels);
    let covariance = geometric_median(&block_covariances(&filtered, n, config.block_len), n * n);
    let mut eigen = SymmetricEigen::new(n);
    eigen.decompose(&covariance);
    let mut mixing = Array2::zeros((n, n));
    for component in 0..n {
        let root = eigen.values()[component].max(0.0).sqrt();
        let vector = eigen.vector(component);
        for row in 0..n {
            for column in 0..n {
                mixing[[row, column]] += root * vector[row] * vector[column];
            }
        }
    }

    let fit = AmplitudeFit::new(begins.len(), config, config.fit);
    let mut thresholds = vec![0.0; n];
    for (component, threshold) in thresholds.iter_mut().enumerate() {
        let vector = eigen.vector(component);
        let activity: Vec<f64> = filtered
            .chunks_exact(n)
            .map(|sample| dot(vector, sample))
            .collect();
        let amplitudes = amplitudes(&activity, &begins, len);
        // Channels of which one is a copy of others have components of nothing, whose amplitude need not vary.
        if let Some(clean) = fit.fit(&amplitudes) {
            *threshold = clean.mean + config.cutoff * clean.deviation;
        }
    }
    let least = LEAST_THRESHOLD * thresholds.iter().copied().fold(0.0, f64::max);
    let threshold = Array2::from_shape_fn((n, n), |(component, channel)| {
        thresholds[component].max(least) * eigen.vector(component)[channel]
    });
    Ok((mixing, threshold))
}

/// The channels after the weighting filter, `[samples, channels]`.
fn weighted(config: &AsrConfig, channels: &[Vec<f64>]) -> Vec<f64> {
    let n = channels.len();
    let n_samples = channels[0].len();
    let weighting = Weighting::new(config.sample_rate);
    let mut state = vec![0.0; ORDER * n];
    let mut sample = vec![0.0; n];
    let mut filtered = vec![0.0; n_samples * n];
    for (time, out) in filtered.chunks_exact_mut(n).enumerate() {
        sample
            .iter_mut()
            .zip(channels)
            .for_each(|(x, row)| *x = row[time]);
        weighting.run(&mut state, &sample, out);
    }
    filtered
}

/// Mean products of all pairs of channels in blocks of `block_len` samples, `[blocks, channels · channels]`; the last
/// block repeats the last sample until it is full, as in asrpy.
fn block_covariances(samples: &[f64], n: usize, block_len: usize) -> Vec<f64> {
    let last = samples.len() / n - 1;
    let n_blocks = last.div_ceil(block_len);
    let mut covariances = vec![0.0; n_blocks * n * n];
    for (block, covariance) in covariances.chunks_exact_mut(n * n).enumerate() {
        for k in 0..block_len {
            let sample = &samples[last.min(block * block_len + k) * n..][..n];
            for (row, &x) in covariance.chunks_exact_mut(n).zip(sample) {
                for (sum, y) in row.iter_mut().zip(sample) {
                    *sum += x * y / block_len as f64;
                }
            }
        }
    }
    covariances
}

/// The point with the least sum of distances to `points` `[_, dimensions]`.
///
/// Y. Vardi, C.-H. Zhang (2000). The multivariate L1-median and associated data depth. PNAS 97(4).
/// doi:10.1073/pnas.97.4.1423.
fn geometric_median(points: &[f64], dimensions: usize) -> Vec<f64> {
    let points: Vec<&[f64]> = points.chunks_exact(dimensions).collect();
    let mut median = vec![0.0; dimensions];
    for point in &points {
        add(&mut median, 1.0 / points.len() as f64, point);
    }
    let mut next = vec![0.0; dimensions];
    for _ in 0..MAX_STEPS {
        next.fill(0.0);
        let (mut weights, mut n_here) = (0.0, 0.0);
        for point in &points {
            let distance = distance(point, &median);
            if distance == 0.0 {
                n_here += 1.0;
            } else {
                add(&mut next, 1.0 / distance, point);
                weights += 1.0 / distance;
            }
        }
        if weights == 0.0 {
            break;
        }
        next.iter_mut().for_each(|x| *x /= weights);
        // Where the median is a point itself, that point holds it back.
        if n_here > 0.0 {
            let pull = distance(&next, &median) * weights;
            let hold = if pull > 0.0 {
                f64::min(1.0, n_here / pull)
            } else {
                0.0
            };
            for (to, from) in next.iter_mut().zip(&median) {
                *to = (1.0 - hold) * *to + hold * from;
            }
        }
        let moved = distance(&next, &median);
        std::mem::swap(&mut median, &mut next);
        if moved <= STILL * dot(&median, &median).sqrt() {
            break;
        }
    }
    median
}

fn add(to: &mut [f64], share: f64, what: &[f64]) {
    for (x, y) in to.iter_mut().zip(what) {
        *x += share * y;
    }
}

fn distance(a: &[f64], b: &[f64]) -> f64 {
    a.iter()
        .zip(b)
        .map(|(x, y)| (x - y).powi(2))
        .sum::<f64>()
        .sqrt()
}

#[cfg(test)]
mod tests {
    use emo_testing::assert_close;

    use super::*;

    #[test]
    fn the_geometric_median_of_an_obtuse_triangle_is_its_corner() {
        // The angle at the first corner is above 120 degrees.
        let median = geometric_median(&[0.0, 0.0, 4.0, 1.0, -4.0, 1.0], 2);
        assert_close(median, [0.0, 0.0], 0.0, 1e-9);
        // Of a square with its centre, the centre, where the iteration starts.
        let square = [1.0, 1.0, 1.0, -1.0, -1.0, 1.0, -1.0, -1.0, 0.0, 0.0];
        assert_close(geometric_median(&square, 2), [0.0, 0.0], 0.0, 1e-12);
        // One far point hardly moves it.
        let median = geometric_median(&[1.0, 2.0, 3.0, 1e9], 1);
        assert!((2.0..=3.0).contains(&median[0]), "{median:?}");
    }

    #[test]
    fn the_last_block_is_filled_up() {
        // Two channels; samples (1, 2), (3, 4), (5, 6): a full block of two, then the last sample twice.
        let covariances = block_covariances(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0], 2, 2);
        assert_eq!(covariances, [5.0, 7.0, 7.0, 10.0, 37.0, 43.0, 43.0, 50.0]);
    }
}
