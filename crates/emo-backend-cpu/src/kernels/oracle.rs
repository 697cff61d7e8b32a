//! The kernels against the textbook's formulas, with every set of instructions that the machine has.

use proptest::prelude::*;

use crate::{
    buffer::{Slice, SliceMut},
    kernel::{Inputs, Kernel},
    kernels::{
        dense::Dense,
        gemm::Strided,
        matmul::{Addend, Factor, MatMul},
        pool::{Pool, Reduction, counts},
        window::Window,
    },
    simd::levels,
};

fn run(kernel: &dyn Kernel, inputs: &[&[f32]], len: usize) -> Vec<f32> {
    let slices: Vec<Slice<'_>> = inputs.iter().map(|input| Slice::F32(input)).collect();
    let mut output = vec![f32::NAN; len];
    // Scratch memory holds what another kernel left there.
    let mut scratch = vec![f32::NAN; kernel.scratch_len()];
    kernel.run(
        &Inputs::Folded(&slices),
        SliceMut::F32(&mut output),
        &mut scratch,
    );
    output
}

/// Within the rounding of a sum of `terms` products, each of magnitude 1 at most.
pub(crate) fn close(actual: &[f32], expected: &[f64], terms: usize) -> Result<(), TestCaseError> {
    let allowed = terms as f64 * f64::from(f32::EPSILON) + 1e-7;
    for (index, (&y, &e)) in actual.iter().zip(expected).enumerate() {
        prop_assert!(
            (f64::from(y) - e).abs() <= allowed,
            "element {index} is {y}, expected {e}"
        );
    }
    prop_assert_eq!(actual.len(), expected.len());
    Ok(())
}

pub(crate) fn values(seed: u64, len: usize) -> Vec<f32> {
    // A linear congruential generator (Knuth, The Art of Computer Programming 2, 3.3.4): any numbers will do.
    let mut state = seed;
    (0..len)
        .map(|_| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            (state >> 40) as f32 / (1_u64 << 23) as f32 - 1.0
        })
        .collect()
}

prop_compose! {
    pub(crate) fn axis()(
        kernel in 1_usize..5,
        stride in 1_usize..4,
        dilation in 1_usize..4,
        extra in 0_usize..40,
        begin in 0_usize..5,
        end in 0_usize..5,
    ) -> [usize; 6] {
        let reach = (kernel - 1) * dilation + 1;
        let (begin, end) = (begin.min(reach - 1), end.min(reach - 1));
        let input = (reach + extra).saturating_sub(begin + end).max(1);
        let end = end.max(reach.saturating_sub(input + begin));
        [kernel, stride, dilation, input, begin, end]
    }
}

pub(crate) fn window(rows: [usize; 6], columns: [usize; 6]) -> Window {
    let pick = |index: usize| [rows[index], columns[index]];
    let output = [rows, columns].map(|[kernel, stride, dilation, input, begin, end]| {
        (input + begin + end - (kernel - 1) * dilation - 1) / stride + 1
    });
    Window {
        kernel: pick(0),
        strides: pick(1),
        dilations: pick(2),
        input: pick(3),
        pads_begin: pick(4),
        pads_end: pick(5),
        output,
    }
}

/// The input's index under a tap of the window at an output position, if it is not in the padding.
pub(crate) fn under(window: &Window, position: [usize; 2], tap: [usize; 2]) -> Option<usize> {
    let mut index = 0;
    for axis in 0..2 {
        let at = position[axis] * window.strides[axis] + tap[axis] * window.dilations[axis];
        let at = at.checked_sub(window.pads_begin[axis])?;
        if at >= window.input[axis] {
            return None;
        }
        index = index * window.input[axis] + at;
    }
    Some(index)
}

pub(crate) fn positions(extents: [usize; 2]) -> impl Iterator<Item = [usize; 2]> {
    (0..extents[0]).flat_map(move |row| (0..extents[1]).map(move |column| [row, column]))
}

proptest! {
    #[test]
    fn pools_are_the_textbooks(
        rows in prop_oneof![Just([1, 1, 1, 1, 0, 0]), axis()],
        columns in axis(),
        seed: u64,
    ) {
        let window = window(rows, columns);
        // A window in the padding alone has no maximum and no mean; such pools are refused.
        prop_assume!([0, 1].iter().all(|&axis| !counts(Reduction::Max, &window, axis).contains(&0)));
        let input = values(seed, 2 * window.input[0] * window.input[1]);
        for reduction in [Reduction::Max, Reduction::Mean, Reduction::MeanWithPadding] {
            let mut expected = Vec::new();
            for plane in input.chunks_exact(input.len() / 2) {
                for position in positions(window.output) {
                    let seen: Vec<f64> = positions(window.kernel)
                        .filter_map(|tap| under(&window, position, tap))
                        .map(|index| f64::from(plane[index]))
                        .collect();
                    let taps = window.kernel[0] * window.kernel[1];
                    expected.push(match reduction {
                        Reduction::Max => seen.iter().copied().fold(f64::NEG_INFINITY, f64::max),
                        Reduction::Mean => seen.iter().sum::<f64>() / seen.len() as f64,
                        Reduction::MeanWithPadding => seen.iter().sum::<f64>() / taps as f64,
                    });
                }
            }
            for level in levels() {
                let pool = Pool::new(level, reduction, window);
                close(&run(&pool, &[&input], expected.len()), &expected, 16)?;
            }
        }
    }

    #[test]
    fn products_are_the_textbooks(
        (m, n, k) in (1_usize..12, 1_usize..90, prop_oneof![1_usize..20, 250_usize..270]),
        transposed in any::<(bool, bool)>(),
        seed: u64,
    ) {
        let strides = |transposed: bool, rows: usize, columns: usize| match transposed {
            false => Strided { row: columns, column: 1 },
            true => Strided { row: 1, column: rows },
        };
        let (a_strides, b_strides) = (strides(transposed.0, m, k), strides(transposed.1, k, n));
        let (a, b, row) = (values(seed, m * k), values(!seed, k * n), values(seed ^ 1, n));
        let at = |x: &[f32], strides: Strided, i: usize, j: usize| {
            f64::from(x[i * strides.row + j * strides.column])
        };
        let expected: Vec<f64> = positions([m, n])
            .map(|[i, j]| {
                let product: f64 = (0..k)
                    .map(|l| at(&a, a_strides, i, l) * at(&b, b_strides, l, j))
                    .sum();
                0.5 * product + f64::from(row[j])
            })
            .collect();
        for level in levels() {
            let packed = MatMul::packed(level, (k, n), &b, b_strides);
            for factor in [packed, Factor::Input(b_strides)] {
                let product = MatMul::new(level, (m, n, k), a_strides, factor, vec![(0, 0)])
                    .with_addend(0.5, Addend::Row(row.clone()));
                close(&run(&product, &[&a, &b], m * n), &expected, k + 1)?;
            }
            if m == 1 {
                let dense = Dense::new(level, (k, n), (&b, b_strides, 0.5), None, row.clone());
                close(&run(&dense, &[&a], n), &expected, k + 1)?;
            }
        }
    }
}
