use emo_tensor::ElementType;
use ndarray::ArrayD;

use super::{
    affine::{Affine, flat},
    numbers,
};
use crate::{Attribute, GraphView, Node, Patch};

/// A layer with constant weights, as numbers that can be changed.
#[derive(Debug)]
pub(super) struct Layer {
    kind: Kind,
    element_type: ElementType,
    weight: ArrayD<f64>,
    bias: Option<ArrayD<f64>>,
    /// How many axes the layer's input and output have.
    rank: usize,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Kind {
    Conv { group: usize, padded: bool },
    ConvTranspose { group: usize },
    Gemm { alpha: f64, trans_b: bool },
    MatMul,
}

impl Layer {
    /// The layer that `node` is; none if it is no layer, or its weights are not its own constants.
    pub(super) fn read(view: &GraphView<'_>, node: &Node) -> Option<Self> {
        let is_conv = node.is("Conv") || node.is("ConvTranspose");
        if !is_conv && !node.is("Gemm") && !node.is("MatMul") {
            return None;
        }
        let own = |index: usize| {
            let name = node.input(index)?;
            view.only_reader(name)?;
            view.constant(name)
        };
        let tensor = own(1)?;
        let element_type = tensor.element_type();
        let weight = numbers::read(tensor)?;
        let rank = view.rank(node.input(0)?)?;
        let mut bias = match node.input(2) {
            Some(bias) => Some(numbers::read(view.constant(bias)?)?),
            None => None,
        };
        let group = usize::try_from(node.int("group", 1).ok()?).ok()?;
        if group == 0 {
            return None;
        }
        let kind = if node.is("Conv") {
            let auto_pad = node.string("auto_pad", "NOTSET").ok()?;
            let pads = node.ints("pads").ok()?.unwrap_or_default();
            let padded = match auto_pad {
                "NOTSET" => pads.iter().any(|&pad| pad != 0),
                "VALID" => false,
                _ => true,
            };
            Kind::Conv { group, padded }
        } else if node.is("ConvTranspose") {
            Kind::ConvTranspose { group }
        } else if node.is("Gemm") {
            if node.int("transA", 0).ok()? != 0 || weight.ndim() != 2 {
                return None;
            }
            let beta = f64::from(node.float("beta", 1.0).ok()?);
            // The factor goes into the bias, whose own one is 1 from here on.
            bias = bias.map(|bias| bias.mapv(|value| value * beta));
            Kind::Gemm {
                alpha: f64::from(node.float("alpha", 1.0).ok()?),
                trans_b: node.int("transB", 0).ok()? != 0,
            }
        } else {
            if weight.ndim() != 2 || rank < 2 {
                return None;
            }
            Kind::MatMul
        };
        if is_conv && (weight.ndim() != rank || rank < 3) {
            return None;
        }
        let layer = Self {
            kind,
            element_type,
            weight,
            bias,
            rank,
        };
        (layer.n_inputs()? > 0 && layer.n_outputs()? > 0).then_some(layer)
    }

    pub(super) fn element_type(&self) -> ElementType {
        self.element_type
    }

    /// Whether the operator can add something to each channel.
    pub(super) fn has_bias(&self) -> bool {
        self.kind != Kind::MatMul
    }

    fn extent(&self, axis: usize) -> Option<usize> {
        self.weight.shape().get(axis).copied()
    }

    fn n_inputs(&self) -> Option<usize> {
        match self.kind {
            Kind::Conv { group, .. } => self.extent(1)?.checked_mul(group),
            Kind::ConvTranspose { .. } | Kind::MatMul => self.extent(0),
            Kind::Gemm { trans_b, .. } => self.extent(usize::from(trans_b)),
        }
    }

    fn n_outputs(&self) -> Option<usize> {
        match self.kind {
            Kind::Conv { .. } => self.extent(0),
            Kind::ConvTranspose { group } => self.extent(1)?.checked_mul(group),
            Kind::Gemm { trans_b, .. } => self.extent(usize::from(!trans_b)),
            Kind::MatMul => self.extent(1),
        }
    }

    /// The axis of inputs and outputs along which the channels stand.
    fn channel_axis(&self) -> usize {
        match self.kind {
            Kind::Conv { .. } | Kind::ConvTranspose { .. } | Kind::Gemm { .. } => 1,
            Kind::MatMul => self.rank.saturating_sub(1),
        }
    }

    /// Lets the layer give what it gave, multiplied and shifted.
    pub(super) fn absorb_behind(&mut self, affine: &Affine) -> Option<()> {
        let len = self.n_outputs()?;
        let axis = self.channel_axis();
        let scales = numbers::along(&affine.scale, self.rank, axis, len)?;
        let shifts = numbers::along(&affine.shift, self.rank, axis, len)?;
        match self.kind {
            Kind::Conv { .. } => numbers::scale(&mut self.weight, 0, &scales),
            Kind::ConvTranspose { group } => {
                // Output channel `g · n + j` stands at [inputs of group g, j].
                let per_group = len.checked_div(group)?;
                let inputs_per_group = self.extent(0)?.checked_div(group)?;
                for (index, value) in self.weight.indexed_iter_mut() {
                    let input = ndarray::Dimension::slice(&index).first().copied()?;
                    let within = ndarray::Dimension::slice(&index).get(1).copied()?;
                    let group = input.checked_div(inputs_per_group)?;
                    *value *= scales.get(group * per_group + within)?;
                }
            }
            Kind::Gemm { trans_b, .. } => {
                numbers::scale(&mut self.weight, usize::from(!trans_b), &scales);
            }
            Kind::MatMul => numbers::scale(&mut self.weight, 1, &scales),
        }
        if let Some(bias) = &self.bias {
            let scaled = numbers::combine(bias, &flat(scales), |bias, scale| bias * scale)?;
            self.bias = Some(scaled);
        }
        self.add_bias(shifts)
    }

    /// What inputs that are all shifted add to the outputs, in the shape of a bias.
    pub(super) fn shift_before(&self, affine: &Affine) -> Option<ArrayD<f64>> {
        let len = self.n_inputs()?;
        let shifts = numbers::along(&affine.shift, self.rank, self.channel_axis(), len)?;
        let at = |index: usize| shifts.get(index).copied().unwrap_or_default();
        Some(flat(match self.kind {
            Kind::Conv { group, padded } => {
                if padded && shifts.iter().any(|&shift| shift != 0.0) {
                    return None;
                }
                let per_group = self.extent(1)?;
                let outputs_per_group = self.extent(0)?.checked_div(group)?.max(1);
                numbers::sum_products(&self.weight, 0, |index| {
                    let output = index.first().copied().unwrap_or_default();
                    let within = index.get(1).copied().unwrap_or_default();
                    at(output / outputs_per_group * per_group + within)
                })
            }
            Kind::ConvTranspose { .. } => {
                if shifts.iter().any(|&shift| shift != 0.0) {
                    // At the borders fewer inputs add to an output.
                    return None;
                }
                vec![0.0; self.n_outputs()?]
            }
            Kind::Gemm { alpha, trans_b } => {
                let outputs = usize::from(!trans_b);
                let inputs = usize::from(trans_b);
                numbers::sum_products(&self.weight, outputs, |index| {
                    alpha * at(index.get(inputs).copied().unwrap_or_default())
                })
            }
            Kind::MatMul => numbers::sum_products(&self.weight, 1, |index| {
                at(index.first().copied().unwrap_or_default())
            }),
        }))
    }

    /// Lets the layer give for its inputs what it gave for them multiplied and shifted. The shift of a matrix
    /// product, which has no bias, is left to the caller.
    pub(super) fn absorb_before(&mut self, affine: &Affine) -> Option<()> {
        let len = self.n_inputs()?;
        let scales = numbers::along(&affine.scale, self.rank, self.channel_axis(), len)?;
        if self.has_bias() {
            let shift = self.shift_before(affine)?;
            self.add_bias(shift.into_raw_vec_and_offset().0)?;
        }
        match self.kind {
            Kind::Conv { group, .. } => {
                let per_group = self.extent(1)?;
                let outputs_per_group = self.extent(0)?.checked_div(group)?.max(1);
                for (index, value) in self.weight.indexed_iter_mut() {
                    let output = ndarray::Dimension::slice(&index).first().copied()?;
                    let within = ndarray::Dimension::slice(&index).get(1).copied()?;
                    *value *= scales.get(output / outputs_per_group * per_group + within)?;
                }
            }
            Kind::ConvTranspose { .. } | Kind::MatMul => {
                numbers::scale(&mut self.weight, 0, &scales);
            }
            Kind::Gemm { trans_b, .. } => {
                numbers::scale(&mut self.weight, usize::from(trans_b), &scales);
            }
        }
        Some(())
    }

    fn add_bias(&mut self, shifts: Vec<f64>) -> Option<()> {
        if shifts.iter().all(|&shift| shift == 0.0) {
            return Some(());
        }
        let shifts = flat(shifts);
        self.bias = Some(match &self.bias {
            Some(bias) => numbers::combine(bias, &shifts, |bias, shift| bias + shift)?,
            None => shifts,
        });
        Some(())
    }

    /// Lets `patch` replace the node at `index` by `node`, with the weights as they now are.
    pub(super) fn replace(
        &self,
        view: &GraphView<'_>,
        patch: Patch,
        index: usize,
        mut node: Node,
    ) -> Option<Patch> {
        let output = node.output(0)?.to_owned();
        // Where the layer alone reads its constants new ones may have the old names.
        let name = |index: usize, suffix: &str| match node.input(index) {
            Some(name) if view.only_reader(name).is_some() => name.to_owned(),
            _ => view.fresh_name(&format!("{output}.{suffix}")),
        };
        let weight_name = name(1, "weight");
        let mut inputs = vec![node.inputs.first()?.clone(), weight_name.clone()];
        let weight = numbers::write(&self.weight, self.element_type)?;
        let mut patch = patch
            .remove_constant(weight_name.as_str())
            .add_constant(weight_name, weight);
        if let Some(bias) = &self.bias {
            let name = name(2, "bias");
            let bias = numbers::write(bias, self.element_type)?;
            inputs.push(name.clone());
            if node.input(2) == Some(name.as_str()) {
                patch = patch.remove_constant(name.as_str());
            }
            patch = patch.add_constant(name, bias);
        }
        node.inputs = inputs;
        if matches!(self.kind, Kind::Gemm { .. }) && node.attributes.contains_key("beta") {
            node = node.with("beta", Attribute::Float(1.0));
        }
        Some(patch.replace(index, node))
    }
}
