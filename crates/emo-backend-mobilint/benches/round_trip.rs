//! What it costs to have a model run in a worker: 9,216 bytes there and 16 back, with a fake of the vendor's module
//! that computes nothing; beside it the same bytes through the pipes of a process that does nothing but read and write,
//! the least that a process can cost. Beside criterion's mean it prints the median and the 99th percentile, back to back and at
//! 100 Hz. `EMO_QBRUNTIME_PYTHON` names an interpreter with numpy.

#![expect(clippy::unwrap_used, reason = "a bench fails where it stands")]

use std::{
    env,
    io::{Read, Write},
    path::Path,
    process::{Child, Command, Stdio},
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

/// A process that answers 9,216 bytes with 16.
const BARE: &str = "
import os
while True:
    n = 9216
    while n:
        data = os.read(0, n)
        if not data:
            os._exit(0)
        n -= len(data)
    os.write(1, bytes(16))
";

fn bare() -> Option<(Child, impl FnMut())> {
    let mut child = Command::new(env::var_os("EMO_QBRUNTIME_PYTHON")?)
        .args(["-c", BARE])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let (mut requests, mut answers) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
    let run = move || {
        requests.write_all(&[0; 9216]).unwrap();
        answers.read_exact(&mut [0; 16]).unwrap();
    };
    Some((child, run))
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
    criterion.bench_function("worker, 9216 B in, 16 B out", |bencher| {
        bencher.iter(&mut run);
    });
    let Some((mut child, mut bare)) = bare() else {
        return;
    };
    // By turns, so that what else the machine does meets both.
    for turn in 1..=3 {
        eprintln!("turn {turn}");
        percentiles("  worker, back to back", 10_000, Duration::ZERO, &mut run);
        percentiles("  pipes, back to back", 10_000, Duration::ZERO, &mut bare);
        let period = Duration::from_millis(10);
        percentiles("  worker, at 100 Hz", 500, period, &mut run);
        percentiles("  pipes, at 100 Hz", 500, period, &mut bare);
    }
    drop(bare);
    child.wait().unwrap();
}

criterion_group!(benches, round_trip);
criterion_main!(benches);
