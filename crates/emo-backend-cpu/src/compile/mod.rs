mod compiled;
mod forms;
mod reorder;
mod table;
mod value;

use std::{
    cell::RefCell,
    collections::{BTreeMap, HashMap},
    rc::Rc,
};

use emo_backend::{
    BackendError,
    emo_tensor::{ElementType, Overflow, Tensor, TensorInfo},
};
use emo_onnx::{Attribute, Dim, Graph, Model, Node, Schema, ValueInfo, ValueType};

use crate::{
    buffer::{Buffer, Slice},
    config::CpuConfig,
    error::CpuError,
    kernel::{Inputs, Kernel},
    kernels::cast::Cast,
    layout::{Draft, Drafts, Read, Storage},
    ops::{Empty, Forms, Half, How, Lowered, NodeContext, find},
    shape::element_count,
    simd::Level,
};
pub(crate) use compiled::Compiled;
use value::{Constant, State, Value};

/// The versions of ONNX's operator set whose definitions the operators follow; of an older one, those that are the
/// same in the first of these.
const OPSETS: std::ops::RangeInclusive<i64> = 7..=27;

/// Fixes every shape and place in memory of a model's run, and does all work that needs no input.
pub(crate) fn compile(model: &Model, config: &CpuConfig) -> Result<Compiled, BackendError> {
    if model.opset() > *OPSETS.end() {
        return Err(BackendError::Unsupported {
            node: model.graph().name().to_owned(),
            reason: format!(
                "the model is for opset {}, only {} to {} are executed",
                model.opset(),
                OPSETS.start(),
                OPSETS.end()
            ),
        });
    }
    let level = match config.instructions {
        None => Level::detect(),
        Some(instructions) => Level::of(instructions).ok_or_else(|| BackendError::Unavailable {
            backend: "cpu",
            reason: format!("this machine does not have the instructions {instructions:?}"),
        })?,
    };
    let graph = model.graph();
    let reorderings = reorder::reorderings(graph);
    let mut compiler = Compiler::new(model, config, level);
    compiler.declare_inputs()?;
    let mut replaced = Vec::new();
    for (index, node) in graph.nodes().iter().enumerate() {
        if replaced.contains(&index) {
            continue;
        }
        let reordering = reorderings
            .iter()
            .find(|reordering| reordering.replaced.first() == Some(&index));
        match reordering {
            Some(reordering) if compiler.reorder(reordering)? => {
                replaced.extend_from_slice(&reordering.replaced);
            }
            _ => compiler.add(node)?,
        }
    }
    compiler.finish()
}

struct Compiler<'m> {
    /// The model's graph and, inside of a branch, that of the branch and those around it.
    graphs: Vec<&'m Graph>,
    opset: i64,
    level: Level,
    #[cfg(feature = "threads")]
    threads: usize,
    memory_limit: usize,
    /// Bytes taken so far by folded constants and by kernels.
    memory: usize,
    /// How many nodes and outputs read a value.
    uses: HashMap<&'m str, usize>,
    values: HashMap<&'m str, Value<'m>>,
    drafts: Vec<Draft>,
    /// Constants that steps or outputs read while the model runs, empty where they are the model's initializers.
    constants: Vec<Buffer>,
    /// Those initializers.
    missing: BTreeMap<&'m str, usize>,
}

impl<'m> Compiler<'m> {
    fn new(model: &'m Model, config: &CpuConfig, level: Level) -> Self {
        let graph = model.graph();
        Self {
            graphs: vec![graph],
            opset: model.opset(),
            level,
            #[cfg(feature = "threads")]
            threads: config.threads.get(),
            memory_limit: config.memory_limit,
            memory: 0,
            uses: count_uses(graph),
            values: HashMap::new(),
            drafts: Vec::new(),
            constants: Vec::new(),
            missing: BTreeMap::new(),
        }
    }

    fn declare_inputs(&mut self) -> Result<(), BackendError> {
        for (index, input) in self.graphs[0].inputs().iter().enumerate() {
            let unsupported = |reason| BackendError::Unsupported {
                node: format!("input `{}`", input.name),
                reason,
            };
            let Some((element_type, Some(dims))) = input.tensor() else {
                return Err(unsupported(input.value_type.to_string()));
            };
            if Buffer::zeros(element_type, 0).is_none() {
                return Err(unsupported(format!("{element_type} elements")));
            }
            let shape = dims
                .iter()
                .enumerate()
                .map(|(axis, dim)| match dim {
                    Dim::Fixed(extent) => Ok(*extent),
                    // The leading axis counts the examples of a batch; a session runs one at a time.
                    _ if axis == 0 => Ok(1),
                    dim => Err(unsupported(format!(
                        "the extent of axis {axis} is open (`{dim}`), only that of the first may be"
                    ))),
                })
                .collect::<Result<Vec<_>, _>>()?;
            self.check_value(&input.name, element_type, &shape)?;
            let state = State::Stored {
                storage: Storage::Input(index),
                is_view: false,
            };
            let value = Value::plain(element_type, shape, state);
            self.values.insert(&input.name, value);
        }
        Ok(())
    }

    /// The number of elements of a value that is small enough.
    fn check_value(
        &self,
        name: &str,
        element_type: ElementType,
        shape: &[usize],
    ) -> Result<usize, BackendError> {
        // Arrays cannot be described whose extents overflow, though another extent be 0.
        let extents = shape.iter().copied().filter(|&extent| extent > 0);
        let required = extents
            .chain([element_type.size()])
            .try_fold(1_usize, usize::checked_mul)
            .filter(|&bytes| isize::try_from(bytes).is_ok());
        let len = element_count(shape).filter(|_| required.is_some());
        let required = match len {
            Some(0) => 0,
            _ => required.unwrap_or(usize::MAX),
        };
        self.check_memory(|| format!("value `{name}`"), required)?;
        Ok(len.unwrap_or(usize::MAX))
    }

    fn check_memory(
        &self,
        what: impl FnOnce() -> String,
        required: usize,
    ) -> Result<(), BackendError> {
        if required > self.memory_limit {
            return Err(CpuError::Memory {
                what: what(),
                required,
                limit: self.memory_limit,
            }
            .into());
        }
        Ok(())
    }

    /// Counts memory that stays taken.
    fn take_memory(&mut self, bytes: usize) -> Result<(), BackendError> {
        self.memory = self.memory.saturating_add(bytes);
        self.check_memory(|| "the model's constants".to_owned(), self.memory)
    }

    /// The value `name`; constants of the model become values when they are first read.
    fn value(&mut self, name: &'m str, reader: &str) -> Result<&Value<'m>, BackendError> {
        if !self.values.contains_key(name) {
            let (depth, tensor) = self
                .graphs
                .iter()
                .enumerate()
                .rev()
                .find_map(|(depth, graph)| Some((depth, graph.initializers().get(name)?)))
                .ok_or_else(|| CpuError::Node {
                    node: reader.to_owned(),
                    reason: format!("nothing produces its input `{name}`"),
                })?;
            let mut value = self.constant_value(name, tensor, reader)?;
            if let (0, State::Constant(Constant::Model { name: of, .. })) =
                (depth, &mut value.state)
            {
                *of = Some(name);
            }
            self.values.insert(name, value);
        }
        Ok(&self.values[name])
    }

    fn constant_value(
        &mut self,
        name: &str,
        tensor: &'m Tensor,
        reader: &str,
    ) -> Result<Value<'m>, BackendError> {
        let constant = match Slice::from_tensor(tensor) {
            Some(slice) => Constant::Model { slice, name: None },
            None => {
                let buffer =
                    Buffer::from_tensor(tensor).ok_or_else(|| BackendError::Unsupported {
                        node: reader.to_owned(),
                        reason: format!(
                            "its input `{name}` holds {} elements",
                            tensor.element_type()
                        ),
                    })?;
                self.take_memory(buffer.bytes())?;
                Constant::Folded(Rc::new(buffer))
            }
        };
        Ok(Value::plain(
            tensor.element_type(),
            tensor.shape().to_vec(),
            State::Constant(constant),
        ))
    }

    fn add(&mut self, node: &'m Node) -> Result<(), BackendError> {
        let label = node.label();
        let unsupported = |reason| BackendError::Unsupported {
            node: label.clone(),
            reason,
        };
        if !matches!(node.domain.as_str(), "" | "ai.onnx") {
            return Err(unsupported(format!("operator of domain `{}`", node.domain)));
        }
        let operator = find(&node.op_type).ok_or_else(|| unsupported("operator".to_owned()))?;
        let since = |opset| Schema::find_since(&node.op_type, opset);
        if self.opset < *OPSETS.start() && since(self.opset) != since(*OPSETS.start()) {
            return Err(unsupported(format!(
                "operator as opset {} has it, it is executed as in {} to {}",
                self.opset,
                OPSETS.start(),
                OPSETS.end()
            )));
        }
        if let Some(attribute) = node
            .attributes
            .keys()
            .find(|name| !operator.attributes.contains(&name.as_str()))
        {
            return Err(unsupported(format!("attribute `{attribute}`")));
        }
        if !operator.inputs.contains(&node.inputs.len()) {
            return Err(CpuError::Node {
                node: label,
                reason: format!(
                    "{} inputs, expected {} to {}",
                    node.inputs.len(),
                    operator.inputs.start(),
                    operator.inputs.end()
                ),
            }
            .into());
        }

        let mut operands = Vec::with_capacity(node.inputs.len());
        for name in &node.inputs {
            operands.push(match name.as_str() {
                "" => None,
                name => Some(self.value(name, &label)?.clone()),
            });
        }
        if operator.empty == Empty::Refused
            && let Some(index) = operands.iter().position(|operand| {
                operand
                    .as_ref()
                    .is_some_and(|operand| operand.shape.contains(&0))
            })
        {
            return Err(unsupported(format!("input {index} has no elements")));
        }
        if let Some(lower) = operator.any_form {
            let (outputs, steps) = self.lower(node, &operands, lower)?;
            if let Some(outputs) = outputs {
                return self.place_all(node, outputs, steps, operands, None);
            }
        }
        if let Some(lowered) = self.tabulated(node, operator, &operands)? {
            return self.place_all(node, vec![lowered], Vec::new(), operands, None);
        }
        self.bring_into_form(node, operator.forms, &mut operands)?;
        let half = match operator.half {
            Half::Native => None,
            Half::Widened { rounded } => self
                .widen(node, &mut operands)?
                .map(|element_type| (element_type, rounded)),
        };
        if let Some(branch) = operator.branch {
            let (attribute, _) = self.lower(node, &operands, branch)?;
            return self.add_branch(node, attribute);
        }
        let (mut outputs, mut steps) =
            self.lower(node, &operands, |context| (operator.lower)(context))?;
        for lowered in outputs.iter_mut().chain(&mut steps) {
            match (operator.forms, &lowered.how) {
                (Forms::Elementwise, _) => {
                    let mut like = operands.iter().flatten();
                    if let Some(like) = like.find(|like| like.shape == lowered.shape) {
                        lowered.form = like.form;
                    }
                }
                (Forms::Passed, How::Alias(0)) => {
                    let first = operands.first().and_then(Option::as_ref);
                    lowered.scales = first.and_then(|first| first.scales.as_deref().cloned());
                }
                _ => {}
            }
        }
        self.place_all(node, outputs, steps, operands, half)
    }

    /// Hands a node's operands to what lowers it; the second part is what it wants computed on the way.
    fn lower<T>(
        &self,
        node: &Node,
        operands: &[Option<Value<'m>>],
        lower: impl FnOnce(&NodeContext<'_>) -> Result<T, BackendError>,
    ) -> Result<(T, Vec<Lowered>), BackendError> {
        let context = NodeContext {
            node,
            opset: self.opset,
            level: self.level,
            memory_limit: self.memory_limit,
            inputs: operands
                .iter()
                .map(|operand| operand.as_ref().map(Value::as_operand))
                .collect(),
            wanted: self.wanted(node),
            steps: RefCell::default(),
        };
        let lowered = lower(&context)?;
        Ok((lowered, context.steps.into_inner()))
    }

    /// How many outputs of a node, counted to the last one that anybody reads.
    fn wanted(&self, node: &Node) -> usize {
        node.outputs
            .iter()
            .rposition(|name| self.uses.contains_key(name.as_str()))
            .map_or(0, |last| last + 1)
    }

    /// Makes values of what became of a node's outputs; `half` is the type that the first of them are rounded to.
    fn place_all(
        &mut self,
        node: &'m Node,
        outputs: Vec<Lowered>,
        steps: Vec<Lowered>,
        mut operands: Vec<Option<Value<'m>>>,
        half: Option<(ElementType, usize)>,
    ) -> Result<(), BackendError> {
        let (label, wanted) = (node.label(), self.wanted(node));
        if outputs.len() < wanted {
            return Err(BackendError::Unsupported {
                node: label,
                reason: format!("output {}", wanted - 1),
            });
        }
        if let (true, Some(name)) = (steps.is_empty(), node.outputs.first())
            && let Some(value) = self.absorb(node, &outputs, &operands)
        {
            self.values.insert(name, value);
            return Ok(());
        }
        for step in steps {
            let value = self.place(&label, &label, step, &operands)?;
            operands.push(Some(value));
        }
        for (index, (name, lowered)) in node.outputs.iter().zip(outputs).enumerate() {
            let renamed = self.renamed(node, &lowered, &operands);
            let mut value = self.place(&label, name, lowered, &operands)?;
            if let (true, State::Stored { is_view, .. }) = (renamed, &mut value.state) {
                *is_view = false;
            }
            if let Some((element_type, rounded)) = half
                && index < rounded
                && value.element_type == ElementType::F32
            {
                value = self.cast(&label, value, element_type)?;
            }
            self.values.insert(name, value);
        }
        Ok(())
    }

    /// Whether an output is an operand in all but its name, which nothing else reads: integers that stand for numbers.
    fn renamed(&self, node: &Node, lowered: &Lowered, operands: &[Option<Value<'m>>]) -> bool {
        let How::Alias(input) = lowered.how else {
            return false;
        };
        let (Some(Some(operand)), Some(name)) = (operands.get(input), node.inputs.get(input))
        else {
            return false;
        };
        let is_view = !matches!(operand.state, State::Stored { is_view: false, .. });
        lowered.scales.is_some()
            && !is_view
            && operand.shape == lowered.shape
            && self.uses.get(name.as_str()) == Some(&1)
    }

    /// Compiles the subgraph that stands in `attribute` in the node's place.
    fn add_branch(&mut self, node: &'m Node, attribute: &str) -> Result<(), BackendError> {
        let Some(Attribute::Graph(graph)) = node.attributes.get(attribute) else {
            return Err(CpuError::Node {
                node: node.label(),
                reason: format!("attribute `{attribute}` is no graph"),
            }
            .into());
        };
        for (name, count) in count_uses(graph) {
            *self.uses.entry(name).or_default() += count;
        }
        self.graphs.push(graph);
        for inner in graph.nodes() {
            self.add(inner)?;
        }
        let mut outputs = Vec::with_capacity(node.outputs.len());
        for (name, output) in node.outputs.iter().zip(graph.outputs()) {
            outputs.push((name, self.value(&output.name, &node.label())?.clone()));
        }
        // Other branches may use the same names for values of their own.
        let computed = graph.nodes().iter().flat_map(|inner| &inner.outputs);
        for name in computed.chain(graph.initializers().keys()) {
            self.values.remove(name.as_str());
            self.uses.remove(name.as_str());
        }
        self.graphs.pop();
        for (name, value) in outputs {
            self.values.insert(name, value);
        }
        Ok(())
    }

    /// Converts operands in half precision to `f32`, and returns the type that they had.
    fn widen(
        &mut self,
        node: &'m Node,
        operands: &mut [Option<Value<'m>>],
    ) -> Result<Option<ElementType>, BackendError> {
        let mut half = None;
        for operand in operands.iter_mut().flatten() {
            if matches!(operand.element_type, ElementType::F16 | ElementType::BF16) {
                half = Some(operand.element_type);
                *operand = self.cast(&node.label(), operand.clone(), ElementType::F32)?;
            }
        }
        Ok(half)
    }

    fn cast(
        &mut self,
        label: &str,
        value: Value<'m>,
        to: ElementType,
    ) -> Result<Value<'m>, BackendError> {
        let how = How::Compute {
            reads: vec![0],
            kernel: Box::new(Cast {
                from: value.element_type,
                overflow: Overflow::Saturate,
            }),
        };
        let lowered = Lowered::new(to, value.shape.clone(), how).in_form(value.form);
        self.place(label, label, lowered, &[Some(value)])
    }

    /// Makes a value of what became of a node's output, adding a step where there is something to compute.
    fn place(
        &mut self,
        label: &str,
        name: &str,
        lowered: Lowered,
        operands: &[Option<Value<'m>>],
    ) -> Result<Value<'m>, BackendError> {
        let Lowered {
            element_type,
            shape,
            form,
            how,
            scales,
        } = lowered;
        let stored_type = form.stored_type(element_type);
        let len = self.check_value(name, stored_type, &shape)?;
        let operand = |index: usize| {
            operands
                .get(index)
                .and_then(Option::as_ref)
                .expect("a kernel reads inputs that the node has")
        };
        let (form, state) = match how {
            How::Constant(buffer) => {
                self.take_memory(buffer.bytes())?;
                (form, State::Constant(Constant::Folded(Rc::new(buffer))))
            }
            How::Alias(input) => {
                let value = operand(input);
                let state = match value.state.clone() {
                    State::Stored { storage, .. } => State::Stored {
                        storage,
                        is_view: true,
                    },
                    constant => constant,
                };
                (value.form, state)
            }
            How::Compute { reads, kernel } => {
                let read: Vec<&Value<'m>> = reads.iter().map(|&index| operand(index)).collect();
                let constants: Option<Vec<Slice<'_>>> =
                    read.iter().map(|value| value.as_constant()).collect();
                let state = if let (0, Some(buffer)) = (len, Buffer::zeros(stored_type, 0)) {
                    State::Constant(Constant::Folded(Rc::new(buffer)))
                } else if let Some(constants) = constants {
                    let buffer = self.fold(label, &*kernel, &constants, stored_type, len)?;
                    State::Constant(Constant::Folded(Rc::new(buffer)))
                } else {
                    self.take_memory(kernel.constant_bytes())?;
                    let reads = read
                        .into_iter()
                        .map(|value| self.read(value))
                        .collect::<Result<_, _>>()?;
                    self.drafts.push(Draft {
                        label: label.to_owned(),
                        kernel,
                        reads,
                        element_type: stored_type,
                        shape: shape.clone(),
                    });
                    State::Stored {
                        storage: Storage::Step(self.drafts.len() - 1),
                        is_view: false,
                    }
                };
                (form, state)
            }
        };
        Ok(Value {
            element_type,
            shape,
            form,
            state,
            scales: scales.map(Rc::new),
        })
    }

    /// Runs a kernel on constants.
    fn fold(
        &mut self,
        label: &str,
        kernel: &dyn Kernel,
        constants: &[Slice<'_>],
        element_type: ElementType,
        len: usize,
    ) -> Result<Buffer, BackendError> {
        let mut buffer = Buffer::zeros(element_type, len)
            .expect("kernels write only element types that a buffer holds");
        self.take_memory(buffer.bytes())?;
        if len > 0 {
            let scratch_bytes = kernel.scratch_len().saturating_mul(size_of::<f32>());
            self.check_memory(|| "intermediate results".to_owned(), scratch_bytes)?;
            let mut scratch = vec![0.0; kernel.scratch_len()];
            let operands = Inputs::Folded(constants);
            if let Some(guard) = kernel.guard() {
                guard.check(&operands).map_err(|fault| CpuError::Node {
                    node: label.to_owned(),
                    reason: fault.to_string(),
                })?;
            }
            kernel.run(&operands, buffer.slice_mut(len), &mut scratch);
        }
        Ok(buffer)
    }

    /// Lets the step before do what a node's only step would, if nothing else reads that step's output.
    fn absorb(
        &mut self,
        node: &'m Node,
        outputs: &[Lowered],
        operands: &[Option<Value<'m>>],
    ) -> Option<Value<'m>> {
        let [lowered] = outputs else {
            return None;
        };
        let How::Compute { reads, kernel } = &lowered.how else {
            return None;
        };
        let &[index] = &reads[..] else {
            return None;
        };
        let State::Stored {
            storage: storage @ Storage::Step(step),
            is_view: false,
        } = operands.get(index)?.as_ref()?.state
        else {
            return None;
        };
        let name = node.inputs.get(index)?;
        if self.uses.get(name.as_str()) != Some(&1) {
            return None;
        }
        let draft = self.drafts.get_mut(step)?;
        if !draft.kernel.absorb(&kernel.follower()?) {
            return None;
        }
        draft.label = format!("{} + {}", draft.label, node.op_type);
        draft.element_type = lowered.form.stored_type(lowered.element_type);
        draft.shape.clone_from(&lowered.shape);
        Some(Value {
            element_type: lowered.element_type,
            shape: lowered.shape.clone(),
            form: lowered.form,
            scales: lowered.scales.clone().map(Rc::new),
            state: State::Stored {
                storage,
                is_view: false,
            },
        })
    }

    /// How a step or an output reads a value.
    fn read(&mut self, value: &Value<'m>) -> Result<Read, BackendError> {
        Ok(match &value.state {
            State::Stored { storage, .. } => Read::Stored(*storage),
            State::Constant(constant) => {
                let name = match constant {
                    Constant::Model { name, .. } => *name,
                    Constant::Folded(_) => None,
                };
                if let Some(&known) = name.and_then(|name| self.missing.get(name)) {
                    return Ok(Read::Constant(known));
                }
                let slice = constant.slice();
                self.take_memory(slice.bytes())?;
                self.constants.push(match name {
                    None => slice.to_buffer(),
                    Some(_) => slice.part(0..0).to_buffer(),
                });
                let last = self.constants.len() - 1;
                self.missing.extend(name.map(|name| (name, last)));
                Read::Constant(last)
            }
        })
    }

    fn finish(mut self) -> Result<Compiled, BackendError> {
        let graph = self.graphs[0];
        let mut outputs = Vec::with_capacity(graph.outputs().len());
        let mut output_reads = Vec::with_capacity(outputs.capacity());
        for declared in graph.outputs() {
            let value = self
                .value(&declared.name, &format!("output `{}`", declared.name))?
                .clone();
            let value = self.plain(&declared.name, value)?;
            check_declared(declared, &value)?;
            output_reads.push(self.read(&value)?);
            outputs.push(TensorInfo::new(
                declared.name.as_str(),
                value.element_type,
                value.shape,
            ));
        }
        let inputs: Vec<TensorInfo> = graph
            .inputs()
            .iter()
            .map(|input| {
                let value = &self.values[input.name.as_str()];
                TensorInfo::new(input.name.as_str(), value.element_type, value.shape.clone())
            })
            .collect();
        let plan = Drafts {
            inputs,
            outputs,
            output_reads,
            steps: self.drafts,
            constants: self.constants,
            #[cfg(feature = "threads")]
            threads: self.threads,
        }
        .lay_out();
        let missing = self.missing.keys().map(|&name| {
            let initializer = graph.initializers().get(name);
            initializer.map_or(0, |tensor| tensor.len() * tensor.element_type().size())
        });
        let constants = missing.fold(plan.constant_bytes(), usize::saturating_add);
        let required = plan.memory_bytes().saturating_add(constants);
        if required > self.memory_limit {
            return Err(CpuError::Memory {
                what: "the session".to_owned(),
                required,
                limit: self.memory_limit,
            }
            .into());
        }
        let missing = self.missing.into_iter();
        Ok(Compiled {
            plan,
            missing: missing.map(|(name, at)| (name.to_owned(), at)).collect(),
        })
    }
}

/// How many nodes and outputs of a graph read each value; a node's subgraphs count as one reader.
fn count_uses(graph: &Graph) -> HashMap<&str, usize> {
    let mut uses = HashMap::new();
    let captured = graph.nodes().iter().flat_map(Node::captures);
    let read = graph.nodes().iter().flat_map(|node| &node.inputs);
    let outputs = graph.outputs().iter().map(|output| &output.name);
    for name in read.chain(outputs).map(String::as_str).chain(captured) {
        *uses.entry(name).or_default() += 1;
    }
    uses
}

/// Holds what the graph says of an output against what follows from its nodes.
fn check_declared(declared: &ValueInfo, value: &Value<'_>) -> Result<(), BackendError> {
    let agrees = match &declared.value_type {
        ValueType::Unknown => true,
        ValueType::Opaque(_) => false,
        ValueType::Tensor {
            element_type,
            shape,
        } => {
            let dims = shape.as_deref().unwrap_or_default();
            *element_type == value.element_type
                && (dims.is_empty() || dims.len() == value.shape.len())
                && dims
                    .iter()
                    .zip(&value.shape)
                    .all(|(dim, extent)| match dim {
                        Dim::Fixed(stated) => stated == extent,
                        _ => true,
                    })
        }
    };
    if agrees {
        return Ok(());
    }
    Err(CpuError::Output {
        name: declared.name.clone(),
        declared: declared.value_type.to_string(),
        computed: format!("{}{:?}", value.element_type, value.shape),
    }
    .into())
}
