use crate::simd::Simd;

/// The convolution of one group, one output channel after the other, reading the padded image in place.
///
/// `weights` is row-major, one row of taps per output channel; `width` and `stride` are those of an output row.
/// Up to 32 positions are summed at a time: four 8-element registers, which hide the latency of an addition.
#[inline(always)]
pub(crate) fn depthwise_group<S: Simd>(
    image: &[f32],
    (weights, bias): (&[f32], &[f32]),
    (taps, columns): (&[usize], &[usize]),
    (width, stride): (usize, usize),
    output: &mut [f32],
) {
    let channels = output
        .chunks_exact_mut(columns.len())
        .zip(weights.chunks_exact(taps.len()))
        .zip(bias);
    for ((output, weights), &bias) in channels {
        for (output, columns) in output
            .chunks_exact_mut(width)
            .zip(columns.chunks_exact(width))
        {
            let image = &image[columns[0]..];
            let sums = Sums {
                weights,
                bias,
                taps,
                stride,
            };
            let done = sums.tiles::<S, 32>(image, output, 0);
            let done = sums.tiles::<S, 16>(image, output, done);
            let done = sums.tiles::<S, 8>(image, output, done);
            let done = sums.tiles::<S, 4>(image, output, done);
            sums.tiles::<S, 1>(image, output, done);
        }
    }
}

/// How one output channel sums its taps.
#[derive(Clone, Copy)]
struct Sums<'a> {
    weights: &'a [f32],
    bias: f32,
    taps: &'a [usize],
    stride: usize,
}

impl Sums<'_> {
    /// Computes whole tiles of `N` positions of a row from `done` on, and returns where they end.
    #[inline(always)]
    fn tiles<S: Simd, const N: usize>(
        self,
        image: &[f32],
        output: &mut [f32],
        done: usize,
    ) -> usize {
        let (tiles, _) = output[done..].as_chunks_mut::<N>();
        let end = done + tiles.len() * N;
        for (index, tile) in tiles.iter_mut().enumerate() {
            let image = &image[(done + index * N) * self.stride..];
            *tile = match self.stride {
                1 => self.tile::<S, N, 1>(image),
                2 => self.tile::<S, N, 2>(image),
                _ => self.strided_tile(image),
            };
        }
        end
    }

    #[inline(always)]
    fn tile<S: Simd, const N: usize, const STRIDE: usize>(self, image: &[f32]) -> [f32; N] {
        let mut sums = [self.bias; N];
        for (&weight, &tap) in self.weights.iter().zip(self.taps) {
            let image = &image[tap..][..(N - 1) * STRIDE + 1];
            for (index, sum) in sums.iter_mut().enumerate() {
                *sum = S::mul_add_one(weight, image[index * STRIDE], *sum);
            }
        }
        sums
    }

    fn strided_tile<const N: usize>(self, image: &[f32]) -> [f32; N] {
        let mut sums = [self.bias; N];
        for (&weight, &tap) in self.weights.iter().zip(self.taps) {
            for (sum, x) in sums
                .iter_mut()
                .zip(image[tap..].iter().step_by(self.stride))
            {
                *sum += weight * x;
            }
        }
        sums
    }
}
