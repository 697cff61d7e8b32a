use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;

use crate::RecordingError;
use crate::lines::beginning;

/// Opens a file that another one names, as `open` does, if the name is a plain one.
pub(crate) fn open_sister<R: Read>(
    format: &'static str,
    place: &str,
    name: &str,
    open: &mut impl FnMut(&str) -> io::Result<R>,
) -> Result<R, RecordingError> {
    let is_plain = !name.is_empty()
        && name != "."
        && name != ".."
        && !name.contains(['/', '\\', ':'])
        && !name.chars().any(char::is_control);
    if !is_plain {
        return Err(RecordingError::InvalidValue {
            format,
            place: place.to_owned(),
            value: beginning(name),
            expected: "the plain name of a file in the same folder",
        });
    }
    open(name).map_err(|error| beside(name, error.into()))
}

/// Names the file that an error is about.
pub(crate) fn beside(name: &str, source: RecordingError) -> RecordingError {
    RecordingError::Sister {
        name: name.to_owned(),
        source: Box::new(source),
    }
}

/// Opens a regular file of a folder; links are not followed.
pub(crate) fn open_in(folder: &Path, name: &str) -> io::Result<File> {
    let path = folder.join(name);
    if !fs::symlink_metadata(&path)?.is_file() {
        return Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            "not a regular file",
        ));
    }
    File::open(path)
}
