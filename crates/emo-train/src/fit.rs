use std::f64::consts::PI;

use burn::{
    optim::{AdamWConfig, GradientsParams},
    tensor::{Device, Tensor, TensorData, activation::log_softmax},
};
use ndarray::{Array2, ArrayRef2, Axis};
use rand::{SeedableRng, rngs::Xoshiro256PlusPlus, seq::SliceRandom};

use crate::{Network, Samples, TrainError, predict::log_probabilities};

/// How much the samples of each class count in the loss.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum ClassWeights {
    /// Every sample counts alike, so that frequent classes count more.
    #[default]
    Uniform,
    /// Every class counts alike, so that its samples count the less the more there are.
    Balanced,
}

/// Settings of [`fit`].
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct FitConfig {
    /// How often all training samples are seen, at most.
    pub epochs: usize,
    /// The number of samples between two updates.
    pub batch_len: usize,
    /// The first epoch's learning rate; it falls to zero along half a cosine over all epochs.
    pub learning_rate: f64,
    /// The decay of the weights, decoupled from the gradient.
    pub weight_decay: f32,
    /// The share of each target that is spread evenly over all classes, below 1.
    pub label_smoothing: f32,
    /// How much the samples of each class count.
    pub class_weights: ClassWeights,
    /// After how many epochs without a lower validation loss training ends; `None` for never.
    pub patience: Option<usize>,
    /// The seed of the samples' order and of the augmentation.
    pub seed: u64,
}

impl Default for FitConfig {
    /// 30 epochs of batches of 64 at learning rates from 10⁻³, weight decay 10⁻² (PyTorch's default for the
    /// same optimizer), no smoothing, uniform weights, no early end, seed 1.
    fn default() -> Self {
        Self {
            epochs: 30,
            batch_len: 64,
            learning_rate: 1e-3,
            weight_decay: 1e-2,
            label_smoothing: 0.0,
            class_weights: ClassWeights::Uniform,
            patience: None,
            seed: 1,
        }
    }
}

impl FitConfig {
    fn check(&self) -> Result<(), TrainError> {
        let checks = [
            ("epochs", self.epochs as f64, self.epochs > 0, "at least 1"),
            (
                "batch_len",
                self.batch_len as f64,
                self.batch_len > 0,
                "at least 1",
            ),
            (
                "learning_rate",
                self.learning_rate,
                self.learning_rate > 0.0 && self.learning_rate.is_finite(),
                "positive",
            ),
            (
                "weight_decay",
                f64::from(self.weight_decay),
                self.weight_decay >= 0.0 && self.weight_decay.is_finite(),
                "0 or more",
            ),
            (
                "label_smoothing",
                f64::from(self.label_smoothing),
                (0.0..1.0).contains(&self.label_smoothing),
                "in [0, 1)",
            ),
        ];
        match checks.into_iter().find(|(_, _, valid, _)| !valid) {
            Some((setting, value, _, expected)) => Err(TrainError::Setting {
                setting,
                value,
                expected,
            }),
            None => Ok(()),
        }
    }

    /// Half a cosine from the first learning rate to zero (Loshchilov and Hutter 2017, Eq. 5, one period).
    fn learning_rate_at(&self, epoch: usize) -> f64 {
        let progress = epoch as f64 / self.epochs as f64;
        self.learning_rate * 0.5 * (1.0 + (PI * progress).cos())
    }
}

/// What an epoch of training came to.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Epoch {
    /// Its number, from 1.
    pub number: usize,
    /// The learning rate.
    pub learning_rate: f64,
    /// The mean loss over the training samples as they were seen: smoothed, augmented and with dropout.
    pub train_loss: f64,
    /// The mean cross-entropy of the validation samples, in nats, every class counted as in training.
    pub valid_loss: f64,
    /// The share of the validation samples whose class has the highest score.
    pub valid_accuracy: f64,
}

/// A trained network and the way there.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Fit<N> {
    /// The network, ready to predict, with the weights of the best epoch.
    pub network: N,
    /// All epochs.
    pub epochs: Vec<Epoch>,
    /// The number of the epoch with the lowest validation loss.
    pub best_epoch: usize,
}

/// The random numbers that augmentation draws from: a portable generator, so that a seed means the same
/// numbers on every machine.
pub type TrainRng = Xoshiro256PlusPlus;

/// A device to train on, with the random numbers of initial weights and dropout seeded.
///
/// The seed is shared by all devices of a process: two trainings at once disturb each other's numbers, though
/// not their results' quality.
pub fn train_device(seed: u64) -> Device {
    let device = Device::flex().autodiff();
    device.seed(seed);
    device
}

/// Trains `network` by AdamW on standardized samples and keeps the weights of the epoch with the lowest loss on
/// `valid`.
///
/// `augment` may change a training sample, `[values]`, each time that it is seen; `watch` is told of each epoch.
///
/// # Errors
/// [`TrainError::Setting`], [`TrainError::FeatureCount`] or [`TrainError::ClassCount`] if the parts do not fit
/// together, [`TrainError::Diverged`] if the loss is not finite.
///
/// # References
/// I. Loshchilov, F. Hutter (2019), Decoupled Weight Decay Regularization, arXiv:1711.05101; the same (2017),
/// SGDR: Stochastic Gradient Descent with Warm Restarts, arXiv:1608.03983. C. Szegedy et al. (2016), Rethinking
/// the Inception Architecture for Computer Vision, arXiv:1512.00567, for label smoothing.
pub fn fit<N: Network>(
    network: N,
    train: &Samples,
    valid: &Samples,
    config: &FitConfig,
    mut augment: impl FnMut(&mut [f32], &mut TrainRng),
    mut watch: impl FnMut(&Epoch),
) -> Result<Fit<N>, TrainError> {
    config.check()?;
    for samples in [train, valid] {
        check_fit(&network, samples)?;
    }
    let device = network
        .devices()
        .into_iter()
        .next()
        .unwrap_or_default()
        .autodiff();
    let weights = class_weights(config.class_weights, train);
    let targets = loss_targets(train, &weights, config.label_smoothing);
    let mut rng = TrainRng::seed_from_u64(config.seed);
    let mut optimizer = AdamWConfig::new()
        .with_weight_decay(config.weight_decay)
        .init();
    let mut network = network.train();
    let mut order: Vec<usize> = (0..train.len()).collect();
    let mut epochs: Vec<Epoch> = Vec::new();
    let mut best: Option<(Epoch, N)> = None;

    for number in 1..=config.epochs {
        let learning_rate = config.learning_rate_at(number - 1);
        order.shuffle(&mut rng);
        let mut loss_sum = 0.0;
        let mut weight_sum = 0.0;
        for batch in order.chunks(config.batch_len) {
            // The statistics of a single sample say nothing to batch normalization.
            if batch.len() == 1 && config.batch_len > 1 && order.len() > 1 {
                continue;
            }
            let mut batch = Batch::gather(train.features(), &targets, batch);
            for sample in batch.input.chunks_mut(batch.n_values) {
                augment(sample, &mut rng);
            }
            let weight = batch.weight();
            let (input, target) = batch.into_tensors(&device);
            let loss = cross_entropy(network.forward(input), target, weight);
            let value = f64::from(loss.clone().try_into_data()?.try_into_vec::<f32>()?[0]);
            if !value.is_finite() {
                return Err(TrainError::Diverged {
                    epoch: number,
                    loss: value,
                });
            }
            loss_sum += value * weight;
            weight_sum += weight;
            let gradients = GradientsParams::from_grads(loss.backward(), &network);
            network = optimizer.step(learning_rate, network, gradients);
        }

        let snapshot = network.valid();
        let (valid_loss, valid_accuracy) = validate(&snapshot, valid, &weights)?;
        let epoch = Epoch {
            number,
            learning_rate,
            train_loss: loss_sum / weight_sum,
            valid_loss,
            valid_accuracy,
        };
        watch(&epoch);
        epochs.push(epoch);
        if best
            .as_ref()
            .is_none_or(|(best, _)| valid_loss < best.valid_loss)
        {
            best = Some((epoch, snapshot));
        }
        let waited = best.as_ref().map_or(0, |(best, _)| number - best.number);
        if config.patience.is_some_and(|patience| waited >= patience) {
            break;
        }
    }
    let (best, network) = best.expect("there is at least one epoch, and its loss is finite");
    Ok(Fit {
        network,
        epochs,
        best_epoch: best.number,
    })
}

pub(crate) fn check_fit<N: Network>(network: &N, samples: &Samples) -> Result<(), TrainError> {
    let expected = network.feature_shape().iter().product();
    let actual = samples.features().ncols();
    if actual != expected {
        return Err(TrainError::FeatureCount { expected, actual });
    }
    if samples.n_classes() != network.n_classes() {
        return Err(TrainError::ClassCount {
            expected: network.n_classes(),
            actual: samples.n_classes(),
        });
    }
    Ok(())
}

fn class_weights(weights: ClassWeights, train: &Samples) -> Vec<f32> {
    let counts = train.class_counts();
    match weights {
        ClassWeights::Uniform => vec![1.0; counts.len()],
        ClassWeights::Balanced => counts
            .iter()
            .map(|&count| train.len() as f32 / (counts.len() * count.max(1)) as f32)
            .collect(),
    }
}

/// The targets, smoothed and multiplied by the weight of the sample's class.
fn loss_targets(samples: &Samples, weights: &[f32], smoothing: f32) -> Array2<f32> {
    let even = smoothing / samples.n_classes() as f32;
    let mut targets = samples.targets().to_owned();
    for (mut row, &class) in targets.outer_iter_mut().zip(samples.classes()) {
        row.mapv_inplace(|share| weights[class] * ((1.0 - smoothing) * share + even));
    }
    targets
}

/// The samples between two updates.
struct Batch {
    input: Vec<f32>,
    n_values: usize,
    target: Vec<f32>,
    n_classes: usize,
}

impl Batch {
    fn gather(features: &ArrayRef2<f32>, targets: &ArrayRef2<f32>, indices: &[usize]) -> Self {
        Self {
            input: features.select(Axis(0), indices).into_iter().collect(),
            n_values: features.ncols(),
            target: targets.select(Axis(0), indices).into_iter().collect(),
            n_classes: targets.ncols(),
        }
    }

    fn weight(&self) -> f64 {
        self.target.iter().map(|&share| f64::from(share)).sum()
    }

    fn into_tensors(self, device: &Device) -> (Tensor<2>, Tensor<2>) {
        let n_samples = self.target.len() / self.n_classes;
        let input = TensorData::new(self.input, [n_samples, self.n_values]);
        let target = TensorData::new(self.target, [n_samples, self.n_classes]);
        (
            Tensor::from_data(input, device),
            Tensor::from_data(target, device),
        )
    }
}

fn cross_entropy(logits: Tensor<2>, target: Tensor<2>, weight: f64) -> Tensor<1> {
    -(log_softmax(logits, 1) * target).sum() / weight
}

fn validate<N: Network>(
    network: &N,
    valid: &Samples,
    weights: &[f32],
) -> Result<(f64, f64), TrainError> {
    let log = log_probabilities(network, valid.features())?;
    let targets = loss_targets(valid, weights, 0.0);
    let mut loss = 0.0;
    let mut hits = 0;
    for ((row, target), &class) in log
        .outer_iter()
        .zip(targets.outer_iter())
        .zip(valid.classes())
    {
        loss -= row
            .iter()
            .zip(&target)
            .map(|(&log, &share)| f64::from(log) * f64::from(share))
            .sum::<f64>();
        hits += usize::from(emo_score::argmax(&row.to_owned()) == class);
    }
    let weight: f64 = targets.iter().map(|&share| f64::from(share)).sum();
    Ok((loss / weight, hits as f64 / valid.len() as f64))
}
