//! What the tests share: the interpreters with the vendor's wheels, and the fake of its module.

#![allow(
    dead_code,
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "each test file uses its part, and fails where it stands"
)]

use std::{
    env, fs,
    path::{Path, PathBuf},
    time::Duration,
};

use emo_backend_mobilint::{MobilintConfig, PythonConfig};

/// The interpreter with the newest wheel; it says where to get it if there is none.
pub fn newest() -> Option<PythonConfig> {
    interpreter("EMO_QBRUNTIME_PYTHON")
}

/// The interpreter with the wheel 1.3.2.
pub fn older() -> Option<PythonConfig> {
    interpreter("EMO_QBRUNTIME_1_3_2_PYTHON")
}

fn interpreter(variable: &str) -> Option<PythonConfig> {
    let path = env::var_os(variable);
    if path.is_none() {
        eprintln!(
            "skipped: {variable} is not set; see crates/emo-backend-mobilint/scripts/vendor_wheels"
        );
    }
    path.map(PythonConfig::new)
}

/// A configuration with the fake in place of the vendor's module, with `FAKE_…` variables set.
pub fn fake(variables: &[(&str, &str)]) -> Option<MobilintConfig> {
    let mut python = newest()?
        .with_python_path(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fake"))
        .with_env("FAKE_NPU", fake_npu());
    for (name, value) in variables {
        python = python.with_env(name, value);
    }
    let mut config = MobilintConfig::default();
    config.python = python;
    config.restart_delay = Duration::from_millis(20);
    Some(config)
}

/// The example of that name, which lies beside the tests' folder.
fn fake_npu() -> PathBuf {
    let test = env::current_exe().unwrap();
    let path = test.parent().unwrap().join("../examples/fake_npu");
    assert!(path.exists(), "build it: cargo build --example fake_npu");
    path
}

/// The bytes of an MXQ file: a header and something behind it.
pub fn mxq(version: u16, rest: &[u8]) -> Vec<u8> {
    [b".MXQ", &[0, 0][..], &version.to_le_bytes(), rest].concat()
}

/// The state letter and the resident pages of a process, if it exists.
pub fn process(pid: u32) -> Option<(char, u64)> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let (_, fields) = stat.rsplit_once(") ")?;
    let fields: Vec<&str> = fields.split(' ').collect();
    Some((fields[0].chars().next()?, fields[21].parse().ok()?))
}

/// The processes whose parent is `pid`.
pub fn children(pid: u32) -> Vec<u32> {
    let entries = fs::read_dir("/proc").unwrap();
    let pids = entries.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok());
    pids.filter(|child: &u32| {
        let stat = fs::read_to_string(format!("/proc/{child}/stat")).unwrap_or_default();
        let parent = stat
            .rsplit_once(") ")
            .and_then(|(_, fields)| fields.split(' ').nth(1)?.parse::<u32>().ok());
        parent == Some(pid)
    })
    .collect()
}

/// How many descriptors this process has open.
pub fn descriptors() -> usize {
    fs::read_dir("/proc/self/fd").unwrap().count()
}
