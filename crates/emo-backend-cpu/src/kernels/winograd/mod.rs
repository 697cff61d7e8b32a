//! Convolutions by fewer multiplications.

#![expect(
    unsafe_code,
    reason = "tiles of the input and the output are read and written through pointers"
)]

mod product;
#[cfg(test)]
mod tests;
mod toom_cook;

use std::ops::Range;

use self::{
    product::{Operands, VECTORS, product, rows_of},
    toom_cook::{F2_3, Transform},
};
use crate::{
    buffer::SliceMut,
    kernel::{Follower, Inputs, Kernel},
    kernels::{conv::ConvShape, unary::Unary},
    simd::{Level, Simd, Vectorize},
};

/// Convolution with constant weights by Winograd's minimal filtering, channels last in and out.
///
/// The input is cut into tiles that overlap, one for each tile of outputs. Tiles and filters are transformed,
/// element by element of a tile multiplied and summed over the channels, which is a matrix product for each of
/// the tile's elements, and transformed back.
///
/// [`macs`](Kernel::macs) counts the operations of the convolution as it is defined, not the fewer that are
/// done, so that plans stay comparable.
///
/// # References
/// Winograd (1980), *Arithmetic Complexity of Computations*, SIAM, doi:10.1137/1.9781611970364.
///
/// Lavin and Gray (2016), *Fast Algorithms for Convolutional Neural Networks*, arXiv:1509.09308.
#[derive(Debug)]
pub(crate) struct Winograd {
    level: Level,
    shape: ConvShape,
    scheme: Scheme,
    /// The transformed filters: for each panel of output channels and element of a tile, `[inputs, width]`.
    weights: Vec<f32>,
    /// Rounded up to whole panels.
    bias: Vec<f32>,
    /// Bounds of the outputs.
    clamp: [f32; 2],
    /// What is neither a bound nor nothing.
    activation: Option<Unary>,
    pool: Pool,
    /// A position in the padding.
    zeros: Vec<f32>,
    /// How many tiles are transformed at a time.
    block: usize,
    absorbed: Absorbed,
}

/// Which minimal filter runs along each axis.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Scheme {
    /// `F(2×2, 3×3)`.
    Square3,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Pool {
    None,
    /// The maximum over each tile of 2×2 outputs.
    Max,
}

/// What followed the convolution and is done here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Absorbed {
    Affine,
    Activation,
    Pool,
}

/// Evaluates an expression with the transforms of a [`Scheme`].
macro_rules! with_transforms {
    ($scheme:expr, ($rows:ident, $columns:ident) => $body:expr) => {
        match $scheme {
            Scheme::Square3 => {
                let ($rows, $columns) = (&F2_3, &F2_3);
                $body
            }
        }
    };
}

impl Scheme {
    fn of(shape: &ConvShape) -> Option<Self> {
        let window = &shape.window;
        let plain = window.strides == [1, 1] && window.dilations == [1, 1] && shape.groups == 1;
        match window.kernel {
            [3, 3] if plain => Some(Self::Square3),
            _ => None,
        }
    }

    /// Extents of a tile of inputs.
    fn inputs(self) -> [usize; 2] {
        fn of<
            const N0: usize,
            const M0: usize,
            const R0: usize,
            const N1: usize,
            const M1: usize,
            const R1: usize,
        >(
            _: &Transform<N0, M0, R0>,
            _: &Transform<N1, M1, R1>,
        ) -> [usize; 2] {
            [N0, N1]
        }
        with_transforms!(self, (rows, columns) => of(rows, columns))
    }

    /// Extents of a tile of outputs.
    fn outputs(self) -> [usize; 2] {
        fn of<
            const N0: usize,
            const M0: usize,
            const R0: usize,
            const N1: usize,
            const M1: usize,
            const R1: usize,
        >(
            _: &Transform<N0, M0, R0>,
            _: &Transform<N1, M1, R1>,
        ) -> [usize; 2] {
            [M0, M1]
        }
        with_transforms!(self, (rows, columns) => of(rows, columns))
    }

    /// How many elements a tile of inputs has, and a product for each.
    fn points(self) -> usize {
        self.inputs().iter().product()
    }

    /// Writes the transform of a filter in row-major order.
    fn filter(self, filter: &[f32], transformed: &mut [f64]) {
        with_transforms!(self, (rows, columns) => filter_of(rows, columns, filter, transformed));
    }
}

fn filter_of<
    const N0: usize,
    const M0: usize,
    const R0: usize,
    const N1: usize,
    const M1: usize,
    const R1: usize,
>(
    rows: &Transform<N0, M0, R0>,
    columns: &Transform<N1, M1, R1>,
    filter: &[f32],
    transformed: &mut [f64],
) {
    let mut taps = [[0.0; R0]; N1];
    for (i, row) in filter.chunks_exact(R1).enumerate() {
        let row = columns.filter(std::array::from_fn(|j| f64::from(row[j])));
        for (taps, x) in taps.iter_mut().zip(row) {
            taps[i] = x;
        }
    }
    for (j, taps) in taps.into_iter().enumerate() {
        for (i, x) in rows.filter(taps).into_iter().enumerate() {
            transformed[i * N1 + j] = x;
        }
    }
}

impl Winograd {
    /// Whether a convolution can be computed so and is faster for it.
    pub(crate) fn fits(shape: &ConvShape) -> bool {
        Scheme::of(shape).is_some() && shape.group_inputs >= 16 && shape.group_outputs >= 16
    }

    /// `weights` as `[group_outputs, group_inputs, kernel…]`, of a 3×3 kernel in one group, with strides and dilations of 1.
    pub(crate) fn new(
        level: Level,
        shape: ConvShape,
        weights: &[f32],
        bias: Option<&[f32]>,
    ) -> Self {
        let scheme = Scheme::of(&shape).expect("the shape is one that has a scheme");
        let (inputs, outputs) = (shape.group_inputs, shape.group_outputs);
        let lanes = level.lanes();
        let mut padded_bias = bias.map_or_else(|| vec![0.0; outputs], <[f32]>::to_vec);
        padded_bias.resize(outputs.next_multiple_of(lanes), 0.0);
        let points = scheme.points();
        let mut kernel = Self {
            level,
            shape,
            scheme,
            weights: vec![0.0; points * inputs * padded_bias.len()],
            bias: padded_bias,
            clamp: [f32::NEG_INFINITY, f32::INFINITY],
            activation: None,
            pool: Pool::None,
            zeros: vec![0.0; inputs],
            block: 0,
            absorbed: Absorbed::Affine,
        };
        kernel.block = kernel.block_of();
        let taps = shape.window.kernel.iter().product();
        let mut transformed = vec![0.0; points];
        for output in 0..outputs {
            for input in 0..inputs {
                let filter = &weights[(output * inputs + input) * taps..][..taps];
                scheme.filter(filter, &mut transformed);
                for (point, &x) in transformed.iter().enumerate() {
                    let index = kernel.weight(point, input, output);
                    kernel.weights[index] = x as f32;
                }
            }
        }
        kernel
    }

    fn block_of(&self) -> usize {
        let points = self.scheme.points();
        let tile = points * VECTORS * self.level.lanes();
        let rows = self.rows();
        // The products of a panel stay in a first-level cache of 32 KiB.
        (8192 / tile / rows).max(1) * rows
    }

    /// Rows of the largest register tile.
    fn rows(&self) -> usize {
        struct Rows<'a>(&'a mut usize);
        impl Vectorize for Rows<'_> {
            #[inline(always)]
            fn run<S: Simd, const NR: usize>(self, _: S) {
                *self.0 = rows_of::<S>();
            }
        }
        let mut rows = 0;
        self.level.run(Rows(&mut rows));
        rows
    }

    /// Has each 2×2 outputs reduced to their maximum, as a pool of that window and strides does, after the
    /// activation; `false` leaves the kernel as it is, where the output's extents are odd, or where the activation
    /// is more than bounds.
    pub(crate) fn fuse_max_pool(&mut self) -> bool {
        let whole = self
            .shape
            .window
            .output
            .iter()
            .all(|extent| extent % 2 == 0);
        let fits = self.scheme.outputs() == [2, 2]
            && whole
            && self.activation.is_none()
            && self.pool == Pool::None;
        if fits {
            self.pool = Pool::Max;
            self.absorbed = Absorbed::Pool;
        }
        fits
    }

    /// The first channel and the width of each panel.
    fn panels(&self) -> impl Iterator<Item = (usize, usize)> + use<> {
        let (channels, width) = (self.bias.len(), VECTORS * self.level.lanes());
        (0..channels)
            .step_by(width)
            .map(move |first| (first, width.min(channels - first)))
    }

    /// The index of a weight.
    fn weight(&self, point: usize, input: usize, output: usize) -> usize {
        let inputs = self.shape.group_inputs;
        let panel = VECTORS * self.level.lanes();
        let first = output / panel * panel;
        let width = panel.min(self.bias.len() - first);
        (first * self.scheme.points() + point * width) * inputs + input * width + output - first
    }

    /// Tiles along each axis.
    fn tiles(&self) -> [usize; 2] {
        let [m0, m1] = self.scheme.outputs();
        let [height, width] = self.shape.window.output;
        [height.div_ceil(m0), width.div_ceil(m1)]
    }

    fn output_len(&self) -> usize {
        let [height, width] = self.output_extents();
        self.shape.batch * height * width * self.shape.group_outputs
    }

    fn output_extents(&self) -> [usize; 2] {
        let output = self.shape.window.output;
        match self.pool {
            Pool::None => output,
            Pool::Max => output.map(|extent| extent / 2),
        }
    }

    /// Lengths of the transformed inputs of a block, and of the products of a panel.
    fn scratch_parts(&self) -> [usize; 2] {
        let points = self.scheme.points();
        [self.shape.group_inputs, VECTORS * self.level.lanes()]
            .map(|channels| points * self.block * channels)
    }
}

impl Kernel for Winograd {
    fn run(&self, inputs: &Inputs<'_>, output: SliceMut<'_>, scratch: &mut [f32]) {
        let [height, width] = self.shape.window.input;
        let input_len = self.shape.batch * height * width * self.shape.group_inputs;
        let [transformed, products] = self.scratch_parts();
        let (transformed, scratch) = scratch.split_at_mut(transformed);
        let output = &mut output.of::<f32>()[..self.output_len()];
        self.level.run(Images {
            kernel: self,
            input: &inputs.get(0)[..input_len],
            output,
            transformed,
            products: &mut scratch[..products],
        });
        if let Some(activation) = self.activation {
            activation.apply(output);
        }
    }

    fn scratch_len(&self) -> usize {
        self.scratch_parts().iter().sum()
    }

    fn macs(&self) -> u64 {
        let window = &self.shape.window;
        [
            window.output,
            window.kernel,
            [self.shape.group_inputs, self.shape.group_outputs],
        ]
        .as_flattened()
        .iter()
        .fold(self.shape.batch as u64, |macs, &extent| {
            macs.saturating_mul(extent as u64)
        })
    }

    fn constant_bytes(&self) -> usize {
        size_of_val(&*self.weights) + size_of_val(&*self.bias) + size_of_val(&*self.zeros)
    }

    fn absorb(&mut self, follower: &Follower) -> bool {
        match follower {
            Follower::Affine { scale, shift } if self.absorbed == Absorbed::Affine => {
                let points = self.scheme.points();
                for (output, (scale, shift)) in scale.iter().zip(shift).enumerate() {
                    for point in 0..points {
                        for input in 0..self.shape.group_inputs {
                            let index = self.weight(point, input, output);
                            let weight = &mut self.weights[index];
                            *weight = (f64::from(*weight) * scale) as f32;
                        }
                    }
                    let bias = &mut self.bias[output];
                    *bias = (f64::from(*bias) * scale + shift) as f32;
                }
                true
            }
            Follower::Activation(activation) if self.absorbed == Absorbed::Affine => {
                match *activation {
                    Unary::Relu => self.clamp = [0.0, f32::INFINITY],
                    Unary::Clip { min, max } => self.clamp = [min, max],
                    other => self.activation = Some(other),
                }
                self.absorbed = Absorbed::Activation;
                true
            }
            _ => false,
        }
    }
}

/// All images through a [`Winograd`].
struct Images<'a> {
    kernel: &'a Winograd,
    input: &'a [f32],
    output: &'a mut [f32],
    transformed: &'a mut [f32],
    products: &'a mut [f32],
}

/// A tile's place.
#[derive(Clone, Copy)]
struct Place {
    image: usize,
    row: usize,
    column: usize,
}

impl Vectorize for Images<'_> {
    #[inline(always)]
    fn run<S: Simd, const NR: usize>(mut self, simd: S) {
        let kernel = self.kernel;
        let depth = kernel.shape.group_inputs;
        let points = kernel.scheme.points();
        let [rows, columns] = kernel.tiles();
        let tiles = kernel.shape.batch * rows * columns;
        for block in parts(0..tiles, kernel.block) {
            with_transforms!(kernel.scheme, (rows, columns) => {
                for (index, tile) in block.clone().enumerate() {
                    self.transform_input(simd, (rows, columns), (index, block.len()), tile);
                }
            });
            for (first, width) in kernel.panels() {
                for point in 0..points {
                    let weights = &kernel.weights[(first * points + point * width) * depth..]
                        [..depth * width];
                    for part in parts(0..block.len(), const { rows_of::<S>() }) {
                        let row = point * block.len() + part.start;
                        let a = &self.transformed[row * depth..][..part.len() * depth];
                        let c = &mut self.products[row * width..][..part.len() * width];
                        let operands = Operands {
                            depth,
                            a: a.as_ptr(),
                            b: weights.as_ptr(),
                            c: c.as_mut_ptr(),
                        };
                        // SAFETY: the slices above have the extents of the operands.
                        unsafe { product(simd, part.len(), width / S::LANES, operands) };
                    }
                }
                with_transforms!(kernel.scheme, (rows, columns) => {
                    for (index, tile) in block.clone().enumerate() {
                        self.transform_output(simd, (rows, columns), (index, block.len()), tile, (first, width));
                    }
                });
            }
        }
    }
}

/// Cuts a range into parts of nearly equal length, none longer than `most`.
#[inline(always)]
fn parts(range: Range<usize>, most: usize) -> impl Iterator<Item = Range<usize>> {
    let n = range.len().div_ceil(most);
    let (len, longer) = (range.len() / n.max(1), range.len() % n.max(1));
    (0..n).map(move |part| {
        let start = range.start + part * len + part.min(longer);
        start..start + len + usize::from(part < longer)
    })
}

impl Images<'_> {
    /// Where tile `tile` of all lies.
    #[inline(always)]
    fn place(&self, tile: usize) -> Place {
        let [rows, columns] = self.kernel.tiles();
        let [m0, m1] = self.kernel.scheme.outputs();
        Place {
            image: tile / columns / rows,
            row: tile / columns % rows * m0,
            column: tile % columns * m1,
        }
    }

    /// Transforms a tile into row `index` of the `len` rows of each product.
    #[inline(always)]
    fn transform_input<
        S: Simd,
        const N0: usize,
        const M0: usize,
        const R0: usize,
        const N1: usize,
        const M1: usize,
        const R1: usize,
    >(
        &mut self,
        simd: S,
        transforms: (&Transform<N0, M0, R0>, &Transform<N1, M1, R1>),
        (index, len): (usize, usize),
        tile: usize,
    ) {
        let kernel = self.kernel;
        let channels = kernel.shape.group_inputs;
        let window = &kernel.shape.window;
        let [height, width] = window.input;
        let Place { image, row, column } = self.place(tile);
        let mut from = [[&*kernel.zeros; N1]; N0];
        for (i, from) in from.iter_mut().enumerate() {
            let y = (row + i).wrapping_sub(window.pads_begin[0]);
            for (j, from) in from.iter_mut().enumerate() {
                let x = (column + j).wrapping_sub(window.pads_begin[1]);
                if y < height && x < width {
                    *from =
                        &self.input[((image * height + y) * width + x) * channels..][..channels];
                }
            }
        }
        let step = len * channels;
        let to = &mut self.transformed[index * channels..][..(N0 * N1 - 1) * step + channels];
        let mut channel = 0;
        while channel < channels {
            let n = S::LANES.min(channels - channel);
            let mut d = [[simd.splat(0.0); N1]; N0];
            for (d, from) in d.as_flattened_mut().iter_mut().zip(from.as_flattened()) {
                // SAFETY: each slice holds all channels, of which there are `n` more.
                *d = unsafe {
                    let from = from.as_ptr().add(channel);
                    if n == S::LANES {
                        simd.load(from)
                    } else {
                        simd.load_first(from, n)
                    }
                };
            }
            for (point, &x) in input_of(simd, transforms, d)
                .as_flattened()
                .iter()
                .enumerate()
            {
                // SAFETY: the slice ends with the channels of the last point, of which there are `n` more.
                unsafe {
                    let to = to.as_mut_ptr().add(point * step + channel);
                    if n == S::LANES {
                        simd.store(x, to)
                    } else {
                        simd.store_first(x, to, n)
                    }
                }
            }
            channel += S::LANES;
        }
    }

    /// Transforms row `index` of the `len` rows of each product of a panel into a tile of outputs.
    #[inline(always)]
    fn transform_output<
        S: Simd,
        const N0: usize,
        const M0: usize,
        const R0: usize,
        const N1: usize,
        const M1: usize,
        const R1: usize,
    >(
        &mut self,
        simd: S,
        transforms: (&Transform<N0, M0, R0>, &Transform<N1, M1, R1>),
        (index, len): (usize, usize),
        tile: usize,
        (first, width): (usize, usize),
    ) {
        let kernel = self.kernel;
        let channels = kernel.shape.group_outputs;
        let Place { image, row, column } = self.place(tile);
        let [height, row_len] = kernel.output_extents();
        let [low, high] = kernel.clamp.map(|bound| simd.splat(bound));
        let step = len * width;
        let products = &self.products[index * width..][..(N0 * N1 - 1) * step + width];
        let bias = &kernel.bias[first..][..width];
        for vector in (0..width).step_by(S::LANES) {
            let channel = first + vector;
            let n = S::LANES.min(channels - channel);
            let mut m = [[simd.splat(0.0); N1]; N0];
            for (point, m) in m.as_flattened_mut().iter_mut().enumerate() {
                // SAFETY: the slice ends with the last point's `width` elements, a multiple of the lanes.
                *m = unsafe { simd.load(products.as_ptr().add(point * step + vector)) };
            }
            // SAFETY: the slice holds `width` elements, a multiple of the lanes.
            let bias = unsafe { simd.load(bias.as_ptr().add(vector)) };
            let mut y = output_of(simd, transforms, m);
            for y in y.as_flattened_mut() {
                *y = simd.min(high, simd.max(low, simd.add(*y, bias)));
            }
            let mut store = |row: usize, column: usize, y: S::F32| {
                let to = &mut self.output
                    [((image * height + row) * row_len + column) * channels + channel..][..n];
                // SAFETY: the slice holds `n` elements.
                unsafe {
                    if n == S::LANES {
                        simd.store(y, to.as_mut_ptr());
                    } else {
                        simd.store_first(y, to.as_mut_ptr(), n);
                    }
                }
            };
            match kernel.pool {
                Pool::Max => {
                    let mut largest = simd.splat(f32::NEG_INFINITY);
                    for &y in y.as_flattened() {
                        largest = simd.max(y, largest);
                    }
                    store(row / 2, column / 2, largest);
                }
                Pool::None => {
                    for (i, y) in y.iter().enumerate() {
                        for (j, &y) in y.iter().enumerate() {
                            if row + i < height && column + j < row_len {
                                store(row + i, column + j, y);
                            }
                        }
                    }
                }
            }
        }
    }
}

/// `Bᵀ d B`.
#[inline(always)]
fn input_of<
    S: Simd,
    const N0: usize,
    const M0: usize,
    const R0: usize,
    const N1: usize,
    const M1: usize,
    const R1: usize,
>(
    simd: S,
    (rows, columns): (&Transform<N0, M0, R0>, &Transform<N1, M1, R1>),
    mut d: [[S::F32; N1]; N0],
) -> [[S::F32; N1]; N0] {
    for d in &mut d {
        *d = columns.input(simd, *d);
    }
    for j in 0..N1 {
        let mut column = [d[0][0]; N0];
        for (x, d) in column.iter_mut().zip(&d) {
            *x = d[j];
        }
        let column = rows.input(simd, column);
        for (d, x) in d.iter_mut().zip(column) {
            d[j] = x;
        }
    }
    d
}

/// `Aᵀ m A`.
#[inline(always)]
fn output_of<
    S: Simd,
    const N0: usize,
    const M0: usize,
    const R0: usize,
    const N1: usize,
    const M1: usize,
    const R1: usize,
>(
    simd: S,
    (rows, columns): (&Transform<N0, M0, R0>, &Transform<N1, M1, R1>),
    m: [[S::F32; N1]; N0],
) -> [[S::F32; M1]; M0] {
    let mut y = [[m[0][0]; M1]; M0];
    let mut halves = [[m[0][0]; M1]; N0];
    for (half, m) in halves.iter_mut().zip(m) {
        *half = columns.output(simd, m);
    }
    for j in 0..M1 {
        let mut column = [m[0][0]; N0];
        for (x, half) in column.iter_mut().zip(&halves) {
            *x = half[j];
        }
        for (y, x) in y.iter_mut().zip(rows.output(simd, column)) {
            y[j] = x;
        }
    }
    y
}
