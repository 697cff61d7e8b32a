//! Every kernel that can be cut gives the same bits in any parts, by any threads.

use proptest::prelude::*;

use super::{Division, MAX_PARTS};
use crate::{
    buffer::{Slice, SliceMut},
    kernel::{Follower, Inputs, Kernel},
    kernels::{
        dense::Dense,
        direct::DirectConv,
        gemm::Strided,
        integer::{IntegerConv, IntegerDense},
        oracle::{axis, values, window},
        team::Team,
        unary::Unary,
        window::{ConvShape, Window},
        winograd::Winograd,
    },
    simd::{Level, levels},
};

/// What a kernel reads.
enum Operand {
    F32(Vec<f32>),
    U8(Vec<u8>),
}

/// What it writes, and what is there before.
#[derive(Debug, PartialEq)]
enum Output {
    F32(Vec<u32>),
    U8(Vec<u8>),
}

fn output(quantized: bool, len: usize, run: impl FnOnce(SliceMut<'_>)) -> Output {
    if quantized {
        let mut output = vec![77; len];
        run(SliceMut::U8(&mut output));
        Output::U8(output)
    } else {
        let mut output = vec![f32::NAN; len];
        run(SliceMut::F32(&mut output));
        Output::F32(output.into_iter().map(f32::to_bits).collect())
    }
}

/// Holds a kernel in parts to the whole.
fn check(
    kernel: &dyn Kernel,
    operand: &Operand,
    (quantized, len): (bool, usize),
    (threads, parts): (usize, usize),
    team: &Team,
) -> Result<(), TestCaseError> {
    let slice = match operand {
        Operand::F32(x) => Slice::F32(x),
        Operand::U8(x) => Slice::U8(x),
    };
    let slices = [slice];
    let inputs = Inputs::Folded(&slices);
    // Scratch memory holds what another kernel left there.
    let mut scratch = vec![f32::NAN; kernel.scratch_len()];
    let whole = output(quantized, len, |output| {
        kernel.run(&inputs, output, &mut scratch)
    });

    let divide = kernel.divide().unwrap();
    prop_assert_eq!(divide.start(0), 0);
    let Some(division) = Division::into_parts(divide, len, threads, parts) else {
        prop_assert!(parts.min(divide.units()) < 2 || divide.start(divide.units()) != len);
        return Ok(());
    };
    let mut scratch = vec![f32::NAN; division.scratch_len(divide)];
    let cut = output(quantized, len, |output| {
        assert!(division.run(divide, team, &inputs, output, &mut scratch));
    });
    prop_assert_eq!(cut, whole, "{:?} in {} parts", kernel, division.parts);
    Ok(())
}

fn bytes(seed: u64, len: usize) -> Vec<u8> {
    let values = values(seed, len).into_iter();
    values.map(|x| (x * 127.0 + 128.0) as u8).collect()
}

fn weights(seed: u64, len: usize) -> Vec<i8> {
    let values = values(seed, len).into_iter();
    values.map(|x| (x * 127.0) as i8).collect()
}

fn followers(tail: u8, channels: usize, seed: u64) -> Vec<Follower> {
    let affine = || Follower::Affine {
        scale: values(seed, channels).into_iter().map(f64::from).collect(),
        shift: values(!seed, channels).into_iter().map(f64::from).collect(),
        inner: 1,
    };
    match tail {
        0 => vec![],
        1 => vec![affine()],
        2 => vec![Follower::Activation(Unary::Relu)],
        _ => vec![affine(), Follower::Activation(Unary::Tanh)],
    }
}

fn threads_and_parts() -> impl Strategy<Value = (usize, usize)> {
    (2_usize..4, 2..=MAX_PARTS)
}

fn conv_shape(
    (batch, groups, group_inputs, group_outputs): (usize, usize, usize, usize),
    window: Window,
) -> ConvShape {
    ConvShape {
        batch,
        groups,
        group_inputs,
        group_outputs,
        window,
    }
}

struct Extents {
    inputs: usize,
    weights: usize,
    outputs: usize,
    channels: usize,
}

fn extents(shape: &ConvShape) -> Extents {
    let area = |extents: [usize; 2]| extents[0] * extents[1];
    let channels = shape.groups * shape.group_outputs;
    Extents {
        inputs: shape.batch * area(shape.window.input) * shape.groups * shape.group_inputs,
        weights: channels * shape.group_inputs * area(shape.window.kernel),
        outputs: shape.batch * area(shape.window.output) * channels,
        channels,
    }
}

fn any_level() -> impl Strategy<Value = Level> {
    (0..levels().len()).prop_map(|index| levels()[index])
}

/// Window axes of a kernel 3 or 5 wide, or 1, with strides and dilations of 1.
fn plain_axis(kernel: usize, extra: usize, pad: bool) -> [usize; 6] {
    let pad = usize::from(pad) * (kernel / 2);
    [kernel, 1, 1, kernel + extra, pad, pad]
}

proptest! {
    #[test]
    fn direct_convolutions(
        level in any_level(),
        rows in axis(),
        columns in axis(),
        channels in prop_oneof![
            (1_usize..3, Just(1_usize), 1_usize..6, 1_usize..40),
            (1_usize..3, 2_usize..40, Just(1_usize), 1_usize..4),
        ],
        tail in 0_u8..4,
        cut in threads_and_parts(),
        seed: u64,
    ) {
        let shape = conv_shape(channels, window(rows, columns));
        let Extents { inputs, weights, outputs, channels } = extents(&shape);
        let weights = values(seed, weights);
        let mut kernel = DirectConv::new(level, shape, &weights, Some(&values(!seed, channels)));
        for follower in followers(tail, channels, seed) {
            prop_assert!(kernel.absorb(&follower));
        }
        let team = Team::new(cut.0).unwrap();
        check(&kernel, &Operand::F32(values(seed ^ 1, inputs)), (false, outputs), cut, &team)?;
    }

    #[test]
    fn minimal_filtering(
        level in any_level(),
        (kernel, extra, pad) in ((0_usize..3), (0_usize..14, 0_usize..30), any::<bool>()),
        channels in (1_usize..3, Just(1_usize), 1_usize..20, 1_usize..40),
        (tail, pool) in (0_u8..4, any::<bool>()),
        cut in threads_and_parts(),
        seed: u64,
    ) {
        let (rows, columns) = match kernel {
            0 => (plain_axis(3, extra.0, pad), plain_axis(3, extra.1, pad)),
            1 => (plain_axis(1, extra.0, pad), plain_axis(3, extra.1, pad)),
            _ => (plain_axis(1, 0, pad), plain_axis(5, extra.1, pad)),
        };
        let shape = conv_shape(channels, window(rows, columns));
        let Extents { inputs, weights, mut outputs, channels } = extents(&shape);
        let weights = values(seed, weights);
        let mut kernel = Winograd::new(level, shape, &weights, Some(&values(!seed, channels)));
        for follower in followers(tail, channels, seed) {
            prop_assert!(kernel.absorb(&follower));
        }
        if pool && kernel.fuse_max_pool() {
            outputs /= 4;
        }
        let team = Team::new(cut.0).unwrap();
        check(&kernel, &Operand::F32(values(seed ^ 1, inputs)), (false, outputs), cut, &team)?;
    }

    #[test]
    fn dense_layers(
        level in any_level(),
        (k, n) in (1_usize..80, 1_usize..400),
        tail in 0_u8..4,
        cut in threads_and_parts(),
        seed: u64,
    ) {
        let weights = values(seed, k * n);
        let strides = Strided { row: n, column: 1 };
        let mut kernel = Dense::new(level, (k, n), (&weights, strides, 1.0), None, values(!seed, n));
        for follower in followers(tail, n, seed) {
            prop_assert!(kernel.absorb(&follower));
        }
        let team = Team::new(cut.0).unwrap();
        check(&kernel, &Operand::F32(values(seed ^ 1, k)), (false, n), cut, &team)?;
    }

    #[test]
    fn convolutions_of_bytes(
        level in any_level(),
        rows in axis(),
        columns in axis(),
        channels in prop_oneof![
            (1_usize..3, Just(1_usize), 1_usize..6, 1_usize..40),
            (Just(1_usize), 2_usize..70, Just(1_usize), 1_usize..3),
            (Just(1_usize), Just(1_usize), Just(1_usize), 1_usize..10),
        ],
        quantized: bool,
        cut in threads_and_parts(),
        seed: u64,
    ) {
        let shape = conv_shape(channels, window(rows, columns));
        let Extents { inputs, weights: n_weights, outputs, channels } = extents(&shape);
        let weights = weights(seed, n_weights);
        let multiplier = vec![0.01; channels];
        let mut kernel = IntegerConv::new(level, shape, 99, &weights, None, multiplier).unwrap();
        if quantized {
            let follower = Follower::Quantize { scale: 0.3, zero_point: 120 };
            prop_assert!(kernel.absorb(&follower));
        }
        let team = Team::new(cut.0).unwrap();
        check(&kernel, &Operand::U8(bytes(seed ^ 1, inputs)), (quantized, outputs), cut, &team)?;
    }

    #[test]
    fn dense_layers_of_bytes(
        level in any_level(),
        (k, n) in (1_usize..80, 1_usize..400),
        quantized: bool,
        cut in threads_and_parts(),
        seed: u64,
    ) {
        let weights = weights(seed, k * n);
        let strides = Strided { row: n, column: 1 };
        let multiplier = vec![0.01; n];
        let mut kernel =
            IntegerDense::new(level, (k, n), 99, &weights, strides, None, multiplier).unwrap();
        if quantized {
            let follower = Follower::Quantize { scale: 0.3, zero_point: 120 };
            prop_assert!(kernel.absorb(&follower));
        }
        let team = Team::new(cut.0).unwrap();
        check(&kernel, &Operand::U8(bytes(seed ^ 1, k)), (quantized, n), cut, &team)?;
    }
}

#[test]
fn small_steps_stay_whole() {
    let level = Level::detect();
    let strides = Strided {
        row: 100,
        column: 1,
    };
    let small = Dense::new(
        level,
        (640, 100),
        (&[0.5; 64_000], strides, 1.0),
        None,
        vec![0.0; 100],
    );
    assert_eq!(Division::of(&small, 100, 8), None);
    let large = Dense::new(
        level,
        (40_000, 100),
        (&vec![0.5; 4_000_000], strides, 1.0),
        None,
        vec![0.0; 100],
    );
    assert_eq!(Division::of(&large, 100, 1), None);
    assert!(Division::of(&large, 100, 8).is_some());
}
