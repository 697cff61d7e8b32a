//! A session's runs allocate nothing on our side.

#![cfg(unix)]
#![expect(
    unsafe_code,
    reason = "counting allocations takes an allocator of one's own"
)]

mod worker;

use std::{
    alloc::{GlobalAlloc, Layout, System},
    cell::Cell,
};

use emo_backend::{
    ModelSource, Session,
    emo_tensor::{Tensor, TensorView, TensorViewMut},
};
use emo_backend_mobilint::{MobilintBackend, ModelConfig};
use emo_testing::fixture;
use worker::{fake, mxq};

thread_local! {
    static ALLOCATIONS: Cell<usize> = const { Cell::new(0) };
}

/// The system's allocator, counting per thread.
struct Counting;

// SAFETY: every call is handed on to the system's allocator unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.set(ALLOCATIONS.get() + 1);
        // SAFETY: the caller keeps the contract of `alloc`.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the caller keeps the contract of `dealloc`.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

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

    let before = ALLOCATIONS.get();
    drop(std::hint::black_box(vec![0_u8; 16]));
    assert!(ALLOCATIONS.get() > before);
    let before = ALLOCATIONS.get();
    for _ in 0..10 {
        session.run(&inputs, &mut outputs).unwrap();
    }
    assert_eq!(ALLOCATIONS.get(), before);
}
