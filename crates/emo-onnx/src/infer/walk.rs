use std::{
    collections::{BTreeMap, HashMap, HashSet},
    rc::Rc,
};

use emo_tensor::ElementType;

use super::{
    op::{Branch, Input, Op, Outputs, shape_len},
    rules, types,
    value::{Content, Entry, KNOWN_LEN, Known},
};
use crate::{Attribute, Dim, Graph, Model, Node, OnnxError, Schema, ValueInfo, ValueType, reader};

/// The first version of ONNX's own operators whose shapes are inferred: it brought today's broadcasting.
const FIRST_OPSET: i64 = 7;
/// The most inputs, and outputs, of one node.
const VALUES: usize = 1 << 16;
/// The most that errors may take, in bytes, before no more are collected.
const ERRORS_LEN: usize = 1 << 20;

/// A walk through a model, node by node.
pub(crate) struct Walk<'a> {
    model: &'a Model,
    opset: i64,
    /// Domain, name and overload of the model's functions.
    calls: HashSet<(&'a str, &'a str, &'a str)>,
    /// Looks at each of ONNX's own nodes, in whatever graph.
    inspect: fn(&Node, Option<&Schema>, i64, &mut Vec<OnnxError>),
    errors: Vec<OnnxError>,
    errors_len: usize,
    known_len: usize,
    /// Whether the nodes are in a branch that is never taken, whose shapes may contradict each other.
    is_dead: bool,
}

/// A graph while its nodes are gone through, inside of others.
struct Scope<'a> {
    graph: &'a Graph,
    outer: Option<&'a Scope<'a>>,
    known: HashMap<&'a str, Rc<Known>>,
    declared: HashMap<&'a str, &'a ValueType>,
}

impl<'a> Scope<'a> {
    fn find(&self, name: &str) -> Input<'a> {
        let mut scope = Some(self);
        while let Some(this) = scope {
            if let Some(known) = this.known.get(name) {
                return Input {
                    known: Some(Rc::clone(known)),
                    constant: this.graph.initializers.get(name),
                };
            }
            scope = this.outer;
        }
        Input::default()
    }
}

impl<'a> Walk<'a> {
    pub(crate) fn new(model: &'a Model) -> Self {
        let functions = model.functions().iter();
        Self {
            calls: functions
                .map(|function| (function.domain(), function.name(), function.overload()))
                .collect(),
            model,
            opset: model.opset(),
            inspect: |_, _, _, _| {},
            errors: Vec::new(),
            errors_len: 0,
            known_len: 0,
            is_dead: false,
        }
    }

    /// Also looks at each of ONNX's own nodes in this way.
    pub(crate) fn inspecting(
        self,
        inspect: fn(&Node, Option<&Schema>, i64, &mut Vec<OnnxError>),
    ) -> Self {
        Self { inspect, ..self }
    }

    /// Goes through the model's graph and returns what is known of its values.
    pub(super) fn model(&mut self) -> Result<BTreeMap<String, Known>, OnnxError> {
        let scope = self.graph(self.model.graph(), None, &[])?;
        let owned =
            |(name, known): (&str, Rc<Known>)| (name.to_owned(), Rc::unwrap_or_clone(known));
        Ok(scope.known.into_iter().map(owned).collect())
    }

    /// Goes through the model's graph and its functions.
    pub(crate) fn all(&mut self) -> Result<(), OnnxError> {
        self.graph(self.model.graph(), None, &[])?;
        for function in self.model.functions() {
            self.opset = function.imports().get("").copied().unwrap_or_default();
            self.known_len = 0;
            self.graph(function.body(), None, &[])?;
        }
        Ok(())
    }

    pub(crate) fn into_errors(self) -> Vec<OnnxError> {
        self.errors
    }

    /// Goes through a graph whose inputs are as declared and as `given`.
    fn graph<'s>(
        &mut self,
        graph: &'s Graph,
        outer: Option<&'s Scope<'s>>,
        given: &[Known],
    ) -> Result<Scope<'s>, OnnxError> {
        let mut scope = Scope {
            graph,
            outer,
            known: HashMap::new(),
            declared: HashMap::new(),
        };
        for (index, ValueInfo { name, value_type }) in graph.inputs.iter().enumerate() {
            let given = given.get(index).cloned().unwrap_or(Known::NOTHING);
            let known = self.held_against(name, given, Some(value_type));
            self.remember(&mut scope, name, known)?;
        }
        for (name, tensor) in &graph.initializers {
            self.remember(&mut scope, name, Known::of_constant(tensor))?;
        }
        for (name, tensor) in &graph.opaque_initializers {
            self.remember(&mut scope, name, Known::of_opaque(tensor))?;
        }
        for info in graph.value_infos.iter().chain(&graph.outputs) {
            scope.declared.insert(&info.name, &info.value_type);
        }
        for ValueInfo { name, value_type } in &graph.outputs {
            if let Some(known) = scope.known.get(name.as_str()) {
                self.held_against(name, Known::clone(known), Some(value_type));
            }
        }
        for node in &graph.nodes {
            let outputs = self.node(node, &scope)?;
            for (name, known) in node.outputs.iter().zip(outputs) {
                if !name.is_empty() {
                    let declared = scope.declared.get(name.as_str()).copied();
                    let known = self.held_against(name, known, declared);
                    self.remember(&mut scope, name, known)?;
                }
            }
        }
        Ok(scope)
    }

    fn remember<'s>(
        &mut self,
        scope: &mut Scope<'s>,
        name: &'s str,
        mut known: Known,
    ) -> Result<(), OnnxError> {
        let len = size_of::<Known>() + known.shape().map_or(0, shape_len);
        self.known_len = self.known_len.saturating_add(len);
        if self.known_len > KNOWN_LEN {
            return Err(OnnxError::Limit {
                place: "the graph".to_owned(),
                what: "bytes of inferred types",
                actual: self.known_len,
                limit: KNOWN_LEN,
            });
        }
        // Without what is known of its elements a value is only less well known.
        let len = match &known.content {
            Some(Content::Integers(entries)) => {
                let symbol = |entry: &Entry| match entry {
                    Entry::Symbol(name) => name.len(),
                    Entry::Int(_) | Entry::Unknown => 0,
                };
                size_of_val(entries.as_slice()) + entries.iter().map(symbol).sum::<usize>()
            }
            Some(Content::Floats(values)) => size_of_val(values.as_slice()),
            None => 0,
        };
        match self.known_len.checked_add(len) {
            Some(total) if total <= KNOWN_LEN / 2 => self.known_len = total,
            _ => known.content = None,
        }
        scope.known.insert(name, Rc::new(known));
        Ok(())
    }

    /// What is known of the outputs of a node.
    fn node(&mut self, node: &Node, scope: &Scope<'_>) -> Result<Vec<Known>, OnnxError> {
        for (what, names) in [("inputs", &node.inputs), ("outputs", &node.outputs)] {
            if names.len() > VALUES {
                return Err(OnnxError::Limit {
                    place: format!("node {}", node.label()),
                    what,
                    actual: names.len(),
                    limit: VALUES,
                });
            }
        }
        let nothing = || vec![Known::NOTHING; node.outputs.len()];
        let call = (&*node.domain, &*node.op_type, &*node.overload);
        let is_own = reader::is_default_domain(&node.domain) && !self.calls.contains(&call);
        let schema = Schema::find(&node.op_type, self.opset).filter(|_| is_own);
        let inputs: Vec<_> = node.inputs.iter().map(|name| scope.find(name)).collect();
        let mut branches = Vec::new();
        for (name, attribute) in &node.attributes {
            for graph in attribute.graphs() {
                let given = match schema {
                    Some(schema) => given(node, schema, &inputs),
                    None => Vec::new(),
                };
                let (was_dead, known_len) = (self.is_dead, self.known_len);
                self.is_dead |= schema.is_some_and(|schema| is_never_taken(schema, name, &inputs));
                let inner = self.graph(graph, Some(scope), &given)?;
                self.is_dead = was_dead;
                let output = |info: &ValueInfo| {
                    let known = inner.find(&info.name).known;
                    known.map_or(Known::NOTHING, Rc::unwrap_or_clone)
                };
                let outputs: Branch = graph.outputs.iter().map(output).collect();
                branches.push((name.as_str(), outputs));
                self.known_len = known_len;
            }
        }
        let mut found = Vec::new();
        if is_own {
            (self.inspect)(node, schema, self.opset, &mut found);
        }
        let found_texts: Vec<_> = found.iter().map(ToString::to_string).collect();
        for error in found {
            self.collect(error);
        }
        let Some(schema) = schema else {
            return Ok(nothing());
        };
        let op = Op {
            node,
            schema,
            inputs,
            branches,
        };
        match self.outputs(&op) {
            Ok(known) => Ok(known),
            Err(error) => {
                if !found_texts.contains(&error.to_string()) {
                    self.report(error);
                }
                Ok(nothing())
            }
        }
    }

    fn outputs(&self, op: &Op<'_>) -> Result<Vec<Known>, OnnxError> {
        types::check_arity(op.node, op.schema)?;
        let mut outputs = Outputs::new(types::bind(op)?);
        let refers = |attribute: &Attribute| match attribute {
            Attribute::Opaque(opaque) => opaque.reference().is_some(),
            _ => false,
        };
        let is_template = op.node.attributes.values().any(refers);
        let since = Schema::find(op.schema.op_type(), FIRST_OPSET).map(Schema::since);
        if (self.opset >= FIRST_OPSET || since == Some(op.since()))
            && !is_template
            && let Some(rule) = rules::find(op.schema.op_type())
        {
            rule(op, &mut outputs)?;
        }
        let known = outputs.finish(op)?;
        types::check_outputs(op, &known)?;
        Ok(known)
    }

    /// Collects a contradiction, if it is one that can come true.
    fn report(&mut self, error: OnnxError) {
        if !self.is_dead {
            self.collect(error);
        }
    }

    fn collect(&mut self, error: OnnxError) {
        // Labels are as long as the file's author wants them.
        if self.errors_len < ERRORS_LEN {
            self.errors_len += size_of::<OnnxError>() + error.to_string().len();
            self.errors.push(error);
        }
    }

    /// Joins what is inferred of a value with what is declared.
    fn held_against(&mut self, name: &str, known: Known, declared: Option<&ValueType>) -> Known {
        let Some(declared) = declared else {
            return known;
        };
        let contradicts = match (&known.value_type, declared) {
            (_, ValueType::Unknown) => return known,
            (ValueType::Unknown | ValueType::Opaque(_), ValueType::Opaque(_))
            | (ValueType::Unknown, ValueType::Tensor { .. }) => {
                let declared = Known::of(declared);
                return Known {
                    content: known.content,
                    opaque_shape: known.opaque_shape.or(declared.opaque_shape),
                    ..declared
                };
            }
            (
                ValueType::Tensor {
                    element_type,
                    shape,
                },
                ValueType::Tensor {
                    element_type: declared_type,
                    shape: declared_shape,
                },
            ) => {
                element_type != declared_type
                    || match (shape, declared_shape) {
                        (Some(shape), Some(declared)) => contradict(shape, declared),
                        _ => false,
                    }
            }
            _ => true,
        };
        if contradicts {
            self.report(OnnxError::Declared {
                value: name.to_owned(),
                declared: declared.to_string(),
                inferred: known.value_type.to_string(),
            });
            return known;
        }
        let mut known = known;
        let declared = Known::of(declared);
        if let (ValueType::Tensor { shape, .. }, Some(declared)) =
            (&mut known.value_type, declared.shape())
        {
            match shape {
                None => *shape = Some(declared.to_vec()),
                Some(dims) => {
                    for (dim, declared) in dims.iter_mut().zip(declared) {
                        match (&*dim, declared) {
                            (Dim::Unknown, _) | (Dim::Symbol(_), Dim::Fixed(_)) => {
                                *dim = declared.clone();
                            }
                            _ => {}
                        }
                    }
                }
            }
        }
        known
    }
}

fn contradict(shape: &[Dim], declared: &[Dim]) -> bool {
    let differ = |(left, right): (&Dim, &Dim)| match (left, right) {
        (Dim::Fixed(left), Dim::Fixed(right)) => left != right,
        _ => false,
    };
    shape.len() != declared.len() || shape.iter().zip(declared).any(differ)
}

/// Whether the graph in the attribute `name` is the branch of an `If` that its condition never takes.
fn is_never_taken(schema: &Schema, name: &str, inputs: &[Input<'_>]) -> bool {
    let condition = || match inputs.first()?.content()?.integers()?.as_slice() {
        [condition] => Some(*condition != 0),
        _ => None,
    };
    schema.op_type() == "If"
        && match condition() {
            Some(true) => name == "else_branch",
            Some(false) => name == "then_branch",
            None => false,
        }
}

/// What a node hands to the graph in one of its attributes.
fn given(node: &Node, schema: &Schema, inputs: &[Input<'_>]) -> Vec<Known> {
    let scalar = |element_type| Known {
        value_type: ValueType::Tensor {
            element_type,
            shape: Some(Vec::new()),
        },
        ..Known::NOTHING
    };
    // A state may change its shape from round to round, but not its type.
    let state = |input: &Input<'_>| {
        let known = input.known.as_ref().and_then(|known| known.element_type());
        known.map_or(Known::NOTHING, |element_type| Known {
            value_type: ValueType::Tensor {
                element_type,
                shape: None,
            },
            ..Known::NOTHING
        })
    };
    match schema.op_type() {
        "Loop" => {
            let states = inputs.iter().skip(2).map(state);
            [scalar(ElementType::I64), scalar(ElementType::Bool)]
                .into_iter()
                .chain(states)
                .collect()
        }
        "Scan" if schema.since() >= 9 => {
            let n_scanned = node.int("num_scan_inputs", 0).ok();
            let n_scanned = n_scanned.and_then(|count| usize::try_from(count).ok());
            let n_states = inputs
                .len()
                .saturating_sub(n_scanned.unwrap_or(inputs.len()));
            let axes = node
                .ints("scan_input_axes")
                .ok()
                .flatten()
                .unwrap_or_default();
            let slice = |(index, input): (usize, &Input<'_>)| {
                let Some(index) = index.checked_sub(n_states) else {
                    return state(input);
                };
                let mut known = input
                    .known
                    .as_deref()
                    .map_or(Known::NOTHING, |known| Known::of(&known.value_type));
                if let ValueType::Tensor {
                    shape: Some(shape), ..
                } = &mut known.value_type
                {
                    let axis = axes.get(index).copied().unwrap_or_default();
                    let from_end = usize::try_from(axis.unsigned_abs()).unwrap_or(usize::MAX);
                    let axis = match axis < 0 {
                        true => shape.len().checked_sub(from_end),
                        false => Some(from_end),
                    };
                    if let Some(axis) = axis.filter(|&axis| axis < shape.len()) {
                        shape.remove(axis);
                    }
                }
                known
            };
            inputs.iter().enumerate().map(slice).collect()
        }
        _ => Vec::new(),
    }
}
