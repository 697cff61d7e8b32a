use std::{io, path::PathBuf, time::Duration};

use emo_backend::BackendError;

use crate::{Device, MxqProblem, Status};

/// What goes wrong between a model and an NPU.
///
/// As a [`BackendError`] it is the source of [`BackendError::Model`] where the model is at fault, the reason of
/// [`BackendError::Unavailable`] where something is missing on the machine, and that of [`BackendError::Run`]
/// otherwise.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MobilintError {
    /// A file cannot be read.
    #[error("cannot read `{}`: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// The reason.
        source: io::Error,
    },
    /// A file cannot be written.
    #[error("cannot write `{}`: {source}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// The reason.
        source: io::Error,
    },
    /// A file is no MXQ file, or none of a version that is loaded.
    #[error("`{file}` is no usable MXQ file: {problem}")]
    Mxq {
        /// The file.
        file: String,
        /// The reason.
        problem: MxqProblem,
    },
    /// A configuration contradicts itself or the device.
    #[error("{field}: {reason}")]
    Config {
        /// The field.
        field: &'static str,
        /// The contradiction.
        reason: String,
    },
    /// The Python interpreter cannot be started.
    #[error("no Python: `{}` cannot be started: {source}", interpreter.display())]
    NoPython {
        /// The interpreter, as configured.
        interpreter: PathBuf,
        /// The reason.
        source: io::Error,
    },
    /// The interpreter has none of the vendor's runtimes.
    #[error(
        "no runtime: `{}` imports neither qbruntime (pip install mobilint-qb-runtime) nor maccel: {reason}",
        interpreter.display()
    )]
    NoRuntime {
        /// The interpreter, as configured.
        interpreter: PathBuf,
        /// The interpreter's own words.
        reason: String,
    },
    /// The runtime cannot do what is asked of it, a newer one can.
    #[error("the runtime is too old: {module} {version} {reason}")]
    RuntimeTooOld {
        /// `qbruntime` or `maccel`.
        module: String,
        /// Its version.
        version: String,
        /// What it lacks.
        reason: String,
    },
    /// The driver is not loaded, or does not know the device.
    #[error("no driver for {device} ({}): {text}", nodes_text(nodes))]
    NoDriver {
        /// The device that was asked for.
        device: Device,
        /// The driver's nodes on this machine.
        nodes: Vec<String>,
        /// The vendor's words.
        text: String,
    },
    /// There is no NPU.
    #[error("no device {device} ({}): {text}", nodes_text(nodes))]
    NoDevice {
        /// The device that was asked for.
        device: Device,
        /// The driver's nodes on this machine.
        nodes: Vec<String>,
        /// The vendor's words.
        text: String,
    },
    /// The machine has another NPU than the one that was asked for, or several that answer to its name, or the
    /// runtime does not know the name, or the model was compiled for another.
    #[error("wrong device {device}, this machine has [{}]: {text}", found.join(", "))]
    WrongDevice {
        /// The device that was asked for.
        device: Device,
        /// What the machine has: names if the runtime tells them, or else the driver's nodes.
        found: Vec<String>,
        /// The vendor's status.
        status: Status,
        /// The vendor's words.
        text: String,
    },
    /// Any other failure that the runtime reports.
    #[error("the runtime says {text}{}", tail(log))]
    Runtime {
        /// The vendor's status.
        status: Status,
        /// The vendor's words.
        text: String,
        /// What it logged meanwhile, as far as it had arrived.
        log: Vec<String>,
    },
    /// The worker's Python raised something that is no status of the runtime's.
    #[error("the worker's Python raised {text}{}", tail(log))]
    Python {
        /// The exception.
        text: String,
        /// What was logged meanwhile, as far as it had arrived.
        log: Vec<String>,
    },
    /// Tensors are not as the session describes them.
    #[error(transparent)]
    Tensors(BackendError),
    /// A compile kit cannot be written, or the vendor's compiler makes nothing of it.
    #[cfg(feature = "kit")]
    #[error(transparent)]
    Kit(#[from] crate::KitError),
    /// The quantization of a model cannot be emulated.
    #[cfg(feature = "kit")]
    #[error(transparent)]
    Quant(#[from] emo_quant::QuantError),
    /// A process of ours did not answer in time and was ended.
    #[error(
        "the worker, asked {what}, did not answer within {deadline:?} and was ended{}",
        tail(log)
    )]
    Deadline {
        /// What it was asked.
        what: &'static str,
        /// The time that it had.
        deadline: Duration,
        /// The last lines of its log.
        log: Vec<String>,
    },
    /// A process of ours ended by itself, or was ended by somebody else.
    #[error("the worker, asked {what}, ended: {exit}{}", tail(log))]
    WorkerEnded {
        /// What it was asked.
        what: &'static str,
        /// Its exit status, such as `signal: 9 (SIGKILL)`.
        exit: String,
        /// The last lines of its log.
        log: Vec<String>,
    },
    /// The worker is being started again after a failure, and was not ready in time.
    #[error("the worker is not ready: {failures} failures in a row, the last: {last}")]
    Restarting {
        /// How many times in a row it failed.
        failures: u32,
        /// The last failure.
        last: String,
    },
    /// All workers were busy with other calls for as long as this one had time.
    #[error("the worker is busy with other calls for {deadline:?}")]
    Busy {
        /// The time that the call had.
        deadline: Duration,
    },
    /// A worker answers what is no answer.
    #[error("the worker breaks the protocol: {reason}")]
    Protocol {
        /// What it did.
        reason: String,
    },
    /// A process cannot be spoken with.
    #[error("{what}: {source}")]
    Pipe {
        /// What was tried.
        what: &'static str,
        /// The reason.
        source: io::Error,
    },
    /// The backend was shut down.
    #[error("the backend was shut down")]
    ShutDown,
    /// A shared library cannot be loaded.
    #[error("no library: `{}` cannot be loaded: {reason}", path.display())]
    NoLibrary {
        /// The library, as configured.
        path: PathBuf,
        /// The system's words.
        reason: String,
    },
    /// A shared library has another interface than the one that is known.
    #[error("`{}` has another interface: {reason}", path.display())]
    LibraryVersion {
        /// The library, as configured.
        path: PathBuf,
        /// How it differs.
        reason: String,
    },
    /// The shim over the vendor's C++ runtime fails, for a reason that is no status of the runtime's.
    #[error("the shim answers {code}: {text}")]
    Shim {
        /// Its code, by its header.
        code: i32,
        /// Its words, such as those of an exception.
        text: String,
    },
    /// The vendor's library for telemetry does not answer.
    #[error("{what} answers {code}: {text}")]
    Telemetry {
        /// The function.
        what: &'static str,
        /// The vendor's status.
        code: u32,
        /// What that means.
        text: &'static str,
    },
    /// The driver does not answer a request.
    #[error("`{}` does not tell its {what}: {source}", node.display())]
    Ioctl {
        /// The device's node.
        node: PathBuf,
        /// What was asked for.
        what: &'static str,
        /// The reason, with the system's number.
        source: io::Error,
    },
}

/// What reports call this backend.
pub(crate) const BACKEND: &str = "mobilint";

fn nodes_text(nodes: &[String]) -> String {
    if nodes.is_empty() {
        "there is no /dev/aries* and no /dev/regulus-*".to_owned()
    } else {
        format!("the driver shows {}", nodes.join(", "))
    }
}

pub(crate) fn tail(log: &[String]) -> String {
    if log.is_empty() {
        return String::new();
    }
    format!("; logged: {}", log.join(" | "))
}

impl MobilintError {
    /// The vendor's status, if it was the vendor's runtime that failed.
    pub fn status(&self) -> Option<Status> {
        match self {
            Self::Runtime { status, .. } | Self::WrongDevice { status, .. } => Some(*status),
            Self::Mxq {
                problem: MxqProblem::Refused { status, .. },
                ..
            } => Some(*status),
            Self::NoDriver { .. } => Some(Status::DriverNotInitialized),
            Self::NoDevice { text, .. } => Some(Status::find(text)),
            _ => None,
        }
    }

    fn is_of_the_model(&self) -> bool {
        match self {
            Self::Mxq { .. } | Self::Config { .. } => true,
            Self::Runtime { status, .. } | Self::WrongDevice { status, .. } => matches!(
                status,
                Status::ConfigNotMatch
                    | Status::IsNotSupportedHardware
                    | Status::NoGlobalCore
                    | Status::NoTargetCores
                    | Status::NotSupported
            ),
            _ => false,
        }
    }
}

impl From<MobilintError> for BackendError {
    fn from(error: MobilintError) -> Self {
        match error {
            MobilintError::Read { path, source } => Self::Io { path, source },
            MobilintError::Tensors(error) => error,
            error if error.is_of_the_model() => Self::Model {
                source: Box::new(error),
            },
            MobilintError::NoPython { .. }
            | MobilintError::NoRuntime { .. }
            | MobilintError::RuntimeTooOld { .. }
            | MobilintError::NoLibrary { .. }
            | MobilintError::LibraryVersion { .. }
            | MobilintError::NoDriver { .. }
            | MobilintError::NoDevice { .. }
            | MobilintError::WrongDevice { .. } => Self::Unavailable {
                backend: BACKEND,
                reason: error.to_string(),
            },
            _ => Self::Run {
                backend: BACKEND,
                reason: error.to_string(),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_piece_makes_the_backend_unavailable() {
        let error = BackendError::from(MobilintError::NoDevice {
            device: Device::default(),
            nodes: Vec::new(),
            text: "Acc_DeviceNotFound occurred.".to_owned(),
        });
        assert_eq!(
            error.to_string(),
            "backend `mobilint` is not available: no device auto:0 (there is no /dev/aries* and no \
             /dev/regulus-*): Acc_DeviceNotFound occurred."
        );
    }

    #[test]
    fn a_bad_file_is_the_model_s_fault() {
        for (status, is_model) in [(Status::ConfigNotMatch, true), (Status::NpuTimeout, false)] {
            let error = MobilintError::Runtime {
                status,
                text: format!("{status} occurred."),
                log: Vec::new(),
            };
            assert_eq!(error.status(), Some(status));
            let error = BackendError::from(error);
            assert_eq!(matches!(error, BackendError::Model { .. }), is_model);
            assert_eq!(matches!(error, BackendError::Run { .. }), !is_model);
        }
    }
}
