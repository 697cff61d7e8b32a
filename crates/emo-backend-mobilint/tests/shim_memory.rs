//! What runs and sessions of the shim leave behind.

#![cfg(all(feature = "shim", target_os = "linux"))]
#![allow(
    clippy::unwrap_used,
    reason = "a test fails by panicking, in its helpers too"
)]

mod stand_in;

use std::fs;

use emo_backend::{ModelSource, Session};
use emo_backend_mobilint::{MobilintShim, ModelConfig, ShimConfig};
use emo_tensor::{Tensor, TensorInfo, TensorView, TensorViewMut};
use emo_testing::CountingAllocator;

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator;

fn zeros(infos: &[TensorInfo]) -> Vec<Tensor> {
    let zeros = |info: &TensorInfo| Tensor::zeros(info.element_type, &info.shape);
    infos.iter().map(zeros).collect()
}

/// One test, since another one beside it would open files as well.
#[test]
fn runs_allocate_nothing_and_sessions_leave_nothing() {
    runs_allocate_nothing();
    a_thousand_sessions_leave_nothing();
}

fn runs_allocate_nothing() {
    let Some(shim) = stand_in::shim() else { return };
    let backend = MobilintShim::new(ShimConfig::new(shim)).unwrap();
    let bytes = stand_in::model("input 9 5 1 input 1 1 3 output 1 1 4");
    let source = ModelSource::Bytes(bytes.into());
    let mut session = backend.open(&source, &ModelConfig::default()).unwrap();
    let (inputs, mut outputs) = (zeros(session.inputs()), zeros(session.outputs()));
    let inputs: Vec<TensorView<'_>> = inputs.iter().map(Tensor::view).collect();
    let mut outputs: Vec<TensorViewMut<'_>> = outputs.iter_mut().map(Tensor::view_mut).collect();

    let before = CountingAllocator::count();
    drop(std::hint::black_box(vec![0_u8; 16]));
    assert!(CountingAllocator::count() > before, "nothing is counted");
    let before = CountingAllocator::count();
    for _ in 0..10 {
        session.run(&inputs, &mut outputs).unwrap();
    }
    assert_eq!(CountingAllocator::count() - before, 0);
}

fn a_thousand_sessions_leave_nothing() {
    let Some(shim) = stand_in::shim() else { return };
    let backend = MobilintShim::new(ShimConfig::new(shim)).unwrap();
    let good = ModelSource::Bytes(stand_in::model("input 1 1 1 output 1 1 1").into());
    let bad = ModelSource::Bytes(stand_in::model("launch 48 input 1 1 1 output 1 1 1").into());
    let open_and_close = || {
        let mut session = backend.open(&good, &ModelConfig::default()).unwrap();
        let input = zeros(session.inputs());
        session.run_to_tensors(&[input[0].view()]).unwrap();
        assert!(backend.open(&bad, &ModelConfig::default()).is_err());
    };
    let n_descriptors = || fs::read_dir("/proc/self/fd").unwrap().count();
    open_and_close();
    let (descriptors, live) = (n_descriptors(), CountingAllocator::live());
    for _ in 0..1000 {
        open_and_close();
    }
    assert_eq!(n_descriptors(), descriptors);
    assert_eq!(CountingAllocator::live(), live);
}
