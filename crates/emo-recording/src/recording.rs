use std::fs::File;
use std::io::Read;
use std::path::Path;

use crate::edf::{is_bdf, is_edf};
use crate::{Channel, CsvConfig, RecordingError, read_csv, read_edf};

/// The most samples of a recording, over all channels: 1 GiB in memory, or 9 hours of 32 channels at 256 Hz.
pub const MAX_SAMPLES: usize = 1 << 28;

/// Signals that were recorded together.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Recording {
    /// The channels in the file's order, at least one.
    pub channels: Vec<Channel>,
}

impl Recording {
    /// Reads a file: EDF by its content, CSV by its extension (`csv`, `tsv` or `txt`), with [`CsvConfig::default`].
    ///
    /// # Errors
    /// [`RecordingError::File`] with the path, around what [`read_edf`] or [`read_csv`] found, or
    /// [`RecordingError::UnknownFormat`], [`RecordingError::Unsupported`] or [`RecordingError::Io`].
    pub fn read(path: impl AsRef<Path>) -> Result<Self, RecordingError> {
        Self::read_with(path, &CsvConfig::default())
    }

    /// Reads a file as [`read`](Self::read), with settings for what a table does not say; other formats ignore them.
    ///
    /// # Errors
    /// As [`read`](Self::read).
    pub fn read_with(path: impl AsRef<Path>, csv: &CsvConfig) -> Result<Self, RecordingError> {
        let path = path.as_ref();
        read_file(path, csv).map_err(|source| RecordingError::File {
            path: path.to_owned(),
            source: Box::new(source),
        })
    }

    /// The channels' names, in their order.
    pub fn channel_names(&self) -> Vec<&str> {
        self.channels
            .iter()
            .map(|channel| channel.name.as_str())
            .collect()
    }
}

fn read_file(path: &Path, csv: &CsvConfig) -> Result<Recording, RecordingError> {
    let mut file = File::open(path)?;
    let mut start = Vec::new();
    file.by_ref().take(8).read_to_end(&mut start)?;
    let extension = path
        .extension()
        .map(|extension| extension.to_string_lossy().to_lowercase())
        .unwrap_or_default();
    let is_named_edf = extension == "edf";
    let reader = start.as_slice().chain(file);
    if is_bdf(&start) || is_edf(&start) || is_named_edf {
        return read_edf(reader);
    }
    match extension.as_str() {
        "csv" | "tsv" | "txt" => read_csv(reader, csv),
        _ => Err(RecordingError::UnknownFormat { extension }),
    }
}
