//! What it costs to have a model run in a worker: 9,216 bytes there and 16 back, with a fake of the vendor's module
//! that computes nothing. Beside criterion's mean it prints the median and the 99th percentile, back to back and at
//! 100 Hz. `EMO_QBRUNTIME_PYTHON` names an interpreter with numpy.

#![expect(clippy::unwrap_used, reason = "a bench fails where it stands")]

use std::{
    env,
    path::Path,
    thread,
    time::{Duration, Instant},
};

use criterion::{Criterion, criterion_group, criterion_main};
use emo_backend::{
    ModelSource, Session,
    emo_tensor::{Tensor, TensorView, TensorViewMut},
};
use emo_backend_mobilint::{
    MobilintBackend, MobilintConfig, MobilintSession, ModelConfig, PythonConfig,
};

fn session() -> Option<MobilintSession> {
    let interpreter = env::var_os("EMO_QBRUNTIME_PYTHON")?;
    let mut config = MobilintConfig::default();
    config.python = PythonConfig::new(interpreter)
        .with_python_path(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fake"))
        .with_env("FAKE_NPU", "nothing");
    let model = [b".MXQ", &[0, 0, 7, 0, 0][..]].concat();
    let backend = MobilintBackend::new(config);
    let source = ModelSource::Bytes(model.into());
    Some(backend.open(&source, &ModelConfig::default()).unwrap())
}

/// Prints the median and the 99th percentile of the times of runs that begin every `period`.
fn percentiles(name: &str, count: usize, period: Duration, mut run: impl FnMut()) {
    let mut times: Vec<Duration> = (0..count)
        .map(|_| {
            thread::sleep(period);
            let begin = Instant::now();
            run();
            begin.elapsed()
        })
        .collect();
    times.sort();
    let at = |share: usize| times[count * share / 100];
    eprintln!("{name}: p50 {:?}, p99 {:?}", at(50), at(99));
}

fn round_trip(criterion: &mut Criterion) {
    let Some(mut session) = session() else {
        eprintln!("skipped: EMO_QBRUNTIME_PYTHON is not set");
        return;
    };
    let zeros = |infos: &[emo_backend::emo_tensor::TensorInfo]| -> Vec<Tensor> {
        infos
            .iter()
            .map(|info| Tensor::zeros(info.element_type, &info.shape))
            .collect()
    };
    let (inputs, mut outputs) = (zeros(session.inputs()), zeros(session.outputs()));
    let inputs: Vec<TensorView<'_>> = inputs.iter().map(Tensor::view).collect();
    let mut outputs: Vec<TensorViewMut<'_>> = outputs.iter_mut().map(Tensor::view_mut).collect();
    let mut run = || session.run(&inputs, &mut outputs).unwrap();
    criterion.bench_function("round trip, 9216 B in, 16 B out", |bencher| {
        bencher.iter(&mut run);
    });
    percentiles("back to back", 20_000, Duration::ZERO, &mut run);
    percentiles("at 100 Hz", 500, Duration::from_millis(10), &mut run);
}

criterion_group!(benches, round_trip);
criterion_main!(benches);
