use std::collections::{BTreeMap, HashMap};

use emo_onnx::{Attribute, GraphBuilder, GraphView, Model, Node, OnnxError, ValueType};
use emo_tensor::{QuantParams, Tensor, half::f16};
use ndarray::{Array1, arr0};

use super::{
    layer::Layer,
    plan::{Plan, moved},
    weights::{Params, QuantizedWeight, integers_to_tensor},
};

/// What was chosen so far: what has no entry stays float.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Choice {
    /// Scale and zero point of each root.
    pub(crate) values: BTreeMap<String, QuantParams>,
    /// The weights of each layer, by its place among the layers.
    pub(crate) weights: BTreeMap<usize, StoredWeight>,
    /// The bias of layers that have another one than in the float model.
    pub(crate) biases: BTreeMap<usize, Vec<f32>>,
}

impl Choice {
    /// Scale and zero point of a layer's input, if that is quantized.
    pub(crate) fn input_of(&self, plan: &Plan, layer: &Layer) -> Option<QuantParams> {
        self.values.get(plan.roots.get(&layer.input)?).copied()
    }
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum StoredWeight {
    Half,
    Integers(QuantizedWeight),
}

/// A model with the quantized nodes, and how its values are called.
#[derive(Debug)]
pub(crate) struct Written {
    pub(crate) model: Model,
    /// For each value of the float model the one that stands for it: as `f32`, after quantization where there is any.
    pub(crate) names: BTreeMap<String, String>,
}

/// Writes what was chosen into the model, with nodes that nobody reads where values can be looked at by them.
pub(crate) fn write(float: &Model, plan: &Plan, choice: &Choice) -> Result<Written, OnnxError> {
    let inference = float.infer()?;
    let view = GraphView::new(float, &inference);
    let tag = unused_tag(&view);
    let mut writer = Writer {
        view: &view,
        plan,
        choice,
        builder: GraphBuilder::new(float.graph().name()),
        layer_of: plan
            .layers
            .iter()
            .enumerate()
            .map(|(at, layer)| (layer.node, at))
            .collect(),
        dequantized: BTreeMap::new(),
        constants: Constants {
            tag: tag.clone(),
            ..Constants::default()
        },
        tag,
    };
    for info in float.graph().inputs() {
        match &info.value_type {
            ValueType::Tensor {
                element_type,
                shape: Some(shape),
            } => {
                writer
                    .builder
                    .input_of(&info.name, *element_type, shape.iter().cloned());
            }
            _ => {
                return Err(OnnxError::Missing {
                    place: format!("input `{}`", info.name),
                    what: "shape",
                });
            }
        }
        writer.quantize(&info.name, &info.name);
    }
    for (index, node) in view.nodes() {
        writer.node(index, node);
    }
    // What nobody reads goes when the model is finished; until then all values can be looked at.
    for value in plan.roots.keys() {
        writer.real(value);
    }
    let mut names = BTreeMap::new();
    for (_, node) in view.nodes() {
        for name in node.outputs.iter().chain(&node.inputs) {
            if view.constant(name).is_none() && !name.is_empty() {
                let stands = writer.dequantized.get(name).unwrap_or(name);
                names.insert(name.clone(), stands.clone());
            }
        }
    }
    for info in float.graph().outputs() {
        writer.builder.output_of(&info.name);
    }
    let Writer {
        mut builder,
        constants,
        ..
    } = writer;
    for (name, tensor) in float.graph().initializers() {
        builder.initializer(name, tensor.clone());
    }
    constants.add_to(&mut builder);
    let mut model = builder.build(float.opset())?;
    model.metadata_mut().clone_from(float.metadata());
    Ok(Written { model, names })
}

struct Writer<'w> {
    view: &'w GraphView<'w>,
    plan: &'w Plan,
    choice: &'w Choice,
    builder: GraphBuilder,
    layer_of: HashMap<usize, usize>,
    /// The names of values as numbers again.
    dequantized: BTreeMap<String, String>,
    constants: Constants,
    /// What all names begin with that are added, and none that was there.
    tag: String,
}

/// A beginning that no name has.
fn unused_tag(view: &GraphView<'_>) -> String {
    let mut tag = "q".to_owned();
    let taken = |tag: &str| {
        let of_node = |node: &Node| {
            node.outputs
                .iter()
                .chain(&node.inputs)
                .any(|name| name.starts_with(tag))
        };
        view.nodes().any(|(_, node)| of_node(node))
            || view
                .graph()
                .inputs()
                .iter()
                .any(|info| info.name.starts_with(tag))
            || view
                .graph()
                .initializers()
                .keys()
                .any(|name| name.starts_with(tag))
    };
    while taken(&format!("{tag}:")) {
        tag.push('q');
    }
    tag
}

impl Writer<'_> {
    /// Scale and zero point of a value that is to be quantized.
    fn params(&self, value: &str) -> Option<QuantParams> {
        let root = self.plan.roots.get(value)?;
        self.choice.values.get(root).copied()
    }

    fn quantized_name(&self, value: &str) -> String {
        format!("{}:q:{value}", self.tag)
    }

    /// Adds the quantization of `value`, of which `from` holds the numbers, if it is to be quantized.
    fn quantize(&mut self, value: &str, from: &str) {
        let Some(params) = self.params(value) else {
            return;
        };
        let (scale, zero_point) = self.constants.of(params);
        let node = Node {
            name: String::new(),
            ..Node::new(
                "QuantizeLinear",
                [from, &scale, &zero_point],
                &self.quantized_name(value),
            )
        };
        self.builder.push(node);
    }

    /// The name of a value's numbers for those who read them, which adds the dequantization where there is need.
    fn real(&mut self, value: &str) -> String {
        let Some(params) = self.params(value) else {
            return value.to_owned();
        };
        if let Some(name) = self.dequantized.get(value) {
            return name.clone();
        }
        let produced_as_integers = self
            .view
            .producer(value)
            .is_some_and(|(index, _)| self.plan.movers.contains(&index));
        let name = match produced_as_integers {
            true => value.to_owned(),
            false => format!("{}:d:{value}", self.tag),
        };
        let (scale, zero_point) = self.constants.of(params);
        let mut inputs = vec![self.quantized_name(value), scale];
        if params.zero_point() != 0 {
            inputs.push(zero_point);
        }
        let node = Node {
            name: String::new(),
            ..Node::new("DequantizeLinear", inputs.iter().map(String::as_str), &name)
        };
        self.builder.push(node);
        self.dequantized.insert(value.to_owned(), name.clone());
        name
    }

    fn node(&mut self, index: usize, node: &Node) {
        if let Some(&layer) = self.layer_of.get(&index) {
            self.layer(layer, node);
        } else if self.plan.movers.contains(&index)
            && node
                .output(0)
                .is_some_and(|output| self.params(output).is_some())
        {
            let mut mover = node.clone();
            let n_moved = moved(node).len();
            for input in mover.inputs.iter_mut().take(n_moved) {
                *input = self.quantized_name(input);
            }
            let output = node.output(0).unwrap_or_default().to_owned();
            mover.outputs = vec![self.quantized_name(&output)];
            self.builder.push(mover);
            if self.view.is_output(&output) {
                self.real(&output);
            }
            return;
        } else {
            let mut other = node.clone();
            for input in &mut other.inputs {
                *input = self.real(&input.clone());
            }
            if self.is_bound(node) {
                // What saturates need not be bounded before.
                let (input, output) = (other.inputs[0].clone(), node.outputs[0].clone());
                self.quantize(&output, &input);
                return;
            }
            self.builder.push(other);
        }
        for output in &node.outputs {
            self.quantize(output, output);
        }
    }

    /// Whether the node does no more than the quantization of its output does anyway, and nobody reads its numbers.
    fn is_bound(&self, node: &Node) -> bool {
        let Some(output) = node.output(0) else {
            return false;
        };
        let Some(params) = self.params(output) else {
            return false;
        };
        let (lowest, highest) = params.integer_range();
        let bounds = if node.is("Relu") {
            (Some(0.0), None)
        } else if node.is("Clip") {
            let bound = |index: usize| match node.input(index) {
                None => Some(None),
                Some(name) => {
                    let value = self
                        .view
                        .constant(name)?
                        .as_array::<f32>()?
                        .first()
                        .copied()?;
                    Some(Some(value))
                }
            };
            match (bound(1), bound(2)) {
                (Some(low), Some(high)) => (low, high),
                _ => return false,
            }
        } else {
            return false;
        };
        !self.view.is_output(output)
            && bounds.0.is_none_or(|low| params.quantize(low) == lowest)
            && bounds.1.is_none_or(|high| params.quantize(high) == highest)
    }

    fn layer(&mut self, at: usize, node: &Node) {
        let layer = &self.plan.layers[at];
        let mut written = node.clone();
        written.inputs[0] = self.real(&layer.input);
        let bias = self.choice.biases.get(&at).or(layer.bias.as_ref());
        let mut bias_scales = None;
        match self.choice.weights.get(&at) {
            None => {}
            Some(StoredWeight::Half) => {
                let halves = layer.to_file_shape(&layer.weight).mapv(f16::from_f32);
                let stored = self.constants.add("w", halves);
                let name = format!("{}:w:{}", self.tag, layer.output);
                let cast =
                    Node::new("Cast", [stored.as_str()], &name).with("to", Attribute::Int(1));
                self.builder.push(Node {
                    name: String::new(),
                    ..cast
                });
                written.inputs[1] = name;
            }
            Some(StoredWeight::Integers(weight)) => {
                written.inputs[1] = self.weight(layer, weight);
                bias_scales = self
                    .params(&layer.input)
                    .and_then(|input| bias_units(input, weight));
            }
        }
        if let Some(bias) = bias {
            let changed = self.choice.biases.contains_key(&at);
            let name = match bias_scales {
                Some(scales) => self.bias(layer, bias, &scales),
                None if changed => self
                    .constants
                    .add("b", Array1::from(bias.clone()).into_dyn()),
                None => node.inputs[2].clone(),
            };
            match written.inputs.get_mut(2) {
                Some(input) => *input = name,
                None => written.inputs.push(name),
            }
        }
        self.builder.push(written);
    }

    /// Adds a layer's weights and how they become numbers, whose name it returns.
    fn weight(&mut self, layer: &Layer, weight: &QuantizedWeight) -> String {
        let element_type = weight.scheme.element_type();
        let stored = self.constants.add("w", weight.to_tensor(layer));
        let name = format!("{}:w:{}", self.tag, layer.output);
        let mut attributes = Vec::new();
        let (scales, zero_points) = match &weight.params {
            Params::PerTensor(params) => (
                arr0(params.scale()).into_dyn(),
                arr0(params.zero_point()).into_dyn(),
            ),
            Params::PerChannel(params) => {
                attributes.push(("axis", layer.output_axis()));
                (
                    params
                        .iter()
                        .map(QuantParams::scale)
                        .collect::<Array1<_>>()
                        .into_dyn(),
                    params
                        .iter()
                        .map(QuantParams::zero_point)
                        .collect::<Array1<_>>()
                        .into_dyn(),
                )
            }
            Params::Blocks {
                params, len, axis, ..
            } => {
                attributes.push(("axis", *axis));
                attributes.push(("block_size", *len));
                (
                    layer.blocks_to_file_shape(&params.mapv(|params| params.scale()), *len),
                    layer.blocks_to_file_shape(&params.mapv(|params| params.zero_point()), *len),
                )
            }
        };
        let mut inputs = vec![stored, self.constants.add("s", scales)];
        if zero_points.iter().any(|&point| point != 0) {
            inputs.push(
                self.constants
                    .add("z", integers_to_tensor(&zero_points, element_type)),
            );
        }
        let mut node = Node::new("DequantizeLinear", inputs.iter().map(String::as_str), &name);
        // 1 is what an absent axis means.
        for (key, value) in attributes.into_iter().filter(|&pair| pair != ("axis", 1)) {
            node = node.with(key, Attribute::Int(value as i64));
        }
        self.builder.push(Node {
            name: String::new(),
            ..node
        });
        name
    }

    /// Adds a layer's bias as integers in the units of its sums.
    fn bias(&mut self, layer: &Layer, bias: &[f32], scales: &[f32]) -> String {
        let integers: Array1<i32> = bias
            .iter()
            .enumerate()
            .map(|(output, &bias)| {
                let scale = scales[if scales.len() == 1 { 0 } else { output }];
                (f64::from(bias) / f64::from(scale)).round_ties_even() as i32
            })
            .collect();
        let stored = self.constants.add("b", integers.into_dyn());
        let scale = match scales {
            [scale] => self.constants.add("s", arr0(*scale).into_dyn()),
            scales => self
                .constants
                .add("s", Array1::from(scales.to_vec()).into_dyn()),
        };
        let name = format!("{}:b:{}", self.tag, layer.output);
        let mut node = Node::new("DequantizeLinear", [stored.as_str(), scale.as_str()], &name);
        if scales.len() > 1 {
            node = node.with("axis", Attribute::Int(0));
        }
        self.builder.push(Node {
            name: String::new(),
            ..node
        });
        name
    }
}

/// The unit of a layer's sums of integers, for each output or for all; none where they have no single one.
pub(crate) fn bias_units(input: QuantParams, weight: &QuantizedWeight) -> Option<Vec<f32>> {
    match &weight.params {
        Params::PerTensor(params) => Some(vec![input.scale() * params.scale()]),
        Params::PerChannel(params) => Some(
            params
                .iter()
                .map(|params| input.scale() * params.scale())
                .collect(),
        ),
        Params::Blocks { .. } => None,
    }
}

/// Constants that are added, each once.
#[derive(Debug, Default)]
struct Constants {
    tag: String,
    added: Vec<(String, Tensor)>,
    /// Their places by type, shape and a first look at the elements.
    places: HashMap<String, Vec<usize>>,
}

impl Constants {
    fn add(&mut self, hint: &str, tensor: impl Into<Tensor>) -> String {
        let tensor = tensor.into();
        let key = format!("{} {:?}", tensor.element_type(), tensor.shape());
        let places = self.places.entry(key).or_default();
        if let Some(&same) = places.iter().find(|&&place| self.added[place].1 == tensor) {
            return self.added[same].0.clone();
        }
        places.push(self.added.len());
        let name = format!("{}:{hint}{}", self.tag, self.added.len());
        self.added.push((name.clone(), tensor));
        name
    }

    /// Scale and zero point of a whole tensor.
    fn of(&mut self, params: QuantParams) -> (String, String) {
        let zero_point =
            integers_to_tensor(&arr0(params.zero_point()).into_dyn(), params.element_type());
        (
            self.add("s", arr0(params.scale()).into_dyn()),
            self.add("z", zero_point),
        )
    }

    fn add_to(self, builder: &mut GraphBuilder) {
        for (name, tensor) in self.added {
            builder.initializer(&name, tensor);
        }
    }
}
