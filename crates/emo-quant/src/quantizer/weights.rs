use emo_tensor::{ElementType, I4, QuantParams, Tensor, U4};
use ndarray::{Array2, ArrayD};

use super::{config::Granularity, layer::Layer};
use crate::{ClipRange, QuantError, QuantScheme};

/// A layer's weights as integers.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct QuantizedWeight {
    /// `[outputs, inputs of one output]`.
    pub(crate) integers: Array2<i32>,
    pub(crate) params: Params,
    pub(crate) scheme: QuantScheme,
}

/// Which scale each weight has.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Params {
    PerTensor(QuantParams),
    /// One for each output.
    PerChannel(Vec<QuantParams>),
    /// Of `[outputs, blocks · span]`: a block is `len` steps along an axis, each of which spans so many neighbours.
    Blocks {
        params: Array2<QuantParams>,
        len: usize,
        span: usize,
        axis: usize,
    },
}

impl Params {
    /// Those of one weight.
    pub(crate) fn of(&self, output: usize, input: usize) -> QuantParams {
        match self {
            Self::PerTensor(params) => *params,
            Self::PerChannel(params) => params[output],
            Self::Blocks {
                params, len, span, ..
            } => params[[output, input / span / len * span + input % span]],
        }
    }

    /// Where those of one weight stand: `(output, block)`.
    pub(crate) fn place(&self, output: usize, input: usize) -> (usize, usize) {
        match self {
            Self::PerTensor(_) => (0, 0),
            Self::PerChannel(_) => (output, 0),
            Self::Blocks { len, span, .. } => (output, input / span / len * span + input % span),
        }
    }

    /// Takes over what others have at this place.
    pub(crate) fn take(&mut self, place: (usize, usize), from: &Self) {
        match (self, from) {
            (Self::PerTensor(own), Self::PerTensor(from)) => *own = *from,
            (Self::PerChannel(own), Self::PerChannel(from)) => own[place.0] = from[place.0],
            (Self::Blocks { params: own, .. }, Self::Blocks { params: from, .. }) => {
                own[place] = from[place]
            }
            _ => {}
        }
    }

    /// The same with scales large enough for the bias to be written as `i32` in the units of the sums.
    pub(crate) fn fit_for_bias(
        mut self,
        input: Option<QuantParams>,
        bias: Option<&[f32]>,
    ) -> Result<Self, QuantError> {
        /// Far enough from the end of `i32` for the sums that are added.
        const LARGEST: f32 = (1 << 29) as f32;
        let (Some(input), Some(bias)) = (input, bias) else {
            return Ok(self);
        };
        let fit = |params: &mut QuantParams, bias: f32| -> Result<(), QuantError> {
            let least = bias.abs() / LARGEST / input.scale();
            if params.scale() < least {
                *params = QuantParams::new(least, params.zero_point(), params.element_type())?;
            }
            Ok(())
        };
        match &mut self {
            Self::PerTensor(params) => {
                let largest = bias.iter().fold(0.0_f32, |max, b| max.max(b.abs()));
                fit(params, largest)?;
            }
            Self::PerChannel(all) => {
                for (params, &bias) in all.iter_mut().zip(bias) {
                    fit(params, bias)?;
                }
            }
            Self::Blocks { .. } => {}
        }
        Ok(self)
    }

    /// Those that the ranges of the weights give, a part `kept` of each range.
    pub(crate) fn of_range(
        layer: &Layer,
        weight: &Array2<f32>,
        scheme: QuantScheme,
        granularity: Granularity,
        kept: &dyn Fn(usize) -> f32,
    ) -> Result<Self, QuantError> {
        let range = |part: f32, values: &mut dyn Iterator<Item = f32>| {
            let (low, high) = values.fold((0.0_f32, 0.0_f32), |(low, high), w| {
                (low.min(w), high.max(w))
            });
            ClipRange::new(low * part, high * part)?.params(scheme)
        };
        Ok(match layer.granularity(granularity) {
            Granularity::PerTensor => Self::PerTensor(range(kept(0), &mut weight.iter().copied())?),
            Granularity::Blocks(len) if layer.block_axis(len).is_some() => {
                let (axis, span) = layer.block_axis(len).unwrap_or((0, 1));
                let n_blocks = (weight.ncols() / span).div_ceil(len);
                let mut params = Vec::with_capacity(weight.nrows() * n_blocks * span);
                for row in weight.rows() {
                    for block in 0..n_blocks {
                        for offset in 0..span {
                            let steps = block * len..((block + 1) * len).min(row.len() / span);
                            params.push(range(
                                kept(0),
                                &mut steps.map(|step| row[step * span + offset]),
                            )?);
                        }
                    }
                }
                Self::Blocks {
                    params: Array2::from_shape_vec((weight.nrows(), n_blocks * span), params)
                        .expect("each row has its blocks"),
                    len,
                    span,
                    axis,
                }
            }
            _ => Self::PerChannel(
                weight
                    .rows()
                    .into_iter()
                    .enumerate()
                    .map(|(output, row)| range(kept(output), &mut row.iter().copied()))
                    .collect::<Result<_, _>>()?,
            ),
        })
    }
}

impl QuantizedWeight {
    /// Weights rounded to the nearest.
    pub(crate) fn nearest(weight: &Array2<f32>, params: Params, scheme: QuantScheme) -> Self {
        let integers = Array2::from_shape_fn(weight.dim(), |(output, input)| {
            params.of(output, input).quantize(weight[[output, input]])
        });
        Self {
            integers,
            params,
            scheme,
        }
    }

    /// The numbers that the integers stand for.
    pub(crate) fn to_reals(&self) -> Array2<f32> {
        Array2::from_shape_fn(self.integers.dim(), |(output, input)| {
            self.params
                .of(output, input)
                .dequantize(self.integers[[output, input]])
        })
    }

    /// The integers as the file has them.
    pub(crate) fn to_tensor(&self, layer: &Layer) -> Tensor {
        integers_to_tensor(
            &layer.to_file_shape(&self.integers),
            self.scheme.element_type(),
        )
    }
}

/// Integers as a tensor of a type that is known to hold them.
pub(crate) fn integers_to_tensor(integers: &ArrayD<i32>, element_type: ElementType) -> Tensor {
    match element_type {
        ElementType::I4 => integers.mapv(|q| I4::from_bits(q as u8)).into(),
        ElementType::U4 => integers.mapv(|q| U4::from_bits(q as u8)).into(),
        ElementType::I8 => integers.mapv(|q| q as i8).into(),
        ElementType::U8 => integers.mapv(|q| q as u8).into(),
        ElementType::I16 => integers.mapv(|q| q as i16).into(),
        ElementType::U16 => integers.mapv(|q| q as u16).into(),
        _ => integers.clone().into(),
    }
}
