#![expect(
    unsafe_code,
    reason = "vectors of channels are read and written where slices have shown that they may be"
)]

use super::{Images, Pool, toom_cook::Transform};
use crate::simd::Simd;

/// The transforms along both axes of a tile of `N0 × N1` inputs and `M0 × M1` outputs.
#[derive(Debug)]
pub(super) struct Tile<const N0: usize, const M0: usize, const N1: usize, const M1: usize> {
    pub(super) rows: Transform<N0, M0>,
    pub(super) columns: Transform<N1, M1>,
}

/// Where a tile lies and where its products do.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    pub(super) image: usize,
    /// Of the first output.
    pub(super) row: usize,
    /// Of the first output.
    pub(super) column: usize,
    /// The tile's row in the matrices.
    pub(super) index: usize,
    /// How many rows the matrices have.
    pub(super) len: usize,
}

/// A vector of channels of an image's outputs.
struct Vector<S: Simd> {
    bias: S::F32,
    bounds: [S::F32; 2],
    /// Where the image's first position would lie in the outputs that are written; wraps where these begin behind it.
    image: usize,
    extents: [usize; 2],
    /// How many channels there are in the vector, and in all.
    channels: (usize, usize),
}

impl<S: Simd> Vector<S> {
    /// Finishes and writes the outputs of a position, if there is one.
    #[inline(always)]
    fn store(&self, simd: S, y: S::F32, [row, column]: [usize; 2], output: &mut [f32]) {
        let [height, width] = self.extents;
        let [low, high] = self.bounds;
        let (n, channels) = self.channels;
        if row >= height || column >= width {
            return;
        }
        let y = simd.min(high, simd.max(low, simd.add(y, self.bias)));
        let at = (row * width + column) * channels;
        let to = &mut output[self.image.wrapping_add(at)..][..n];
        // SAFETY: the slice holds `n` elements.
        unsafe {
            if n == S::LANES {
                simd.store(y, to.as_mut_ptr());
            } else {
                simd.store_first(y, to.as_mut_ptr(), n);
            }
        }
    }
}

impl<const N0: usize, const M0: usize, const N1: usize, const M1: usize> Tile<N0, M0, N1, M1> {
    pub(super) fn points(&self) -> usize {
        N0 * N1
    }

    pub(super) fn outputs(&self) -> [usize; 2] {
        [M0, M1]
    }

    /// Transforms a tile of inputs.
    #[inline(always)]
    pub(super) fn transform_input<S: Simd>(&self, simd: S, images: &mut Images<'_>, place: Place) {
        let kernel = images.kernel;
        let channels = kernel.shape.group_inputs;
        let window = &kernel.shape.window;
        let [height, width] = window.input;
        // The tile's first input; before the input's first row or column it wraps, and back again below.
        let top = place.row.wrapping_sub(window.pads_begin[0]);
        let left = place.column.wrapping_sub(window.pads_begin[1]);
        let image = &images.input[place.image * height * width * channels..];
        let image = &image[..height * width * channels];
        let mut from = [[kernel.zeros[..channels].as_ptr(); N1]; N0];
        for (i, from) in from.iter_mut().enumerate() {
            let y = top.wrapping_add(i);
            if y >= height {
                continue;
            }
            let row = image[y * width * channels..][..width * channels].as_ptr();
            for (j, from) in from.iter_mut().enumerate() {
                let x = left.wrapping_add(j);
                if x < width {
                    // SAFETY: the row has `width` positions.
                    *from = unsafe { row.add(x * channels) };
                }
            }
        }
        let step = place.len * channels;
        let to = &mut images.transformed[place.index * channels..];
        let to = &mut to[..(N0 * N1 - 1) * step + channels];
        for channel in (0..channels).step_by(S::LANES) {
            let n = S::LANES.min(channels - channel);
            let mut d = [[simd.splat(0.0); N1]; N0];
            for (d, from) in d.as_flattened_mut().iter_mut().zip(from.as_flattened()) {
                // SAFETY: each pointer is to all channels of a position, of which `n` are left.
                *d = unsafe {
                    let from = from.add(channel);
                    if n == S::LANES {
                        simd.load(from)
                    } else {
                        simd.load_first(from, n)
                    }
                };
            }
            let d = self.input(simd, d);
            for (point, &x) in d.as_flattened().iter().enumerate() {
                // SAFETY: the slice ends with the last point's channels, of which `n` are left.
                unsafe {
                    let to = to.as_mut_ptr().add(point * step + channel);
                    if n == S::LANES {
                        simd.store(x, to);
                    } else {
                        simd.store_first(x, to, n);
                    }
                }
            }
        }
    }

    /// Transforms a tile of outputs of the `width` channels from `first` on, a panel.
    #[inline(always)]
    pub(super) fn transform_output<S: Simd>(
        &self,
        simd: S,
        images: &mut Images<'_>,
        place: Place,
        (first, width): (usize, usize),
    ) {
        let kernel = images.kernel;
        let channels = kernel.shape.group_outputs;
        let extents = kernel.output_extents();
        let image = place.image * extents[0] * extents[1] * channels;
        let image = image.wrapping_sub(images.start);
        let bounds = [simd.splat(kernel.clamp[0]), simd.splat(kernel.clamp[1])];
        let step = place.len * width;
        let products = &images.products[place.index * width..][..(N0 * N1 - 1) * step + width];
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
            let y = self.output(simd, m);
            let vector = Vector {
                bias,
                bounds,
                image: image.wrapping_add(channel),
                extents,
                channels: (n, channels),
            };
            match kernel.pool {
                Pool::None => {
                    for (i, y) in y.iter().enumerate() {
                        for (j, &y) in y.iter().enumerate() {
                            vector.store(simd, y, [place.row + i, place.column + j], images.output);
                        }
                    }
                }
                Pool::Max => {
                    // Neither a bias nor a bound changes which is the largest.
                    let (pairs, _) = y.as_chunks::<2>();
                    for (i, [upper, lower]) in pairs.iter().enumerate() {
                        let windows = upper
                            .as_chunks::<2>()
                            .0
                            .iter()
                            .zip(lower.as_chunks::<2>().0);
                        for (j, (upper, lower)) in windows.enumerate() {
                            let mut largest = simd.splat(f32::NEG_INFINITY);
                            for &y in [upper, lower].into_iter().flatten() {
                                largest = simd.max(y, largest);
                            }
                            let position = [place.row / 2 + i, place.column / 2 + j];
                            vector.store(simd, largest, position, images.output);
                        }
                    }
                }
            }
        }
    }

    /// `Bᵀ d B`.
    #[inline(always)]
    fn input<S: Simd>(&self, simd: S, mut d: [[S::F32; N1]; N0]) -> [[S::F32; N1]; N0] {
        for d in &mut d {
            *d = self.columns.input(simd, *d);
        }
        for j in 0..N1 {
            let mut column = [d[0][j]; N0];
            for (x, d) in column.iter_mut().zip(&d) {
                *x = d[j];
            }
            for (d, x) in d.iter_mut().zip(self.rows.input(simd, column)) {
                d[j] = x;
            }
        }
        d
    }

    /// `Aᵀ m A`.
    #[inline(always)]
    fn output<S: Simd>(&self, simd: S, m: [[S::F32; N1]; N0]) -> [[S::F32; M1]; M0] {
        let mut half = [[m[0][0]; N1]; M0];
        for j in 0..N1 {
            let mut column = [m[0][j]; N0];
            for (x, m) in column.iter_mut().zip(&m) {
                *x = m[j];
            }
            for (half, x) in half.iter_mut().zip(self.rows.output(simd, column)) {
                half[j] = x;
            }
        }
        let mut y = [[m[0][0]; M1]; M0];
        for (y, half) in y.iter_mut().zip(half) {
            *y = self.columns.output(simd, half);
        }
        y
    }
}
