use std::collections::BTreeMap;

use emo_backend::{Backend, BackendError, ModelSource, Session, emo_tensor::Tensor};
use emo_onnx::{GraphBuilder, Model, Node, OnnxError};

#[cfg(feature = "threads")]
use std::sync::{Arc, OnceLock};

#[cfg(feature = "threads")]
use crate::kernels::{divide::MAX_THREADS, team::Team};
use crate::{CpuConfig, CpuSession, Plan, compile::compile, ops::from_onnx};

/// Runs ONNX models on the CPU, on the calling thread and, if [`CpuConfig`] says so, on some that help it.
#[derive(Debug, Clone, Default)]
pub struct CpuBackend {
    config: CpuConfig,
    /// Of all sessions, since the first that needs it.
    #[cfg(feature = "threads")]
    team: Arc<OnceLock<Arc<Team>>>,
}

impl CpuBackend {
    /// A backend with these limits; [`CpuBackend::default`] has the default ones.
    pub fn new(config: CpuConfig) -> Self {
        Self {
            config,
            #[cfg(feature = "threads")]
            team: Arc::default(),
        }
    }

    /// Compiles a model that is already in memory. Functions of its own are put in place of their calls.
    ///
    /// # Errors
    /// As [`load`](Backend::load), without those of reading.
    pub fn compile(&self, model: &Model) -> Result<CpuSession, BackendError> {
        if model.functions().is_empty() {
            return self.session(compile(model, &self.config)?.with(model));
        }
        self.compile_owned(model.clone())
    }

    /// Compiles a model that is not needed any more: large weights become the session's own instead of being copied.
    ///
    /// # Errors
    /// As [`compile`](Self::compile).
    pub fn compile_owned(&self, mut model: Model) -> Result<CpuSession, BackendError> {
        if !model.functions().is_empty() {
            model.inline_functions().map_err(from_onnx)?;
        }
        let compiled = compile(&model, &self.config)?;
        self.session(compiled.with_owned(model))
    }

    fn session(&self, plan: Plan) -> Result<CpuSession, BackendError> {
        #[cfg(feature = "threads")]
        if plan.n_divided_steps() > 0 {
            let team = self.team()?;
            return Ok(CpuSession::new(plan).with_team(team));
        }
        Ok(CpuSession::new(plan))
    }

    #[cfg(feature = "threads")]
    fn team(&self) -> Result<Arc<Team>, BackendError> {
        let team = match self.team.get() {
            Some(team) => team,
            None => {
                let threads = self.config.threads.get().min(MAX_THREADS);
                let team = Team::new(threads).map_err(|error| BackendError::Unavailable {
                    backend: "cpu",
                    reason: format!("{threads} threads cannot be started: {error}"),
                })?;
                // Another thread may have been faster.
                self.team.get_or_init(|| Arc::new(team))
            }
        };
        Ok(Arc::clone(team))
    }

    /// Computes one node of version `opset` of ONNX's own operators: its outputs, in order, for these inputs, of
    /// which an absent one is `None`.
    ///
    /// This is what [`FoldConstants`](emo_onnx::passes::FoldConstants) needs to compute constants beforehand.
    ///
    /// # Errors
    /// As [`compile`](Self::compile) for a model of this node alone, and [`BackendError::Model`] for a node with
    /// other values among its inputs than those that are given, or with an output that has no name.
    ///
    /// # Example
    /// ```
    /// use emo_backend_cpu::{
    ///     CpuBackend,
    ///     emo_backend::emo_tensor::Tensor,
    ///     emo_onnx::{GraphBuilder, Node, passes::FoldConstants},
    /// };
    /// # use emo_backend_cpu::emo_backend::emo_tensor::ElementType;
    /// # use ndarray::arr1;
    /// # let mut graph = GraphBuilder::new("g");
    /// # let x = graph.input("x", ElementType::F32, &[1, 2]);
    /// # let a = graph.initializer("a", arr1(&[4.0_f32, 9.0]).into_dyn());
    /// # let root = graph.node("root", "Sqrt", &[&a], []);
    /// # let y = graph.node("y", "Mul", &[&x, &root], []);
    /// # graph.output_of(&y);
    /// # let mut model = graph.build(17)?;
    ///
    /// let cpu = CpuBackend::default();
    /// let evaluate = |node: &Node, opset: i64, inputs: &[Option<&Tensor>]| {
    ///     cpu.evaluate(node, opset, inputs).ok()
    /// };
    /// model.optimize(&[&FoldConstants::new().with_evaluator(&evaluate)])?;
    /// assert_eq!(model.graph().nodes().len(), 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn evaluate(
        &self,
        node: &Node,
        opset: i64,
        inputs: &[Option<&Tensor>],
    ) -> Result<Vec<Tensor>, BackendError> {
        let mut graph = GraphBuilder::new("node");
        let given: BTreeMap<_, _> = node.inputs.iter().zip(inputs).collect();
        for (name, value) in given {
            if let Some(value) = value {
                graph.initializer(name, (*value).clone());
            }
        }
        graph.push(node.clone());
        for output in &node.outputs {
            graph.output_of(output);
        }
        let model = graph.build(opset).map_err(from_onnx)?;
        self.compile_owned(model)?.run_to_tensors(&[])
    }
}

impl Backend for CpuBackend {
    fn name(&self) -> &'static str {
        "cpu"
    }

    /// Every CPU that this was built for will do.
    fn check(&self) -> Result<(), BackendError> {
        Ok(())
    }

    /// Reads and compiles an ONNX model.
    ///
    /// # Errors
    /// - [`BackendError::Io`] if a file cannot be read.
    /// - [`BackendError::Model`] if the model is malformed, or needs more memory than
    ///   [`CpuConfig::memory_limit`]; the source is an [`OnnxError`](emo_onnx::OnnxError) or a
    ///   [`CpuError`](crate::CpuError).
    /// - [`BackendError::Unsupported`] if it has an operator, or a form of one, that is not executed, naming
    ///   the node.
    /// - [`BackendError::Unavailable`] if this machine does not have the instructions, or cannot start the threads,
    ///   that the configuration asks for.
    fn load(&self, source: &ModelSource<'_>) -> Result<Box<dyn Session>, BackendError> {
        let model = match source {
            ModelSource::Path(path) => Model::read(path),
            _ => Model::from_bytes(source.read()?),
        };
        let model = model.map_err(|error| match error {
            OnnxError::Read { path, source } => BackendError::Io { path, source },
            error => from_onnx(error),
        })?;
        Ok(Box::new(self.compile_owned(model)?))
    }
}
