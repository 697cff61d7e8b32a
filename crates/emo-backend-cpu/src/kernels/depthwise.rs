use crate::simd::Isa;

/// Output positions that are summed at a time: four 8-element registers hide the latency of an addition.
const WIDE: usize = 32;
const NARROW: usize = 4;

/// The convolution of one group, one output channel after the other, reading the padded image in place.
///
/// `weights` is row-major, one row of taps per output channel; `width` and `stride` are those of an output row.
#[inline(always)]
pub(crate) fn depthwise_group<S: Isa>(
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
            let (wide, rest) = output.as_chunks_mut::<WIDE>();
            let (narrow, single) = rest.as_chunks_mut::<NARROW>();
            let mut start = 0;
            for sums in wide {
                sum_taps::<S, WIDE>(&image[start..], (weights, bias), taps, stride, sums);
                start += WIDE * stride;
            }
            for sums in narrow {
                sum_taps::<S, NARROW>(&image[start..], (weights, bias), taps, stride, sums);
                start += NARROW * stride;
            }
            for sum in single {
                sum_taps::<S, 1>(
                    &image[start..],
                    (weights, bias),
                    taps,
                    stride,
                    std::array::from_mut(sum),
                );
                start += stride;
            }
        }
    }
}

#[inline(always)]
fn sum_taps<S: Isa, const N: usize>(
    image: &[f32],
    (weights, bias): (&[f32], f32),
    taps: &[usize],
    stride: usize,
    sums: &mut [f32; N],
) {
    let mut local = [bias; N];
    let reach = (N - 1) * stride + 1;
    for (&weight, &tap) in weights.iter().zip(taps) {
        let image = &image[tap..tap + reach];
        if stride == 1 {
            for (sum, &x) in local.iter_mut().zip(image) {
                *sum = S::mul_add(weight, x, *sum);
            }
        } else {
            for (sum, &x) in local.iter_mut().zip(image.iter().step_by(stride)) {
                *sum = S::mul_add(weight, x, *sum);
            }
        }
    }
    *sums = local;
}
