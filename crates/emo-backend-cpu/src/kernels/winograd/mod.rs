//! Convolutions by fewer multiplications.

#![expect(
    unsafe_code,
    reason = "the register tile of the products is handed pointers"
)]

mod product;
mod scheme;
#[cfg(test)]
mod tests;
mod tile;
mod toom_cook;

use std::ops::Range;

use self::{
    product::{DEPTH, Operands, To, VECTORS, product, rows_of},
    scheme::{Scheme, with_tile},
    tile::Place,
    toom_cook::FILTERS,
};
#[cfg(feature = "threads")]
use crate::kernels::divide::Divide;
use crate::{
    buffer::SliceMut,
    kernel::{Follower, Inputs, Kernel},
    kernels::{
        unary::{InPlace, Unary},
        window::ConvShape,
    },
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

impl Winograd {
    /// Whether a convolution can be computed so and is faster for it.
    pub(crate) fn fits(shape: &ConvShape) -> bool {
        Scheme::of(shape).is_some_and(|scheme| scheme.pays(shape))
    }

    /// `weights` as `[group_outputs, group_inputs, kernel…]`, for a kernel of 3×3, 3 or 5 in one group, with strides and
    /// dilations of 1.
    pub(crate) fn new(
        level: Level,
        shape: ConvShape,
        weights: &[f32],
        bias: Option<&[f32]>,
    ) -> Self {
        let scheme = Scheme::of(&shape).expect("the shape is one that has a scheme");
        Self::with_scheme(level, shape, scheme, weights, bias)
    }

    fn with_scheme(
        level: Level,
        shape: ConvShape,
        scheme: Scheme,
        weights: &[f32],
        bias: Option<&[f32]>,
    ) -> Self {
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
        let mut filters = vec![[0.0; FILTERS]; taps];
        let mut transformed = vec![[0.0; FILTERS]; points];
        for (first, width) in kernel.panels() {
            let panel = &mut kernel.weights[first * points * inputs..][..width * points * inputs];
            let end = outputs.min(first + width);
            for block in (first..end).step_by(FILTERS) {
                let n_filters = FILTERS.min(end - block);
                for input in 0..inputs {
                    for (lane, output) in (block..block + n_filters).enumerate() {
                        let filter = &weights[(output * inputs + input) * taps..][..taps];
                        for (side_by_side, &tap) in filters.iter_mut().zip(filter) {
                            side_by_side[lane] = tap.into();
                        }
                    }
                    scheme.transform_filters(shape.window.kernel, &filters, &mut transformed);
                    for (point, transformed) in transformed.iter().enumerate() {
                        let row = (point * inputs + input) * width + block - first;
                        let row = &mut panel[row..][..n_filters];
                        for (weight, &x) in row.iter_mut().zip(transformed) {
                            *weight = x as f32;
                        }
                    }
                }
            }
        }
        kernel
    }

    /// As many tiles as leave the products of a panel in a first-level cache of 32 KiB.
    fn block_of(&self) -> usize {
        const CACHE: usize = (32 << 10) / size_of::<f32>();
        let tile = self.scheme.points() * VECTORS * self.level.lanes();
        let rows = self.rows();
        (CACHE / tile / rows).max(1) * rows
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
        let fits = self.scheme.outputs().iter().all(|extent| extent % 2 == 0)
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

    fn output_extents(&self) -> [usize; 2] {
        let output = self.shape.window.output;
        match self.pool {
            Pool::None => output,
            Pool::Max => output.map(|extent| extent / 2),
        }
    }

    /// How many tiles a unit of the output has: as many as lie side by side, or a single one where none lies below
    /// another one's first row.
    fn unit(&self) -> usize {
        match self.scheme.outputs() {
            [1, _] => 1,
            _ => self.scheme.tiles(&self.shape)[1],
        }
    }

    /// Where the outputs of the units from `unit` on begin, which are one behind the other.
    fn start(&self, unit: usize) -> usize {
        let [rows, columns] = self.scheme.tiles(&self.shape);
        let [tile_rows, tile_columns] = self.scheme.outputs();
        let [height, width] = self.output_extents();
        // A fused pool leaves one of two rows, and of two columns.
        let shrink = match self.pool {
            Pool::None => 1,
            Pool::Max => 2,
        };
        let tile = unit * self.unit();
        let image = tile / (rows * columns);
        let row = tile / columns % rows * tile_rows / shrink;
        let column = tile % columns * tile_columns / shrink;
        let position = (image * height + row.min(height)) * width + column.min(width);
        position * self.shape.group_outputs
    }

    /// Computes some units, of which `output` holds the outputs alone.
    fn run_part(
        &self,
        input: &[f32],
        units: Range<usize>,
        output: &mut [f32],
        scratch: &mut [f32],
    ) {
        let [height, width] = self.shape.window.input;
        let input_len = self.shape.batch * height * width * self.shape.group_inputs;
        let [transformed, products] = self.scratch_parts();
        let (transformed, scratch) = scratch.split_at_mut(transformed);
        let start = self.start(units.start);
        let output = &mut output[..self.start(units.end) - start];
        self.level.run(Images {
            kernel: self,
            input: &input[..input_len],
            tiles: units.start * self.unit()..units.end * self.unit(),
            start,
            output,
            transformed,
            products: &mut scratch[..products],
        });
        if let Some(activation) = self.activation {
            self.level.run(InPlace {
                function: activation,
                values: output,
            });
        }
    }

    fn n_units(&self) -> usize {
        let tiles: usize = self.scheme.tiles(&self.shape).iter().product();
        self.shape.batch * tiles / self.unit()
    }

    /// Lengths of the transformed inputs of a block, and of the products of a panel.
    fn scratch_parts(&self) -> [usize; 2] {
        let points = self.scheme.points();
        [self.shape.group_inputs, VECTORS * self.level.lanes()]
            .map(|channels| points * self.block * channels)
    }
}

/// By rows of tiles, or by tiles of a single row.
#[cfg(feature = "threads")]
impl Divide for Winograd {
    fn nanos(&self) -> u64 {
        self.macs() / 150
    }

    fn units(&self) -> usize {
        self.n_units()
    }

    fn start(&self, unit: usize) -> usize {
        self.start(unit)
    }

    fn units_scratch_len(&self) -> usize {
        self.scratch_len()
    }

    fn run_units(
        &self,
        inputs: &Inputs<'_>,
        _: &[f32],
        units: Range<usize>,
        output: SliceMut<'_>,
        scratch: &mut [f32],
    ) {
        self.run_part(inputs.get(0), units, output.of(), scratch);
    }
}

impl Kernel for Winograd {
    #[cfg(feature = "threads")]
    fn divide(&self) -> Option<&dyn Divide> {
        Some(self)
    }

    fn run(&self, inputs: &Inputs<'_>, output: SliceMut<'_>, scratch: &mut [f32]) {
        self.run_part(inputs.get(0), 0..self.n_units(), output.of(), scratch);
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
            Follower::Affine { scale, shift, .. } if self.absorbed == Absorbed::Affine => {
                let depth = self.scheme.points() * self.shape.group_inputs;
                for (first, width) in self.panels() {
                    let panel = &mut self.weights[first * depth..][..width * depth];
                    for row in panel.chunks_exact_mut(width) {
                        for (weight, scale) in row.iter_mut().zip(&scale[first..]) {
                            *weight = (f64::from(*weight) * scale) as f32;
                        }
                    }
                }
                for (bias, (scale, shift)) in self.bias.iter_mut().zip(scale.iter().zip(shift)) {
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
            Follower::MaxPool(window) => {
                let is_tile = window.kernel == [2, 2]
                    && window.strides == [2, 2]
                    && window.dilations == [1, 1]
                    && window.pads_begin == [0, 0]
                    && window.pads_end == [0, 0];
                is_tile && self.fuse_max_pool()
            }
            _ => false,
        }
    }
}

/// Some tiles of all images through a [`Winograd`].
struct Images<'a> {
    kernel: &'a Winograd,
    input: &'a [f32],
    tiles: Range<usize>,
    /// Where `output` begins in that of all tiles.
    start: usize,
    /// Of these tiles.
    output: &'a mut [f32],
    transformed: &'a mut [f32],
    products: &'a mut [f32],
}

impl Vectorize for Images<'_> {
    #[inline(always)]
    fn run<S: Simd, const NR: usize>(mut self, simd: S) {
        let kernel = self.kernel;
        for block in parts(self.tiles.clone(), kernel.block) {
            with_tile!(kernel.scheme, tile => {
                for place in self.places(block.clone()) {
                    tile.transform_input(simd, &mut self, place);
                }
            });
            for (first, width) in kernel.panels() {
                self.multiply(simd, block.len(), (first, width));
                with_tile!(kernel.scheme, tile => {
                    for place in self.places(block.clone()) {
                        tile.transform_output(simd, &mut self, place, (first, width));
                    }
                });
            }
        }
    }
}

impl Images<'_> {
    /// Where the tiles of a block lie.
    #[inline(always)]
    fn places(&self, block: Range<usize>) -> impl Iterator<Item = Place> + use<> {
        let scheme = self.kernel.scheme;
        let [rows, columns] = scheme.tiles(&self.kernel.shape);
        let [tile_rows, tile_columns] = scheme.outputs();
        let len = block.len();
        let mut column = block.start % columns;
        let mut row = block.start / columns % rows;
        let mut image = block.start / columns / rows;
        (0..len).map(move |index| {
            let place = Place {
                image,
                row: row * tile_rows,
                column: column * tile_columns,
                index,
                len,
            };
            column += 1;
            if column == columns {
                column = 0;
                row += 1;
            }
            if row == rows {
                row = 0;
                image += 1;
            }
            place
        })
    }

    /// The products of `tiles` transformed tiles and the transformed filters of the `width` channels from `first` on,
    /// a panel.
    #[inline(always)]
    fn multiply<S: Simd>(&mut self, simd: S, tiles: usize, (first, width): (usize, usize)) {
        let kernel = self.kernel;
        let depth = kernel.shape.group_inputs;
        let points = kernel.scheme.points();
        let weights = &kernel.weights[first * points * depth..][..points * depth * width];
        for point in 0..points {
            let b = &weights[point * depth * width..][..depth * width];
            for start in (0..depth).step_by(DEPTH) {
                let end = depth.min(start + DEPTH);
                let b = &b[start * width..end * width];
                for part in parts(0..tiles, const { rows_of::<S>() }) {
                    let row = point * tiles + part.start;
                    let a = &self.transformed[row * depth..][..part.len() * depth];
                    let c = &mut self.products[row * width..][..part.len() * width];
                    let operands = Operands {
                        depth: end - start,
                        a: a[start..].as_ptr(),
                        a_step: depth,
                        b: b.as_ptr(),
                        c: c.as_mut_ptr(),
                        to: if start == 0 { To::Write } else { To::Add },
                    };
                    // SAFETY: the slices have the extents of the operands.
                    unsafe { product(simd, part.len(), width / S::LANES, operands) };
                }
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
