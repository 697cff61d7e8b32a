use std::{fmt, str::FromStr};

use super::{Fused, FusionRule, Mean, WeightedMean, training::Training};
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
}

impl RuleConfig {
    /// The defaults, for so many classes and modalities of these weights.
    pub fn new(n_classes: usize, weights: impl Into<Vec<f32>>) -> Self {
        Self {
            n_classes,
            weights: weights.into(),
            prior: None,
        }
    }
}

macro_rules! rules {
    ($($(#[doc = $doc:literal])+ $rule:ident = $name:literal, needs_fit = $needs_fit:literal;)+) => {
        /// The name of a fusion rule.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum RuleName {
            $($(#[doc = $doc])+ $rule,)+
        }

        impl RuleName {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$rule),+];

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
    /// [`Mean`].
    Mean = "mean", needs_fit = false;
    /// [`WeightedMean`].
    WeightedMean = "weighted", needs_fit = false;
}

impl RuleName {
    /// The names of all rules, in one line.
    pub fn known() -> String {
        let names: Vec<&str> = Self::ALL.iter().map(|name| name.as_str()).collect();
        names.join(", ")
    }

    /// Makes the rule of that name from a configuration alone.
    ///
    /// # Errors
    /// [`ScoreError::NotFitted`] if the rule [needs a fit](Self::needs_fit), and those of the rule's constructor.
    pub fn make(self, config: &RuleConfig) -> Result<Rule, ScoreError> {
        Ok(match self {
            Self::Mean => Mean.into(),
            Self::WeightedMean => WeightedMean::new(config.weights.iter().copied())?.into(),
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
            Self::WeightedMean => WeightedMean::new(training.accuracies())?.into(),
            Self::Mean => self.make(config)?,
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
            Self::Mean(rule) => (*rule).into(),
            Self::WeightedMean(rule) => rule.select(modalities)?.into(),
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
