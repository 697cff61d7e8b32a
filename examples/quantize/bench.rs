use std::time::{Duration, Instant};

use emo_examples::{CpuRunner, accuracy};
use emo_fusion::{
    CpuBackend,
    backend::Session,
    onnx::Model,
    quant::{Bench, Comparison, Judgement, QuantError, Runner, RunnerError, outputs},
    tensor::Tensor,
};
use ndarray::ArrayD;

/// The data of a search.
#[derive(Debug)]
pub(crate) struct CpuBench {
    pub(crate) calibration: Vec<ArrayD<f32>>,
    pub(crate) validation: Vec<ArrayD<f32>>,
    /// The float model's scores of the latter.
    pub(crate) expected: Vec<ArrayD<f32>>,
    /// The classes of these samples, or those that the float model gives.
    pub(crate) labels: Vec<usize>,
    pub(crate) fingerprint: u64,
}

impl Bench for CpuBench {
    fn calibration(&self) -> Result<Box<dyn Runner + '_>, QuantError> {
        Ok(Box::new(CpuRunner::new(self.calibration.clone())))
    }

    fn judge(&self, model: &Model) -> Result<Judgement, QuantError> {
        let actual = outputs(&mut CpuRunner::new(self.validation.clone()), model)?;
        let sqnr = Comparison::of(&self.expected, &actual)?.sqnr_db();
        Ok(Judgement {
            accuracy: accuracy(&actual, &self.labels),
            sqnr_db: sqnr.is_finite().then_some(sqnr),
            latency_us: Some(latency(model, &self.validation)?),
        })
    }

    fn fingerprint(&self) -> u64 {
        self.fingerprint
    }
}

/// The shortest time of a run in µs: the one that other work disturbed least.
fn latency(model: &Model, samples: &[ArrayD<f32>]) -> Result<f64, QuantError> {
    const TIME: Duration = Duration::from_millis(50);
    let failed = |error| QuantError::Runner(RunnerError::new(error));
    let mut session = CpuBackend::default().compile(model).map_err(failed)?;
    let Some(sample) = samples.first().cloned().map(Tensor::from) else {
        return Err(QuantError::NoData);
    };
    let (begin, mut least) = (Instant::now(), f64::INFINITY);
    while begin.elapsed() < TIME {
        let start = Instant::now();
        session.run_to_tensors(&[sample.view()]).map_err(failed)?;
        least = least.min(start.elapsed().as_secs_f64() * 1e6);
    }
    Ok(least)
}
