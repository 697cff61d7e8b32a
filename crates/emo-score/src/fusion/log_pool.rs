use super::{Fused, FusionRule, Scale, check_classes, check_modalities, check_weights, select};
use crate::{ScoreError, ScoreTable};

/// The weighted geometric mean of the present modalities' scores: the logarithmic opinion pool.
///
/// `s(c) ∝ Π_A max(p_m(c), ε)^(w_m t_m / Σ_A w_m t_m)` over the modalities A that are present, t being their trust.
/// The floor ε keeps a single score of 0 from ruling a class out whatever the others say.
///
/// # References
/// C. Genest, J. V. Zidek, *Combining probability distributions: a critique and an annotated bibliography*,
/// Statistical Science 1(1), 1986, doi:10.1214/ss/1177013825. G. E. Hinton, *Training products of experts by
/// minimizing contrastive divergence*, Neural Computation 14(8), 2002, doi:10.1162/089976602760128018.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(remote = "Self", deny_unknown_fields))]
pub struct Geometric {
    weights: Vec<f32>,
    floor: f32,
}

impl Geometric {
    /// One weight per modality, finite and not negative, and the floor ε in `(0, 1)`.
    ///
    /// # Errors
    /// [`ScoreError::Weight`] or [`ScoreError::Parameter`].
    pub fn new(weights: impl IntoIterator<Item = f32>, floor: f32) -> Result<Self, ScoreError> {
        let rule = Self {
            weights: weights.into_iter().collect(),
            floor,
        };
        rule.check()?;
        Ok(rule)
    }

    fn check(&self) -> Result<(), ScoreError> {
        check_weights(&self.weights)?;
        check_floor(self.floor)
    }

    pub(super) fn select(&self, modalities: &[usize]) -> Result<Self, ScoreError> {
        Ok(Self {
            weights: select(&self.weights, modalities)?,
            floor: self.floor,
        })
    }
}

checked_serde!(Geometric);

impl FusionRule for Geometric {
    fn name(&self) -> &'static str {
        "geometric"
    }

    fn fuse_into(&self, scores: &ScoreTable, out: &mut Fused) -> Result<(), ScoreError> {
        check_modalities(scores, self.weights.len())?;
        let weight = |row: usize| f64::from(self.weights[row]);
        let total: f64 = scores
            .evidence()
            .map(|(row, trust, _)| trust * weight(row))
            .sum();
        if total <= 0.0 {
            return Err(ScoreError::NoEvidence);
        }
        log_pool(
            scores,
            self.floor,
            |row| weight(row) / total,
            out,
            |_, _| (),
        );
        Ok(())
    }
}

/// The product of the present modalities' scores: each is taken as independent evidence.
///
/// `s(c) ∝ Π_A max(p_m(c), ε)^t_m`, t being the trust. Sharper than the [`Geometric`] pool the more modalities there
/// are, and overconfident where they err together.
///
/// # References
/// J. Kittler, M. Hatef, R. P. W. Duin, J. Matas, *On combining classifiers*, IEEE TPAMI 20(3), 1998,
/// doi:10.1109/34.667881.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(remote = "Self", deny_unknown_fields))]
pub struct Product {
    floor: f32,
}

impl Product {
    /// With the floor ε in `(0, 1)`.
    ///
    /// # Errors
    /// [`ScoreError::Parameter`].
    pub fn new(floor: f32) -> Result<Self, ScoreError> {
        let rule = Self { floor };
        rule.check()?;
        Ok(rule)
    }

    fn check(&self) -> Result<(), ScoreError> {
        check_floor(self.floor)
    }
}

checked_serde!(Product);

impl FusionRule for Product {
    fn name(&self) -> &'static str {
        "product"
    }

    fn fuse_into(&self, scores: &ScoreTable, out: &mut Fused) -> Result<(), ScoreError> {
        if scores.evidence().next().is_none() {
            return Err(ScoreError::NoEvidence);
        }
        log_pool(scores, self.floor, |_| 1.0, out, |_, _| ());
        Ok(())
    }
}

/// Bayes' rule for modalities that are independent given the class, each of whose scores already contains the prior.
///
/// `s(c) ∝ P(c)^(1 − Σ_A t_m) Π_A max(p_m(c), ε)^t_m`, t being the trust: the prior counts once, however many
/// modalities repeat it. The baseline of the outcome is the prior's part.
///
/// # References
/// J. Kittler, M. Hatef, R. P. W. Duin, J. Matas, *On combining classifiers*, IEEE TPAMI 20(3), 1998,
/// doi:10.1109/34.667881, Eq. 7.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(remote = "Self", deny_unknown_fields))]
pub struct Bayes {
    prior: Vec<f32>,
    floor: f32,
}

impl Bayes {
    /// The probability of each class before any evidence, each above zero, and the floor ε in `(0, 1)`. The prior
    /// need not sum to 1.
    ///
    /// # Errors
    /// [`ScoreError::Prior`] or [`ScoreError::Parameter`].
    pub fn new(prior: impl IntoIterator<Item = f32>, floor: f32) -> Result<Self, ScoreError> {
        let rule = Self {
            prior: prior.into_iter().collect(),
            floor,
        };
        rule.check()?;
        Ok(rule)
    }

    fn check(&self) -> Result<(), ScoreError> {
        check_prior(&self.prior)?;
        check_floor(self.floor)
    }
}

checked_serde!(Bayes);

impl FusionRule for Bayes {
    fn name(&self) -> &'static str {
        "bayes"
    }

    fn fuse_into(&self, scores: &ScoreTable, out: &mut Fused) -> Result<(), ScoreError> {
        check_classes(scores, self.prior.len())?;
        let total: f64 = scores.evidence().map(|(_, trust, _)| trust).sum();
        if total <= 0.0 {
            return Err(ScoreError::NoEvidence);
        }
        log_pool(
            scores,
            self.floor,
            |_| 1.0,
            out,
            |class, base| {
                *base = (1.0 - total) * f64::from(self.prior[class]).ln();
            },
        );
        Ok(())
    }
}

fn log_pool(
    scores: &ScoreTable,
    floor: f32,
    weight: impl Fn(usize) -> f64,
    out: &mut Fused,
    base: impl Fn(usize, &mut f64),
) {
    let mut parts = out.prepare(scores, Scale::LogScores, 0);
    for (modality, trust, row) in scores.evidence() {
        let weight = trust * weight(modality);
        for (addend, score) in parts.row(modality).iter_mut().zip(row) {
            *addend = weight * f64::from(score.max(floor)).ln();
        }
    }
    for (class, value) in parts.base.iter_mut().enumerate() {
        base(class, value);
    }
    parts.finish_softmax();
}

pub(super) fn check_floor(floor: f32) -> Result<(), ScoreError> {
    if floor > 0.0 && floor < 1.0 {
        return Ok(());
    }
    Err(ScoreError::Parameter {
        name: "floor",
        value: f64::from(floor),
        expected: "a number above 0 and below 1",
    })
}

pub(super) fn check_prior(prior: &[f32]) -> Result<(), ScoreError> {
    match prior.iter().position(|p| !p.is_finite() || *p <= 0.0) {
        Some(class) => Err(ScoreError::Prior {
            class,
            value: prior[class],
        }),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(rows: &[[f32; 2]]) -> ScoreTable {
        let mut table = ScoreTable::new(2);
        for row in rows {
            table.push(row).unwrap();
        }
        table
    }

    #[test]
    fn the_prior_counts_once() {
        // By hand: two modalities that both just repeat a prior of 0.8 leave it at 0.8.
        let table = table(&[[0.8, 0.2], [0.8, 0.2]]);
        let fused = Bayes::new([0.8, 0.2], 1e-6).unwrap().fuse(&table).unwrap();
        assert!((fused.scores[0] - 0.8).abs() < 1e-6);
        // Without a prior the product takes them as independent: 0.64 / (0.64 + 0.04).
        let fused = Product::new(1e-6).unwrap().fuse(&table).unwrap();
        assert!((fused.scores[0] - 16.0 / 17.0).abs() < 1e-6);
        let pool = Geometric::new([1.0, 3.0], 1e-6).unwrap();
        assert!((pool.fuse(&table).unwrap().scores[0] - 0.8).abs() < 1e-6);
    }

    #[test]
    fn the_floor_bounds_a_veto() {
        let table = table(&[[0.0, 1.0], [0.999, 0.001]]);
        let fused = Product::new(0.01).unwrap().fuse(&table).unwrap();
        assert!((fused.scores[0] - 0.5).abs() < 3e-4, "{}", fused.scores);
    }

    #[test]
    fn parameters_must_fit() {
        for floor in [0.0, 1.0, -1.0, f32::NAN] {
            assert!(Product::new(floor).is_err());
        }
        assert!(matches!(
            Bayes::new([0.5, 0.0], 0.1),
            Err(ScoreError::Prior { class: 1, .. })
        ));
    }
}
