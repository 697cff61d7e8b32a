use std::ops::Range;

#[cfg(feature = "threads")]
use crate::kernels::divide::Divide;
use crate::{
    buffer::SliceMut,
    kernel::{Follower, Inputs, Kernel},
    kernels::{
        gemm::Strided,
        integer::{
            conv::part,
            requantize::{Requantize, WeightSums},
            tile::{Positions, TileShape, Tiles},
        },
    },
    simd::Level,
};

/// Rows of bytes times a constant `k × n` matrix: `[rows, k]` without sign in, `[rows, n]` in `f32` out, or in bytes
/// without sign once a quantization is absorbed.
#[derive(Debug)]
pub(crate) struct IntegerDense {
    k: usize,
    n: usize,
    tiles: Tiles,
    requantize: Requantize,
}

impl IntegerDense {
    /// `zero_point` is the input's; `multiplier` one per column: the product of the input's scale and the weights'.
    ///
    /// `None` where an extent is zero, a sum could leave the range of 32 bits, or a multiplier is not finite.
    pub(crate) fn new(
        level: Level,
        (k, n): (usize, usize),
        zero_point: u8,
        weights: &[i8],
        strides: Strided,
        bias: Option<&[i32]>,
        multiplier: Vec<f32>,
    ) -> Option<Self> {
        if k == 0 || n == 0 {
            return None;
        }
        let at = |row: usize, column: usize| weights[row * strides.row + column * strides.column];
        let mut sums = vec![WeightSums::default(); n];
        if strides.columns_lie_together(k) {
            for (sums, column) in sums.iter_mut().zip(weights.chunks_exact(k)) {
                sums.extend(column);
            }
        } else {
            for row in 0..k {
                for (column, sums) in sums.iter_mut().enumerate() {
                    sums.extend(&[at(row, column)]);
                }
            }
        }
        let shape = TileShape {
            groups: 1,
            group_outputs: n,
            group_step: 0,
            runs: vec![0],
            run_len: k,
            positions: Positions {
                rows: 1,
                columns: 1,
                row_step: 0,
                column_step: 0,
            },
        };
        let tiles = Tiles::new(level, shape, |column, _, row| at(row, column));
        let requantize = Requantize::new(tiles.lanes(), &sums, zero_point, bias, &multiplier)?;
        Some(Self {
            k,
            n,
            tiles,
            requantize,
        })
    }

    /// Computes the columns of some panels of one row; `output` holds these alone.
    fn run_row(&self, row: &[u8], panels: Range<usize>, output: SliceMut<'_>) {
        self.tiles
            .run_panels(&self.requantize, row, 0..1, panels, output);
    }
}

/// By panels of columns of a single row.
#[cfg(feature = "threads")]
impl Divide for IntegerDense {
    fn nanos(&self) -> u64 {
        // As long as the weights come from the second cache, or from nearer.
        self.macs() / 100
    }

    fn units(&self) -> usize {
        self.tiles.n_panels()
    }

    fn start(&self, unit: usize) -> usize {
        self.tiles.first_channel(unit)
    }

    fn shared_len(&self) -> usize {
        self.scratch_len()
    }

    fn prepare(&self, inputs: &Inputs<'_>, shared: &mut [f32]) {
        if !shared.is_empty() {
            let padded: &mut [u8] = bytemuck::cast_slice_mut(shared);
            padded[..self.k].copy_from_slice(&inputs.get(0)[..self.k]);
        }
    }

    fn run_units(
        &self,
        inputs: &Inputs<'_>,
        shared: &[f32],
        units: Range<usize>,
        output: SliceMut<'_>,
        _: &mut [f32],
    ) {
        let row = match shared {
            [] => inputs.get(0),
            padded => bytemuck::cast_slice(padded),
        };
        self.run_row(row, units, output);
    }
}

impl Kernel for IntegerDense {
    #[cfg(feature = "threads")]
    fn divide(&self) -> Option<&dyn Divide> {
        Some(self)
    }

    fn run(&self, inputs: &Inputs<'_>, mut output: SliceMut<'_>, scratch: &mut [f32]) {
        let whole = self.k.is_multiple_of(4);
        let padded: &mut [u8] = bytemuck::cast_slice_mut(scratch);
        for (index, row) in inputs.get::<u8>(0).chunks_exact(self.k).enumerate() {
            let columns: Range<usize> = index * self.n..(index + 1) * self.n;
            let output = part(output.reborrow(), columns);
            if whole {
                self.run_row(row, 0..self.tiles.n_panels(), output);
            } else {
                padded[..self.k].copy_from_slice(row);
                self.run_row(padded, 0..self.tiles.n_panels(), output);
            }
        }
    }

    fn scratch_len(&self) -> usize {
        if self.k.is_multiple_of(4) {
            0
        } else {
            self.k.div_ceil(4)
        }
    }

    fn macs(&self) -> u64 {
        (self.k as u64).saturating_mul(self.n as u64)
    }

    fn constant_bytes(&self) -> usize {
        self.tiles.constant_bytes() + self.requantize.constant_bytes()
    }

    fn absorb(&mut self, follower: &Follower) -> bool {
        self.requantize.absorb(follower)
    }
}
