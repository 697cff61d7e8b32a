use std::ffi::OsStr;
use std::fs::File;
use std::io::Read;
use std::path::Path;

use crate::brainvision_header::is_header as is_brainvision;
use crate::csv::read_named_csv;
use crate::edf::is_edf;
use crate::sister::open_in;
use crate::xdf::is_xdf;
use crate::{
    Annotation, Channel, CsvConfig, RecordingError, StartTime, read_brainvision, read_edf,
    read_empatica, read_wfdb, read_xdf,
};

/// The most samples of a recording, over all channels: 1 GiB in memory, or 9 hours of 32 channels at 256 Hz.
pub const MAX_SAMPLES: usize = 1 << 28;

/// Signals that were recorded together.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Recording {
    /// The channels in the file's order, at least one.
    pub channels: Vec<Channel>,
    /// What happened meanwhile, by onset.
    pub annotations: Vec<Annotation>,
    /// When it began; none if the file does not say.
    pub start: Option<StartTime>,
}

impl Recording {
    /// Reads a file: EDF, BDF, XDF and BrainVision's header by their content, WFDB (`hea`) and tables (`csv`, `tsv` or
    /// `txt`) by their extension, with [`CsvConfig::default`]; or the folder of an Empatica E4.
    ///
    /// Of BrainVision and WFDB it is the header that is given; the files that it names are in the same folder.
    ///
    /// # Errors
    /// [`RecordingError::File`] with the path, around what [`read_edf`], [`read_brainvision`],
    /// [`read_wfdb`], [`read_xdf`], [`read_csv`](crate::read_csv) or [`read_empatica`] found, or
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
    if path.is_dir() {
        return read_empatica(|name| open_in(path, name));
    }
    let mut file = File::open(path)?;
    let mut start = Vec::new();
    file.by_ref().take(16).read_to_end(&mut start)?;
    let lower = |part: Option<&OsStr>| part.map(|part| part.to_string_lossy().to_lowercase());
    let extension = lower(path.extension()).unwrap_or_default();
    let folder = path.parent().unwrap_or(Path::new(""));
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    let reader = start.as_slice().chain(file);
    if is_edf(&start) {
        return read_edf(reader);
    }
    if is_xdf(&start) {
        return read_xdf(reader);
    }
    if is_brainvision(&start) {
        return read_brainvision(reader, &stem, |name| open_in(folder, name));
    }
    match extension.as_str() {
        "edf" | "bdf" => read_edf(reader),
        "xdf" => read_xdf(reader),
        "vhdr" => read_brainvision(reader, &stem, |name| open_in(folder, name)),
        "hea" => read_wfdb(reader, &stem, |name| open_in(folder, name)),
        "csv" | "tsv" | "txt" => read_named_csv(reader, csv, &stem),
        _ => Err(RecordingError::UnknownFormat { extension }),
    }
}
