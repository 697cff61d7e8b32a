//! A session's runs allocate nothing on our side.

#![cfg(unix)]

mod worker;

use emo_backend::{
    ModelSource, Session,
    emo_tensor::{Tensor, TensorView, TensorViewMut},
};
use emo_backend_mobilint::{MobilintBackend, ModelConfig};
use emo_testing::{CountingAllocator, fixture};
use worker::{fake, mxq};

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator;

#[test]
fn runs_allocate_nothing() {
    let Some(config) = fake(&[]) else {
        return;
    };
    let onnx = std::fs::read(fixture("emo-backend-cpu/models/hr_cnn.onnx")).unwrap();
    let source = ModelSource::Bytes(mxq(7, &onnx).into());
    let backend = MobilintBackend::new(config);
    let mut session = backend.open(&source, &ModelConfig::default()).unwrap();
    let zeros = |infos: &[emo_backend::emo_tensor::TensorInfo]| -> Vec<Tensor> {
        infos
            .iter()
            .map(|info| Tensor::zeros(info.element_type, &info.shape))
            .collect()
    };
    let (inputs, mut outputs) = (zeros(session.inputs()), zeros(session.outputs()));
    let inputs: Vec<TensorView<'_>> = inputs.iter().map(Tensor::view).collect();
    let mut outputs: Vec<TensorViewMut<'_>> = outputs.iter_mut().map(Tensor::view_mut).collect();

    let before = CountingAllocator::count();
    drop(std::hint::black_box(vec![0_u8; 16]));
    assert!(CountingAllocator::count() > before);
    let before = CountingAllocator::count();
    for _ in 0..10 {
        session.run(&inputs, &mut outputs).unwrap();
    }
    assert_eq!(CountingAllocator::count(), before);
}
