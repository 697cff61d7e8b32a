use std::{collections::BTreeMap, fmt};

use emo_tensor::{ElementType, Tensor};

use super::macs;
use crate::{Graph, GraphView, Model, OnnxError, ValueType, graph::present};

/// What a model costs: [`Model::summary`].
///
/// Its `Display` is a table with one line per operator and the sums below.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Summary {
    /// The operators in the order in which they run.
    pub operators: Vec<OperatorSummary>,
    /// How many elements all constants have, those of subgraphs among them.
    pub parameters: usize,
    /// How many bytes the constants of each element type take in a file.
    pub weight_bytes: BTreeMap<ElementType, usize>,
    /// The multiplications and additions of all operators that are known; [`macs_unknown`](Self::macs_unknown) tells
    /// how many are not.
    pub macs: u64,
    /// How many operators multiply as often as an open extent says.
    pub macs_unknown: usize,
    /// The most bytes that inputs, outputs and intermediate values take at one time, each being kept from where it
    /// is written to where it is read last.
    ///
    /// Operators that could write over what they read, or only look at it in another shape, count as if they did
    /// not.
    pub activation_peak: usize,
    /// The bytes that all of them would take without being written over.
    pub activation_total: usize,
    /// How many values have an open extent and count as nothing.
    pub activations_unknown: usize,
}

/// One operator in a [`Summary`].
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct OperatorSummary {
    /// The node's name.
    pub name: String,
    /// The operator.
    pub op_type: String,
    /// The type of its first output.
    pub output: ValueType,
    /// How many elements the constants have that it reads.
    pub parameters: usize,
    /// Its multiplications and additions, each pair counted once; none if they depend on an open extent.
    pub macs: Option<u64>,
    /// The bytes of its outputs; none if an extent is open.
    pub output_bytes: Option<usize>,
}

impl Model {
    /// Counts what the model costs: parameters, multiplications, memory.
    ///
    /// Counted are the multiplications of convolutions, matrix products and recurrent layers; the rest are few.
    ///
    /// # Errors
    /// Those of [`infer`](Self::infer).
    ///
    /// # Example
    /// ```
    /// use emo_onnx::{Attribute, GraphBuilder};
    /// use emo_tensor::ElementType;
    /// use ndarray::{Array1, Array2};
    ///
    /// let mut graph = GraphBuilder::new("dense");
    /// let x = graph.input("x", ElementType::F32, &[1, 10]);
    /// let weight = graph.initializer("weight", Array2::<f32>::zeros((10, 4)).into_dyn());
    /// let bias = graph.initializer("bias", Array1::<f32>::zeros(4).into_dyn());
    /// let y = graph.node("y", "Gemm", &[&x, &weight, &bias], []);
    /// graph.output(&y, ElementType::F32, &[1, 4]);
    /// let summary = graph.build(17)?.summary()?;
    /// assert_eq!((summary.macs, summary.parameters), (40, 44));
    /// assert_eq!(summary.activation_peak, 4 * (10 + 4));
    /// println!("{summary}");
    /// # Ok::<(), emo_onnx::OnnxError>(())
    /// ```
    pub fn summary(&self) -> Result<Summary, OnnxError> {
        let inference = self.infer()?;
        let view = GraphView::new(self, &inference);
        let mut summary = Summary {
            operators: Vec::new(),
            parameters: 0,
            weight_bytes: BTreeMap::new(),
            macs: 0,
            macs_unknown: 0,
            activation_peak: 0,
            activation_total: 0,
            activations_unknown: 0,
        };
        count_constants(self.graph(), &mut summary);
        for (_, node) in view.nodes() {
            let macs = macs::macs(&view, node);
            match macs {
                Some(macs) => summary.macs = summary.macs.saturating_add(macs),
                None => summary.macs_unknown += 1,
            }
            let constants = present(&node.inputs).filter_map(|name| view.constant(name));
            let output = node.output(0).and_then(|name| inference.value(name));
            summary.operators.push(OperatorSummary {
                name: node.name.clone(),
                op_type: node.op_type.clone(),
                output: output.cloned().unwrap_or(ValueType::Unknown),
                parameters: constants.map(Tensor::len).sum(),
                macs,
                output_bytes: present(&node.outputs)
                    .map(|name| bytes(&view, name))
                    .try_fold(0_usize, |sum, bytes| sum.checked_add(bytes?)),
            });
        }
        count_activations(&view, &mut summary);
        Ok(summary)
    }
}

fn count_constants(graph: &Graph, summary: &mut Summary) {
    for tensor in graph.initializers().values() {
        summary.parameters = summary.parameters.saturating_add(tensor.len());
        let bytes = stored_bytes(tensor.element_type(), tensor.len());
        *summary
            .weight_bytes
            .entry(tensor.element_type())
            .or_default() += bytes;
    }
    for node in graph.nodes() {
        for subgraph in node.subgraphs() {
            count_constants(subgraph, summary);
        }
    }
}

/// The bytes of elements in a file, where two of 4 bits share one.
fn stored_bytes(element_type: ElementType, len: usize) -> usize {
    match element_type {
        ElementType::I4 | ElementType::U4 => len.div_ceil(2),
        other => len.saturating_mul(other.size()),
    }
}

fn bytes(view: &GraphView<'_>, name: &str) -> Option<usize> {
    let shape = view.fixed_shape(name)?;
    let len = shape
        .iter()
        .try_fold(1_usize, |len, &n| len.checked_mul(n))?;
    len.checked_mul(view.element_type(name)?.size())
}

fn count_activations(view: &GraphView<'_>, summary: &mut Summary) {
    let graph = view.graph();
    let n_nodes = graph.nodes().len();
    // How much more is kept from each node on than before it; one place more for the end.
    let mut begins = vec![0_usize; n_nodes + 1];
    let mut ends = vec![0_usize; n_nodes + 1];
    let inputs = graph.inputs().iter().map(|info| (info.name.as_str(), 0));
    let computed = view
        .nodes()
        .flat_map(|(index, node)| present(&node.outputs).map(move |name| (name, index)));
    for (name, begin) in inputs.chain(computed) {
        let Some(bytes) = bytes(view, name) else {
            summary.activations_unknown += 1;
            continue;
        };
        summary.activation_total = summary.activation_total.saturating_add(bytes);
        let last = view.readers(name).iter().copied().max().unwrap_or(begin);
        let end = match view.is_output(name) {
            true => n_nodes,
            false => last + 1,
        };
        if let Some(place) = begins.get_mut(begin) {
            *place = place.saturating_add(bytes);
        }
        if let Some(place) = ends.get_mut(end) {
            *place = place.saturating_add(bytes);
        }
    }
    let mut live = 0_usize;
    for (begin, end) in begins.into_iter().zip(ends) {
        live = live.saturating_sub(end).saturating_add(begin);
        summary.activation_peak = summary.activation_peak.max(live);
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let columns = [
            "#",
            "operator",
            "name",
            "output",
            "parameters",
            "MACs",
            "bytes",
        ];
        let count = |value: Option<String>| value.unwrap_or_else(|| "?".to_owned());
        let mut rows = vec![columns.map(str::to_owned)];
        for (index, operator) in self.operators.iter().enumerate() {
            rows.push([
                index.to_string(),
                operator.op_type.clone(),
                operator.name.escape_debug().to_string(),
                operator.output.to_string(),
                operator.parameters.to_string(),
                count(operator.macs.map(|macs| macs.to_string())),
                count(operator.output_bytes.map(|bytes| bytes.to_string())),
            ]);
        }
        let mut widths = [0; 7];
        for row in &rows {
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = cell.chars().count().max(*width);
            }
        }
        for row in &rows {
            let mut separator = "";
            for (column, (cell, width)) in row.iter().zip(widths).enumerate() {
                match column {
                    0 | 4.. => write!(f, "{separator}{cell:>width$}")?,
                    _ => write!(f, "{separator}{cell:<width$}")?,
                }
                separator = "  ";
            }
            writeln!(f)?;
        }
        let unknown = |n: usize| match n {
            0 => String::new(),
            n => format!(" and those of {n} with open extents"),
        };
        writeln!(f, "\nparameters {}", self.parameters)?;
        for (element_type, bytes) in &self.weight_bytes {
            writeln!(f, "  {element_type} {bytes} bytes")?;
        }
        writeln!(f, "MACs {}{}", self.macs, unknown(self.macs_unknown))?;
        writeln!(
            f,
            "activations {} bytes at one time, {} in all{}",
            self.activation_peak,
            self.activation_total,
            unknown(self.activations_unknown)
        )
    }
}
