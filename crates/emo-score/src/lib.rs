//! Class scores: from one score vector per modality to one decision, and how good the decisions are.
//!
//! Every modality of a multimodal recognizer ends in a score per class. This crate holds what happens from
//! there on: [`ScoreTable`] collects the modalities' scores and knows which of them are absent or hardly to be
//! trusted, a [`FusionRule`] combines them at the decision level, a [`Calibration`] makes scores say how often
//! they are right, [`Abstention`], [`Conformal`] sets and smoothing in time turn them into decisions, and
//! [`ConfusionMatrix`] judges these.
//!
//! ```
//! use emo_score::{FusionRule, Labels, ScoreTable, WeightedMean, argmax};
//!
//! let labels = Labels::new(["happy", "calm", "sad", "angry"])?;
//! let mut scores = ScoreTable::new(labels.len());
//! scores.push(&[0.7, 0.1, 0.1, 0.1])?; // speech
//! scores.push_absent(); // EEG: no electrodes today
//! scores.push(&[0.2, 0.6, 0.1, 0.1])?; // face
//!
//! let fused = WeightedMean::new([0.78, 0.71, 0.74])?.fuse(&scores)?;
//! assert_eq!(&labels[argmax(&fused.scores)], "happy");
//! // What each modality added to the score of the decision:
//! let added = fused.contributions.column(0);
//! assert!((added.sum() - fused.scores[0]).abs() < 1e-6);
//! # Ok::<(), emo_score::ScoreError>(())
//! ```
//!
//! # Rules
//! Each is a type of its own, and [`RuleName`] makes or fits any of them by its name as a [`Rule`]:
//!
//! | name | type | fitted | a single modality | contributions add up to |
//! |---|---|---|---|---|
//! | `mean`, `weighted` | [`Mean`], [`WeightedMean`] | weights | is returned | scores |
//! | `geometric`, `product` | [`Geometric`], [`Product`] | weights, – | is returned | logarithms |
//! | `bayes` | [`Bayes`] | prior | is returned | logarithms, with the prior |
//! | `max`, `min`, `median`, `trimmed` | [`Max`], [`Min`], [`Median`], [`TrimmedMean`] | – | is returned | scores |
//! | `majority`, `vote`, `borda` | [`Majority`], [`WeightedVote`], [`Borda`] | –, weights, – | is counted | scores |
//! | `dempster-shafer` | [`DempsterShafer`] | reliabilities | is discounted | scores, with what is left open |
//! | `naive-bayes` | [`NaiveBayes`] | must be | is judged | logarithms, with the prior |
//! | `templates` | [`DecisionTemplates`] | must be | is compared | scores |
//! | `stacking` | [`Stacking`] | must be | is judged | logarithms, with the intercepts |
//! | `cascade` | [`CascadingSpecialists`] | must be | is returned | scores |
//!
//! [`Rule::select`] gives a rule for other modalities; [`CalibratedFusion`] calibrates the modalities and the
//! outcome. With the feature `serde` all that is fitted can be saved and loaded.
//!
//! # Laws
//! Every rule obeys them, and property tests hold them: fused scores are finite, not negative and sum to 1; the
//! contributions explain them ([`Scale`]); the order of the modalities does not matter; an absent modality
//! changes nothing, nor does one without trust; without evidence there is [`ScoreError::NoEvidence`], and where
//! the modalities rule out every class [`ScoreError::Vetoed`], never a uniform guess. Ties between classes stay
//! ties in the fused scores, and the first in the labels is decided for ([`argmax`]).
//!
//! # Judging
//! [`Predictions`] are scores with true classes; metrics are their methods and those of their [`ConfusionMatrix`].
//! [`Bootstrap`] gives intervals, drawn by sample, subject or trial, and [`Report`] puts everything on a page. A
//! report cannot be made without a [`Protocol`]: which [`Split`] kept whom apart, by which [`Pairing`] unimodal
//! samples became multimodal ones, and what a [`LeakReport`] found on both sides.

#[macro_use]
mod checked_serde;
mod calibrate;
mod confusion;
mod decide;
mod error;
mod fusion;
mod labels;
mod metrics;
mod newton;
mod protocol;
mod random;
mod report;
mod table;

pub use calibrate::{
    CalibratedFusion, Calibration, CalibrationConfig, CalibrationName, Isotonic, Platt,
    Temperature, VectorScaling,
};
pub use confusion::{ClassMetrics, ConfusionMatrix};
pub use decide::{
    Abstention, AbstentionConfig, AbstentionReason, AdaptiveConformal, Affect, AffectConcept,
    AffectMap, Conformal, ConformalScore, Decision, Ema, FixedLagViterbi, Hmm, HmmFilter,
    Hysteresis, OneEuro, OneEuroConfig, OneEuroScores, disagreement,
};
pub use error::ScoreError;
pub use fusion::{
    Bayes, Borda, CascadingSpecialists, ConflictFallback, DecisionTemplates, DempsterShafer, Fused,
    FusionRule, Geometric, Majority, Max, Mean, Median, Min, NaiveBayes, Product, Rule, RuleConfig,
    RuleName, Scale, Stacking, StackingConfig, StackingInput, TrimmedMean, WeightedMean,
    WeightedVote, argmax,
};
pub use labels::Labels;
pub use metrics::{
    Binning, Bootstrap, BootstrapConfig, Interval, McNemar, Predictions, Reliability,
    ReliabilityBin, RiskCoverage, RiskPoint, Units,
};
pub use protocol::{
    Evidence, Groups, Joined, Leak, LeakKind, LeakReport, Pairing, PointCheck, PointCheckConfig,
    Protocol, Provenance, Split, SplitKind, pair,
};
pub use report::{Metric, Report, ReportConfig, Subset};
pub use table::{ScoreTable, trust};

pub use ndarray;
