use std::{fs::File, io::Read, ops::RangeInclusive, path::Path};

use crate::{MobilintError, Status, error::tail};

/// The header of an MXQ file, in which the vendor's compiler keeps a model.
///
/// The container is proprietary: what is known is its magic, its version and that a checksum covers the whole file.
/// So the header is judged here, before a device is opened, and the rest by the vendor's runtime.
///
/// # Example
/// ```
/// use emo_backend_mobilint::Mxq;
///
/// let file = [b".MXQ", &[1, 0, 7, 0], &[0_u8; 24][..]].concat();
/// let mxq = Mxq::from_bytes(&file)?;
/// assert_eq!((mxq.version, mxq.minor), (7, 1));
/// assert!(Mxq::from_bytes(b"this is no model").is_err());
/// # Ok::<(), emo_backend_mobilint::MobilintError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Mxq {
    /// The format's version.
    pub version: u16,
    /// Its minor version.
    pub minor: u16,
    /// The file's size in bytes.
    pub size: u64,
}

/// Why a file is no MXQ file that a runtime can load.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MxqProblem {
    /// There is no header, or nothing after it.
    #[error("it has {size} bytes, a model has more than {}", Mxq::HEADER_LEN)]
    TooShort {
        /// The file's size in bytes.
        size: u64,
    },
    /// It begins with something else than `.MXQ`.
    #[error("it begins with the bytes {actual:02x?}, not with `.MXQ`")]
    Magic {
        /// Its first four bytes.
        actual: [u8; 4],
    },
    /// It is an ONNX model, which is to be compiled first.
    #[error("it looks like an ONNX model, which the vendor's compiler has to compile first")]
    Onnx,
    /// Its version is not one that the runtime knows.
    #[error(
        "its version is {version}.{minor}, the runtime loads versions {} to {}",
        supported.start(), supported.end()
    )]
    Version {
        /// The file's version.
        version: u16,
        /// Its minor version.
        minor: u16,
        /// The versions that can be loaded.
        supported: RangeInclusive<u16>,
    },
    /// The header is good, but the runtime does not take what follows.
    #[error("the runtime says {text}{}", tail(log))]
    Refused {
        /// The vendor's status.
        status: Status,
        /// The vendor's words.
        text: String,
        /// What the runtime logged meanwhile, such as that the checksum is wrong.
        log: Vec<String>,
    },
}

impl Mxq {
    /// The bytes that magic and versions take.
    pub const HEADER_LEN: usize = 8;
    /// The versions that the runtime `qbruntime` loads (1.0 to 1.5).
    pub const QBRUNTIME_VERSIONS: RangeInclusive<u16> = 2..=7;
    /// The versions that the older runtime `maccel` loads (0.29 and 0.30).
    pub const MACCEL_VERSIONS: RangeInclusive<u16> = 1..=6;

    /// Reads the header of a file; its other bytes are not read.
    ///
    /// # Errors
    /// [`MobilintError::Read`] if it cannot be read, [`MobilintError::Mxq`] if it is none; both name the file.
    pub fn read(path: impl AsRef<Path>) -> Result<Self, MobilintError> {
        let path = path.as_ref();
        let read = || {
            let mut file = File::open(path)?;
            let size = file.metadata()?.len();
            let mut header = Vec::with_capacity(Self::HEADER_LEN);
            file.by_ref()
                .take(Self::HEADER_LEN as u64)
                .read_to_end(&mut header)?;
            Ok((header, size))
        };
        let (header, size) = read().map_err(|source| MobilintError::Read {
            path: path.to_owned(),
            source,
        })?;
        Self::parse(&header, size).map_err(|problem| MobilintError::Mxq {
            file: path.display().to_string(),
            problem,
        })
    }

    /// Reads the header of a file that is in memory.
    ///
    /// # Errors
    /// [`MobilintError::Mxq`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, MobilintError> {
        Self::parse(bytes, bytes.len() as u64).map_err(|problem| MobilintError::Mxq {
            file: "(in memory)".to_owned(),
            problem,
        })
    }

    /// Checks that a runtime which loads `supported` versions loads this file.
    ///
    /// # Errors
    /// [`MxqProblem::Version`].
    pub fn check_version(&self, supported: RangeInclusive<u16>) -> Result<(), MxqProblem> {
        if supported.contains(&self.version) {
            return Ok(());
        }
        Err(MxqProblem::Version {
            version: self.version,
            minor: self.minor,
            supported,
        })
    }

    /// Versions that no runtime loads are refused here, the others by the runtime that is asked.
    fn parse(bytes: &[u8], size: u64) -> Result<Self, MxqProblem> {
        let &[a, b, c, d, minor_low, minor_high, low, high, ..] = bytes else {
            return Err(MxqProblem::TooShort { size });
        };
        let magic = [a, b, c, d];
        if magic != *b".MXQ" {
            // An ONNX file begins with its field 1, the IR version, which is a small number.
            return Err(if a == 0x08 && b < 0x20 && c == 0x12 {
                MxqProblem::Onnx
            } else {
                MxqProblem::Magic { actual: magic }
            });
        }
        if size <= Self::HEADER_LEN as u64 {
            return Err(MxqProblem::TooShort { size });
        }
        let mxq = Self {
            version: u16::from_le_bytes([low, high]),
            minor: u16::from_le_bytes([minor_low, minor_high]),
            size,
        };
        mxq.check_version(*Self::MACCEL_VERSIONS.start()..=*Self::QBRUNTIME_VERSIONS.end())?;
        Ok(mxq)
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use proptest::prelude::*;

    use super::*;

    fn file(version: u16, minor: u16, rest: usize) -> Vec<u8> {
        let mut bytes = b".MXQ".to_vec();
        bytes.extend(minor.to_le_bytes());
        bytes.extend(version.to_le_bytes());
        bytes.resize(8 + rest, 0);
        bytes
    }

    #[test]
    fn the_minor_version_comes_first() {
        let mxq = Mxq::from_bytes(&file(6, 258, 10)).unwrap();
        assert_eq!((mxq.version, mxq.minor, mxq.size), (6, 258, 18));
    }

    #[test]
    fn versions_of_either_runtime_are_read() {
        for version in 0..=9 {
            let read = Mxq::from_bytes(&file(version, 0, 1));
            assert_eq!(read.is_ok(), (1..=7).contains(&version), "{version}");
        }
        let oldest = Mxq::from_bytes(&file(1, 0, 1)).unwrap();
        assert!(oldest.check_version(Mxq::MACCEL_VERSIONS).is_ok());
        assert_eq!(
            oldest.check_version(Mxq::QBRUNTIME_VERSIONS).unwrap_err(),
            MxqProblem::Version {
                version: 1,
                minor: 0,
                supported: 2..=7
            }
        );
    }

    #[test]
    fn a_refusal_names_the_file_and_the_reason() {
        let folder = tempfile::tempdir().unwrap();
        let cases: [(&str, &[u8], &str); 5] = [
            ("empty.mxq", &[], "it has 0 bytes, a model has more than 8"),
            (
                "header.mxq",
                &file(7, 0, 0),
                "it has 8 bytes, a model has more than 8",
            ),
            (
                "text.mxq",
                b"no model at all",
                "it begins with the bytes [6e, 6f, 20, 6d], not with `.MXQ`",
            ),
            (
                "model.onnx",
                &[0x08, 0x08, 0x12, 0x07, b'p', b'y', b't', b'o'],
                "it looks like an ONNX model, which the vendor's compiler has to compile first",
            ),
            (
                "next.mxq",
                &file(8, 3, 4),
                "its version is 8.3, the runtime loads versions 1 to 7",
            ),
        ];
        for (name, bytes, reason) in cases {
            let path = folder.path().join(name);
            fs::write(&path, bytes).unwrap();
            let error = Mxq::read(&path).unwrap_err();
            assert_eq!(
                error.to_string(),
                format!("`{}` is no usable MXQ file: {reason}", path.display())
            );
        }
    }

    #[test]
    fn a_missing_file_is_named() {
        let error = Mxq::read("no-such-folder/model.mxq").unwrap_err();
        assert_eq!(
            error.to_string(),
            "cannot read `no-such-folder/model.mxq`: No such file or directory (os error 2)"
        );
    }

    proptest! {
        #[test]
        fn any_bytes_are_judged(bytes in proptest::collection::vec(any::<u8>(), 0..64), mark: bool) {
            let mut bytes = bytes;
            if mark && bytes.len() >= 4 {
                bytes[..4].copy_from_slice(b".MXQ");
            }
            if let Ok(mxq) = Mxq::from_bytes(&bytes) {
                prop_assert!(bytes.starts_with(b".MXQ") && (1..=7).contains(&mxq.version));
                prop_assert_eq!(mxq.size, bytes.len() as u64);
            }
        }
    }
}
