//! One result, with everything that is needed to judge it.

mod figures;
mod html;
mod subsets;
mod svg;
mod text;

use ndarray::ArrayView2;

use crate::{
    Binning, Bootstrap, BootstrapConfig, ClassMetrics, ConfusionMatrix, Interval, Labels, McNemar,
    Predictions, Protocol, Reliability, RiskCoverage, RiskPoint, ScoreError, Units,
};

pub use subsets::Subset;

/// What a report says besides its figures, and how they are computed.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct ReportConfig {
    /// What was judged, such as the rule's name; the report's title.
    pub title: String,
    /// The bins of the reliability diagram; 15 by default.
    pub n_bins: usize,
    /// How intervals are made; `None` leaves them out. With many samples they are what takes the time.
    pub bootstrap: Option<BootstrapConfig>,
}

impl ReportConfig {
    /// The defaults under a title.
    pub fn new(title: impl Into<String>) -> Self {
        Self {
            title: title.into(),
            n_bins: Reliability::DEFAULT_BINS,
            bootstrap: Some(BootstrapConfig::default()),
        }
    }
}

/// A metric as a report shows it.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Metric {
    /// Its name, such as `accuracy`.
    pub name: &'static str,
    /// Its value, `None` where it is not defined.
    pub value: Option<f64>,
    /// Its interval, `None` where there is none.
    pub interval: Option<Interval>,
}

/// What metrics are called, in the order of [`Report::metrics`].
const METRICS: [&str; 13] = [
    "accuracy",
    "balanced accuracy",
    "macro-F1",
    "Cohen's kappa",
    "MCC",
    "macro AUROC",
    "ECE (equal width)",
    "MCE (equal width)",
    "ECE (equal mass)",
    "MCE (equal mass)",
    "Brier score",
    "NLL",
    "AURC",
];

/// The judgement of one set of predictions: all metrics with intervals, confusion matrix, reliability diagram,
/// risk–coverage curve and, if asked for, what each subset of the modalities reaches.
///
/// It cannot be made without a [`Protocol`]: as text ([`Display`](std::fmt::Display)), as a page
/// ([`to_html`](Self::to_html)) and, with the feature `serde`, as data, it names split, pairing and what a leak
/// check found.
///
/// ```
/// use emo_score::{Labels, Pairing, Predictions, Protocol, Report, ReportConfig, SplitKind, Units};
/// use emo_score::ndarray::arr2;
///
/// let predictions = Predictions::new(
///     arr2(&[[0.7, 0.3], [0.4, 0.6], [0.2, 0.8], [0.6, 0.4]]),
///     vec![0, 0, 1, 1],
/// )?;
/// let report = Report::new(
///     Protocol::unchecked(SplitKind::BySubject, Pairing::Unimodal),
///     Labels::new(["calm", "angry"])?,
///     &predictions,
///     Units::Samples(4),
///     ReportConfig::new("face alone"),
/// )?;
/// let text = report.to_string();
/// assert!(text.contains("split by-subject, pairing unimodal, leaks not checked"));
/// assert!(report.to_html().contains("<svg"));
/// # Ok::<(), emo_score::ScoreError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    title: String,
    protocol: Protocol,
    labels: Labels,
    n_samples: usize,
    metrics: Vec<Metric>,
    matrix: ConfusionMatrix,
    auroc: Vec<Option<f64>>,
    reliability: Reliability,
    risk_coverage: RiskCoverage,
    correct: Vec<bool>,
    bootstrap: Option<BootstrapConfig>,
    units: String,
    subsets: Vec<Subset>,
}

impl Report {
    /// Judges predictions. `units` says what is independent and therefore drawn for intervals.
    ///
    /// Cost: with intervals `n_resamples` times a few sorts of all samples.
    ///
    /// # Errors
    /// [`ScoreError::RuleClasses`] if there are not as many labels as classes, [`ScoreError::Count`] if `units` has
    /// another number of samples, and [`ScoreError::Parameter`] for the settings of bins and intervals.
    pub fn new(
        protocol: Protocol,
        labels: Labels,
        predictions: &Predictions,
        units: Units<'_>,
        config: ReportConfig,
    ) -> Result<Self, ScoreError> {
        if labels.len() != predictions.n_classes() {
            return Err(ScoreError::RuleClasses {
                expected: labels.len(),
                actual: predictions.n_classes(),
            });
        }
        check_units(units, predictions.n_samples())?;
        let values = metrics(predictions, config.n_bins)?;
        let intervals = match config.bootstrap {
            None => [None; METRICS.len()],
            Some(bootstrap) => Bootstrap::new(bootstrap)?.intervals(units, |drawn| {
                // The number of bins was accepted above, and draws are predictions like any.
                metrics(&predictions.select(drawn), config.n_bins).unwrap_or_default()
            })?,
        };
        Ok(Self {
            title: config.title,
            protocol,
            n_samples: predictions.n_samples(),
            metrics: (0..METRICS.len())
                .map(|index| Metric {
                    name: METRICS[index],
                    value: values[index],
                    interval: intervals[index],
                })
                .collect(),
            matrix: predictions.confusion(),
            auroc: (0..labels.len())
                .map(|class| predictions.auroc(class))
                .collect(),
            labels,
            reliability: Reliability::new(predictions, Binning::EqualWidth, config.n_bins)?,
            risk_coverage: RiskCoverage::new(predictions),
            correct: predictions.correct().collect(),
            bootstrap: config.bootstrap,
            units: match units {
                Units::Samples(n) => format!("{n} samples"),
                Units::Groups(groups) => format!("{} {}", groups.len(), groups.kind().units()),
            },
            subsets: Vec::new(),
        })
    }

    /// What was judged.
    pub fn title(&self) -> &str {
        &self.title
    }

    /// Under which conditions.
    pub fn protocol(&self) -> &Protocol {
        &self.protocol
    }

    /// All metrics, in a fixed order.
    pub fn metrics(&self) -> &[Metric] {
        &self.metrics
    }

    /// One metric by its name, such as `accuracy`.
    pub fn metric(&self, name: &str) -> Option<Metric> {
        self.metrics
            .iter()
            .find(|metric| metric.name == name)
            .copied()
    }

    /// The confusion matrix.
    pub fn confusion(&self) -> &ConfusionMatrix {
        &self.matrix
    }

    /// What each subset of the modalities reaches; empty unless [`with_subsets`](Self::with_subsets) was called.
    pub fn subsets(&self) -> &[Subset] {
        &self.subsets
    }

    /// Whether this and another report err equally often on the same samples.
    ///
    /// # Errors
    /// [`ScoreError::Incomparable`] if their protocols differ, [`ScoreError::Count`] if their numbers of samples do.
    pub fn compare(&self, other: &Self) -> Result<McNemar, ScoreError> {
        self.protocol.ensure_comparable(&other.protocol)?;
        McNemar::new(self.correct.iter().copied(), other.correct.iter().copied())
    }

    /// The report as one HTML page with its figures as SVG: no scripts, nothing loaded from elsewhere, every text
    /// escaped.
    pub fn to_html(&self) -> String {
        html::page(self)
    }

    fn classes(&self) -> impl Iterator<Item = (&str, ClassMetrics, Option<f64>)> {
        self.labels
            .iter()
            .enumerate()
            .map(|(class, label)| (label, self.matrix.class(class), self.auroc[class]))
    }

    /// The risk–coverage curve with no more points than a picture has pixels.
    fn curve(&self) -> Vec<RiskPoint> {
        const MAX_POINTS: usize = 400;
        let points = self.risk_coverage.points();
        let step = points.len().div_ceil(MAX_POINTS).max(1);
        let mut shown: Vec<RiskPoint> = points.iter().step_by(step).copied().collect();
        if !(points.len() - 1).is_multiple_of(step) {
            shown.extend(points.last());
        }
        shown
    }

    fn counts(&self) -> ArrayView2<'_, usize> {
        self.matrix.counts()
    }

    /// How intervals were made, in words.
    fn intervals_statement(&self) -> String {
        match self.bootstrap {
            None => "no intervals".to_owned(),
            Some(config) => format!(
                "{} % intervals: bootstrap percentiles of {} draws of {}, seed {}",
                config.level * 100.0,
                config.n_resamples,
                self.units,
                config.seed
            ),
        }
    }
}

fn check_units(units: Units<'_>, n_samples: usize) -> Result<(), ScoreError> {
    if units.n_samples() == n_samples {
        return Ok(());
    }
    Err(ScoreError::Count {
        what: "samples in the units of the bootstrap",
        expected: n_samples,
        actual: units.n_samples(),
    })
}

fn metrics(
    predictions: &Predictions,
    n_bins: usize,
) -> Result<[Option<f64>; METRICS.len()], ScoreError> {
    let matrix = predictions.confusion();
    let width = Reliability::new(predictions, Binning::EqualWidth, n_bins)?;
    let mass = Reliability::new(predictions, Binning::EqualMass, n_bins)?;
    Ok([
        matrix.accuracy(),
        matrix.balanced_accuracy(),
        matrix.macro_f1(),
        matrix.cohen_kappa(),
        matrix.matthews_correlation(),
        predictions.macro_auroc(),
        Some(width.ece()),
        Some(width.mce()),
        Some(mass.ece()),
        Some(mass.mce()),
        Some(predictions.brier()),
        Some(predictions.nll()),
        Some(RiskCoverage::new(predictions).aurc()),
    ])
}

#[cfg(feature = "serde")]
impl serde::Serialize for Report {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeStruct;

        #[derive(serde::Serialize)]
        struct Class<'a> {
            label: &'a str,
            support: usize,
            precision: Option<f64>,
            recall: Option<f64>,
            f1: Option<f64>,
            auroc: Option<f64>,
        }
        let classes: Vec<Class<'_>> = self
            .classes()
            .map(|(label, metrics, auroc)| Class {
                label,
                support: metrics.support,
                precision: metrics.precision,
                recall: metrics.recall,
                f1: metrics.f1,
                auroc,
            })
            .collect();
        let confusion: Vec<Vec<usize>> =
            self.counts().outer_iter().map(|row| row.to_vec()).collect();
        let mut report = serializer.serialize_struct("Report", 13)?;
        report.serialize_field("title", &self.title)?;
        report.serialize_field("split", self.protocol.split().name())?;
        report.serialize_field("pairing", self.protocol.pairing().name())?;
        report.serialize_field("leaks", &self.protocol.leak_statement())?;
        report.serialize_field("leaky", &self.protocol.is_leaky())?;
        report.serialize_field("samples", &self.n_samples)?;
        report.serialize_field("intervals", &self.intervals_statement())?;
        report.serialize_field("metrics", &self.metrics)?;
        report.serialize_field("classes", &classes)?;
        report.serialize_field("confusion", &confusion)?;
        report.serialize_field("reliability", self.reliability.bins())?;
        report.serialize_field("risk_coverage", &self.curve())?;
        report.serialize_field("subsets", &self.subsets)?;
        report.end()
    }
}
