/// The most spatial axes that general windows handle.
pub(crate) const MAX_SPATIAL: usize = 6;

/// One axis of a sliding window; a negative pad cuts elements off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct WindowAxis {
    pub(crate) input: usize,
    pub(crate) output: usize,
    pub(crate) kernel: usize,
    pub(crate) stride: usize,
    pub(crate) dilation: usize,
    pub(crate) begin: isize,
    pub(crate) end: isize,
}

impl WindowAxis {
    /// The input's extent with its padding.
    pub(crate) fn padded(&self) -> usize {
        self.input
            .saturating_add_signed(self.begin)
            .saturating_add_signed(self.end)
    }

    /// How many taps fall inside the input and its padding, for each output position.
    pub(crate) fn padded_counts(&self) -> Vec<usize> {
        (0..self.output)
            .map(|position| {
                self.padded()
                    .saturating_sub(position * self.stride)
                    .div_ceil(self.dilation)
                    .min(self.kernel)
            })
            .collect()
    }

    /// The input position under a tap of the window at an output position, if it is not in the padding.
    fn under(&self, position: usize, tap: usize) -> Option<usize> {
        let padded = position * self.stride + tap * self.dilation;
        if padded >= self.padded() {
            return None;
        }
        let input = padded.checked_add_signed(-self.begin)?;
        (input < self.input).then_some(input)
    }

    /// The input position that a tap carries to an output position when the window is transposed.
    fn behind(&self, position: usize, tap: usize) -> Option<usize> {
        let scaled = position
            .checked_add_signed(self.begin)?
            .checked_sub(tap * self.dilation)?;
        let input = scaled / self.stride;
        (scaled.is_multiple_of(self.stride) && input < self.input).then_some(input)
    }
}

/// Which elements of an input plane each element of an output plane is computed from, and by which tap of the kernel.
#[derive(Debug)]
pub(crate) struct Taps {
    axes: Vec<TapAxis>,
}

#[derive(Debug)]
struct TapAxis {
    /// Where the taps of each output position start, and where the last end.
    starts: Vec<usize>,
    taps: Vec<Tap>,
}

/// Offsets of one tap in the kernel and in the input plane.
#[derive(Debug, Clone, Copy)]
struct Tap {
    kernel: usize,
    input: usize,
}

impl Taps {
    /// Of a window that slides over the input.
    pub(crate) fn sliding(axes: &[WindowAxis]) -> Self {
        Self::new(axes, WindowAxis::under)
    }

    /// Of the transposed operation, in which each input element spreads over a window of the output.
    pub(crate) fn transposed(axes: &[WindowAxis]) -> Self {
        Self::new(axes, WindowAxis::behind)
    }

    fn new(axes: &[WindowAxis], find: impl Fn(&WindowAxis, usize, usize) -> Option<usize>) -> Self {
        let (mut kernel_step, mut input_step) = (1, 1);
        let mut tap_axes: Vec<TapAxis> = axes
            .iter()
            .rev()
            .map(|axis| {
                let mut starts = vec![0];
                let mut taps = Vec::new();
                for position in 0..axis.output {
                    for tap in 0..axis.kernel {
                        if let Some(input) = find(axis, position, tap) {
                            taps.push(Tap {
                                kernel: tap * kernel_step,
                                input: input * input_step,
                            });
                        }
                    }
                    starts.push(taps.len());
                }
                kernel_step *= axis.kernel;
                input_step *= axis.input;
                TapAxis { starts, taps }
            })
            .collect();
        tap_axes.reverse();
        Self { axes: tap_axes }
    }

    /// Whether some output element has no input.
    pub(crate) fn leave_gaps(&self) -> bool {
        self.axes
            .iter()
            .any(|axis| axis.starts.windows(2).any(|pair| pair[0] == pair[1]))
    }

    pub(crate) fn bytes(&self) -> usize {
        self.axes
            .iter()
            .map(|axis| size_of_val(&*axis.starts) + size_of_val(&*axis.taps))
            .sum()
    }

    /// Calls `visit` with the offsets in the kernel and in the input plane of each tap of output element `index`.
    #[inline(always)]
    pub(crate) fn for_each(&self, index: usize, mut visit: impl FnMut(usize, usize)) {
        let mut taps: [&[Tap]; MAX_SPATIAL] = [&[]; MAX_SPATIAL];
        let mut rest = index;
        for (taps, axis) in taps[..self.axes.len()].iter_mut().zip(&self.axes).rev() {
            let extent = axis.starts.len() - 1;
            let position = rest % extent;
            rest /= extent;
            *taps = &axis.taps[axis.starts[position]..axis.starts[position + 1]];
        }
        descend(&taps[..self.axes.len()], 0, 0, &mut visit);
    }

    /// How many taps each output position has along each axis.
    pub(crate) fn counts(&self) -> Vec<Vec<usize>> {
        self.axes
            .iter()
            .map(|axis| {
                axis.starts
                    .windows(2)
                    .map(|pair| pair[1] - pair[0])
                    .collect()
            })
            .collect()
    }
}

fn descend(axes: &[&[Tap]], kernel: usize, input: usize, visit: &mut impl FnMut(usize, usize)) {
    match axes {
        [] => {}
        [inner] => {
            for tap in *inner {
                visit(kernel + tap.kernel, input + tap.input);
            }
        }
        [outer, rest @ ..] => {
            for tap in *outer {
                descend(rest, kernel + tap.kernel, input + tap.input, visit);
            }
        }
    }
}
