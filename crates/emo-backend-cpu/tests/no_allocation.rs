//! A session's runs allocate nothing.

#![expect(clippy::unwrap_used, reason = "a test fails where it stands")]

use std::path::PathBuf;

use emo_backend::{
    Session,
    emo_tensor::{Tensor, TensorView, TensorViewMut},
};
use emo_backend_cpu::{CpuBackend, Profiling};
use emo_onnx::Model;
use emo_testing::{CountingAllocator, fixture, shared};

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator;

fn allocations_of_runs(backend: &CpuBackend, path: PathBuf) -> usize {
    let model = Model::read(path).unwrap();
    let mut session = backend.compile(&model).unwrap();
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
    for _ in 0..3 {
        session.run(&inputs, &mut outputs).unwrap();
    }
    let unrecorded = CountingAllocator::count() - before;
    session.set_profiling(Profiling::Trace { runs: 2 });
    let before = CountingAllocator::count();
    for _ in 0..3 {
        session.run(&inputs, &mut outputs).unwrap();
    }
    unrecorded + (CountingAllocator::count() - before)
}

#[test]
fn the_allocator_counts() {
    let before = CountingAllocator::count();
    drop(std::hint::black_box(vec![0_u8; 16]));
    assert!(CountingAllocator::count() > before);
}

/// On the thread that runs them.
fn check_whole_networks(backend: &CpuBackend) {
    let stored = ["hr_cnn", "eeg_de", "eegnet", "eegnet.minmax"]
        .map(|name| Some(fixture(format!("emo-backend-cpu/models/{name}.onnx"))));
    let names = [
        "hr_cnn",
        "eeg_de",
        "eegnet",
        "image_mbv1",
        "image_cnn",
        "speech_simple",
        "speech_deep",
    ];
    let forms = names.map(|name| [name.to_owned(), format!("{name}.minmax")]);
    let others = forms
        .into_iter()
        .flatten()
        .map(|name| shared(format!("models/{name}.onnx")));
    for path in stored.into_iter().chain(others).flatten() {
        assert_eq!(
            allocations_of_runs(backend, path.clone()),
            0,
            "{}",
            path.display()
        );
    }
}

#[test]
fn runs_of_whole_networks_allocate_nothing() {
    check_whole_networks(&CpuBackend::default());
}

#[cfg(feature = "threads")]
#[test]
fn runs_with_the_help_of_other_threads_allocate_nothing() {
    let mut config = emo_backend_cpu::CpuConfig::default();
    config.threads = std::num::NonZeroUsize::new(3).unwrap();
    check_whole_networks(&CpuBackend::new(config));
}

#[test]
fn runs_of_every_operator_allocate_nothing() {
    let backend = &CpuBackend::default();
    for entry in std::fs::read_dir(fixture("emo-backend-cpu/ops")).unwrap() {
        let path = entry.unwrap().path();
        assert_eq!(
            allocations_of_runs(backend, path.clone()),
            0,
            "{}",
            path.display()
        );
    }
}
