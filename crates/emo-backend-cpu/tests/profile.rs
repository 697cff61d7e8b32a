//! What a session records of its runs.

#![expect(clippy::unwrap_used, reason = "a test fails where it stands")]

use std::time::Duration;

use emo_backend::{
    Session,
    emo_tensor::{ElementType, Tensor},
};
use emo_backend_cpu::{CpuBackend, CpuSession, Profile, Profiling};
use emo_onnx::GraphBuilder;
use ndarray::{arr1, arr2};

/// A dense layer of 2 × 3 weights and the elements that its scores name.
fn session() -> CpuSession {
    let mut graph = GraphBuilder::new("g");
    let x = graph.input("x", ElementType::F32, &[1, 2]);
    let index = graph.input("index", ElementType::I64, &[1]);
    let weights = arr2(&[[1.0_f32, 2.0, 3.0], [4.0, 5.0, 6.0]]).into_dyn();
    let weights = graph.initializer("weights", weights);
    let dense = graph.node("a \"dense\"\\layer", "MatMul", &[&x, &weights], []);
    let picked = graph.node("picked", "Gather", &[&dense, &index], []);
    graph.output_of(&picked);
    CpuBackend::default()
        .compile(&graph.build(17).unwrap())
        .unwrap()
}

fn run(session: &mut CpuSession, index: i64) -> bool {
    let x = Tensor::zeros(ElementType::F32, &[1, 2]);
    let index = Tensor::from(arr1(&[index]).into_dyn());
    session.run_to_tensors(&[x.view(), index.view()]).is_ok()
}

fn trace(profile: &Profile) -> serde_json::Value {
    let mut json = Vec::new();
    profile.write_chrome_trace(&mut json).unwrap();
    serde_json::from_slice(&json).unwrap()
}

#[test]
fn nothing_is_recorded_unless_asked_for() {
    let mut session = session();
    assert!(run(&mut session, 0));
    assert_eq!(session.profile(), None);
    session.set_profiling(Profiling::Steps);
    assert!(run(&mut session, 0));
    session.set_profiling(Profiling::Off);
    assert_eq!(session.profile(), None);
}

#[test]
fn steps_are_described_and_their_times_add_up() {
    let mut session = session();
    session.set_profiling(Profiling::Steps);
    let empty = session.profile().unwrap();
    assert_eq!((empty.runs, empty.mean()), (0, Duration::ZERO));
    for _ in 0..5 {
        assert!(run(&mut session, 0));
    }
    // A run that fails is not counted.
    assert!(!run(&mut session, 7));
    let profile = session.profile().unwrap();
    assert_eq!(profile.runs, 5);

    let names: Vec<_> = profile.steps.iter().map(|step| &*step.nodes).collect();
    assert_eq!(names.len(), session.plan().n_steps() + 2);
    assert_eq!((names[0], names[names.len() - 1]), ("inputs", "outputs"));
    let macs: u64 = profile.steps.iter().map(|step| step.macs).sum();
    assert_eq!(macs, session.plan().macs());
    for step in &profile.steps {
        assert!(step.min * 5 <= step.total, "{step:?}");
    }
    let total: Duration = profile.steps.iter().map(|step| step.total).sum();
    assert_eq!(profile.mean(), total / 5);

    let gather = &profile.steps[2];
    assert_eq!(
        (&*gather.kernel, &*gather.output),
        ("GatherBlocks", "f32[1, 3]")
    );
    // Three floats in, an index, three floats out.
    assert_eq!(gather.bytes, 12 + 8 + 12);

    let table = profile.to_string();
    assert_eq!(
        table.lines().count(),
        1 + profile.steps.len() + 1,
        "{table}"
    );
    assert!(table.contains("GatherBlocks"), "{table}");
    assert!(
        table.lines().last().unwrap().starts_with("5 runs, "),
        "{table}"
    );
}

#[test]
fn a_trace_holds_the_last_runs() {
    let mut session = session();
    session.set_profiling(Profiling::Trace { runs: 3 });
    assert_eq!(
        trace(&session.profile().unwrap())["traceEvents"],
        serde_json::json!([])
    );
    for _ in 0..2 {
        assert!(run(&mut session, 0));
    }
    assert_eq!(session.profile().unwrap().traced_runs(), 2);
    for _ in 0..3 {
        assert!(run(&mut session, 0));
    }
    let profile = session.profile().unwrap();
    assert_eq!((profile.runs, profile.traced_runs()), (5, 3));

    let trace = trace(&profile);
    let events = trace["traceEvents"].as_array().unwrap();
    assert_eq!(events.len(), 3 * profile.steps.len());
    let mut last_end = 0.0;
    for (event, step) in events.iter().zip(profile.steps.iter().cycle()) {
        assert_eq!(
            (&event["ph"], &event["name"]),
            (&"X".into(), &(*step.nodes).into())
        );
        let (start, length) = (
            event["ts"].as_f64().unwrap(),
            event["dur"].as_f64().unwrap(),
        );
        // Events follow each other; the times are rounded to nanoseconds.
        assert!(length >= 0.0 && start >= last_end - 0.0015, "{event}");
        last_end = start + length;
    }
}

#[test]
fn a_trace_of_very_many_runs_is_cut() {
    let mut session = session();
    session.set_profiling(Profiling::Trace { runs: usize::MAX });
    assert!(run(&mut session, 0));
    assert_eq!(session.profile().unwrap().traced_runs(), 1);
}
