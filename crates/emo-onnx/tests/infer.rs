//! Holds inference to ONNX's own node tests, to what `onnx.shape_inference` infers of them, and to its laws.
#![allow(
    clippy::panic,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may fail where it finds what it did not expect"
)]

use std::fs;

use emo_onnx::{Dim, Model};

/// The file of all cases, made by `fixtures/emo-onnx/infer/make_cases.py`.
const ALL_CASES: &str = "EMO_ONNX_INFER_CASES";

struct Case {
    name: String,
    /// Name, actual type and what ONNX infers, of each output.
    outputs: Vec<[String; 3]>,
    model: Vec<u8>,
}

fn cases(bytes: &[u8]) -> Vec<Case> {
    let mut rest = bytes;
    let mut part = || {
        let (len, after) = rest.split_first_chunk()?;
        let (part, after) = after.split_at(u32::from_le_bytes(*len).try_into().unwrap());
        rest = after;
        Some(part.to_vec())
    };
    let mut cases = Vec::new();
    while let Some(name) = part() {
        let outputs = String::from_utf8(part().unwrap()).unwrap();
        let columns = |line: &str| {
            let columns: Vec<_> = line.split('\t').map(str::to_owned).collect();
            columns.try_into().unwrap()
        };
        cases.push(Case {
            name: String::from_utf8(name).unwrap(),
            outputs: outputs.lines().map(columns).collect(),
            model: part().unwrap(),
        });
    }
    cases
}

/// Element type and extents of a type as `f32[1, n3, ?]`; no extents for `f32[…]`, nothing for `-`.
fn parse(text: &str) -> Option<(&str, Option<Vec<Dim>>)> {
    let (element_type, shape) = text.strip_suffix(']')?.split_once('[')?;
    let dim = |text: &str| match text.parse() {
        Ok(extent) => Dim::Fixed(extent),
        Err(_) if text == "?" => Dim::Unknown,
        Err(_) => Dim::Symbol(text.to_owned()),
    };
    let shape = match shape {
        "…" => None,
        "" => Some(Vec::new()),
        shape => Some(shape.split(", ").map(dim).collect()),
    };
    Some((element_type, shape))
}

/// How much is known of an extent.
fn knowledge(dim: &Dim) -> u8 {
    match dim {
        Dim::Fixed(_) => 2,
        Dim::Symbol(_) => 1,
        Dim::Unknown => 0,
    }
}

#[derive(Debug, Default)]
struct Counts {
    outputs: usize,
    equal: usize,
    more: usize,
    less: Vec<String>,
    wrong: Vec<String>,
}

fn compare(cases: &[Case]) -> Counts {
    let mut counts = Counts::default();
    for case in cases {
        let model = match Model::from_bytes(&case.model) {
            Ok(model) => model,
            Err(error) => {
                counts.wrong.push(format!("{}: {error}", case.name));
                continue;
            }
        };
        for error in model.check() {
            counts.wrong.push(format!("{}: {error}", case.name));
        }
        let inference = match model.infer() {
            Ok(inference) => inference,
            Err(error) => {
                counts.wrong.push(format!("{}: {error}", case.name));
                continue;
            }
        };
        for [output, actual, by_onnx] in &case.outputs {
            counts.outputs += 1;
            let ours = inference.value(output).map(ToString::to_string);
            let ours = ours.as_deref().unwrap_or("-");
            let said = format!(
                "{}: `{output}` is {actual}, ours {ours}, onnx {by_onnx}",
                case.name
            );
            let (actual_type, actual_shape) = parse(actual).unwrap();
            let known = parse(ours);
            if let Some((element_type, shape)) = &known
                && (*element_type != actual_type
                    || !holds(shape.as_deref(), &actual_shape.unwrap()))
            {
                counts.wrong.push(said);
                continue;
            }
            let score = |known: &Option<(&str, Option<Vec<Dim>>)>| match known {
                None => (0, 0, 0),
                Some((_, None)) => (1, 0, 0),
                Some((_, Some(shape))) => {
                    let total: u32 = shape.iter().map(|dim| u32::from(knowledge(dim))).sum();
                    (1, 1, total)
                }
            };
            // One extent may be better known and another worse, so that sums do not do.
            let by_onnx = parse(by_onnx).filter(|(element_type, shape)| {
                let actual = parse(actual).and_then(|(_, shape)| shape).unwrap();
                *element_type == actual_type && holds(shape.as_deref(), &actual)
            });
            let worse = match (&known, &by_onnx) {
                (Some((_, Some(ours))), Some((_, Some(theirs)))) => ours
                    .iter()
                    .zip(theirs)
                    .any(|(ours, theirs)| knowledge(ours) < knowledge(theirs)),
                _ => score(&known) < score(&by_onnx),
            };
            if worse {
                counts.less.push(said);
            } else if score(&known) > score(&by_onnx) {
                counts.more += 1;
            } else {
                counts.equal += 1;
            }
        }
    }
    counts
}

/// Whether the actual extents are as inferred; a name `n3` stands for 3.
fn holds(shape: Option<&[Dim]>, actual: &[Dim]) -> bool {
    let Some(shape) = shape else {
        return true;
    };
    let agree = |(dim, actual): (&Dim, &Dim)| match (dim, actual) {
        (Dim::Symbol(name), Dim::Fixed(extent)) => *name == format!("n{extent}"),
        (Dim::Fixed(dim), Dim::Fixed(extent)) => dim == extent,
        _ => true,
    };
    shape.len() == actual.len() && shape.iter().zip(actual).all(agree)
}

/// What these node tests are about is inferred less well than by onnx: strings, sequences, training, attention of
/// kinds that this project has no use for.
const LESS: &[&str] = &[
    "adagrad",
    "adam",
    "ai_onnx_ml",
    "flexattention",
    "linear_attention",
    "loop",
    "momentum",
    "nesterov",
    "optional",
    "scan",
    "sequence",
    "string",
    "strnorm",
    "tfidf",
];

#[test]
fn inference_agrees_with_all_node_tests() {
    let Some(path) = std::env::var_os(ALL_CASES) else {
        return;
    };
    let cases = cases(&fs::read(path).unwrap());
    let mut counts = compare(&cases);
    let n_less = counts.less.len();
    counts.less.retain(|case| {
        let is_listed = |name: &&str| case.starts_with(&format!("test_{name}"));
        !LESS.iter().any(is_listed)
    });
    let report = format!(
        "{} cases, {} outputs: {} as onnx, {} more specific, {n_less} less, of which unexpected: {:#?}, wrong: {:#?}",
        cases.len(),
        counts.outputs,
        counts.equal,
        counts.more,
        counts.less,
        counts.wrong
    );
    fs::write(std::env::temp_dir().join("emo_onnx_infer.txt"), &report).unwrap();
    assert!(
        counts.wrong.is_empty() && counts.less.is_empty(),
        "{report}"
    );
}

#[test]
fn inference_agrees_with_some_node_tests() {
    let cases = cases(&fs::read(emo_testing::fixture("emo-onnx/infer/few.cases")).unwrap());
    let counts = compare(&cases);
    assert!(cases.len() > 300 && counts.outputs >= cases.len());
    assert!(
        counts.wrong.is_empty() && counts.less.is_empty(),
        "{counts:#?}"
    );
}

#[test]
fn inference_agrees_with_onnx_runtime() {
    let cases = cases(&fs::read(emo_testing::fixture("emo-onnx/infer/forms.cases")).unwrap());
    let counts = compare(&cases);
    assert!(cases.len() > 300 && counts.outputs >= cases.len());
    assert!(
        counts.wrong.is_empty() && counts.less.is_empty(),
        "{counts:#?}"
    );
}

#[test]
fn the_shared_models_are_sound_and_known_completely() {
    let Some(folder) = emo_testing::shared("models") else {
        return;
    };
    let mut n_models = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "onnx") {
            continue;
        }
        let model = Model::read(&path).unwrap();
        let errors: Vec<_> = model.check().iter().map(ToString::to_string).collect();
        assert!(errors.is_empty(), "{}: {errors:#?}", path.display());
        let inference = model.infer().unwrap();
        for node in model.graph().nodes() {
            for output in node.outputs.iter().filter(|name| !name.is_empty()) {
                let known = inference.value(output).map(ToString::to_string);
                let is_known = inference
                    .shape(output)
                    .is_some_and(|shape| !shape.contains(&Dim::Unknown));
                assert!(is_known, "{}: `{output}` is {known:?}", path.display());
            }
        }
        n_models += 1;
    }
    assert!(n_models > 0);
}
