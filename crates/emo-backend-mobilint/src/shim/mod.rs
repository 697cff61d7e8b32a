//! The way to the vendor's runtime that is short: its C++ library in this process, through a shim of ours.

mod ffi;
mod session;

use std::{
    path::{self, PathBuf},
    sync::Arc,
};

use emo_backend::{Backend, BackendError, ModelSource, Session};

use self::ffi::{Refusal, Shim};
pub use self::session::ShimSession;
use crate::{MobilintError, ModelConfig, Mxq, backend, worker::explain_status};

/// What reports call this backend.
const SHIM: &str = "mobilint-shim";

/// The shim that a [`MobilintShim`] uses, and how it opens models.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct ShimConfig {
    /// The shim, as `scripts/build_shim` makes it on the machine with the NPU: a path, or a name that the system's
    /// loader finds. Default: `libemo_qbruntime_shim.so`.
    pub library: PathBuf,
    /// How [`Backend::load`] opens models.
    pub model: ModelConfig,
}

/// Runs MXQ models on a Mobilint NPU, through the vendor's C++ runtime in this process.
///
/// Its calls cost less than those of a [`MobilintBackend`](crate::MobilintBackend), for which there is no second
/// process. But there is also nothing between the application and the vendor's code: a run has no deadline beyond the
/// runtime's own (`QBRUNTIME_NPU_TIMEOUT_MS`), a crash takes the application along, and the runtime's log goes to the
/// application's standard output.
///
/// # Example
/// ```
/// use emo_backend_mobilint::{MobilintError, MobilintShim, ShimConfig};
///
/// let config = ShimConfig::new("no-such-folder/libemo_qbruntime_shim.so");
/// match MobilintShim::new(config) {
///     Err(MobilintError::NoLibrary { path, .. }) => println!("{} is missing", path.display()),
///     other => println!("{other:?}"),
/// }
/// ```
#[derive(Debug, Clone)]
pub struct MobilintShim {
    config: Arc<ShimConfig>,
    shim: Arc<Shim>,
}

impl Default for ShimConfig {
    fn default() -> Self {
        Self::new("libemo_qbruntime_shim.so")
    }
}

impl ShimConfig {
    /// A shim, with everything else as by default.
    pub fn new(library: impl Into<PathBuf>) -> Self {
        Self {
            library: library.into(),
            model: ModelConfig::default(),
        }
    }
}

impl MobilintShim {
    /// Loads the shim, and with it the vendor's runtime.
    ///
    /// # Errors
    /// - [`MobilintError::NoLibrary`] if either cannot be loaded;
    /// - [`MobilintError::LibraryVersion`] if it is no shim, or one of another version of the interface.
    pub fn new(config: ShimConfig) -> Result<Self, MobilintError> {
        let shim = Arc::new(Shim::open(&config.library)?);
        Ok(Self {
            config: Arc::new(config),
            shim,
        })
    }

    /// What it was made with.
    pub fn config(&self) -> &ShimConfig {
        &self.config
    }

    /// Opens the configured device and says which version of the runtime did, as [`check`](Backend::check) does, with
    /// this crate's own error.
    ///
    /// # Errors
    /// [`MobilintError::NoDriver`], [`NoDevice`](MobilintError::NoDevice),
    /// [`WrongDevice`](MobilintError::WrongDevice), [`RuntimeTooOld`](MobilintError::RuntimeTooOld), or another if
    /// something fails that should not.
    pub fn inspect(&self) -> Result<String, MobilintError> {
        let model = &self.config.model;
        let probed = self.shim.probe(&model.device);
        probed.map_err(|refusal| self.explain(refusal, model, None))?;
        self.runtime_version()
    }

    /// The version of the vendor's runtime, which needs no device.
    ///
    /// # Errors
    /// [`MobilintError::Shim`] if the runtime does not say.
    pub fn runtime_version(&self) -> Result<String, MobilintError> {
        let version = self.shim.runtime_version();
        version.map_err(|refusal| self.explain(refusal, &self.config.model, None))
    }

    /// Opens a model as the configuration says, or in another way.
    ///
    /// # Errors
    /// As [`inspect`](Self::inspect), and:
    /// - [`MobilintError::Read`] or [`Mxq`](MobilintError::Mxq), which name the file;
    /// - [`MobilintError::Config`] if `config` contradicts itself or the model;
    /// - [`MobilintError::Runtime`] if the runtime refuses the model.
    pub fn open(
        &self,
        source: &ModelSource<'_>,
        config: &ModelConfig,
    ) -> Result<ShimSession, MobilintError> {
        config.check()?;
        let (path, file) = backend::file(source)?;
        let checked = Mxq::read(&path)?.check_version(Mxq::QBRUNTIME_VERSIONS);
        checked.map_err(|problem| MobilintError::Mxq {
            file: path.display().to_string(),
            problem,
        })?;
        let path = path::absolute(&path).map_err(|source| MobilintError::Read { path, source })?;
        let model = Shim::load(&self.shim, &path, config)
            .map_err(|refusal| self.explain(refusal, config, Some(&path)))?;
        ShimSession::new(self.clone(), model, config, file)
    }

    /// A refusal in this crate's terms.
    fn explain(
        &self,
        refusal: Refusal,
        config: &ModelConfig,
        path: Option<&path::Path>,
    ) -> MobilintError {
        let Refusal { code, text } = refusal;
        match code {
            ffi::UNSUPPORTED => MobilintError::RuntimeTooOld {
                module: "qbruntime".to_owned(),
                version: self.shim.runtime_version().unwrap_or_default(),
                reason: text,
            },
            ffi::MODE => MobilintError::Config {
                field: "core_mode",
                reason: text,
            },
            1.. => {
                let text = ffi::status_text(code, &text);
                explain_status(text, &config.device, Vec::new(), path, Vec::new())
            }
            _ => MobilintError::Shim { code, text },
        }
    }
}

/// The error under this backend's name.
fn named(error: MobilintError) -> BackendError {
    match error.into() {
        BackendError::Unavailable { reason, .. } => BackendError::Unavailable {
            backend: SHIM,
            reason,
        },
        BackendError::Run { reason, .. } => BackendError::Run {
            backend: SHIM,
            reason,
        },
        other => other,
    }
}

impl Backend for MobilintShim {
    fn name(&self) -> &'static str {
        SHIM
    }

    /// Whether the driver and the device are there.
    ///
    /// # Errors
    /// [`BackendError::Unavailable`], which says what is missing; [`inspect`](Self::inspect) tells apart by type.
    fn check(&self) -> Result<(), BackendError> {
        match self.inspect() {
            Ok(_) => Ok(()),
            Err(error) => Err(BackendError::Unavailable {
                backend: SHIM,
                reason: error.to_string(),
            }),
        }
    }

    /// Opens an MXQ file as [`ShimConfig::model`] says.
    ///
    /// # Errors
    /// As that of [`MobilintBackend`](crate::MobilintBackend).
    fn load(&self, source: &ModelSource<'_>) -> Result<Box<dyn Session>, BackendError> {
        let session = self.open(source, &self.config.model).map_err(named)?;
        Ok(Box::new(session))
    }
}
