use emo_backend::{Backend, BackendError, ModelSource, Session};
use emo_onnx::{Model, OnnxError};

use crate::{CpuConfig, CpuSession, compile::compile, ops::from_onnx};

/// Runs ONNX models on the CPU, on the calling thread.
#[derive(Debug, Clone, Default)]
pub struct CpuBackend {
    config: CpuConfig,
}

impl CpuBackend {
    /// A backend with these limits; [`CpuBackend::default`] has the default ones.
    pub fn new(config: CpuConfig) -> Self {
        Self { config }
    }

    /// Compiles a model that is already in memory. Functions of its own are put in place of their calls.
    ///
    /// # Errors
    /// As [`load`](Backend::load), without those of reading.
    pub fn compile(&self, model: &Model) -> Result<CpuSession, BackendError> {
        if model.functions().is_empty() {
            return Ok(CpuSession::new(compile(model, &self.config)?));
        }
        let mut inlined = model.clone();
        inlined.inline_functions().map_err(from_onnx)?;
        Ok(CpuSession::new(compile(&inlined, &self.config)?))
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
    fn load(&self, source: &ModelSource<'_>) -> Result<Box<dyn Session>, BackendError> {
        let model = Model::from_bytes(&source.read()?).map_err(|error| {
            from_onnx(match source {
                ModelSource::Path(path) => OnnxError::InFile {
                    path: path.clone(),
                    source: Box::new(error),
                },
                _ => error,
            })
        })?;
        Ok(Box::new(self.compile(&model)?))
    }
}
