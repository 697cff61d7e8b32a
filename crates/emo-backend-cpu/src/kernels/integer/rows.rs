#![expect(
    unsafe_code,
    reason = "tiles of registers are read and written by pointers whose extents are checked at the entry"
)]

mod pair;

use std::ops::Range;

use crate::{
    buffer::SliceMut,
    kernels::integer::{
        requantize::{Finish, MAX_LANES, Pointer, Requantize, Target},
        tile::Positions,
    },
    simd::{Level, Simd, Vectorize},
};

pub(crate) use pair::Columns;

/// Products of the bytes of a single channel with constant weights, for so few output channels that these would
/// leave vectors half empty.
///
/// Vectors run over the positions of a row instead. A table holds the four bytes from each byte of the row on, so
/// that one load gives successive positions four bytes of their windows, and one broadcast of four weights serves
/// all positions. Where the kernel has a single column, the four bytes are those of four of its rows.
#[derive(Debug)]
pub(super) struct Rows {
    level: Level,
    shape: RowShape,
    units: Vec<Unit>,
    /// Per unit, run and four bytes of a run: four bytes for each output of the unit.
    weights: Vec<i32>,
    /// How many groups of four bytes a run has.
    quads: usize,
    /// How many entries of the table a run takes.
    step: usize,
    /// How many positions the table serves.
    strip: usize,
}

/// What a [`Rows`] reads and writes.
#[derive(Debug)]
pub(super) struct RowShape {
    pub(super) outputs: usize,
    pub(super) runs: Runs,
    /// Bytes of the kernel in a run.
    pub(super) run_len: usize,
    /// Side by side in a row.
    pub(super) positions: Positions,
}

/// Where the bytes of each run lie, relative to its position's start.
#[derive(Debug)]
pub(super) enum Runs {
    /// Side by side, from here on.
    Rows(Vec<usize>),
    /// Four of different rows, of which the last may be one row several times.
    Columns(Vec<[usize; 4]>),
}

impl Runs {
    fn len(&self) -> usize {
        match self {
            Self::Rows(runs) => runs.len(),
            Self::Columns(runs) => runs.len(),
        }
    }

    /// How many rows of the kernel they are, at most.
    fn rows(&self) -> usize {
        match self {
            Self::Rows(runs) => runs.len(),
            Self::Columns(runs) => 4 * runs.len(),
        }
    }
}

/// Some outputs whose sums are in registers at once.
#[derive(Debug, Clone, Copy)]
struct Unit {
    /// The first one, which is that of its lane as well.
    channel: usize,
    channels: usize,
    /// 4 or 8: the weights of outputs that do not exist are zero.
    width: usize,
    /// Where its weights start.
    weights: usize,
}

/// How many entries the table has: it stays in a first-level cache.
const TABLE: usize = 2048;

/// The most positions of a tile.
const TILE: usize = 4 * MAX_LANES;

#[derive(Debug)]
#[repr(C, align(64))]
struct Table([i32; TABLE]);

/// The largest and the usual tile of these registers: so many vectors of positions.
const fn vectors(registers: usize, width: usize) -> usize {
    if registers < 32 || width == 8 { 2 } else { 4 }
}

impl RowShape {
    fn quads(&self) -> usize {
        self.run_len.div_ceil(4)
    }

    /// How many entries of the table a run takes, and how many positions these serve: whole tiles.
    fn strip(&self) -> Option<(usize, usize)> {
        let step = TABLE / self.runs.len() / MAX_LANES * MAX_LANES;
        let strip = step.checked_sub(4 * (self.quads() - 1))? / TILE * TILE;
        (strip > 0).then_some((step, strip))
    }

    /// Whether vectors over positions compute this with fewer instructions than vectors over `outputs`.
    pub(super) fn pays(&self, level: Level) -> bool {
        let quads = self.quads();
        let width = self.outputs.next_multiple_of(4);
        let tile = vectors(level.registers(), width.min(8)) * level.lanes();
        // Products; four instructions for the table; two to bring a vector of sums into the order of channels.
        let own = self.runs.len() * (quads * width + 4) + 2 * width;
        let others = self.runs.rows() * quads * self.outputs.next_multiple_of(level.lanes());
        let columns = self.positions.columns;
        self.strip().is_some()
            && own
                .saturating_mul(columns.div_ceil(tile))
                .saturating_mul(tile)
                < others.saturating_mul(columns)
    }
}

impl Rows {
    /// `weight` gives that of an output at a byte of a run. `None` where the table cannot hold the windows of a tile.
    pub(super) fn new(
        level: Level,
        shape: RowShape,
        weight: impl Fn(usize, usize, usize) -> i8,
    ) -> Option<Self> {
        let quads = shape.quads();
        let (step, strip) = shape.strip()?;
        let mut units = Vec::new();
        let (mut channel, mut n_weights) = (0, 0);
        while channel < shape.outputs {
            let left = shape.outputs - channel;
            let width = if left > 4 && level.registers() >= 32 {
                8
            } else {
                4
            };
            units.push(Unit {
                channel,
                channels: left.min(width),
                width,
                weights: n_weights,
            });
            channel += width;
            n_weights += shape.runs.len() * quads * width;
        }
        let mut weights = Vec::with_capacity(n_weights);
        for unit in &units {
            for run in 0..shape.runs.len() {
                for quad in 0..quads {
                    for output in 0..unit.width {
                        let bytes = [0, 1, 2, 3].map(|i| {
                            let byte = 4 * quad + i;
                            if output < unit.channels && byte < shape.run_len {
                                weight(unit.channel + output, run, byte)
                            } else {
                                0
                            }
                        });
                        weights.push(i32::from_le_bytes(bytes.map(|byte| byte as u8)));
                    }
                }
            }
        }
        Some(Self {
            level,
            shape,
            units,
            weights,
            quads,
            step,
            strip,
        })
    }

    /// The channel of each lane.
    pub(super) fn lanes(&self) -> impl Iterator<Item = Option<usize>> {
        let width = self
            .units
            .last()
            .map_or(0, |unit| unit.channel + unit.width);
        let outputs = self.shape.outputs;
        (0..width).map(move |lane| (lane < outputs).then_some(lane))
    }

    pub(super) fn constant_bytes(&self) -> usize {
        size_of_val(&*self.weights) + size_of_val(&*self.units)
    }

    pub(super) fn positions(&self) -> usize {
        self.shape.positions.len()
    }

    /// By how much reading of runs in rows reaches beyond what windows cover.
    pub(super) fn spare(level: Level) -> usize {
        2 * level.lanes()
    }

    /// How many bytes of input are read.
    fn reach(&self) -> usize {
        let shape = &self.shape;
        let last = shape.positions.start(shape.positions.len() - 1);
        last + match &shape.runs {
            Runs::Rows(runs) => {
                let spare = 4 * (self.quads - 1) + Self::spare(self.level);
                runs.iter().max().unwrap_or(&0) + spare
            }
            Runs::Columns(runs) => runs.iter().flatten().max().unwrap_or(&0) + 1,
        }
    }

    /// Writes the positions of `range` to `output`, which holds them alone.
    pub(super) fn run(
        &self,
        requantize: &Requantize,
        input: &[u8],
        range: Range<usize>,
        mut output: SliceMut<'_>,
    ) {
        assert!(range.end <= self.positions() && input.len() >= self.reach());
        assert!(output.len() >= range.len() * self.shape.outputs);
        self.level.run_with_dot_products(RowsRun {
            rows: self,
            requantize,
            input,
            target: requantize.target(&mut output, self.shape.outputs),
            range,
        });
    }
}

/// Some positions through a [`Rows`].
struct RowsRun<'a> {
    rows: &'a Rows,
    requantize: &'a Requantize,
    input: &'a [u8],
    range: Range<usize>,
    target: Target,
}

impl Vectorize for RowsRun<'_> {
    #[inline(always)]
    fn run<S: Simd, const NR: usize>(self, simd: S) {
        let mut table = Table([0; TABLE]);
        let columns = self.rows.shape.positions.columns;
        let mut position = self.range.start;
        while position < self.range.end {
            let left = (columns - position % columns).min(self.range.end - position);
            let n = left.min(self.rows.strip);
            self.fill(simd, &mut table, position, n);
            let done = position - self.range.start;
            for unit in &self.rows.units {
                // SAFETY: the table holds `n` positions, of at most `strip`; `run` has checked the output.
                unsafe {
                    match unit.width {
                        8 if S::REGISTERS >= 32 => {
                            self.strip::<S, 8, 2>(simd, &table, unit, (done, n));
                        }
                        _ if S::REGISTERS >= 32 => {
                            self.strip::<S, 4, 4>(simd, &table, unit, (done, n));
                        }
                        _ => self.strip::<S, 4, 2>(simd, &table, unit, (done, n)),
                    }
                }
            }
            position += n;
        }
    }
}

impl RowsRun<'_> {
    /// Makes the table of `n` positions.
    #[inline(always)]
    fn fill<S: Simd>(&self, simd: S, table: &mut Table, position: usize, n: usize) {
        let rows = self.rows;
        let start = rows.shape.positions.start(position);
        let tables = table.0.chunks_mut(rows.step);
        match &rows.shape.runs {
            Runs::Rows(runs) => {
                let n_entries = n + 4 * (rows.quads - 1);
                for (run, table) in runs.iter().zip(tables) {
                    let bytes = &self.input[start + run..][..n_entries - 1 + 2 * S::LANES];
                    let table = &mut table[..n_entries.next_multiple_of(S::LANES)];
                    for (at, table) in table.chunks_exact_mut(S::LANES).enumerate() {
                        // SAFETY: a vector of entries starts below `n_entries`, and `2 · LANES` bytes follow its
                        // start.
                        unsafe {
                            let windows = simd.load_windows(bytes.as_ptr().add(at * S::LANES));
                            simd.store_bytes(windows, table.as_mut_ptr().cast());
                        }
                    }
                }
            }
            Runs::Columns(runs) => {
                for (run, table) in runs.iter().zip(tables) {
                    let block = 4 * S::LANES;
                    let table = &mut table[..n.next_multiple_of(block)];
                    for (at, table) in table.chunks_exact_mut(block).enumerate() {
                        let mut bytes = [simd.splat_i32(0); 4];
                        unrolled!(i < 4 => {
                            let from = start + run[i] + at * block;
                            // SAFETY: what is read is in a slice of so many bytes.
                            bytes[i] = unsafe {
                                match self.input[from..].get(..block) {
                                    Some(whole) => simd.load_bytes(whole.as_ptr()),
                                    None => {
                                        let mut all = [0; 4 * MAX_LANES];
                                        let rest = &self.input[from..];
                                        all[..rest.len()].copy_from_slice(rest);
                                        simd.load_bytes(all.as_ptr())
                                    }
                                }
                            };
                        });
                        put_in_order(simd, simd.interleave4(bytes), table);
                    }
                }
            }
        }
    }

    /// # Safety
    /// The table holds `n` positions of at most [`Rows::strip`], and the output as many after the first `done`.
    #[inline(always)]
    unsafe fn strip<S: Simd, const O: usize, const V: usize>(
        &self,
        simd: S,
        table: &Table,
        unit: &Unit,
        (done, n): (usize, usize),
    ) {
        let initial = self.requantize.initial_of_each::<S, O>(simd, unit.channel);
        let finish = Finish::<S, O>::of_each(self.requantize, simd, unit.channel);
        for at in (0..n).step_by(V * S::LANES) {
            // SAFETY: a strip is a multiple of all tiles, so that the tile's positions are in the table; those below
            // `n` are in the output.
            unsafe {
                let sums = self.tile::<S, O, V>(simd, table, unit, (&initial, at));
                let n = (n - at).min(V * S::LANES);
                let step = self.target.step;
                let to = self.target.to.add((done + at) * step + unit.channel);
                match (to, self.requantize.is_unbounded()) {
                    (Pointer::U8(to), true) => {
                        store_u8::<S, O, V, false>(simd, &finish, &sums, (unit, n), to, step);
                    }
                    (Pointer::U8(to), false) => {
                        store_u8::<S, O, V, true>(simd, &finish, &sums, (unit, n), to, step);
                    }
                    (Pointer::F32(to), _) => {
                        store_f32::<S, O, V>(simd, &finish, &sums, (unit, n), to, step);
                    }
                }
            }
        }
    }

    /// # Safety
    /// The table holds `V` vectors of positions from `at` on.
    #[inline(always)]
    unsafe fn tile<S: Simd, const O: usize, const V: usize>(
        &self,
        simd: S,
        table: &Table,
        unit: &Unit,
        (initial, at): (&[S::I32; O], usize),
    ) -> [[S::I32; V]; O] {
        let rows = self.rows;
        let mut sums = [[simd.splat_i32(0); V]; O];
        unrolled!(o < O => { sums[o % O] = [initial[o % O]; V]; });
        // SAFETY: each run has `quads` groups of four bytes, of which the last one's windows are the table's; the
        // unit has `O` weights for each of them.
        unsafe {
            let mut weights = rows.weights.as_ptr().add(unit.weights);
            for run in 0..rows.shape.runs.len() {
                let table: *const u8 = table.0.as_ptr().add(run * rows.step + at).cast();
                for quad in 0..rows.quads {
                    let mut x = [simd.splat_i32(0); V];
                    unrolled!(v < V => {
                        x[v % V] = simd.load_bytes(table.add(16 * quad + 4 * v * S::LANES));
                    });
                    unrolled!(o < O => {
                        let w = simd.splat_i32(*weights.add(o));
                        unrolled!(v < V => {
                            sums[o % O][v % V] = simd.dot4(sums[o % O][v % V], x[v % V], w);
                        });
                    });
                    weights = weights.add(O);
                }
            }
        }
        sums
    }
}

/// Writes four vectors in the order of [`Simd::interleave4`] in that of their bytes: the lanes of bytes side by side.
#[inline(always)]
fn put_in_order<S: Simd>(simd: S, vectors: [S::I32; 4], to: &mut [i32]) {
    let mut all = [[[0_i32; 4]; MAX_LANES / 4]; 4];
    // SAFETY: an array holds a vector of any level.
    unsafe {
        unrolled!(q < 4 => { simd.store_bytes(vectors[q], all[q].as_mut_ptr().cast()); });
    }
    let (to, _) = to.as_chunks_mut::<4>();
    for (b, to) in to.chunks_exact_mut(4).enumerate() {
        for (q, to) in to.iter_mut().enumerate() {
            *to = all[q][b % (MAX_LANES / 4)];
        }
    }
}

/// # Safety
/// `n ≤ V · LANES` positions with as many elements as the unit has channels can be written at `to`, `step` apart.
#[inline(always)]
unsafe fn store_u8<S: Simd, const O: usize, const V: usize, const BOUNDED: bool>(
    simd: S,
    finish: &Finish<S, O>,
    sums: &[[S::I32; V]; O],
    (unit, n): (&Unit, usize),
    to: *mut u8,
    step: usize,
) {
    // The bytes of outputs four apart lie in one vector, so that four vectors interleaved have four successive
    // outputs at each position.
    let mut rows = [[simd.splat_i32(0); 4]; 4];
    unrolled!(o < O => {
        unrolled!(v < V => {
            rows[o % 4][(o / 4 * V + v) % 4] = finish.quantized::<BOUNDED>(simd, sums[o % O][v % V], o % O);
        });
    });
    let mut bytes = [simd.splat_i32(0); 4];
    unrolled!(i < 4 => { bytes[i] = simd.narrow4_interleaved_u8(rows[i]); });
    let quads = simd.interleave4(bytes);
    // SAFETY: the caller's promise; the array holds four vectors of any level.
    unsafe {
        if n == V * S::LANES && unit.channels == O && step == O {
            if O == 4 {
                unrolled!(v < V => { simd.store_bytes(quads[v % 4], to.add(4 * v * S::LANES)); });
            } else {
                unrolled!(v < V => {
                    let [first, second] = simd.zip_i32(quads[v % 4], quads[(V + v) % 4]);
                    simd.store_bytes(first, to.add(8 * v * S::LANES));
                    simd.store_bytes(second, to.add(8 * v * S::LANES + 4 * S::LANES));
                });
            }
        } else {
            let mut all = [[0_u8; 4]; TILE];
            unrolled!(q < 4 => {
                simd.store_bytes(quads[q], all.as_mut_ptr().add(q * S::LANES).cast());
            });
            if unit.channels == O {
                for position in 0..n {
                    let to = to.add(position * step);
                    unrolled!(half < O / 4 => {
                        let bytes = all[half * V * S::LANES + position];
                        to.add(4 * half).cast::<[u8; 4]>().write(bytes);
                    });
                }
                return;
            }
            for position in 0..n {
                let to = std::slice::from_raw_parts_mut(to.add(position * step), unit.channels);
                for (half, to) in to.chunks_mut(4).enumerate() {
                    to.copy_from_slice(&all[half * V * S::LANES + position][..to.len()]);
                }
            }
        }
    }
}

/// # Safety
/// As of [`store_u8`].
#[inline(always)]
unsafe fn store_f32<S: Simd, const O: usize, const V: usize>(
    simd: S,
    finish: &Finish<S, O>,
    sums: &[[S::I32; V]; O],
    (unit, n): (&Unit, usize),
    to: *mut f32,
    step: usize,
) {
    let mut all = [[0.0_f32; TILE]; O];
    // SAFETY: the caller's promise; the arrays hold `V` vectors of any level.
    unsafe {
        unrolled!(o < O => {
            unrolled!(v < V => {
                let y = finish.real::<true>(simd, sums[o % O][v % V], o % O);
                simd.store(y, all[o % O].as_mut_ptr().add(v * S::LANES));
            });
        });
        for position in 0..n {
            let to = std::slice::from_raw_parts_mut(to.add(position * step), unit.channels);
            for (to, all) in to.iter_mut().zip(&all) {
                *to = all[position];
            }
        }
    }
}
