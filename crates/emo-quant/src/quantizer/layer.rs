use emo_onnx::{Dim, GraphView, Node};
use emo_tensor::Tensor;
use ndarray::{Array2, ArrayD, IxDyn};

use super::{config::Granularity, patches::Geometry};

/// A layer with constant weights: a convolution or a matrix product.
#[derive(Debug, Clone)]
pub(crate) struct Layer {
    /// The node's position in the graph.
    pub(crate) node: usize,
    /// The name by which users refer to it.
    pub(crate) name: String,
    pub(crate) kind: Kind,
    pub(crate) input: String,
    pub(crate) output: String,
    /// `[outputs, inputs of one output]`.
    pub(crate) weight: Array2<f32>,
    /// As the file has it.
    weight_shape: Vec<usize>,
    pub(crate) bias: Option<Vec<f32>>,
    /// How many axes the input has.
    pub(crate) rank: usize,
}

#[derive(Debug, Clone)]
pub(crate) enum Kind {
    Conv(Geometry),
    /// Weights stand as `[outputs, inputs]`.
    GemmTransposed,
    /// Weights stand as `[inputs, outputs]`.
    Gemm,
    /// As [`Gemm`](Self::Gemm), without a place for a bias, for inputs of any rank.
    MatMul,
}

/// The name by which users refer to a node: its own, or that of its output where it has none.
pub(crate) fn layer_name(node: &Node) -> &str {
    match node.name.as_str() {
        "" => node.output(0).unwrap_or_default(),
        name => name,
    }
}

/// A value's extents, 0 for those that are open.
fn extents(view: &GraphView<'_>, value: &str) -> Option<Vec<usize>> {
    let fixed = |dim: &Dim| match dim {
        Dim::Fixed(extent) => *extent,
        _ => 0,
    };
    Some(view.shape(value)?.iter().map(fixed).collect())
}

fn floats(tensor: &Tensor) -> Option<&ArrayD<f32>> {
    tensor.as_array::<f32>()
}

impl Layer {
    /// The layer that the node is; none if it is no layer, or one of a form that is left alone.
    pub(crate) fn read(view: &GraphView<'_>, index: usize, node: &Node) -> Option<Self> {
        let (is_conv, is_gemm) = (node.is("Conv"), node.is("Gemm"));
        if !is_conv && !is_gemm && !node.is("MatMul") {
            return None;
        }
        let weight = floats(view.constant_input(node, 1)?)?;
        if weight.is_empty() || weight.iter().any(|w| !w.is_finite()) {
            return None;
        }
        let input = node.input(0)?;
        let rank = view.rank(input)?;
        if view.constant(input).is_some() {
            return None;
        }
        let kind = if is_conv {
            Kind::Conv(Geometry::read(
                node,
                weight.shape(),
                &extents(view, input)?,
            )?)
        } else {
            if weight.ndim() != 2 || rank < 2 {
                return None;
            }
            let plain = |name| node.float(name, 1.0).is_ok_and(|value| value == 1.0);
            let transposed = |name| node.int(name, 0).ok().map(|flag| flag != 0);
            match (is_gemm, transposed("transA")?, transposed("transB")?) {
                (false, ..) => Kind::MatMul,
                (true, true, _) => return None,
                _ if !plain("alpha") || !plain("beta") => return None,
                (true, false, true) => Kind::GemmTransposed,
                (true, false, false) => Kind::Gemm,
            }
        };
        let rows = match kind {
            Kind::Conv(_) | Kind::GemmTransposed => {
                let n_outputs = *weight.shape().first()?;
                let len = weight.len() / n_outputs;
                weight.to_shape((n_outputs, len)).ok()?.to_owned()
            }
            Kind::Gemm | Kind::MatMul => {
                let (inputs, outputs) = (*weight.shape().first()?, *weight.shape().get(1)?);
                weight
                    .to_shape((inputs, outputs))
                    .ok()?
                    .t()
                    .as_standard_layout()
                    .to_owned()
            }
        };
        let bias = match node.input(2) {
            None => None,
            Some(name) => {
                let bias = floats(view.constant(name)?)?;
                if bias.iter().any(|b| !b.is_finite()) {
                    return None;
                }
                match bias.len() {
                    len if len == rows.nrows() => Some(bias.iter().copied().collect()),
                    1 => Some(vec![*bias.iter().next()?; rows.nrows()]),
                    _ => return None,
                }
            }
        };
        Some(Self {
            node: index,
            name: layer_name(node).to_owned(),
            kind,
            input: input.to_owned(),
            output: node.output(0)?.to_owned(),
            weight: rows,
            weight_shape: weight.shape().to_vec(),
            bias,
            rank,
        })
    }

    /// What [`Granularity::Auto`] means for this layer; any other one stays.
    pub(crate) fn granularity(&self, granularity: Granularity) -> Granularity {
        /// Inputs below which scales take more than an eighth of the weights' bytes.
        const FEW: usize = 64;
        match granularity {
            Granularity::Auto
                if matches!(self.kind, Kind::Conv(_)) || self.weight.ncols() >= FEW =>
            {
                Granularity::PerChannel
            }
            Granularity::Auto => Granularity::PerTensor,
            other => other,
        }
    }

    /// Whether the operator can add something to each output channel.
    pub(crate) fn has_bias(&self) -> bool {
        !matches!(self.kind, Kind::MatMul)
    }

    /// The axis of the file's weights along which the outputs lie.
    pub(crate) fn output_axis(&self) -> usize {
        match self.kind {
            Kind::Conv(_) | Kind::GemmTransposed => 0,
            Kind::Gemm | Kind::MatMul => 1,
        }
    }

    /// Into how many groups the channels are split.
    pub(crate) fn groups(&self) -> usize {
        match &self.kind {
            Kind::Conv(geometry) => geometry.group,
            _ => 1,
        }
    }

    /// The axis of the file's weights along which blocks of `len` may lie, and how many neighbours of a row each of
    /// its steps spans; none if there are none as long.
    pub(crate) fn block_axis(&self, len: usize) -> Option<(usize, usize)> {
        let (axis, span) = match self.kind {
            Kind::Conv(_) => (1, self.weight_shape.get(2..)?.iter().product()),
            Kind::GemmTransposed => (1, 1),
            Kind::Gemm | Kind::MatMul => (0, 1),
        };
        (len > 0 && *self.weight_shape.get(axis)? >= len).then_some((axis, span))
    }

    /// Values in rows, in the shape in which the file has the weights.
    pub(crate) fn to_file_shape<T: Clone>(&self, rows: &Array2<T>) -> ArrayD<T> {
        self.with_shape(rows, &self.weight_shape)
    }

    /// Values of blocks of this length, in rows `[outputs, blocks · span]`, in the shape in which a file has them.
    pub(crate) fn blocks_to_file_shape<T: Clone>(&self, rows: &Array2<T>, len: usize) -> ArrayD<T> {
        let mut shape = self.weight_shape.clone();
        if let Some((axis, _)) = self.block_axis(len) {
            shape[axis] = shape[axis].div_ceil(len);
        }
        self.with_shape(rows, &shape)
    }

    fn with_shape<T: Clone>(&self, rows: &Array2<T>, shape: &[usize]) -> ArrayD<T> {
        let rows = match self.kind {
            Kind::Conv(_) | Kind::GemmTransposed => rows.to_owned(),
            Kind::Gemm | Kind::MatMul => rows.t().as_standard_layout().to_owned(),
        };
        rows.into_shape_with_order(IxDyn(shape))
            .expect("the rows hold as many values as the shape")
    }
}
