//! Power, temperature and load of an NPU while it runs.

mod core_times;
#[cfg(target_os = "linux")]
mod driver;
mod library;

use std::{
    fmt,
    path::{Path, PathBuf},
};

use crate::{Device, MobilintError};

/// Where [`Telemetry`] reads, and of which NPU.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct TelemetryConfig {
    /// The NPU. Default: the first of the machine.
    pub device: Device,
    /// Through what. Default: [`TelemetryVia::Auto`].
    pub via: TelemetryVia,
    /// The vendor's library, a path or a name that the system's loader finds. Default: `libmbltml.so.1`
    /// (`mbltml.dll` on Windows). The wheel `mobilint-ml` brings it as `mbltml/libmbltml.so.1.….`
    pub library: PathBuf,
    /// The driver's node, if it has another path than the driver gives it, as in a container. Default: that of the
    /// device.
    pub node: Option<PathBuf>,
}

/// Through what [`Telemetry`] reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum TelemetryVia {
    /// Through the vendor's library if there is one, or else the driver; [`Telemetry::source`] tells which it was.
    /// A library that is there and does not work is an error. The default.
    #[default]
    Auto,
    /// Through the vendor's library, `libmbltml`.
    Library,
    /// Through requests to the driver, which are known for an ARIES under Linux alone.
    Driver,
}

/// What was read from, for reports.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum TelemetrySource {
    /// The vendor's library.
    Library {
        /// Its file, as configured.
        path: PathBuf,
        /// The node of the device, in the library's words.
        node: String,
    },
    /// The driver.
    Driver {
        /// The device's node.
        node: PathBuf,
    },
}

/// What an NPU says of itself; `None` is what this kind of device, or its driver, does not say.
///
/// The numbers are of the whole device. Those of power, current and voltage change about once a second, so that the
/// energy of an inference needs many of them: loops of 10 s and more, with what the idle device takes subtracted.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
#[non_exhaustive]
pub struct TelemetryReading {
    /// Power, in watts. A REGULUS does not say.
    pub power_watts: Option<f64>,
    /// Current, in amperes.
    pub current_amperes: Option<f64>,
    /// Supply voltage, in volts.
    pub voltage_volts: Option<f64>,
    /// Temperature of the die, in degrees Celsius.
    pub temperature_celsius: Option<f64>,
    /// Share of the last second in which the local cores computed, their mean, 0 to 1.
    pub utilization: Option<f64>,
}

/// Reads power, temperature and load of one NPU.
///
/// # Example
/// ```
/// use emo_backend_mobilint::{MobilintError, Telemetry, TelemetryConfig};
///
/// match Telemetry::new(&TelemetryConfig::default()) {
///     Ok(mut telemetry) => {
///         let reading = telemetry.read()?;
///         println!("{}: {reading:?}", telemetry.source());
///     }
///     Err(MobilintError::NoDriver { .. } | MobilintError::NoDevice { .. }) => println!("no NPU"),
///     Err(error) => println!("{error}"),
/// }
/// # Ok::<(), MobilintError>(())
/// ```
#[derive(Debug)]
pub struct Telemetry {
    reader: Reader,
    source: TelemetrySource,
}

#[derive(Debug)]
enum Reader {
    Library(library::Reader),
    #[cfg(target_os = "linux")]
    Driver(driver::Reader),
}

#[cfg(windows)]
const LIBRARY: &str = "mbltml.dll";
#[cfg(not(windows))]
const LIBRARY: &str = "libmbltml.so.1";

impl Default for TelemetryConfig {
    fn default() -> Self {
        Self::new(Device::default())
    }
}

impl TelemetryConfig {
    /// The readings of a device, with everything else as by default.
    pub fn new(device: impl Into<Device>) -> Self {
        Self {
            device: device.into(),
            via: TelemetryVia::Auto,
            library: PathBuf::from(LIBRARY),
            node: None,
        }
    }
}

impl Telemetry {
    /// Opens the library or the driver's node, and sees that the device is there.
    ///
    /// # Errors
    /// - [`MobilintError::NoLibrary`] if there is none where only it may be read;
    /// - [`MobilintError::LibraryVersion`] if it has the functions of another version;
    /// - [`MobilintError::NoDriver`], [`MobilintError::NoDevice`];
    /// - [`MobilintError::Ioctl`] if the node is none of an ARIES;
    /// - [`MobilintError::Read`] if it may not be opened;
    /// - [`MobilintError::Config`] for a device that the driver's requests are not known for.
    pub fn new(config: &TelemetryConfig) -> Result<Self, MobilintError> {
        match config.via {
            TelemetryVia::Library => Self::with_library(config),
            TelemetryVia::Driver => Self::with_driver(config),
            TelemetryVia::Auto => match Self::with_library(config) {
                Err(MobilintError::NoLibrary { .. }) => Self::with_driver(config),
                other => other,
            },
        }
    }

    fn with_library(config: &TelemetryConfig) -> Result<Self, MobilintError> {
        let reader = library::Reader::open(&config.library, &config.device)?;
        let source = TelemetrySource::Library {
            path: config.library.clone(),
            node: reader.node()?,
        };
        Ok(Self {
            reader: Reader::Library(reader),
            source,
        })
    }

    #[cfg(target_os = "linux")]
    fn with_driver(config: &TelemetryConfig) -> Result<Self, MobilintError> {
        let reader = driver::Reader::open(config.node.as_deref(), &config.device)?;
        let source = TelemetrySource::Driver {
            node: reader.node().to_owned(),
        };
        Ok(Self {
            reader: Reader::Driver(reader),
            source,
        })
    }

    #[cfg(not(target_os = "linux"))]
    fn with_driver(config: &TelemetryConfig) -> Result<Self, MobilintError> {
        Err(MobilintError::NoDriver {
            device: config.device.clone(),
            nodes: Vec::new(),
            text: "the driver's requests are known for Linux alone".to_owned(),
        })
    }

    /// What is read from.
    pub fn source(&self) -> &TelemetrySource {
        &self.source
    }

    /// The numbers of this moment.
    ///
    /// # Errors
    /// [`MobilintError::Telemetry`] with the library's status, [`MobilintError::Ioctl`] with the driver's.
    pub fn read(&mut self) -> Result<TelemetryReading, MobilintError> {
        match &mut self.reader {
            Reader::Library(reader) => reader.read(),
            #[cfg(target_os = "linux")]
            Reader::Driver(reader) => reader.read(),
        }
    }
}

impl fmt::Display for TelemetrySource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (path, node): (&Path, _) = match self {
            Self::Library { path, node } => (path, node),
            Self::Driver { node } => return write!(f, "the driver's {}", node.display()),
        };
        write!(f, "{} on {node}", path.display())
    }
}
