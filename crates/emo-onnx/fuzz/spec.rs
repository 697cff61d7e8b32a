//! Models in the shape that ONNX gives them, with anything in its places.

use arbitrary::Arbitrary;

/// A model; most of what it holds is sound.
#[derive(Debug, Arbitrary)]
pub(crate) struct Model {
    ir_version: Version,
    opset: Version,
    graph: Graph,
    functions: Vec<Function>,
    training: Option<Graph>,
    metadata: Vec<(u8, u8)>,
    /// Bytes that are changed in the end.
    flips: Vec<(u16, u8)>,
}

#[derive(Debug, Arbitrary)]
enum Version {
    Usual,
    Other(i16),
}

#[derive(Debug, Arbitrary)]
struct Graph {
    inputs: Vec<Info>,
    initializers: Vec<Tensor>,
    sparse: Vec<Sparse>,
    nodes: Vec<Node>,
    infos: Vec<Info>,
    outputs: Vec<u8>,
}

#[derive(Debug, Arbitrary)]
struct Node {
    op_type: u8,
    domain: u8,
    inputs: Vec<Name>,
    outputs: Vec<Name>,
    attributes: Vec<(u8, Attribute)>,
}

#[derive(Debug, Arbitrary)]
enum Name {
    /// One that is known, or a new one.
    Usual(u8),
    Absent,
    Stray(u8),
}

#[derive(Debug, Arbitrary)]
struct Info {
    name: Name,
    kind: Type,
}

#[derive(Debug, Arbitrary)]
enum Type {
    None,
    Tensor(u8, Option<Vec<Extent>>),
    Sparse(u8),
    Sequence(Option<Box<Type>>),
    Optional(Option<Box<Type>>),
    Map(u8, Option<Box<Type>>),
}

#[derive(Debug, Arbitrary)]
enum Extent {
    Small(u8),
    Symbol(u8),
    Any(i64),
}

#[derive(Debug, Arbitrary)]
struct Tensor {
    name: Name,
    data_type: u8,
    extents: Vec<Extent>,
    payload: Payload,
}

#[derive(Debug, Arbitrary)]
enum Payload {
    /// As many raw bytes as the shape asks for.
    Right(u8),
    /// As many entries as the shape asks for, in a field.
    Typed(u8, u8),
    Raw(Vec<u8>),
    Entries(u8, Vec<u16>),
    Strings(Vec<u8>),
    External(u8, i64, i64),
    Both,
    None,
}

#[derive(Debug, Arbitrary)]
struct Sparse {
    values: Option<Tensor>,
    indices: Option<Tensor>,
    extents: Vec<Extent>,
}

#[derive(Debug, Arbitrary)]
enum Attribute {
    Float(f32),
    Int(i64),
    Text(Vec<u8>),
    Tensor(Tensor),
    Graph(Graph),
    Floats(Vec<f32>),
    Ints(Vec<i64>),
    Strings(Vec<u8>),
    Tensors(Vec<Tensor>),
    Graphs(Vec<Graph>),
    Sparse(Sparse),
    Type(Type),
    Reference(u8, u8),
    Mistagged(u8, i64),
}

#[derive(Debug, Arbitrary)]
struct Function {
    name: u8,
    opset: Version,
    inputs: u8,
    nodes: Vec<Node>,
    outputs: Vec<u8>,
    attributes: Vec<u8>,
    defaults: Vec<(u8, Attribute)>,
}

/// Operators, some of which are functions, if the model has them.
const OP_TYPES: &[&str] = &[
    "Add",
    "Relu",
    "If",
    "Constant",
    "",
    "F0",
    "F1",
    "F2",
    "Loop",
    "Scan",
    "Conv",
    "ConvTranspose",
    "MaxPool",
    "AveragePool",
    "GlobalAveragePool",
    "BatchNormalization",
    "Gemm",
    "MatMul",
    "Reshape",
    "Flatten",
    "Transpose",
    "Squeeze",
    "Unsqueeze",
    "Concat",
    "Split",
    "Slice",
    "Gather",
    "GatherND",
    "ScatterElements",
    "Expand",
    "Tile",
    "Pad",
    "Resize",
    "Upsample",
    "Shape",
    "Size",
    "ConstantOfShape",
    "Range",
    "Cast",
    "Where",
    "OneHot",
    "CumSum",
    "Einsum",
    "LSTM",
    "GRU",
    "RNN",
    "DFT",
    "STFT",
    "MelWeightMatrix",
    "HannWindow",
    "Identity",
    "Dropout",
    "ReduceMean",
    "ArgMax",
    "TopK",
    "Softmax",
    "QuantizeLinear",
    "DequantizeLinear",
    "QLinearConv",
    "ConvInteger",
    "NonZero",
    "EyeLike",
    "DepthToSpace",
    "SequenceConstruct",
    "Mul",
    "Div",
    "Sub",
    "Mod",
    "Pow",
    "Min",
    "Clip",
];
/// Attributes; the first are those of the functions.
const ATTRIBUTES: &[&str] = &[
    "a0",
    "a1",
    "a2",
    "a3",
    "axis",
    "axes",
    "perm",
    "to",
    "value",
    "kernel_shape",
    "pads",
    "strides",
    "dilations",
    "group",
    "auto_pad",
    "mode",
    "keepdims",
    "shape",
    "num_outputs",
    "equation",
    "then_branch",
    "else_branch",
    "body",
    "ceil_mode",
    "hidden_size",
    "direction",
    "output_shape",
    "starts",
    "ends",
    "blocksize",
    "num_scan_inputs",
    "split",
    "value_ints",
    "output_padding",
    "onesided",
    "scales",
    "transA",
    "end",
    "largest",
    "dtype",
];
const DOMAINS: [&str; 4] = ["", "f", "ai.onnx", "com.example"];

impl Model {
    /// The model as a file's bytes.
    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut model = Message::default();
        model.int(1, self.ir_version.or(10));
        let mut names = Names::default();
        model.message(7, self.graph.encode(&mut names, true));
        for (domain, version) in [("", self.opset.or(17)), ("f", 1), ("com.example", 1)] {
            let mut import = Message::default();
            import.text(1, domain);
            import.int(2, version);
            model.message(8, import);
        }
        for (key, value) in &self.metadata {
            let mut entry = Message::default();
            entry.text(1, &key.to_string());
            entry.text(2, &value.to_string());
            model.message(14, entry);
        }
        if let Some(graph) = &self.training {
            let mut training = Message::default();
            training.message(2, graph.encode(&mut Names::default(), false));
            model.message(20, training);
        }
        for function in &self.functions {
            model.message(25, function.encode());
        }
        let mut bytes = model.0;
        for &(place, value) in &self.flips {
            if !bytes.is_empty() {
                let place = usize::from(place) % bytes.len();
                bytes[place] = value;
            }
        }
        bytes
    }
}

impl Version {
    fn or(&self, usual: i64) -> i64 {
        match self {
            Self::Usual => usual,
            Self::Other(version) => (*version).into(),
        }
    }
}

/// The names that may be read, and how many there have been.
#[derive(Debug, Default)]
struct Names {
    known: Vec<String>,
    count: usize,
}

impl Names {
    fn fresh(&mut self, name: &Name) -> String {
        match name {
            Name::Usual(_) => {
                self.count += 1;
                let name = format!("v{}", self.count);
                self.known.push(name.clone());
                name
            }
            Name::Absent => String::new(),
            Name::Stray(index) => format!("v{index}"),
        }
    }

    fn known(&self, name: &Name) -> String {
        match name {
            Name::Usual(index) => self.pick(*index),
            Name::Absent => String::new(),
            Name::Stray(index) => format!("v{index}"),
        }
    }

    fn pick(&self, index: u8) -> String {
        match self.known.len() {
            0 => "nothing".to_owned(),
            // The latest are the likeliest.
            len => self.known[len - 1 - usize::from(index) % len].clone(),
        }
    }
}

impl Graph {
    fn encode(&self, names: &mut Names, is_outer: bool) -> Message {
        let around = names.known.len();
        let mut graph = Message::default();
        graph.text(2, "g");
        for input in &self.inputs {
            let name = names.fresh(&input.name);
            graph.message(11, input.kind.info(&name));
        }
        for tensor in &self.initializers {
            let name = names.fresh(&tensor.name);
            graph.message(5, tensor.encode(&name));
        }
        for sparse in &self.sparse {
            let name = names.fresh(&Name::Usual(0));
            graph.message(15, sparse.encode(&name));
        }
        for node in &self.nodes {
            graph.message(1, node.encode(names));
        }
        for info in &self.infos {
            graph.message(13, info.kind.info(&names.known(&info.name)));
        }
        let own = Names {
            known: names.known.split_off(around),
            count: 0,
        };
        for &output in &self.outputs {
            let kind = match is_outer {
                true => Type::Tensor(1, None),
                false => Type::None,
            };
            graph.message(12, kind.info(&own.pick(output)));
        }
        graph
    }
}

impl Node {
    fn encode(&self, names: &mut Names) -> Message {
        let mut node = Message::default();
        for input in &self.inputs {
            node.text(1, &names.known(input));
        }
        for (name, attribute) in &self.attributes {
            node.message(5, attribute.encode(*name, names));
        }
        for output in &self.outputs {
            node.text(2, &names.fresh(output));
        }
        let op_type = OP_TYPES[usize::from(self.op_type) % OP_TYPES.len()];
        node.text(4, op_type);
        node.text(
            7,
            match matches!(op_type, "F0" | "F1" | "F2") {
                true => "f",
                false => DOMAINS[usize::from(self.domain) % DOMAINS.len()],
            },
        );
        node
    }
}

impl Attribute {
    fn encode(&self, name: u8, names: &mut Names) -> Message {
        let mut proto = Message::default();
        proto.text(1, ATTRIBUTES[usize::from(name) % ATTRIBUTES.len()]);
        let kind = match self {
            Self::Float(value) => {
                proto.fixed(2, value.to_bits());
                1
            }
            Self::Int(value) => {
                proto.int(3, *value);
                2
            }
            Self::Text(bytes) => {
                proto.bytes(4, bytes);
                3
            }
            Self::Tensor(tensor) => {
                proto.message(5, tensor.encode(""));
                4
            }
            Self::Graph(graph) => {
                proto.message(6, graph.encode(names, false));
                5
            }
            Self::Floats(values) => {
                values.iter().for_each(|x| proto.fixed(7, x.to_bits()));
                6
            }
            Self::Ints(values) => {
                values.iter().for_each(|x| proto.int(8, *x));
                7
            }
            Self::Strings(bytes) => {
                bytes.iter().for_each(|byte| proto.bytes(9, &[*byte]));
                8
            }
            Self::Tensors(tensors) => {
                tensors.iter().for_each(|t| proto.message(10, t.encode("")));
                9
            }
            Self::Graphs(graphs) => {
                for graph in graphs {
                    proto.message(11, graph.encode(names, false));
                }
                10
            }
            Self::Sparse(sparse) => {
                proto.message(22, sparse.encode(""));
                11
            }
            Self::Type(kind) => {
                proto.message(14, kind.encode());
                13
            }
            Self::Reference(outer, kind) => {
                proto.text(21, &format!("a{}", outer % 4));
                (kind % 15).into()
            }
            Self::Mistagged(kind, value) => {
                proto.int(3, *value);
                (kind % 16).into()
            }
        };
        proto.int(20, kind);
        proto
    }
}

impl Function {
    fn encode(&self) -> Message {
        let mut function = Message::default();
        let mut names = Names::default();
        function.text(1, &format!("F{}", self.name % 3));
        function.text(10, "f");
        for _ in 0..self.inputs % 4 {
            function.text(4, &names.fresh(&Name::Usual(0)));
        }
        for attribute in &self.attributes {
            function.text(6, &format!("a{}", attribute % 4));
        }
        for (name, value) in &self.defaults {
            function.message(11, value.encode(*name, &mut names));
        }
        for node in &self.nodes {
            function.message(7, node.encode(&mut names));
        }
        for &output in &self.outputs {
            function.text(5, &names.pick(output));
        }
        for (domain, version) in [("", self.opset.or(17)), ("f", 1), ("com.example", 1)] {
            let mut import = Message::default();
            import.text(1, domain);
            import.int(2, version);
            function.message(9, import);
        }
        function
    }
}

impl Type {
    fn info(&self, name: &str) -> Message {
        let mut info = Message::default();
        info.text(1, name);
        if !matches!(self, Self::None) {
            info.message(2, self.encode());
        }
        info
    }

    fn encode(&self) -> Message {
        let mut inner = Message::default();
        let mut proto = Message::default();
        let element = |number, element: &Option<Box<Self>>, inner: &mut Message| {
            if let Some(element) = element {
                inner.message(number, element.encode());
            }
        };
        let number = match self {
            Self::None => return proto,
            Self::Tensor(data_type, extents) => {
                inner.int(1, (data_type % 30).into());
                if let Some(extents) = extents {
                    let mut shape = Message::default();
                    for extent in extents {
                        let mut dim = Message::default();
                        match extent {
                            Extent::Symbol(name) => dim.text(2, &format!("s{name}")),
                            extent => dim.int(1, extent.get()),
                        }
                        shape.message(1, dim);
                    }
                    inner.message(2, shape);
                }
                1
            }
            Self::Sparse(data_type) => {
                inner.int(1, (data_type % 30).into());
                8
            }
            Self::Sequence(of) => {
                element(1, of, &mut inner);
                4
            }
            Self::Optional(of) => {
                element(1, of, &mut inner);
                9
            }
            Self::Map(key, of) => {
                inner.int(1, (*key).into());
                element(2, of, &mut inner);
                5
            }
        };
        proto.message(number, inner);
        proto
    }
}

impl Extent {
    fn get(&self) -> i64 {
        match self {
            Self::Small(extent) | Self::Symbol(extent) => (extent % 5).into(),
            Self::Any(extent) => *extent,
        }
    }
}

impl Tensor {
    fn encode(&self, name: &str) -> Message {
        let mut tensor = Message::default();
        tensor.text(8, name);
        let mut len = 1_usize;
        for extent in &self.extents {
            tensor.int(1, extent.get());
            let extent = usize::try_from(extent.get()).unwrap_or(0);
            len = len.saturating_mul(extent).min(1 << 12);
        }
        let data_type = self.data_type % 30;
        tensor.int(2, data_type.into());
        let bits = match data_type {
            1 | 6 | 12 => 32,
            7 | 11 | 13 | 14 => 64,
            4 | 5 | 10 | 16 => 16,
            15 => 128,
            21..=23 => 4,
            25 | 26 => 2,
            27 | 28 => 6,
            _ => 8,
        };
        let raw_len = (len * bits).div_ceil(8);
        match &self.payload {
            Payload::Right(byte) => tensor.bytes(9, &vec![byte % 2; raw_len]),
            Payload::Typed(field, value) => {
                let n_entries = match bits {
                    2 | 4 => raw_len,
                    _ => len,
                };
                tensor.entries(*field, std::iter::repeat_n(u64::from(*value), n_entries));
            }
            Payload::Raw(bytes) => tensor.bytes(9, bytes),
            Payload::Entries(field, entries) => {
                tensor.entries(*field, entries.iter().map(|&entry| entry.into()));
            }
            Payload::Strings(bytes) => bytes.iter().for_each(|byte| tensor.bytes(6, &[*byte])),
            Payload::External(location, offset, length) => {
                let location =
                    ["weights", "../weights", "/etc/passwd", ""][usize::from(location % 4)];
                for (key, value) in [
                    ("location", location.to_owned()),
                    ("offset", offset.to_string()),
                    ("length", length.to_string()),
                ] {
                    let mut entry = Message::default();
                    entry.text(1, key);
                    entry.text(2, &value);
                    tensor.message(13, entry);
                }
                tensor.int(14, 1);
            }
            Payload::Both => {
                tensor.bytes(9, &vec![0; raw_len]);
                tensor.entries(1, std::iter::repeat_n(0, len));
            }
            Payload::None => {}
        }
        tensor
    }
}

impl Sparse {
    fn encode(&self, name: &str) -> Message {
        let mut sparse = Message::default();
        if let Some(values) = &self.values {
            sparse.message(1, values.encode(name));
        }
        if let Some(indices) = &self.indices {
            sparse.message(2, indices.encode(""));
        }
        for extent in &self.extents {
            sparse.int(3, extent.get());
        }
        sparse
    }
}

/// The bytes of a protobuf message.
#[derive(Debug, Default)]
struct Message(Vec<u8>);

impl Message {
    fn varint(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.0.push(value as u8 | 0x80);
            value >>= 7;
        }
        self.0.push(value as u8);
    }

    fn int(&mut self, number: u64, value: i64) {
        self.varint(number << 3);
        self.varint(value as u64);
    }

    fn fixed(&mut self, number: u64, bits: u32) {
        self.varint(number << 3 | 5);
        self.0.extend(bits.to_le_bytes());
    }

    fn bytes(&mut self, number: u64, bytes: &[u8]) {
        self.varint(number << 3 | 2);
        self.varint(bytes.len() as u64);
        self.0.extend(bytes);
    }

    fn text(&mut self, number: u64, text: &str) {
        self.bytes(number, text.as_bytes());
    }

    fn message(&mut self, number: u64, message: Self) {
        self.bytes(number, &message.0);
    }

    /// Numbers in one of a tensor's packed fields.
    fn entries(&mut self, field: u8, values: impl Iterator<Item = u64>) {
        let mut packed = Self::default();
        let number = match field % 5 {
            0 => 4,
            1 => 5,
            2 => 7,
            3 => 10,
            _ => 11,
        };
        for value in values {
            match number {
                4 => packed.0.extend((value as u32).to_le_bytes()),
                10 => packed.0.extend(value.to_le_bytes()),
                _ => packed.varint(value),
            }
        }
        self.bytes(number, &packed.0);
    }
}
