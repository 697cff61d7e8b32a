use std::{collections::BTreeMap, fmt};

use emo_tensor::Tensor;

use super::dump;
use crate::{Graph, Model, Node, ValueInfo};

/// How two models differ: [`Model::diff`].
///
/// Its `Display` is one line per difference: `-` for what only the first model has, `+` for what only the second
/// has, `~` for what both have in different forms.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ModelDiff {
    differences: Vec<Difference>,
}

/// One difference between two models.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Difference {
    /// The operator sets, the metadata, or the inputs and outputs are others.
    Frame {
        /// Which, such as `input x`.
        what: String,
        /// What the first model has, if it has it.
        left: Option<String>,
        /// What the second model has, if it has it.
        right: Option<String>,
    },
    /// A node is another or in one model alone; nodes are matched by the first value that they write.
    Node {
        /// The node of the first model on one line, if it has it.
        left: Option<String>,
        /// The node of the second model, if it has it.
        right: Option<String>,
    },
    /// A constant is another or in one model alone; constants are matched by name.
    Constant {
        /// The name.
        name: String,
        /// Type and elements in the first model, if it has it.
        left: Option<String>,
        /// Type and elements in the second model, if it has it.
        right: Option<String>,
        /// The largest difference of two elements where the shapes are equal; infinite where only one of two
        /// elements is a number.
        max_abs: Option<f64>,
    },
}

impl ModelDiff {
    /// The differences: frame, constants, then nodes in the order of the first model.
    pub fn differences(&self) -> &[Difference] {
        &self.differences
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.differences.is_empty()
    }
}

impl Model {
    /// How `other` differs from this model, in structure, attributes, shapes and weights.
    pub fn diff(&self, other: &Self) -> ModelDiff {
        let mut differences = Vec::new();
        frame(self, other, &mut differences);
        constants(self.graph(), other.graph(), &mut differences);
        nodes(self.graph(), other.graph(), &mut differences);
        ModelDiff { differences }
    }
}

/// Each key of either map with what each has there.
fn pairs<'a, V>(
    left: &'a BTreeMap<String, V>,
    right: &'a BTreeMap<String, V>,
) -> impl Iterator<Item = (&'a str, Option<&'a V>, Option<&'a V>)> {
    let only_right = right.iter().filter(|(key, _)| !left.contains_key(*key));
    left.iter()
        .map(|(key, value)| (key.as_str(), Some(value), right.get(key)))
        .chain(only_right.map(|(key, value)| (key.as_str(), None, Some(value))))
}

fn frame(left: &Model, right: &Model, differences: &mut Vec<Difference>) {
    let entries = |model: &Model| {
        let mut entries = BTreeMap::new();
        for (domain, version) in model.imports() {
            entries.insert(format!("opset {domain}"), version.to_string());
        }
        for (key, value) in model.metadata() {
            entries.insert(format!("metadata {key}"), value.clone());
        }
        let mut declare = |what: &str, infos: &[ValueInfo]| {
            for (index, info) in infos.iter().enumerate() {
                let value = format!("{}: {}", info.name, info.value_type);
                entries.insert(format!("{what} {index}"), value);
            }
        };
        declare("input", model.graph().inputs());
        declare("output", model.graph().outputs());
        entries
    };
    let (left, right) = (entries(left), entries(right));
    for (what, left, right) in pairs(&left, &right) {
        if left != right {
            differences.push(Difference::Frame {
                what: what.to_owned(),
                left: left.cloned(),
                right: right.cloned(),
            });
        }
    }
}

fn constants(left: &Graph, right: &Graph, differences: &mut Vec<Difference>) {
    let pairs_of = pairs(left.initializers(), right.initializers());
    for (name, left, right) in pairs_of {
        let max_abs = match (left, right) {
            (Some(left), Some(right)) if left.shape() == right.shape() => max_abs(left, right),
            _ => None,
        };
        let same_type = left.map(Tensor::element_type) == right.map(Tensor::element_type);
        if max_abs == Some(0.0) && same_type {
            continue;
        }
        differences.push(Difference::Constant {
            name: name.to_owned(),
            left: left.map(dump::content),
            right: right.map(dump::content),
            max_abs,
        });
    }
    let describe = |graph: &Graph| -> BTreeMap<String, String> {
        let opaque = graph.opaque_initializers().iter();
        opaque
            .map(|(name, value)| (name.clone(), format!("{value:?}")))
            .collect()
    };
    let (left, right) = (describe(left), describe(right));
    for (name, left, right) in pairs(&left, &right) {
        if left != right {
            let shown =
                |value: Option<&String>| value.map(|_| "elements not interpreted".to_owned());
            differences.push(Difference::Constant {
                name: name.to_owned(),
                left: shown(left),
                right: shown(right),
                max_abs: None,
            });
        }
    }
}

fn nodes(left: &Graph, right: &Graph, differences: &mut Vec<Difference>) {
    let key = |node: &Node| node.outputs.first().cloned().unwrap_or_default();
    let mut others: BTreeMap<String, &Node> = BTreeMap::new();
    for node in right.nodes() {
        others.insert(key(node), node);
    }
    let line = |node: &Node| dump::line(node, &|_| None);
    for node in left.nodes() {
        let other = others.remove(&key(node));
        let differs = other.is_none_or(|other| {
            (&node.op_type, &node.domain, &node.overload)
                != (&other.op_type, &other.domain, &other.overload)
                || node.inputs != other.inputs
                || node.outputs != other.outputs
                || node.attributes != other.attributes
        });
        if differs {
            differences.push(Difference::Node {
                left: Some(line(node)),
                right: other.map(line),
            });
        }
    }
    for node in right.nodes() {
        if others.contains_key(&key(node)) {
            differences.push(Difference::Node {
                left: None,
                right: Some(line(node)),
            });
        }
    }
}

/// The largest difference of two elements.
fn max_abs(left: &Tensor, right: &Tensor) -> Option<f64> {
    let mut largest = 0.0_f64;
    for (left, right) in numbers(left).zip(numbers(right)) {
        let difference = if left == right || (left.is_nan() && right.is_nan()) {
            0.0
        } else {
            (left - right).abs()
        };
        largest = if difference.is_nan() {
            f64::INFINITY
        } else {
            largest.max(difference)
        };
    }
    Some(largest)
}

/// The elements as numbers; those of 64 bits may be rounded.
pub(super) fn numbers(tensor: &Tensor) -> Box<dyn Iterator<Item = f64> + '_> {
    #[expect(
        clippy::cast_precision_loss,
        reason = "for people to read, and for differences that are far smaller"
    )]
    match tensor {
        Tensor::F32(array) => Box::new(array.iter().map(|&x| f64::from(x))),
        Tensor::F64(array) => Box::new(array.iter().copied()),
        Tensor::F16(array) => Box::new(array.iter().map(|&x| f64::from(x))),
        Tensor::BF16(array) => Box::new(array.iter().map(|&x| f64::from(x))),
        Tensor::F8E4M3Fn(array) => Box::new(array.iter().map(|&x| f64::from(x.to_f32()))),
        Tensor::F8E4M3FnUz(array) => Box::new(array.iter().map(|&x| f64::from(x.to_f32()))),
        Tensor::F8E5M2(array) => Box::new(array.iter().map(|&x| f64::from(x.to_f32()))),
        Tensor::F8E5M2FnUz(array) => Box::new(array.iter().map(|&x| f64::from(x.to_f32()))),
        Tensor::I4(array) => Box::new(array.iter().map(|&x| f64::from(x.get()))),
        Tensor::U4(array) => Box::new(array.iter().map(|&x| f64::from(x.get()))),
        Tensor::I8(array) => Box::new(array.iter().map(|&x| f64::from(x))),
        Tensor::I16(array) => Box::new(array.iter().map(|&x| f64::from(x))),
        Tensor::I32(array) => Box::new(array.iter().map(|&x| f64::from(x))),
        Tensor::I64(array) => Box::new(array.iter().map(|&x| x as f64)),
        Tensor::U8(array) => Box::new(array.iter().map(|&x| f64::from(x))),
        Tensor::U16(array) => Box::new(array.iter().map(|&x| f64::from(x))),
        Tensor::U32(array) => Box::new(array.iter().map(|&x| f64::from(x))),
        Tensor::U64(array) => Box::new(array.iter().map(|&x| x as f64)),
        Tensor::Bool(array) => Box::new(array.iter().map(|&x| f64::from(u8::from(x)))),
        _ => Box::new(std::iter::empty()),
    }
}

impl fmt::Display for ModelDiff {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for difference in &self.differences {
            let (what, left, right, tail) = match difference {
                Difference::Frame { what, left, right } => {
                    (what.escape_debug().to_string(), left, right, String::new())
                }
                Difference::Node { left, right } => ("node".to_owned(), left, right, String::new()),
                Difference::Constant {
                    name,
                    left,
                    right,
                    max_abs,
                } => {
                    let tail = match max_abs {
                        Some(max_abs) => format!(", at most {max_abs:e} apart"),
                        None => String::new(),
                    };
                    (
                        format!("constant {}", name.escape_debug()),
                        left,
                        right,
                        tail,
                    )
                }
            };
            match (left, right) {
                (Some(left), Some(right)) => writeln!(f, "~ {what}: {left} → {right}{tail}")?,
                (Some(left), None) => writeln!(f, "- {what}: {left}")?,
                (None, Some(right)) => writeln!(f, "+ {what}: {right}")?,
                (None, None) => {}
            }
        }
        Ok(())
    }
}
