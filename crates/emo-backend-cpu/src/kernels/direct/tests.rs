use proptest::prelude::*;

use super::DirectConv;
use crate::{
    buffer::{Slice, SliceMut},
    kernel::{Follower, Inputs, Kernel},
    kernels::{
        unary::Unary,
        window::{ConvShape, Window},
    },
    simd::levels,
};

fn run(kernel: &DirectConv, input: &[f32]) -> Vec<f32> {
    let mut output = vec![f32::NAN; kernel.positions() * kernel.output_channels()];
    // Scratch memory holds what another kernel left there.
    let mut scratch = vec![f32::NAN; kernel.scratch_len()];
    kernel.run(
        &Inputs::Folded(&[Slice::F32(input)]),
        SliceMut::F32(&mut output),
        &mut scratch,
    );
    output
}

fn values(seed: u64, len: usize) -> Vec<f32> {
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

/// A sum and the sum of its terms' magnitudes.
type Sum = (f64, f64);

/// The definition of ONNX `Conv`, of channels that lie side by side.
fn textbook(shape: &ConvShape, input: &[f32], weights: &[f32], bias: &[f32]) -> Vec<Sum> {
    let Window {
        input: [height, width],
        output: [rows, columns],
        kernel: [kernel_rows, kernel_columns],
        strides,
        dilations,
        pads_begin,
        ..
    } = shape.window;
    let channels = shape.groups * shape.group_inputs;
    let mut sums = Vec::new();
    for image in 0..shape.batch {
        for (y, x) in (0..rows).flat_map(|y| (0..columns).map(move |x| (y, x))) {
            for (channel, &bias) in bias.iter().enumerate() {
                let group = channel / shape.group_outputs;
                let (mut sum, mut magnitude) = (f64::from(bias), f64::from(bias).abs());
                for i in 0..shape.group_inputs {
                    for (r, c) in
                        (0..kernel_rows).flat_map(|r| (0..kernel_columns).map(move |c| (r, c)))
                    {
                        let row = (y * strides[0] + r * dilations[0]).checked_sub(pads_begin[0]);
                        let column = (x * strides[1] + c * dilations[1]).checked_sub(pads_begin[1]);
                        let (Some(row), Some(column)) = (row, column) else {
                            continue;
                        };
                        if row >= height || column >= width {
                            continue;
                        }
                        let weight = ((channel * shape.group_inputs + i) * kernel_rows + r)
                            * kernel_columns
                            + c;
                        let at = ((image * height + row) * width + column) * channels
                            + group * shape.group_inputs
                            + i;
                        let term = f64::from(weights[weight]) * f64::from(input[at]);
                        sum += term;
                        magnitude += term.abs();
                    }
                }
                sums.push((sum, magnitude));
            }
        }
    }
    sums
}

fn close(
    actual: &[f32],
    expected: &[Sum],
    context: impl std::fmt::Debug,
) -> Result<(), TestCaseError> {
    prop_assert_eq!(actual.len(), expected.len());
    for (index, (&y, &(e, magnitude))) in actual.iter().zip(expected).enumerate() {
        prop_assert!(
            (f64::from(y) - e).abs() <= 1e-5 * magnitude + 1e-30,
            "element {index} is {y}, expected {e}: {context:?}"
        );
    }
    Ok(())
}

prop_compose! {
    fn axis()(
        kernel in prop_oneof![1_usize..6, 6_usize..20],
        stride in 1_usize..4,
        dilation in prop_oneof![3 => Just(1_usize), 1 => 2_usize..4],
        extra in 0_usize..30,
        begin in 0_usize..20,
        end in 0_usize..20,
    ) -> [usize; 6] {
        let reach = (kernel - 1) * dilation + 1;
        let (begin, end) = (begin.min(reach), end.min(reach));
        let input = (reach + extra).saturating_sub(begin + end).max(1);
        let end = end.max(reach.saturating_sub(input + begin));
        [kernel, stride, dilation, input, begin, end]
    }
}

fn window(rows: [usize; 6], columns: [usize; 6]) -> Window {
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

const POINT: [usize; 6] = [1, 1, 1, 1, 0, 0];

prop_compose! {
    fn channels()(
        kind in 0..4,
        (groups, inputs, outputs) in (2_usize..5, 1_usize..6, 1_usize..70),
        depth in 2_usize..40,
    ) -> (usize, usize, usize) {
        match kind {
            0 => (1, inputs, outputs),
            1 => (depth, 1, 1),
            2 => (groups, 1, inputs),
            _ => (groups, inputs, outputs % 40 + 1),
        }
    }
}

prop_compose! {
    fn shapes()(
        rows in prop_oneof![Just(POINT), axis()],
        columns in prop_oneof![1 => Just([1, 1, 1, 30, 0, 0]), 4 => axis()],
        batch in 1_usize..3,
        (groups, group_inputs, group_outputs) in channels(),
    ) -> ConvShape {
        ConvShape { batch, groups, group_inputs, group_outputs, window: window(rows, columns) }
    }
}

/// Input, weights and bias.
fn operands(shape: &ConvShape, seed: u64) -> [Vec<f32>; 3] {
    let plane: usize = shape.window.input.iter().product();
    let taps: usize = shape.window.kernel.iter().product();
    let outputs = shape.groups * shape.group_outputs;
    [
        values(
            seed,
            shape.batch * shape.groups * shape.group_inputs * plane,
        ),
        values(!seed, outputs * shape.group_inputs * taps),
        values(seed ^ 1, outputs),
    ]
}

proptest! {
    #[test]
    fn any_convolution_is_the_textbooks(shape in shapes(), seed: u64) {
        let [input, weights, bias] = operands(&shape, seed);
        let expected = textbook(&shape, &input, &weights, &bias);
        for level in levels() {
            let conv = DirectConv::new(level, shape, &weights, Some(&bias));
            close(&run(&conv, &input), &expected, (level, &shape))?;
        }
    }

    #[test]
    fn parts_make_up_the_whole(shape in shapes(), cut in 0.0..1.0, seed: u64) {
        let [input, weights, _] = operands(&shape, seed);
        for level in levels() {
            let conv = DirectConv::new(level, shape, &weights, None);
            let whole = run(&conv, &input);
            let cut = (cut * conv.positions() as f64) as usize;
            for part in [0..cut, cut..conv.positions()] {
                let mut output = vec![f32::NAN; part.len() * conv.output_channels()];
                let mut scratch = vec![f32::NAN; conv.scratch_len()];
                conv.run_part(&input, part.clone(), &mut output, &mut scratch);
                let whole = &whole[part.start * conv.output_channels()..][..output.len()];
                prop_assert_eq!(&output, whole, "{:?} of {:?}", part, shape);
            }
        }
    }

    #[test]
    fn what_follows_is_absorbed(shape in shapes(), seed: u64) {
        let [input, weights, bias] = operands(&shape, seed);
        let [scale, shift] = [2, 3].map(|salt| -> Vec<f64> {
            values(seed ^ salt, bias.len()).into_iter().map(f64::from).collect()
        });
        let sums = textbook(&shape, &input, &weights, &bias);
        for activation in [
            Unary::Relu,
            Unary::Clip { min: -0.25, max: 0.5 },
            Unary::LeakyRelu { alpha: 0.5 },
        ] {
            let expected: Vec<Sum> = sums
                .iter()
                .zip((0..bias.len()).cycle())
                .map(|(&(sum, magnitude), c)| {
                    let y = activation.eval(sum * scale[c] + shift[c]);
                    (y, magnitude * scale[c].abs() + shift[c].abs())
                })
                .collect();
            for level in levels() {
                let mut conv = DirectConv::new(level, shape, &weights, Some(&bias));
                let affine = Follower::Affine {
                    scale: scale.clone(),
                    shift: shift.clone(),
                    inner: 1,
                };
                prop_assert!(conv.absorb(&affine));
                prop_assert!(conv.absorb(&Follower::Activation(activation)));
                close(&run(&conv, &input), &expected, (activation, level, &shape))?;
                prop_assert!(!conv.absorb(&Follower::Activation(activation)));
                let identity = Follower::Affine {
                    scale: vec![1.0; bias.len()],
                    shift: vec![0.0; bias.len()],
                    inner: 1,
                };
                prop_assert!(!conv.absorb(&identity));
            }
        }
    }
}

/// The first rows of the output see rows of the image that its later rows see, too, and earlier ones.
#[test]
fn rows_in_the_padding_are_skipped() -> Result<(), TestCaseError> {
    for (groups, group_outputs) in [(2, 2), (5, 1)] {
        let shape = ConvShape {
            batch: 1,
            groups,
            group_inputs: 1,
            group_outputs,
            window: window([2, 2, 3, 4, 4, 0], [1, 1, 1, 30, 0, 0]),
        };
        let [input, weights, bias] = operands(&shape, 0);
        let expected = textbook(&shape, &input, &weights, &bias);
        for level in levels() {
            let conv = DirectConv::new(level, shape, &weights, Some(&bias));
            close(&run(&conv, &input), &expected, level)?;
        }
    }
    Ok(())
}

#[test]
fn bounds_keep_nan() {
    let window = window([1, 1, 1, 1, 0, 0], [3, 1, 1, 20, 1, 1]);
    for (groups, group_inputs, group_outputs) in [(1, 3, 20), (20, 1, 1)] {
        let shape = ConvShape {
            batch: 1,
            groups,
            group_inputs,
            group_outputs,
            window,
        };
        let [mut input, weights, bias] = operands(&shape, 7);
        input.fill(f32::NAN);
        for level in levels() {
            let mut conv = DirectConv::new(level, shape, &weights, Some(&bias));
            assert!(conv.absorb(&Follower::Activation(Unary::Clip { min: 0.0, max: 6.0 })));
            assert!(run(&conv, &input).iter().all(|y| y.is_nan()));
        }
    }
}

#[test]
fn a_quantization_is_left_to_its_own_step() {
    let shape = ConvShape {
        batch: 1,
        groups: 1,
        group_inputs: 1,
        group_outputs: 1,
        window: window(POINT, POINT),
    };
    for level in levels() {
        let mut conv = DirectConv::new(level, shape, &[1.0], None);
        assert!(!conv.absorb(&Follower::Quantize {
            scale: 1.0,
            zero_point: 0
        }));
    }
}
