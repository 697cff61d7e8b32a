#![expect(
    unsafe_code,
    reason = "tiles of registers are read and written by pointers whose extents are checked at the entry"
)]

use std::ops::Range;

use super::{Rows, Runs, TABLE, Table, Unit, store_f32, store_u8};
use crate::{
    buffer::SliceMut,
    kernels::{
        integer::requantize::{Finish, MAX_LANES, Pointer, Requantize, Target},
        window::ConvShape,
    },
    simd::{Simd, Vectorize},
};

/// A depthwise convolution of all rows at once: what a [`Rows`] may compute from its own bytes before these are written.
#[derive(Debug, Clone)]
pub(crate) struct Columns {
    channels: usize,
    /// Of each channel.
    outputs: usize,
    rows: usize,
    columns: usize,
    /// Per four rows and output of all: the weights of the four.
    weights: Vec<i32>,
    pub(in crate::kernels::integer) requantize: Requantize,
}

/// Outputs of all whose sums are brought into their order at once.
const UNIT: usize = 8;

/// Sums of a strip, in numbers of 32 bits.
const SUMS: usize = 4096;

/// Filters and rows of a tile.
const TILE: usize = 4;

impl Columns {
    /// Whether a convolution is one.
    pub(in crate::kernels::integer) fn suits(shape: &ConvShape) -> bool {
        let window = &shape.window;
        shape.groups > 1
            && shape.group_inputs == 1
            && shape.groups.is_multiple_of(TILE)
            && (shape.groups * shape.group_outputs).is_multiple_of(UNIT)
            && window.kernel == [window.input[0], 1]
            && window.output == [1, window.input[1]]
            && (window.dilations[0] == 1 || window.input[0] == 1)
            && window.strides[1] == 1
            && !window.is_padded()
    }

    /// `requantize` has a lane for each output; `weights` as `[groups · group_outputs, rows]`.
    pub(in crate::kernels::integer) fn new(
        shape: &ConvShape,
        weights: &[i8],
        requantize: Requantize,
    ) -> Self {
        let [rows, columns] = shape.window.input;
        let outputs = shape.groups * shape.group_outputs;
        let weight = |output: usize, row: usize| {
            if row < rows {
                weights[output * rows + row]
            } else {
                0
            }
        };
        Self {
            channels: shape.groups,
            outputs: shape.group_outputs,
            rows,
            columns,
            weights: (0..rows.div_ceil(TILE))
                .flat_map(|four| (0..outputs).map(move |output| (four, output)))
                .map(|(four, output)| {
                    let four = [0, 1, 2, 3].map(|i| weight(output, TILE * four + i) as u8);
                    i32::from_le_bytes(four)
                })
                .collect(),
            requantize,
        }
    }

    pub(in crate::kernels::integer) fn constant_bytes(&self) -> usize {
        size_of_val(&*self.weights) + self.requantize.constant_bytes()
    }

    pub(in crate::kernels::integer) fn positions(&self) -> usize {
        self.columns
    }

    pub(in crate::kernels::integer) fn macs(&self) -> u64 {
        (self.channels * self.outputs * self.rows) as u64 * self.columns as u64
    }

    fn all_outputs(&self) -> usize {
        self.channels * self.outputs
    }

    /// How many positions a strip has.
    fn strip(&self, rows: &Rows) -> usize {
        let table = (TABLE / TILE).saturating_sub(4 * (rows.quads - 1));
        table.min(SUMS / self.all_outputs()) / (2 * MAX_LANES) * (2 * MAX_LANES)
    }

    /// Whether all its input is what `rows` write.
    pub(in crate::kernels::integer) fn follows(&self, rows: &Rows) -> bool {
        let positions = &rows.shape.positions;
        let single = matches!(&rows.shape.runs, Runs::Rows(runs) if runs.len() == 1);
        rows.level.registers() >= 32
            && single
            && rows.shape.outputs == self.channels
            && [positions.rows, positions.columns] == [self.rows, self.columns]
            && self.strip(rows) > 0
    }

    /// Writes the positions of `range`, counted along the only row, to `output`, which holds them alone.
    pub(in crate::kernels::integer) fn run(
        &self,
        (rows, requantize): (&Rows, &Requantize),
        input: &[u8],
        range: Range<usize>,
        mut output: SliceMut<'_>,
    ) {
        assert!(range.end <= self.columns && input.len() >= rows.reach());
        assert!(output.len() >= range.len() * self.all_outputs());
        rows.level.run_with_dot_products(PairRun {
            rows,
            columns: self,
            requantize,
            input,
            target: self.requantize.target(&mut output, self.all_outputs()),
            range,
        });
    }
}

/// Some positions through a [`Rows`] and the [`Columns`] behind it.
struct PairRun<'a> {
    rows: &'a Rows,
    columns: &'a Columns,
    requantize: &'a Requantize,
    input: &'a [u8],
    range: Range<usize>,
    target: Target,
}

#[repr(C, align(64))]
struct Sums([i32; SUMS]);

impl Vectorize for PairRun<'_> {
    #[inline(always)]
    fn run<S: Simd, const NR: usize>(self, simd: S) {
        // Others have too few registers, and are not asked to.
        if S::REGISTERS < 32 {
            return;
        }
        let mut table = Table([0; TABLE]);
        let mut sums = Sums([0; SUMS]);
        let strip = self.columns.strip(self.rows);
        let mut position = self.range.start;
        while position < self.range.end {
            let n = (self.range.end - position).min(strip);
            for four in 0..self.columns.rows.div_ceil(TILE) {
                self.fill(simd, &mut table, (four, position), n);
                for channel in (0..self.columns.channels).step_by(TILE) {
                    // SAFETY: the table and the sums hold `n` positions, of at most a strip.
                    unsafe {
                        if self.requantize.is_unbounded() {
                            self.add::<S, false>(simd, &table, &mut sums, (four, channel), n);
                        } else {
                            self.add::<S, true>(simd, &table, &mut sums, (four, channel), n);
                        }
                    }
                }
            }
            // SAFETY: as above; `run` has checked the output.
            unsafe { self.finish(simd, &sums, position - self.range.start, n) };
            position += n;
        }
    }
}

impl PairRun<'_> {
    /// Makes the table of `n` positions of four rows; of the last row again where there are fewer.
    #[inline(always)]
    fn fill<S: Simd>(
        &self,
        simd: S,
        table: &mut Table,
        (four, position): (usize, usize),
        n: usize,
    ) {
        let Runs::Rows(runs) = &self.rows.shape.runs else {
            return;
        };
        let n_entries = n.next_multiple_of(S::LANES) + 4 * (self.rows.quads - 1);
        for (i, table) in table.0.chunks_exact_mut(TABLE / TILE).enumerate() {
            let row = (TILE * four + i).min(self.columns.rows - 1);
            let start = row * self.rows.shape.positions.row_step + position + runs[0];
            let mut at = 0;
            while at < n_entries {
                // What lies behind the last window of a row is read for positions that nobody wants.
                let from = (start + at).min(self.input.len() - 2 * S::LANES);
                let table = &mut table[at..][..S::LANES];
                // SAFETY: so many bytes are in the input, and so many numbers in the table.
                unsafe {
                    let windows = simd.load_windows(self.input.as_ptr().add(from));
                    simd.store_bytes(windows, table.as_mut_ptr().cast());
                }
                at += S::LANES;
            }
        }
    }

    /// Adds what four filters make of four rows to the sums.
    ///
    /// # Safety
    /// The table holds `n` positions, the sums as many of all outputs.
    #[inline(always)]
    unsafe fn add<S: Simd, const BOUNDED: bool>(
        &self,
        simd: S,
        table: &Table,
        sums: &mut Sums,
        (four, channel): (usize, usize),
        n: usize,
    ) {
        let (rows, columns) = (self.rows, self.columns);
        let initial = self.requantize.initial_of_each::<S, TILE>(simd, channel);
        let finish = Finish::<S, TILE>::of_each(self.requantize, simd, channel);
        let all = columns.all_outputs();
        let outputs = columns.outputs;
        for (vector, at) in (0..n).step_by(S::LANES).enumerate() {
            // SAFETY: the caller's promise; there are weights for all filters and outputs.
            unsafe {
                let tile = self.tile(simd, table, (channel, at), &initial);
                let weights = columns.weights.as_ptr().add(four * all + channel * outputs);
                let to = (vector * all + channel * outputs) * S::LANES;
                let to: *mut u8 = sums.0.as_mut_ptr().add(to).cast();
                unrolled!(o < TILE => {
                    let mut y = [simd.splat_i32(0); TILE];
                    unrolled!(r < TILE => {
                        y[r] = finish.quantized::<BOUNDED>(simd, tile[o][r], o);
                    });
                    let bytes = simd.transpose_bytes(simd.narrow4_interleaved_u8(y));
                    for output in 0..outputs {
                        let index = o * outputs + output;
                        let weight = simd.splat_i32(*weights.add(index));
                        let to = to.add(index * S::LANES * 4);
                        let initial = if four == 0 {
                            simd.splat_i32(columns.requantize.initial_of(channel * outputs + index))
                        } else {
                            simd.load_bytes(to)
                        };
                        simd.store_bytes(simd.dot4(initial, bytes, weight), to);
                    }
                });
            }
        }
        let _ = rows;
    }

    /// The sums of four filters, each at a vector of positions of four rows.
    ///
    /// # Safety
    /// The table holds a vector of positions from `at` on.
    #[inline(always)]
    unsafe fn tile<S: Simd>(
        &self,
        simd: S,
        table: &Table,
        (channel, at): (usize, usize),
        initial: &[S::I32; TILE],
    ) -> [[S::I32; TILE]; TILE] {
        let rows = self.rows;
        let mut sums = [[simd.splat_i32(0); TILE]; TILE];
        unrolled!(o < TILE => { sums[o] = [initial[o]; TILE]; });
        // SAFETY: the caller's promise; a unit has `width` weights for each four bytes of the run.
        unsafe {
            let unit = &rows.units[channel / rows.units[0].width];
            let first = unit.weights + channel - unit.channel;
            let mut weights = rows.weights.as_ptr().add(first);
            let table: *const u8 = table.0.as_ptr().add(at).cast();
            for quad in 0..rows.quads {
                let mut x = [simd.splat_i32(0); TILE];
                unrolled!(r < TILE => {
                    x[r] = simd.load_bytes(table.add(4 * (r * (TABLE / TILE) + 4 * quad)));
                });
                unrolled!(o < TILE => {
                    let w = simd.splat_i32(*weights.add(o));
                    unrolled!(r < TILE => { sums[o][r] = simd.dot4(sums[o][r], x[r], w); });
                });
                weights = weights.add(unit.width);
            }
        }
        sums
    }

    /// Writes `n` positions behind the first `done`.
    ///
    /// # Safety
    /// The sums and the output hold them.
    #[inline(always)]
    unsafe fn finish<S: Simd>(&self, simd: S, sums: &Sums, done: usize, n: usize) {
        const V: usize = 2;
        let columns = self.columns;
        let (all, step) = (columns.all_outputs(), self.target.step);
        for channel in (0..all).step_by(UNIT) {
            let finish = Finish::<S, UNIT>::of_each(&columns.requantize, simd, channel);
            let unit = Unit {
                channel,
                channels: UNIT,
                width: UNIT,
                weights: 0,
            };
            for at in (0..n).step_by(V * S::LANES) {
                let mut tile = [[simd.splat_i32(0); V]; UNIT];
                // SAFETY: the caller's promise; sums are for an even number of vectors.
                unsafe {
                    unrolled!(o < UNIT => {
                        unrolled!(v < V => {
                            let from = ((at / S::LANES + v) * all + channel + o) * S::LANES;
                            tile[o % UNIT][v] = simd.load_bytes(sums.0.as_ptr().add(from).cast());
                        });
                    });
                    let n = (n - at).min(V * S::LANES);
                    match (
                        self.target.to.add((done + at) * step + channel),
                        columns.requantize.is_unbounded(),
                    ) {
                        (Pointer::U8(to), true) => {
                            store_u8::<S, UNIT, V, false>(
                                simd,
                                &finish,
                                &tile,
                                (&unit, n),
                                to,
                                step,
                            );
                        }
                        (Pointer::U8(to), false) => {
                            store_u8::<S, UNIT, V, true>(
                                simd,
                                &finish,
                                &tile,
                                (&unit, n),
                                to,
                                step,
                            );
                        }
                        (Pointer::F32(to), _) => {
                            store_f32::<S, UNIT, V>(simd, &finish, &tile, (&unit, n), to, step);
                        }
                    }
                }
            }
        }
    }
}
