use std::{
    ffi::OsString,
    fs::{self, File},
    io::{self, BufWriter, Write},
    path::Path,
};

/// Writes a new file beside `path` and gives it this name once it is whole. Errors name the path.
pub fn replace(
    path: &Path,
    write: impl FnOnce(&mut BufWriter<File>) -> io::Result<()>,
) -> io::Result<()> {
    let mut partial = OsString::from(path);
    partial.push(format!(".{}.partial", std::process::id()));
    let named =
        |error: io::Error| io::Error::new(error.kind(), format!("{}: {error}", path.display()));
    let mut file = BufWriter::new(File::create_new(&partial).map_err(named)?);
    let result = write(&mut file)
        .and_then(|()| file.flush())
        .and_then(|()| fs::rename(&partial, path));
    if result.is_err() {
        // The first error is the one that counts.
        let _ = fs::remove_file(&partial);
    }
    result.map_err(named)
}
