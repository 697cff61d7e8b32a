use std::{
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError},
};

use super::{Record, Trial};
use crate::QuantError;

/// The finished trials, in memory and in a file.
#[derive(Debug)]
pub(super) struct Journal {
    path: Option<PathBuf>,
    head: Head,
    records: Mutex<Vec<Record>>,
}

/// What a record belongs to: the file's first line.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
struct Head {
    /// As hexadecimal digits, since JSON's numbers may lose some of 64 bits.
    model: String,
    data: String,
}

impl Journal {
    /// Reads what stands in the file, if there is one.
    pub(super) fn open(path: Option<&Path>, model: u64, data: u64) -> Result<Self, QuantError> {
        let head = Head {
            model: format!("{model:016x}"),
            data: format!("{data:016x}"),
        };
        let mut records = Vec::new();
        if let Some(path) = path {
            let failed = |reason: String| QuantError::Journal {
                path: path.to_owned(),
                reason,
            };
            match fs::read_to_string(path) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(failed(error.to_string())),
                Ok(text) => {
                    let mut lines = text.lines();
                    let first = lines.next().unwrap_or_default();
                    let read: Head =
                        serde_json::from_str(first).map_err(|error| failed(error.to_string()))?;
                    if read != head {
                        return Err(failed("it is of another model or other data".to_owned()));
                    }
                    for line in lines {
                        records.push(
                            serde_json::from_str(line)
                                .map_err(|error| failed(error.to_string()))?,
                        );
                    }
                }
            }
        }
        Ok(Self {
            path: path.map(Path::to_owned),
            head,
            records: Mutex::new(records),
        })
    }

    pub(super) fn find(&self, trial: &Trial) -> Option<Record> {
        self.lock()
            .iter()
            .find(|record| record.trial == *trial)
            .cloned()
    }

    /// Adds a record, writes the file, and says how many there are.
    pub(super) fn add(&self, record: Record) -> Result<usize, QuantError> {
        let mut records = self.lock();
        records.push(record);
        if let Some(path) = &self.path {
            self.write(path, &records)
                .map_err(|error| QuantError::Journal {
                    path: path.clone(),
                    reason: error.to_string(),
                })?;
        }
        Ok(records.len())
    }

    fn write(&self, path: &Path, records: &[Record]) -> io::Result<()> {
        let mut name = path.file_name().unwrap_or_default().to_owned();
        name.push(".new");
        let beside = path.with_file_name(name);
        let mut file = io::BufWriter::new(fs::File::create(&beside)?);
        writeln!(file, "{}", serde_json::to_string(&self.head)?)?;
        for record in records {
            writeln!(file, "{}", serde_json::to_string(record)?)?;
        }
        file.into_inner()?.sync_all()?;
        fs::rename(beside, path)
    }

    /// A thread that panicked leaves whole records behind.
    fn lock(&self) -> MutexGuard<'_, Vec<Record>> {
        self.records.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
