use emo_onnx::{GraphBuilder, Model};
use emo_tensor::ElementType;
use ndarray::Array1;

use crate::{GraphWriter, KnownClasses, Network, Standardizer, TrainError};

/// The version of ONNX's operator set that exported graphs are written for.
pub const OPSET: i64 = 17;

/// Makes an ONNX model of a trained network: `input`, `[1]` + feature shape, to `scores`, `[1, labels]`.
///
/// The graph standardizes, runs the network, applies the softmax and, where classes are missing, spreads the
/// scores as [`KnownClasses`] says. The metadata `emo.labels` is set; what else belongs to the model
/// (`emo.modality`, `emo.features`, `emo.trained_on`) is the caller's to add.
///
/// # Errors
/// [`TrainError::FeatureCount`] or [`TrainError::ClassCount`] if the parts do not fit together,
/// [`TrainError::Device`] or [`TrainError::Export`].
pub fn export<N: Network>(
    network: &N,
    standardizer: &Standardizer,
    classes: &KnownClasses,
) -> Result<Model, TrainError> {
    let network = network.valid();
    let shape: Vec<usize> = [1].into_iter().chain(network.feature_shape()).collect();
    let n_values: usize = shape.iter().product();
    if standardizer.mean().len() != n_values {
        return Err(TrainError::FeatureCount {
            expected: n_values,
            actual: standardizer.mean().len(),
        });
    }
    if classes.len() != network.n_classes() {
        return Err(TrainError::ClassCount {
            expected: network.n_classes(),
            actual: classes.len(),
        });
    }

    let mut builder = GraphBuilder::new("emotion");
    let input = builder.input("input", ElementType::F32, &shape);
    let mut graph = GraphWriter::new(builder);
    let mean = graph.constant(
        "centre",
        "mean",
        statistics(&standardizer.mean().to_owned(), &shape),
    );
    let centred = graph.node("centre", "Sub", &[&input, &mean], []);
    let scale = graph.constant(
        "standardize",
        "scale",
        statistics(&standardizer.scale().to_owned(), &shape),
    );
    let standard = graph.node("standardize", "Mul", &[&centred, &scale], []);
    let logits = network.write(&mut graph, &standard)?;

    let axis = || [("axis", emo_onnx::Attribute::Int(1))];
    match classes.spread() {
        None => {
            graph.node("scores", "Softmax", &[&logits], axis());
        }
        Some((matrix, bias)) => {
            let known = graph.node("known", "Softmax", &[&logits], axis());
            let matrix = graph.constant("scores", "known_share", matrix.into_dyn());
            let bias = graph.constant("scores", "ignorance", Array1::from(bias).into_dyn());
            graph.node("scores", "Gemm", &[&known, &matrix, &bias], []);
        }
    }
    let mut builder = graph.into_builder();
    builder.output("scores", ElementType::F32, &[1, classes.labels().len()]);
    let mut model = builder.build(OPSET)?;
    let labels: Vec<&str> = classes.labels().iter().collect();
    model
        .metadata_mut()
        .insert("emo.labels".to_owned(), labels.join(","));
    Ok(model)
}

/// Statistics in the input's shape, or as a single number where all values share it.
fn statistics(values: &Array1<f32>, shape: &[usize]) -> emo_tensor::Tensor {
    if values.iter().all(|value| *value == values[0]) {
        return Array1::from_elem(1, values[0]).into_dyn().into();
    }
    let array = values.to_owned().into_shape_with_order(shape);
    array
        .expect("the number of values was checked against the shape")
        .into_dyn()
        .into()
}
