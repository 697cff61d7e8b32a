//! Types of a node's inputs and outputs, as far as its operator's schema tells them.

use super::{op::Op, value::Known};
use crate::{
    Arity, Dim, Node, OnnxError, Parameter, Schema, ValueType,
    opaque::OpaqueType,
    proto::{TypeProto, type_proto},
};

/// Checks that `node` lists as many inputs and outputs as its operator has, and leaves out none that it needs.
pub(super) fn check_arity(node: &Node, schema: &Schema) -> Result<(), OnnxError> {
    let sides = [
        ("inputs", "input", &node.inputs, schema.n_inputs()),
        ("outputs", "output", &node.outputs, schema.n_outputs()),
    ];
    for (what, one, names, counts) in sides {
        if !counts.contains(&names.len()) {
            return Err(OnnxError::Arity {
                node: node.label(),
                what,
                actual: names.len(),
                min: *counts.start(),
                max: *counts.end(),
            });
        }
        for (index, name) in names.iter().enumerate() {
            let parameter = match one {
                "input" => schema.input(index),
                _ => schema.output(index),
            };
            if let Some(parameter) = parameter
                && name.is_empty()
                && parameter.arity() == Arity::One
            {
                return Err(OnnxError::Absent {
                    node: node.label(),
                    what: one,
                    parameter: parameter.name(),
                });
            }
        }
    }
    Ok(())
}

/// Checks the types of the inputs and returns those of the outputs that follow from them.
pub(super) fn bind(op: &Op<'_>) -> Result<Vec<ValueType>, OnnxError> {
    let mut bound: Vec<(&str, &ValueType)> = Vec::new();
    for index in 0..op.n_inputs() {
        let (Some(parameter), Some(value_type)) = (op.schema.input(index), op.value_type(index))
        else {
            continue;
        };
        let wrong = |expected: String| OnnxError::Type {
            node: op.node.label(),
            parameter: parameter.name(),
            actual: kind(value_type),
            expected,
        };
        let types = op.schema.types(parameter);
        match types.admits(value_type) {
            None => continue,
            Some(false) => return Err(wrong(types.to_string())),
            Some(true) => {}
        }
        if matches!(parameter.arity(), Arity::Any { .. }) {
            continue;
        }
        let variable = parameter.variable();
        match bound.iter().find(|(name, _)| *name == variable) {
            None => bound.push((variable, value_type)),
            Some((_, other)) if !same_kind(other, value_type) => return Err(wrong(kind(other))),
            Some(_) => {}
        }
    }
    let output = |index| {
        let parameter = op.schema.output(index);
        parameter.map_or(ValueType::Unknown, |parameter| {
            of_output(op.schema, parameter, &bound)
        })
    };
    Ok((0..op.n_outputs()).map(output).collect())
}

/// Checks the types of the outputs, which attributes may choose, as those of a `Cast`.
pub(super) fn check_outputs(op: &Op<'_>, outputs: &[Known]) -> Result<(), OnnxError> {
    for (index, Known { value_type, .. }) in outputs.iter().enumerate() {
        let Some(parameter) = op.schema.output(index) else {
            continue;
        };
        let types = op.schema.types(parameter);
        if types.admits(value_type) == Some(false) {
            return Err(OnnxError::Type {
                node: op.node.label(),
                parameter: parameter.name(),
                actual: kind(value_type),
                expected: types.to_string(),
            });
        }
    }
    Ok(())
}

fn of_output(schema: &Schema, parameter: &Parameter, bound: &[(&str, &ValueType)]) -> ValueType {
    let tensor = |element_type| ValueType::Tensor {
        element_type,
        shape: None,
    };
    if matches!(parameter.arity(), Arity::Any { .. }) {
        return ValueType::Unknown;
    }
    let found = bound.iter().find(|(name, _)| *name == parameter.variable());
    match found {
        Some((_, ValueType::Tensor { element_type, .. })) => tensor(*element_type),
        Some((_, ValueType::Opaque(opaque))) => shapeless(opaque),
        Some((_, ValueType::Unknown)) => ValueType::Unknown,
        None => match schema.types(parameter).only() {
            Some(element_type) => tensor(element_type),
            None => ValueType::Unknown,
        },
    }
}

/// A tensor of the same elements whose shape is unknown; nothing for what is no tensor.
fn shapeless(opaque: &OpaqueType) -> ValueType {
    match &opaque.0.value {
        Some(type_proto::Value::TensorType(tensor)) => {
            ValueType::Opaque(OpaqueType(Box::new(TypeProto {
                value: Some(type_proto::Value::TensorType(type_proto::Tensor {
                    elem_type: tensor.elem_type,
                    shape: None,
                })),
                denotation: None,
            })))
        }
        _ => ValueType::Unknown,
    }
}

/// Whether both are tensors of the same elements, or neither is a tensor.
fn same_kind(left: &ValueType, right: &ValueType) -> bool {
    let number = |opaque: &OpaqueType| match &opaque.0.value {
        Some(type_proto::Value::TensorType(tensor)) => Some(tensor.elem_type()),
        _ => None,
    };
    match (left, right) {
        (ValueType::Unknown, _) | (_, ValueType::Unknown) => true,
        (
            ValueType::Tensor { element_type, .. },
            ValueType::Tensor {
                element_type: other,
                ..
            },
        ) => element_type == other,
        (ValueType::Opaque(left), ValueType::Opaque(right)) => number(left) == number(right),
        _ => false,
    }
}

/// The type without the shape, in words.
fn kind(value_type: &ValueType) -> String {
    match value_type {
        ValueType::Tensor { element_type, .. } => element_type.to_string(),
        other => other.to_string(),
    }
}

impl OpaqueType {
    /// The axes of a tensor, if they are declared.
    pub(super) fn shape(&self) -> Option<Vec<Dim>> {
        use crate::proto::tensor_shape_proto::dimension::Value;
        let Some(type_proto::Value::TensorType(tensor)) = &self.0.value else {
            return None;
        };
        let dims = tensor
            .shape
            .as_ref()?
            .dim
            .iter()
            .map(|dim| match &dim.value {
                Some(Value::DimValue(extent)) => {
                    usize::try_from(*extent).map_or(Dim::Unknown, Dim::Fixed)
                }
                Some(Value::DimParam(name)) if !name.is_empty() => Dim::Symbol(name.clone()),
                _ => Dim::Unknown,
            });
        Some(dims.collect())
    }
}
