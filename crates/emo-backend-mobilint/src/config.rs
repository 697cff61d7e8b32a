use std::{num::NonZeroU32, num::NonZeroUsize, time::Duration};

use emo_backend::emo_tensor::{ElementType, TensorInfo};

use crate::{CoreMode, Device, LogSink, MobilintError, PythonConfig};

/// How a [`MobilintBackend`](crate::MobilintBackend) starts its workers and what it expects of them.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct MobilintConfig {
    /// The interpreter with the vendor's wheel. Default: `python3`.
    pub python: PythonConfig,
    /// Which of the vendor's modules to use. Default: the newer one that can be imported.
    pub runtime: RuntimeModule,
    /// How [`Backend::load`](emo_backend::Backend::load) opens models.
    pub model: ModelConfig,
    /// How many worker processes there may be; each model lives in the one that has the fewest. Default: 1.
    pub workers: NonZeroUsize,
    /// The time that a run has, including that for which other models have the worker or it is started again.
    /// Default: 5 s.
    pub deadline: Duration,
    /// The time that opening a model or a device has. Default: 60 s.
    pub open_deadline: Duration,
    /// The time that a worker has to start and import the vendor's module. Default: 30 s.
    pub start_deadline: Duration,
    /// The time that a worker has to end by itself, before it is killed. Default: 2 s.
    pub grace: Duration,
    /// The time between a worker's failure and its restart; it doubles with each failure that follows without a
    /// successful run between. Default: 100 ms.
    pub restart_delay: Duration,
    /// The most that it doubles to. Default: 10 s.
    pub max_restart_delay: Duration,
    /// How many lines of a worker's log are kept. Default: 256.
    pub log_lines: usize,
    /// Takes the lines of the workers' logs. Default: nobody.
    pub log: Option<LogSink>,
}

impl Default for MobilintConfig {
    fn default() -> Self {
        Self {
            python: PythonConfig::default(),
            runtime: RuntimeModule::Auto,
            model: ModelConfig::default(),
            workers: NonZeroUsize::MIN,
            deadline: Duration::from_secs(5),
            open_deadline: Duration::from_secs(60),
            start_deadline: Duration::from_secs(30),
            grace: Duration::from_secs(2),
            restart_delay: Duration::from_millis(100),
            max_restart_delay: Duration::from_secs(10),
            log_lines: 256,
            log: None,
        }
    }
}

/// How a model is opened.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct ModelConfig {
    /// The NPU. Default: the only one of the machine.
    pub device: Device,
    /// Its cores. Default: as the model was compiled.
    pub core_mode: CoreMode,
    /// The elements that the model is given: `f32`, which the runtime quantizes itself; `u8` for a model with
    /// preprocessing compiled in; `i8` for numbers that are quantized already. Default: `f32`.
    pub input_type: TensorType,
    /// The elements that it gives: `f32`, or with inputs of `i8` also `i8`, as the device computed them.
    /// Default: `f32`.
    pub output_type: TensorType,
    /// The order of the axes of inputs and outputs. Default: height, width, channels, as the hardware has it.
    pub layout: Layout,
    /// How many examples a run takes, as a first axis of that extent. Default: `None`, one without such an axis.
    pub batch: Option<NonZeroU32>,
    /// Names and shapes for the session's inputs, in place of `input_0`, … and the runtime's shapes. Each needs as
    /// many elements, and the order in memory is not changed: `[1, 9, 5]` can stand for `[9, 5, 1]`. Default: none.
    pub inputs: Vec<TensorInfo>,
    /// The same for its outputs.
    pub outputs: Vec<TensorInfo>,
}

/// A type that elements at the border of a model can have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum TensorType {
    /// `f32`. The default.
    #[default]
    F32,
    /// `u8`.
    U8,
    /// `i8`.
    I8,
}

/// The order of the axes of a tensor, outermost first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Layout {
    /// Height, width, channels. The default.
    #[default]
    Hwc,
    /// Channels, height, width.
    Chw,
}

/// The vendor's Python modules.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum RuntimeModule {
    /// [`Qbruntime`](Self::Qbruntime) if it can be imported, or else [`Maccel`](Self::Maccel). The default.
    #[default]
    Auto,
    /// `qbruntime`, of the wheel `mobilint-qb-runtime`.
    Qbruntime,
    /// `maccel`, of the wheel of that name, for models up to version 6.
    Maccel,
}

impl RuntimeModule {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Qbruntime => "qbruntime",
            Self::Maccel => "maccel",
        }
    }
}

impl TensorType {
    pub(crate) const fn code(self) -> u32 {
        match self {
            Self::F32 => 0,
            Self::U8 => 1,
            Self::I8 => 2,
        }
    }

    /// The type of the elements in a session's tensors.
    pub const fn element_type(self) -> ElementType {
        match self {
            Self::F32 => ElementType::F32,
            Self::U8 => ElementType::U8,
            Self::I8 => ElementType::I8,
        }
    }
}

impl ModelConfig {
    /// A model on a device, with everything else as by default.
    pub fn new(device: impl Into<Device>) -> Self {
        Self {
            device: device.into(),
            ..Self::default()
        }
    }

    /// What contradicts itself before anybody is asked.
    pub(crate) fn check(&self) -> Result<(), MobilintError> {
        let refuse = |field, reason: &str| {
            Err(MobilintError::Config {
                field,
                reason: reason.to_owned(),
            })
        };
        match (&self.core_mode, self.input_type, self.output_type) {
            (CoreMode::Single(cores), ..) if cores.is_empty() => {
                refuse("core_mode", "single cores without a core")
            }
            (CoreMode::Single(cores), ..)
                if cores
                    .iter()
                    .any(|core| core.number >= crate::Core::PER_CLUSTER) =>
            {
                refuse("core_mode", "a cluster has the cores 0 to 3")
            }
            (CoreMode::Multi(clusters) | CoreMode::Global4(clusters), ..)
                if clusters.is_empty() =>
            {
                refuse("core_mode", "clusters without a cluster")
            }
            (_, _, TensorType::U8) => refuse("output_type", "no runtime gives u8"),
            (_, TensorType::F32 | TensorType::U8, TensorType::I8) => {
                refuse("output_type", "i8 is given for inputs of i8 alone")
            }
            _ => Ok(()),
        }
    }
}

/// The runtime's descriptions under the names and shapes of the configuration.
pub(crate) fn rename(
    role: &'static str,
    told: Vec<TensorInfo>,
    wanted: &[TensorInfo],
) -> Result<Vec<TensorInfo>, MobilintError> {
    if wanted.is_empty() {
        return Ok(told);
    }
    let fits = told.len() == wanted.len()
        && told.iter().zip(wanted).all(|(told, wanted)| {
            told.element_type == wanted.element_type && told.len() == wanted.len()
        });
    if fits {
        return Ok(wanted.to_vec());
    }
    let list = |infos: &[TensorInfo]| {
        let texts: Vec<String> = infos.iter().map(TensorInfo::to_string).collect();
        texts.join(", ")
    };
    Err(MobilintError::Config {
        field: role,
        reason: format!("the model has [{}], not [{}]", list(&told), list(wanted)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Cluster, Core};

    fn refusal(change: impl FnOnce(&mut ModelConfig)) -> Option<String> {
        let mut config = ModelConfig::default();
        change(&mut config);
        config.check().err().map(|error| error.to_string())
    }

    #[test]
    fn contradictions_are_named() {
        assert_eq!(refusal(|_| {}), None);
        let single = |cores| refusal(|config| config.core_mode = CoreMode::Single(cores));
        assert!(single(Vec::new()).is_some());
        assert!(single(vec![Core::new(Cluster::Cluster1, 4)]).is_some());
        assert!(refusal(|config| config.core_mode = CoreMode::Global4(Vec::new())).is_some());
        assert_eq!(
            refusal(|config| config.output_type = TensorType::I8).as_deref(),
            Some("output_type: i8 is given for inputs of i8 alone")
        );
    }

    #[test]
    fn names_and_shapes_can_be_given_but_not_sizes() {
        let told = || vec![TensorInfo::new("input_0", ElementType::F32, vec![9, 5, 1])];
        let wanted = |shape| vec![TensorInfo::new("x", ElementType::F32, shape)];
        assert_eq!(
            rename("inputs", told(), &wanted(vec![1, 9, 5])).unwrap(),
            wanted(vec![1, 9, 5])
        );
        assert_eq!(rename("inputs", told(), &[]).unwrap(), told());
        assert_eq!(
            rename("inputs", told(), &wanted(vec![1, 9, 4]))
                .unwrap_err()
                .to_string(),
            "inputs: the model has [input_0: f32[9, 5, 1]], not [x: f32[1, 9, 4]]"
        );
    }
}
