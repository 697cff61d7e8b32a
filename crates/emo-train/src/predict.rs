use burn::tensor::{Tensor, TensorData, activation::log_softmax};
use emo_score::ConfusionMatrix;
use ndarray::{Array2, ArrayRef2, Axis};

use crate::{Network, Samples, TrainError};

/// Bounds the memory of a pass over many samples.
const BATCH_LEN: usize = 256;

/// The probabilities of the classes, `[samples, classes]`, for standardized features, `[samples, values]`.
///
/// # Errors
/// [`TrainError::FeatureCount`] if the samples do not fit the network.
pub fn predict<N: Network>(
    network: &N,
    features: &ArrayRef2<f32>,
) -> Result<Array2<f32>, TrainError> {
    Ok(log_probabilities(&network.valid(), features)?.mapv(f32::exp))
}

/// Counts which class has the highest probability for each sample.
///
/// # Errors
/// [`TrainError::FeatureCount`] or [`TrainError::ClassCount`] if the samples do not fit the network.
pub fn confusion<N: Network>(
    network: &N,
    samples: &Samples,
) -> Result<ConfusionMatrix, TrainError> {
    crate::fit::check_fit(network, samples)?;
    let predicted: Vec<usize> = predict(network, samples.features())?
        .outer_iter()
        .map(|row| emo_score::argmax(&row.to_owned()))
        .collect();
    Ok(ConfusionMatrix::new(
        samples.classes(),
        &predicted,
        samples.n_classes(),
    )?)
}

pub(crate) fn log_probabilities<N: Network>(
    network: &N,
    features: &ArrayRef2<f32>,
) -> Result<Array2<f32>, TrainError> {
    let expected = network.feature_shape().iter().product();
    let values = features.ncols();
    if values != expected {
        return Err(TrainError::FeatureCount {
            expected,
            actual: values,
        });
    }
    let device = network.devices().into_iter().next().unwrap_or_default();
    let mut log = Vec::with_capacity(features.nrows() * network.n_classes());
    for batch in features.axis_chunks_iter(Axis(0), BATCH_LEN) {
        let flat: Vec<f32> = batch.iter().copied().collect();
        let input = Tensor::from_data(TensorData::new(flat, [batch.nrows(), values]), &device);
        let logits: Tensor<2> = network.forward(input);
        log.extend(
            log_softmax(logits, 1)
                .try_into_data()?
                .try_into_vec::<f32>()?,
        );
    }
    Ok(
        Array2::from_shape_vec((features.nrows(), network.n_classes()), log)
            .expect("a network answers with one value per class"),
    )
}
