use crate::{
    Attribute, AttributeKind, Model, Node, OnnxError, OpaqueAttribute, Schema, infer::Walk,
    proto::attribute_proto::AttributeType,
};

impl Model {
    /// Everything that is wrong with the model beyond what reading it checks; nothing if it is sound.
    ///
    /// These are the errors of ONNX's own checker, each with the node: operators that the operator set does not
    /// have or has deprecated ([`OnnxError::UnknownOperator`], [`OnnxError::Deprecated`]), inputs and outputs that
    /// are too few, too many or left out ([`OnnxError::Arity`], [`OnnxError::Absent`]), attributes that are
    /// missing, unknown or of another kind ([`OnnxError::MissingAttribute`], [`OnnxError::UnknownAttribute`],
    /// [`OnnxError::Attribute`]), and the contradictions between types and shapes that [`infer`](Self::infer)
    /// finds. Subgraphs and the bodies of functions are looked through as well. A node in error counts as one of
    /// which nothing is known, so that no error follows from another. Collecting ends at 1 MiB of messages.
    pub fn check(&self) -> Vec<OnnxError> {
        let mut walk = Walk::new(self).inspecting(inspect);
        let aborted = walk.all();
        let mut errors = walk.into_errors();
        errors.extend(aborted.err());
        errors
    }
}

/// Checks a node against its operator's schema; arity and types are checked where they are inferred.
fn inspect(node: &Node, schema: Option<&Schema>, opset: i64, errors: &mut Vec<OnnxError>) {
    let Some(schema) = schema else {
        errors.push(OnnxError::UnknownOperator {
            node: node.label(),
            opset,
        });
        return;
    };
    if schema.is_deprecated() {
        errors.push(OnnxError::Deprecated {
            node: node.label(),
            since: schema.since(),
        });
    }
    for (name, value) in &node.attributes {
        let Some(attribute) = schema.attribute(name) else {
            errors.push(OnnxError::UnknownAttribute {
                node: node.label(),
                attribute: name.clone(),
                opset,
            });
            // One is enough of a node that has thousands.
            break;
        };
        if !is_of_kind(value, attribute.kind()) {
            errors.push(OnnxError::Attribute {
                node: node.label(),
                attribute: name.clone(),
                expected: attribute.kind().name(),
            });
        }
    }
    for attribute in schema.attributes() {
        if attribute.is_required() && !node.attributes.contains_key(attribute.name()) {
            errors.push(OnnxError::MissingAttribute {
                node: node.label(),
                attribute: attribute.name(),
            });
        }
    }
}

fn is_of_kind(value: &Attribute, kind: AttributeKind) -> bool {
    match value {
        Attribute::Float(_) => kind == AttributeKind::Float,
        Attribute::Int(_) => kind == AttributeKind::Int,
        Attribute::String(_) => kind == AttributeKind::String,
        Attribute::Tensor(_) => kind == AttributeKind::Tensor,
        Attribute::Graph(_) => kind == AttributeKind::Graph,
        Attribute::Floats(_) => kind == AttributeKind::Floats,
        Attribute::Ints(_) => kind == AttributeKind::Ints,
        Attribute::Strings(_) => kind == AttributeKind::Strings,
        Attribute::Opaque(opaque) => may_be(opaque, kind),
        Attribute::Tensors(_) | Attribute::Graphs(_) => false,
    }
}

/// A function's attribute may be of any kind; what else is not interpreted says of which it is.
fn may_be(opaque: &OpaqueAttribute, kind: AttributeKind) -> bool {
    let expected = match opaque.0.r#type() {
        _ if opaque.reference().is_some() => return true,
        AttributeType::SparseTensor => AttributeKind::SparseTensor,
        AttributeType::TypeProto => AttributeKind::Type,
        AttributeType::String => AttributeKind::String,
        AttributeType::Strings => AttributeKind::Strings,
        AttributeType::Tensor => AttributeKind::Tensor,
        _ => return false,
    };
    kind == expected
}
