//! Tensors whose elements stand in another file.

use std::{
    fs::{File, OpenOptions},
    io::{self, Read as _, Seek as _, SeekFrom},
    path::{Path, PathBuf},
};

use crate::{
    OnnxError, limits,
    proto::{GraphProto, StringStringEntryProto, tensor_proto::DataLocation},
};

/// What a reader may take from beside the model's own bytes.
///
/// # Example
/// ```no_run
/// use emo_onnx::{Model, ReadOptions};
///
/// let mut options = ReadOptions::default();
/// options.external_folder = Some("models".into());
/// let model = Model::read_with("models/large.onnx", &options)?;
/// # Ok::<(), emo_onnx::OnnxError>(())
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct ReadOptions {
    /// The folder with the files that tensors may stand in; by default none, and a model with such tensors is
    /// refused. Models name their files by a plain name. A file must be a regular one that goes by that name
    /// alone: symbolic links are not followed, nor are files with several hard links opened.
    pub external_folder: Option<PathBuf>,
    /// The most bytes that tensors take from such files in total; by default 2³¹ − 1, as the longest model.
    pub external_limit: usize,
}

impl Default for ReadOptions {
    fn default() -> Self {
        Self {
            external_folder: None,
            external_limit: limits::FILE_LEN,
        }
    }
}

/// How a model is written.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct WriteOptions {
    /// The name of a file, beside the model's, for the elements of large initializers; by default none, and all stand
    /// in the model's file.
    pub external_name: Option<String>,
    /// How many bytes an initializer must have to go there; by default 1024, as in the Python package `onnx` 1.23.
    pub external_threshold: usize,
}

impl Default for WriteOptions {
    fn default() -> Self {
        Self {
            external_name: None,
            external_threshold: 1024,
        }
    }
}

/// Moves the raw bytes of large initializers out of `graph` and its subgraphs to the end of `data`, as if that were
/// the file `name`.
pub(crate) fn move_out(graph: &mut GraphProto, name: &str, threshold: usize, data: &mut Vec<u8>) {
    for tensor in &mut graph.initializer {
        let Some(raw) = tensor.raw_data.take_if(|raw| raw.len() >= threshold) else {
            continue;
        };
        data.resize(data.len().next_multiple_of(ALIGNMENT), 0);
        tensor.external_data = [
            ("location", name.to_owned()),
            ("offset", data.len().to_string()),
            ("length", raw.len().to_string()),
        ]
        .map(|(key, value)| StringStringEntryProto {
            key: Some(key.to_owned()),
            value: Some(value),
        })
        .to_vec();
        tensor.data_location = Some(DataLocation::External.into());
        data.extend(raw);
    }
    let attributes = graph.node.iter_mut().flat_map(|node| &mut node.attribute);
    for attribute in attributes {
        for graph in attribute.g.iter_mut().chain(&mut attribute.graphs) {
            move_out(graph, name, threshold, data);
        }
    }
}

/// Where tensors begin in a file of their own: at the multiples of a memory page, so that ONNX Runtime can map them.
const ALIGNMENT: usize = 4096;

/// The files beside a model while that is read.
#[derive(Debug)]
pub(crate) struct Files<'a> {
    folder: Option<&'a Path>,
    limit: usize,
    taken: usize,
}

impl<'a> Files<'a> {
    pub(crate) fn new(options: &'a ReadOptions) -> Self {
        Self {
            folder: options.external_folder.as_deref(),
            limit: options.external_limit,
            taken: 0,
        }
    }

    /// No files at all.
    pub(crate) const fn none() -> Self {
        Self {
            folder: None,
            limit: 0,
            taken: 0,
        }
    }

    /// Checks that files beside the model may be read.
    pub(crate) fn check_allowed(&self, place: &str) -> Result<&'a Path, OnnxError> {
        self.folder.ok_or_else(|| OnnxError::ExternalData {
            place: place.to_owned(),
        })
    }

    /// The `expected` bytes of a tensor that `entries` describe.
    pub(crate) fn load(
        &mut self,
        entries: &[StringStringEntryProto],
        expected: usize,
        place: &str,
    ) -> Result<Vec<u8>, OnnxError> {
        let folder = self.check_allowed(place)?;
        let Location {
            name,
            offset,
            length,
        } = Location::new(entries, place)?;
        if let Some(actual) = length.filter(|length| *length != expected) {
            return Err(OnnxError::DataLen {
                place: place.to_owned(),
                actual,
                expected,
                unit: "bytes",
            });
        }
        self.taken = self.taken.saturating_add(expected);
        if self.taken > self.limit {
            return Err(OnnxError::Limit {
                place: place.to_owned(),
                what: "bytes in other files",
                actual: self.taken,
                limit: self.limit,
            });
        }
        let path = folder.join(name);
        let failed = |source| OnnxError::ExternalFile {
            place: place.to_owned(),
            path: path.clone(),
            source,
        };
        let mut file = open(&path).map_err(failed)?;
        let file_len = file.metadata().map_err(failed)?.len();
        let end = u64::try_from(expected)
            .ok()
            .and_then(|len| offset.checked_add(len));
        if end.is_none_or(|end| end > file_len) {
            return Err(OnnxError::ExternalRange {
                place: place.to_owned(),
                path,
                offset,
                len: expected,
                file_len,
            });
        }
        let mut bytes = Vec::new();
        bytes
            .try_reserve_exact(expected)
            .map_err(|_| failed(io::ErrorKind::OutOfMemory.into()))?;
        file.seek(SeekFrom::Start(offset)).map_err(failed)?;
        // A file may shrink while it is read.
        let bound = u64::try_from(expected).unwrap_or(u64::MAX);
        file.take(bound).read_to_end(&mut bytes).map_err(failed)?;
        if bytes.len() != expected {
            return Err(failed(io::ErrorKind::UnexpectedEof.into()));
        }
        Ok(bytes)
    }
}

/// Where a tensor's bytes stand.
struct Location<'e> {
    name: &'e str,
    offset: u64,
    length: Option<usize>,
}

impl<'e> Location<'e> {
    /// Reads the entries; keys that say nothing of the place, such as `checksum`, are passed over.
    fn new(entries: &'e [StringStringEntryProto], place: &str) -> Result<Self, OnnxError> {
        let entry = |key: &'static str| {
            let mut values = entries
                .iter()
                .filter(|entry| entry.key() == key)
                .map(|entry| entry.value());
            let value = values.next();
            match values.next() {
                None => Ok(value),
                Some(_) => Err(OnnxError::Duplicate {
                    place: place.to_owned(),
                    what: "entry of external data",
                    name: key.to_owned(),
                }),
            }
        };
        let number = |key: &'static str| match entry(key)? {
            None => Ok(None),
            Some(text) => match text.parse::<u64>() {
                Ok(number) => Ok(Some(number)),
                Err(_) => Err(OnnxError::ExternalEntry {
                    place: place.to_owned(),
                    key,
                    value: text.to_owned(),
                    expected: "a count of bytes",
                }),
            },
        };
        let name = entry("location")?.ok_or_else(|| OnnxError::Missing {
            place: place.to_owned(),
            what: "location of its external data",
        })?;
        if !is_plain_name(name) {
            return Err(OnnxError::ExternalEntry {
                place: place.to_owned(),
                key: "location",
                value: name.to_owned(),
                expected: "a plain file name",
            });
        }
        Ok(Self {
            name,
            offset: number("offset")?.unwrap_or(0),
            length: number("length")?.map(|length| usize::try_from(length).unwrap_or(usize::MAX)),
        })
    }
}

/// Whether `name` is that of a file in whatever folder it is looked for, on any system.
pub(crate) fn is_plain_name(name: &str) -> bool {
    let is_separator = |character: char| matches!(character, '/' | '\\' | ':') || character < ' ';
    !matches!(name, "" | "." | "..") && !name.contains(is_separator)
}

/// Opens a regular file that goes by this name alone.
#[cfg(unix)]
fn open(path: &Path) -> io::Result<File> {
    use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};

    // What is opened is judged, not what stood at the path before: nothing can be put in its place between the
    // two. Without O_NONBLOCK opening a pipe would wait for its writer.
    let file = OpenOptions::new()
        .read(true)
        .custom_flags(libc::O_NOFOLLOW | libc::O_NONBLOCK)
        .open(path)?;
    let metadata = file.metadata()?;
    if !metadata.is_file() {
        return Err(io::Error::other("not a regular file"));
    }
    if metadata.nlink() != 1 {
        return Err(io::Error::other("a file with several hard links"));
    }
    Ok(file)
}

/// Opens a regular file that is no link.
#[cfg(not(unix))]
fn open(path: &Path) -> io::Result<File> {
    if !path.symlink_metadata()?.is_file() {
        return Err(io::Error::other("not a regular file"));
    }
    let file = OpenOptions::new().read(true).open(path)?;
    if !file.metadata()?.is_file() {
        return Err(io::Error::other("not a regular file"));
    }
    Ok(file)
}
