use crate::{Predictions, ScoreError, metrics::quantile::quantile_of};

/// How confidences are put into bins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Binning {
    /// Bins of equal width over `[0, 1]`, closed above: (0, 1/n], (1/n, 2/n], …
    #[default]
    EqualWidth,
    /// Bins that end at the quantiles of the confidences, so that they hold equally many samples. Equal
    /// confidences stay together: with many of them bins are uneven or empty.
    EqualMass,
}

impl Binning {
    /// `equal-width` or `equal-mass`.
    pub fn name(self) -> &'static str {
        match self {
            Self::EqualWidth => "equal-width",
            Self::EqualMass => "equal-mass",
        }
    }
}

/// The samples whose confidence falls into one bin.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct ReliabilityBin {
    /// The lower edge; it belongs to the bin below.
    pub low: f64,
    /// The upper edge.
    pub high: f64,
    /// How many samples there are, at least one.
    pub n: usize,
    /// Their mean confidence.
    pub confidence: f64,
    /// The share of them that is right.
    pub accuracy: f64,
}

/// The reliability diagram: confidence against accuracy, in bins; empty bins are left out.
///
/// # References
/// M. P. Naeini, G. F. Cooper, M. Hauskrecht, *Obtaining well calibrated probabilities using Bayesian binning*,
/// AAAI 2015, doi:10.1609/aaai.v29i1.9602 (ECE, MCE). C. Guo, G. Pleiss, Y. Sun, K. Q. Weinberger, *On
/// calibration of modern neural networks*, ICML 2017, arXiv:1706.04599 (15 bins of the highest score).
/// J. Nixon et al., *Measuring calibration in deep learning*, 2019, arXiv:1904.01685 (equal mass).
#[derive(Debug, Clone, PartialEq)]
pub struct Reliability {
    n_bins: usize,
    bins: Vec<ReliabilityBin>,
}

impl Reliability {
    /// The number of bins of Guo et al. 2017.
    pub const DEFAULT_BINS: usize = 15;

    /// Bins the highest score of each sample.
    ///
    /// # Errors
    /// [`ScoreError::Parameter`] without bins.
    pub fn new(
        predictions: &Predictions,
        binning: Binning,
        n_bins: usize,
    ) -> Result<Self, ScoreError> {
        if n_bins == 0 {
            return Err(ScoreError::Parameter {
                name: "number of bins",
                value: 0.0,
                expected: "at least 1",
            });
        }
        let edges: Vec<f64> = match binning {
            Binning::EqualWidth => (0..=n_bins).map(|i| i as f64 / n_bins as f64).collect(),
            Binning::EqualMass => {
                let mut sorted: Vec<f64> = predictions.confidence().collect();
                sorted.sort_unstable_by(f64::total_cmp);
                (0..=n_bins)
                    .map(|i| quantile_of(&sorted, i, n_bins))
                    .collect()
            }
        };
        let interior = &edges[1..n_bins];
        let mut sums = vec![(0_usize, 0.0_f64, 0_usize); n_bins];
        for (confidence, correct) in predictions.confidence().zip(predictions.correct()) {
            let (n, sum, hits) = &mut sums[interior.partition_point(|&edge| edge < confidence)];
            *n += 1;
            *sum += confidence;
            *hits += usize::from(correct);
        }
        let bins = sums
            .into_iter()
            .enumerate()
            .filter(|(_, (n, ..))| *n > 0)
            .map(|(bin, (n, sum, hits))| ReliabilityBin {
                low: edges[bin],
                high: edges[bin + 1],
                n,
                confidence: sum / n as f64,
                accuracy: hits as f64 / n as f64,
            })
            .collect();
        Ok(Self { n_bins, bins })
    }

    /// The bins that hold samples, in ascending order.
    pub fn bins(&self) -> &[ReliabilityBin] {
        &self.bins
    }

    /// How many bins there are, empty ones included.
    pub fn n_bins(&self) -> usize {
        self.n_bins
    }

    /// The expected calibration error, in `[0, 1]`: `Σ_b n_b/N · |accuracy_b − confidence_b|`.
    #[doc(alias = "expected_calibration_error")]
    pub fn ece(&self) -> f64 {
        let n: usize = self.bins.iter().map(|bin| bin.n).sum();
        self.gaps().map(|(n, gap)| n * gap).sum::<f64>() / n as f64
    }

    /// The maximum calibration error, in `[0, 1]`: the largest gap of a bin.
    #[doc(alias = "maximum_calibration_error")]
    pub fn mce(&self) -> f64 {
        self.gaps().map(|(_, gap)| gap).fold(0.0, f64::max)
    }

    fn gaps(&self) -> impl Iterator<Item = (f64, f64)> {
        self.bins
            .iter()
            .map(|bin| (bin.n as f64, (bin.accuracy - bin.confidence).abs()))
    }
}

#[cfg(test)]
mod tests {
    use ndarray::arr2;

    use super::*;

    #[test]
    fn a_bin_holds_its_upper_edge() {
        let predictions =
            Predictions::new(arr2(&[[0.5, 0.5], [0.75, 0.25], [1.0, 0.0]]), vec![0, 1, 0]).unwrap();
        let reliability = Reliability::new(&predictions, Binning::EqualWidth, 4).unwrap();
        let places: Vec<_> = reliability
            .bins()
            .iter()
            .map(|bin| (bin.low, bin.n))
            .collect();
        assert_eq!(places, [(0.25, 1), (0.5, 1), (0.75, 1)]);
        // Gaps 0.5, 0.75 and 0.
        assert!((reliability.ece() - 1.25 / 3.0).abs() < 1e-15);
        assert_eq!(reliability.mce(), 0.75);
        assert!(Reliability::new(&predictions, Binning::EqualMass, 0).is_err());
    }
}
