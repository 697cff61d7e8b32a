//! Samples for models of one input, and what models make of them.

use std::{error::Error, path::Path};

use emo_fusion::{
    CpuBackend,
    backend::Session,
    onnx::{Dim, Model},
    quant::{QuantError, Runner, RunnerError, Visit},
    tensor::Tensor,
};
use ndarray::{ArrayD, Axis};
use ndarray_npy::ReadNpyExt;

/// Samples, and the CPU backend that runs models on them.
#[derive(Debug)]
pub struct CpuRunner {
    samples: Vec<Tensor>,
}

impl CpuRunner {
    /// Takes the samples, each as an input of the models that will be run.
    pub fn new(samples: Vec<ArrayD<f32>>) -> Self {
        Self {
            samples: samples.into_iter().map(Tensor::from).collect(),
        }
    }
}

impl Runner for CpuRunner {
    fn n_samples(&self) -> usize {
        self.samples.len()
    }

    fn run(&mut self, model: &Model, visit: &mut Visit<'_>) -> Result<(), QuantError> {
        let failed = |error| QuantError::Runner(RunnerError::new(error));
        let mut session = CpuBackend::default().compile(model).map_err(failed)?;
        for sample in &self.samples {
            let outputs = session.run_to_tensors(&[sample.view()]).map_err(failed)?;
            let arrays: Vec<ArrayD<f32>> = outputs
                .into_iter()
                .filter_map(|output| match output {
                    Tensor::F32(array) => Some(array),
                    _ => None,
                })
                .collect();
            visit(&arrays)?;
        }
        Ok(())
    }
}

/// Reads samples, one along the first axis each, in the shape of the model's only input.
pub fn read_samples(path: &Path, model: &Model) -> Result<Vec<ArrayD<f32>>, Box<dyn Error>> {
    let [input] = model.graph().inputs() else {
        return Err("models with one input are quantized here".into());
    };
    let (_, Some(dims)) = input.tensor().ok_or("the model's input is no tensor")? else {
        return Err("the model's input has no shape".into());
    };
    let mut shape = Vec::with_capacity(dims.len());
    for (axis, dim) in dims.iter().enumerate() {
        shape.push(match (axis, dim) {
            (_, Dim::Fixed(extent)) => *extent,
            (0, _) => 1,
            _ => return Err("only the first extent of the input may be open".into()),
        });
    }
    let all = read_array(path)?;
    let n = *all
        .shape()
        .first()
        .ok_or("a file of one number holds no samples")?;
    let mut samples = Vec::with_capacity(n);
    for sample in all.axis_iter(Axis(0)) {
        let sample = sample.to_owned();
        let expected = shape.clone();
        samples.push(sample.into_shape_with_order(expected).map_err(|_| {
            format!(
                "{}: a sample of shape {:?} is no input {shape:?}",
                path.display(),
                &all.shape()[1..]
            )
        })?);
    }
    Ok(samples)
}

fn read_array(path: &Path) -> Result<ArrayD<f32>, Box<dyn Error>> {
    let open = || std::fs::File::open(path).map_err(|error| format!("{}: {error}", path.display()));
    if let Ok(array) = ArrayD::<f32>::read_npy(open()?) {
        return Ok(array);
    }
    match ArrayD::<f64>::read_npy(open()?) {
        Ok(array) => Ok(array.mapv(|x| x as f32)),
        Err(error) => Err(format!("{}: {error}", path.display()).into()),
    }
}

/// Reads class numbers.
pub fn read_labels(path: &Path) -> Result<Vec<usize>, Box<dyn Error>> {
    let bytes = std::fs::read(path).map_err(|error| format!("{}: {error}", path.display()))?;
    let numbers: Vec<i64> = if let Ok(labels) = ArrayD::<i64>::read_npy(&*bytes) {
        labels.into_iter().collect()
    } else if let Ok(labels) = ArrayD::<i32>::read_npy(&*bytes) {
        labels.into_iter().map(i64::from).collect()
    } else {
        let labels = ArrayD::<u8>::read_npy(&*bytes)
            .map_err(|error| format!("{}: {error}", path.display()))?;
        labels.into_iter().map(i64::from).collect()
    };
    let to_class = |number: i64| usize::try_from(number).map_err(|_| "a label is negative".into());
    numbers.into_iter().map(to_class).collect()
}

/// The class with the largest score.
pub fn best(scores: &ArrayD<f32>) -> usize {
    let mut best = (0, f32::NEG_INFINITY);
    for (class, &score) in scores.iter().enumerate() {
        if score > best.1 {
            best = (class, score);
        }
    }
    best.0
}

/// The part of the samples whose best class is theirs.
pub fn accuracy(scores: &[ArrayD<f32>], labels: &[usize]) -> f64 {
    let right = scores
        .iter()
        .zip(labels)
        .filter(|(scores, label)| best(scores) == **label)
        .count();
    right as f64 / labels.len().max(1) as f64
}
