use std::collections::{BTreeMap, BTreeSet};

use crate::{
    Attribute, Graph, OnnxError, ValueInfo, ValueType, attribute,
    check::{self, Role},
    external::Files,
    proto::FunctionProto,
    reader, value_info, writer,
};

/// An operator that a model defines by other operators.
///
/// Nodes call it by its domain, name and overload.
#[derive(Debug, Clone)]
pub struct Function {
    pub(crate) domain: String,
    pub(crate) name: String,
    pub(crate) overload: String,
    pub(crate) required: Vec<String>,
    pub(crate) defaults: BTreeMap<String, Attribute>,
    pub(crate) imports: BTreeMap<String, i64>,
    pub(crate) body: Graph,
    /// The message without what the other fields hold.
    template: Box<FunctionProto>,
}

impl Function {
    /// The domain in which nodes call the function; empty for ONNX's own.
    pub fn domain(&self) -> &str {
        &self.domain
    }

    /// The operator's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Which of several functions of one name this is; mostly empty.
    pub fn overload(&self) -> &str {
        &self.overload
    }

    /// The attributes that a call may give and that have no default.
    pub fn attributes(&self) -> &[String] {
        &self.required
    }

    /// The attributes that a call may give, with the values that they otherwise have.
    pub fn default_attributes(&self) -> &BTreeMap<String, Attribute> {
        &self.defaults
    }

    /// The version of each domain's operators that the body is written for; ONNX's own domain is empty.
    pub fn imports(&self) -> &BTreeMap<String, i64> {
        &self.imports
    }

    /// What the function computes. Nothing is said of the types of its inputs and outputs, and its nodes may take
    /// attributes from the call ([`OpaqueAttribute::reference`](crate::OpaqueAttribute::reference)).
    pub fn body(&self) -> &Graph {
        &self.body
    }
}

impl PartialEq for Function {
    fn eq(&self, other: &Self) -> bool {
        let key = |function: &Self| {
            (
                function.domain.clone(),
                function.name.clone(),
                function.overload.clone(),
            )
        };
        key(self) == key(other)
            && self.required == other.required
            && self.defaults == other.defaults
            && self.imports == other.imports
            && self.body == other.body
    }
}

/// Takes the functions out of `protos`, which are left empty.
pub(crate) fn decode_all(
    protos: &mut Vec<FunctionProto>,
    files: &mut Files<'_>,
) -> Result<Vec<Function>, OnnxError> {
    let mut functions = Vec::new();
    let mut seen = BTreeSet::new();
    for proto in std::mem::take(protos) {
        let function = decode(proto, files)?;
        let key = (
            function.domain.clone(),
            function.name.clone(),
            function.overload.clone(),
        );
        if !seen.insert(key) {
            return Err(OnnxError::Duplicate {
                place: "the model".to_owned(),
                what: "function",
                name: function.name,
            });
        }
        functions.push(function);
    }
    Ok(functions)
}

fn decode(mut proto: FunctionProto, files: &mut Files<'_>) -> Result<Function, OnnxError> {
    let name = proto.name().to_owned();
    let place = || format!("function `{name}`");
    if name.is_empty() {
        return Err(OnnxError::Missing {
            place: "a function".to_owned(),
            what: "name",
        });
    }
    let duplicate = |what, name: &str| OnnxError::Duplicate {
        place: place(),
        what,
        name: name.to_owned(),
    };
    let in_function = |source| OnnxError::InFunction {
        function: name.clone(),
        source: Box::new(source),
    };
    let own_name = |domain: &str| match reader::is_default_domain(domain) {
        true => String::new(),
        false => domain.to_owned(),
    };
    let mut attributes: BTreeSet<String> = BTreeSet::new();
    for attribute in &proto.attribute {
        if !attributes.insert(attribute.clone()) {
            return Err(duplicate("attribute", attribute));
        }
    }
    let mut defaults = BTreeMap::new();
    for attribute in &mut proto.attribute_proto {
        let key = attribute.name().to_owned();
        let value = attribute::decode(attribute, &name, files).map_err(in_function)?;
        if !attributes.insert(key.clone()) {
            return Err(duplicate("attribute", &key));
        }
        defaults.insert(key, value);
    }
    let mut imports = BTreeMap::new();
    for import in &proto.opset_import {
        let domain = own_name(import.domain());
        if imports.insert(domain, import.version()).is_some() {
            return Err(duplicate("imported operator set", import.domain()));
        }
    }
    let untyped = |name: &String| ValueInfo {
        name: name.clone(),
        value_type: ValueType::Unknown,
    };
    let mut body = Graph {
        name: name.clone(),
        inputs: proto.input.iter().map(untyped).collect(),
        outputs: proto.output.iter().map(untyped).collect(),
        ..Graph::default()
    };
    for info in &proto.value_info {
        let info = value_info::decode(info, "value").map_err(in_function)?;
        body.value_infos.push(info);
    }
    for node in &mut proto.node {
        let node = reader::node(node, files).map_err(in_function)?;
        body.nodes.push(node);
    }
    let body = check::checked(body, Role::Function).map_err(in_function)?;
    reader::check_domains(&body, &|domain| imports.contains_key(domain)).map_err(in_function)?;
    Ok(Function {
        domain: own_name(proto.domain()),
        overload: proto.overload().to_owned(),
        required: std::mem::take(&mut proto.attribute),
        name,
        defaults,
        imports,
        body,
        template: Box::new(proto),
    })
}

pub(crate) fn encode(function: &Function) -> FunctionProto {
    let names = |infos: &[ValueInfo]| infos.iter().map(|info| info.name.clone()).collect();
    let template = &*function.template;
    FunctionProto {
        name: template.name.clone(),
        input: names(&function.body.inputs),
        output: names(&function.body.outputs),
        attribute: function.required.clone(),
        attribute_proto: writer::write_attributes(&function.defaults, &template.attribute_proto),
        node: writer::write_nodes(&function.body.nodes, &template.node),
        doc_string: template.doc_string.clone(),
        opset_import: template.opset_import.clone(),
        domain: template.domain.clone(),
        overload: template.overload.clone(),
        value_info: writer::write_infos(&function.body.value_infos, &template.value_info),
        metadata_props: template.metadata_props.clone(),
    }
}
