//! Cost of taking in activations and of finding a range, method by method.

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use emo_quant::{
    Calibrator, Method, QuantScheme,
    ndarray::{Array1, ArrayD},
};

/// About what one sample makes in a layer of a small image network.
const LEN: usize = 100_000;

/// Numbers of a bell's shape, as they are before an activation function.
fn activations(seed: u64) -> ArrayD<f32> {
    let mut state = seed;
    let mut uniform = || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 40) as f32 / (1 << 24) as f32 - 0.5
    };
    Array1::from_shape_simple_fn(LEN, || (0..12).map(|_| uniform()).sum()).into_dyn()
}

fn calibrators(c: &mut Criterion) {
    let signed: Vec<ArrayD<f32>> = (0..8).map(activations).collect();
    let relu: Vec<ArrayD<f32>> = signed.iter().map(|x| x.mapv(|x| x.max(0.0))).collect();
    for (name, samples) in [("signed", &signed), ("relu", &relu)] {
        let mut group = c.benchmark_group(format!("observe, {name}"));
        group.throughput(Throughput::Elements(LEN as u64));
        for method in Method::all() {
            let mut calibrator = method.calibrator(QuantScheme::I8).expect("valid settings");
            let mut turn = 0;
            group.bench_function(method.name(), |b| {
                b.iter(|| {
                    turn = (turn + 1) % samples.len();
                    calibrator.observe(black_box(&samples[turn]))
                });
            });
        }
        group.finish();
    }
    let mut group = c.benchmark_group("range");
    for (name, scheme) in [("i8", QuantScheme::I8), ("u8", QuantScheme::U8)] {
        for method in Method::all() {
            let mut calibrator = method.calibrator(scheme).expect("valid settings");
            for sample in &signed {
                calibrator.observe(sample).expect("finite numbers");
            }
            group.bench_function(BenchmarkId::new(method.name(), name), |b| {
                b.iter(|| calibrator.range());
            });
        }
    }
    group.finish();
}

criterion_group!(benches, calibrators);
criterion_main!(benches);
