//! A thousand openings leave no process, descriptor or memory behind, on either side. The two tests take turns, and
//! have a process of their own, because they count what it holds.

#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test fails where it stands")]

mod worker;

use std::{fs, path::Path, sync::Mutex};

use emo_backend::{
    ModelSource, Session,
    emo_tensor::{Tensor, TensorView},
};
use emo_backend_mobilint::{MobilintBackend, MobilintConfig, ModelConfig};
use worker::{
    children, descriptors, doubling, fake, mxq, newest, process, wait_until, without_device,
};

static TURN: Mutex<()> = Mutex::new(());

/// Counts before and after a thousand rounds.
fn leaves_nothing(backend: &MobilintBackend, round: impl Fn()) {
    for _ in 0..50 {
        round();
    }
    let (pids, _) = backend.workers();
    let (own, other) = (std::process::id(), pids[0]);
    let settled = || wait_until(|| children(other).is_empty());
    assert!(settled());
    let count = || {
        let others = fs::read_dir(format!("/proc/{other}/fd")).unwrap();
        (descriptors(), others.count(), children(own).len())
    };
    let pages = |pid| process(pid).unwrap().1;
    let (before, ours, theirs) = (count(), pages(own), pages(other));
    for _ in 0..1000 {
        round();
    }
    assert!(settled());
    assert_eq!(count(), before);
    assert_eq!(backend.workers(), (pids, 1));
    // A page in four openings: less than what any model, pipe or buffer takes.
    for (pid, before) in [(own, ours), (other, theirs)] {
        let grown = pages(pid).saturating_sub(before);
        eprintln!("process {pid} has grown from {before} by {grown} pages");
        assert!(grown < 250, "process {pid} has grown by {grown} pages");
    }
}

fn write(folder: &Path, bytes: &[u8]) -> ModelSource<'static> {
    let path = folder.join("model.mxq");
    fs::write(&path, bytes).unwrap();
    ModelSource::Path(path)
}

#[test]
fn a_thousand_sessions_leave_nothing() {
    let _turn = TURN.lock();
    let Some(config) = fake(&[]) else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let source = write(folder.path(), &doubling().read().unwrap());
    let backend = MobilintBackend::new(config);
    leaves_nothing(&backend, || {
        let mut session = backend.open(&source, &ModelConfig::default()).unwrap();
        let input = Tensor::zeros(
            session.inputs()[0].element_type,
            &session.inputs()[0].shape.clone(),
        );
        let views: [TensorView<'_>; 1] = [input.view()];
        session.run_to_tensors(&views).unwrap();
    });
}

/// The vendor's own wheel opens nothing here, and is asked for the device as well.
#[test]
fn a_thousand_refusals_leave_nothing() {
    let _turn = TURN.lock();
    let Some(python) = without_device(newest()) else {
        return;
    };
    let mut config = MobilintConfig::default();
    config.python = python;
    let folder = tempfile::tempdir().unwrap();
    let source = write(folder.path(), &mxq(7, &[0; 20_000]));
    let backend = MobilintBackend::new(config);
    leaves_nothing(&backend, || {
        assert!(backend.open(&source, &ModelConfig::default()).is_err());
        assert!(backend.inspect().is_err());
    });
}
