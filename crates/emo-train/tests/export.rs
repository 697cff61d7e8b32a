//! The exported graph computes what the network computes.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::borrow::Cow;

use emo_backend::{Backend, ModelSource};
use emo_backend_cpu::CpuBackend;
use emo_score::Labels;
use emo_tensor::Tensor;
use emo_testing::assert_close;
use emo_train::{
    EegMlpConfig, FaceCnnConfig, FitConfig, HeartRateCnnConfig, KnownClasses, Network, Samples,
    SpeechCnnConfig, Standardizer, TrainRng, burn::tensor::Device, export, fit, predict,
    train_device,
};
use ndarray::{Array2, ArrayD, Axis, IxDyn};
use rand::{RngExt, SeedableRng};

fn labels() -> Labels {
    Labels::new(["happy", "calm", "sad", "angry"]).unwrap()
}

fn random(n_samples: usize, n_values: usize) -> Array2<f32> {
    let mut rng = TrainRng::seed_from_u64(9);
    Array2::from_shape_fn((n_samples, n_values), |(_, value)| {
        value as f32 % 7.0 + rng.random_range(-2.0..2.0)
    })
}

/// Trains for an epoch, so that batch statistics are no longer those of an untouched network, exports, and
/// compares the graph's scores with the network's on every sample.
#[track_caller]
fn check<N: Network>(make: impl Fn(&Device) -> N, known: &[usize]) {
    let network = make(&train_device(5));
    let shape = network.feature_shape();
    let features = random(8, shape.iter().product());
    let standardizer = Standardizer::fit(&features, |position| position % 5).unwrap();
    let standard = standardizer.apply(&features).unwrap();
    let samples = Samples::new(
        standard.clone(),
        (0..8).map(|sample| sample % known.len()).collect(),
        known.len(),
    )
    .unwrap();
    let mut config = FitConfig::default();
    config.epochs = 1;
    config.batch_len = 4;
    config.learning_rate = 0.01;
    let fitted = fit(network, &samples, &samples, &config, |_, _| {}, |_| {}).unwrap();

    let classes = KnownClasses::new(labels(), known).unwrap();
    let model = export(&fitted.network, &standardizer, &classes).unwrap();
    assert_eq!(model.opset(), 17);
    assert_eq!(model.metadata()["emo.labels"], "happy,calm,sad,angry");
    let bytes = model.to_bytes();
    let mut session = CpuBackend::default()
        .load(&ModelSource::Bytes(Cow::Owned(bytes)))
        .unwrap();
    let input_shape: Vec<usize> = [1].into_iter().chain(shape).collect();
    assert_eq!(session.inputs()[0].name, "input");
    assert_eq!(session.inputs()[0].shape, input_shape);
    assert_eq!(session.outputs()[0].name, "scores");
    assert_eq!(session.outputs()[0].shape, [1, 4]);

    let probabilities = predict(&fitted.network, &standard).unwrap();
    for (sample, expected) in features.axis_iter(Axis(0)).zip(probabilities.outer_iter()) {
        let values: Vec<f32> = sample.iter().copied().collect();
        let input = ArrayD::from_shape_vec(IxDyn(&input_shape), values).unwrap();
        let outputs = session
            .run_to_tensors(&[Tensor::from(input).view()])
            .unwrap();
        let scores = outputs[0].as_array::<f32>().unwrap();
        let share = known.len() as f32 / 4.0;
        let mut spread = [0.25_f32; 4];
        for (&class, probability) in known.iter().zip(expected) {
            spread[class] = share * probability;
        }
        // Folding and another order of summation: some tens of units in the last place of single precision.
        assert_close(scores.iter().copied(), spread, 1e-4, 1e-5);
        assert_close([scores.sum()], [1.0_f64], 0.0, 1e-5);
    }
}

#[test]
fn heart_rate_network() {
    check(
        |device| HeartRateCnnConfig::new(3).init(device).unwrap(),
        &[0, 1, 2],
    );
}

#[test]
fn eeg_network() {
    check(
        |device| EegMlpConfig::new(3).init(device).unwrap(),
        &[0, 2, 3],
    );
}

#[test]
fn speech_network() {
    let mut config = SpeechCnnConfig::new(4);
    config.n_frames = 20;
    config.n_mfcc = 5;
    config.n_filters = vec![8, 12];
    check(move |device| config.init(device).unwrap(), &[0, 1, 2, 3]);
}

#[test]
fn face_network() {
    let mut config = FaceCnnConfig::new(4);
    config.size = 13;
    config.n_filters = vec![4, 6, 8];
    check(move |device| config.init(device).unwrap(), &[0, 1, 2, 3]);
}

#[test]
fn parts_that_do_not_fit_together_are_refused() {
    let network = EegMlpConfig::new(3).init(&train_device(1)).unwrap();
    let standardizer = Standardizer::fit(&random(4, 44), |_| 0).unwrap();
    let classes = KnownClasses::new(labels(), [0, 1, 2]).unwrap();
    let error = export(&network, &standardizer, &classes).unwrap_err();
    assert_eq!(error.to_string(), "samples have 44 values, expected 45");
    let standardizer = Standardizer::fit(&random(4, 45), |_| 0).unwrap();
    let classes = KnownClasses::new(labels(), [0, 1]).unwrap();
    let error = export(&network, &standardizer, &classes).unwrap_err();
    assert_eq!(error.to_string(), "samples are of 2 classes, expected 3");
}
