//! Models with a few bytes changed are refused or run; they never panic or take more memory than allowed.

#![expect(clippy::unwrap_used, reason = "a test fails where it stands")]

use std::fs;

use emo_backend::{
    Session,
    emo_tensor::{Tensor, TensorView},
};
use emo_backend_cpu::{CpuBackend, CpuConfig};
use emo_onnx::Model;
use emo_testing::fixture;

/// Changed copies of each model.
const N_COPIES: u64 = 60;

/// Pseudo-random numbers (Marsaglia, Xorshift RNGs, 2003).
struct Xorshift(u64);

impl Xorshift {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % bound as u64).unwrap()
    }
}

#[test]
fn changed_models_are_refused_or_run() {
    let mut config = CpuConfig::default();
    config.memory_limit = 1 << 18;
    let backend = CpuBackend::new(config);
    let (mut refused, mut ran) = (0, 0);
    for entry in fs::read_dir(fixture("emo-backend-cpu/ops")).unwrap() {
        let bytes = fs::read(entry.unwrap().path()).unwrap();
        // The nodes stand first; behind them, most bytes are elements of tensors.
        let reach = bytes.len().min(4096);
        for copy in 1..=N_COPIES {
            let mut random = Xorshift(copy);
            let mut changed = bytes.clone();
            for _ in 0..=random.below(3) {
                let at = random.below(reach);
                changed[at] = [0, 1, 2, 3, 5, 7, 9, 64, 127, 128, 254, 255][random.below(12)];
            }
            let session = Model::from_bytes(&changed)
                .map_err(|error| error.to_string())
                .and_then(|model| backend.compile(&model).map_err(|error| error.to_string()));
            let Ok(mut session) = session else {
                refused += 1;
                continue;
            };
            let inputs: Vec<Tensor> = session
                .inputs()
                .iter()
                .map(|info| Tensor::zeros(info.element_type, &info.shape))
                .collect();
            let inputs: Vec<TensorView<'_>> = inputs.iter().map(Tensor::view).collect();
            session.run_to_tensors(&inputs).unwrap();
            ran += 1;
        }
    }
    assert!(refused > 0 && ran > 0, "{refused} refused, {ran} ran");
    eprintln!("{refused} refused, {ran} ran");
}
