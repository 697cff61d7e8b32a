use std::{fmt, str::FromStr};

use crate::{MobilintError, Quantization, Target};

/// What a [`CompileKit`](crate::CompileKit) is written for.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct KitConfig {
    /// The version of the compiler that will read it. Default: 1.3.
    pub compiler: CompilerVersion,
    /// The NPU: [`Target::AriesRb`], [`Target::RegulusRa`], [`Target::RegulusRb`] or [`Target::RegulusRbUsb`].
    /// Compilers before 1.2 know an ARIES alone, and those before 1.3 no `regulus-rb-usb`. Default: `aries-rb`.
    pub target: Target,
    /// The cores that the model is to run on. A REGULUS has one core. Default: [`InferenceScheme::Single`].
    pub scheme: InferenceScheme,
    /// How the calibration samples are written. Default: [`SampleLayout::Hwc`].
    pub layout: SampleLayout,
    /// Where the channels of the model's input are. Default: `None`, which derives it: [`Channels::First`] of four axes
    /// and of three that a convolution reads, [`Channels::Absent`] of other three, and with two all are channels.
    pub channels: Option<Channels>,
    /// What the compiler computes on. Default: [`Processor::Cpu`], which every machine has.
    pub processor: Processor,
    /// Where a standardizer in front of the model is computed. Default: [`Standardizer::Npu`].
    pub standardizer: Standardizer,
    /// How the model is quantized.
    pub quantization: Quantization,
}

impl Default for KitConfig {
    fn default() -> Self {
        Self {
            compiler: CompilerVersion::V1_3,
            target: Target::AriesRb,
            scheme: InferenceScheme::default(),
            layout: SampleLayout::default(),
            channels: None,
            processor: Processor::default(),
            standardizer: Standardizer::default(),
            quantization: Quantization::default(),
        }
    }
}

/// A version of the vendor's compiler (`qbcompiler`, before 1.0 also `qubee`). They differ in the names and numbers of
/// their settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
#[expect(missing_docs, reason = "each variant is the version of its name")]
pub enum CompilerVersion {
    V0_12,
    V1_0,
    V1_1,
    V1_2,
    V1_3,
}

/// The cores that a model is compiled for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum InferenceScheme {
    /// Each local core computes whole inferences.
    #[default]
    Single,
    /// The local cores of a cluster share a batch.
    Multi,
    /// Four local cores compute one inference together.
    Global4,
    /// All eight local cores do.
    Global8,
    /// All of these that the model and the NPU support; the runtime must then be told which. Since 1.1.
    All,
}

/// How calibration samples are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum SampleLayout {
    /// As `[height, width, channels]`, which the compiler wants for a model that runs on the NPU as a whole.
    #[default]
    Hwc,
    /// As the model's own input, which it wants where a part of the model stays on the CPU (`cpu_offload`).
    Model,
}

/// Where the channels of an input are, behind the batch axis.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Channels {
    /// They come first: NCHW, NCW.
    First,
    /// They come last: NHWC, NWC.
    Last,
    /// There are none: the other axes are height and width.
    Absent,
}

/// Where the sums and products with constants are computed that come first in a model: a standardizer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Standardizer {
    /// On the NPU, with the rest. Its input is quantized with one scale before that, so that features of small numbers
    /// beside those of large ones lose their differences: [`Emulation`](crate::Emulation) shows how much.
    #[default]
    Npu,
    /// By the application. The operations leave the model, calibration samples are written as they come out of them,
    /// and `runtime.json` has the numbers.
    Host,
}

/// What the compiler computes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Processor {
    /// The machine's CPU.
    #[default]
    Cpu,
    /// A CUDA GPU.
    Gpu,
}

impl KitConfig {
    /// Checks that the settings go together.
    ///
    /// # Errors
    /// [`MobilintError::Config`].
    pub fn check(&self) -> Result<(), MobilintError> {
        let refuse = |field, reason: String| Err(MobilintError::Config { field, reason });
        let (compiler, target) = (self.compiler, &self.target);
        let since = match target {
            Target::AriesRb => CompilerVersion::V0_12,
            Target::RegulusRa | Target::RegulusRb => CompilerVersion::V1_2,
            Target::RegulusRbUsb => CompilerVersion::V1_3,
            other => {
                return refuse(
                    "target",
                    format!(
                        "the compiler knows aries-rb, regulus-ra, regulus-rb and regulus-rb-usb, not {other}"
                    ),
                );
            }
        };
        if compiler < since {
            return refuse(
                "target",
                format!("compilers before {since} do not know {target}"),
            );
        }
        if *target != Target::AriesRb && self.scheme != InferenceScheme::Single {
            return refuse(
                "scheme",
                format!("a REGULUS has one core: {} cannot run on it", self.scheme),
            );
        }
        if self.scheme == InferenceScheme::All && compiler < CompilerVersion::V1_1 {
            return refuse("scheme", "compilers before 1.1 do not know all".to_owned());
        }
        self.quantization.check()
    }
}

impl CompilerVersion {
    /// All of them, oldest first.
    pub const ALL: [Self; 5] = [Self::V0_12, Self::V1_0, Self::V1_1, Self::V1_2, Self::V1_3];

    /// `0.12`, `1.0`, `1.1`, `1.2` or `1.3`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::V0_12 => "0.12",
            Self::V1_0 => "1.0",
            Self::V1_1 => "1.1",
            Self::V1_2 => "1.2",
            Self::V1_3 => "1.3",
        }
    }
}

impl InferenceScheme {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Single,
        Self::Multi,
        Self::Global4,
        Self::Global8,
        Self::All,
    ];

    /// The compiler's name of it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Single => "single",
            Self::Multi => "multi",
            Self::Global4 => "global4",
            Self::Global8 => "global8",
            Self::All => "all",
        }
    }
}

impl SampleLayout {
    /// `hwc` or `model`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Hwc => "hwc",
            Self::Model => "model",
        }
    }
}

impl Processor {
    /// The compiler's name of it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Cpu => "cpu",
            Self::Gpu => "gpu",
        }
    }
}

impl FromStr for CompilerVersion {
    type Err = MobilintError;

    fn from_str(text: &str) -> Result<Self, MobilintError> {
        let found = Self::ALL.into_iter().find(|version| version.name() == text);
        found.ok_or_else(|| MobilintError::Config {
            field: "compiler",
            reason: format!(
                "{text:?} is none of {}",
                Self::ALL.map(Self::name).join(", ")
            ),
        })
    }
}

impl FromStr for InferenceScheme {
    type Err = MobilintError;

    fn from_str(text: &str) -> Result<Self, MobilintError> {
        let found = Self::ALL.into_iter().find(|scheme| scheme.name() == text);
        found.ok_or_else(|| MobilintError::Config {
            field: "scheme",
            reason: format!(
                "{text:?} is none of {}",
                Self::ALL.map(Self::name).join(", ")
            ),
        })
    }
}

impl fmt::Display for CompilerVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl fmt::Display for InferenceScheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_compiler_does_not_know_is_refused() {
        for (compiler, target, scheme, reason) in [
            ("0.12", Target::AriesRb, "global8", ""),
            ("1.3", Target::RegulusRbUsb, "single", ""),
            (
                "1.1",
                Target::RegulusRa,
                "single",
                "target: compilers before 1.2 do not know regulus-ra",
            ),
            (
                "1.2",
                Target::RegulusRbUsb,
                "single",
                "target: compilers before 1.3 do not know regulus-rb-usb",
            ),
            (
                "1.3",
                Target::RegulusRb,
                "multi",
                "scheme: a REGULUS has one core: multi cannot run on it",
            ),
            (
                "1.0",
                Target::AriesRb,
                "all",
                "scheme: compilers before 1.1 do not know all",
            ),
            (
                "1.3",
                Target::Auto,
                "single",
                "target: the compiler knows aries-rb, regulus-ra, regulus-rb and regulus-rb-usb, not auto",
            ),
        ] {
            let config = KitConfig {
                compiler: compiler.parse().unwrap(),
                target,
                scheme: scheme.parse().unwrap(),
                ..KitConfig::default()
            };
            let said = config
                .check()
                .map_or_else(|error| error.to_string(), |()| String::new());
            assert_eq!(said, reason);
        }
        assert!("2.0".parse::<CompilerVersion>().is_err());
    }
}
