//! Training on synthetic samples. One test, because a process has one source of random numbers.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use emo_train::{
    ClassWeights, EegMlp, EegMlpConfig, Fit, FitConfig, Samples, TrainError, TrainRng, confusion,
    fit, predict, train_device,
};
use ndarray::Array2;
use rand::{RngExt, SeedableRng};

/// Three classes whose means differ by about a deviation in each of 12 values.
fn samples(seed: u64, n: usize) -> Samples {
    let mut rng = TrainRng::seed_from_u64(seed);
    let features = Array2::from_shape_fn((n, 12), |(sample, value)| {
        let mean = if value % 3 == sample % 3 { 1.0 } else { 0.0 };
        mean + rng.random_range(-1.5..1.5)
    });
    Samples::new(features, (0..n).map(|sample| sample % 3).collect(), 3).unwrap()
}

fn train(seed: u64) -> Fit<EegMlp> {
    let mut network = EegMlpConfig::new(3);
    network.n_channels = 4;
    network.n_bands = 3;
    network.n_hidden = vec![16];
    network.dropout = 0.2;
    let mut config = FitConfig::default();
    config.epochs = 12;
    config.batch_len = 16;
    config.learning_rate = 0.01;
    config.label_smoothing = 0.05;
    config.class_weights = ClassWeights::Balanced;
    config.seed = seed;
    fit(
        network.init(&train_device(seed)).unwrap(),
        &samples(1, 120),
        &samples(2, 60),
        &config,
        |values, rng| values[0] += rng.random_range(-0.1..0.1),
        |_| {},
    )
    .unwrap()
}

#[test]
fn the_loss_falls_and_a_seed_means_one_network() {
    let first = train(3);
    let losses: Vec<f64> = first.epochs.iter().map(|epoch| epoch.train_loss).collect();
    assert!(losses[11] < 0.7 * losses[0], "{losses:?}");
    let lowest = first
        .epochs
        .iter()
        .min_by(|a, b| a.valid_loss.total_cmp(&b.valid_loss))
        .unwrap();
    assert_eq!(first.best_epoch, lowest.number);

    let unseen = samples(4, 90);
    let matrix = confusion(&first.network, &unseen).unwrap();
    assert!(matrix.accuracy().unwrap() > 0.7, "{matrix:?}");

    let answers = |fit: &Fit<EegMlp>| predict(&fit.network, unseen.features()).unwrap();
    let again = train(3);
    assert_eq!(first.epochs, again.epochs);
    assert_eq!(answers(&first), answers(&again));
    assert_ne!(answers(&first), answers(&train(4)));

    refusals();
    patience();
}

fn refusals() {
    let network = || EegMlpConfig::new(3).init(&train_device(1)).unwrap();
    let run = |config: &FitConfig| {
        fit(
            network(),
            &samples(1, 30),
            &samples(2, 30),
            config,
            |_, _| {},
            |_| {},
        )
    };
    assert!(matches!(
        run(&FitConfig::default()),
        Err(TrainError::FeatureCount {
            expected: 45,
            actual: 12
        })
    ));
    let mut config = FitConfig::default();
    config.batch_len = 0;
    assert!(matches!(
        run(&config),
        Err(TrainError::Setting {
            setting: "batch_len",
            ..
        })
    ));
}

/// Labels that say nothing about the features: the validation loss soon rises, and training ends.
fn patience() {
    let mut network = EegMlpConfig::new(3);
    (network.n_channels, network.n_bands) = (4, 3);
    let shuffled = |seed| {
        let plain = samples(seed, 60);
        let mut rng = TrainRng::seed_from_u64(seed);
        let classes = (0..60).map(|_| rng.random_range(0..3)).collect();
        Samples::new(plain.features().to_owned(), classes, 3).unwrap()
    };
    let mut config = FitConfig::default();
    config.epochs = 200;
    config.learning_rate = 0.01;
    config.patience = Some(5);
    let fitted = fit(
        network.init(&train_device(1)).unwrap(),
        &shuffled(1),
        &shuffled(2),
        &config,
        |_, _| {},
        |_| {},
    )
    .unwrap();
    assert_eq!(fitted.epochs.len(), fitted.best_epoch + 5);
}
