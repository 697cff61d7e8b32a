use super::{
    Fused, FusionRule, Scale, check_shape, log_pool::check_floor, select, training::Training,
};
use crate::{
    ScoreError, ScoreTable,
    newton::{Objective, minimize, softmax},
};

/// What of a modality's scores the stacked model sees.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case"))]
#[non_exhaustive]
pub enum StackingInput {
    /// `ln max(p(c), ε)`, less its mean over the classes.
    #[default]
    LogScores,
    /// `p(c) − 1 / K`.
    Scores,
}

/// How a [`Stacking`] is fitted.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct StackingConfig {
    /// What of the scores it sees. Default: their logarithms.
    pub input: StackingInput,
    /// The floor ε of a score whose logarithm is taken, in `(0, 1)`.
    pub floor: f32,
    /// The inverse C of the penalty: minimised is `C Σ_i −ln p(y_i) + ½ Σ w²`, over all weights but the intercepts.
    /// Default: 1, as scikit-learn's `LogisticRegression`.
    pub inverse_penalty: f64,
}

impl StackingConfig {
    /// The defaults, with this floor.
    pub fn new(floor: f32) -> Self {
        Self {
            input: StackingInput::default(),
            floor,
            inverse_penalty: 1.0,
        }
    }
}

/// Stacked generalization: a multinomial logistic regression on the modalities' scores.
///
/// It sees, of each modality, its scores or their logarithms, centred so that an absent modality and an undecided one
/// are zero, and a bit that says whether it is present; both are multiplied by the trust. It must be fitted on scores
/// of samples that the modalities' models were not trained on, or it learns to believe the one that overfits most.
///
/// The baseline of the outcome is the intercepts.
///
/// With M modalities and K classes a fit has `n = K (M (K + 1) + 1)` parameters; each of its few steps takes time in
/// proportion to the samples times n² and to n³, and memory for 2 n² numbers.
///
/// # References
/// D. H. Wolpert, *Stacked generalization*, Neural Networks 5(2), 1992, doi:10.1016/S0893-6080(05)80023-1. K. M. Ting,
/// I. H. Witten, *Issues in stacked generalization*, JAIR 10, 1999, doi:10.1613/jair.594.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(remote = "Self", deny_unknown_fields))]
pub struct Stacking {
    input: StackingInput,
    floor: f32,
    intercepts: Vec<f64>,
    /// `[modalities][classes][classes + 1]`: the weight of each input, and of the presence bit, for each class.
    weights: Vec<Vec<Vec<f64>>>,
}

impl Stacking {
    /// Fits the regression to samples whose classes are known.
    ///
    /// # Errors
    /// [`ScoreError::Parameter`] if the configuration is out of range, [`ScoreError::NotConverged`], and those that
    /// [`RuleName::fit`](crate::RuleName::fit) names for samples that cannot serve.
    pub fn fit(
        config: &StackingConfig,
        tables: &[ScoreTable],
        truth: &[usize],
    ) -> Result<Self, ScoreError> {
        check_floor(config.floor)?;
        if !(config.inverse_penalty.is_finite() && config.inverse_penalty > 0.0) {
            return Err(ScoreError::Parameter {
                name: "inverse_penalty",
                value: config.inverse_penalty,
                expected: "a number above 0",
            });
        }
        let training = Training::new(tables, truth)?;
        let n_classes = training.n_classes;
        let block = n_classes + 1;
        let n_inputs = training.n_modalities * block + 1;
        let mut inputs = vec![0.0; tables.len() * n_inputs];
        for (table, inputs) in tables.iter().zip(inputs.chunks_exact_mut(n_inputs)) {
            for (modality, trust, row) in table.evidence() {
                let block = &mut inputs[modality * block..(modality + 1) * block];
                write_inputs(config.input, config.floor, trust, row, block);
            }
            inputs[n_inputs - 1] = 1.0;
        }
        let objective = Logistic {
            inputs,
            n_inputs,
            truth,
            n_classes,
            inverse_penalty: config.inverse_penalty,
        };
        let tolerance = 1e-10 * (1.0 + config.inverse_penalty * truth.len() as f64);
        let solution = minimize(&objective, vec![0.0; n_classes * n_inputs], tolerance)?;
        let per_class = |class: usize| &solution[class * n_inputs..(class + 1) * n_inputs];
        let weights = (0..training.n_modalities)
            .map(|modality| {
                (0..n_classes)
                    .map(|class| {
                        per_class(class)[modality * block..(modality + 1) * block].to_vec()
                    })
                    .collect()
            })
            .collect();
        let rule = Self {
            input: config.input,
            floor: config.floor,
            intercepts: (0..n_classes)
                .map(|class| per_class(class)[n_inputs - 1])
                .collect(),
            weights,
        };
        rule.check()?;
        Ok(rule)
    }

    /// The intercept of each class; they sum to zero.
    pub fn intercepts(&self) -> &[f64] {
        &self.intercepts
    }

    /// The weights, `[modalities][classes][classes + 1]`: of each input, then of the presence bit, for each class.
    pub fn weights(&self) -> &[Vec<Vec<f64>>] {
        &self.weights
    }

    fn check(&self) -> Result<(), ScoreError> {
        check_floor(self.floor)?;
        let expected = self.intercepts.len();
        for matrix in &self.weights {
            let bad_length = std::iter::once(matrix.len())
                .chain(matrix.iter().map(|row| row.len().saturating_sub(1)))
                .find(|len| *len != expected);
            if let Some(actual) = bad_length {
                return Err(ScoreError::RuleClasses { expected, actual });
            }
        }
        let mut numbers = self
            .intercepts
            .iter()
            .chain(self.weights.iter().flatten().flatten());
        match numbers.find(|number| !number.is_finite()) {
            Some(value) => Err(ScoreError::Parameter {
                name: "weight of the regression",
                value: *value,
                expected: "a finite number",
            }),
            None => Ok(()),
        }
    }

    pub(super) fn select(&self, modalities: &[usize]) -> Result<Self, ScoreError> {
        Ok(Self {
            weights: select(&self.weights, modalities)?,
            ..self.clone()
        })
    }
}

checked_serde!(Stacking);

impl FusionRule for Stacking {
    fn name(&self) -> &'static str {
        "stacking"
    }

    fn fuse_into(&self, scores: &ScoreTable, out: &mut Fused) -> Result<(), ScoreError> {
        check_shape(scores, self.weights.len(), self.intercepts.len())?;
        if scores.evidence().next().is_none() {
            return Err(ScoreError::NoEvidence);
        }
        let parts = out.prepare(scores, Scale::LogScores, self.intercepts.len() + 1);
        for (modality, trust, row) in scores.evidence() {
            write_inputs(self.input, self.floor, trust, row, parts.extra);
            let range = modality * parts.n_classes..(modality + 1) * parts.n_classes;
            for (addend, weights) in parts.addends[range].iter_mut().zip(&self.weights[modality]) {
                *addend = weights.iter().zip(&*parts.extra).map(|(w, x)| w * x).sum();
            }
        }
        parts.base.copy_from_slice(&self.intercepts);
        parts.finish_softmax();
        Ok(())
    }
}

/// Writes the inputs of one modality, its classes' and then the presence bit.
fn write_inputs(input: StackingInput, floor: f32, trust: f64, row: &[f32], inputs: &mut [f64]) {
    let n_classes = row.len() as f64;
    for (input_value, score) in inputs.iter_mut().zip(row) {
        *input_value = match input {
            StackingInput::Scores => f64::from(*score),
            StackingInput::LogScores => f64::from(score.max(floor)).ln(),
        };
    }
    let centre = match input {
        StackingInput::Scores => 1.0 / n_classes,
        StackingInput::LogScores => inputs[..row.len()].iter().sum::<f64>() / n_classes,
    };
    for input in &mut inputs[..row.len()] {
        *input = trust * (*input - centre);
    }
    inputs[row.len()] = trust;
}

/// The penalised likelihood of a multinomial logistic regression whose last input is 1.
struct Logistic<'a> {
    /// `[samples · n_inputs]`
    inputs: Vec<f64>,
    n_inputs: usize,
    truth: &'a [usize],
    n_classes: usize,
    inverse_penalty: f64,
}

impl Logistic<'_> {
    fn logits(&self, x: &[f64], inputs: &[f64], logits: &mut [f64]) {
        for (logit, weights) in logits.iter_mut().zip(x.chunks_exact(self.n_inputs)) {
            *logit = weights.iter().zip(inputs).map(|(w, x)| w * x).sum();
        }
    }

    fn samples(&self) -> impl Iterator<Item = (&[f64], usize)> {
        self.inputs
            .chunks_exact(self.n_inputs)
            .zip(self.truth.iter().copied())
    }

    /// All intercepts may move together without any effect; their sum is held at zero.
    fn intercept_sum(&self, x: &[f64]) -> f64 {
        x.chunks_exact(self.n_inputs)
            .map(|weights| weights[self.n_inputs - 1])
            .sum()
    }
}

impl Objective for Logistic<'_> {
    const WHAT: &'static str = "stacking";

    fn value(&self, x: &[f64]) -> f64 {
        let mut logits = vec![0.0; self.n_classes];
        let mut loss = 0.0;
        for (inputs, truth) in self.samples() {
            self.logits(x, inputs, &mut logits);
            let own = logits[truth];
            loss += softmax(&mut logits) - own;
        }
        let squares: f64 = x
            .chunks_exact(self.n_inputs)
            .flat_map(|weights| &weights[..self.n_inputs - 1])
            .map(|w| w * w)
            .sum();
        self.inverse_penalty * loss + 0.5 * squares + 0.5 * self.intercept_sum(x).powi(2)
    }

    fn derivatives(&self, x: &[f64], gradient: &mut [f64], hessian: &mut [f64]) {
        let (d, n) = (self.n_inputs, x.len());
        let mut p = vec![0.0; self.n_classes];
        for (inputs, truth) in self.samples() {
            self.logits(x, inputs, &mut p);
            softmax(&mut p);
            for k in 0..self.n_classes {
                let residual = self.inverse_penalty * (p[k] - f64::from(u8::from(k == truth)));
                for (i, input) in inputs.iter().enumerate() {
                    gradient[k * d + i] += residual * input;
                }
                for l in 0..=k {
                    let delta = f64::from(u8::from(k == l));
                    let curvature = self.inverse_penalty * p[k] * (delta - p[l]);
                    for (i, input) in inputs.iter().enumerate() {
                        let scaled = curvature * input;
                        let start = (k * d + i) * n + l * d;
                        for (h, other) in hessian[start..start + d].iter_mut().zip(inputs) {
                            *h += scaled * other;
                        }
                    }
                }
            }
        }
        let sum = self.intercept_sum(x);
        for k in 0..self.n_classes {
            for i in 0..d - 1 {
                gradient[k * d + i] += x[k * d + i];
                hessian[(k * d + i) * n + k * d + i] += 1.0;
            }
            gradient[k * d + d - 1] += sum;
            for l in 0..=k {
                hessian[(k * d + d - 1) * n + l * d + d - 1] += 1.0;
            }
        }
        for i in 0..n {
            for j in 0..i {
                hessian[j * n + i] = hessian[i * n + j];
            }
        }
    }
}
