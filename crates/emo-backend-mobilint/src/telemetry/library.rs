#![expect(unsafe_code, reason = "the functions of the vendor's library")]

use std::{
    error::Error,
    ffi::{c_char, c_int, c_uint},
    fmt, fs,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError, Weak},
};

use libloading::Library;

use super::TelemetryReading;
use crate::{Device, MobilintError, Target};

/// The library's major version, to which the functions' arguments belong: those of version 0 lack the device's type.
const MAJOR_VERSION: u32 = 1;

// The library's numbers (`mbltmlStatusCode_t`, `mbltmlTargetDeviceType_t`) in versions 1.4 and 1.5.
const SUCCESS: c_uint = 0;
const UNINITIALIZED: c_uint = 1;
const DRIVER_NOT_FOUND: c_uint = 2;
const INVALID_ARGUMENT: c_uint = 3;
const NOT_SUPPORTED: c_uint = 4;
const DEVICE_NOT_FOUND: c_uint = 6;
const ARIES_RA: c_uint = 1;
const REGULUS_RA: c_uint = 2;
const ARIES_RB: c_uint = 3;
const REGULUS_RB: c_uint = 4;
const REGULUS_RA_USB: c_uint = 5;
const REGULUS_RB_USB: c_uint = 6;

/// What the library calls enough for a node's name.
const NODE_NAME_LEN: usize = 80;

type Get<T> = unsafe extern "C" fn(c_uint, c_int, *mut T) -> c_uint;

/// The library, initialized.
struct Mbltml {
    path: PathBuf,
    /// Held during each call: the vendor says nothing of threads.
    calls: Mutex<()>,
    shutdown: unsafe extern "C" fn() -> c_uint,
    target_device_count: unsafe extern "C" fn(c_uint, *mut c_uint) -> c_uint,
    node_name: unsafe extern "C" fn(c_uint, c_int, *mut c_char, c_int) -> c_uint,
    total_power: Get<f64>,
    total_current: Get<f64>,
    total_voltage: Get<f64>,
    total_utilization: Get<f64>,
    temperature: Get<c_int>,
    /// Last, so that it outlives the functions.
    _library: Library,
}

/// One device, through the library.
#[derive(Debug)]
pub(super) struct Reader {
    library: Arc<Mbltml>,
    device: Device,
    kind: c_uint,
    number: c_int,
}

impl Reader {
    pub(super) fn open(path: &Path, device: &Device) -> Result<Self, MobilintError> {
        let kinds = kinds(&device.target)?;
        let library = Mbltml::shared(path, device)?;
        let mut number = device.number;
        for &kind in kinds {
            let n_devices = library.count(kind)?;
            if number < n_devices {
                let number = c_int::try_from(number).unwrap_or(c_int::MAX);
                return Ok(Self {
                    library,
                    device: device.clone(),
                    kind,
                    number,
                });
            }
            number -= n_devices;
        }
        Err(MobilintError::NoDevice {
            device: device.clone(),
            nodes: Device::nodes(),
            text: format!("`{}` counts none of that number", path.display()),
        })
    }

    /// The device's node, as the library names it.
    pub(super) fn node(&self) -> Result<String, MobilintError> {
        let mut name = [0_u8; NODE_NAME_LEN];
        let len = NODE_NAME_LEN as c_int;
        let status = self.library.call(|library| {
            // SAFETY: The function has this signature in version 1; it writes at most `len` bytes to `name`.
            unsafe { (library.node_name)(self.kind, self.number, name.as_mut_ptr().cast(), len) }
        });
        self.check("mbltmlGetNodeName", status)?;
        let name = name.split(|&byte| byte == 0).next().unwrap_or_default();
        Ok(String::from_utf8_lossy(name).into_owned())
    }

    pub(super) fn read(&self) -> Result<TelemetryReading, MobilintError> {
        let library = &self.library;
        let temperature = self.get("mbltmlGetTemperature", library.temperature)?;
        Ok(TelemetryReading {
            power_watts: self.number("mbltmlGetTotalPower", library.total_power)?,
            current_amperes: self.number("mbltmlGetTotalCurrent", library.total_current)?,
            voltage_volts: self.number("mbltmlGetTotalVoltage", library.total_voltage)?,
            temperature_celsius: temperature.map(f64::from),
            utilization: self.number("mbltmlGetTotalUtilization", library.total_utilization)?,
        })
    }

    /// -1 is how the library says that it does not know.
    fn number(&self, what: &'static str, get: Get<f64>) -> Result<Option<f64>, MobilintError> {
        let value = self.get(what, get)?;
        Ok(value.filter(|value| value.is_finite() && *value >= 0.0))
    }

    /// Nothing if the device does not have it.
    fn get<T: Default>(&self, what: &'static str, get: Get<T>) -> Result<Option<T>, MobilintError> {
        let mut value = T::default();
        let status = self.library.call(|_| {
            // SAFETY: The functions of this type have this signature in version 1; they write one `T`.
            unsafe { get(self.kind, self.number, &raw mut value) }
        });
        if status == NOT_SUPPORTED {
            return Ok(None);
        }
        self.check(what, status)?;
        Ok(Some(value))
    }

    fn check(&self, what: &'static str, status: c_uint) -> Result<(), MobilintError> {
        if matches!(status, DEVICE_NOT_FOUND | INVALID_ARGUMENT) {
            return Err(MobilintError::NoDevice {
                device: self.device.clone(),
                nodes: Device::nodes(),
                text: answer(what, status),
            });
        }
        check(what, status)
    }
}

impl Mbltml {
    /// Initialization is the whole process' affair: the library stays initialized until its last user is gone.
    fn shared(path: &Path, device: &Device) -> Result<Arc<Self>, MobilintError> {
        static OPEN: Mutex<Vec<Weak<Mbltml>>> = Mutex::new(Vec::new());
        let mut open = OPEN.lock().unwrap_or_else(PoisonError::into_inner);
        let mut in_use = open.iter().filter_map(Weak::upgrade);
        if let Some(library) = in_use.find(|library| library.path == path) {
            return Ok(library);
        }
        let library = Arc::new(Self::open(path, device)?);
        open.retain(|weak| weak.strong_count() != 0);
        open.push(Arc::downgrade(&library));
        Ok(library)
    }

    fn open(path: &Path, device: &Device) -> Result<Self, MobilintError> {
        check_file_version(path)?;
        // SAFETY: Loading runs the library's initializers. It is the user who names the library.
        let library = unsafe { Library::new(path) }.map_err(|error| MobilintError::NoLibrary {
            path: path.to_owned(),
            reason: error
                .source()
                .map_or_else(|| error.to_string(), ToString::to_string),
        })?;
        // SAFETY: The functions have these signatures in version 1 of the library, of which versions 1.4 and 1.5 were
        // looked at; that the device's type is among them shows in the first of them, which version 0 does not have.
        let opened = unsafe {
            Self {
                target_device_count: function(&library, path, "mbltmlGetTargetDeviceCount")?,
                shutdown: function(&library, path, "mbltmlShutdown")?,
                node_name: function(&library, path, "mbltmlGetNodeName")?,
                total_power: function(&library, path, "mbltmlGetTotalPower")?,
                total_current: function(&library, path, "mbltmlGetTotalCurrent")?,
                total_voltage: function(&library, path, "mbltmlGetTotalVoltage")?,
                total_utilization: function(&library, path, "mbltmlGetTotalUtilization")?,
                temperature: function(&library, path, "mbltmlGetTemperature")?,
                path: path.to_owned(),
                calls: Mutex::new(()),
                _library: library,
            }
        };
        // SAFETY: As above.
        let init: unsafe extern "C" fn() -> c_uint =
            unsafe { function(&opened._library, path, "mbltmlInit")? };
        // SAFETY: As above.
        let status = unsafe { init() };
        if matches!(status, UNINITIALIZED | DRIVER_NOT_FOUND) {
            return Err(MobilintError::NoDriver {
                device: device.clone(),
                nodes: Device::nodes(),
                text: answer("mbltmlInit", status),
            });
        }
        check("mbltmlInit", status)?;
        Ok(opened)
    }

    fn call(&self, call: impl FnOnce(&Self) -> c_uint) -> c_uint {
        let _calls = self.calls.lock().unwrap_or_else(PoisonError::into_inner);
        call(self)
    }

    fn count(&self, kind: c_uint) -> Result<u32, MobilintError> {
        let mut count = 0;
        let status = self.call(|library| {
            // SAFETY: The function has this signature in version 1; it writes one number.
            unsafe { (library.target_device_count)(kind, &raw mut count) }
        });
        if status == DEVICE_NOT_FOUND {
            return Ok(0);
        }
        check("mbltmlGetTargetDeviceCount", status)?;
        Ok(count)
    }
}

impl Drop for Mbltml {
    fn drop(&mut self) {
        // There is nobody to tell of a failure.
        self.call(|library| {
            // SAFETY: The function has no arguments, and no call of another thread is under way.
            unsafe { (library.shutdown)() }
        });
    }
}

impl fmt::Debug for Mbltml {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mbltml")
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}

/// # Safety
/// The library's symbol of this name has the type `F`, which is that of a function.
unsafe fn function<F: Copy>(
    library: &Library,
    path: &Path,
    name: &'static str,
) -> Result<F, MobilintError> {
    // SAFETY: As the caller promises.
    match unsafe { library.get::<F>(name) } {
        Ok(symbol) => Ok(*symbol),
        Err(_) => Err(MobilintError::LibraryVersion {
            path: path.to_owned(),
            reason: format!("it has no {name}, as libmbltml of version {MAJOR_VERSION} has"),
        }),
    }
}

/// Refuses a file that is called after another version.
fn check_file_version(path: &Path) -> Result<(), MobilintError> {
    // The links that a package installs end at the file with the whole version.
    let file = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let version = name.split_once(".so.").map(|(_, version)| version);
    let major = version.and_then(|version| version.split('.').next()?.parse::<u32>().ok());
    match major {
        Some(major) if major != MAJOR_VERSION => Err(MobilintError::LibraryVersion {
            path: path.to_owned(),
            reason: format!("it is of version {major}, known is version {MAJOR_VERSION}"),
        }),
        _ => Ok(()),
    }
}

/// The library's device types of a target, in the order in which devices are counted.
fn kinds(target: &Target) -> Result<&'static [c_uint], MobilintError> {
    Ok(match target {
        Target::Auto => &[
            ARIES_RA,
            ARIES_RB,
            REGULUS_RA,
            REGULUS_RB,
            REGULUS_RA_USB,
            REGULUS_RB_USB,
        ],
        Target::Aries => &[ARIES_RA, ARIES_RB],
        Target::AriesRb => &[ARIES_RB],
        Target::Regulus => &[REGULUS_RA, REGULUS_RB],
        Target::RegulusRa => &[REGULUS_RA],
        Target::RegulusRb => &[REGULUS_RB],
        Target::RegulusUsb => &[REGULUS_RA_USB, REGULUS_RB_USB],
        Target::RegulusRaUsb => &[REGULUS_RA_USB],
        Target::RegulusRbUsb => &[REGULUS_RB_USB],
        Target::Other(name) => {
            return Err(MobilintError::Config {
                field: "device",
                reason: format!("libmbltml has no type of devices that is called {name}"),
            });
        }
    })
}

fn check(what: &'static str, status: c_uint) -> Result<(), MobilintError> {
    if status == SUCCESS {
        return Ok(());
    }
    Err(MobilintError::Telemetry {
        what,
        code: status,
        text: words(status),
    })
}

fn answer(what: &str, status: c_uint) -> String {
    format!("{what} answers {status} ({})", words(status))
}

fn words(status: c_uint) -> &'static str {
    match status {
        UNINITIALIZED => "not initialized, as where no driver is installed",
        DRIVER_NOT_FOUND => "no driver",
        INVALID_ARGUMENT => "invalid argument",
        NOT_SUPPORTED => "not supported by the device",
        5 => "too short a buffer",
        DEVICE_NOT_FOUND => "no device",
        _ => "a status that is not known",
    }
}
