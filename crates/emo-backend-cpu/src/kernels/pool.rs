use crate::{
    buffer::SliceMut,
    kernel::{Inputs, Kernel},
    kernels::window::Window,
    simd::{Level, Simd, Vectorize},
};

/// How a window is reduced to one element.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reduction {
    Max,
    /// The mean over the elements inside the input.
    Mean,
    /// The mean over the elements inside the input and its padding, which is zero.
    MeanWithPadding,
}

/// Maximum or mean over sliding windows, plane by plane.
#[derive(Debug)]
pub(crate) struct Pool {
    level: Level,
    reduction: Reduction,
    window: Window,
    /// The output columns that each tap of a kernel's row reads inside the input, and the first input column.
    spans: Vec<Span>,
    /// One over the number of elements that each mean is taken over; empty for a maximum.
    inverse_counts: Vec<f32>,
}

/// Where one tap of a kernel's row falls inside the input.
#[derive(Debug, Clone, Copy)]
struct Span {
    first_output: usize,
    len: usize,
    first_input: usize,
}

impl Pool {
    pub(crate) fn new(level: Level, reduction: Reduction, window: Window) -> Self {
        Self {
            level,
            reduction,
            window,
            spans: (0..window.kernel[1])
                .map(|tap| Span::new(&window, tap))
                .collect(),
            inverse_counts: inverse_counts(reduction, &window),
        }
    }
}

/// One over the number of elements that the mean at each output position is taken over; empty for a maximum.
pub(crate) fn inverse_counts(reduction: Reduction, window: &Window) -> Vec<f32> {
    match reduction {
        Reduction::Max => Vec::new(),
        Reduction::Mean | Reduction::MeanWithPadding => {
            let counts = [0, 1].map(|axis| counts(reduction, window, axis));
            counts[0]
                .iter()
                .flat_map(|rows| counts[1].iter().map(move |columns| rows * columns))
                .map(|count| 1.0 / count as f32)
                .collect()
        }
    }
}

/// How many taps along `axis` count for each output position.
pub(crate) fn counts(reduction: Reduction, window: &Window, axis: usize) -> Vec<usize> {
    let begin = window.pads_begin[axis];
    let (low, high) = match reduction {
        Reduction::MeanWithPadding => (0, begin + window.input[axis] + window.pads_end[axis]),
        _ => (begin, begin + window.input[axis]),
    };
    let dilation = window.dilations[axis];
    (0..window.output[axis])
        .map(|position| {
            let start = position * window.strides[axis];
            let first = low.saturating_sub(start).div_ceil(dilation);
            let end = high.saturating_sub(start).div_ceil(dilation);
            end.min(window.kernel[axis]).saturating_sub(first)
        })
        .collect()
}

impl Span {
    fn new(window: &Window, tap: usize) -> Self {
        let offset = tap * window.dilations[1];
        let begin = window.pads_begin[1];
        let stride = window.strides[1];
        let first_output = begin.saturating_sub(offset).div_ceil(stride);
        let end = (begin + window.input[1])
            .saturating_sub(offset)
            .div_ceil(stride)
            .min(window.output[1]);
        if end <= first_output {
            return Self {
                first_output: 0,
                len: 0,
                first_input: 0,
            };
        }
        Self {
            first_output,
            len: end - first_output,
            first_input: first_output * stride + offset - begin,
        }
    }
}

impl Kernel for Pool {
    fn run(&self, inputs: &Inputs<'_>, output: SliceMut<'_>, _: &mut [f32]) {
        self.level.run(Planes {
            pool: self,
            input: inputs.get(0),
            output: output.of(),
        });
    }

    fn constant_bytes(&self) -> usize {
        size_of_val(&*self.inverse_counts)
    }
}

/// All planes through a [`Pool`].
struct Planes<'a> {
    pool: &'a Pool,
    input: &'a [f32],
    output: &'a mut [f32],
}

impl Vectorize for Planes<'_> {
    #[inline(always)]
    fn run<S: Simd, const NR: usize>(self, _: S) {
        let pool = self.pool;
        let window = &pool.window;
        let [input_height, input_width] = window.input;
        let [output_height, output_width] = window.output;
        for (plane, output) in self
            .input
            .chunks_exact(input_height * input_width)
            .zip(self.output.chunks_exact_mut(output_height * output_width))
        {
            for (row, output) in output.chunks_exact_mut(output_width).enumerate() {
                output.fill(match pool.reduction {
                    Reduction::Max => f32::NEG_INFINITY,
                    _ => 0.0,
                });
                let rows = (0..window.kernel[0])
                    .map(|tap| row * window.strides[0] + tap * window.dilations[0])
                    .filter_map(|index| index.checked_sub(window.pads_begin[0]))
                    .filter(|&index| index < input_height);
                for index in rows {
                    let input = &plane[index * input_width..][..input_width];
                    match pool.reduction {
                        Reduction::Max => {
                            pool.add_row(input, output, |y, x| if x > y { x } else { y });
                        }
                        _ => pool.add_row(input, output, |y, x| y + x),
                    }
                }
                if let Some(inverse) = pool
                    .inverse_counts
                    .get(row * output_width..(row + 1) * output_width)
                {
                    output.iter_mut().zip(inverse).for_each(|(y, f)| *y *= f);
                }
            }
        }
    }
}

impl Pool {
    #[inline(always)]
    fn add_row(&self, input: &[f32], output: &mut [f32], combine: impl Fn(f32, f32) -> f32 + Copy) {
        for span in &self.spans {
            let output = &mut output[span.first_output..][..span.len];
            let input = &input[span.first_input..];
            let last = match output.len().checked_sub(1) {
                Some(steps) => steps * self.window.strides[1],
                None => continue,
            };
            let pairs = (output, &input[..=last]);
            // Fixed strides vectorise.
            match self.window.strides[1] {
                1 => combine_step::<1>(pairs, combine),
                2 => combine_step::<2>(pairs, combine),
                stride => {
                    for (y, &x) in pairs.0.iter_mut().zip(pairs.1.iter().step_by(stride)) {
                        *y = combine(*y, x);
                    }
                }
            }
        }
    }
}

#[inline(always)]
fn combine_step<const STRIDE: usize>(
    (output, input): (&mut [f32], &[f32]),
    combine: impl Fn(f32, f32) -> f32,
) {
    let (steps, last) = input.as_chunks::<STRIDE>();
    for (y, x) in output.iter_mut().zip(steps) {
        *y = combine(*y, x[0]);
    }
    if let (Some(y), Some(&x)) = (output.get_mut(steps.len()), last.first()) {
        *y = combine(*y, x);
    }
}
