use crate::{
    buffer::SliceMut,
    kernel::{Follower, Inputs, Kernel},
    kernels::{
        depthwise::depthwise_group,
        gemm::{KC, MR, Strided, Tile, accumulate, load, pack_rows, packed_rows_len, store},
        unary::Unary,
    },
    simd::{Level, Simd, Vectorize},
};

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

    fn is_padded(&self) -> bool {
        self.pads_begin != [0, 0] || self.pads_end != [0, 0]
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

/// Convolution with constant weights.
///
/// The input is padded once; a tap of the kernel then reads each output position at a fixed distance, so that
/// the columns of the implied matrix are gathered, or copied where they lie side by side, without a test.
#[derive(Debug)]
pub(crate) struct Conv {
    level: Level,
    shape: ConvShape,
    /// Per group: rows packed by [`pack_rows`], or row-major for the depthwise form.
    weights: Vec<f32>,
    /// One per output channel of each group, rounded up to whole panels.
    bias: Vec<f32>,
    form: Form,
    activation: Option<Unary>,
    /// Where each tap of a group reads, relative to its output position.
    taps: Vec<usize>,
    /// Where each output position reads its first tap.
    columns: Vec<usize>,
    /// Extents of the padded input.
    padded: [usize; 2],
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    /// Too few output channels per group to fill a tile.
    Depthwise,
    Gemm,
}

impl Conv {
    /// `weights` as `[groups · group_outputs, group_inputs, kernel…]`.
    pub(crate) fn new(
        level: Level,
        shape: ConvShape,
        weights: &[f32],
        bias: Option<&[f32]>,
    ) -> Self {
        let window = shape.window;
        let padded = window.padded();
        let taps = offsets(&[
            (shape.group_inputs, padded[0] * padded[1]),
            (window.kernel[0], window.dilations[0] * padded[1]),
            (window.kernel[1], window.dilations[1]),
        ]);
        let columns = offsets(&[
            (window.output[0], window.strides[0] * padded[1]),
            (window.output[1], window.strides[1]),
        ]);
        let (m, k) = (shape.group_outputs, taps.len());
        let form = if m < MR { Form::Depthwise } else { Form::Gemm };
        let (rows, weights) = match form {
            Form::Depthwise => (m, weights.to_vec()),
            Form::Gemm => {
                let len = packed_rows_len(m, k);
                let mut packed = vec![0.0; shape.groups * len];
                for (packed, group) in packed
                    .chunks_exact_mut(len)
                    .zip(weights.chunks_exact(m * k))
                {
                    pack_rows(group, Strided { row: k, column: 1 }, m, k, packed);
                }
                (m.next_multiple_of(MR), packed)
            }
        };
        let mut padded_bias = vec![0.0; shape.groups * rows];
        if let Some(bias) = bias {
            for (to, from) in padded_bias.chunks_exact_mut(rows).zip(bias.chunks_exact(m)) {
                to[..m].copy_from_slice(from);
            }
        }
        Self {
            level,
            shape,
            weights,
            bias: padded_bias,
            form,
            activation: None,
            taps,
            columns,
            padded,
        }
    }

    fn padded_len(&self) -> usize {
        if self.shape.window.is_padded() {
            self.shape.groups * self.shape.group_inputs * self.padded[0] * self.padded[1]
        } else {
            0
        }
    }

    /// Multiplies all weights of each output channel by `scale`.
    fn scale_weights(&mut self, scale: &[f64]) {
        let (m, k) = (self.shape.group_outputs, self.taps.len());
        let group_len = self.weights.len() / self.shape.groups;
        for (weights, scale) in self
            .weights
            .chunks_exact_mut(group_len)
            .zip(scale.chunks_exact(m))
        {
            for (channel, &scale) in scale.iter().enumerate() {
                let (start, step) = match self.form {
                    Form::Depthwise => (channel * k, 1),
                    Form::Gemm => (channel / MR * MR * k + channel % MR, MR),
                };
                for weight in weights[start..].iter_mut().step_by(step).take(k) {
                    *weight = (f64::from(*weight) * scale) as f32;
                }
            }
        }
    }
}

/// The offsets of all index tuples, the last axis fastest; an axis is its extent and its step.
fn offsets(axes: &[(usize, usize)]) -> Vec<usize> {
    axes.iter().fold(vec![0], |offsets, &(extent, step)| {
        offsets
            .iter()
            .flat_map(|offset| (0..extent).map(move |index| offset + index * step))
            .collect()
    })
}

impl Kernel for Conv {
    fn run(&self, inputs: &Inputs<'_>, output: SliceMut<'_>, scratch: &mut [f32]) {
        let input = inputs.get::<f32>(0);
        let output = output.of::<f32>();
        let (padded, scratch) = scratch.split_at_mut(self.padded_len());
        let image_len = input.len() / self.shape.batch;
        let output_len = output.len() / self.shape.batch;
        for (image, output) in input
            .chunks_exact(image_len)
            .zip(output.chunks_exact_mut(output_len))
        {
            let image = if self.shape.window.is_padded() {
                pad(image, &self.shape.window, self.padded, padded);
                &*padded
            } else {
                image
            };
            self.level.run(ConvImage {
                conv: self,
                image,
                output,
                scratch,
            });
        }
    }

    fn scratch_len(&self) -> usize {
        let columns = match self.form {
            Form::Depthwise => 0,
            Form::Gemm => KC.min(self.taps.len()) * self.level.nr(),
        };
        self.padded_len() + columns
    }

    fn macs(&self) -> u64 {
        let ConvShape {
            batch,
            groups,
            group_outputs,
            ..
        } = self.shape;
        [groups, group_outputs, self.taps.len(), self.columns.len()]
            .iter()
            .fold(batch as u64, |macs, &extent| {
                macs.saturating_mul(extent as u64)
            })
    }

    fn constant_bytes(&self) -> usize {
        size_of_val(&*self.weights)
            + size_of_val(&*self.bias)
            + size_of_val(&*self.taps)
            + size_of_val(&*self.columns)
    }

    fn absorb(&mut self, follower: &Follower) -> bool {
        if self.activation.is_some() {
            return false;
        }
        match follower {
            Follower::Quantize { .. } => return false,
            Follower::Activation(activation) => self.activation = Some(*activation),
            Follower::Affine { scale, shift } => {
                self.scale_weights(scale);
                let m = self.shape.group_outputs;
                let rows = self.bias.len() / self.shape.groups;
                for (channel, (scale, shift)) in scale.iter().zip(shift).enumerate() {
                    let bias = &mut self.bias[channel / m * rows + channel % m];
                    *bias = (f64::from(*bias) * scale + shift) as f32;
                }
            }
        }
        true
    }
}

/// Copies each plane of `image` into the middle of a plane of zeros.
fn pad(image: &[f32], window: &Window, padded: [usize; 2], out: &mut [f32]) {
    out.fill(0.0);
    let [height, width] = window.input;
    let [top, left] = window.pads_begin;
    for (plane, out) in image
        .chunks_exact(height * width)
        .zip(out.chunks_exact_mut(padded[0] * padded[1]))
    {
        for (row, out) in plane
            .chunks_exact(width)
            .zip(out.chunks_exact_mut(padded[1]).skip(top))
        {
            out[left..left + width].copy_from_slice(row);
        }
    }
}

/// One image through a [`Conv`].
struct ConvImage<'a> {
    conv: &'a Conv,
    image: &'a [f32],
    output: &'a mut [f32],
    scratch: &'a mut [f32],
}

impl Vectorize for ConvImage<'_> {
    #[inline(always)]
    fn run<S: Simd, const NR: usize>(self, simd: S) {
        let conv = self.conv;
        let groups = conv.shape.groups;
        let image_len = self.image.len() / groups;
        let output_len = self.output.len() / groups;
        let weights_len = conv.weights.len() / groups;
        let bias_len = conv.bias.len() / groups;
        for group in 0..groups {
            let image = &self.image[group * image_len..][..image_len];
            let output = &mut self.output[group * output_len..][..output_len];
            let weights = &conv.weights[group * weights_len..][..weights_len];
            let bias = &conv.bias[group * bias_len..][..bias_len];
            match conv.form {
                Form::Depthwise => {
                    let [_, width] = conv.shape.window.output;
                    let [_, stride] = conv.shape.window.strides;
                    depthwise_group::<S>(
                        image,
                        (weights, bias),
                        (&conv.taps, &conv.columns),
                        (width, stride),
                        output,
                    );
                    if let Some(activation) = conv.activation {
                        activation.apply(simd, output);
                    }
                }
                Form::Gemm => {
                    conv_group::<S, NR>(simd, conv, image, (weights, bias), output, self.scratch);
                }
            }
        }
    }
}

#[inline(always)]
fn conv_group<S: Simd, const NR: usize>(
    simd: S,
    conv: &Conv,
    image: &[f32],
    (weights, bias): (&[f32], &[f32]),
    output: &mut [f32],
    scratch: &mut [f32],
) {
    let (n, k) = (conv.columns.len(), conv.taps.len());
    for (panel, columns) in conv.columns.chunks(NR).enumerate() {
        let (first, width) = (panel * NR, columns.len());
        for start in (0..k).step_by(KC) {
            let end = k.min(start + KC);
            let packed = &mut scratch[..(end - start) * NR];
            gather::<NR>(image, &conv.taps[start..end], columns, packed);
            let blocks = output
                .chunks_mut(MR * n)
                .zip(weights.chunks_exact(MR * k))
                .zip(bias.as_chunks::<MR>().0);
            for ((output, weights), bias) in blocks {
                let mut tile: Tile<NR> = bias.map(|bias| [bias; NR]);
                if start > 0 {
                    load(&mut tile, output, n, first, width);
                }
                accumulate::<S, NR>(&weights[start * MR..end * MR], packed, &mut tile);
                if end == k
                    && let Some(activation) = conv.activation
                {
                    tile.iter_mut().for_each(|row| activation.apply(simd, row));
                }
                store(&tile, output, n, first, width);
            }
        }
    }
}

/// Writes a panel of the implied matrix: one row per tap, one column per output position.
#[inline(always)]
fn gather<const NR: usize>(image: &[f32], taps: &[usize], columns: &[usize], packed: &mut [f32]) {
    let (rows, _) = packed.as_chunks_mut::<NR>();
    let (first, last) = (columns[0], columns[columns.len() - 1]);
    if columns.len() == NR && last - first == NR - 1 {
        for (row, tap) in rows.iter_mut().zip(taps) {
            row.copy_from_slice(&image[tap + first..][..NR]);
        }
    } else {
        for (row, tap) in rows.iter_mut().zip(taps) {
            let image = &image[*tap..];
            for (element, column) in row.iter_mut().zip(columns) {
                *element = image[*column];
            }
            row[columns.len()..].fill(0.0);
        }
    }
}
