#![expect(
    unsafe_code,
    reason = "vectors are read and written by pointers whose extents are checked at the entry"
)]

use std::{mem::MaybeUninit, ops::Range};

use super::{FEW, PLANE, Planes, Source, Tap};
use crate::{
    kernels::integer::requantize::{Finish, MAX_LANES, Pointer, Requantize, Target},
    simd::{Simd, Vectorize},
};

/// Blocks of positions that share a vector of weights where there are more.
const BLOCKS: usize = 6;

/// Some positions through a [`Planes`].
pub(super) struct PlanesRun<'a> {
    pub(super) planes: &'a Planes,
    pub(super) requantize: &'a Requantize,
    pub(super) image: &'a [u8],
    pub(super) range: Range<usize>,
    pub(super) target: Target,
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
