use emo_onnx::Node;
use ndarray::{Array2, ArrayD};

use super::layer::{Kind, Layer};

/// How a convolution moves over its input.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Geometry {
    pub(crate) group: usize,
    kernel: Vec<usize>,
    strides: Vec<usize>,
    dilations: Vec<usize>,
    pads_before: Vec<usize>,
    pads_behind: Vec<usize>,
}

impl Geometry {
    /// That of a node with weights and input of these shapes; none if they contradict each other.
    pub(super) fn read(node: &Node, weight: &[usize], input: &[usize]) -> Option<Self> {
        let kernel = weight.get(2..)?.to_vec();
        let n_axes = kernel.len();
        if n_axes == 0 || input.len() != n_axes + 2 {
            return None;
        }
        let list = |name: &str, default: usize| -> Option<Vec<usize>> {
            match node.ints(name).ok()? {
                None => Some(vec![default; n_axes]),
                Some(values) if values.len() == n_axes => values
                    .iter()
                    .map(|&value| usize::try_from(value).ok().filter(|&value| value > 0))
                    .collect(),
                Some(_) => None,
            }
        };
        let (strides, dilations) = (list("strides", 1)?, list("dilations", 1)?);
        let group = usize::try_from(node.int("group", 1).ok()?).ok()?;
        let channels_per_group = *weight.get(1)?;
        if group == 0
            || channels_per_group * group != *input.get(1)?
            || !weight[0].is_multiple_of(group)
        {
            return None;
        }
        let (mut pads_before, mut pads_behind) = (vec![0; n_axes], vec![0; n_axes]);
        match node.string("auto_pad", "NOTSET").ok()? {
            "NOTSET" => {
                if let Some(pads) = node.ints("pads").ok()? {
                    let pads: Vec<usize> = pads
                        .iter()
                        .map(|&pad| usize::try_from(pad).ok())
                        .collect::<Option<_>>()?;
                    if pads.len() != 2 * n_axes {
                        return None;
                    }
                    pads_before = pads[..n_axes].to_vec();
                    pads_behind = pads[n_axes..].to_vec();
                }
            }
            "VALID" => {}
            auto @ ("SAME_UPPER" | "SAME_LOWER") => {
                for axis in 0..n_axes {
                    let extent = input[axis + 2];
                    if extent == 0 {
                        return None;
                    }
                    let span = (kernel[axis] - 1) * dilations[axis] + 1;
                    let n_outputs = extent.div_ceil(strides[axis]);
                    let total =
                        ((n_outputs.max(1) - 1) * strides[axis] + span).saturating_sub(extent);
                    let smaller = total / 2;
                    (pads_before[axis], pads_behind[axis]) = match auto {
                        "SAME_UPPER" => (smaller, total - smaller),
                        _ => (total - smaller, smaller),
                    };
                }
            }
            _ => return None,
        }
        Some(Self {
            group,
            kernel,
            strides,
            dilations,
            pads_before,
            pads_behind,
        })
    }

    /// The spatial extents of the output for an input of this shape `[batch, channels, …]`.
    fn output_extents(&self, input: &[usize]) -> Vec<usize> {
        (0..self.kernel.len())
            .map(|axis| {
                let span = (self.kernel[axis] - 1) * self.dilations[axis] + 1;
                let extent = input[axis + 2] + self.pads_before[axis] + self.pads_behind[axis];
                (extent + self.strides[axis]).saturating_sub(span) / self.strides[axis]
            })
            .collect()
    }
}

impl Layer {
    /// At how many places the layer computes its outputs for an input of this shape.
    pub(crate) fn n_positions(&self, input: &[usize]) -> usize {
        match &self.kind {
            Kind::Conv(geometry) => {
                input[0] * geometry.output_extents(input).iter().product::<usize>()
            }
            _ => input[..input.len() - 1].iter().product(),
        }
    }

    /// What the outputs of one group at these places are computed from: `[positions, inputs of one output]`.
    pub(crate) fn patches(
        &self,
        x: &ArrayD<f32>,
        group: usize,
        positions: &[usize],
    ) -> Array2<f32> {
        let row_len = self.weight.ncols();
        let x = x.as_standard_layout();
        let flat = x.as_slice().expect("the layout is standard");
        let mut rows = Vec::with_capacity(positions.len() * row_len);
        match &self.kind {
            Kind::Conv(geometry) => {
                let extents = geometry.output_extents(x.shape());
                let taps: usize = geometry.kernel.iter().product();
                let n_channels = row_len / taps;
                let plane: usize = x.shape()[2..].iter().product();
                // The place of each tap in a plane; none in the padding.
                let mut places = vec![None; taps];
                for &position in positions {
                    let places_per_example: usize = extents.iter().product();
                    let (example, within) =
                        (position / places_per_example, position % places_per_example);
                    for (tap, place) in places.iter_mut().enumerate() {
                        *place = geometry.place(x.shape(), &extents, within, tap);
                    }
                    let first = (example * x.shape()[1] + group * n_channels) * plane;
                    for channel in 0..n_channels {
                        let from = first + channel * plane;
                        rows.extend(
                            places
                                .iter()
                                .map(|place| place.map_or(0.0, |at| flat[from + at])),
                        );
                    }
                }
            }
            _ => {
                for &position in positions {
                    rows.extend_from_slice(&flat[position * row_len..(position + 1) * row_len]);
                }
            }
        }
        Array2::from_shape_vec((positions.len(), row_len), rows)
            .expect("each position gives one row")
    }

    /// The outputs of one group at these places: `[positions, outputs of the group]`.
    pub(crate) fn results(
        &self,
        y: &ArrayD<f32>,
        group: usize,
        positions: &[usize],
    ) -> Array2<f32> {
        let n_outputs = self.weight.nrows() / self.groups();
        let y = y.as_standard_layout();
        let flat = y.as_slice().expect("the layout is standard");
        let is_conv = matches!(self.kind, Kind::Conv(_));
        let plane: usize = if is_conv {
            y.shape()[2..].iter().product()
        } else {
            1
        };
        Array2::from_shape_fn((positions.len(), n_outputs), |(row, output)| {
            let position = positions[row];
            if is_conv {
                let (example, within) = (position / plane, position % plane);
                let channel = group * n_outputs + output;
                flat[(example * self.weight.nrows() + channel) * plane + within]
            } else {
                flat[position * n_outputs + output]
            }
        })
    }
}

impl Geometry {
    /// The place in a plane of the input that tap `tap` of the output at `position` reads; none in the padding.
    fn place(
        &self,
        input: &[usize],
        extents: &[usize],
        position: usize,
        tap: usize,
    ) -> Option<usize> {
        let (mut position, mut tap) = (position, tap);
        let mut place = 0;
        let mut step = 1;
        for axis in (0..self.kernel.len()).rev() {
            let output = position % extents[axis];
            let offset = tap % self.kernel[axis];
            position /= extents[axis];
            tap /= self.kernel[axis];
            let at = (output * self.strides[axis] + offset * self.dilations[axis])
                .checked_sub(self.pads_before[axis])?;
            if at >= input[axis + 2] {
                return None;
            }
            place += at * step;
            step *= input[axis + 2];
        }
        Some(place)
    }
}
