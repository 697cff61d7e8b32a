//! Functions that a model defines, put in place of the nodes that call them.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use crate::{
    Attribute, Function, Graph, Model, Node, OnnxError, Schema,
    check::{self, Role},
    limits,
    proto::OperatorSetIdProto,
    reader,
};

impl Model {
    /// Puts the bodies of the model's functions in place of the nodes that call them; none are left then.
    ///
    /// What a call gives as attributes, or the function's default where it gives none, goes to the nodes of the body
    /// that refer to it. Values of the body get names that nothing else has: `call/value`, where `call` is the
    /// calling node's name, or its first output where it has none. A model without functions is left as it is.
    ///
    /// # Errors
    /// [`OnnxError::RecursiveFunction`] for a function that calls itself, directly or through others,
    /// [`OnnxError::FunctionImport`] for one whose operators are of another version and not the same in the model's,
    /// [`OnnxError::FunctionCall`] for a call with more inputs, outputs or other attributes than the function has,
    /// and [`OnnxError::Limit`] if more nodes or bytes would result than this crate accepts. The model is then as it
    /// was.
    ///
    /// # References
    /// ONNX, "Open Neural Network Exchange Intermediate Representation", section "Functions",
    /// <https://github.com/onnx/onnx/blob/main/docs/IR.md>.
    pub fn inline_functions(&mut self) -> Result<(), OnnxError> {
        if self.functions.is_empty() {
            return Ok(());
        }
        let (mut functions, mut imports) = (BTreeMap::new(), BTreeMap::new());
        functions.extend(
            self.functions
                .iter()
                .map(|function| (key_of(function), function)),
        );
        let imported = self.imports().into_iter();
        imports.extend(imported.map(|(domain, version)| (domain.to_owned(), version)));
        let mut inliner = Inliner {
            functions,
            imports,
            names: HashSet::new(),
            repeated: HashMap::new(),
            n_nodes: 0,
            n_bytes: 0,
            calls: Vec::new(),
        };
        inliner.note_names(&self.graph);
        let mut graph = self.graph.clone();
        inliner.expand_graph(&mut graph)?;
        let imports = inliner.imports;
        let graph = check::checked(graph, Role::Model)?;
        reader::check_domains(&graph, &|domain| imports.contains_key(domain))?;
        let mut former = BTreeSet::new();
        former.extend(self.imports().into_keys().map(str::to_owned));
        for (domain, version) in imports {
            if domain.is_empty() {
                self.opset = version;
            } else if !former.contains(&domain) {
                self.template.opset_import.push(OperatorSetIdProto {
                    domain: Some(domain),
                    version: Some(version),
                });
            }
        }
        self.graph = graph;
        self.functions.clear();
        Ok(())
    }
}

/// By what a node finds the function that it calls: domain, name and overload.
type Key<'f> = (&'f str, &'f str, &'f str);

fn key_of(function: &Function) -> Key<'_> {
    (&function.domain, &function.name, &function.overload)
}

struct Inliner<'f> {
    functions: BTreeMap<Key<'f>, &'f Function>,
    /// The version of each domain's operators that the result is written for.
    imports: BTreeMap<String, i64>,
    /// All names of values so far.
    names: HashSet<String>,
    /// How often a name was wanted.
    repeated: HashMap<String, usize>,
    /// How much the bodies that were put in place hold.
    n_nodes: usize,
    n_bytes: usize,
    /// The functions in whose bodies the inliner is.
    calls: Vec<&'f Function>,
}

impl<'f> Inliner<'f> {
    fn note_names(&mut self, graph: &Graph) {
        self.names.extend(graph.produced().map(str::to_owned));
        for subgraph in graph.nodes.iter().flat_map(Node::subgraphs) {
            self.note_names(subgraph);
        }
    }

    fn expand_graph(&mut self, graph: &mut Graph) -> Result<(), OnnxError> {
        let mut expanded = Vec::new();
        for node in std::mem::take(&mut graph.nodes) {
            self.expand_node(node, &mut expanded)?;
        }
        graph.nodes = expanded;
        Ok(())
    }

    fn expand_node(&mut self, mut node: Node, expanded: &mut Vec<Node>) -> Result<(), OnnxError> {
        for subgraph in node.subgraphs_mut() {
            self.expand_graph(subgraph)?;
        }
        let key = (&*node.domain, &*node.op_type, &*node.overload);
        let Some(&function) = self.functions.get(&key) else {
            expanded.push(node);
            return Ok(());
        };
        if let Some(start) = self.calls.iter().position(|f| std::ptr::eq(*f, function)) {
            let circle = self.calls.iter().skip(start).chain([&function]);
            return Err(OnnxError::RecursiveFunction {
                node: node.label(),
                functions: circle.map(|function| function.name.clone()).collect(),
            });
        }
        limit(
            &node,
            "levels of functions",
            self.calls.len() + 1,
            limits::FUNCTION_DEPTH,
        )?;
        check_call(&node, function)?;
        self.import(function)?;
        self.calls.push(function);
        for inner in self.body(&node, function)? {
            self.expand_node(inner, expanded)?;
        }
        self.calls.pop();
        Ok(())
    }

    /// Takes over the versions of operators that `function` is written for, which must agree with the model's.
    fn import(&mut self, function: &Function) -> Result<(), OnnxError> {
        for (domain, &version) in &function.imports {
            let Some(&model) = self.imports.get(domain) else {
                self.imports.insert(domain.clone(), version);
                continue;
            };
            let is_same = model == version
                || domain.is_empty() && are_same(&function.body, version, model)
                // A function's own domain is imported for its calls, which go.
                || !uses_domain(&function.body, domain);
            if !is_same {
                return Err(OnnxError::FunctionImport {
                    function: function.name.clone(),
                    domain: domain.clone(),
                    function_version: version,
                    model_version: model,
                });
            }
        }
        Ok(())
    }

    /// The nodes of `function` as `call` asks for them.
    fn body(&mut self, call: &Node, function: &Function) -> Result<Vec<Node>, OnnxError> {
        let caller = match &call.name {
            name if name.is_empty() => call.outputs.first().map_or("", String::as_str),
            name => name,
        };
        let mut renamed = Renamed::default();
        for (index, formal) in function.body.inputs.iter().enumerate() {
            let actual = call.inputs.get(index).cloned().unwrap_or_default();
            renamed.own.insert(formal.name.clone(), actual);
        }
        let mut passed_through = Vec::new();
        for (formal, actual) in function.body.outputs.iter().zip(&call.outputs) {
            if actual.is_empty() {
                continue;
            }
            match renamed.own.get(&formal.name) {
                None => {
                    renamed.own.insert(formal.name.clone(), actual.clone());
                }
                Some(input) => passed_through.push(Node {
                    name: format!("{caller}/{}", formal.name),
                    op_type: "Identity".to_owned(),
                    inputs: vec![input.clone()],
                    outputs: vec![actual.clone()],
                    ..Node::default()
                }),
            }
        }
        let scope = Scope {
            caller,
            call,
            function,
        };
        let mut nodes = Vec::new();
        self.rename_produced(&function.body, &scope, &mut renamed)?;
        for node in &function.body.nodes {
            nodes.push(self.instance(node, &scope, &renamed)?);
        }
        if !passed_through.is_empty() && !self.imports.contains_key("") {
            // `Identity` has been there since the first version; this is the one that came with functions.
            self.imports.insert(String::new(), 15);
        }
        nodes.extend(passed_through);
        Ok(nodes)
    }

    /// Finds new names for the values of `graph` that have none yet.
    fn rename_produced(
        &mut self,
        graph: &Graph,
        scope: &Scope<'_>,
        renamed: &mut Renamed<'_>,
    ) -> Result<(), OnnxError> {
        for name in graph.produced() {
            if !renamed.own.contains_key(name) {
                let fresh = self.fresh(scope.caller, name);
                self.take_bytes(scope.call, fresh.len())?;
                renamed.own.insert(name.to_owned(), fresh);
            }
        }
        Ok(())
    }

    /// A name that nothing has yet.
    fn fresh(&mut self, caller: &str, name: &str) -> String {
        let first = format!("{caller}/{name}");
        // Where the search ended the last time; from 1 on it would take long for many calls of one name.
        let count = self.repeated.entry(first.clone()).or_insert(0);
        loop {
            *count += 1;
            let fresh = match *count {
                1 => first.clone(),
                count => format!("{first}/{count}"),
            };
            if self.names.insert(fresh.clone()) {
                return fresh;
            }
        }
    }

    fn instance(
        &mut self,
        node: &Node,
        scope: &Scope<'_>,
        renamed: &Renamed<'_>,
    ) -> Result<Node, OnnxError> {
        self.n_nodes += 1;
        limit(
            scope.call,
            "nodes of functions",
            self.n_nodes,
            limits::NODES,
        )?;
        let rename = |name: &String| renamed.name(name).to_owned();
        let mut attributes = BTreeMap::new();
        for (name, value) in &node.attributes {
            if let Some(value) = scope.resolve(value) {
                self.take_bytes(scope.call, name.len().saturating_add(payload(value)))?;
                let value = self.attribute(value, scope, renamed)?;
                attributes.insert(name.clone(), value);
            }
        }
        let instance = Node {
            name: match &*node.name {
                "" => String::new(),
                name => format!("{}/{name}", scope.caller),
            },
            op_type: node.op_type.clone(),
            domain: node.domain.clone(),
            overload: node.overload.clone(),
            inputs: node.inputs.iter().map(rename).collect(),
            outputs: node.outputs.iter().map(rename).collect(),
            attributes,
        };
        let names = [&instance.name, &instance.op_type, &instance.domain];
        let names = names.into_iter().chain(&instance.inputs);
        let len: usize = names.chain(&instance.outputs).map(String::len).sum();
        self.take_bytes(scope.call, len)?;
        Ok(instance)
    }

    fn attribute(
        &mut self,
        value: &Attribute,
        scope: &Scope<'_>,
        renamed: &Renamed<'_>,
    ) -> Result<Attribute, OnnxError> {
        Ok(match value {
            Attribute::Graph(graph) => Attribute::Graph(self.subgraph(graph, scope, renamed)?),
            Attribute::Graphs(graphs) => Attribute::Graphs(
                graphs
                    .iter()
                    .map(|graph| self.subgraph(graph, scope, renamed))
                    .collect::<Result<_, _>>()?,
            ),
            value => value.clone(),
        })
    }

    /// A subgraph of a function's body, with new names for all that it holds.
    fn subgraph(
        &mut self,
        graph: &Graph,
        scope: &Scope<'_>,
        renamed: &Renamed<'_>,
    ) -> Result<Graph, OnnxError> {
        let mut renamed = Renamed {
            own: BTreeMap::new(),
            outer: Some(renamed),
        };
        self.rename_produced(graph, scope, &mut renamed)?;
        let rename = |name: &String| renamed.name(name).to_owned();
        let mut copy = Graph {
            name: graph.name.clone(),
            inputs: graph.inputs.clone(),
            outputs: graph.outputs.clone(),
            value_infos: graph.value_infos.clone(),
            ..Graph::default()
        };
        let infos = copy.inputs.iter_mut().chain(&mut copy.outputs);
        for info in infos.chain(&mut copy.value_infos) {
            info.name = rename(&info.name);
        }
        for (name, value) in &graph.initializers {
            let len = value
                .len()
                .saturating_mul(value.element_type().size())
                .saturating_add(name.len());
            self.take_bytes(scope.call, len)?;
            copy.initializers.insert(rename(name), value.clone());
        }
        for (name, value) in &graph.opaque_initializers {
            self.take_bytes(scope.call, value.encoded_len())?;
            copy.opaque_initializers.insert(rename(name), value.clone());
        }
        for node in &graph.nodes {
            copy.nodes.push(self.instance(node, scope, &renamed)?);
        }
        Ok(copy)
    }

    fn take_bytes(&mut self, call: &Node, len: usize) -> Result<(), OnnxError> {
        self.n_bytes = self.n_bytes.saturating_add(len);
        limit(
            call,
            "bytes of functions",
            self.n_bytes,
            limits::INLINED_LEN,
        )
    }
}

/// The new names of the values of a graph and of those around it.
#[derive(Default)]
struct Renamed<'a> {
    own: BTreeMap<String, String>,
    outer: Option<&'a Renamed<'a>>,
}

impl Renamed<'_> {
    fn name<'n>(&'n self, name: &'n str) -> &'n str {
        match (self.own.get(name), self.outer) {
            (Some(renamed), _) => renamed,
            (None, Some(outer)) => outer.name(name),
            (None, None) => name,
        }
    }
}

/// The call that a body is put in place of.
struct Scope<'a> {
    /// What the names of the body's values begin with.
    caller: &'a str,
    call: &'a Node,
    function: &'a Function,
}

impl Scope<'_> {
    /// The value that an attribute of the body has, if the call or the function gives it one.
    fn resolve<'a>(&'a self, value: &'a Attribute) -> Option<&'a Attribute> {
        match value {
            Attribute::Opaque(opaque) => match opaque.reference() {
                None => Some(value),
                Some(name) => {
                    let given = self.call.attributes.get(name);
                    given.or_else(|| self.function.defaults.get(name))
                }
            },
            value => Some(value),
        }
    }
}

fn check_call(call: &Node, function: &Function) -> Result<(), OnnxError> {
    let counts = [
        ("inputs", call.inputs.len(), function.body.inputs.len()),
        ("outputs", call.outputs.len(), function.body.outputs.len()),
    ];
    for (what, actual, limit) in counts {
        if actual > limit {
            return Err(OnnxError::FunctionCall {
                node: call.label(),
                what,
                actual,
                limit,
            });
        }
    }
    let is_known = |name: &&String| {
        function.required.contains(name) || function.defaults.contains_key(name.as_str())
    };
    let n_unknown = call.attributes.keys().filter(|n| !is_known(n)).count();
    if n_unknown > 0 {
        return Err(OnnxError::FunctionCall {
            node: call.label(),
            what: "attributes that the function does not have",
            actual: n_unknown,
            limit: 0,
        });
    }
    Ok(())
}

/// Whether ONNX's own operators among the nodes of `graph` are the same in two versions.
fn are_same(graph: &Graph, a: i64, b: i64) -> bool {
    graph.nodes.iter().all(|node| {
        let is_same = !node.domain.is_empty() || {
            let first = Schema::find_since(&node.op_type, a);
            first.is_some() && first == Schema::find_since(&node.op_type, b)
        };
        is_same && node.subgraphs().all(|graph| are_same(graph, a, b))
    })
}

fn uses_domain(graph: &Graph, domain: &str) -> bool {
    graph.nodes.iter().any(|node| {
        node.domain == domain || node.subgraphs().any(|graph| uses_domain(graph, domain))
    })
}

/// About how many bytes a copy of the value takes, without subgraphs.
fn payload(value: &Attribute) -> usize {
    let tensor = |tensor: &emo_tensor::Tensor| {
        let len = tensor.len().saturating_mul(tensor.element_type().size());
        len.saturating_add(size_of::<emo_tensor::Tensor>())
    };
    match value {
        Attribute::Float(_) | Attribute::Int(_) | Attribute::Graph(_) | Attribute::Graphs(_) => {
            size_of::<Attribute>()
        }
        Attribute::String(text) => text.len(),
        Attribute::Floats(values) => size_of_val(&**values),
        Attribute::Ints(values) => size_of_val(&**values),
        Attribute::Strings(values) => values.iter().map(|t| t.len() + size_of::<String>()).sum(),
        Attribute::Tensor(value) => tensor(value),
        Attribute::Tensors(values) => values.iter().map(tensor).sum(),
        Attribute::Opaque(opaque) => opaque.encoded_len(),
    }
}

fn limit(call: &Node, what: &'static str, actual: usize, limit: usize) -> Result<(), OnnxError> {
    if actual <= limit {
        return Ok(());
    }
    Err(OnnxError::Limit {
        place: format!("node {}", call.label()),
        what,
        actual,
        limit,
    })
}
