//! What a worker can be asked, and how it refuses.

mod deadline;
mod frame;
mod log;
mod process;
mod watch;

use std::{os::unix::ffi::OsStrExt, path::Path, thread, time::Duration};

use emo_backend::emo_tensor::TensorInfo;

pub use self::log::LogSink;
pub(crate) use self::{
    frame::HEADER_LEN,
    watch::{Launch, Watch, lock},
};
use self::{
    frame::{Answer, Op, Request},
    process::Process,
};
use crate::{
    CoreMode, Device, Layout, MobilintError, ModelConfig, Mxq, MxqProblem, Status, TensorType,
};

/// What a worker says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct RuntimeInfo {
    /// The vendor's module: `qbruntime` or `maccel`.
    pub module: String,
    /// Its version, such as `1.5.0`.
    pub version: String,
    /// The interpreter's version.
    pub python: String,
    /// The names of the devices that the runtime sees; empty before version 1.4, which does not tell.
    pub devices: Vec<String>,
}

/// A worker and what it is.
#[derive(Debug)]
pub(crate) struct Worker {
    process: Process,
    pub(crate) info: RuntimeInfo,
    answer: Vec<u8>,
}

/// What keeps a call from its answer.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The worker says so, and goes on.
    Refused(MobilintError),
    /// The worker is of no use any more.
    Broken(MobilintError),
}

/// A model that is open in a worker, or will be again.
#[derive(Debug)]
pub(crate) struct OpenModel {
    pub(crate) path: std::path::PathBuf,
    pub(crate) config: ModelConfig,
}

impl Worker {
    /// Starts a worker and waits until it has imported the vendor's module.
    pub(crate) fn start(launch: &Launch, deadline: Duration) -> Result<Self, MobilintError> {
        let mut process = Process::start(launch)?;
        let mut answer = Vec::new();
        let mut frame = hello(&Device::default(), false);
        let op = process.call(Op::Hello, "to start", &mut frame, &mut answer, deadline);
        let fields = match op {
            Ok(Op::Hello) => runtime_info(&answer),
            Ok(_) => Err(Refusal::parse(&answer)
                .map_or_else(|error| error, |refusal| refusal.at_start(launch))),
            Err(error @ MobilintError::WorkerEnded { .. }) => Err(MobilintError::NoPython {
                interpreter: launch.python.interpreter.clone(),
                source: std::io::Error::other(error.to_string()),
            }),
            Err(error) => Err(error),
        };
        match fields {
            Ok(info) => Ok(Self {
                process,
                info,
                answer,
            }),
            Err(error) => {
                process.kill();
                Err(error)
            }
        }
    }

    /// Opens a device, to see whether it can be; it stays open for models.
    pub(crate) fn probe(
        &mut self,
        device: &Device,
        deadline: Duration,
    ) -> Result<RuntimeInfo, Failure> {
        self.ask(
            Op::Hello,
            "for the device",
            &mut hello(device, true),
            deadline,
            device,
            None,
        )?;
        runtime_info(&self.answer).map_err(Failure::Broken)
    }

    /// Opens a model under a number of the caller's choice; the tensors that it takes and gives.
    pub(crate) fn open(
        &mut self,
        number: u32,
        model: &OpenModel,
        deadline: Duration,
    ) -> Result<(Vec<TensorInfo>, Vec<TensorInfo>), Failure> {
        self.check_version(&model.path).map_err(Failure::Refused)?;
        let mut frame = open(number, model);
        let device = &model.config.device;
        let path = Some(model.path.as_path());
        self.ask(Op::Open, "for a model", &mut frame, deadline, device, path)?;
        let mut answer = Answer(&self.answer);
        let mut tensors = || Ok((answer.tensors("input")?, answer.tensors("output")?));
        tensors().map_err(Failure::Broken)
    }

    /// Sends a frame that begins with [`infer_frame`]'s bytes, and reads the outputs into `answer`.
    pub(crate) fn infer(
        &mut self,
        frame: &mut [u8],
        answer: &mut Vec<u8>,
        deadline: Duration,
        device: &Device,
    ) -> Result<(), Failure> {
        let op = self
            .process
            .call(Op::Infer, "for an inference", frame, answer, deadline)
            .map_err(Failure::Broken)?;
        if op == Op::Infer {
            return Ok(());
        }
        let refusal = Refusal::parse(answer).map_err(Failure::Broken)?;
        Err(Failure::Refused(refusal.explain(device, None, Vec::new())))
    }

    /// Closes a model, without waiting for that.
    pub(crate) fn close(&mut self, number: u32) -> Result<(), MobilintError> {
        let request = Request(vec![0; HEADER_LEN]).u32(number);
        let mut frame = request.0;
        self.process.post(Op::Close, &mut frame)
    }

    pub(crate) fn pid(&self) -> u32 {
        self.process.pid()
    }

    pub(crate) fn log(&self) -> Vec<String> {
        self.process.log()
    }

    pub(crate) fn watch(&self) -> Watch {
        self.process.watch()
    }

    pub(crate) fn kill(self) {
        self.process.kill();
    }

    fn check_version(&self, path: &Path) -> Result<(), MobilintError> {
        let supported = if self.info.module == "maccel" {
            Mxq::MACCEL_VERSIONS
        } else {
            Mxq::QBRUNTIME_VERSIONS
        };
        let mxq = Mxq::read(path)?;
        mxq.check_version(supported)
            .map_err(|problem| MobilintError::Mxq {
                file: path.display().to_string(),
                problem,
            })
    }

    fn ask(
        &mut self,
        op: Op,
        what: &'static str,
        frame: &mut [u8],
        deadline: Duration,
        device: &Device,
        path: Option<&Path>,
    ) -> Result<(), Failure> {
        let logged = self.process.log_len();
        let answered = self
            .process
            .call(op, what, frame, &mut self.answer, deadline)
            .map_err(Failure::Broken)?;
        if answered == op {
            return Ok(());
        }
        let refusal = Refusal::parse(&self.answer).map_err(Failure::Broken)?;
        // The log comes through another pipe, and is read by another thread.
        for _ in 0..LOG_LAG {
            thread::sleep(Duration::from_millis(1));
            if self.process.log_len() != logged {
                break;
            }
        }
        let log = self.process.log_since(logged);
        Err(Failure::Refused(refusal.explain(device, path, log)))
    }
}

/// How many milliseconds the lines of a refused request may take to arrive.
const LOG_LAG: usize = 10;

fn hello(device: &Device, probe: bool) -> Vec<u8> {
    Request(vec![0; HEADER_LEN])
        .text(device.target.name())
        .u32(device.number)
        .u32(probe.into())
        .0
}

fn open(number: u32, model: &OpenModel) -> Vec<u8> {
    let config = &model.config;
    let numbers: Vec<u32> = match &config.core_mode {
        CoreMode::Auto | CoreMode::Global8 => Vec::new(),
        CoreMode::Single(cores) => cores
            .iter()
            .map(|core| u32::from(core.cluster.number() * crate::Core::PER_CLUSTER + core.number))
            .collect(),
        CoreMode::Multi(clusters) | CoreMode::Global4(clusters) => clusters
            .iter()
            .map(|cluster| u32::from(cluster.number()))
            .collect(),
    };
    let mut request = Request(vec![0; HEADER_LEN])
        .u32(number)
        .text(config.device.target.name())
        .u32(config.device.number)
        .text(config.core_mode.name())
        .u32(numbers.len() as u32);
    for number in numbers {
        request = request.u32(number);
    }
    request
        .u32(config.input_type.code())
        .u32((config.layout == Layout::Chw).into())
        .u32((config.output_type == TensorType::F32).into())
        .u32(config.batch.map_or(0, |batch| batch.get()))
        .bytes(model.path.as_os_str().as_bytes())
        .0
}

/// The beginning of a frame that asks for an inference, before the inputs' bytes.
pub(crate) fn infer_frame(number: u32) -> Vec<u8> {
    Request(vec![0; HEADER_LEN]).u32(number).0
}

fn runtime_info(answer: &[u8]) -> Result<RuntimeInfo, MobilintError> {
    let mut answer = Answer(answer);
    Ok(RuntimeInfo {
        module: answer.text()?,
        version: answer.text()?,
        python: answer.text()?,
        devices: answer.texts()?,
    })
}

/// Why a worker refuses a request, in its own terms.
#[derive(Debug)]
struct Refusal {
    kind: String,
    text: String,
    module: String,
    version: String,
    devices: Vec<String>,
}

impl Refusal {
    fn parse(answer: &[u8]) -> Result<Self, MobilintError> {
        let mut answer = Answer(answer);
        Ok(Self {
            kind: answer.text()?,
            // The vendor's texts have a line that names a page; errors have one line.
            text: answer.text()?.trim().replace('\n', " "),
            module: answer.text()?,
            version: answer.text()?,
            devices: answer.texts()?,
        })
    }

    fn at_start(self, launch: &Launch) -> MobilintError {
        if self.kind == "no-runtime" {
            return MobilintError::NoRuntime {
                interpreter: launch.python.interpreter.clone(),
                reason: self.text,
            };
        }
        self.explain(&Device::default(), None, Vec::new())
    }

    fn explain(self, device: &Device, path: Option<&Path>, log: Vec<String>) -> MobilintError {
        let text = self.text;
        match self.kind.as_str() {
            "status" => explain_status(text, device, self.devices, path, log),
            "too-old" => MobilintError::RuntimeTooOld {
                module: self.module,
                version: self.version,
                reason: text,
            },
            "config" => MobilintError::Config {
                field: "core_mode",
                reason: text,
            },
            "protocol" => MobilintError::Protocol { reason: text },
            _ => MobilintError::Python { text, log },
        }
    }
}

pub(crate) fn explain_status(
    text: String,
    device: &Device,
    devices: Vec<String>,
    path: Option<&Path>,
    log: Vec<String>,
) -> MobilintError {
    let status = Status::find(&text);
    let nodes = Device::nodes();
    let device = device.clone();
    match (status, path) {
        (Status::FailedToLoadMxq | Status::BrokenMxq, Some(path)) => MobilintError::Mxq {
            file: path.display().to_string(),
            problem: MxqProblem::Refused { status, text, log },
        },
        (Status::DriverNotInitialized | Status::DeviceNotFound, _) => {
            let mut prefixes = device.target.node_prefixes().iter();
            let has_own = nodes
                .iter()
                .any(|node| prefixes.any(|prefix| node.starts_with(prefix)));
            let others = if devices.is_empty() { &nodes } else { &devices };
            if !others.is_empty() && !has_own {
                MobilintError::WrongDevice {
                    found: others.clone(),
                    device,
                    status,
                    text,
                }
            } else if status == Status::DriverNotInitialized {
                MobilintError::NoDriver {
                    device,
                    nodes,
                    text,
                }
            } else {
                MobilintError::NoDevice {
                    device,
                    nodes,
                    text,
                }
            }
        }
        (Status::AmbiguousDevice | Status::UnknownDevice | Status::IsNotSupportedHardware, _) => {
            MobilintError::WrongDevice {
                found: if devices.is_empty() { nodes } else { devices },
                device,
                status,
                text,
            }
        }
        _ => MobilintError::Runtime { status, text, log },
    }
}
