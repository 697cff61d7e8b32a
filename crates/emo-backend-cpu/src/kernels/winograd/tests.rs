use proptest::prelude::*;

use super::{Winograd, scheme::Scheme};
use crate::{
    buffer::{Slice, SliceMut},
    kernel::{Follower, Inputs, Kernel},
    kernels::{
        unary::Unary,
        window::{ConvShape, Window},
    },
    simd::levels,
};

/// The extents of a convolution with a kernel and strides of 1 along all axes.
#[derive(Debug, Clone, Copy)]
struct Case {
    batch: usize,
    inputs: usize,
    outputs: usize,
    kernel: [usize; 2],
    input: [usize; 2],
    pads_begin: [usize; 2],
    pads_end: [usize; 2],
}

impl Case {
    fn shape(&self) -> ConvShape {
        ConvShape {
            batch: self.batch,
            groups: 1,
            group_inputs: self.inputs,
            group_outputs: self.outputs,
            window: Window {
                input: self.input,
                output: [0, 1].map(|axis| {
                    self.input[axis] + self.pads_begin[axis] + self.pads_end[axis] + 1
                        - self.kernel[axis]
                }),
                kernel: self.kernel,
                strides: [1, 1],
                dilations: [1, 1],
                pads_begin: self.pads_begin,
                pads_end: self.pads_end,
            },
        }
    }

    fn data(&self, seed: u64) -> Data {
        let taps = self.kernel[0] * self.kernel[1];
        Data {
            input: values(
                seed,
                self.batch * self.input[0] * self.input[1] * self.inputs,
            ),
            weights: values(!seed, self.outputs * self.inputs * taps),
            bias: values(seed ^ 1, self.outputs),
        }
    }

    /// With all tiles and all sets of instructions.
    fn kernels(&self, data: &Data) -> Vec<Winograd> {
        let shape = self.shape();
        let schemes = Scheme::all_of(&shape).iter();
        schemes
            .flat_map(|&scheme| {
                levels().into_iter().map(move |level| {
                    Winograd::with_scheme(level, shape, scheme, &data.weights, Some(&data.bias))
                })
            })
            .collect()
    }

    /// The sum of the definition, and that of its terms' magnitudes, channels last.
    fn textbook(&self, data: &Data) -> Vec<(f64, f64)> {
        self.sums(data, (0.0, 0.0), |(sum, magnitude), a, b| {
            let term = f64::from(a) * f64::from(b);
            (sum + term, magnitude + term.abs())
        })
    }

    /// The sum of the definition in single precision.
    fn plain(&self, data: &Data) -> Vec<f32> {
        self.sums(data, 0.0, |sum, a, b| sum + a * b)
    }

    /// Folds the factors of each output's terms.
    fn sums<T: Copy>(&self, data: &Data, zero: T, add: impl Fn(T, f32, f32) -> T) -> Vec<T> {
        let [height, width] = self.input;
        let taps = self.kernel[0] * self.kernel[1];
        let mut output = Vec::new();
        for image in 0..self.batch {
            for [row, column] in positions(self.shape().window.output) {
                for (channel, &bias) in data.bias.iter().enumerate() {
                    let mut sum = add(zero, bias, 1.0);
                    for (tap, [i, j]) in positions(self.kernel).enumerate() {
                        let y = (row + i).wrapping_sub(self.pads_begin[0]);
                        let x = (column + j).wrapping_sub(self.pads_begin[1]);
                        if y >= height || x >= width {
                            continue;
                        }
                        let position = (image * height + y) * width + x;
                        for k in 0..self.inputs {
                            let weight = data.weights[(channel * self.inputs + k) * taps + tap];
                            sum = add(sum, weight, data.input[position * self.inputs + k]);
                        }
                    }
                    output.push(sum);
                }
            }
        }
        output
    }
}

#[derive(Debug)]
struct Data {
    input: Vec<f32>,
    /// `[outputs, inputs, kernel…]`.
    weights: Vec<f32>,
    bias: Vec<f32>,
}

fn positions(extents: [usize; 2]) -> impl Iterator<Item = [usize; 2]> {
    (0..extents[0]).flat_map(move |row| (0..extents[1]).map(move |column| [row, column]))
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

fn run(kernel: &Winograd, input: &[f32]) -> Vec<f32> {
    let mut output = vec![f32::NAN; kernel.start(kernel.n_units())];
    // Scratch memory holds what another kernel left there.
    let mut scratch = vec![f32::NAN; kernel.scratch_len()];
    kernel.run(
        &Inputs::Folded(&[Slice::F32(input)]),
        SliceMut::F32(&mut output),
        &mut scratch,
    );
    output
}

/// Within 1e-5 of the sums of magnitudes, and of the largest of them where transforms spread an input's rounding
/// over its neighbours.
fn close(actual: &[f32], expected: &[(f64, f64)]) -> Result<(), TestCaseError> {
    prop_assert_eq!(actual.len(), expected.len());
    let largest = expected.iter().map(|&(_, m)| m).fold(0.0, f64::max);
    for (index, (&y, &(e, magnitude))) in actual.iter().zip(expected).enumerate() {
        prop_assert!(
            (f64::from(y) - e).abs() <= 1e-5 * magnitude + 1e-6 * largest,
            "element {index} is {y}, expected {e}"
        );
    }
    Ok(())
}

fn any_kernel() -> impl Strategy<Value = [usize; 2]> {
    prop_oneof![Just([3, 3]), Just([1, 3]), Just([1, 5])]
}

prop_compose! {
    fn case(kernel: impl Strategy<Value = [usize; 2]>)(
        kernel in kernel,
        batch in 1_usize..3,
        inputs in prop_oneof![4 => 1_usize..40, 1 => Just(16), 1 => Just(32), 1 => 120_usize..140],
        outputs in prop_oneof![1_usize..70, Just(16), Just(32), Just(64)],
        extents in [1_usize..14, 1_usize..14],
        pads_begin in [0_usize..4, 0_usize..4],
        pads_end in [0_usize..4, 0_usize..4],
    ) -> Case {
        let input = [0, 1].map(|axis| {
            let least: usize = kernel[axis];
            extents[axis].max(least.saturating_sub(pads_begin[axis] + pads_end[axis]))
        });
        Case { batch, inputs, outputs, kernel, input, pads_begin, pads_end }
    }
}

/// Rows of pairs of rows, `[positions, channels]`, and their columns likewise.
fn pooled(shape: &ConvShape, output: &[f32]) -> Vec<f32> {
    let [height, width] = shape.window.output;
    let channels = shape.group_outputs;
    let mut result = Vec::new();
    for image in output.chunks_exact(height * width * channels) {
        for [row, column] in positions([height / 2, width / 2]) {
            for channel in 0..channels {
                result.push(
                    positions([2, 2])
                        .map(|[i, j]| {
                            let position = (2 * row + i) * width + 2 * column + j;
                            image[position * channels + channel]
                        })
                        .fold(f32::NEG_INFINITY, f32::max),
                );
            }
        }
    }
    result
}

proptest! {
    #[test]
    fn convolution_is_the_textbooks(case in case(any_kernel()), seed: u64) {
        let data = case.data(seed);
        let expected = case.textbook(&data);
        for kernel in case.kernels(&data) {
            close(&run(&kernel, &data.input), &expected)?;
        }
    }

    #[test]
    fn followers_are_done_afterwards(case in case(any_kernel()), seed: u64) {
        let data = case.data(seed);
        let scale: Vec<f64> = values(seed ^ 2, case.outputs).iter().map(|&x| x.into()).collect();
        let shift: Vec<f64> = values(seed ^ 3, case.outputs).iter().map(|&x| x.into()).collect();
        for activation in [Unary::Relu, Unary::Clip { min: -0.25, max: 0.5 }, Unary::Tanh] {
            let expected: Vec<(f64, f64)> = case
                .textbook(&data)
                .iter()
                .enumerate()
                .map(|(index, (sum, magnitude))| {
                    let channel = index % case.outputs;
                    let y = sum * scale[channel] + shift[channel];
                    (activation.eval(y), magnitude * scale[channel].abs() + shift[channel].abs())
                })
                .collect();
            for mut kernel in case.kernels(&data) {
                let affine = Follower::Affine { scale: scale.clone(), shift: shift.clone(), inner: 1 };
                prop_assert!(kernel.absorb(&affine));
                prop_assert!(kernel.absorb(&Follower::Activation(activation)));
                prop_assert!(!kernel.absorb(&affine));
                let quantize = Follower::Quantize { scale: 1.0, zero_point: 0 };
                prop_assert!(!kernel.absorb(&quantize));
                close(&run(&kernel, &data.input), &expected)?;
            }
        }
    }

    #[test]
    fn a_fused_pool_is_one_afterwards(case in case(Just([3, 3])), seed: u64) {
        let case = Case {
            // Even extents of the output, whatever the case's are.
            pads_end: [0, 1].map(|axis| {
                case.pads_end[axis] + case.shape().window.output[axis] % 2
            }),
            ..case
        };
        let data = case.data(seed);
        for mut kernel in case.kernels(&data) {
            prop_assert!(kernel.absorb(&Follower::Activation(Unary::Relu)));
            let expected = pooled(&case.shape(), &run(&kernel, &data.input));
            prop_assert!(kernel.fuse_max_pool());
            prop_assert!(!kernel.absorb(&Follower::Activation(Unary::Relu)));
            prop_assert_eq!(run(&kernel, &data.input), expected);
        }
    }
}

#[test]
fn pools_over_tiles_that_are_cut_are_refused() {
    let case = Case {
        batch: 1,
        inputs: 16,
        outputs: 16,
        kernel: [3, 3],
        input: [7, 8],
        pads_begin: [1, 1],
        pads_end: [1, 1],
    };
    let data = case.data(0);
    for level in levels() {
        let mut kernel = Winograd::new(level, case.shape(), &data.weights, None);
        assert!(!kernel.fuse_max_pool());
    }
}

#[test]
fn more_than_bounds_are_not_done_before_a_pool() {
    let case = Case {
        batch: 1,
        inputs: 16,
        outputs: 16,
        kernel: [3, 3],
        input: [8, 8],
        pads_begin: [1, 1],
        pads_end: [1, 1],
    };
    for mut kernel in case.kernels(&case.data(0)) {
        assert!(kernel.absorb(&Follower::Activation(Unary::Sigmoid)));
        assert!(!kernel.fuse_max_pool());
    }
}

/// The transforms multiply, add and cancel; what that costs is bounded by what the plain sum in `f32` loses.
#[test]
fn rounding_stays_near_that_of_the_plain_sum() {
    for kernel in [[3, 3], [1, 3], [1, 5]] {
        let case = Case {
            batch: 1,
            inputs: 128,
            outputs: 32,
            kernel,
            input: [kernel[0] + 7, kernel[1] + 55],
            pads_begin: [0, 0],
            pads_end: [0, 0],
        };
        let data = case.data(7);
        let expected = case.textbook(&data);
        let plain = rms(&case.plain(&data), &expected);
        for kernel in case.kernels(&data) {
            let error = rms(&run(&kernel, &data.input), &expected);
            assert!(
                error <= 4.0 * plain,
                "{:?}: {error:e}, plain {plain:e}",
                kernel.scheme
            );
        }
    }
}

fn rms(actual: &[f32], expected: &[(f64, f64)]) -> f64 {
    let squares: f64 = actual
        .iter()
        .zip(expected)
        .map(|(&y, (e, _))| (f64::from(y) - e).powi(2))
        .sum();
    (squares / actual.len() as f64).sqrt()
}

#[test]
fn few_channels_and_small_planes_do_not_pay() {
    let case = |kernel: [usize; 2], [inputs, outputs]: [usize; 2], extent: usize| Case {
        batch: 1,
        inputs,
        outputs,
        kernel,
        input: [if kernel[0] == 1 { 1 } else { extent }, extent],
        pads_begin: kernel.map(|extent| extent / 2),
        pads_end: kernel.map(|extent| extent / 2),
    };
    for (case, fits) in [
        (case([3, 3], [32, 64], 24), true),
        (case([3, 3], [128, 128], 6), true),
        (case([3, 3], [1, 32], 48), false),
        (case([3, 3], [4, 64], 24), false),
        (case([3, 3], [32, 32], 5), false),
        (case([3, 3], [64, 64], 1), false),
        (case([1, 5], [512, 512], 1188), true),
        (case([1, 3], [256, 128], 149), true),
        (case([1, 3], [16, 16], 1188), false),
        (case([1, 5], [1, 512], 2376), false),
        (case([5, 5], [64, 64], 24), false),
        (case([1, 1], [64, 64], 24), false),
    ] {
        assert_eq!(Winograd::fits(&case.shape()), fits, "{case:?}");
    }
    let strided = ConvShape {
        window: Window {
            strides: [2, 2],
            output: [12, 12],
            ..case([3, 3], [64, 64], 24).shape().window
        },
        ..case([3, 3], [64, 64], 24).shape()
    };
    assert!(!Winograd::fits(&strided));
}

#[test]
fn operations_are_those_of_the_definition() {
    let case = Case {
        batch: 2,
        inputs: 32,
        outputs: 64,
        kernel: [3, 3],
        input: [24, 24],
        pads_begin: [1, 1],
        pads_end: [1, 1],
    };
    let data = case.data(0);
    for level in levels() {
        let kernel = Winograd::new(level, case.shape(), &data.weights, None);
        assert_eq!(kernel.macs(), 2 * 24 * 24 * 64 * 32 * 9);
    }
}
