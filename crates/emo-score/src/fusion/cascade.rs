use super::{Fused, FusionRule, Scale, check_shape, select, training::Training};
use crate::{ScoreError, ScoreTable};

/// Cascading specialists: each class in turn is left to the modality that finds it best.
///
/// The classes are gone through from the one that the present modalities find worst, on average, to the one that they
/// find best. The specialist of a class, the present modality of the highest recall times trust, decides if that class
/// has its highest score; otherwise the next class is asked for. If no specialist claims its class, the modality of
/// the highest accuracy times trust decides. The fused scores are those of whoever decided, so that rare and difficult
/// classes are not outvoted.
///
/// Specialists of equal merit act as one, by the mean of their scores; of equal scores and of classes that are found
/// equally well, the first in the labels counts.
///
/// # References
/// J. Kim, F. Lingenfelser, *Ensemble approaches to parametric decision fusion for bimodal emotion recognition*,
/// BIOSIGNALS 2010, doi:10.5220/0002753204600463.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(remote = "Self", deny_unknown_fields))]
pub struct CascadingSpecialists {
    n_classes: usize,
    /// `[modalities][classes]`
    recalls: Vec<Vec<f64>>,
    accuracies: Vec<f64>,
}

impl CascadingSpecialists {
    /// Of each modality's recall of each class, `[modalities][classes]`, and its accuracy, all in `[0, 1]`.
    ///
    /// # Errors
    /// [`ScoreError::RuleClasses`], [`ScoreError::ModalityCount`] or [`ScoreError::Parameter`].
    pub fn new(
        n_classes: usize,
        recalls: Vec<Vec<f64>>,
        accuracies: Vec<f64>,
    ) -> Result<Self, ScoreError> {
        let rule = Self {
            n_classes,
            recalls,
            accuracies,
        };
        rule.check()?;
        Ok(rule)
    }

    /// Counts right decisions on samples whose classes are known. A class that never occurs where a modality is
    /// present is one that the modality never finds.
    ///
    /// # Errors
    /// Those that [`RuleName::fit`](crate::RuleName::fit) names for samples that cannot serve.
    pub fn fit(tables: &[ScoreTable], truth: &[usize]) -> Result<Self, ScoreError> {
        let training = Training::new(tables, truth)?;
        let recalls = training
            .confusions()
            .iter()
            .map(|counts| {
                let recall = |(class, row): (usize, &Vec<f64>)| {
                    let support: f64 = row.iter().sum();
                    if support > 0.0 {
                        (row[class] / support).min(1.0)
                    } else {
                        0.0
                    }
                };
                counts.iter().enumerate().map(recall).collect()
            })
            .collect();
        let accuracies = training.accuracies().into_iter().map(f64::from).collect();
        Self::new(training.n_classes, recalls, accuracies)
    }

    /// Each modality's recall of each class, `[modalities][classes]`.
    pub fn recalls(&self) -> &[Vec<f64>] {
        &self.recalls
    }

    /// Each modality's accuracy.
    pub fn accuracies(&self) -> &[f64] {
        &self.accuracies
    }

    fn check(&self) -> Result<(), ScoreError> {
        let expected = self.recalls.len();
        if self.accuracies.len() != expected {
            return Err(ScoreError::ModalityCount {
                expected,
                actual: self.accuracies.len(),
            });
        }
        if let Some(row) = self.recalls.iter().find(|row| row.len() != self.n_classes) {
            return Err(ScoreError::RuleClasses {
                expected: self.n_classes,
                actual: row.len(),
            });
        }
        let mut shares = self.recalls.iter().flatten().chain(&self.accuracies);
        match shares.find(|share| !(0.0..=1.0).contains(*share)) {
            Some(value) => Err(ScoreError::Parameter {
                name: "recall or accuracy",
                value: *value,
                expected: "a number from 0 to 1",
            }),
            None => Ok(()),
        }
    }

    pub(super) fn select(&self, modalities: &[usize]) -> Result<Self, ScoreError> {
        Ok(Self {
            n_classes: self.n_classes,
            recalls: select(&self.recalls, modalities)?,
            accuracies: select(&self.accuracies, modalities)?,
        })
    }
}

checked_serde!(CascadingSpecialists);

impl FusionRule for CascadingSpecialists {
    fn name(&self) -> &'static str {
        "cascade"
    }

    fn fuse_into(&self, scores: &ScoreTable, out: &mut Fused) -> Result<(), ScoreError> {
        check_shape(scores, self.recalls.len(), self.n_classes)?;
        let total: f64 = scores.evidence().map(|(_, trust, _)| trust).sum();
        if total <= 0.0 {
            return Err(ScoreError::NoEvidence);
        }
        let parts = out.prepare(scores, Scale::Scores, self.n_classes);
        for (class, found) in parts.extra.iter_mut().enumerate() {
            let mean = scores
                .evidence()
                .map(|(modality, trust, _)| trust * self.recalls[modality][class])
                .sum::<f64>()
                / total;
            // A sum's last bits depend on the order of the modalities; the order of the classes must not.
            *found = (mean * 1e9).round();
        }
        // A class that was asked for is marked by infinity, which no later minimum is.
        for _ in 0..self.n_classes {
            let class = lowest(parts.extra);
            parts.extra[class] = f64::INFINITY;
            appoint(
                scores,
                |modality, trust| trust * self.recalls[modality][class],
                parts.addends,
                parts.base,
            );
            if highest(parts.base) == class && parts.base[class] > 0.0 {
                parts.base.fill(0.0);
                parts.finish_sums(1.0);
                return Ok(());
            }
        }
        appoint(
            scores,
            |modality, trust| trust * self.accuracies[modality],
            parts.addends,
            parts.base,
        );
        parts.base.fill(0.0);
        parts.finish_sums(1.0);
        Ok(())
    }
}

/// Takes the mean scores of the modalities of the highest merit: as addends, and summed up in `mean`.
fn appoint(
    scores: &ScoreTable,
    merit: impl Fn(usize, f64) -> f64,
    addends: &mut [f64],
    mean: &mut [f64],
) {
    let best = scores
        .evidence()
        .map(|(modality, trust, _)| merit(modality, trust))
        .fold(f64::NEG_INFINITY, f64::max);
    let appointed = || {
        scores
            .evidence()
            .filter(|(modality, trust, _)| merit(*modality, *trust) == best)
    };
    let share = 1.0 / appointed().count() as f64;
    addends.fill(0.0);
    mean.fill(0.0);
    let n_classes = mean.len();
    for (modality, _, row) in appointed() {
        for (class, score) in row.iter().enumerate() {
            let addend = share * f64::from(*score);
            addends[modality * n_classes + class] = addend;
            mean[class] += addend;
        }
    }
}

fn lowest(values: &[f64]) -> usize {
    let mut best = 0;
    for (index, value) in values.iter().enumerate() {
        if *value < values[best] {
            best = index;
        }
    }
    best
}

fn highest(values: &[f64]) -> usize {
    let mut best = 0;
    for (index, value) in values.iter().enumerate() {
        if *value > values[best] {
            best = index;
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The first modality finds class 2, the worst found, best; the second class 0; the third is the most accurate.
    fn rule() -> CascadingSpecialists {
        CascadingSpecialists::new(
            3,
            vec![
                vec![0.2, 0.9, 0.6],
                vec![0.7, 0.8, 0.1],
                vec![0.6, 0.95, 0.5],
            ],
            vec![0.5, 0.6, 0.7],
        )
        .unwrap()
    }

    fn fuse(rows: [[f32; 3]; 3]) -> Vec<f32> {
        let mut table = ScoreTable::new(3);
        for row in &rows {
            table.push(row).unwrap();
        }
        rule().fuse(&table).unwrap().scores.to_vec()
    }

    #[test]
    fn the_worst_found_class_is_asked_for_first() {
        let (none, first) = ([0.3, 0.4, 0.3], [0.5, 0.25, 0.25]);
        let last = [0.25, 0.25, 0.5];
        assert_eq!(fuse([last, first, none]), last);
        assert_eq!(fuse([none, first, last]), first);
        assert_eq!(fuse([none, last, none]), none);
        // Nobody claims its class: the most accurate decides.
        assert_eq!(fuse([first, last, first]), first);
    }
}
