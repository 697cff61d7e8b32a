#![expect(unsafe_code, reason = "requests to a driver are foreign functions")]

use std::{
    fs::File,
    io,
    os::fd::AsRawFd,
    path::{Path, PathBuf},
    ptr,
};

use super::{
    TelemetryReading,
    core_times::{N_CORES, N_SPANS, Span, utilization},
};
use crate::{Device, MobilintError, Target};

/// The driver's requests, as the Apache-2.0 `mobilint-device-plugin` has them: those without an argument answer with
/// their result, in thousandths of the unit where it is power, current or voltage.
mod request {
    use libc::{_IO, _IOWR, Ioctl};

    const MAGIC: u32 = b'A' as u32;

    pub(super) const TEMPERATURE: Ioctl = _IO(MAGIC, 7);
    pub(super) const TOTAL_POWER: Ioctl = _IO(MAGIC, 14);
    pub(super) const TOTAL_CURRENT: Ioctl = _IO(MAGIC, 15);
    pub(super) const CORE_MONITOR: Ioctl = _IOWR::<super::CoreMonitor>(MAGIC, 23);
    pub(super) const TOTAL_VOLTAGE: Ioctl = _IO(MAGIC, 31);
}

/// The argument of the request for the cores' times.
#[repr(C)]
struct CoreMonitor {
    /// Where the driver writes, [`N_SPANS`] of each core.
    spans: *mut Span,
    /// Where the driver writes the place of each core's youngest span.
    heads: [i32; N_CORES],
}

/// An ARIES, through its driver.
#[derive(Debug)]
pub(super) struct Reader {
    node: PathBuf,
    file: File,
    spans: Vec<Span>,
}

impl Reader {
    pub(super) fn open(node: Option<&Path>, device: &Device) -> Result<Self, MobilintError> {
        let node = match node {
            Some(node) => node.to_owned(),
            None => node_of(device)?,
        };
        let file = File::open(&node).map_err(|source| match source.kind() {
            io::ErrorKind::NotFound => absent(device, &node, &source),
            _ => MobilintError::Read {
                path: node.clone(),
                source,
            },
        })?;
        let reader = Self {
            node,
            file,
            spans: vec![Span::default(); N_SPANS * N_CORES],
        };
        reader.number("temperature", request::TEMPERATURE)?;
        Ok(reader)
    }

    pub(super) fn node(&self) -> &Path {
        &self.node
    }

    pub(super) fn read(&mut self) -> Result<TelemetryReading, MobilintError> {
        let thousandths = |what, request| -> Result<_, MobilintError> {
            Ok(Some(f64::from(self.number(what, request)?) / 1000.0))
        };
        Ok(TelemetryReading {
            power_watts: thousandths("power", request::TOTAL_POWER)?,
            current_amperes: thousandths("current", request::TOTAL_CURRENT)?,
            voltage_volts: thousandths("voltage", request::TOTAL_VOLTAGE)?,
            temperature_celsius: Some(self.number("temperature", request::TEMPERATURE)?.into()),
            utilization: self.utilization()?,
        })
    }

    fn number(&self, what: &'static str, request: libc::Ioctl) -> Result<i32, MobilintError> {
        // SAFETY: The descriptor is that of an open file, and the request has no argument to be read or written.
        let answer = unsafe { libc::ioctl(self.file.as_raw_fd(), request, 0) };
        if answer < 0 {
            return Err(self.refused(what));
        }
        Ok(answer)
    }

    /// Nothing if the driver is too old to have the request.
    fn utilization(&mut self) -> Result<Option<f64>, MobilintError> {
        let mut monitor = CoreMonitor {
            spans: self.spans.as_mut_ptr(),
            heads: [0; N_CORES],
        };
        // SAFETY: The request's number carries the size of `CoreMonitor`, which the driver reads and writes; it writes
        // `N_SPANS * N_CORES` spans to `spans`, which has as many and is not used by anybody else meanwhile.
        let answer = unsafe {
            libc::ioctl(
                self.file.as_raw_fd(),
                request::CORE_MONITOR,
                ptr::from_mut(&mut monitor),
            )
        };
        if answer < 0 {
            return match io::Error::last_os_error().raw_os_error() {
                Some(libc::ENOTTY) => Ok(None),
                _ => Err(self.refused("load of the cores")),
            };
        }
        Ok(Some(utilization(&self.spans, monotonic_us())))
    }

    fn refused(&self, what: &'static str) -> MobilintError {
        MobilintError::Ioctl {
            node: self.node.clone(),
            what,
            source: io::Error::last_os_error(),
        }
    }
}

fn node_of(device: &Device) -> Result<PathBuf, MobilintError> {
    match device.target {
        Target::Auto | Target::Aries | Target::AriesRb => {
            Ok(PathBuf::from(format!("/dev/aries{}", device.number)))
        }
        _ => Err(MobilintError::Config {
            field: "device",
            reason: format!("the driver's requests are known for an ARIES alone, not for {device}"),
        }),
    }
}

fn absent(device: &Device, node: &Path, source: &io::Error) -> MobilintError {
    let nodes = Device::nodes();
    let device = device.clone();
    let text = format!("`{}`: {source}", node.display());
    if nodes.is_empty() {
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

/// The clock of the driver's times.
fn monotonic_us() -> i64 {
    let mut time = libc::timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    // SAFETY: The pointer is to a `timespec` that may be written. The clock exists, so that the call cannot fail.
    unsafe { libc::clock_gettime(libc::CLOCK_MONOTONIC, &raw mut time) };
    #[allow(
        clippy::useless_conversion,
        reason = "both are narrower on some targets"
    )]
    let (seconds, nanoseconds) = (i64::from(time.tv_sec), i64::from(time.tv_nsec));
    seconds * 1_000_000 + nanoseconds / 1000
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As the C macros of `<linux/ioctl.h>` give them on x86-64 and AArch64: `_IO('A', n)` is 0x4100 + n, and
    /// `_IOWR('A', 23, 48 bytes)` has the direction in the two highest bits and the size in the 14 below.
    #[test]
    #[cfg(target_pointer_width = "64")]
    fn requests_are_numbered_as_in_c() {
        for (request, expected) in [
            (request::TEMPERATURE, 0x0000_4107),
            (request::TOTAL_POWER, 0x0000_410E),
            (request::TOTAL_CURRENT, 0x0000_410F),
            (request::CORE_MONITOR, 0xC030_4117),
            (request::TOTAL_VOLTAGE, 0x0000_411F),
        ] {
            assert_eq!(request, expected, "{request:#x}");
        }
    }
}
