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
    thread,
    time::{Duration, Instant},
};

use emo_backend::{ModelSource, emo_tensor::ElementType};
use emo_backend_cpu::emo_onnx::GraphBuilder;
use emo_backend_mobilint::{Device, MobilintConfig, PythonConfig};

/// The interpreter with the newest wheel; it says where to get it if there is none.
pub(crate) fn newest() -> Option<PythonConfig> {
    interpreter("EMO_QBRUNTIME_PYTHON")
}

/// The interpreter with the wheel 1.3.2.
pub(crate) fn older() -> Option<PythonConfig> {
    interpreter("EMO_QBRUNTIME_1_3_2_PYTHON")
}

/// Machines with a device answer otherwise, and are not what some tests are about.
pub(crate) fn without_device(python: Option<PythonConfig>) -> Option<PythonConfig> {
    let nodes = Device::nodes();
    if !nodes.is_empty() {
        eprintln!("skipped: this machine has {nodes:?}");
        return None;
    }
    python
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
pub(crate) fn fake(variables: &[(&str, &str)]) -> Option<MobilintConfig> {
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
pub(crate) fn mxq(version: u16, rest: &[u8]) -> Vec<u8> {
    [b".MXQ", &[0, 0][..], &version.to_le_bytes(), rest].concat()
}

/// The state letter and the resident pages of a process, if it exists.
pub(crate) fn process(pid: u32) -> Option<(char, u64)> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let (_, fields) = stat.rsplit_once(") ")?;
    let fields: Vec<&str> = fields.split(' ').collect();
    Some((fields[0].chars().next()?, fields[21].parse().ok()?))
}

/// The processes whose parent is `pid`.
pub(crate) fn children(pid: u32) -> Vec<u32> {
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
pub(crate) fn descriptors() -> usize {
    fs::read_dir("/proc/self/fd").unwrap().count()
}

/// A fake model that adds its input `[1, 2, 3]` to itself.
pub(crate) fn doubling() -> ModelSource<'static> {
    let mut graph = GraphBuilder::new("doubling");
    let x = graph.input("x", ElementType::F32, &[1, 2, 3]);
    let y = graph.node("y", "Add", &[&x, &x], []);
    graph.output(&y, ElementType::F32, &[1, 2, 3]);
    let onnx = graph.build(13).unwrap().to_bytes();
    ModelSource::Bytes(mxq(7, &onnx).into())
}

/// Long enough for a worker to start under load.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// Whether something becomes true in time.
pub(crate) fn wait_until(mut done: impl FnMut() -> bool) -> bool {
    let begin = Instant::now();
    while begin.elapsed() < PATIENCE {
        if done() {
            return true;
        }
        thread::sleep(Duration::from_millis(5));
    }
    false
}
