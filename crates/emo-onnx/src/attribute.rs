use crate::{
    Attribute, OnnxError,
    proto::{AttributeProto, attribute_proto::AttributeType as Type},
    tensor,
};

/// Takes the value out of `proto`, which is left as a template of the form it stood in.
pub(crate) fn decode(proto: &mut AttributeProto, node: &str) -> Result<Attribute, OnnxError> {
    let name = proto.name().to_owned();
    let place = || format!("node {node}: attribute `{name}`");
    let kind = kind(proto.r#type(), place)?;
    if !proto.ref_attr_name().is_empty() {
        return Err(OnnxError::Unsupported {
            place: place(),
            what: "a reference to a function's attribute",
        });
    }
    let wrong = |expected| OnnxError::Attribute {
        node: node.to_owned(),
        attribute: name.clone(),
        expected,
    };
    if used_fields(proto).any(|field| field != proto.r#type()) {
        return Err(wrong(kind));
    }
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).map_err(|_| wrong("UTF-8 text"));
    Ok(match proto.r#type() {
        Type::Float => Attribute::Float(proto.f()),
        Type::Int => Attribute::Int(proto.i()),
        Type::String => Attribute::String(text(
            proto.s.as_mut().map(std::mem::take).unwrap_or_default(),
        )?),
        Type::Floats => Attribute::Floats(std::mem::take(&mut proto.floats)),
        Type::Ints => Attribute::Ints(std::mem::take(&mut proto.ints)),
        Type::Strings => Attribute::Strings(
            std::mem::take(&mut proto.strings)
                .into_iter()
                .map(text)
                .collect::<Result<_, _>>()?,
        ),
        _ => match &mut proto.t {
            Some(tensor) => Attribute::Tensor(tensor::decode(tensor, &place())?),
            None => return Err(wrong(kind)),
        },
    })
}

/// Writes a value in the form that `template` has.
pub(crate) fn encode(
    name: &str,
    value: &Attribute,
    template: Option<&AttributeProto>,
) -> AttributeProto {
    let kind = match value {
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
    }
    proto
}

/// What an attribute of this type is, if it is one that a node may hold here.
fn kind(attribute_type: Type, place: impl Fn() -> String) -> Result<&'static str, OnnxError> {
    let what = match attribute_type {
        Type::Float => return Ok("a number"),
        Type::Int => return Ok("an integer"),
        Type::String => return Ok("a text"),
        Type::Tensor => return Ok("a tensor"),
        Type::Floats => return Ok("a list of numbers"),
        Type::Ints => return Ok("a list of integers"),
        Type::Strings => return Ok("a list of texts"),
        Type::Undefined => {
            return Err(OnnxError::Missing {
                place: place(),
                what: "known type",
            });
        }
        Type::Graph | Type::Graphs => "a subgraph",
        Type::SparseTensor | Type::SparseTensors => "a sparse tensor",
        Type::Tensors => "a list of tensors",
        Type::TypeProto | Type::TypeProtos => "a type",
    };
    Err(OnnxError::Unsupported {
        place: place(),
        what,
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
