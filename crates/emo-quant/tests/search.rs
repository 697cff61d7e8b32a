//! A search over a small model, with a record that is continued.
#![cfg(feature = "search")]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::sync::atomic::{AtomicUsize, Ordering};

use emo_quant::{
    Bench, Comparison, Granularity, Judgement, Method, QuantError, QuantizeConfig, Refinement,
    Runner, SearchSpace, Symmetry,
    emo_onnx::{GraphBuilder, Model},
    emo_tensor::ElementType,
    outputs, search,
};
use ndarray::Ix2;

use crate::support::{Noise, Plain};

struct Data {
    calibration: Plain,
    validation: Plain,
    float: Model,
    judged: AtomicUsize,
}

impl Bench for Data {
    fn calibration(&self) -> Result<Box<dyn Runner + '_>, QuantError> {
        Ok(Box::new(Plain(self.calibration.0.clone())))
    }

    fn judge(&self, model: &Model) -> Result<Judgement, QuantError> {
        self.judged.fetch_add(1, Ordering::Relaxed);
        let mut data = Plain(self.validation.0.clone());
        let (expected, actual) = (outputs(&mut data, &self.float)?, outputs(&mut data, model)?);
        let comparison = Comparison::of(&expected, &actual)?;
        let mut judgement = Judgement {
            accuracy: 1.0,
            sqnr_db: Some(comparison.sqnr_db()),
            latency_us: None,
        };
        if !comparison.sqnr_db().is_finite() {
            judgement.sqnr_db = None;
        }
        Ok(judgement)
    }

    fn fingerprint(&self) -> u64 {
        7
    }
}

#[test]
fn what_was_tried_is_not_tried_again() {
    let mut noise = Noise(3);
    let mut graph = GraphBuilder::new("g");
    let x = graph.input("x", ElementType::F32, &[1, 24]);
    let weight = |noise: &mut Noise, shape: &[usize]| {
        noise.array(shape).into_dimensionality::<Ix2>().unwrap()
    };
    let hidden = graph.dense("hidden", &x, weight(&mut noise, &[16, 24]), None);
    let relu = graph.relu("relu", &hidden);
    let y = graph.dense("y", &relu, weight(&mut noise, &[4, 16]), None);
    graph.output_of(&y);
    let float = graph.build(17).unwrap();
    let samples = |noise: &mut Noise| Plain((0..12).map(|_| noise.array(&[1, 24])).collect());
    let data = Data {
        calibration: samples(&mut noise),
        validation: samples(&mut noise),
        float: float.clone(),
        judged: AtomicUsize::new(0),
    };
    let folder = tempfile::tempdir().unwrap();
    let journal = folder.path().join("tried.jsonl");
    let mut space = SearchSpace::default();
    space.methods = vec![Method::Max];
    space.granularities = vec![Granularity::PerChannel];
    space.refinements = vec![Refinement::Plain, Refinement::Full];
    let base = QuantizeConfig::default();
    let run = |space: &SearchSpace| {
        search(&float, &base, space, &data, Some(&journal), &|_, _, _| {}).unwrap()
    };
    let first = run(&space);
    assert_eq!(
        (first.records.len(), data.judged.load(Ordering::Relaxed)),
        (4, 5)
    );
    assert!(
        first
            .records
            .windows(2)
            .all(|pair| pair[0].efficiency >= pair[1].efficiency)
    );
    for record in &first.records {
        let product = record.accuracy_increase_ratio * record.compression_ratio;
        assert_eq!(record.efficiency, product);
        assert_eq!(record.macs, Some(24 * 16 + 16 * 4));
    }
    // The settings alone give the same model again.
    let best = &first.records[0];
    let again = emo_quant::Quantizer::new(&float, best.trial.config(&base).unwrap()).unwrap();
    let again = again.quantize(&mut *data.calibration().unwrap()).unwrap();
    assert_eq!(again.model().to_bytes().len(), best.bytes);
    assert_eq!(data.judge(again.model()).unwrap(), best.judgement);
    data.judged.store(0, Ordering::Relaxed);

    space.methods.push(Method::Mse);
    space.symmetries = vec![Symmetry::Affine];
    let second = run(&space);
    // The float model, and the two that are new.
    assert_eq!(
        (second.records.len(), data.judged.load(Ordering::Relaxed)),
        (4, 3)
    );
    assert!(
        second
            .records
            .iter()
            .any(|record| record.trial.refinement == Refinement::Full)
    );

    std::fs::write(&journal, "{\"model\":\"0\",\"data\":\"0\"}\n").unwrap();
    let other = search(&float, &base, &space, &data, Some(&journal), &|_, _, _| {});
    assert!(matches!(other, Err(QuantError::Journal { .. })));
}
