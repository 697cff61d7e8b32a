use std::{
    error::Error,
    fs,
    path::{Path, PathBuf},
};

/// Finds all `*.onnx` under `folder`.
pub(crate) fn models(folder: &Path, paths: &mut Vec<PathBuf>) -> Result<(), Box<dyn Error>> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            models(&path, paths)?;
        } else if path
            .extension()
            .is_some_and(|extension| extension == "onnx")
        {
            paths.push(path);
        }
    }
    Ok(())
}
