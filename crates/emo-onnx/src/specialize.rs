//! Fixing what a model leaves open.

use crate::{Dim, Graph, Model, OnnxError, ValueInfo, ValueType};

impl Model {
    /// Fixes extents that the model leaves open by name: `[("batch", 1)]` makes of `[batch, 3, 48, 48]`
    /// `[1, 3, 48, 48]`, wherever the name stands.
    ///
    /// Types and shapes are inferred anew, and the outputs are declared as what comes out.
    ///
    /// # Errors
    /// [`OnnxError::UnknownSymbol`] for a name that no input has, and those of [`infer`](Self::infer) if the model
    /// cannot be run with these extents. The model is then as it was before.
    pub fn specialize(&mut self, bindings: &[(&str, usize)]) -> Result<(), OnnxError> {
        for (symbol, _) in bindings {
            let is_symbol = |dim: &Dim| matches!(dim, Dim::Symbol(name) if name == symbol);
            let mut dims = self.graph().inputs().iter().flat_map(dims);
            if !dims.any(is_symbol) {
                return Err(OnnxError::UnknownSymbol {
                    symbol: (*symbol).to_owned(),
                });
            }
        }
        let bound = |dim: &Dim| match dim {
            Dim::Symbol(name) => {
                let binding = bindings.iter().find(|(symbol, _)| symbol == name);
                binding.map(|&(_, extent)| extent)
            }
            Dim::Fixed(_) | Dim::Unknown => None,
        };
        let mut graph = self.graph().clone();
        bind(&mut graph, &bound);
        self.infer_anew(graph)
    }

    /// Fixes the first extent of all inputs that leave it open, by name or without one: mostly 1 for one example at
    /// a time.
    ///
    /// # Errors
    /// Those of [`infer`](Self::infer) if the model cannot be run with this extent. The model is then as it was
    /// before.
    pub fn specialize_batch(&mut self, extent: usize) -> Result<(), OnnxError> {
        let mut graph = self.graph().clone();
        let mut symbols = Vec::new();
        for info in &mut graph.inputs {
            if let Some(first) = dims_mut(info).first_mut() {
                match first {
                    Dim::Fixed(_) => {}
                    Dim::Symbol(name) => symbols.push(name.clone()),
                    Dim::Unknown => *first = Dim::Fixed(extent),
                }
            }
        }
        let bound = |dim: &Dim| match dim {
            Dim::Symbol(name) => symbols.contains(name).then_some(extent),
            Dim::Fixed(_) | Dim::Unknown => None,
        };
        bind(&mut graph, &bound);
        self.infer_anew(graph)
    }

    /// Takes over a graph whose inputs are declared otherwise, and declares its outputs as what comes out.
    pub(crate) fn infer_anew(&mut self, mut graph: Graph) -> Result<(), OnnxError> {
        // What was declared of intermediate values may not hold any more, and follows from the rest.
        graph.value_infos.clear();
        for info in &mut graph.outputs {
            let known_rank = dims(info).len();
            for dim in dims_mut(info).iter_mut().take(known_rank) {
                *dim = Dim::Unknown;
            }
        }
        let declared = self.graph().outputs().to_vec();
        let mut model = self.with_graph(graph, self.opset())?;
        let inference = model.infer()?;
        let mut graph = model.take_graph();
        for (info, declared) in graph.outputs.iter_mut().zip(declared) {
            let inferred = inference.shape(&info.name).map(<[Dim]>::to_vec);
            let declared = declared.tensor().and_then(|(_, shape)| shape);
            if let (ValueType::Tensor { shape, .. }, Some(inferred)) =
                (&mut info.value_type, inferred)
            {
                *shape = Some(match declared {
                    // A name that was declared says more than nothing.
                    Some(declared) if declared.len() == inferred.len() => inferred
                        .into_iter()
                        .zip(declared)
                        .map(|dims| match dims {
                            (Dim::Unknown, Dim::Symbol(name)) => Dim::Symbol(name.clone()),
                            (inferred, _) => inferred,
                        })
                        .collect(),
                    _ => inferred,
                });
            }
        }
        *self = model.with_graph(graph, model.opset())?;
        Ok(())
    }
}

pub(crate) fn dims(info: &ValueInfo) -> &[Dim] {
    info.tensor()
        .and_then(|(_, shape)| shape)
        .unwrap_or_default()
}

pub(crate) fn dims_mut(info: &mut ValueInfo) -> &mut [Dim] {
    match &mut info.value_type {
        ValueType::Tensor {
            shape: Some(shape), ..
        } => shape,
        _ => &mut [],
    }
}

/// Fixes extents in all declarations of a graph and its subgraphs.
fn bind(graph: &mut Graph, bound: &dyn Fn(&Dim) -> Option<usize>) {
    let infos = graph.inputs.iter_mut().chain(&mut graph.outputs);
    for info in infos.chain(&mut graph.value_infos) {
        for dim in dims_mut(info) {
            if let Some(extent) = bound(dim) {
                *dim = Dim::Fixed(extent);
            }
        }
    }
    for node in &mut graph.nodes {
        for subgraph in node.subgraphs_mut() {
            bind(subgraph, bound);
        }
    }
}
