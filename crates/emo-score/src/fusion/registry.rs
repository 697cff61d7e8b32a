use std::{fmt, str::FromStr};

use super::{
    Bayes, Borda, CascadingSpecialists, ConflictFallback, DecisionTemplates, DempsterShafer, Fused,
    FusionRule, Geometric, Majority, Max, Mean, Median, Min, NaiveBayes, Product, Stacking,
    StackingConfig, TrimmedMean, WeightedMean, WeightedVote, training::Training,
};
use crate::{ScoreError, ScoreTable};

/// What fusion rules can be made of when they are chosen by name.
///
/// Each rule takes what it needs and leaves the rest; nothing here is fitted.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct RuleConfig {
    /// How many classes there are.
    pub n_classes: usize,
    /// One weight per modality, in the order of the table's rows: the share of right decisions on validation data,
    /// in `[0, 1]`.
    pub weights: Vec<f32>,
    /// The probability of each class before any evidence, `[classes]`. Default: all alike.
    pub prior: Option<Vec<f32>>,
    /// The floor ε of a score whose logarithm is taken, in `(0, 1)`: how strongly one modality can veto. Default:
    /// 0.001.
    pub floor: f32,
    /// The share that the trimmed mean leaves out at each end, in `[0, 0.5)`. Default: 0.25, one of four.
    pub trim: f64,
    /// What is added to each count of decisions. Default: 1, Laplace's rule.
    pub smoothing: f64,
    /// From which conflict on Dempster's rule gives way to the fall-back, in `(0, 1]`. Default: 0.999.
    pub max_conflict: f64,
    /// What it gives way to. Default: the mean.
    pub fallback: ConflictFallback,
    /// How stacking is fitted. Default: as [`StackingConfig::new`], with the floor above.
    pub stacking: StackingConfig,
}

impl RuleConfig {
    /// The defaults, for so many classes and modalities of these weights.
    pub fn new(n_classes: usize, weights: impl Into<Vec<f32>>) -> Self {
        Self {
            n_classes,
            weights: weights.into(),
            prior: None,
            floor: 1e-3,
            trim: 0.25,
            smoothing: 1.0,
            max_conflict: 0.999,
            fallback: ConflictFallback::default(),
            stacking: StackingConfig::new(1e-3),
        }
    }
}

macro_rules! rules {
    ($($(#[doc = $doc:literal])+ $rule:ident = $name:literal, needs_fit = $needs_fit:literal;)+) => {
        /// The name of a fusion rule.
        ///
        /// ```
        /// use emo_score::{FusionRule, RuleConfig, RuleName, ScoreTable};
        ///
        /// let name: RuleName = "dempster-shafer".parse()?;
        /// let rule = name.make(&RuleConfig::new(2, [0.8, 0.5]))?;
        /// let mut scores = ScoreTable::new(2);
        /// scores.push(&[0.9, 0.1])?;
        /// scores.push_trusted(&[0.2, 0.8], 0.5)?; // a poor recording
        /// let fused = rule.fuse(&scores)?;
        /// assert!(fused.scores[0] > 0.5);
        /// assert!(fused.conflict > Some(0.0) && fused.ignorance > Some(0.0));
        /// # Ok::<(), emo_score::ScoreError>(())
        /// ```
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum RuleName {
            $($(#[doc = $doc])+ $rule,)+
        }

        impl RuleName {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$rule),+];

            /// The names of all of them, in the same order.
            pub const NAMES: &'static [&'static str] = &[$($name),+];

            /// The name, such as `mean`.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$rule => $name,)+
                }
            }

            /// Whether the rule can only be [fitted](Self::fit).
            pub fn needs_fit(self) -> bool {
                match self {
                    $(Self::$rule => $needs_fit,)+
                }
            }
        }

        /// Any fusion rule, as it is chosen by name or read from a file.
        ///
        /// With the feature `serde` it is an object with the key `rule`, the rule's name, beside the rule's own
        /// keys.
        #[derive(Debug, Clone, PartialEq)]
        #[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
        #[cfg_attr(feature = "serde", serde(tag = "rule"))]
        #[non_exhaustive]
        pub enum Rule {
            $(
                $(#[doc = $doc])+
                #[cfg_attr(feature = "serde", serde(rename = $name))]
                $rule($rule),
            )+
        }

        impl Rule {
            /// The rule behind the name.
            pub fn as_dyn(&self) -> &dyn FusionRule {
                match self {
                    $(Self::$rule(rule) => rule,)+
                }
            }

            /// The rule's name.
            pub fn rule_name(&self) -> RuleName {
                match self {
                    $(Self::$rule(_) => RuleName::$rule,)+
                }
            }
        }

        $(
            impl From<$rule> for Rule {
                fn from(rule: $rule) -> Self {
                    Self::$rule(rule)
                }
            }
        )+
    };
}

rules! {
    /// [`Mean`](struct@Mean).
    Mean = "mean", needs_fit = false;
    /// [`WeightedMean`](struct@WeightedMean).
    WeightedMean = "weighted", needs_fit = false;
    /// [`Geometric`](struct@Geometric).
    Geometric = "geometric", needs_fit = false;
    /// [`Product`](struct@Product).
    Product = "product", needs_fit = false;
    /// [`Bayes`](struct@Bayes).
    Bayes = "bayes", needs_fit = false;
    /// [`Max`](struct@Max).
    Max = "max", needs_fit = false;
    /// [`Min`](struct@Min).
    Min = "min", needs_fit = false;
    /// [`Median`](struct@Median).
    Median = "median", needs_fit = false;
    /// [`TrimmedMean`](struct@TrimmedMean).
    TrimmedMean = "trimmed", needs_fit = false;
    /// [`Majority`](struct@Majority).
    Majority = "majority", needs_fit = false;
    /// [`WeightedVote`](struct@WeightedVote).
    WeightedVote = "vote", needs_fit = false;
    /// [`Borda`](struct@Borda).
    Borda = "borda", needs_fit = false;
    /// [`DempsterShafer`](struct@DempsterShafer).
    DempsterShafer = "dempster-shafer", needs_fit = false;
    /// [`NaiveBayes`](struct@NaiveBayes).
    NaiveBayes = "naive-bayes", needs_fit = true;
    /// [`DecisionTemplates`](struct@DecisionTemplates).
    DecisionTemplates = "templates", needs_fit = true;
    /// [`Stacking`](struct@Stacking).
    Stacking = "stacking", needs_fit = true;
    /// [`CascadingSpecialists`](struct@CascadingSpecialists).
    CascadingSpecialists = "cascade", needs_fit = true;
}

impl RuleName {
    /// The names of all rules, in one line.
    pub fn known() -> String {
        Self::NAMES.join(", ")
    }

    /// Makes the rule of that name from a configuration alone.
    ///
    /// # Errors
    /// [`ScoreError::NotFitted`] if the rule [needs a fit](Self::needs_fit), and those of the rule's constructor.
    pub fn make(self, config: &RuleConfig) -> Result<Rule, ScoreError> {
        Ok(match self {
            Self::Mean => Mean.into(),
            Self::WeightedMean => WeightedMean::new(config.weights.iter().copied())?.into(),
            Self::Geometric => Geometric::new(config.weights.iter().copied(), config.floor)?.into(),
            Self::Product => Product::new(config.floor)?.into(),
            Self::Bayes => {
                let prior = config
                    .prior
                    .clone()
                    .unwrap_or_else(|| vec![1.0; config.n_classes]);
                Bayes::new(prior, config.floor)?.into()
            }
            Self::Max => Max.into(),
            Self::Min => Min.into(),
            Self::Median => Median.into(),
            Self::TrimmedMean => TrimmedMean::new(config.trim)?.into(),
            Self::Majority => Majority.into(),
            Self::WeightedVote => {
                WeightedVote::from_accuracies(&config.weights, config.n_classes)?.into()
            }
            Self::Borda => Borda.into(),
            Self::DempsterShafer => DempsterShafer::new(
                config.weights.iter().copied(),
                config.max_conflict,
                config.fallback,
            )?
            .into(),
            Self::NaiveBayes
            | Self::DecisionTemplates
            | Self::Stacking
            | Self::CascadingSpecialists => {
                return Err(ScoreError::NotFitted {
                    rule: self.as_str(),
                });
            }
        })
    }

    /// Fits the rule of that name on scores whose true classes are known: those of samples that the modalities'
    /// models were *not* trained on ("out of fold").
    ///
    /// What a rule learns: weights and reliabilities are the modalities' shares of right decisions, priors the
    /// frequencies of the classes. A rule that learns nothing is made from the configuration.
    ///
    /// # Errors
    /// [`ScoreError::LengthMismatch`], [`ScoreError::TooFewSamples`] or [`ScoreError::ClassIndex`] if the samples
    /// cannot serve, [`ScoreError::ModalityCount`] or [`ScoreError::RuleClasses`] if they are not alike, and those
    /// of the rule's own fit.
    pub fn fit(
        self,
        config: &RuleConfig,
        tables: &[ScoreTable],
        truth: &[usize],
    ) -> Result<Rule, ScoreError> {
        let training = Training::new(tables, truth)?;
        Ok(match self {
            Self::NaiveBayes => NaiveBayes::fit(tables, truth, config.smoothing)?.into(),
            Self::DecisionTemplates => DecisionTemplates::fit(tables, truth)?.into(),
            Self::Stacking => Stacking::fit(&config.stacking, tables, truth)?.into(),
            Self::CascadingSpecialists => CascadingSpecialists::fit(tables, truth)?.into(),
            Self::WeightedMean | Self::Geometric | Self::WeightedVote | Self::DempsterShafer => {
                self.make(&RuleConfig {
                    n_classes: training.n_classes,
                    weights: training.accuracies(),
                    ..config.clone()
                })?
            }
            Self::Bayes => self.make(&RuleConfig {
                prior: Some(training.prior()),
                ..config.clone()
            })?,
            Self::Mean
            | Self::Product
            | Self::Max
            | Self::Min
            | Self::Median
            | Self::TrimmedMean
            | Self::Majority
            | Self::Borda => self.make(config)?,
        })
    }
}

impl fmt::Display for RuleName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for RuleName {
    type Err = ScoreError;

    fn from_str(name: &str) -> Result<Self, ScoreError> {
        Self::ALL
            .iter()
            .copied()
            .find(|rule| rule.as_str() == name)
            .ok_or_else(|| ScoreError::UnknownName {
                kind: "fusion rule",
                name: name.to_owned(),
                known: Self::known(),
            })
    }
}

impl Rule {
    /// The rule for the given modalities alone, in the given order: what it would be, had the others never been
    /// there.
    ///
    /// # Errors
    /// [`ScoreError::ModalityIndex`].
    pub fn select(&self, modalities: &[usize]) -> Result<Self, ScoreError> {
        Ok(match self {
            Self::WeightedMean(rule) => rule.select(modalities)?.into(),
            Self::Geometric(rule) => rule.select(modalities)?.into(),
            Self::WeightedVote(rule) => rule.select(modalities)?.into(),
            Self::DempsterShafer(rule) => rule.select(modalities)?.into(),
            Self::NaiveBayes(rule) => rule.select(modalities)?.into(),
            Self::DecisionTemplates(rule) => rule.select(modalities)?.into(),
            Self::Stacking(rule) => rule.select(modalities)?.into(),
            Self::CascadingSpecialists(rule) => rule.select(modalities)?.into(),
            Self::Mean(_)
            | Self::Product(_)
            | Self::Bayes(_)
            | Self::Max(_)
            | Self::Min(_)
            | Self::Median(_)
            | Self::TrimmedMean(_)
            | Self::Majority(_)
            | Self::Borda(_) => self.clone(),
        })
    }
}

impl FusionRule for Rule {
    fn name(&self) -> &'static str {
        self.as_dyn().name()
    }

    fn fuse_into(&self, scores: &ScoreTable, out: &mut Fused) -> Result<(), ScoreError> {
        self.as_dyn().fuse_into(scores, out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lead_to_rules_and_back() {
        for name in RuleName::ALL {
            assert_eq!(name.as_str().parse(), Ok(*name));
            let rule = name.make(&RuleConfig::new(4, [0.5, 0.5]));
            if name.needs_fit() {
                assert_eq!(
                    rule,
                    Err(ScoreError::NotFitted {
                        rule: name.as_str()
                    })
                );
            } else {
                let rule = rule.unwrap();
                assert_eq!(rule.name(), name.as_str());
                assert_eq!(rule.rule_name(), *name);
            }
        }
        assert!(matches!(
            "none".parse::<RuleName>(),
            Err(ScoreError::UnknownName { .. })
        ));
    }
}
