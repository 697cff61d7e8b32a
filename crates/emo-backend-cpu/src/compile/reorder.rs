use std::collections::HashMap;

use emo_backend::{
    BackendError,
    emo_tensor::{ElementType, Tensor},
};
use emo_onnx::{Graph, Node, passes::SeparablePair};
use ndarray::{ArrayD, IxDyn};

use super::{Compiler, count_uses, value::Value};
use crate::ops::Convolution;

/// Two convolutions of an EEGNet, perhaps with a norm between them, which may be cheaper in the other order.
///
/// Found before anything is compiled; whether the other order pays, shows when the shape of the input is known.
#[derive(Debug)]
pub(super) struct Reordering<'m> {
    pair: SeparablePair,
    /// The nodes that are replaced, the first convolution first.
    pub(super) replaced: Vec<usize>,
    temporal: &'m Node,
    nodes: [Node; 2],
    /// Names and elements of the constants that the second node reads.
    constants: Vec<(&'m str, Tensor)>,
}

/// The pairs in a graph.
pub(super) fn reorderings(graph: &Graph) -> Vec<Reordering<'_>> {
    let mut convolutions = graph.nodes().iter().filter(|node| node.is("Conv"));
    // Few graphs look like an EEGNet, and others should not take time.
    if convolutions.all(|node| node.int("group", 1).is_ok_and(|group| group == 1)) {
        return Vec::new();
    }
    let uses = count_uses(graph);
    let producers: HashMap<&str, usize> = graph
        .nodes()
        .iter()
        .enumerate()
        .filter_map(|(index, node)| Some((node.output(0)?, index)))
        .collect();
    let search = Search {
        graph,
        uses,
        producers,
    };
    (0..graph.nodes().len())
        .filter_map(|index| search.reordering(index))
        .collect()
}

struct Search<'m> {
    graph: &'m Graph,
    uses: HashMap<&'m str, usize>,
    producers: HashMap<&'m str, usize>,
}

impl<'m> Search<'m> {
    /// The pair whose second convolution is the node at `index`.
    fn reordering(&self, index: usize) -> Option<Reordering<'m>> {
        let nodes = self.graph.nodes();
        let spatial = nodes.get(index).filter(|node| node.is("Conv"))?;
        let (mut first, mut temporal) = self.only_input(spatial)?;
        let mut replaced = vec![index];
        let mut norm = None;
        if temporal.is("BatchNormalization") {
            replaced.push(first);
            norm = Some(temporal);
            (first, temporal) = self.only_input(temporal)?;
        }
        replaced.push(first);
        replaced.reverse();
        let (temporal_name, temporal_weight) = self.own_constant(temporal, 1)?;
        let (_, spatial_weight) = self.constant(spatial, 1)?;
        let pair = SeparablePair::new(
            (temporal, temporal_weight.shape()),
            (spatial, spatial_weight.shape()),
        )?;
        let &[filters, _, height, width] = temporal_weight.shape() else {
            return None;
        };
        let joined = spatial_weight.shape()[0];
        let mut weights = numbers(temporal_weight)?;
        let mut bias = self.parameter(temporal, 2, filters)?;
        if let Some(norm) = norm {
            let [scales, shifts] = self.norm(norm, filters)?;
            let rows = weights.chunks_exact_mut((height * width).max(1));
            for (row, scale) in rows.zip(&scales) {
                row.iter_mut().for_each(|weight| *weight *= scale);
            }
            let own = bias.unwrap_or_else(|| vec![0.0; filters]);
            let parts = own.iter().zip(&scales).zip(&shifts);
            bias = Some(
                parts
                    .map(|((bias, scale), shift)| bias * scale + shift)
                    .collect(),
            );
        }
        let biases = pair.biases(
            &numbers(spatial_weight)?,
            bias.as_deref(),
            self.parameter(spatial, 2, joined)?.as_deref(),
        );
        let filters = pair.filters(&weights);
        let mut constants = vec![(
            temporal_name,
            tensor(&[joined, 1, height, width], &filters)?,
        )];
        let mut bias_name = None;
        if biases.iter().any(|&bias| bias != 0.0) {
            // What is added goes by the name of a constant that nobody else reads, since it takes that one's place.
            let free = [Some(spatial), Some(temporal), norm].into_iter().flatten();
            let (name, _) = free
                .flat_map(|node| (1..node.inputs.len()).map(move |index| (node, index)))
                .filter_map(|(node, index)| self.own_constant(node, index))
                .find(|&(name, _)| name != temporal_name && spatial.input(1) != Some(name))?;
            bias_name = Some(name);
            constants.push((name, tensor(&[joined], &biases)?));
        }
        let between = temporal.output(0)?;
        let nodes = pair.nodes((temporal, spatial), between, (temporal_name, bias_name))?;
        Some(Reordering {
            pair,
            replaced,
            temporal,
            nodes,
            constants,
        })
    }

    /// The node that writes what `node` reads, if nothing else reads that.
    fn only_input(&self, node: &Node) -> Option<(usize, &'m Node)> {
        let name = node.input(0)?;
        let &index = self.producers.get(name)?;
        let producer = self.graph.nodes().get(index)?;
        let is_single = producer.outputs.len() == 1 && self.uses.get(name) == Some(&1);
        is_single.then_some((index, producer))
    }

    fn constant(&self, node: &'m Node, index: usize) -> Option<(&'m str, &'m Tensor)> {
        let name = node.input(index)?;
        Some((name, self.graph.initializers().get(name)?))
    }

    /// A constant that nothing but the node reads.
    fn own_constant(&self, node: &'m Node, index: usize) -> Option<(&'m str, &'m Tensor)> {
        let name = node.input(index)?;
        (self.uses.get(name) == Some(&1)).then_some(self.constant(node, index)?)
    }

    /// An optional input, if that is `len` constants.
    fn parameter(&self, node: &'m Node, index: usize, len: usize) -> Option<Option<Vec<f64>>> {
        if node.input(index).is_none() {
            return Some(None);
        }
        let (_, tensor) = self.constant(node, index)?;
        (tensor.shape() == [len]).then_some(Some(numbers(tensor)?))
    }

    /// What a norm multiplies each channel by, and what it adds.
    fn norm(&self, node: &'m Node, len: usize) -> Option<[Vec<f64>; 2]> {
        if node.int("training_mode", 0).ok()? != 0 || node.int("spatial", 1).ok()? != 1 {
            return None;
        }
        let epsilon = f64::from(node.float("epsilon", 1e-5).ok()?);
        let [gamma, beta, mean, variance] = [
            self.parameter(node, 1, len)??,
            self.parameter(node, 2, len)??,
            self.parameter(node, 3, len)??,
            self.parameter(node, 4, len)??,
        ];
        let scales: Vec<f64> = gamma
            .iter()
            .zip(&variance)
            .map(|(gamma, variance)| gamma / (variance + epsilon).sqrt())
            .collect();
        let parts = beta.iter().zip(&mean).zip(&scales);
        let shifts: Vec<f64> = parts
            .map(|((beta, mean), scale)| beta - mean * scale)
            .collect();
        let is_finite = scales.iter().chain(&shifts).all(|value| value.is_finite());
        is_finite.then_some([scales, shifts])
    }
}

impl<'m> Compiler<'m> {
    /// Compiles the two convolutions in the other order, if that is cheaper.
    pub(super) fn reorder(&mut self, reordering: &'m Reordering<'m>) -> Result<bool, BackendError> {
        let Reordering { pair, temporal, .. } = reordering;
        let Some(name) = temporal.input(0) else {
            return Ok(false);
        };
        let input = self.value(name, &temporal.label())?.clone();
        if input.element_type != ElementType::F32 || input.scales.is_some() {
            return Ok(false);
        }
        let weights = temporal.input(1).map(|name| self.value(name, ""));
        let weights = weights.transpose()?.cloned();
        let shape = weights.as_ref().map(|weights| weights.shape.clone());
        let (between, _) = self.lower(temporal, &[Some(input.clone()), weights], |context| {
            let shape = shape.unwrap_or_default();
            Ok(Convolution::sliding(context, &input.shape, &shape)?.output_shape())
        })?;
        let extents = |shape: &[usize]| <[usize; 3]>::try_from(shape.get(1..)?).ok();
        let pays = extents(&input.shape)
            .zip(extents(&between))
            .is_some_and(|(input, between)| pair.pays(input, between));
        if !pays {
            return Ok(false);
        }
        for (name, tensor) in &reordering.constants {
            let value: Value<'m> = self.constant_value(name, tensor, &temporal.label())?;
            self.values.insert(name, value);
        }
        for node in &reordering.nodes {
            self.add(node)?;
        }
        Ok(true)
    }
}

/// The elements of a tensor of `f32`.
fn numbers(tensor: &Tensor) -> Option<Vec<f64>> {
    let array = tensor.as_array::<f32>()?;
    Some(array.iter().copied().map(f64::from).collect())
}

fn tensor(shape: &[usize], elements: &[f64]) -> Option<Tensor> {
    let elements = elements.iter().map(|&x| x as f32).collect();
    let array: ArrayD<f32> = ArrayD::from_shape_vec(IxDyn(shape), elements).ok()?;
    Some(array.into())
}
