//! What ONNX says of its own operators: what they take, give and are set by.

#[rustfmt::skip]
mod lists;
#[rustfmt::skip]
mod table;
mod type_set;
mod versions;

pub use self::type_set::TypeSet;
use crate::Attribute;

/// The signature of one of ONNX's own operators, as a version of the operator set defines it.
///
/// # Example
/// ```
/// use emo_onnx::{Attribute, Schema};
///
/// let softmax = Schema::find("Softmax", 17).ok_or("Softmax")?;
/// assert_eq!(softmax.since(), 13);
/// assert_eq!(softmax.n_inputs(), 1..=1);
/// let axis = softmax.attribute("axis").ok_or("axis")?;
/// assert_eq!(axis.default(), Some(Attribute::Int(-1)));
/// # Ok::<(), &str>(())
/// ```
///
/// # References
/// ONNX, "Operator Schemas", <https://onnx.ai/onnx/operators/>; the table is made from `onnx.defs` of onnx 1.23.2.
#[derive(Debug, PartialEq)]
pub struct Schema {
    op_type: &'static str,
    since: i64,
    deprecated: bool,
    inputs: &'static [Parameter],
    outputs: &'static [Parameter],
    types: &'static [(&'static str, TypeSet)],
    attributes: &'static [AttributeSchema],
}

impl Schema {
    /// The operator `op_type` of ONNX's own domain as version `opset` (1 to 27) has it, deprecated ones among
    /// them; none if that version does not have it.
    pub fn find(op_type: &str, opset: i64) -> Option<&'static Self> {
        let end = table::TABLE
            .partition_point(|schema| (schema.op_type, schema.since) <= (op_type, opset));
        let last = table::TABLE.get(end.checked_sub(1)?)?;
        (last.op_type == op_type).then_some(last)
    }

    /// The version of the operator set that brought the operator `op_type` in the form that version `opset` (1 to 27)
    /// has; none if that version does not have it.
    ///
    /// The same as of [`find`](Self::find), for programs that need nothing else of the table: it is not linked for
    /// this.
    pub fn find_since(op_type: &str, opset: i64) -> Option<i64> {
        let line = versions::VERSIONS.lines().find_map(|line| {
            let versions = line.strip_prefix(op_type)?;
            versions.strip_prefix(' ')
        })?;
        let versions = line.split(' ').filter_map(|version| version.parse().ok());
        versions.take_while(|&since| since <= opset).last()
    }

    /// All versions of all operators of operator sets 1 to 27, by name, then version.
    pub fn all() -> &'static [Self] {
        table::TABLE
    }

    /// The operator's name.
    pub fn op_type(&self) -> &'static str {
        self.op_type
    }

    /// The version of the operator set that brought the operator in this form.
    pub fn since(&self) -> i64 {
        self.since
    }

    /// Whether the operator may no longer be used.
    pub fn is_deprecated(&self) -> bool {
        self.deprecated
    }

    /// The inputs; a last one that is variadic stands for all that follow.
    pub fn inputs(&self) -> &'static [Parameter] {
        self.inputs
    }

    /// The outputs; a last one that is variadic stands for all that follow.
    pub fn outputs(&self) -> &'static [Parameter] {
        self.outputs
    }

    /// The input at position `index`, counted with the repetitions of a variadic one.
    pub fn input(&self, index: usize) -> Option<&'static Parameter> {
        nth(self.inputs, index)
    }

    /// The output at position `index`, counted with the repetitions of a variadic one.
    pub fn output(&self, index: usize) -> Option<&'static Parameter> {
        nth(self.outputs, index)
    }

    /// How many inputs a node may list; absent optional ones count where others follow them.
    pub fn n_inputs(&self) -> std::ops::RangeInclusive<usize> {
        count(self.inputs)
    }

    /// How many outputs a node may list; absent optional ones count where others follow them.
    pub fn n_outputs(&self) -> std::ops::RangeInclusive<usize> {
        count(self.outputs)
    }

    /// The types that an input or output of this operator may have.
    pub fn types(&self, parameter: &Parameter) -> TypeSet {
        let of_variable = |(name, _): &&(&str, TypeSet)| *name == parameter.variable;
        self.types
            .iter()
            .find(of_variable)
            .map_or(TypeSet(0), |(_, set)| *set)
    }

    /// The attributes, by name.
    pub fn attributes(&self) -> &'static [AttributeSchema] {
        self.attributes
    }

    /// The attribute called `name`.
    pub fn attribute(&self, name: &str) -> Option<&'static AttributeSchema> {
        let index = self
            .attributes
            .binary_search_by(|attribute| attribute.name.cmp(name));
        self.attributes.get(index.ok()?)
    }
}

/// An input or output of an operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Parameter {
    name: &'static str,
    variable: &'static str,
    arity: Arity,
}

impl Parameter {
    /// Its name in ONNX's documentation.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// The name of its type: parameters of one operator whose types have the same name are of the same type,
    /// unless they are [`Arity::Any`].
    pub fn variable(&self) -> &'static str {
        self.variable
    }

    /// How often it occurs.
    pub fn arity(&self) -> Arity {
        self.arity
    }
}

/// How often an input or output occurs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Arity {
    /// Once.
    One,
    /// Once or, as an empty name or cut off at the end, not at all.
    Optional,
    /// At least `min` times, with the same type each time.
    Each {
        /// The least count.
        min: usize,
    },
    /// At least `min` times, with any of its types each time.
    Any {
        /// The least count.
        min: usize,
    },
}

/// An attribute of an operator.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AttributeSchema {
    name: &'static str,
    kind: AttributeKind,
    default: DefaultValue,
}

impl AttributeSchema {
    /// Its name.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// What its value is.
    pub fn kind(&self) -> AttributeKind {
        self.kind
    }

    /// Whether a node must have it.
    pub fn is_required(&self) -> bool {
        self.default == DefaultValue::Required
    }

    /// The value that it has where a node leaves it out; none where that means something that depends on the
    /// rest, or where it is required.
    pub fn default(&self) -> Option<Attribute> {
        Some(match self.default {
            DefaultValue::Required | DefaultValue::Absent => return None,
            DefaultValue::Float(value) => Attribute::Float(value),
            DefaultValue::Int(value) => Attribute::Int(value),
            DefaultValue::String(text) => Attribute::String(text.to_owned()),
            DefaultValue::Ints(values) => Attribute::Ints(values.to_vec()),
            DefaultValue::Strings(texts) => {
                Attribute::Strings(texts.iter().map(|&text| text.to_owned()).collect())
            }
        })
    }
}

/// What the value of an attribute is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum AttributeKind {
    /// A number.
    Float,
    /// An integer.
    Int,
    /// A text.
    String,
    /// A tensor.
    Tensor,
    /// A graph.
    Graph,
    /// A sparse tensor.
    SparseTensor,
    /// A type.
    Type,
    /// A list of numbers.
    Floats,
    /// A list of integers.
    Ints,
    /// A list of texts.
    Strings,
}

impl AttributeKind {
    /// The kind in words, such as "a list of integers".
    pub const fn name(self) -> &'static str {
        match self {
            Self::Float => "a number",
            Self::Int => "an integer",
            Self::String => "a text",
            Self::Tensor => "a tensor",
            Self::Graph => "a subgraph",
            Self::SparseTensor => "a sparse tensor",
            Self::Type => "a type",
            Self::Floats => "a list of numbers",
            Self::Ints => "a list of integers",
            Self::Strings => "a list of texts",
        }
    }
}

/// An attribute's default, as a constant.
#[derive(Debug, Clone, Copy, PartialEq)]
enum DefaultValue {
    Required,
    Absent,
    Float(f32),
    Int(i64),
    String(&'static str),
    Ints(&'static [i64]),
    Strings(&'static [&'static str]),
}

fn nth(parameters: &'static [Parameter], index: usize) -> Option<&'static Parameter> {
    parameters.get(index).or_else(|| {
        let last = parameters.last()?;
        matches!(last.arity, Arity::Each { .. } | Arity::Any { .. }).then_some(last)
    })
}

fn count(parameters: &[Parameter]) -> std::ops::RangeInclusive<usize> {
    let mut min = 0;
    let mut max = parameters.len();
    for (index, parameter) in parameters.iter().enumerate() {
        match parameter.arity {
            Arity::One => min = index + 1,
            Arity::Optional => {}
            Arity::Each { min: least } | Arity::Any { min: least } => {
                min = index + least;
                max = usize::MAX;
            }
        }
    }
    min..=max
}

const fn schema(
    op_type: &'static str,
    since: i64,
    inputs: &'static [Parameter],
    outputs: &'static [Parameter],
    types: &'static [(&'static str, TypeSet)],
    attributes: &'static [AttributeSchema],
) -> Schema {
    Schema {
        op_type,
        since,
        deprecated: false,
        inputs,
        outputs,
        types,
        attributes,
    }
}

const fn deprecated(
    op_type: &'static str,
    since: i64,
    inputs: &'static [Parameter],
    outputs: &'static [Parameter],
    types: &'static [(&'static str, TypeSet)],
    attributes: &'static [AttributeSchema],
) -> Schema {
    Schema {
        deprecated: true,
        ..schema(op_type, since, inputs, outputs, types, attributes)
    }
}

const fn one(name: &'static str, variable: &'static str) -> Parameter {
    let arity = Arity::One;
    Parameter {
        name,
        variable,
        arity,
    }
}

const fn optional(name: &'static str, variable: &'static str) -> Parameter {
    let arity = Arity::Optional;
    Parameter {
        name,
        variable,
        arity,
    }
}

const fn each(name: &'static str, variable: &'static str, min: usize) -> Parameter {
    let arity = Arity::Each { min };
    Parameter {
        name,
        variable,
        arity,
    }
}

const fn any(name: &'static str, variable: &'static str, min: usize) -> Parameter {
    let arity = Arity::Any { min };
    Parameter {
        name,
        variable,
        arity,
    }
}

const fn attribute(
    name: &'static str,
    kind: AttributeKind,
    default: DefaultValue,
) -> AttributeSchema {
    AttributeSchema {
        name,
        kind,
        default,
    }
}
