/// A sliding window over two axes; one-dimensional windows have a first axis of extent 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Window {
    pub(crate) input: [usize; 2],
    pub(crate) output: [usize; 2],
    pub(crate) kernel: [usize; 2],
    pub(crate) strides: [usize; 2],
    pub(crate) dilations: [usize; 2],
    pub(crate) pads_begin: [usize; 2],
    pub(crate) pads_end: [usize; 2],
}

impl Window {
    /// The input's extents with its padding; the largest number where that overflows.
    pub(crate) fn padded(&self) -> [usize; 2] {
        [0, 1].map(|axis| {
            self.pads_begin[axis]
                .saturating_add(self.input[axis])
                .saturating_add(self.pads_end[axis])
        })
    }

    pub(crate) fn is_padded(&self) -> bool {
        self.pads_begin != [0, 0] || self.pads_end != [0, 0]
    }

    /// The extents that the window covers at one position.
    pub(crate) fn reach(&self) -> [usize; 2] {
        [0, 1].map(|axis| (self.kernel[axis] - 1) * self.dilations[axis] + 1)
    }
}

/// Extents of a convolution.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ConvShape {
    pub(crate) batch: usize,
    pub(crate) groups: usize,
    /// Input channels of one group.
    pub(crate) group_inputs: usize,
    /// Output channels of one group.
    pub(crate) group_outputs: usize,
    pub(crate) window: Window,
}
