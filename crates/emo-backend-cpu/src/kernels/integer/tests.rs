//! The kernels against the definition, to the bit, with every set of instructions that the machine has.

use proptest::prelude::*;

use crate::{
    buffer::{Slice, SliceMut},
    kernel::{Follower, Inputs, Kernel},
    kernels::{
        gemm::Strided,
        integer::{IntegerConv, IntegerDense, conv::FormKind, planes::Planes},
        unary::Unary,
        window::{ConvShape, Window},
    },
    simd::levels,
};

fn bytes(seed: u64, len: usize, extreme: bool) -> Vec<u8> {
    // A linear congruential generator (Knuth, The Art of Computer Programming 2, 3.3.4): any numbers will do.
    let mut state = seed;
    (0..len)
        .map(|_| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            let byte = (state >> 56) as u8;
            if extreme {
                if byte < 128 { 0 } else { 255 }
            } else {
                byte
            }
        })
        .collect()
}

/// Weights of which extreme ones are −128 and 127.
fn weights(seed: u64, len: usize, extreme: bool) -> Vec<i8> {
    bytes(seed, len, extreme)
        .into_iter()
        .map(|byte| (byte ^ 0x80) as i8)
        .collect()
}

/// What follows the sums.
#[derive(Debug, Clone, Copy)]
struct Tail {
    activation: Option<Unary>,
    quantize: Option<(f32, u8)>,
}

impl Tail {
    fn absorbed(&self, kernel: &mut dyn Kernel) {
        if let Some(activation) = self.activation {
            assert!(kernel.absorb(&Follower::Activation(activation)));
        }
        if let Some((scale, zero_point)) = self.quantize {
            assert!(kernel.absorb(&Follower::Quantize { scale, zero_point }));
            assert!(!kernel.absorb(&Follower::Activation(Unary::Relu)));
        }
    }

    /// The definition, of one sum.
    fn of(&self, sum: i64, multiplier: f32) -> f32 {
        let sum = i32::try_from(sum).unwrap();
        let (low, high) = match self.activation {
            Some(Unary::Relu) => (0.0, f32::INFINITY),
            Some(Unary::Clip { min, max }) => (min, max),
            _ => (f32::NEG_INFINITY, f32::INFINITY),
        };
        let clamp = |x: f32, low: f32, high: f32| {
            let x = if x > low { x } else { low };
            if x < high { x } else { high }
        };
        match self.quantize {
            None => clamp(sum as f32 * multiplier, low, high),
            Some((scale, zero_point)) => {
                let zero_point = f64::from(zero_point);
                let byte =
                    |x: f32| (f64::from(x).round_ties_even() + zero_point).clamp(0.0, 255.0) as f32;
                let y = byte(sum as f32 * (multiplier / scale));
                clamp(y, byte(low / scale), byte(high / scale))
            }
        }
    }
}

/// Elements of either type, as numbers.
fn run(kernel: &dyn Kernel, input: &[u8], tail: &Tail, len: usize) -> Vec<f32> {
    let inputs = [Slice::U8(input)];
    // Scratch memory holds what another kernel left there.
    let mut scratch = vec![f32::NAN; kernel.scratch_len()];
    if tail.quantize.is_some() {
        let mut output = vec![77; len];
        kernel.run(
            &Inputs::Folded(&inputs),
            SliceMut::U8(&mut output),
            &mut scratch,
        );
        output.into_iter().map(f32::from).collect()
    } else {
        let mut output = vec![f32::NAN; len];
        kernel.run(
            &Inputs::Folded(&inputs),
            SliceMut::F32(&mut output),
            &mut scratch,
        );
        output
    }
}

fn bits(values: &[f32]) -> Vec<u32> {
    values.iter().map(|x| x.to_bits()).collect()
}

/// Sums by the definition, in the order of the output.
fn conv_sums(
    shape: &ConvShape,
    zero_point: u8,
    input: &[u8],
    weights: &[i8],
    bias: &[i32],
) -> Vec<i64> {
    let window = &shape.window;
    let [height, width] = window.input;
    let channels = shape.groups * shape.group_inputs;
    let [rows, columns] = window.kernel;
    let mut sums = Vec::new();
    for image in input.chunks_exact(height * width * channels) {
        for y in 0..window.output[0] {
            for x in 0..window.output[1] {
                for (output, &bias) in bias.iter().enumerate() {
                    let group = output / shape.group_outputs;
                    let mut sum = i64::from(bias);
                    for c in 0..shape.group_inputs {
                        for ky in 0..rows {
                            for kx in 0..columns {
                                let at = |axis: usize, position: usize, tap: usize| {
                                    (position * window.strides[axis] + tap * window.dilations[axis])
                                        .checked_sub(window.pads_begin[axis])
                                        .filter(|&at| at < window.input[axis])
                                };
                                let (Some(row), Some(column)) = (at(0, y, ky), at(1, x, kx)) else {
                                    continue;
                                };
                                let channel = group * shape.group_inputs + c;
                                let x = image[(row * width + column) * channels + channel];
                                let w = weights[((output * shape.group_inputs + c) * rows + ky)
                                    * columns
                                    + kx];
                                sum += (i64::from(x) - i64::from(zero_point)) * i64::from(w);
                            }
                        }
                    }
                    sums.push(sum);
                }
            }
        }
    }
    sums
}

prop_compose! {
    /// Kernel, stride, dilation, input, both pads, output.
    fn axis()(
        kernel in 1_usize..5,
        stride in 1_usize..4,
        dilation in 1_usize..3,
        extra in 0_usize..18,
        begin in 0_usize..4,
        end in 0_usize..4,
    ) -> [usize; 7] {
        let reach = (kernel - 1) * dilation + 1;
        let input = (reach + extra).saturating_sub(begin + end).max(1);
        let end = end.max(reach.saturating_sub(input + begin));
        let output = (input + begin + end - reach) / stride + 1;
        [kernel, stride, dilation, input, begin, end, output]
    }
}

fn window(rows: [usize; 7], columns: [usize; 7]) -> Window {
    let pick = |index: usize| [rows[index], columns[index]];
    Window {
        kernel: pick(0),
        strides: pick(1),
        dilations: pick(2),
        input: pick(3),
        pads_begin: pick(4),
        pads_end: pick(5),
        output: pick(6),
    }
}

fn tail() -> impl Strategy<Value = Tail> {
    let activation = prop_oneof![
        Just(None),
        Just(Some(Unary::Relu)),
        (-3.0_f32..3.0, -3.0_f32..9.0).prop_map(|(min, max)| Some(Unary::Clip { min, max })),
    ];
    let quantize = prop_oneof![
        Just(None),
        (
            prop_oneof![1e-3_f32..0.5, Just(1e-30), Just(1e6)],
            any::<u8>()
        )
            .prop_map(Some),
    ];
    (activation, quantize).prop_map(|(activation, quantize)| Tail {
        activation,
        quantize,
    })
}

/// Groups, input channels and output channels of each.
fn groups() -> impl Strategy<Value = (usize, usize, usize)> {
    prop_oneof![
        (Just(1_usize), 1_usize..40, 1_usize..140),
        (2_usize..5, 1_usize..7, 1_usize..20),
        // Depthwise, of such widths as fill vectors and of others.
        (
            prop_oneof![
                2_usize..80,
                Just(4),
                Just(8),
                Just(16),
                Just(32),
                Just(64),
                Just(128)
            ],
            Just(1),
            1_usize..4
        ),
    ]
}

fn multipliers(seed: u64, n: usize) -> Vec<f32> {
    bytes(seed, n, false)
        .into_iter()
        .map(|byte| (f32::from(byte) + 1.0) * 1.7e-5)
        .collect()
}

fn biases(seed: u64, n: usize) -> Vec<i32> {
    bytes(seed, n, false)
        .into_iter()
        .map(|byte| (i32::from(byte) - 128) * 97)
        .collect()
}

/// With every set of instructions, as a whole and in parts.
fn check(
    kind: Option<FormKind>,
    shape: ConvShape,
    zero_point: u8,
    extreme: bool,
    cut: f64,
    tail: &Tail,
    seed: u64,
) -> Result<(), TestCaseError> {
    let ConvShape {
        batch,
        groups,
        group_inputs,
        group_outputs,
        window,
    } = shape;
    let outputs = groups * group_outputs;
    let taps = window.kernel[0] * window.kernel[1];
    let image_len = window.input[0] * window.input[1] * groups * group_inputs;
    let input = bytes(seed, batch * image_len, extreme);
    let weights = weights(!seed, outputs * group_inputs * taps, extreme);
    let bias = biases(seed ^ 1, outputs);
    let multiplier = multipliers(seed ^ 2, outputs);
    let expected: Vec<f32> = conv_sums(&shape, zero_point, &input, &weights, &bias)
        .into_iter()
        .zip(multiplier.iter().cycle())
        .map(|(sum, &multiplier)| tail.of(sum, multiplier))
        .collect();
    for level in levels() {
        let (bias, multiplier) = (Some(&*bias), multiplier.clone());
        let mut conv = match kind {
            None => IntegerConv::new(level, shape, zero_point, &weights, bias, multiplier),
            Some(kind) => {
                IntegerConv::in_form(kind, level, shape, zero_point, &weights, bias, multiplier)
            }
        }
        .unwrap();
        tail.absorbed(&mut conv);
        let actual = run(&conv, &input, tail, expected.len());
        prop_assert_eq!(bits(&actual), bits(&expected), "{:?}", level);

        // The first image in two parts.
        let mut scratch = vec![0.0; conv.scratch_len()];
        let framed = conv.frame(&input[..image_len], &mut scratch);
        let positions = conv.positions();
        let cut = (positions as f64 * cut) as usize;
        for range in [0..cut, cut..positions] {
            let expected = &expected[range.start * outputs..range.end * outputs];
            let actual: Vec<f32> = if tail.quantize.is_some() {
                let mut part = vec![77; expected.len()];
                conv.run_positions(framed, range, SliceMut::U8(&mut part));
                part.into_iter().map(f32::from).collect()
            } else {
                let mut part = vec![f32::NAN; expected.len()];
                conv.run_positions(framed, range, SliceMut::F32(&mut part));
                part
            };
            prop_assert_eq!(bits(&actual), bits(expected), "{:?}", level);
        }
    }
    Ok(())
}

proptest! {
    #[test]
    fn convolution_is_the_definition(
        rows in prop_oneof![Just([1, 1, 1, 1, 0, 0, 1]), axis()],
        columns in axis(),
        batch in 1_usize..3,
        (groups, group_inputs, group_outputs) in groups(),
        zero_point in prop_oneof![Just(0), Just(128), Just(255), any::<u8>()],
        extreme: bool,
        cut in 0.0..1.0,
        tail in tail(),
        seed: u64,
    ) {
        let window = window(rows, columns);
        let shape = ConvShape { batch, groups, group_inputs, group_outputs, window };
        check(None, shape, zero_point, extreme, cut, &tail, seed)?;
    }

    #[test]
    fn convolution_along_rows_is_the_definition(
        rows in prop_oneof![Just([1, 1, 1, 1, 0, 0, 1]), axis()],
        (kernel, extra, begin, end) in (1_usize..70, 0_usize..200, 0_usize..35, 0_usize..35),
        batch in 1_usize..3,
        group_outputs in prop_oneof![1_usize..24, Just(4), Just(8)],
        zero_point in prop_oneof![Just(0), Just(128), Just(255), any::<u8>()],
        extreme: bool,
        cut in 0.0..1.0,
        tail in tail(),
        seed: u64,
    ) {
        let input = (kernel + extra).saturating_sub(begin + end).max(1);
        let end = end.max(kernel.saturating_sub(input + begin));
        let output = input + begin + end - kernel + 1;
        let window = window(rows, [kernel, 1, 1, input, begin, end, output]);
        let shape = ConvShape { batch, groups: 1, group_inputs: 1, group_outputs, window };
        check(Some(FormKind::Rows), shape, zero_point, extreme, cut, &tail, seed)?;
    }

    #[test]
    fn convolution_of_single_columns_is_the_definition(
        rows in (1_usize..40, 1_usize..3, 1_usize..3, 0_usize..9, 0_usize..9, 0_usize..9),
        (columns, begin, end) in (1_usize..200, 0_usize..9, 0_usize..9),
        group_outputs in prop_oneof![1_usize..24, Just(4), Just(8), Just(16)],
        zero_point in prop_oneof![Just(0), Just(128), Just(255), any::<u8>()],
        extreme: bool,
        cut in 0.0..1.0,
        tail in tail(),
        seed: u64,
    ) {
        let (kernel, stride, dilation, extra, top, bottom) = rows;
        let reach = (kernel - 1) * dilation + 1;
        let input = (reach + extra).saturating_sub(top + bottom).max(1);
        let bottom = bottom.max(reach.saturating_sub(input + top));
        let output = (input + top + bottom - reach) / stride + 1;
        let rows = [kernel, stride, dilation, input, top, bottom, output];
        let columns = [1, 1, 1, columns, begin, end, columns + begin + end];
        let shape = ConvShape {
            batch: 1,
            groups: 1,
            group_inputs: 1,
            group_outputs,
            window: window(rows, columns),
        };
        check(Some(FormKind::Rows), shape, zero_point, extreme, cut, &tail, seed)?;
    }

    #[test]
    fn convolution_of_interleaved_planes_is_the_definition(
        rows in prop_oneof![Just([1, 1, 1, 1, 0, 0, 1]), axis()],
        columns in axis(),
        batch in 1_usize..3,
        (groups, group_outputs) in (
            prop_oneof![Just(16_usize), Just(32), Just(48), Just(64), Just(128), Just(192), 2_usize..70],
            prop_oneof![Just(1_usize), Just(2)],
        ),
        planes: bool,
        zero_point in prop_oneof![Just(0), Just(128), Just(255), any::<u8>()],
        extreme: bool,
        cut in 0.0..1.0,
        tail in tail(),
        seed: u64,
    ) {
        let window = window(rows, columns);
        let shape = ConvShape { batch, groups, group_inputs: 1, group_outputs, window };
        let suited = levels().into_iter().all(|level| Planes::suits(level, &shape));
        let kind = if planes && suited { FormKind::Planes } else { FormKind::Depthwise };
        check(Some(kind), shape, zero_point, extreme, cut, &tail, seed)?;
    }

    #[test]
    fn planes_along_long_rows_are_the_definition(
        rows in prop_oneof![Just([1, 1, 1, 1, 0, 0, 1]), Just([3, 1, 1, 4, 1, 1, 4])],
        (kernel, dilation, extra) in (1_usize..70, 1_usize..3, 0_usize..200),
        (begin, end) in (0_usize..35, 0_usize..35),
        groups in prop_oneof![Just(16_usize), Just(32), Just(64), Just(128)],
        zero_point in prop_oneof![Just(0), Just(128), Just(255), any::<u8>()],
        extreme: bool,
        cut in 0.0..1.0,
        tail in tail(),
        seed: u64,
    ) {
        let reach = (kernel - 1) * dilation + 1;
        let input = (reach + extra).saturating_sub(begin + end).max(1);
        let end = end.max(reach.saturating_sub(input + begin));
        let output = input + begin + end - reach + 1;
        let window = window(rows, [kernel, 1, dilation, input, begin, end, output]);
        let shape = ConvShape { batch: 1, groups, group_inputs: 1, group_outputs: 1, window };
        check(None, shape, zero_point, extreme, cut, &tail, seed)?;
    }

    #[test]
    fn what_another_convolution_takes_over_is_the_same(
        (height, kernel, extra) in (1_usize..12, 1_usize..70, 0_usize..300),
        (begin, end) in (0_usize..35, 0_usize..35),
        (channels, group_outputs) in prop_oneof![Just((4_usize, 2_usize)), Just((8, 1)), Just((8, 2)), Just((16, 3))],
        batch in 1_usize..3,
        zero_points in (any::<u8>(), any::<u8>()),
        scale in 0.01_f32..3.0,
        extreme: bool,
        cut in 0.0..1.0,
        (first, second) in (tail(), tail()),
        seed: u64,
    ) {
        let width = (kernel + extra).saturating_sub(begin + end).max(1);
        let end = end.max(kernel.saturating_sub(width + begin));
        let positions = width + begin + end - kernel + 1;
        let along = ConvShape {
            batch,
            groups: 1,
            group_inputs: 1,
            group_outputs: channels,
            window: window([1, 1, 1, height, 0, 0, height], [kernel, 1, 1, width, begin, end, positions]),
        };
        let across = ConvShape {
            batch,
            groups: channels,
            group_inputs: 1,
            group_outputs,
            window: window([height, 1, 1, height, 0, 0, 1], [1, 1, 1, positions, 0, 0, positions]),
        };
        let outputs = channels * group_outputs;
        let input = bytes(seed, batch * height * width, extreme);
        let first_weights = weights(!seed, channels * kernel, extreme);
        let second_weights = weights(seed ^ 5, outputs * height, extreme);
        let (first_bias, second_bias) = (biases(seed ^ 1, channels), biases(seed ^ 3, outputs));
        let (first_factors, second_factors) = (multipliers(seed ^ 2, channels), multipliers(seed ^ 4, outputs));
        let first = Tail { quantize: Some((scale, zero_points.1)), ..first };
        for level in levels() {
            let new = |second_first: bool| {
                let (kind, shape, zero_point, weights, bias, factors) = if second_first {
                    (FormKind::Depthwise, across, zero_points.1, &second_weights, &second_bias, &second_factors)
                } else {
                    (FormKind::Rows, along, zero_points.0, &first_weights, &first_bias, &first_factors)
                };
                IntegerConv::in_form(kind, level, shape, zero_point, weights, Some(bias), factors.clone()).unwrap()
            };
            let (mut one, mut other) = (new(false), new(true));
            first.absorbed(&mut one);
            let follower = other.follower();
            second.absorbed(&mut other);
            let between = run(&one, &input, &first, batch * height * positions * channels);
            let between: Vec<u8> = between.into_iter().map(|x| x as u8).collect();
            let expected = run(&other, &between, &second, batch * positions * outputs);
            let Some(follower) = follower else { continue };
            if !one.absorb(&follower) {
                prop_assert!(level.registers() < 32);
                continue;
            }
            second.absorbed(&mut one);
            let actual = run(&one, &input, &second, expected.len());
            prop_assert_eq!(bits(&actual), bits(&expected), "{:?}", level);

            let mut scratch = vec![0.0; one.scratch_len()];
            let framed = one.frame(&input[..height * width], &mut scratch);
            let cut = (positions as f64 * cut) as usize;
            prop_assert_eq!(one.positions(), positions);
            for range in [0..cut, cut..positions] {
                let expected = &expected[range.start * outputs..range.end * outputs];
                let actual: Vec<f32> = if second.quantize.is_some() {
                    let mut part = vec![77; expected.len()];
                    one.run_positions(framed, range, SliceMut::U8(&mut part));
                    part.into_iter().map(f32::from).collect()
                } else {
                    let mut part = vec![f32::NAN; expected.len()];
                    one.run_positions(framed, range, SliceMut::F32(&mut part));
                    part
                };
                prop_assert_eq!(bits(&actual), bits(expected), "{:?}", level);
            }
        }
    }

    #[test]
    fn dense_layers_are_the_definition(
        (rows, k, n) in (1_usize..4, 1_usize..300, 1_usize..150),
        transposed: bool,
        zero_point in prop_oneof![Just(0), Just(255), any::<u8>()],
        extreme: bool,
        tail in tail(),
        seed: u64,
    ) {
        let strides = if transposed {
            Strided { row: 1, column: k }
        } else {
            Strided { row: n, column: 1 }
        };
        let input = bytes(seed, rows * k, extreme);
        let weights = weights(!seed, k * n, extreme);
        let bias = biases(seed ^ 1, n);
        let multiplier = multipliers(seed ^ 2, n);
        let mut expected = Vec::new();
        for row in input.chunks_exact(k) {
            for column in 0..n {
                let products = row.iter().enumerate().map(|(i, &x)| {
                    let w = weights[i * strides.row + column * strides.column];
                    (i64::from(x) - i64::from(zero_point)) * i64::from(w)
                });
                let sum = i64::from(bias[column]) + products.sum::<i64>();
                expected.push(tail.of(sum, multiplier[column]));
            }
        }
        for level in levels() {
            let mut dense = IntegerDense::new(
                level, (k, n), zero_point, &weights, strides, Some(&bias), multiplier.clone(),
            ).unwrap();
            tail.absorbed(&mut dense);
            let actual = run(&dense, &input, &tail, expected.len());
            prop_assert_eq!(bits(&actual), bits(&expected), "{:?}", level);
        }
    }
}

/// The largest sums that fit 32 bits are exact; larger ones are refused.
#[test]
fn sums_that_do_not_fit_are_refused() {
    let strides = Strided { row: 1, column: 1 };
    // 255 · 128 · k ≤ 2³¹ for k ≤ 65,793, with 8 left over at a bias of −8.
    let k = 65_793;
    let weights = vec![-128_i8; k];
    let input = vec![255_u8; k];
    for level in levels() {
        let new = |bias: i32| {
            IntegerDense::new(
                level,
                (k, 1),
                0,
                &weights,
                strides,
                Some(&[bias]),
                vec![1.0],
            )
        };
        let smallest = -255 * 128 * k as i64;
        let left = i64::from(i32::MIN) - smallest;
        assert!(new(left as i32 - 1).is_none());
        let dense = new(left as i32).unwrap();
        let tail = Tail {
            activation: None,
            quantize: None,
        };
        assert_eq!(run(&dense, &input, &tail, 1), [i32::MIN as f32]);
    }
    for (bias, multiplier) in [(0, f32::NAN), (0, f32::INFINITY), (i32::MAX, 1.0)] {
        for level in levels() {
            let dense = IntegerDense::new(
                level,
                (1, 1),
                0,
                &[1],
                strides,
                Some(&[bias]),
                vec![multiplier],
            );
            assert!(dense.is_none());
        }
    }
}

/// Products beyond 32 bits, of both signs, saturate.
#[test]
fn far_products_saturate() {
    for level in levels() {
        let mut dense = IntegerDense::new(
            level,
            (1, 2),
            0,
            &[127, -128],
            Strided { row: 2, column: 1 },
            None,
            vec![1.0, 1.0],
        )
        .unwrap();
        let tail = Tail {
            activation: None,
            quantize: Some((1e-30, 7)),
        };
        tail.absorbed(&mut dense);
        assert_eq!(run(&dense, &[255], &tail, 2), [255.0, 0.0]);
        assert_eq!(run(&dense, &[0], &tail, 2), [7.0, 7.0]);
    }
}

#[test]
fn what_has_no_meaning_is_not_absorbed() {
    for level in levels() {
        let mut dense = IntegerDense::new(
            level,
            (1, 1),
            0,
            &[1],
            Strided { row: 1, column: 1 },
            None,
            vec![1.0],
        )
        .unwrap();
        for follower in [
            Follower::Activation(Unary::Sigmoid),
            Follower::Activation(Unary::Clip {
                min: f32::NAN,
                max: 1.0,
            }),
            Follower::Affine {
                scale: vec![1.0],
                shift: vec![0.0],
                inner: 1,
            },
            Follower::Quantize {
                scale: 0.0,
                zero_point: 0,
            },
            Follower::Quantize {
                scale: -1.0,
                zero_point: 0,
            },
            Follower::Quantize {
                scale: f32::NAN,
                zero_point: 0,
            },
            Follower::Quantize {
                scale: 1e-45,
                zero_point: 0,
            },
        ] {
            assert!(!dense.absorb(&follower), "{follower:?}");
        }
    }
}

/// More input than one block of positions.
#[test]
fn blocks_of_positions_are_the_definition() {
    let axis = |input: usize| [1, 1, 1, input, 0, 0, input];
    let shape = ConvShape {
        batch: 1,
        groups: 1,
        group_inputs: 2500,
        group_outputs: 70,
        window: window(axis(1), axis(101)),
    };
    let input = bytes(1, 101 * 2500, false);
    let weights = weights(2, 70 * 2500, false);
    let (bias, multiplier) = (biases(3, 70), multipliers(4, 70));
    let tail = Tail {
        activation: Some(Unary::Relu),
        quantize: Some((0.5, 3)),
    };
    let expected: Vec<f32> = conv_sums(&shape, 9, &input, &weights, &bias)
        .into_iter()
        .zip(multiplier.iter().cycle())
        .map(|(sum, &multiplier)| tail.of(sum, multiplier))
        .collect();
    for level in levels() {
        let conv = IntegerConv::new(level, shape, 9, &weights, Some(&bias), multiplier.clone());
        let mut conv = conv.unwrap();
        tail.absorbed(&mut conv);
        assert_eq!(run(&conv, &input, &tail, expected.len()), expected);
    }
}
