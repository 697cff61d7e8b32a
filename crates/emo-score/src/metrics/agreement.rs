use crate::ConfusionMatrix;

impl ConfusionMatrix {
    /// Cohen's kappa: how far the agreement of truth and prediction is above that of chance, in `[-1, 1]`, with
    /// 0 for chance and 1 for perfect agreement. `None` without samples or where all truth and all predictions
    /// are one class, so that chance agrees perfectly too.
    ///
    /// `κ = (p_o − p_e) / (1 − p_e)`, with the accuracy p_o and p_e = Σ_c P(truth = c)·P(prediction = c).
    ///
    /// # References
    /// J. Cohen, *A coefficient of agreement for nominal scales*, Educational and Psychological Measurement
    /// 20(1), 1960, doi:10.1177/001316446002000104.
    #[doc(alias = "cohen_kappa_score")]
    pub fn cohen_kappa(&self) -> Option<f64> {
        let Moments {
            n, hits, by_chance, ..
        } = self.moments();
        let room = n * n - by_chance;
        (room > 0.0).then(|| (n * hits - by_chance) / room)
    }

    /// Matthews' correlation coefficient of truth and prediction in its form for several classes, in `[-1, 1]`;
    /// 0 for chance. `None` where all truth, or all predictions, are one class (scikit-learn says 0 there).
    ///
    /// # References
    /// B. W. Matthews, Biochimica et Biophysica Acta 405(2), 1975, doi:10.1016/0005-2795(75)90109-9.
    /// J. Gorodkin, *Comparing two K-category assignments by a K-category correlation coefficient*,
    /// Computational Biology and Chemistry 28(5–6), 2004, doi:10.1016/j.compbiolchem.2004.09.006.
    #[doc(alias = "mcc")]
    #[doc(alias = "matthews_corrcoef")]
    pub fn matthews_correlation(&self) -> Option<f64> {
        let moments = self.moments();
        let squared = moments.n * moments.n;
        let spread = (squared - moments.truth_squared) * (squared - moments.predicted_squared);
        (spread > 0.0).then(|| (moments.n * moments.hits - moments.by_chance) / spread.sqrt())
    }

    fn moments(&self) -> Moments {
        let counts = self.counts();
        let mut moments = Moments {
            n: self.n_samples() as f64,
            ..Moments::default()
        };
        for class in 0..counts.nrows() {
            let truth = counts.row(class).sum() as f64;
            let predicted = counts.column(class).sum() as f64;
            moments.hits += counts[[class, class]] as f64;
            moments.by_chance += truth * predicted;
            moments.truth_squared += truth * truth;
            moments.predicted_squared += predicted * predicted;
        }
        moments
    }
}

/// Sums of products of counts; all are whole numbers.
#[derive(Debug, Default)]
struct Moments {
    n: f64,
    hits: f64,
    by_chance: f64,
    truth_squared: f64,
    predicted_squared: f64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_class_leaves_nothing_to_measure() {
        let matrix = |truth: &[usize], predicted: &[usize]| {
            ConfusionMatrix::new(truth, predicted, 3).unwrap()
        };
        let constant = matrix(&[1, 1], &[1, 1]);
        assert_eq!(constant.cohen_kappa(), None);
        assert_eq!(constant.matthews_correlation(), None);
        assert_eq!(matrix(&[0, 1], &[1, 1]).cohen_kappa(), Some(0.0));
        assert_eq!(matrix(&[0, 1], &[1, 1]).matthews_correlation(), None);
        assert_eq!(
            matrix(&[0, 1, 2], &[0, 1, 2]).matthews_correlation(),
            Some(1.0)
        );
        assert_eq!(matrix(&[], &[]).cohen_kappa(), None);
        assert_eq!(matrix(&[0, 1], &[1, 0]).cohen_kappa(), Some(-1.0));
    }
}
