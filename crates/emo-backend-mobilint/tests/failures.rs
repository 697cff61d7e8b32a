//! Workers that die, hang, stop or flood, under the fake of the vendor's module: no call takes longer than its
//! deadline, nothing is left behind, and the next worker does the work.

#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test fails where it stands")]

mod worker;

use std::{
    env,
    io::{BufRead, BufReader, Write},
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use emo_backend::emo_tensor::{ElementType, Tensor};
use emo_backend_mobilint::{
    MobilintBackend, MobilintConfig, MobilintError, MobilintSession, ModelConfig,
};
use ndarray::{ArrayD, IxDyn};
use worker::{PATIENCE, children, doubling, fake, process, wait_until};

/// What a machine under load may add to a deadline.
const SLACK: Duration = Duration::from_secs(2);
fn open(config: MobilintConfig) -> (MobilintBackend, MobilintSession) {
    let backend = MobilintBackend::new(config);
    let session = backend.open(&doubling(), &ModelConfig::default()).unwrap();
    (backend, session)
}

/// Runs once; how long that took, and what went wrong.
fn run(session: &mut MobilintSession) -> (Duration, Option<MobilintError>) {
    let x = ArrayD::from_elem(IxDyn(&[1, 2, 3]), 1.5_f32);
    let input = Tensor::from(x);
    let mut output = Tensor::zeros(ElementType::F32, &[1, 2, 3]);
    let begin = Instant::now();
    let result = session.infer(&[input.view()], &mut [output.view_mut()]);
    let time = begin.elapsed();
    if result.is_ok() {
        let doubled = output.as_array::<f32>().unwrap();
        assert!(doubled.iter().all(|&y| y == 3.0));
    }
    (time, result.err())
}

/// Runs until it succeeds, which a restart makes it.
fn run_until_ready(session: &mut MobilintSession) {
    let begin = Instant::now();
    while let (time, Some(error)) = run(session) {
        assert!(time < session.deadline() + SLACK, "{time:?}");
        assert!(matches!(error, MobilintError::Restarting { .. }), "{error}");
        assert!(begin.elapsed() < PATIENCE, "{error}");
    }
}

fn is_gone(pid: u32) -> bool {
    wait_until(|| process(pid).is_none())
}

/// Runs twice, the second time into trouble.
fn second_run_fails(
    behaviour: &str,
    is_expected: fn(&MobilintError) -> bool,
) -> Option<(MobilintBackend, MobilintSession)> {
    let mut config = fake(&[("FAKE_ON_INFER", behaviour)])?;
    config.deadline = PATIENCE;
    let (backend, mut session) = open(config);
    let (_, none) = run(&mut session);
    assert!(none.is_none(), "{none:?}");
    let (pids, _) = backend.workers();
    session.set_deadline(Duration::from_millis(300));
    let (time, error) = run(&mut session);
    let error = error.unwrap();
    assert!(is_expected(&error), "{error}");
    assert!(time < session.deadline() + SLACK, "{time:?}");
    assert!(is_gone(pids[0]));
    run_until_ready(&mut session);
    assert_eq!(backend.workers().1, 2);
    Some((backend, session))
}

#[test]
fn a_worker_that_is_killed_is_started_again() {
    second_run_fails(
        "kill:2",
        |error| matches!(error, MobilintError::WorkerEnded { exit, .. } if exit.contains("SIGKILL")),
    );
}

#[test]
fn a_worker_that_hangs_is_ended_at_the_deadline() {
    second_run_fails("hang:2", |error| {
        matches!(error, MobilintError::Deadline { .. })
    });
}

#[test]
fn a_worker_that_is_stopped_is_ended_at_the_deadline() {
    second_run_fails("stop:2", |error| {
        matches!(error, MobilintError::Deadline { .. })
    });
}

#[test]
fn a_flood_in_the_log_does_not_block() {
    let Some(mut config) = fake(&[("FAKE_ON_INFER", "flood")]) else {
        return;
    };
    config.deadline = Duration::from_millis(300);
    let (backend, mut session) = open(config);
    let (pids, _) = backend.workers();
    let (time, error) = run(&mut session);
    assert!(time < session.deadline() + SLACK, "{time:?}");
    let Some(MobilintError::Deadline { log, .. }) = error else {
        unreachable!("{error:?}")
    };
    assert!(!log.is_empty() && log.iter().all(|line| line.starts_with("flood ")));
    assert!(is_gone(pids[0]));
}

#[test]
fn a_sink_that_never_returns_does_not_block() {
    let Some(mut config) = fake(&[("FAKE_ON_INFER", "flood")]) else {
        return;
    };
    config.deadline = Duration::from_millis(300);
    config.log = Some(emo_backend_mobilint::LogSink::new(|line| {
        if line.starts_with("flood") {
            thread::park_timeout(PATIENCE);
        }
    }));
    let (_backend, mut session) = open(config);
    let (time, error) = run(&mut session);
    assert!(time < session.deadline() + SLACK, "{time:?}");
    assert!(
        matches!(error, Some(MobilintError::Deadline { .. })),
        "{error:?}"
    );
}

#[test]
fn each_failure_in_a_row_takes_twice_as_long() {
    let Some(mut config) = fake(&[("FAKE_ON_INFER", "kill:1")]) else {
        return;
    };
    config.deadline = PATIENCE;
    config.restart_delay = Duration::from_millis(50);
    let (backend, mut session) = open(config);
    let begin = Instant::now();
    for starts in 1..=4 {
        let (_, error) = run(&mut session);
        assert!(
            matches!(error, Some(MobilintError::WorkerEnded { .. })),
            "{error:?}"
        );
        assert_eq!(backend.workers().1, starts);
    }
    // 50, 100 and 200 ms between four workers.
    assert!(begin.elapsed() > Duration::from_millis(350));
}

/// Sends a signal by the shell, so that the tests need no unsafe code.
fn signal(name: &str, pid: u32) {
    let status = Command::new("kill")
        .args([&format!("-{name}"), &pid.to_string()])
        .status();
    assert!(status.unwrap().success());
}

#[test]
fn closing_does_not_wait_for_a_worker_that_hangs() {
    let Some(mut config) = fake(&[]) else {
        return;
    };
    config.grace = Duration::from_millis(200);
    let (backend, session) = open(config);
    let (pids, _) = backend.workers();
    signal("STOP", pids[0]);
    let begin = Instant::now();
    drop(session);
    drop(backend);
    assert!(begin.elapsed() < SLACK);
    assert!(is_gone(pids[0]));
}

#[test]
fn a_worker_that_dies_while_nobody_looks_is_replaced() {
    let Some(mut config) = fake(&[]) else {
        return;
    };
    config.deadline = PATIENCE;
    let (backend, mut session) = open(config);
    let (pids, _) = backend.workers();
    signal("KILL", pids[0]);
    assert!(is_gone(pids[0]));
    let (_, error) = run(&mut session);
    assert!(
        matches!(error, Some(MobilintError::WorkerEnded { .. })),
        "{error:?}"
    );
    run_until_ready(&mut session);
    assert_eq!(backend.workers().1, 2);
}

#[test]
fn the_end_is_orderly() {
    let Some(config) = fake(&[]) else {
        return;
    };
    let (backend, mut session) = open(config);
    let (pids, _) = backend.workers();
    let computers = children(pids[0]);
    assert_eq!(computers.len(), 1);
    backend.shut_down();
    assert!(process(pids[0]).is_none() && process(computers[0]).is_none());
    let (_, error) = run(&mut session);
    assert!(matches!(error, Some(MobilintError::ShutDown)), "{error:?}");
}

/// The other half of the next test: an application that is going to be killed.
#[test]
#[ignore = "started by the test below"]
fn application() {
    let Some(config) = fake(&[]) else {
        return;
    };
    let (backend, _session) = open(config);
    let mut out = std::io::stdout().lock();
    writeln!(out, "worker {}", backend.workers().0[0]).unwrap();
    out.flush().unwrap();
    loop {
        thread::park();
    }
}

#[test]
fn workers_end_with_the_application() {
    if fake(&[]).is_none() {
        return;
    }
    for stopped in [false, true] {
        let mut application = Command::new(env::current_exe().unwrap())
            .args(["--ignored", "--exact", "application", "--nocapture"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let out = BufReader::new(application.stdout.take().unwrap());
        let pid = out.lines().find_map(|line| {
            let line = line.unwrap();
            line.split_once("worker ")?.1.trim().parse().ok()
        });
        let pid: u32 = pid.unwrap();
        if stopped {
            signal("STOP", pid);
        }
        application.kill().unwrap();
        application.wait().unwrap();
        assert!(wait_until(
            || process(pid).is_none_or(|(state, _)| state == 'Z')
        ));
    }
}
