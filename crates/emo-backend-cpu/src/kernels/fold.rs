//! Sliding windows over `[batch][rows][columns][channels]`, reduced channel by channel.

#![expect(
    unsafe_code,
    reason = "windows are read where their reach along each axis says that the input lies"
)]

use crate::{kernels::window::Window, simd::Simd};

/// The longest edge of a window whose taps are listed; in longer ones, each row is summed in parts.
const MAX_LISTED: usize = 8;

/// Where the windows of a pool lie in an input whose channels lie side by side.
#[derive(Debug)]
pub(crate) struct Windows {
    channels: usize,
    input: [usize; 2],
    dilations: [usize; 2],
    reaches: [Vec<Reach>; 2],
    /// The elements from the first tap of a whole window to each; empty if there are many.
    offsets: Vec<usize>,
    taps: [usize; 2],
    /// Elements from one window to the next along the second axis.
    step: usize,
    /// The second axis's first output position whose window lies inside the input, and the first after it whose does not.
    inside: [usize; 2],
}

/// What a window reads along one axis.
#[derive(Debug, Clone, Copy)]
struct Reach {
    /// The first position inside the input.
    first: usize,
    /// How many taps fall inside the input.
    taps: usize,
}

impl Windows {
    pub(crate) fn new(window: &Window, channels: usize) -> Self {
        let reaches = [0, 1].map(|axis| reaches(window, axis));
        let is_whole = |reach: &Reach| reach.taps == window.kernel[1];
        let first = reaches[1].iter().position(is_whole).unwrap_or(0);
        let whole = reaches[1][first..]
            .iter()
            .take_while(|reach| is_whole(reach));
        let inside = [first, first + whole.count()];
        let [rows, columns] = window.kernel;
        let offsets = if rows <= MAX_LISTED && columns <= MAX_LISTED {
            let row_step = window.dilations[0] * window.input[1] * channels;
            (0..rows)
                .flat_map(|row| (0..columns).map(move |column| (row, column)))
                .map(|(row, column)| row * row_step + column * window.dilations[1] * channels)
                .collect()
        } else {
            Vec::new()
        };
        Self {
            channels,
            input: window.input,
            dilations: window.dilations,
            reaches,
            offsets,
            taps: window.kernel,
            step: window.strides[1] * channels,
            inside,
        }
    }

    /// Elements of one image.
    fn image_len(&self) -> usize {
        self.input[0] * self.input[1] * self.channels
    }

    /// Output positions of one image.
    fn positions(&self) -> usize {
        self.reaches[0].len() * self.reaches[1].len()
    }

    pub(crate) fn bytes(&self) -> usize {
        self.reaches
            .iter()
            .map(|reaches| size_of_val(&**reaches))
            .sum::<usize>()
            + size_of_val(&*self.offsets)
    }

    /// Whether an input and an output have the lengths of the same number of images.
    pub(crate) fn fit(&self, input: usize, output: usize) -> bool {
        let images = input / self.image_len();
        images * self.image_len() == input && images * self.positions() * self.channels == output
    }
}

fn reaches(window: &Window, axis: usize) -> Vec<Reach> {
    let (begin, dilation) = (window.pads_begin[axis], window.dilations[axis]);
    (0..window.output[axis])
        .map(|position| {
            let start = position * window.strides[axis];
            let skipped = begin.saturating_sub(start).div_ceil(dilation);
            let end = (begin + window.input[axis])
                .saturating_sub(start)
                .div_ceil(dilation)
                .min(window.kernel[axis]);
            match end.checked_sub(skipped) {
                None | Some(0) => Reach { first: 0, taps: 0 },
                Some(taps) => Reach {
                    first: start + skipped * dilation - begin,
                    taps,
                },
            }
        })
        .collect()
}

/// The taps of one window; steps are counted in elements.
#[derive(Debug, Clone, Copy)]
struct Taps {
    rows: usize,
    row_step: usize,
    columns: usize,
    column_step: usize,
}

/// Bytes of the smallest vector of all sets of instructions.
const SMALLEST_VECTOR: usize = 16;

/// How the elements of neighbouring channels are reduced together.
///
/// All widths must give equal results to the bit, whence sums are taken in an order that the window alone determines.
pub(crate) trait Fold<S: Simd>: Copy {
    type Element: Copy;
    /// Elements of [`width`](Self::width) channels.
    type Vector: Copy;

    /// Whether vectors are whole ones, for which tiles of several windows and of several vectors are compiled.
    ///
    /// What has but a few channels does without, and so does a machine with few registers: there is little to gain, and
    /// as much code.
    const TILED: bool = size_of::<Self::Vector>() >= SMALLEST_VECTOR && S::REGISTERS >= 16;

    fn width(self) -> usize;
    fn start(self, simd: S) -> Self::Vector;
    /// # Safety
    /// [`width`](Self::width) elements can be read at `from`.
    unsafe fn load(self, simd: S, from: *const Self::Element) -> Self::Vector;
    fn combine(self, simd: S, folded: Self::Vector, next: Self::Vector) -> Self::Vector;
    /// Writes the elements of the output from `index` on, which are of the output position `position` of an image.
    ///
    /// # Safety
    /// The output has [`width`](Self::width) elements from `index` on.
    unsafe fn store(self, simd: S, folded: Self::Vector, position: usize, index: usize);
}

/// Reduces each window for each channel.
///
/// # Safety
/// The output that `fold` writes and `input` [`fit`](Windows::fit) each other, and there are at least
/// [`width`](Fold::width) channels.
#[inline(always)]
pub(crate) unsafe fn fold_windows<S: Simd, F: Fold<S>>(
    simd: S,
    windows: &Windows,
    input: &[F::Element],
    fold: F,
) {
    let channels = windows.channels;
    let [height, width] = windows.input;
    let columns = windows.reaches[1].len();
    debug_assert!(fold.width() <= channels);
    let mut row_index = 0;
    for image in input.chunks_exact(height * width * channels) {
        for (row_number, row) in windows.reaches[0].iter().enumerate() {
            let [first, end] = if windows.offsets.is_empty() || row.taps < windows.taps[0] {
                [0, 0]
            } else {
                windows.inside
            };
            let place = |column: usize| {
                let reach = &windows.reaches[1][column];
                let from = (row.first * width + reach.first) * channels;
                Place {
                    position: row_number * columns + column,
                    index: row_index + column * channels,
                    from: image.as_ptr().wrapping_add(from),
                }
            };
            // SAFETY: from a place on, the window's taps lie inside the image for every channel, as their reach was
            // computed to, and the output has as many positions as there are pairs of reaches.
            unsafe {
                for column in 0..columns {
                    let is_listed = (first..end).contains(&column);
                    if F::TILED && is_listed {
                        continue;
                    }
                    let taps = windows.taps_of(row, &windows.reaches[1][column]);
                    // In the order of the listed taps, or else in parts: whatever the width, in the same order.
                    if is_listed || taps.columns <= MAX_LISTED {
                        fold_channels::<S, F, 1, 1>(simd, fold, channels, place(column), taps);
                    } else if F::TILED {
                        fold_channels::<S, F, 2, 4>(simd, fold, channels, place(column), taps);
                    } else {
                        fold_channels::<S, F, 1, 4>(simd, fold, channels, place(column), taps);
                    }
                }
                if F::TILED {
                    let mut column = first;
                    if channels <= fold.width() {
                        while column + 4 <= end {
                            fold_listed::<S, F, 1, 4>(simd, fold, windows, place(column));
                            column += 4;
                        }
                    } else if channels <= 2 * fold.width() {
                        while column + 4 <= end {
                            fold_listed::<S, F, 2, 4>(simd, fold, windows, place(column));
                            column += 4;
                        }
                    }
                    while column < end {
                        fold_listed::<S, F, 4, 1>(simd, fold, windows, place(column));
                        column += 1;
                    }
                }
            }
            row_index += columns * channels;
        }
    }
}

/// One output position.
#[derive(Debug, Clone, Copy)]
struct Place<T> {
    /// Its number in its image.
    position: usize,
    /// Of its first element in the output.
    index: usize,
    /// The first tap inside the input.
    from: *const T,
}

impl Windows {
    #[inline(always)]
    fn taps_of(&self, row: &Reach, column: &Reach) -> Taps {
        let width = self.input[1];
        let [row_dilation, column_dilation] = self.dilations;
        if column.taps == width && row_dilation == 1 && (column_dilation == 1 || width == 1) {
            // Whole rows follow one upon the other.
            return Taps {
                rows: 1,
                row_step: 0,
                columns: column.taps * row.taps,
                column_step: self.channels,
            };
        }
        Taps {
            rows: row.taps,
            row_step: row_dilation * width * self.channels,
            columns: column.taps,
            column_step: column_dilation * self.channels,
        }
    }
}

/// Reduces all channels of `P` neighbouring whole windows, `V` vectors at a time.
#[inline(always)]
unsafe fn fold_listed<S: Simd, F: Fold<S>, const V: usize, const P: usize>(
    simd: S,
    fold: F,
    windows: &Windows,
    place: Place<F::Element>,
) {
    let (channels, width) = (windows.channels, fold.width());
    let mut channel = 0;
    // SAFETY: no more than `channels` elements are read at each tap and written; the caller vouches for those.
    unsafe {
        while V > 1 && channel + V * width <= channels {
            fold_tile::<S, F, V, P>(simd, fold, windows, place, channel);
            channel += V * width;
        }
        while channel < channels {
            // The last vector covers some channels for the second time.
            let first = channel.min(channels - width);
            fold_tile::<S, F, 1, P>(simd, fold, windows, place, first);
            channel += width;
        }
    }
}

#[inline(always)]
unsafe fn fold_tile<S: Simd, F: Fold<S>, const V: usize, const P: usize>(
    simd: S,
    fold: F,
    windows: &Windows,
    place: Place<F::Element>,
    channel: usize,
) {
    let width = fold.width();
    let mut tile = [[fold.start(simd); V]; P];
    for &offset in &windows.offsets {
        let from = place.from.wrapping_add(offset + channel);
        for (number, folded) in tile.iter_mut().enumerate() {
            let from = from.wrapping_add(number * windows.step);
            for (vector, folded) in folded.iter_mut().enumerate() {
                // SAFETY: the caller vouches for the taps of `P` windows.
                let next = unsafe { fold.load(simd, from.wrapping_add(vector * width)) };
                *folded = fold.combine(simd, *folded, next);
            }
        }
    }
    for (number, folded) in tile.into_iter().enumerate() {
        let index = place.index + number * windows.channels + channel;
        for (vector, folded) in folded.into_iter().enumerate() {
            // SAFETY: the caller vouches for the output.
            unsafe {
                fold.store(
                    simd,
                    folded,
                    place.position + number,
                    index + vector * width,
                );
            }
        }
    }
}

/// Reduces all channels of one window: `V` vectors at a time, each in `P` parts.
#[inline(always)]
unsafe fn fold_channels<S: Simd, F: Fold<S>, const V: usize, const P: usize>(
    simd: S,
    fold: F,
    channels: usize,
    place: Place<F::Element>,
    taps: Taps,
) {
    let Place {
        position,
        index,
        from,
    } = place;
    let width = fold.width();
    let mut channel = 0;
    // SAFETY: no more than `channels` elements are read at each tap and written; the caller vouches for those.
    unsafe {
        while V > 1 && channel + V * width <= channels {
            let folded = fold_taps::<S, F, V, P>(simd, fold, from.wrapping_add(channel), taps);
            for (number, &folded) in folded.iter().enumerate() {
                fold.store(simd, folded, position, index + channel + number * width);
            }
            channel += V * width;
        }
        while channel < channels {
            // The last vector covers some channels for the second time.
            let first = channel.min(channels - width);
            let [folded] = fold_taps::<S, F, 1, P>(simd, fold, from.wrapping_add(first), taps);
            fold.store(simd, folded, position, index + first);
            channel += width;
        }
    }
}

#[inline(always)]
#[expect(
    clippy::needless_range_loop,
    reason = "vectors of two parts are combined where they are, in registers"
)]
unsafe fn fold_taps<S: Simd, F: Fold<S>, const V: usize, const P: usize>(
    simd: S,
    fold: F,
    from: *const F::Element,
    taps: Taps,
) -> [F::Vector; V] {
    let width = fold.width();
    let mut parts = [[fold.start(simd); V]; P];
    for row in 0..taps.rows {
        let mut at = from.wrapping_add(row * taps.row_step);
        let mut left = taps.columns;
        while left > 0 {
            for (number, part) in parts.iter_mut().enumerate() {
                if number < left {
                    for (number, folded) in part.iter_mut().enumerate() {
                        // SAFETY: the tap lies inside the input, as the caller vouches.
                        let next = unsafe { fold.load(simd, at.wrapping_add(number * width)) };
                        *folded = fold.combine(simd, *folded, next);
                    }
                    at = at.wrapping_add(taps.column_step);
                }
            }
            left = left.saturating_sub(P);
        }
    }
    let mut n = P;
    while n > 1 {
        n /= 2;
        for number in 0..n {
            for vector in 0..V {
                parts[number][vector] =
                    fold.combine(simd, parts[number][vector], parts[number + n][vector]);
            }
        }
    }
    parts[0]
}
