use crate::Predictions;

impl Predictions {
    /// The Brier score, in `[0, 2]`, lower is better: the mean of `Σ_c (p(c) − [c is true])²`, Brier's own form,
    /// which for two classes is twice the one that looks at one of them.
    ///
    /// # References
    /// G. W. Brier, *Verification of forecasts expressed in terms of probability*, Monthly Weather Review 78(1),
    /// 1950, doi:10.1175/1520-0493(1950)078<0001:VOFEIT>2.0.CO;2.
    pub fn brier(&self) -> f64 {
        let sum: f64 = self
            .scores()
            .outer_iter()
            .zip(self.truth())
            .map(|(row, &truth)| {
                row.iter()
                    .enumerate()
                    .map(|(class, &score)| {
                        let distance = f64::from(score) - f64::from(u8::from(class == truth));
                        distance * distance
                    })
                    .sum::<f64>()
            })
            .sum();
        sum / self.n_samples() as f64
    }

    /// The negative log-likelihood in nats, at least 0, lower is better: the mean of `−ln p(true class)`.
    ///
    /// Scores are kept 2⁻⁵² away from 0 and 1, as by scikit-learn: a sample costs at most 36.04.
    ///
    /// # References
    /// I. J. Good, *Rational decisions*, Journal of the Royal Statistical Society B 14(1), 1952,
    /// doi:10.1111/j.2517-6161.1952.tb00104.x.
    #[doc(alias = "log_loss")]
    #[doc(alias = "cross_entropy")]
    pub fn nll(&self) -> f64 {
        let sum: f64 = self
            .scores()
            .outer_iter()
            .zip(self.truth())
            .map(|(row, &truth)| {
                -f64::from(row[truth])
                    .clamp(f64::EPSILON, 1.0 - f64::EPSILON)
                    .ln()
            })
            .sum();
        sum / self.n_samples() as f64
    }
}
