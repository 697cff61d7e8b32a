use crate::Predictions;

/// What it costs to answer a share of the samples.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct RiskPoint {
    /// The lowest confidence that is answered.
    pub threshold: f64,
    /// The share of the samples with at least this confidence.
    pub coverage: f64,
    /// The share of those that is wrong.
    pub risk: f64,
}

/// The risk–coverage curve: how the error among the answered samples grows as less confident ones are answered too.
///
/// # References
/// R. El-Yaniv, Y. Wiener, *On the foundations of noise-free selective classification*, JMLR 11, 2010. Y. Geifman,
/// R. El-Yaniv, *Selective classification for deep neural networks*, NeurIPS 2017, arXiv:1705.08500. Y. Geifman,
/// G. Uziel, R. El-Yaniv, *Bias-reduced uncertainty estimation for deep neural classifiers*, ICLR 2019,
/// arXiv:1805.08206 (AURC).
#[derive(Debug, Clone, PartialEq)]
pub struct RiskCoverage {
    points: Vec<RiskPoint>,
    aurc: f64,
}

impl RiskCoverage {
    /// Orders the samples by their highest score.
    pub fn new(predictions: &Predictions) -> Self {
        let mut ranked: Vec<(f64, bool)> = predictions
            .confidence()
            .zip(predictions.correct())
            .collect();
        ranked.sort_unstable_by(|a, b| b.0.total_cmp(&a.0));
        let n_samples = ranked.len() as f64;
        let (mut points, mut aurc) = (Vec::new(), 0.0);
        let (mut answered, mut errors) = (0.0, 0.0);
        for tied in ranked.chunk_by(|a, b| a.0 == b.0) {
            let wrong = tied.iter().filter(|(_, correct)| !correct).count() as f64;
            let each = wrong / tied.len() as f64;
            for step in 1..=tied.len() {
                let step = step as f64;
                aurc += (errors + step * each) / (answered + step);
            }
            answered += tied.len() as f64;
            errors += wrong;
            points.push(RiskPoint {
                threshold: tied[0].0,
                coverage: answered / n_samples,
                risk: errors / answered,
            });
        }
        Self {
            points,
            aurc: aurc / n_samples,
        }
    }

    /// One point per distinct confidence, from the highest to the lowest; samples of equal confidence are
    /// answered together.
    pub fn points(&self) -> &[RiskPoint] {
        &self.points
    }

    /// The area under the curve, in `[0, 1]`, lower is better: the mean risk over the coverages 1/N, 2/N, …, 1,
    /// with samples of equal confidence in random order (their mean is taken).
    pub fn aurc(&self) -> f64 {
        self.aurc
    }

    /// The largest share of samples that can be answered at a risk of at most `risk`, with the confidence from
    /// which on they are; `None` if even the most confident ones err more often.
    pub fn coverage_at(&self, risk: f64) -> Option<RiskPoint> {
        self.points
            .iter()
            .rev()
            .find(|point| point.risk <= risk)
            .copied()
    }
}

#[cfg(test)]
mod tests {
    use ndarray::arr2;

    use super::*;

    #[test]
    fn equal_confidences_are_answered_together() {
        let predictions = Predictions::new(
            arr2(&[[0.9, 0.1], [0.75, 0.25], [0.75, 0.25], [0.4, 0.6]]),
            vec![0, 0, 1, 0],
        )
        .unwrap();
        let curve = RiskCoverage::new(&predictions);
        let points: Vec<_> = curve
            .points()
            .iter()
            .map(|p| (p.coverage, p.risk))
            .collect();
        assert_eq!(points, [(0.25, 0.0), (0.75, 1.0 / 3.0), (1.0, 0.5)]);
        // Both orders of the pair: risks 0, 0 or 1/2, 1/3, 1/2.
        let expected = (0.25 + 1.0 / 3.0 + 0.5) / 4.0;
        assert!((curve.aurc() - expected).abs() < 1e-15);
        assert_eq!(curve.coverage_at(0.1).unwrap().coverage, 0.25);
        assert_eq!(curve.coverage_at(0.4).unwrap().coverage, 0.75);
        assert_eq!(
            RiskCoverage::new(&predictions.select(&[3])).coverage_at(0.9),
            None
        );
    }
}
