use crate::Predictions;

impl Predictions {
    /// The area under the receiver operating characteristic of one class against the rest, in `[0, 1]`: the
    /// chance that a sample of the class has a higher score for it than a sample of another, equal scores
    /// counting one half. `None` where all samples, or none, are of the class.
    ///
    /// Cost: sorting the samples.
    ///
    /// # Panics
    /// If `class` is out of range.
    ///
    /// # References
    /// J. A. Hanley, B. J. McNeil, *The meaning and use of the area under a receiver operating characteristic
    /// (ROC) curve*, Radiology 143(1), 1982, doi:10.1148/radiology.143.1.7063747. H. B. Mann, D. R. Whitney,
    /// Annals of Mathematical Statistics 18(1), 1947, doi:10.1214/aoms/1177730491.
    #[doc(alias = "roc_auc_score")]
    pub fn auroc(&self, class: usize) -> Option<f64> {
        let mut ranked: Vec<(f32, bool)> = self
            .scores()
            .column(class)
            .iter()
            .zip(self.truth())
            .map(|(&score, &truth)| (score, truth == class))
            .collect();
        ranked.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
        let (mut wins_doubled, mut negatives, mut positives) = (0_u128, 0_u128, 0_u128);
        // -0.0 and 0.0 are equal scores, which `total_cmp` sorts side by side.
        for tied in ranked.chunk_by(|a, b| a.0 == b.0) {
            let tied_positives = tied.iter().filter(|(_, of_class)| *of_class).count() as u128;
            let tied_negatives = tied.len() as u128 - tied_positives;
            wins_doubled += tied_positives * (2 * negatives + tied_negatives);
            negatives += tied_negatives;
            positives += tied_positives;
        }
        let pairs = positives * negatives;
        (pairs > 0).then(|| wins_doubled as f64 / (2 * pairs) as f64)
    }

    /// The mean of [`auroc`](Self::auroc) over the classes that have one; `None` if all samples are of one class.
    pub fn macro_auroc(&self) -> Option<f64> {
        let areas: Vec<f64> = (0..self.n_classes())
            .filter_map(|class| self.auroc(class))
            .collect();
        (!areas.is_empty()).then(|| areas.iter().sum::<f64>() / areas.len() as f64)
    }
}
