//! The shim, compiled against a stand-in of our own for the vendor's runtime.

#![allow(dead_code, reason = "no test uses all of it")]

use std::{
    env,
    path::{Path, PathBuf},
    process::Command,
    sync::OnceLock,
};

use tempfile::TempDir;

pub(crate) fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/stand_in")
}

/// Compiles the shim as users do; `None`, and says so, where there is no compiler.
pub(crate) fn build(output: &Path, libraries: &Path, flags: &str) -> Option<()> {
    let compiler = env::var("CXX").unwrap_or_else(|_| "c++".to_owned());
    if let Err(error) = Command::new(&compiler).arg("--version").output() {
        eprintln!("skipped: {compiler}: {error}");
        return None;
    }
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("scripts/build_shim");
    let include = folder();
    let output = Command::new(script)
        .arg(output)
        .env(
            "CXXFLAGS",
            format!("-Werror -Wextra -I{} {flags}", include.display()),
        )
        .env("QBRUNTIME_LIBS", libraries)
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{text}");
    Some(())
}

/// The shim with the stand-in in place of the vendor's library.
pub(crate) fn shim() -> Option<PathBuf> {
    static SHIM: OnceLock<Option<(TempDir, PathBuf)>> = OnceLock::new();
    let built = SHIM.get_or_init(|| {
        let temporary = TempDir::new().unwrap();
        let path = temporary.path().join("libemo_qbruntime_shim.so");
        build(&path, &folder().join("stand_in.cpp"), "")?;
        Some((temporary, path))
    });
    built.as_ref().map(|(_, path)| path.clone())
}

/// A file that the stand-in reads.
pub(crate) fn model(words: &str) -> Vec<u8> {
    let body = format!("{}\n{words}", words.len());
    [b".MXQ", &[0, 0, 7, 0], body.as_bytes()].concat()
}
