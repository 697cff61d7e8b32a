//! Calibrators take as much memory as they say, however much they observe.

use emo_quant::{Calibrator, Method, QuantScheme, ndarray::Array1};
use emo_testing::CappedAllocator;

/// 384 KiB for the largest calibrator, 80 kB for a sample, and what a range is found with: well below the 16 MB of all
/// that is observed.
#[global_allocator]
static ALLOCATOR: CappedAllocator = CappedAllocator::in_total(1 << 20);

#[test]
fn memory_does_not_grow_with_what_is_observed() {
    let mut sample = Array1::<f32>::zeros(20_000).into_dyn();
    for method in Method::all() {
        let mut calibrator = method
            .calibrator(QuantScheme::U8)
            .expect("the defaults are valid");
        let mut state = 1_u32;
        for n in 0..200 {
            for x in &mut sample {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                // Each sample larger than those before, so that all structures have to move on.
                *x = (state as f32 / u32::MAX as f32 - 0.4) * (1.1_f32).powi(n);
            }
            calibrator.observe(&sample).expect("finite numbers");
        }
        assert!(calibrator.range().expect("there were numbers").max() > 0.0);
    }
}
