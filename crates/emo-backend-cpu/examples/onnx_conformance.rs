//! Runs the ONNX project's own node tests, or any folder of cases in their form, on the CPU backend.
//!
//! `cargo run --release --example onnx_conformance -- DIR [--table] [FILTER]`
//!
//! `DIR` holds one folder per case with `model.onnx` and `test_data_set_*/{input,output}_*.pb`; the tests lie in
//! the PyPI package `onnx==1.22.0` under `onnx/backend/test/data/node`. An output passes if its type, its shape and
//! the places of its NaNs are those expected and its numbers are within 1e-3 · |expected| + 1e-7, as in ONNX's own
//! runner. Inputs that the backend needs to be constant, because shapes or weights depend on them, are bound to their
//! values before the model is compiled. A case is skipped if it has an operator that the backend does not list (or
//! Dropout in training, which draws random numbers) or an element type that it does not hold; whatever else goes
//! wrong is a failure. `--table` prints a table by operator
//! in Markdown.

#![expect(clippy::print_stdout, reason = "a program prints its report")]

use std::{
    collections::{BTreeMap, BTreeSet},
    env,
    error::Error,
    fs,
    path::{Path, PathBuf},
    process::ExitCode,
};

use emo_backend::{
    BackendError, Session,
    emo_tensor::{Element, Tensor},
};
use emo_backend_cpu::{CpuBackend, CpuSession, operators};
use emo_onnx::{Attribute, Graph, Model, ValueType, read_tensor};

const RELATIVE: f64 = 1e-3;
const ABSOLUTE: f64 = 1e-7;

type Failure = Box<dyn Error>;

enum Outcome {
    Passed,
    Skipped(String),
    Failed(String),
}

/// What became of the cases that have an operator.
#[derive(Default)]
struct Tally {
    cases: usize,
    passed: usize,
    failed: usize,
    /// How many were skipped, by reason.
    skipped: BTreeMap<String, usize>,
}

impl Tally {
    fn count(&mut self, outcome: &Outcome) {
        self.cases += 1;
        match outcome {
            Outcome::Passed => self.passed += 1,
            Outcome::Failed(_) => self.failed += 1,
            Outcome::Skipped(reason) => *self.skipped.entry(reason.clone()).or_default() += 1,
        }
    }
}

fn main() -> Result<ExitCode, Failure> {
    let mut arguments: Vec<String> = env::args().skip(1).collect();
    let wants_table = arguments.iter().any(|argument| argument == "--table");
    arguments.retain(|argument| argument != "--table");
    let (folder, filter) = match &arguments[..] {
        [folder] => (folder, ""),
        [folder, filter] => (folder, filter.as_str()),
        _ => return Err("usage: onnx_conformance DIR [--table] [FILTER]".into()),
    };
    let mut cases: Vec<PathBuf> = fs::read_dir(folder)?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<_, _>>()?;
    cases.retain(|case| case.join("model.onnx").is_file() && name(case).contains(filter));
    cases.sort();

    let mut total = Tally::default();
    let mut by_operator: BTreeMap<String, Tally> = BTreeMap::new();
    for case in &cases {
        let (outcome, operators) = run_case(case);
        if let Outcome::Failed(reason) = &outcome {
            println!("FAILED {}: {reason}", name(case));
        }
        total.count(&outcome);
        for operator in operators {
            by_operator.entry(operator).or_default().count(&outcome);
        }
    }
    if wants_table {
        print_table(&by_operator);
    } else {
        for (reason, count) in &total.skipped {
            println!("skipped {count}: {reason}");
        }
    }
    let skipped: usize = total.skipped.values().sum();
    println!(
        "{} passed, {} failed, {skipped} skipped",
        total.passed, total.failed
    );
    Ok(if total.failed == 0 && total.passed > 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// One line for each operator that the backend lists: the cases that it stands in.
fn print_table(by_operator: &BTreeMap<String, Tally>) {
    println!(
        "| operator | cases | passed | failed | skipped for another operator | skipped for a type |"
    );
    println!("|---|---|---|---|---|---|");
    for operator in operators() {
        let none = Tally::default();
        let tally = by_operator.get(operator).unwrap_or(&none);
        let of_kind = |kind: &str| {
            let skipped = tally.skipped.iter();
            let skipped = skipped.filter(|(reason, _)| reason.starts_with(kind));
            skipped.map(|(_, count)| count).sum::<usize>()
        };
        println!(
            "| {operator} | {} | {} | {} | {} | {} |",
            tally.cases,
            tally.passed,
            tally.failed,
            of_kind("operator"),
            of_kind("type")
        );
    }
}

fn name(case: &Path) -> String {
    case.file_name()
        .map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_default()
}

fn chain(error: &dyn Error) -> String {
    match error.source() {
        None => error.to_string(),
        Some(source) => format!("{error}: {}", chain(source)),
    }
}

/// The outcome of a case and the operators that it has.
fn run_case(case: &Path) -> (Outcome, BTreeSet<String>) {
    let failed = |error: Failure| Outcome::Failed(chain(&*error));
    let mut present = BTreeSet::new();
    let model = match Model::read(case.join("model.onnx")) {
        Ok(model) => model,
        Err(error) => return (failed(error.into()), present),
    };
    collect_operators(model.graph(), &mut present);
    let outcome = match outside(&model, &present) {
        Some(reason) => Outcome::Skipped(reason),
        None => match run_sets(case, &model) {
            Ok(outcome) => outcome,
            Err(error) if is_training(&*error) => {
                Outcome::Skipped("operator Dropout in training".to_owned())
            }
            Err(error) => failed(error),
        },
    };
    (outcome, present)
}

/// Whether a model draws random numbers, which no other implementation repeats.
fn is_training(error: &(dyn Error + 'static)) -> bool {
    matches!(
        error.downcast_ref(),
        Some(BackendError::Unsupported { reason, .. }) if reason.starts_with("training mode")
    )
}

fn run_sets(case: &Path, model: &Model) -> Result<Outcome, Failure> {
    let mut sets: Vec<PathBuf> = fs::read_dir(case)?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<_, _>>()?;
    sets.retain(|set| name(set).starts_with("test_data_set_"));
    if sets.is_empty() {
        return Err("no test data".into());
    }
    for set in sets {
        let inputs = read_tensors(&set, "input")?;
        let outputs = read_tensors(&set, "output")?;
        if let Some(difference) = run_set(model, &inputs, &outputs)? {
            return Ok(Outcome::Failed(difference));
        }
    }
    Ok(Outcome::Passed)
}

/// Why a case is not for this backend: an operator that it does not list or a value that is no tensor it can hold.
fn outside(model: &Model, present: &BTreeSet<String>) -> Option<String> {
    let known: BTreeSet<&str> = operators().collect();
    let unknown: Vec<&str> = present
        .iter()
        .map(String::as_str)
        .filter(|operator| !known.contains(operator))
        .collect();
    if !unknown.is_empty() {
        return Some(format!("operator {}", unknown.join(", ")));
    }
    let graph = model.graph();
    let opaque = graph
        .inputs()
        .iter()
        .chain(graph.outputs())
        .find_map(|info| match &info.value_type {
            ValueType::Opaque(opaque) => Some(opaque.to_string()),
            _ => None,
        });
    opaque.map(|opaque| format!("type {opaque}"))
}

/// The operators of a graph and its subgraphs, with their domain where it is not ONNX's own.
fn collect_operators(graph: &Graph, operators: &mut BTreeSet<String>) {
    for node in graph.nodes() {
        operators.insert(match &*node.domain {
            "" => node.op_type.clone(),
            domain => format!("{domain}.{}", node.op_type),
        });
        for attribute in node.attributes.values() {
            if let Attribute::Graph(graph) = attribute {
                collect_operators(graph, operators);
            }
        }
    }
}

/// The tensors of `<kind>_0.pb`, `<kind>_1.pb`, …
fn read_tensors(set: &Path, kind: &str) -> Result<Vec<Tensor>, Failure> {
    let mut tensors = Vec::new();
    loop {
        let path = set.join(format!("{kind}_{}.pb", tensors.len()));
        if !path.exists() {
            return Ok(tensors);
        }
        tensors.push(read_tensor(path)?.1);
    }
}

/// Runs a model on one set of inputs and tells how its outputs differ from those expected.
fn run_set(
    model: &Model,
    inputs: &[Tensor],
    expected: &[Tensor],
) -> Result<Option<String>, Failure> {
    let given: BTreeMap<&str, &Tensor> = model
        .graph()
        .inputs()
        .iter()
        .map(|input| input.name.as_str())
        .zip(inputs)
        .collect();
    let mut session = compile_bound(model.clone(), &given)?;
    let views: Vec<_> = session
        .inputs()
        .iter()
        .map(|info| given[info.name.as_str()].view())
        .collect();
    let outputs = session.run_to_tensors(&views)?;
    if outputs.len() != expected.len() {
        return Err(format!("{} outputs, expected {}", outputs.len(), expected.len()).into());
    }
    let differences = session
        .outputs()
        .iter()
        .zip(outputs.iter().zip(expected))
        .find_map(|(info, (actual, expected))| {
            let difference = compare(actual, expected)?;
            Some(format!("output `{}`: {difference}", info.name))
        });
    Ok(differences)
}

/// Compiles a model, with those inputs made constant that must be.
fn compile_bound(
    mut model: Model,
    given: &BTreeMap<&str, &Tensor>,
) -> Result<CpuSession, BackendError> {
    loop {
        let error = match CpuBackend::default().compile(&model) {
            Ok(session) => return Ok(session),
            Err(error) => error,
        };
        let BackendError::NotConstant { input, .. } = &error else {
            return Err(error);
        };
        let mut bound = false;
        for name in model.graph().inputs_behind(input) {
            if let Some(&value) = given.get(&*name) {
                bound |= model.bind_input(&name, value.clone()).is_ok();
            }
        }
        if !bound {
            return Err(error);
        }
    }
}

fn compare(actual: &Tensor, expected: &Tensor) -> Option<String> {
    if (actual.element_type(), actual.shape()) != (expected.element_type(), expected.shape()) {
        return Some(format!(
            "{}{:?}, expected {}{:?}",
            actual.element_type(),
            actual.shape(),
            expected.element_type(),
            expected.shape()
        ));
    }
    let (actual, expected) = (numbers(actual), numbers(expected));
    let differ = |(&a, &e): (&f64, &f64)| {
        !(a == e || (a.is_nan() && e.is_nan()) || (a - e).abs() <= ABSOLUTE + RELATIVE * e.abs())
    };
    let index = actual.iter().zip(&expected).position(differ)?;
    Some(format!(
        "element {index} is {}, expected {}",
        actual[index], expected[index]
    ))
}

/// The elements as `f64`, which holds those of every type but the largest integers.
fn numbers(tensor: &Tensor) -> Vec<f64> {
    fn all<T: Element>(tensor: &Tensor, convert: impl Fn(T) -> f64) -> Option<Vec<f64>> {
        Some(
            tensor
                .as_array::<T>()?
                .iter()
                .map(|&x| convert(x))
                .collect(),
        )
    }
    macro_rules! numbers {
        ($($variant:ident: $rust:ty, $name:literal;)+) => {
            None$(.or_else(|| all::<$rust>(tensor, ToF64::to_f64)))+
        };
    }
    emo_backend::emo_tensor::for_each_element_type!(numbers).unwrap_or_default()
}

trait ToF64 {
    fn to_f64(self) -> f64;
}

macro_rules! to_f64 {
    ($(|$x:ident: $t:ty| $convert:expr;)+) => { $(impl ToF64 for $t {
        fn to_f64(self) -> f64 { let $x = self; $convert }
    })+ };
}

use emo_backend::emo_tensor::{
    F8E4M3Fn, F8E4M3FnUz, F8E5M2, F8E5M2FnUz, I4, U4,
    half::{bf16, f16},
};

to_f64! {
    |x: f32| x.into();
    |x: f64| x;
    |x: f16| x.into();
    |x: bf16| x.into();
    |x: F8E4M3Fn| x.to_f32().into();
    |x: F8E4M3FnUz| x.to_f32().into();
    |x: F8E5M2| x.to_f32().into();
    |x: F8E5M2FnUz| x.to_f32().into();
    |x: I4| x.get().into();
    |x: i8| x.into();
    |x: i16| x.into();
    |x: i32| x.into();
    |x: i64| x as f64;
    |x: U4| x.get().into();
    |x: u8| x.into();
    |x: u16| x.into();
    |x: u32| x.into();
    |x: u64| x as f64;
    |x: bool| u8::from(x).into();
}
