//! What a session adds to its kernels: models of next to no arithmetic.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use emo_backend::{
    Session,
    emo_tensor::{ElementType, Tensor},
};
use emo_backend_cpu::CpuBackend;
use emo_onnx::GraphBuilder;

/// `Neg` applied to four elements this many times; none of them is fused with another.
const STEPS: [usize; 3] = [0, 1, 32];

fn session(criterion: &mut Criterion) {
    for steps in STEPS {
        let mut graph = GraphBuilder::new("chain");
        let mut value = graph.input("x", ElementType::F32, &[1, 4]);
        for step in 0..steps {
            value = graph.node(&format!("n{step}"), "Neg", &[&value], []);
        }
        let value = graph.node("y", "Identity", &[&value], []);
        graph.output(&value, ElementType::F32, &[1, 4]);
        let mut session = CpuBackend::default()
            .compile(&graph.build(17).expect("the graph is well-formed"))
            .expect("every operator is executed");
        assert_eq!(session.plan().n_steps(), steps);
        let x = Tensor::zeros(ElementType::F32, &[1, 4]);
        let mut y = x.clone();
        let (inputs, mut outputs) = ([x.view()], [y.view_mut()]);
        criterion.bench_function(&format!("{steps} steps"), |bencher| {
            bencher.iter(|| session.run(black_box(&inputs), black_box(&mut outputs)));
        });
    }
}

criterion_group!(benches, session);
criterion_main!(benches);
