#![expect(
    unsafe_code,
    reason = "vectors are read and written by pointers whose extents are checked at the entry"
)]

use std::{mem::MaybeUninit, ops::Range};

use crate::{
    buffer::SliceMut,
    kernels::{
        integer::{
            depthwise::fills,
            image::Framed,
            requantize::{Finish, MAX_LANES, Pointer, Requantize, Target, byte_of_lane},
        },
        window::ConvShape,
    },
    simd::{Level, Simd, Vectorize},
};

/// Products of the bytes of each channel with constant weights of its own, for widths that fill vectors.
///
/// Four bytes that a channel's sum needs, from four rows or from four columns of one row, are interleaved into a lane,
/// once for all taps that meet them: the interleaved bytes of a row lie in four planes, in each of which 16 bytes are
/// those of four channels. As many bytes into a plane as into the row lead to the same place, so that a tap is an
/// offset. Rows outside of the image are read as zero points, columns outside are written to the planes: no border
/// has to be copied around the image where the four bytes are those of four rows.
#[derive(Debug)]
pub(super) struct Planes {
    level: Level,
    zero_point: u8,
    channels: usize,
    /// Rows and columns of the image as it is read.
    image: [usize; 2],
    output: [usize; 2],
    strides: [usize; 2],
    /// Rows and columns of the border that planes are given.
    border: [usize; 2],
    /// Bytes or rows from one of the four bytes of a lane to the next.
    lane_step: usize,
    source: Source,
    /// Columns are sorted by their remainder after division by this number.
    phases: usize,
    /// The columns of groups of four taps, from the first.
    taps: Vec<Tap>,
    /// The farthest of them.
    farthest: usize,
    /// Output columns of a strip that the planes hold.
    strip: usize,
    /// Per block of channels and row of a pair: per group of four taps, four vectors.
    weights: Vec<Line>,
    /// How many rows of output are computed from the same planes.
    rows: usize,
}

/// The column of a group of four taps: `index · phases + phase`.
#[derive(Debug, Clone, Copy)]
struct Tap {
    phase: usize,
    index: usize,
}

/// Where the four bytes of a lane come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Source {
    /// Rows under one column of the kernel.
    Rows,
    /// Columns of the only row of the kernel.
    Columns,
}

/// A vector of any level, aligned.
#[derive(Debug, Clone, Copy)]
#[repr(C, align(64))]
struct Line([u8; 64]);

/// Bytes of a plane; four of them stay in a first-level cache.
const PLANE: usize = 6 << 10;

/// Groups of four taps whose weights stay in registers.
const FEW: usize = 3;

/// Blocks of positions that share a vector of weights where there are more.
const BLOCKS: usize = 6;

impl Planes {
    /// The image as it is read, and what reads it. `None` where this form cannot compute the convolution.
    pub(super) fn new(
        level: Level,
        shape: &ConvShape,
        zero_point: u8,
        weights: &[i8],
    ) -> Option<(Framed, Self)> {
        let (framed, mut planes) = Self::without_weights(level, shape, zero_point)?;
        planes.pack(4 * level.lanes(), shape.window.kernel, weights);
        Some((framed, planes))
    }

    /// Whether this form can compute the convolution.
    pub(super) fn suits(level: Level, shape: &ConvShape) -> bool {
        Self::without_weights(level, shape, 0).is_some()
    }

    fn without_weights(level: Level, shape: &ConvShape, zero_point: u8) -> Option<(Framed, Self)> {
        let window = shape.window;
        let [rows, columns] = window.kernel;
        let channels = shape.groups;
        let block = 4 * level.lanes();
        let is_suited = shape.group_inputs == 1
            && shape.group_outputs == 1
            && channels.is_multiple_of(16)
            && fills(channels, block);
        let source = match rows {
            1 if window.strides[1] == 1 => Source::Columns,
            2..=4 => Source::Rows,
            _ => return None,
        };
        if !is_suited {
            return None;
        }
        let [row_dilation, column_dilation] = window.dilations;
        let (framed, image, border, lane_step, taps) = match source {
            Source::Rows => {
                // The image as it is.
                let mut plain = window;
                plain.pads_begin = [0; 2];
                plain.pads_end = [0; 2];
                (
                    Framed::new(&plain, channels, (1, 1), 0, zero_point)?,
                    window.input,
                    window.pads_begin,
                    row_dilation,
                    (0..columns).map(|tap| tap * column_dilation).collect(),
                )
            }
            Source::Columns => (
                Framed::new(&window, channels, (1, 1), 0, zero_point)?,
                window.padded(),
                [0; 2],
                column_dilation * channels,
                (0..columns)
                    .step_by(4)
                    .map(|tap| tap * column_dilation)
                    .collect::<Vec<usize>>(),
            ),
        };
        let phases = if channels < block {
            window.strides[1]
        } else {
            1
        };
        let mut planes = Self {
            level,
            zero_point,
            channels,
            image,
            output: window.output,
            strides: window.strides,
            border,
            lane_step,
            source,
            phases,
            farthest: taps.last().copied().unwrap_or(0),
            taps: taps
                .into_iter()
                .map(|tap: usize| Tap {
                    phase: tap % phases,
                    index: tap / phases,
                })
                .collect(),
            strip: 0,
            weights: Vec::new(),
            rows: if source == Source::Rows && rows < 4 && window.strides[0] == row_dilation {
                2
            } else {
                1
            },
        };
        planes.strip = planes.longest_strip(block)?;
        Some((framed, planes))
    }

    /// How many columns of output have their taps in one filling of the planes: whole blocks.
    fn longest_strip(&self, block: usize) -> Option<usize> {
        let columns = (block / self.channels).max(1);
        let fits = |strip: &usize| {
            let phase = self.phase_len(*strip).checked_mul(self.phases);
            phase.is_some_and(|len| len + 2 * block <= PLANE)
        };
        let most = (PLANE / self.channels).next_multiple_of(columns);
        let mut strips = (1..=most / columns).map(|blocks| blocks * columns);
        let longest = strips.by_ref().take_while(fits).last()?;
        Some(longest)
    }

    /// Bytes of one phase of a plane that `strip` columns of output read.
    fn phase_len(&self, strip: usize) -> usize {
        self.span(strip).div_ceil(self.phases) * self.channels
    }

    /// Columns of the padded image under the taps of `strip` columns of output.
    fn span(&self, strip: usize) -> usize {
        (strip - 1) * self.strides[1] + self.farthest + 1
    }

    fn pack(&mut self, block: usize, [rows, columns]: [usize; 2], weights: &[i8]) {
        let quads = self.quads();
        let n_bytes = self.channels.div_ceil(block) * self.rows * quads * 4 * block;
        self.weights = vec![Line([0; 64]); n_bytes.div_ceil(64)];
        let lanes: Vec<Option<usize>> = self.lanes().collect();
        for (lane, channel) in lanes.into_iter().enumerate() {
            let Some(channel) = channel else { continue };
            let (channels, lane) = (lane / block, lane % block);
            for row in 0..self.rows {
                for quad in 0..quads {
                    for byte in 0..4_usize {
                        let (y, x) = match self.source {
                            Source::Rows => (byte.wrapping_sub(row), quad),
                            Source::Columns => (0, 4 * quad + byte),
                        };
                        if y < rows && x < columns {
                            let line = (channels * self.rows + row) * quads + quad;
                            let at = (line * block + lane) * 4 + byte;
                            self.weights[at / 64].0[at % 64] =
                                weights[(channel * rows + y) * columns + x] as u8;
                        }
                    }
                }
            }
        }
    }

    /// Groups of four taps, as they are packed: no fewer than are kept in registers.
    fn quads(&self) -> usize {
        self.taps.len().max(FEW)
    }

    /// The channel of each lane.
    pub(super) fn lanes(&self) -> impl Iterator<Item = Option<usize>> {
        let lanes = self.level.lanes();
        let block = 4 * lanes;
        let channels = self.channels;
        (0..channels.next_multiple_of(block)).map(move |lane| {
            let (start, lane) = (lane / block * block, lane % block);
            Some((start + byte_of_lane(lane, lanes)) % channels)
        })
    }

    pub(super) fn constant_bytes(&self) -> usize {
        size_of_val(&*self.weights) + size_of_val(&*self.taps)
    }

    pub(super) fn positions(&self) -> usize {
        self.output[0] * self.output[1]
    }

    /// Writes the positions of `range` to `output`, which holds them alone.
    pub(super) fn run(
        &self,
        requantize: &Requantize,
        image: &[u8],
        range: Range<usize>,
        mut output: SliceMut<'_>,
    ) {
        assert!(range.end <= self.positions());
        assert!(image.len() >= self.image[0] * self.image[1] * self.channels);
        assert!(output.len() >= range.len() * self.channels);
        self.level.run_with_dot_products(PlanesRun {
            planes: self,
            requantize,
            image,
            target: requantize.target(&mut output, self.channels),
            range,
        });
    }
}

/// Some positions through a [`Planes`].
struct PlanesRun<'a> {
    planes: &'a Planes,
    requantize: &'a Requantize,
    image: &'a [u8],
    range: Range<usize>,
    target: Target,
}

#[repr(C, align(64))]
struct Memory(MaybeUninit<[[u8; PLANE]; 4]>);

/// Columns of a row of output, and where they go.
#[derive(Debug, Clone, Copy)]
struct Strip {
    row: usize,
    column: usize,
    columns: usize,
    /// How many rows of as many columns.
    rows: usize,
    /// The first position, among those to be written.
    done: usize,
    /// Bytes of one phase of a plane.
    phase_len: usize,
}

impl Vectorize for PlanesRun<'_> {
    #[inline(always)]
    fn run<S: Simd, const NR: usize>(self, simd: S) {
        let mut memory = Memory(MaybeUninit::uninit());
        let memory: *mut u8 = memory.0.as_mut_ptr().cast();
        let width = self.planes.output[1];
        let mut position = self.range.start;
        while position < self.range.end {
            let (row, first) = (position / width, position % width);
            let n = (width - first).min(self.range.end - position);
            let rows = (self.range.end - position) / width;
            let rows = if n == width {
                rows.min(self.planes.rows)
            } else {
                1
            };
            let mut column = first;
            while column < first + n {
                let columns = (first + n - column).min(self.planes.strip);
                let strip = Strip {
                    row,
                    column,
                    columns,
                    phase_len: self.planes.phase_len(columns),
                    rows,
                    done: position - self.range.start + column - first,
                };
                // SAFETY: a strip has at most as many columns as the planes hold; `run` has checked the extents.
                unsafe {
                    self.fill(simd, memory, strip);
                    self.strip(simd, memory, strip);
                }
                column += strip.columns;
            }
            position += rows * n;
        }
    }
}

impl PlanesRun<'_> {
    /// Interleaves what the strip's first row reads, and with a row more what its second one does.
    ///
    /// # Safety
    /// `memory` holds four planes, and the strip has at most [`Planes::strip`] columns.
    #[inline(always)]
    unsafe fn fill<S: Simd>(&self, simd: S, memory: *mut u8, strip: Strip) {
        let planes = self.planes;
        let (channels, block) = (planes.channels, 4 * S::LANES);
        let zero_points = [planes.zero_point; 4 * MAX_LANES];
        let [height, width] = planes.image;
        let row_len = width * channels;
        // Each of the four bytes has a start, and steps along it unless it is outside of the image.
        let mut starts = [zero_points.as_ptr(); 4];
        let mut steps = [0; 4];
        // How far the one that ends first can be read.
        let mut readable = usize::MAX;
        for lane in 0..4 {
            let start = match planes.source {
                Source::Rows => (strip.row * planes.strides[0] + lane * planes.lane_step)
                    .checked_sub(planes.border[0])
                    .filter(|&row| row < height)
                    .map(|row| row * row_len),
                Source::Columns => {
                    Some(strip.row * planes.strides[0] * row_len + lane * planes.lane_step)
                }
            };
            if let Some(start) = start {
                starts[lane] = self.image.as_ptr().wrapping_add(start);
                steps[lane] = usize::MAX;
                readable = readable.min(self.image.len().saturating_sub(start));
            }
        }
        // The columns of the padded image that are wanted, and of these those of the image.
        let first = strip.column * planes.strides[1];
        let end = first + planes.span(strip.columns);
        let left = planes.border[1].clamp(first, end);
        let right = (planes.border[1] + width).clamp(left, end);
        let bytes = (left - planes.border[1].min(left)) * channels;
        let len = (right - left) * channels;
        // What blocks reach beyond the last column, and what phases leave out, is anything.
        let used = planes.phases * strip.phase_len;
        let anything = simd.splat_i32(i32::from_ne_bytes([planes.zero_point; 4]));
        let from = if planes.phases == 1 { used } else { 0 };
        for at in (from..used + block).step_by(block) {
            // SAFETY: the planes hold the strip's columns and two blocks more.
            unsafe {
                unrolled!(q < 4 => { simd.store_bytes(anything, memory.add(q * PLANE + at)); });
            }
        }
        let mut to = Tap {
            phase: (left - first) % planes.phases,
            index: (left - first) / planes.phases,
        };
        let mut at = 0;
        while at < len {
            let from = bytes + at;
            let mut rows = [simd.splat_i32(0); 4];
            // SAFETY: whole blocks are read inside the image, or a copy of what is left of it is.
            unsafe {
                if from + block <= readable {
                    unrolled!(i < 4 => {
                        rows[i] = simd.load_bytes(starts[i].wrapping_add(from & steps[i]));
                    });
                } else {
                    unrolled!(i < 4 => {
                        let end = self.image.as_ptr_range().end as usize;
                        let start = starts[i].wrapping_add(from & steps[i]);
                        let behind = if steps[i] == 0 {
                            block
                        } else {
                            block.min(end.saturating_sub(start as usize))
                        };
                        let mut rest = [0; 4 * MAX_LANES];
                        std::ptr::copy_nonoverlapping(start, rest.as_mut_ptr(), behind);
                        rows[i] = simd.load_bytes(rest.as_ptr());
                    });
                }
            }
            let rows = simd.interleave4(rows);
            // SAFETY: the planes hold the strip's columns and two blocks more.
            unsafe {
                if planes.phases == 1 {
                    let to = memory.add((left - first) * channels + at);
                    unrolled!(q < 4 => { simd.store_bytes(rows[q], to.add(q * PLANE)); });
                } else {
                    let mut all = [[0_u8; 4 * MAX_LANES]; 4];
                    unrolled!(q < 4 => { simd.store_bytes(rows[q], all[q].as_mut_ptr()); });
                    for piece in (0..block.min(len - at)).step_by(channels) {
                        let at = memory.add(self.place(strip, to));
                        unrolled!(q < 4 => {
                            copy_channels(all[q].as_ptr().add(piece), at.add(q * PLANE), channels);
                        });
                        to.phase += 1;
                        if to.phase == planes.phases {
                            to = Tap {
                                phase: 0,
                                index: to.index + 1,
                            };
                        }
                    }
                }
            }
            at += block;
        }
        if planes.phases == 1 {
            for columns in [first..left, right..end] {
                let to = (columns.start - first) * channels;
                for at in (to..to + columns.len() * channels).step_by(16) {
                    for q in 0..4 {
                        // SAFETY: the planes hold all columns of the strip.
                        unsafe {
                            let to = memory.add(q * PLANE + at).cast::<[u8; 16]>();
                            to.write([planes.zero_point; 16]);
                        }
                    }
                }
            }
        }
    }

    /// Where a column lies in a plane.
    #[inline(always)]
    fn place(&self, strip: Strip, column: Tap) -> usize {
        column.phase * strip.phase_len + column.index * self.planes.channels
    }

    /// # Safety
    /// The planes hold what the strip reads, and the output has its positions.
    #[inline(always)]
    unsafe fn strip<S: Simd>(&self, simd: S, memory: *const u8, strip: Strip) {
        let planes = self.planes;
        let (channels, block) = (planes.channels, 4 * S::LANES);
        // Blocks lie side by side where they are of several positions, else a position apart.
        let (n, step, to_step) = if channels < block {
            ((strip.columns * channels).div_ceil(block), block, block)
        } else {
            (strip.columns, planes.strides[1] * channels, channels)
        };
        for index in 0..channels.div_ceil(block) {
            for row in 0..strip.rows {
                let done = strip.done + row * planes.output[1];
                let walk = Blocks {
                    lane: index * block,
                    n,
                    step,
                    to: done * channels + index * block,
                    to_step,
                    to_end: (done + strip.columns) * channels,
                };
                let line = (index * planes.rows + row) * planes.quads() * 4 * block;
                // SAFETY: the caller's promise; the weights hold all blocks of channels.
                unsafe {
                    let weights = planes.weights.as_ptr().cast::<u8>().add(line);
                    let from = memory.add(index * block);
                    if planes.taps.len() > FEW {
                        self.many(simd, (from, weights), strip, walk);
                    } else if self.requantize.is_unbounded() {
                        self.few::<S, false>(simd, (from, weights), strip, walk);
                    } else {
                        self.few::<S, true>(simd, (from, weights), strip, walk);
                    }
                }
            }
        }
    }

    /// Blocks of at most [`FEW`] groups of taps.
    ///
    /// # Safety
    /// As of [`strip`](Self::strip), for the block of channels at the two pointers.
    #[inline(always)]
    unsafe fn few<S: Simd, const BOUNDED: bool>(
        &self,
        simd: S,
        (from, weights): (*const u8, *const u8),
        strip: Strip,
        walk: Blocks,
    ) {
        let block = 4 * S::LANES;
        let mut taps = [from; FEW];
        for (tap, &column) in taps.iter_mut().zip(&self.planes.taps) {
            *tap = from.wrapping_add(self.place(strip, column));
        }
        let mut rows = [[simd.splat_i32(0); 4]; FEW];
        // SAFETY: there are weights for so many groups of taps.
        unsafe {
            unrolled!(j < FEW => {
                unrolled!(q < 4 => {
                    rows[j % FEW][q] = simd.load_bytes(weights.add((j * 4 + q) * block));
                });
            });
        }
        let few = Few {
            taps,
            rows,
            initial: self.requantize.initial::<S, 4>(simd, walk.lane),
        };
        let mut k = 0;
        if let Pointer::U8(to) = self.target.to {
            // Only whole blocks, so that nothing is called on the way.
            let finish = Finish::<S, 4>::new(self.requantize, simd, walk.lane);
            let whole = walk.whole(block);
            while k < whole {
                // SAFETY: the caller's promise; the block's elements all exist.
                unsafe {
                    let sums = few.sums(simd, k * walk.step);
                    let to = to.add(walk.to + k * walk.to_step);
                    finish.store_interleaved_whole::<BOUNDED>(simd, &sums, to);
                }
                k += 1;
            }
        }
        while k < walk.n {
            // SAFETY: the caller's promise.
            unsafe {
                let sums = few.sums(simd, k * walk.step);
                let (to, n) = walk.target(self.target.to, k, block);
                let lanes = (walk.lane, n);
                self.requantize.store_interleaved(simd, &sums, lanes, to);
            }
            k += 1;
        }
    }

    /// Blocks of any number of groups of taps.
    ///
    /// # Safety
    /// As of [`strip`](Self::strip), for the block of channels at the two pointers.
    #[inline(always)]
    unsafe fn many<S: Simd>(
        &self,
        simd: S,
        (from, weights): (*const u8, *const u8),
        strip: Strip,
        walk: Blocks,
    ) {
        let mut k = 0;
        while k < walk.n {
            // SAFETY: the caller's promise.
            unsafe {
                if S::REGISTERS >= 32 && walk.n - k >= BLOCKS {
                    self.tile::<S, BLOCKS>(simd, (from, weights), strip, walk, k);
                    k += BLOCKS;
                } else {
                    self.tile::<S, 1>(simd, (from, weights), strip, walk, k);
                    k += 1;
                }
            }
        }
    }

    /// # Safety
    /// As of [`many`](Self::many); `B` blocks are left from `k` on.
    #[inline(always)]
    unsafe fn tile<S: Simd, const B: usize>(
        &self,
        simd: S,
        (from, weights): (*const u8, *const u8),
        strip: Strip,
        walk: Blocks,
        k: usize,
    ) {
        let block = 4 * S::LANES;
        let mut sums = [self.requantize.initial::<S, 4>(simd, walk.lane); B];
        // SAFETY: the caller's promise; there are four vectors of weights for each group of taps.
        unsafe {
            let from = from.add(k * walk.step);
            let mut weights = weights;
            for &column in &self.planes.taps {
                let tap = from.add(self.place(strip, column));
                unrolled!(q < 4 => {
                    let row = simd.load_bytes(weights.add(q * block));
                    unrolled!(b < B => {
                        let x = simd.load_bytes(tap.add(q * PLANE + b * walk.step));
                        sums[b % B][q] = simd.dot4(sums[b % B][q], x, row);
                    });
                });
                weights = weights.add(4 * block);
            }
            unrolled!(b < B => {
                let (to, n) = walk.target(self.target.to, k + b, block);
                self.requantize.store_interleaved(simd, &sums[b % B], (walk.lane, n), to);
            });
        }
    }
}

/// A block's taps and weights, in registers.
struct Few<S: Simd> {
    taps: [*const u8; FEW],
    rows: [[S::I32; 4]; FEW],
    initial: [S::I32; 4],
}

impl<S: Simd> Few<S> {
    /// # Safety
    /// The planes hold a block at each tap, `at` bytes further.
    #[inline(always)]
    unsafe fn sums(&self, simd: S, at: usize) -> [S::I32; 4] {
        let mut sums = self.initial;
        // SAFETY: the caller's promise.
        unsafe {
            unrolled!(j < FEW => {
                unrolled!(q < 4 => {
                    let x = simd.load_bytes(self.taps[j % FEW].add(q * PLANE + at));
                    sums[q] = simd.dot4(sums[q], x, self.rows[j % FEW][q]);
                });
            });
        }
        sums
    }
}

/// The blocks of some positions of the same channels.
#[derive(Debug, Clone, Copy)]
struct Blocks {
    /// The lane of the first channel.
    lane: usize,
    n: usize,
    /// Bytes from one to the next in a plane.
    step: usize,
    /// Where the first goes, among the elements to be written.
    to: usize,
    to_step: usize,
    /// Where the strip's elements end.
    to_end: usize,
}

impl Blocks {
    /// How many blocks have all their elements.
    #[inline(always)]
    fn whole(&self, block: usize) -> usize {
        if self.step == block && self.to_step == block {
            (self.to_end - self.to) / block
        } else {
            self.n
        }
    }

    /// Where a block goes, and how many elements of it.
    ///
    /// # Safety
    /// As of [`Pointer::add`].
    #[inline(always)]
    unsafe fn target(&self, to: Pointer, k: usize, block: usize) -> (Pointer, usize) {
        let at = self.to + k * self.to_step;
        // SAFETY: the caller's promise.
        (unsafe { to.add(at) }, block.min(self.to_end - at))
    }
}

/// # Safety
/// `channels`, which are 16 or 32, bytes can be read and written.
#[inline(always)]
unsafe fn copy_channels(from: *const u8, to: *mut u8, channels: usize) {
    // SAFETY: the caller's promise.
    unsafe {
        if channels == 16 {
            let bytes = from.cast::<[u8; 16]>().read();
            to.cast::<[u8; 16]>().write(bytes);
        } else {
            debug_assert_eq!(channels, 32);
            let bytes = from.cast::<[u8; 32]>().read();
            to.cast::<[u8; 32]>().write(bytes);
        }
    }
}
