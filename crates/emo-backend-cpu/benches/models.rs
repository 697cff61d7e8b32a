//! One run of each network of the shared models, on one thread.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use emo_backend::{
    Session,
    emo_tensor::{Tensor, TensorView, TensorViewMut},
};
use emo_backend_cpu::CpuBackend;
use emo_onnx::Model;

fn models(criterion: &mut Criterion) {
    for name in ["hr_cnn", "eeg_de", "eegnet", "image_mbv1", "image_cnn"] {
        for form in ["", ".minmax"] {
            let Some(path) = emo_testing::shared(format!("models/{name}{form}.onnx")) else {
                continue;
            };
            let model = Model::read(path).expect("the model is well-formed");
            let mut session = CpuBackend::default()
                .compile(&model)
                .expect("every operator of the model is executed");
            let given = emo_testing::load_npy(
                emo_testing::shared(format!("models/{name}.in.npy"))
                    .expect("the inputs lie beside the model"),
            );
            let inputs: Vec<Tensor> = session
                .inputs()
                .iter()
                .map(|info| {
                    let values: Vec<f32> =
                        given.iter().take(info.len()).map(|&x| x as f32).collect();
                    Tensor::from(
                        ndarray::ArrayD::from_shape_vec(info.shape.as_slice(), values)
                            .expect("the array holds at least one input"),
                    )
                })
                .collect();
            let mut outputs: Vec<Tensor> = session
                .outputs()
                .iter()
                .map(|info| Tensor::zeros(info.element_type, &info.shape))
                .collect();
            let inputs: Vec<TensorView<'_>> = inputs.iter().map(Tensor::view).collect();
            let mut views: Vec<TensorViewMut<'_>> =
                outputs.iter_mut().map(Tensor::view_mut).collect();
            criterion.bench_function(&format!("{name}{form}"), |bencher| {
                bencher.iter(|| session.run(black_box(&inputs), black_box(&mut views)));
            });
        }
    }
}

criterion_group!(benches, models);
criterion_main!(benches);
