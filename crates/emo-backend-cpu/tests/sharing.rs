//! Sessions of one plan in several threads.

use std::{ptr, thread};

use emo_backend::{
    Session,
    emo_tensor::{Tensor, TensorView},
};
use emo_backend_cpu::{CpuBackend, Profiling};
use emo_onnx::Model;
use emo_testing::fixture;
use ndarray::ArrayD;

/// Different numbers for each seed, in (−1, 1).
fn input(shape: &[usize], seed: u32) -> Tensor {
    let mut state = seed;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as f32 / (1 << 23) as f32 - 1.0
    };
    ArrayD::from_shape_simple_fn(shape, &mut next).into()
}

#[test]
fn clones_share_the_plan_and_compute_the_same_side_by_side() {
    let model = Model::read(fixture("emo-backend-cpu/models/hr_cnn.onnx")).unwrap();
    let mut session = CpuBackend::default().compile(&model).unwrap();
    let shape = session.inputs()[0].shape.clone();
    let inputs: Vec<Tensor> = (0..4).map(|seed| input(&shape, seed)).collect();
    let expected: Vec<Vec<Tensor>> = inputs
        .iter()
        .map(|input| session.run_to_tensors(&[input.view()]).unwrap())
        .collect();

    thread::scope(|scope| {
        for _ in 0..2 {
            let mut clone = session.clone();
            // The weights belong to the plan, so equal plans are equal weights.
            assert!(ptr::eq(session.plan(), clone.plan()));
            let (inputs, expected) = (&inputs, &expected);
            scope.spawn(move || {
                for _ in 0..20 {
                    for (input, expected) in inputs.iter().zip(expected) {
                        let views: [TensorView<'_>; 1] = [input.view()];
                        assert_eq!(clone.run_to_tensors(&views).unwrap(), *expected);
                    }
                }
            });
        }
    });
}

#[test]
fn a_clone_has_memory_of_its_own_and_outlives_its_origin() {
    let model = Model::read(fixture("emo-backend-cpu/models/eeg_de.onnx")).unwrap();
    let mut session = CpuBackend::default().compile(&model).unwrap();
    session.set_profiling(Profiling::Steps);
    let shape = session.inputs()[0].shape.clone();
    let (a, b) = (input(&shape, 1), input(&shape, 2));
    let of_a = session.run_to_tensors(&[a.view()]).unwrap();
    let mut clone = session.clone();
    let of_b = clone.run_to_tensors(&[b.view()]).unwrap();
    assert_ne!(of_a, of_b);
    assert_eq!(session.run_to_tensors(&[a.view()]).unwrap(), of_a);
    assert_eq!(session.profile().unwrap().runs, 2);
    assert!(clone.profile().is_none());
    drop(session);
    assert_eq!(clone.run_to_tensors(&[b.view()]).unwrap(), of_b);
}
