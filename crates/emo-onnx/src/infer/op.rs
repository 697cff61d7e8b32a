use std::{borrow::Cow, ops::RangeInclusive, rc::Rc};

use emo_tensor::{ElementType, Tensor};

use super::value::{CONTENT_LEN, Content, Entry, KNOWN_LEN, Known};
use crate::{Attribute, Dim, Node, OnnxError, Schema, ValueType, limits};

/// A node with what is known of its inputs, as a rule sees it.
pub(super) struct Op<'a> {
    pub(super) node: &'a Node,
    pub(super) schema: &'static Schema,
    pub(super) inputs: Vec<Input<'a>>,
    /// What the node's subgraphs give, by attribute.
    pub(super) branches: Vec<(&'a str, Branch)>,
}

/// What is known of one input; nothing at all of one that is left out.
#[derive(Default)]
pub(super) struct Input<'a> {
    pub(super) known: Option<Rc<Known>>,
    pub(super) constant: Option<&'a Tensor>,
}

impl Input<'_> {
    pub(super) fn content(&self) -> Option<Cow<'_, Content>> {
        let known = self.known.as_ref();
        if let Some(content) = known.and_then(|known| known.content.as_ref()) {
            return Some(Cow::Borrowed(content));
        }
        Some(Cow::Owned(Content::of_constant(self.constant?)?))
    }
}

/// What is known of a subgraph's outputs.
pub(super) type Branch = Vec<Known>;

impl<'a> Op<'a> {
    pub(super) fn since(&self) -> i64 {
        self.schema.since()
    }

    pub(super) fn n_inputs(&self) -> usize {
        self.inputs.len()
    }

    pub(super) fn n_outputs(&self) -> usize {
        self.node.outputs.len()
    }

    /// Whether the input is there, known or not.
    pub(super) fn has(&self, input: usize) -> bool {
        let name = self.node.inputs.get(input);
        name.is_some_and(|name| !name.is_empty())
    }

    pub(super) fn known(&self, input: usize) -> Option<&Known> {
        self.inputs.get(input)?.known.as_deref()
    }

    pub(super) fn value_type(&self, input: usize) -> Option<&ValueType> {
        Some(&self.known(input)?.value_type)
    }

    pub(super) fn element_type(&self, input: usize) -> Option<ElementType> {
        self.known(input)?.element_type()
    }

    pub(super) fn shape(&self, input: usize) -> Option<&[Dim]> {
        self.known(input)?.shape()
    }

    /// The shape of an input whose number of axes must be in `ranks`.
    pub(super) fn ranked(
        &self,
        input: usize,
        ranks: RangeInclusive<usize>,
    ) -> Result<Option<&[Dim]>, OnnxError> {
        let Some(shape) = self.shape(input) else {
            return Ok(None);
        };
        if ranks.contains(&shape.len()) {
            return Ok(Some(shape));
        }
        Err(OnnxError::Rank {
            node: self.node.label(),
            parameter: self.parameter(input),
            actual: shape.len(),
            min: *ranks.start(),
            max: *ranks.end(),
        })
    }

    /// As [`ranked`](Self::ranked), and none for an input that the operator does not have.
    pub(super) fn ranked_if_present(
        &self,
        input: usize,
        ranks: RangeInclusive<usize>,
    ) -> Result<Option<&[Dim]>, OnnxError> {
        if self.has(input) {
            self.ranked(input, ranks)
        } else {
            Ok(None)
        }
    }

    /// The one extent of an input that is a vector.
    pub(super) fn vector_len(&self, input: usize) -> Result<Option<usize>, OnnxError> {
        Ok(match self.ranked(input, 1..=1)? {
            Some([Dim::Fixed(len)]) => Some(*len),
            _ => None,
        })
    }

    pub(super) fn content(&self, input: usize) -> Option<Cow<'_, Content>> {
        self.inputs.get(input)?.content()
    }

    /// The elements of an input of integers.
    pub(super) fn entries(&self, input: usize) -> Option<Vec<Entry>> {
        Content::into_entries(self.content(input)?)
    }

    /// The elements of an input of integers, if all are known.
    pub(super) fn integers(&self, input: usize) -> Option<Vec<i64>> {
        self.content(input)?.integers()
    }

    /// The element of an input of integers that has one.
    pub(super) fn entry(&self, input: usize) -> Option<Entry> {
        let [entry] = <[Entry; 1]>::try_from(self.entries(input)?).ok()?;
        Some(entry)
    }

    /// The elements of an input as floating-point numbers, if all are known.
    pub(super) fn floats(&self, input: usize) -> Option<Vec<f64>> {
        match self.content(input)?.into_owned() {
            Content::Floats(values) => Some(values),
            Content::Integers(entries) => entries
                .iter()
                .map(|entry| {
                    let value = entry.int()?;
                    #[expect(
                        clippy::cast_precision_loss,
                        reason = "what is no exact number of f64 is no extent either"
                    )]
                    Some(value as f64)
                })
                .collect(),
        }
    }

    pub(super) fn has_attribute(&self, name: &str) -> bool {
        self.node.attributes.contains_key(name)
    }

    /// The integer `name`, or its default, or 0 where it has none.
    pub(super) fn int(&self, name: &str) -> Result<i64, OnnxError> {
        let default = self.schema.attribute(name).and_then(|a| a.default());
        let default = match default {
            Some(Attribute::Int(value)) => value,
            _ => 0,
        };
        self.node.int(name, default)
    }

    pub(super) fn ints(&self, name: &str) -> Result<Option<&[i64]>, OnnxError> {
        self.node.ints(name)
    }

    pub(super) fn text(&self, name: &str, default: &'a str) -> Result<&str, OnnxError> {
        self.node.string(name, default)
    }

    /// The attribute's element type; an error for a number that ONNX gives to none.
    pub(super) fn element_type_attribute(
        &self,
        name: &'static str,
    ) -> Result<Option<Option<ElementType>>, OnnxError> {
        if !self.has_attribute(name) {
            return Ok(None);
        }
        let number = self.int(name)?;
        let known = i32::try_from(number)
            .ok()
            .and_then(|number| crate::proto::tensor_proto::DataType::try_from(number).ok())
            .filter(|&number| number != crate::proto::tensor_proto::DataType::Undefined);
        match known {
            Some(number) => Ok(Some(crate::tensor::element_type(number.into()))),
            None => Err(self.setting(name, number, "the number of an element type")),
        }
    }

    /// The position of an axis that may be counted from the end.
    pub(super) fn axis(&self, axis: i64, rank: usize) -> Result<usize, OnnxError> {
        let position = usize::try_from(if axis < 0 {
            axis.saturating_add_unsigned(rank as u64)
        } else {
            axis
        });
        match position {
            Ok(position) if position < rank => Ok(position),
            _ => Err(OnnxError::Axis {
                node: self.node.label(),
                axis,
                rank,
            }),
        }
    }

    /// The positions of the axes in the attribute or input `name`, of which none may occur twice.
    pub(super) fn axes(
        &self,
        name: &'static str,
        axes: &[i64],
        rank: usize,
    ) -> Result<Vec<usize>, OnnxError> {
        if axes.len() > rank {
            return Err(self.extents("the numbers of axes named and present", axes.len(), rank));
        }
        let mut positions = Vec::with_capacity(axes.len());
        for &axis in axes {
            let position = self.axis(axis, rank)?;
            if positions.contains(&position) {
                return Err(self.setting(name, axis, "an axis that is named once"));
            }
            positions.push(position);
        }
        Ok(positions)
    }

    pub(super) fn setting(
        &self,
        name: &'static str,
        value: i64,
        expected: &'static str,
    ) -> OnnxError {
        OnnxError::Setting {
            node: self.node.label(),
            name,
            value,
            expected,
        }
    }

    pub(super) fn extents(&self, what: &'static str, left: usize, right: usize) -> OnnxError {
        let number = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
        OnnxError::Extents {
            node: self.node.label(),
            what,
            left: number(left),
            right: number(right),
        }
    }

    /// An extent that does not fit into memory's addresses.
    pub(super) fn overflow(&self) -> OnnxError {
        OnnxError::Limit {
            place: format!("node {}", self.node.label()),
            what: "elements along an axis, or more,",
            actual: usize::MAX,
            limit: limits::ELEMENTS,
        }
    }

    /// How ONNX calls an input.
    pub(super) fn parameter(&self, input: usize) -> &'static str {
        self.schema.input(input).map_or("", |input| input.name())
    }

    /// The more telling of two extents that must be equal.
    pub(super) fn equal(
        &self,
        what: &'static str,
        left: &Dim,
        right: &Dim,
    ) -> Result<Dim, OnnxError> {
        match (left, right) {
            (Dim::Fixed(left), Dim::Fixed(right)) if left != right => {
                Err(self.extents(what, *left, *right))
            }
            (Dim::Fixed(_), _) | (_, Dim::Unknown) => Ok(left.clone()),
            (_, Dim::Fixed(_)) | (Dim::Unknown, _) => Ok(right.clone()),
            (Dim::Symbol(_), Dim::Symbol(_)) => Ok(left.clone()),
        }
    }

    /// The shape that results when these are broadcast against each other; none if one is unknown.
    pub(super) fn broadcast<'s>(
        &self,
        shapes: impl IntoIterator<Item = Option<&'s [Dim]>>,
    ) -> Result<Option<Vec<Dim>>, OnnxError> {
        let mut result: Vec<Dim> = Vec::new();
        let mut complete = true;
        for shape in shapes {
            let Some(shape) = shape else {
                complete = false;
                continue;
            };
            let missing = shape.len().saturating_sub(result.len());
            result.splice(..0, std::iter::repeat_n(Dim::Fixed(1), missing));
            let offset = result.len() - shape.len();
            for (dim, other) in result.iter_mut().skip(offset).zip(shape) {
                *dim = match (&*dim, other) {
                    (Dim::Fixed(1), other) => other.clone(),
                    (dim, Dim::Fixed(1)) => dim.clone(),
                    (Dim::Fixed(left), Dim::Fixed(right)) if left != right => {
                        return Err(self.extents("the extents to be broadcast", *left, *right));
                    }
                    // An extent that is not known is 1 or this one.
                    (Dim::Fixed(extent), _) | (_, Dim::Fixed(extent)) => Dim::Fixed(*extent),
                    (Dim::Symbol(left), Dim::Symbol(right)) if left == right => other.clone(),
                    _ => Dim::Unknown,
                };
            }
        }
        Ok(complete.then_some(result))
    }

    /// What the subgraph in the attribute `name` gives.
    pub(super) fn branch(&self, name: &str) -> Option<&[Known]> {
        let found = self
            .branches
            .iter()
            .find(|(attribute, _)| *attribute == name);
        found.map(|(_, outputs)| outputs.as_slice())
    }
}

/// What a rule finds out about a node's outputs.
pub(super) struct Outputs {
    outputs: Vec<Output>,
    /// What the shapes take, in bytes.
    shapes_len: usize,
}

struct Output {
    /// What the operator's schema says, where that determines it.
    value_type: ValueType,
    element_type: Option<ElementType>,
    shape: Option<Vec<Dim>>,
    content: Option<Content>,
}

impl Outputs {
    /// Outputs of these types.
    pub(super) fn new(types: Vec<ValueType>) -> Self {
        let output = |value_type: ValueType| Output {
            element_type: value_type.tensor().map(|(element_type, _)| element_type),
            value_type,
            shape: None,
            content: None,
        };
        Self {
            outputs: types.into_iter().map(output).collect(),
            shapes_len: 0,
        }
    }

    pub(super) fn element_type(&mut self, output: usize, element_type: Option<ElementType>) {
        if let Some(output) = self.outputs.get_mut(output) {
            output.element_type = element_type;
            output.value_type = ValueType::Unknown;
        }
    }

    pub(super) fn shape(&mut self, output: usize, shape: impl Into<Option<Vec<Dim>>>) {
        let shape = shape.into();
        self.shapes_len = self
            .shapes_len
            .saturating_add(shape.as_deref().map_or(0, shape_len));
        if self.shapes_len <= KNOWN_LEN
            && let Some(output) = self.outputs.get_mut(output)
        {
            output.shape = shape;
        }
    }

    pub(super) fn content(&mut self, output: usize, content: impl Into<Option<Content>>) {
        if let Some(output) = self.outputs.get_mut(output) {
            output.content = content.into();
        }
    }

    pub(super) fn known(&mut self, output: usize, known: Known) {
        if let Some(output) = self.outputs.get_mut(output) {
            output.element_type = known.element_type();
            output.shape = known.shape().map(<[Dim]>::to_vec);
            output.content = known.content;
            output.value_type = known.value_type;
        }
    }

    /// Hands out what is known of each output; content that does not fit the shape is left out.
    pub(super) fn finish(self, op: &Op<'_>) -> Result<Vec<Known>, OnnxError> {
        if self.shapes_len > KNOWN_LEN {
            return Err(OnnxError::Limit {
                place: format!("node {}", op.node.label()),
                what: "bytes of inferred shapes",
                actual: self.shapes_len,
                limit: KNOWN_LEN,
            });
        }
        let finish = |output: Output| {
            if let Some(shape) = &output.shape
                && shape.len() > limits::RANK
            {
                return Err(OnnxError::Limit {
                    place: format!("node {}", op.node.label()),
                    what: "axes",
                    actual: shape.len(),
                    limit: limits::RANK,
                });
            }
            let len = output.shape.as_deref().and_then(fixed_len);
            let content = output
                .content
                .filter(|content| Some(content.len()) == len && content.len() <= CONTENT_LEN);
            let (value_type, opaque_shape) = match output.element_type {
                Some(element_type) => {
                    let shape = output.shape;
                    let value_type = ValueType::Tensor {
                        element_type,
                        shape,
                    };
                    (value_type, None)
                }
                None => (output.value_type, output.shape),
            };
            Ok(Known {
                value_type,
                opaque_shape,
                content,
            })
        };
        self.outputs.into_iter().map(finish).collect()
    }
}

/// What a shape takes in memory, in bytes.
pub(super) fn shape_len(shape: &[Dim]) -> usize {
    let symbol = |dim: &Dim| match dim {
        Dim::Symbol(name) => name.len(),
        Dim::Fixed(_) | Dim::Unknown => 0,
    };
    size_of_val(shape) + shape.iter().map(symbol).sum::<usize>()
}

/// The number of elements of a shape, if it is known.
pub(super) fn fixed_len(shape: &[Dim]) -> Option<usize> {
    shape.iter().try_fold(1_usize, |len, dim| match dim {
        Dim::Fixed(extent) => len.checked_mul(*extent),
        Dim::Symbol(_) | Dim::Unknown => None,
    })
}
