//! Nodes of every operator with whatever inputs and attributes are refused or run; they never panic or take more
//! memory than allowed, and what `Model::infer` says of those that run is so.
//!
//! The environment variable `EMO_RANDOM_NODES` sets how many nodes of each operator are tried.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails where it stands"
)]

use std::{
    collections::BTreeMap,
    env, fs,
    panic::{AssertUnwindSafe, catch_unwind},
    thread,
};

use emo_backend::{
    BackendError, Session,
    emo_tensor::{ElementType, Tensor, TensorView, for_each_element_type},
};
use emo_backend_cpu::{CpuBackend, CpuConfig, CpuError, CpuSession, operators};
use emo_onnx::{
    Arity, Attribute, AttributeKind, GraphBuilder, Model, Node, OnnxError, Parameter, Schema,
};
use emo_testing::fixture;
use ndarray::ArrayD;

/// Nodes of each operator where the environment does not say.
const N_NODES: u64 = 300;

/// The least memory that small nodes of all operators run in.
const MEMORY_LIMIT: usize = 1 << 18;

/// More work than any node of small operands has.
const MAC_LIMIT: u64 = 1 << 26;

const OPSETS: [i64; 12] = [7, 9, 10, 11, 12, 13, 15, 18, 19, 21, 23, 27];

macro_rules! list_element_types {
    ($($variant:ident: $rust:ty, $name:literal;)+) => {
        const ELEMENT_TYPES: &[ElementType] = &[$(ElementType::$variant),+];
    };
}
for_each_element_type!(list_element_types);

/// Extents, as attributes and constants, that overflow when they are added or multiplied without care.
const WILD: [i64; 16] = [
    i64::MIN,
    i64::MIN + 1,
    -(1 << 32),
    -(1 << 31) - 1,
    -65_537,
    -5,
    -2,
    63,
    64,
    65,
    1 << 16,
    1 << 31,
    1 << 32,
    1 << 62,
    i64::MAX - 1,
    i64::MAX,
];

/// Words that attributes of some operator know.
const WORDS: &[&str] = &[
    "",
    "NOTSET",
    "SAME_UPPER",
    "SAME_LOWER",
    "VALID",
    "constant",
    "reflect",
    "edge",
    "wrap",
    "nearest",
    "linear",
    "cubic",
    "half_pixel",
    "pytorch_half_pixel",
    "half_pixel_symmetric",
    "align_corners",
    "asymmetric",
    "tf_crop_and_resize",
    "round_prefer_floor",
    "round_prefer_ceil",
    "floor",
    "ceil",
    "stretch",
    "not_larger",
    "not_smaller",
    "DCR",
    "CRD",
    "forward",
    "reverse",
    "bidirectional",
    "none",
    "add",
    "mul",
    "max",
    "min",
    "tanh",
    "LEFT",
    "RIGHT",
    "ij,jk->ik",
    "...i,...i->...",
    "ii->i",
    "ij->",
    "i->ii",
    "ab,cd->abcdx",
    "Relu",
    "Tanh",
    "Sigmoid",
    "Affine",
    "LeakyRelu",
    "ThresholdedRelu",
    "ScaledTanh",
    "HardSigmoid",
    "Elu",
    "Softsign",
    "Softplus",
];

/// Pseudo-random numbers (Steele, Lea, Flood, Fast splittable pseudorandom number generators, 2014: SplitMix64).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.next() % bound as u64).unwrap()
    }

    /// True once in `n` times.
    fn once_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    fn pick<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len())]
    }

    fn int(&mut self) -> i64 {
        match self.below(12) {
            0 => self.pick(&WILD),
            1 | 2 => -(self.below(4) as i64),
            _ => self.below(4) as i64,
        }
    }

    fn float(&mut self) -> f32 {
        match self.below(12) {
            0 => self.pick(&[
                f32::NAN,
                f32::INFINITY,
                f32::NEG_INFINITY,
                f32::MAX,
                f32::MIN_POSITIVE,
                -0.0,
            ]),
            1 => self.int() as f32,
            _ => self.below(64) as f32 / 8.0 - 4.0,
        }
    }

    /// A list mostly as long as there are axes, or axes of images, or their two ends.
    fn len(&mut self, rank: usize) -> usize {
        match self.below(6) {
            0 => self.below(9),
            1 | 2 => rank.saturating_sub(2),
            3 => 2 * rank.saturating_sub(2),
            4 => 2 * rank,
            _ => rank,
        }
    }

    fn shape(&mut self) -> Vec<usize> {
        let extents = [1, 2, 3, 4, 5, 8];
        let rank = match self.below(24) {
            0 => self.below(9),
            _ => self.below(5),
        };
        let mut shape: Vec<usize> = (0..rank).map(|_| self.pick(&extents)).collect();
        if rank > 0 && self.once_in(16) {
            let axis = self.below(rank);
            shape[axis] = 0;
        }
        shape
    }

    /// Like `shape`, with one extent changed, stretched or cut, or another.
    fn kindred_shape(&mut self, shape: &[usize]) -> Vec<usize> {
        let mut kindred = shape.to_vec();
        match self.below(8) {
            0 => return self.shape(),
            1 if !shape.is_empty() => {
                let axis = self.below(shape.len());
                kindred[axis] = self.pick(&[0, 1, 1, 1, 2, 3]);
            }
            2 => kindred.truncate(self.below(3)),
            3 => kindred.drain(..self.below(shape.len() + 1)).for_each(drop),
            4 if !shape.is_empty() => {
                kindred = vec![shape[self.below(shape.len())]];
            }
            5 => kindred = vec![self.len(shape.len())],
            _ => {}
        }
        kindred
    }

    fn tensor(&mut self, element_type: ElementType, shape: &[usize]) -> Tensor {
        let len = shape.iter().product();
        let is_float = matches!(
            element_type,
            ElementType::F32 | ElementType::F64 | ElementType::F16 | ElementType::BF16
        );
        if is_float {
            let values: Vec<f32> = (0..len).map(|_| self.float()).collect();
            let values = Tensor::from(ArrayD::from_shape_vec(shape, values).unwrap());
            return cast(values, element_type);
        }
        // Integers as wide as the type, so that wild ones stay wild.
        let values: Vec<i64> = (0..len).map(|_| self.int()).collect();
        cast(
            Tensor::from(ArrayD::from_shape_vec(shape, values).unwrap()),
            element_type,
        )
    }

    fn attribute(&mut self, kind: AttributeKind, rank: usize) -> Option<Attribute> {
        let kinds = [
            AttributeKind::Float,
            AttributeKind::Int,
            AttributeKind::Ints,
            AttributeKind::Floats,
            AttributeKind::String,
            AttributeKind::Tensor,
        ];
        let kind = if self.once_in(40) {
            self.pick(&kinds)
        } else {
            kind
        };
        Some(match kind {
            AttributeKind::Float => Attribute::Float(self.float()),
            AttributeKind::Int => Attribute::Int(self.int()),
            AttributeKind::Ints => {
                let len = self.len(rank);
                Attribute::Ints((0..len).map(|_| self.int()).collect())
            }
            AttributeKind::Floats => {
                let len = self.len(rank);
                Attribute::Floats((0..len).map(|_| self.float()).collect())
            }
            AttributeKind::String => Attribute::String(self.pick(WORDS).to_owned()),
            AttributeKind::Strings => {
                let len = self.below(7);
                Attribute::Strings((0..len).map(|_| self.pick(WORDS).to_owned()).collect())
            }
            AttributeKind::Tensor => {
                let (element_type, shape) = (self.pick(ELEMENT_TYPES), self.shape());
                Attribute::Tensor(self.tensor(element_type, &shape))
            }
            _ => return None,
        })
    }
}

/// The tensor in another element type, by the backend itself.
fn cast(tensor: Tensor, to: ElementType) -> Tensor {
    if tensor.element_type() == to {
        return tensor;
    }
    let node = Node {
        op_type: "CastLike".to_owned(),
        inputs: vec!["x".to_owned(), "like".to_owned()],
        outputs: vec!["y".to_owned()],
        ..Node::default()
    };
    let like = Tensor::zeros(to, &[1]);
    let cast = CpuBackend::default().evaluate(&node, 25, &[Some(&tensor), Some(&like)]);
    cast.unwrap().remove(0)
}

/// A node and the tensors that it reads.
#[derive(Debug, Clone)]
struct Case {
    node: Node,
    opset: i64,
    operands: Vec<Operand>,
}

#[derive(Debug, Clone)]
struct Operand {
    name: String,
    tensor: Tensor,
    /// Whether it is an input of the model and not a constant.
    is_given: bool,
}

fn random_case(op_type: &str, random: &mut Random) -> Option<Case> {
    let opset = random.pick(&OPSETS);
    let schema = Schema::find(op_type, opset)?;
    let base = random.shape();
    let n_inputs = n_parameters(random, schema.inputs(), schema.n_inputs());
    let n_outputs = n_parameters(random, schema.outputs(), schema.n_outputs());
    // What one variable of the schema stands for.
    let mut types: Vec<(&str, ElementType)> = Vec::new();
    let mut node = Node {
        name: "n".to_owned(),
        op_type: op_type.to_owned(),
        outputs: (0..n_outputs).map(|index| format!("y{index}")).collect(),
        ..Node::default()
    };
    let mut operands = Vec::new();
    for index in 0..n_inputs {
        let parameter = schema.input(index);
        let is_optional = parameter.is_some_and(|parameter| parameter.arity() == Arity::Optional);
        if random.once_in(if is_optional { 2 } else { 60 }) {
            node.inputs.push(String::new());
            continue;
        }
        let variable = parameter.map_or("", Parameter::variable);
        let admitted: Vec<ElementType> = parameter
            .map(|parameter| schema.types(parameter).element_types())
            .into_iter()
            .flatten()
            .collect();
        let known = types.iter().find(|(name, _)| *name == variable);
        let element_type = match known {
            Some((_, element_type)) if !random.once_in(50) => *element_type,
            _ if admitted.is_empty() || random.once_in(40) => random.pick(ELEMENT_TYPES),
            _ if admitted.contains(&ElementType::F32) && !random.once_in(3) => ElementType::F32,
            _ => random.pick(&admitted),
        };
        types.push((variable, element_type));
        let shape = if index == 0 {
            base.clone()
        } else {
            random.kindred_shape(&base)
        };
        let name = format!("x{index}");
        let tensor = random.tensor(element_type, &shape);
        let is_given = if index == 0 {
            !random.once_in(6)
        } else {
            random.once_in(3)
        };
        node.inputs.push(name.clone());
        operands.push(Operand {
            name,
            tensor,
            is_given,
        });
    }
    for attribute in schema.attributes() {
        let is_present = match attribute.is_required() {
            true => !random.once_in(30),
            false => random.once_in(2),
        };
        if is_present && let Some(value) = random.attribute(attribute.kind(), base.len()) {
            node.attributes.insert(attribute.name().to_owned(), value);
        }
    }
    Some(Case {
        node,
        opset,
        operands,
    })
}

/// The nodes of the stored cases of an operator that read nothing but inputs and constants.
fn stored_cases(op_type: &str) -> Vec<Case> {
    let mut cases = Vec::new();
    let entries = fs::read_dir(fixture("emo-backend-cpu/ops")).unwrap();
    let mut paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| {
        let name = path.file_name().unwrap().to_string_lossy();
        name.split('.').next() == Some(op_type)
    });
    paths.sort();
    for path in paths {
        let model = Model::read(path).unwrap();
        let graph = model.graph();
        let own = |node: &&Node| node.op_type == op_type && node.subgraphs().next().is_none();
        for node in graph.nodes().iter().filter(own) {
            let present = node.inputs.iter().filter(|input| !input.is_empty());
            let operands: BTreeMap<&String, Option<Operand>> = present
                .map(|input| {
                    let given = graph.initializers().get(&format!("given/{input}"));
                    let constant = graph.initializers().get(input);
                    let is_given = given.is_some();
                    let operand = given.or(constant).map(|tensor| Operand {
                        name: input.clone(),
                        tensor: tensor.clone(),
                        is_given,
                    });
                    (input, operand)
                })
                .collect();
            if let Some(operands) = operands.into_values().collect() {
                cases.push(Case {
                    node: node.clone(),
                    opset: model.opset(),
                    operands,
                });
            }
        }
    }
    cases
}

impl Case {
    /// Changes a few attributes, operands or the version.
    fn change(&mut self, random: &mut Random) {
        for _ in 0..=random.below(3) {
            let schema = Schema::find(&self.node.op_type, self.opset);
            let attributes = schema.map_or(&[][..], Schema::attributes);
            match random.below(8) {
                0..=2 if !attributes.is_empty() => {
                    let attribute = random.pick(attributes);
                    let name = attribute.name().to_owned();
                    match self.node.attributes.get_mut(&name) {
                        Some(Attribute::Ints(values)) if !values.is_empty() => {
                            let at = random.below(values.len());
                            values[at] = random.int();
                        }
                        Some(_) if random.once_in(8) => drop(self.node.attributes.remove(&name)),
                        _ => {
                            let rank = self.operands.first().map_or(0, |x| x.tensor.shape().len());
                            if let Some(value) = random.attribute(attribute.kind(), rank) {
                                self.node.attributes.insert(name, value);
                            }
                        }
                    }
                }
                3..=5 if !self.operands.is_empty() => {
                    let at = random.below(self.operands.len());
                    let Operand { name, tensor, .. } = &mut self.operands[at];
                    let element_type = if random.once_in(6) {
                        random.pick(ELEMENT_TYPES)
                    } else {
                        tensor.element_type()
                    };
                    let shape = if random.once_in(2) {
                        random.kindred_shape(tensor.shape())
                    } else {
                        tensor.shape().to_vec()
                    };
                    if shape.iter().product::<usize>() <= 4096 {
                        *tensor = random.tensor(element_type, &shape);
                    } else if random.once_in(2) {
                        let name = name.clone();
                        let reads = self.node.inputs.iter_mut().filter(|read| **read == name);
                        reads.for_each(String::clear);
                    }
                }
                6 if !self.operands.is_empty() => {
                    let at = random.below(self.operands.len());
                    self.operands[at].is_given ^= true;
                }
                _ => self.opset = random.pick(&OPSETS),
            }
        }
    }
}

/// Mostly as many as the operator takes.
fn n_parameters(
    random: &mut Random,
    parameters: &[Parameter],
    allowed: std::ops::RangeInclusive<usize>,
) -> usize {
    if random.once_in(30) {
        return random.below(8);
    }
    let most = (*allowed.end()).min(parameters.len() + 3);
    allowed.start() + random.below(most - allowed.start() + 1)
}

/// What became of a case.
#[derive(Debug, Default)]
struct Outcome {
    ran: bool,
    /// It ran, but is no right model.
    lenient: bool,
}

impl Case {
    /// The graph with these types of the node's outputs, of which `None` is to be inferred.
    fn model(&self, declared: &[Option<ElementType>]) -> Result<Model, OnnxError> {
        let mut graph = GraphBuilder::new("g");
        for Operand {
            name,
            tensor,
            is_given,
        } in &self.operands
        {
            if *is_given {
                graph.input(name, tensor.element_type(), tensor.shape());
            } else {
                graph.initializer(name, tensor.clone());
            }
        }
        graph.push(self.node.clone());
        let outputs = self.node.outputs.iter().zip(declared);
        for (output, element_type) in outputs.filter(|(output, _)| !output.is_empty()) {
            match element_type {
                Some(element_type) => graph.output(output, *element_type, &[]),
                None => graph.output_of(output),
            }
        }
        graph.build(self.opset)
    }

    /// A session for the node, whether or not its types can be inferred.
    fn session(&self) -> Option<CpuSession> {
        let mut config = CpuConfig::default();
        config.memory_limit = MEMORY_LIMIT;
        let backend = CpuBackend::new(config);
        let mut declared = vec![Some(ElementType::F32); self.node.outputs.len()];
        for _ in 0..=declared.len() {
            let error = match backend.compile(&self.model(&declared).ok()?) {
                Ok(session) => return Some(session),
                Err(BackendError::Model { source }) => source,
                Err(_) => return None,
            };
            let CpuError::Output { name, computed, .. } = error.downcast_ref()? else {
                return None;
            };
            let output = self.node.outputs.iter().position(|output| output == name);
            let (computed, _) = computed.split_once('[').unwrap();
            let mut types = ELEMENT_TYPES.iter();
            let computed = types.find(|element_type| element_type.to_string() == computed);
            declared[output.unwrap()] = Some(*computed.unwrap());
        }
        panic!("the outputs' types are never as computed");
    }

    fn run(&self) -> Outcome {
        let inferred = self.model(&vec![None; self.node.outputs.len()]);
        let inferred = inferred.and_then(|model| model.infer());
        let Some(mut session) = self.session() else {
            return Outcome::default();
        };
        assert!(session.plan().macs() < MAC_LIMIT, "{}", session.plan());
        let given = self.operands.iter().filter(|operand| operand.is_given);
        let inputs: Vec<TensorView<'_>> = given.map(|operand| operand.tensor.view()).collect();
        match session.run_to_tensors(&inputs) {
            Ok(_) => {}
            Err(BackendError::Run { .. }) => return Outcome::default(),
            Err(error) => panic!("{error}"),
        }
        let Ok(inference) = inferred else {
            if env::var_os("EMO_LENIENT").is_some() {
                eprintln!("LENIENT {}: {}", self.node.op_type, inferred.unwrap_err());
            }
            return Outcome {
                ran: true,
                lenient: true,
            };
        };
        for info in session.outputs() {
            assert_eq!(
                inference.element_type(&info.name),
                Some(info.element_type),
                "{info}"
            );
            if let Some(shape) = inference.fixed_shape(&info.name) {
                assert_eq!(shape, info.shape, "{info}");
            }
        }
        Outcome {
            ran: true,
            lenient: false,
        }
    }
}

#[test]
fn nodes_of_every_operator_are_refused_or_run() {
    let n_nodes = match env::var("EMO_RANDOM_NODES") {
        Ok(count) => count.parse().unwrap(),
        Err(_) => N_NODES,
    };
    let operators: Vec<&str> = operators().collect();
    let n_threads = thread::available_parallelism().map_or(1, usize::from);
    let chunk = operators.len().div_ceil(n_threads);
    let failures: Vec<String> = thread::scope(|scope| {
        let workers: Vec<_> = operators
            .chunks(chunk)
            .map(|operators| {
                scope.spawn(move || {
                    operators
                        .iter()
                        .flat_map(|op_type| failures(op_type, n_nodes))
                        .collect::<Vec<_>>()
                })
            })
            .collect();
        let results = workers.into_iter().map(|worker| worker.join().unwrap());
        results.flatten().collect()
    });
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// The nodes of an operator that fail, of which the first few are enough.
fn failures(op_type: &str, n_nodes: u64) -> Vec<String> {
    let mut failures = Vec::new();
    let stored = stored_cases(op_type);
    let (mut ran, mut lenient) = (0, 0);
    for seed in 0..n_nodes {
        let mut random = Random(seed);
        let case = if stored.is_empty() || random.once_in(3) {
            random_case(op_type, &mut random)
        } else {
            let mut case = stored[random.below(stored.len())].clone();
            case.change(&mut random);
            Some(case)
        };
        let Some(case) = case else {
            continue;
        };
        match catch_unwind(AssertUnwindSafe(|| case.run())) {
            Ok(outcome) => {
                ran += usize::from(outcome.ran);
                lenient += usize::from(outcome.lenient);
            }
            Err(_) => failures.push(format!("seed {seed}: {case:?}")),
        }
        if failures.len() == 2 {
            break;
        }
    }
    eprintln!("{op_type}: {ran} of {n_nodes} ran, {lenient} of them no right models");
    failures
}
