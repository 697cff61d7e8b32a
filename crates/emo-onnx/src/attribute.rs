use crate::{
    Attribute, OnnxError, OpaqueAttribute,
    external::Files,
    proto::{AttributeProto, attribute_proto::AttributeType as Type},
    reader, tensor, writer,
};

/// Takes the value out of `proto`, which is left as a template of the form it stood in.
pub(crate) fn decode(
    proto: &mut AttributeProto,
    node: &str,
    files: &mut Files<'_>,
) -> Result<Attribute, OnnxError> {
    let name = proto.name().to_owned();
    let place = || format!("node {node}: attribute `{name}`");
    let kind = kind(proto.r#type(), place)?;
    let wrong = || OnnxError::Attribute {
        node: node.to_owned(),
        attribute: name.clone(),
        expected: kind,
    };
    if used_fields(proto).any(|field| field != proto.r#type()) {
        return Err(wrong());
    }
    if !proto.ref_attr_name().is_empty() {
        // The value comes from the call of the function around the node.
        let has_value = used_fields(proto).next().is_some();
        return if has_value {
            Err(wrong())
        } else {
            Ok(opaque(proto))
        };
    }
    Ok(match proto.r#type() {
        Type::Float => Attribute::Float(proto.f()),
        Type::Int => Attribute::Int(proto.i()),
        Type::String => {
            let bytes = proto.s.as_mut().map(std::mem::take).unwrap_or_default();
            match String::from_utf8(bytes) {
                Ok(text) => Attribute::String(text),
                Err(error) => {
                    proto.s = Some(error.into_bytes());
                    opaque(proto)
                }
            }
        }
        Type::Floats => Attribute::Floats(std::mem::take(&mut proto.floats)),
        Type::Ints => Attribute::Ints(std::mem::take(&mut proto.ints)),
        Type::Strings if !proto.strings.iter().all(|text| is_text(text)) => opaque(proto),
        Type::Strings => Attribute::Strings(
            std::mem::take(&mut proto.strings)
                .into_iter()
                .filter_map(|text| String::from_utf8(text).ok())
                .collect(),
        ),
        Type::Tensor => {
            let value = proto.t.as_mut().ok_or_else(wrong)?;
            match tensor::decode(value, &place(), files)? {
                Some(value) => Attribute::Tensor(value),
                None => opaque(proto),
            }
        }
        Type::Tensors => {
            let is_known = |data_type| tensor::element_type(data_type).is_some();
            let mut values = Vec::new();
            if proto.tensors.iter().all(|t| is_known(t.data_type())) {
                for value in &mut proto.tensors {
                    values.extend(tensor::decode(value, &place(), files)?);
                }
                Attribute::Tensors(values)
            } else {
                for value in &mut proto.tensors {
                    tensor::check(value, &place(), files)?;
                }
                opaque(proto)
            }
        }
        Type::Graph => {
            let graph = proto.g.as_mut().ok_or_else(wrong)?;
            Attribute::Graph(reader::graph(graph, files)?)
        }
        Type::Graphs => Attribute::Graphs(
            proto
                .graphs
                .iter_mut()
                .map(|graph| reader::graph(graph, files))
                .collect::<Result<_, _>>()?,
        ),
        Type::SparseTensor => {
            let value = proto.sparse_tensor.as_mut().ok_or_else(wrong)?;
            tensor::check_sparse(value, &place(), files)?;
            opaque(proto)
        }
        Type::SparseTensors => {
            for value in &mut proto.sparse_tensors {
                tensor::check_sparse(value, &place(), files)?;
            }
            opaque(proto)
        }
        Type::TypeProto if proto.tp.is_none() => return Err(wrong()),
        _ => opaque(proto),
    })
}

/// Takes the whole message; what is left of it is its name.
fn opaque(proto: &mut AttributeProto) -> Attribute {
    let template = AttributeProto {
        name: proto.name.clone(),
        ..AttributeProto::default()
    };
    Attribute::Opaque(OpaqueAttribute(Box::new(std::mem::replace(
        proto, template,
    ))))
}

fn is_text(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes).is_ok()
}

/// Writes a value in the form that `template` has.
pub(crate) fn encode(
    name: &str,
    value: &Attribute,
    template: Option<&AttributeProto>,
) -> AttributeProto {
    let kind = match value {
        Attribute::Opaque(opaque) => {
            return AttributeProto {
                name: Some(name.to_owned()),
                ..(*opaque.0).clone()
            };
        }
        Attribute::Tensors(_) => Type::Tensors,
        Attribute::Graph(_) => Type::Graph,
        Attribute::Graphs(_) => Type::Graphs,
        Attribute::Float(_) => Type::Float,
        Attribute::Int(_) => Type::Int,
        Attribute::String(_) => Type::String,
        Attribute::Tensor(_) => Type::Tensor,
        Attribute::Floats(_) => Type::Floats,
        Attribute::Ints(_) => Type::Ints,
        Attribute::Strings(_) => Type::Strings,
    };
    // A template of another kind says nothing about the form of this one.
    let template = template.filter(|template| template.r#type() == kind);
    let mut proto = AttributeProto {
        name: Some(name.to_owned()),
        r#type: Some(kind.into()),
        ..template.cloned().unwrap_or_default()
    };
    // Some writers leave out a value that is its type's default.
    let omit = |present: Option<bool>| present == Some(false);
    match value {
        Attribute::Float(value) => {
            let omitted = omit(template.map(|t| t.f.is_some())) && value.to_bits() == 0;
            proto.f = (!omitted).then_some(*value);
        }
        Attribute::Int(value) => {
            let omitted = omit(template.map(|t| t.i.is_some())) && *value == 0;
            proto.i = (!omitted).then_some(*value);
        }
        Attribute::String(value) => {
            let omitted = omit(template.map(|t| t.s.is_some())) && value.is_empty();
            proto.s = (!omitted).then(|| value.clone().into_bytes());
        }
        Attribute::Tensor(value) => {
            proto.t = Some(tensor::encode(value, template.and_then(|t| t.t.as_ref())));
        }
        Attribute::Floats(values) => proto.floats.clone_from(values),
        Attribute::Ints(values) => proto.ints.clone_from(values),
        Attribute::Strings(values) => {
            proto.strings = values
                .iter()
                .map(|text| text.clone().into_bytes())
                .collect();
        }
        Attribute::Tensors(values) => {
            let template = template.map_or(&[][..], |t| &t.tensors);
            proto.tensors = with_templates(values, template)
                .map(|(value, template)| tensor::encode(value, template))
                .collect();
        }
        Attribute::Graph(value) => {
            let template = template.and_then(|t| t.g.as_ref());
            proto.g = Some(writer::write_graph(value, template));
        }
        Attribute::Graphs(values) => {
            let template = template.map_or(&[][..], |t| &t.graphs);
            proto.graphs = with_templates(values, template)
                .map(|(value, template)| writer::write_graph(value, template))
                .collect();
        }
        Attribute::Opaque(_) => {}
    }
    proto
}

/// Each value with the template at its position, if there is one.
fn with_templates<'a, V, T>(
    values: &'a [V],
    templates: &'a [T],
) -> impl Iterator<Item = (&'a V, Option<&'a T>)> {
    let templates = templates.iter().map(Some);
    values
        .iter()
        .zip(templates.chain(std::iter::repeat_with(|| None)))
}

/// What an attribute of this type is.
fn kind(attribute_type: Type, place: impl Fn() -> String) -> Result<&'static str, OnnxError> {
    Ok(match attribute_type {
        Type::Float => "a number",
        Type::Int => "an integer",
        Type::String => "a text",
        Type::Tensor => "a tensor",
        Type::Graph => "a subgraph",
        Type::SparseTensor => "a sparse tensor",
        Type::TypeProto => "a type",
        Type::Floats => "a list of numbers",
        Type::Ints => "a list of integers",
        Type::Strings => "a list of texts",
        Type::Tensors => "a list of tensors",
        Type::Graphs => "a list of subgraphs",
        Type::SparseTensors => "a list of sparse tensors",
        Type::TypeProtos => "a list of types",
        Type::Undefined => {
            return Err(OnnxError::Missing {
                place: place(),
                what: "known type",
            });
        }
    })
}

/// The types of the fields that hold something.
fn used_fields(proto: &AttributeProto) -> impl Iterator<Item = Type> {
    [
        (proto.f.is_some(), Type::Float),
        (proto.i.is_some(), Type::Int),
        (proto.s.is_some(), Type::String),
        (proto.t.is_some(), Type::Tensor),
        (proto.g.is_some(), Type::Graph),
        (proto.sparse_tensor.is_some(), Type::SparseTensor),
        (proto.tp.is_some(), Type::TypeProto),
        (!proto.floats.is_empty(), Type::Floats),
        (!proto.ints.is_empty(), Type::Ints),
        (!proto.strings.is_empty(), Type::Strings),
        (!proto.tensors.is_empty(), Type::Tensors),
        (!proto.graphs.is_empty(), Type::Graphs),
        (!proto.sparse_tensors.is_empty(), Type::SparseTensors),
        (!proto.type_protos.is_empty(), Type::TypeProtos),
    ]
    .into_iter()
    .filter_map(|(used, field)| used.then_some(field))
}
