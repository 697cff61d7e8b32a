use std::{
    ffi::OsString,
    fs::{self, File, OpenOptions},
    io::{self, Read as _, Write as _},
    path::{Path, PathBuf},
};

/// Reads a file that is at most `limit` bytes long; of a longer one, one byte more than that.
pub(crate) fn read(path: &Path, limit: usize) -> io::Result<Vec<u8>> {
    let bound = u64::try_from(limit).map_or(u64::MAX, |limit| limit.saturating_add(1));
    let file = File::open(path)?;
    let len = file.metadata()?.len().min(bound);
    let mut bytes = Vec::new();
    bytes.try_reserve_exact(usize::try_from(len).unwrap_or(limit))?;
    file.take(bound).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Writes a new file beside `path` and gives it that name once it is whole and on the disk.
///
/// After an error neither the new file nor a change to an old one is left.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let (temporary, mut file) = create_beside(path)?;
    let written = file.write_all(bytes).and_then(|()| file.sync_all());
    drop(file);
    let renamed = written.and_then(|()| fs::rename(&temporary, path));
    if renamed.is_err() {
        // The first error is the one to tell; the file may be gone already.
        let _ = fs::remove_file(&temporary);
    }
    renamed
}

/// Creates a file that was not there, in the folder of `path`.
fn create_beside(path: &Path) -> io::Result<(PathBuf, File)> {
    const ATTEMPTS: u32 = 1000;
    let name = path.file_name().ok_or(io::ErrorKind::InvalidInput)?;
    let mut attempt = 0;
    loop {
        let mut temporary = OsString::from(".");
        temporary.push(name);
        temporary.push(format!(".{}-{attempt}.tmp", std::process::id()));
        let temporary = path.with_file_name(temporary);
        match OpenOptions::new()
            .write(true)
            .create_new(true)
            .open(&temporary)
        {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists && attempt < ATTEMPTS => {
                attempt += 1;
            }
            opened => return Ok((temporary, opened?)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<OsString> {
        let entries = fs::read_dir(folder).unwrap();
        entries.map(|entry| entry.unwrap().file_name()).collect()
    }

    #[test]
    fn a_file_is_replaced_as_a_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("model.onnx");
        for content in [&b"first"[..], b"second"] {
            write(&path, content).unwrap();
            assert_eq!(fs::read(&path).unwrap(), content);
        }
        assert_eq!(names(folder.path()), ["model.onnx"]);
    }

    #[test]
    fn an_error_leaves_nothing_behind() {
        let folder = tempfile::tempdir().unwrap();
        // A folder cannot be replaced by a file.
        let path = folder.path().join("model.onnx");
        fs::create_dir(&path).unwrap();
        write(&path, b"model").unwrap_err();
        assert_eq!(names(folder.path()), ["model.onnx"]);
        assert!(path.is_dir());
        write(&folder.path().join("absent/model.onnx"), b"model").unwrap_err();
        write(Path::new("/"), b"model").unwrap_err();
    }

    #[test]
    fn a_name_that_is_taken_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("m");
        let (taken, _) = create_beside(&path).unwrap();
        write(&path, b"model").unwrap();
        assert!(taken.exists());
        assert_eq!(fs::read(&path).unwrap(), b"model");
    }

    #[test]
    fn reading_ends_behind_the_limit() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("m");
        fs::write(&path, b"model").unwrap();
        assert_eq!(read(&path, 5).unwrap(), b"model");
        assert_eq!(read(&path, 2).unwrap(), b"mod");
    }
}
