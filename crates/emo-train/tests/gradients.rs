//! Gradients agree with finite differences, layer by layer, on each architecture.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use burn::{
    module::{ModuleMapper, ModuleVisitor, Param, ParamId},
    optim::GradientsParams,
    tensor::{Tensor, TensorData, activation::log_softmax},
};
use emo_train::{
    EegMlpConfig, FaceCnnConfig, HeartRateCnnConfig, Network, SpeechCnnConfig, TrainRng, burn,
    train_device,
};
use rand::{RngExt, SeedableRng};

/// Long enough for single precision, short enough for few of the rectifiers to switch.
const STEP: f32 = 3e-3;

const BATCH: usize = 32;

/// The parameters that the optimizer changes, with random directions of unit length.
struct Directions {
    rng: TrainRng,
    all: Vec<(ParamId, Vec<f32>, f64)>,
    gradients: GradientsParams,
}

impl ModuleVisitor for Directions {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let Some(gradient) = self.gradients.get::<D>(param.id) else {
            return;
        };
        let gradient: Vec<f32> = gradient.into_data().try_into_vec().unwrap();
        // Half along the gradient, where the difference is largest, half anywhere.
        let random = unit(gradient.iter().map(|_| self.rng.random_range(-1.0..1.0)));
        let steepest = unit(gradient.iter().copied());
        let direction = unit(random.iter().zip(&steepest).map(|(r, s)| r + s));
        let slope = gradient
            .iter()
            .zip(&direction)
            .map(|(&g, &d)| f64::from(g) * f64::from(d))
            .sum();
        self.all.push((param.id, direction, slope));
    }
}

fn unit(values: impl Iterator<Item = f32>) -> Vec<f32> {
    let values: Vec<f32> = values.collect();
    let norm = values.iter().map(|value| value * value).sum::<f32>().sqrt();
    values.iter().map(|value| value / norm.max(1e-12)).collect()
}

/// Moves one parameter.
struct Step<'a> {
    id: ParamId,
    direction: &'a [f32],
    length: f32,
}

impl ModuleMapper for Step<'_> {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        if param.id != self.id {
            return param;
        }
        let (id, tensor, mapper) = param.consume();
        let moved: Vec<f32> = self.direction.iter().map(|d| d * self.length).collect();
        let step = Tensor::from_data(TensorData::new(moved, tensor.dims()), &tensor.device());
        Param::from_mapped_value(id, (tensor + step).detach().require_grad(), mapper)
    }
}

#[track_caller]
fn check<N: Network>(network: N) {
    let device = network.devices()[0].clone();
    let width: usize = network.feature_shape().iter().product();
    let mut rng = TrainRng::seed_from_u64(2);
    let values: Vec<f32> = (0..BATCH * width)
        .map(|_| rng.random_range(-2.0..2.0))
        .collect();
    let target: Vec<f32> = (0..BATCH * network.n_classes())
        .map(|_| rng.random_range(0.0..1.0))
        .collect();
    let input = Tensor::<2>::from_data(TensorData::new(values, [BATCH, width]), &device);
    let target = Tensor::<2>::from_data(
        TensorData::new(target, [BATCH, network.n_classes()]),
        &device,
    );
    let loss =
        |network: &N| -(log_softmax(network.forward(input.clone()), 1) * target.clone()).sum();
    let number = |loss: Tensor<1>| f64::from(loss.into_data().try_into_vec::<f32>().unwrap()[0]);

    let gradients = GradientsParams::from_grads(loss(&network).backward(), &network);
    let mut directions = Directions {
        rng,
        all: Vec::new(),
        gradients,
    };
    network.visit(&mut directions);
    assert!(directions.all.len() >= 4);
    let largest = directions
        .all
        .iter()
        .map(|(_, _, slope)| slope.abs())
        .fold(0.0, f64::max);
    for (index, (id, direction, slope)) in directions.all.iter().enumerate() {
        let moved = |length| {
            number(loss(&network.clone().map(&mut Step {
                id: *id,
                direction,
                length,
            })))
        };
        let difference = (moved(STEP) - moved(-STEP)) / (2.0 * f64::from(STEP));
        assert!(
            (slope - difference).abs() < 0.05 * slope.abs() + 0.005 * largest,
            "parameter {index}: gradient {slope}, difference {difference}"
        );
    }
}

#[test]
fn heart_rate_network() {
    let mut config = HeartRateCnnConfig::new(3);
    config.dropout = 0.0;
    check(config.init(&train_device(1)).unwrap());
}

#[test]
fn eeg_network() {
    let mut config = EegMlpConfig::new(3);
    config.dropout = 0.0;
    check(config.init(&train_device(1)).unwrap());
}

#[test]
fn speech_network() {
    let mut config = SpeechCnnConfig::new(4);
    (config.n_frames, config.n_mfcc) = (20, 5);
    config.n_filters = vec![8, 12];
    config.dropout = 0.0;
    check(config.init(&train_device(1)).unwrap());
}

#[test]
fn face_network() {
    let mut config = FaceCnnConfig::new(4);
    config.size = 13;
    config.n_filters = vec![4, 6, 8];
    config.dropout = 0.0;
    check(config.init(&train_device(1)).unwrap());
}
