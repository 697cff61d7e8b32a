use std::{
    io::Write,
    path,
    sync::{Arc, Mutex},
    time::Duration,
};

use emo_backend::{Backend, BackendError, ModelSource, Session};

use crate::{
    MobilintConfig, MobilintError, MobilintSession, ModelConfig, Mxq, RuntimeInfo,
    error::BACKEND,
    slot::Slot,
    worker::{OpenModel, lock},
};

/// Runs MXQ models on a Mobilint NPU, through the vendor's runtime in worker processes.
///
/// Workers are started when the first model is loaded, or by [`check`](Backend::check), and end with the backend and
/// the last session. A clone shares them.
///
/// # Example
/// ```
/// use emo_backend_mobilint::{
///     MobilintBackend, MobilintConfig, MobilintError, ModelConfig, Target,
///     emo_backend::ModelSource,
/// };
///
/// let mut config = MobilintConfig::default();
/// config.model = ModelConfig::new(Target::AriesRb);
/// # config.python = emo_backend_mobilint::PythonConfig::new("no-such-folder/python3");
/// let npu = MobilintBackend::new(config);
/// match npu.inspect() {
///     Ok(runtime) => println!("{} {}", runtime.module, runtime.version),
///     Err(MobilintError::NoPython { interpreter, .. }) => println!("{} is missing", interpreter.display()),
///     Err(other) => println!("{other}"),
/// }
/// ```
#[derive(Debug, Clone)]
pub struct MobilintBackend {
    config: Arc<MobilintConfig>,
    slots: Arc<Slots>,
}

/// At least one; sessions keep theirs alive.
#[derive(Debug)]
struct Slots(Vec<Arc<Slot>>, Mutex<()>);

impl Slots {
    /// The slot with the fewest models, with a place for one more.
    fn reserve(&self) -> &Arc<Slot> {
        // Another thread is not to choose by the same numbers.
        let _turn = lock(&self.1);
        let slots = self.0.iter();
        let slot = slots.min_by_key(|slot| slot.n_models());
        let slot = slot.expect("there is at least one worker");
        slot.reserve();
        slot
    }
}

impl Default for MobilintBackend {
    fn default() -> Self {
        Self::new(MobilintConfig::default())
    }
}

impl MobilintBackend {
    /// A backend that starts nothing yet.
    pub fn new(config: MobilintConfig) -> Self {
        let slots = (0..config.workers.get())
            .map(|_| Slot::new(&config))
            .collect();
        Self {
            config: Arc::new(config),
            slots: Arc::new(Slots(slots, Mutex::new(()))),
        }
    }

    /// What it was made with.
    pub fn config(&self) -> &MobilintConfig {
        &self.config
    }

    /// Opens the configured device and says what runs there, as [`check`](Backend::check) does, with this crate's
    /// own error.
    ///
    /// # Errors
    /// [`MobilintError::NoPython`], [`NoRuntime`](MobilintError::NoRuntime),
    /// [`RuntimeTooOld`](MobilintError::RuntimeTooOld), [`NoDriver`](MobilintError::NoDriver),
    /// [`NoDevice`](MobilintError::NoDevice), [`WrongDevice`](MobilintError::WrongDevice), or another if something
    /// fails that should not.
    pub fn inspect(&self) -> Result<RuntimeInfo, MobilintError> {
        self.slots.0[0].probe(&self.config.model.device)
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
    ) -> Result<MobilintSession, MobilintError> {
        config.check()?;
        let (path, file) = file(source)?;
        Mxq::read(&path)?;
        // The worker may have been started in another folder.
        let path = path::absolute(&path).map_err(|source| MobilintError::Read { path, source })?;
        let slot = self.slots.reserve();
        let opened = slot.open(OpenModel {
            path,
            config: config.clone(),
        })?;
        MobilintSession::new(Arc::clone(slot), opened, config, self.config.deadline, file)
    }

    /// The process ids of the workers that no call is using, and how many were started in all, those after failures
    /// included.
    pub fn workers(&self) -> (Vec<u32>, u32) {
        let workers = self.slots.0.iter().map(|slot| slot.worker());
        workers.fold((Vec::new(), 0), |(mut pids, starts), (pid, more)| {
            pids.extend(pid);
            (pids, starts + more)
        })
    }

    /// The last lines of the workers' logs, of those that no call is using.
    pub fn log(&self) -> Vec<String> {
        self.slots.0.iter().flat_map(|slot| slot.log()).collect()
    }

    /// Ends the workers, and waits until they have closed their models and devices: all sessions fail from now on.
    /// Workers that do not end in [`grace`](MobilintConfig::grace) are killed.
    ///
    /// Without it, the workers end as well, but nobody waits.
    pub fn shut_down(&self) {
        let watches: Vec<_> = self
            .slots
            .0
            .iter()
            .filter_map(|slot| slot.shut_down())
            .collect();
        for watch in watches {
            watch.wait(self.config.grace + AFTER_KILL);
        }
    }
}

/// The time that the system has to take a killed process away.
const AFTER_KILL: Duration = Duration::from_secs(1);

/// The model's file, written for bytes, since the vendor's runtime reads files alone.
pub(crate) fn file(
    source: &ModelSource<'_>,
) -> Result<(path::PathBuf, Option<tempfile::TempPath>), MobilintError> {
    match source {
        ModelSource::Path(path) => Ok((path.clone(), None)),
        ModelSource::Bytes(bytes) => {
            Mxq::from_bytes(bytes)?;
            let file = write(bytes)?;
            Ok((file.to_path_buf(), Some(file)))
        }
        _ => Err(MobilintError::Config {
            field: "source",
            reason: "neither a file nor bytes".to_owned(),
        }),
    }
}

fn write(bytes: &[u8]) -> Result<tempfile::TempPath, MobilintError> {
    let folder = std::env::temp_dir();
    let file = tempfile::Builder::new().suffix(".mxq").tempfile_in(&folder);
    file.and_then(|mut file| {
        file.write_all(bytes)?;
        Ok(file.into_temp_path())
    })
    .map_err(|source| MobilintError::Write {
        path: folder,
        source,
    })
}

impl Backend for MobilintBackend {
    fn name(&self) -> &'static str {
        BACKEND
    }

    /// Whether the interpreter, the vendor's runtime, the driver and the device are there.
    ///
    /// # Errors
    /// [`BackendError::Unavailable`], which says what of them is missing; [`inspect`](Self::inspect) tells them apart
    /// by type.
    fn check(&self) -> Result<(), BackendError> {
        match self.inspect() {
            Ok(_) => Ok(()),
            Err(error) => Err(BackendError::Unavailable {
                backend: BACKEND,
                reason: error.to_string(),
            }),
        }
    }

    /// Opens an MXQ file as [`MobilintConfig::model`] says.
    ///
    /// # Errors
    /// - [`BackendError::Io`] if the file cannot be read.
    /// - [`BackendError::Model`] if it is no MXQ file, or none for this configuration; the source is a
    ///   [`MobilintError`].
    /// - [`BackendError::Unavailable`] as [`check`](Backend::check).
    /// - [`BackendError::Run`] if the worker or the runtime fails.
    fn load(&self, source: &ModelSource<'_>) -> Result<Box<dyn Session>, BackendError> {
        Ok(Box::new(self.open(source, &self.config.model)?))
    }
}
