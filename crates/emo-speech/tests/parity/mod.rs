//! The folder of shared references: its manifest, inputs and tolerances.

use std::path::{Path, PathBuf};

use emo_testing::{assert_close, load_npy, shared};
use serde_json::Value;

use crate::clip::{Clip, read_pcm16};

/// The references, or nothing where they are absent.
pub(crate) struct Parity {
    folder: Option<PathBuf>,
    cases: Vec<Value>,
}

impl Parity {
    pub(crate) fn open() -> Self {
        let folder = shared("parity/av");
        let cases = folder.as_ref().map_or_else(Vec::new, |folder| {
            let text = std::fs::read(folder.join("manifest.json")).unwrap();
            serde_json::from_slice(&text).unwrap()
        });
        Self { folder, cases }
    }

    /// Holds `compute` to all cases whose name begins with `prefix`, of which there are `n_cases`.
    pub(crate) fn check(&self, prefix: &str, n_cases: usize, compute: impl Fn(&Clip) -> Vec<f32>) {
        let Some(folder) = &self.folder else {
            return;
        };
        let mut n_found = 0;
        for case in self
            .cases
            .iter()
            .filter(|case| text(case, "name").starts_with(prefix))
        {
            eprintln!("{}", text(case, "name"));
            let clip = match case["inputs"][0].as_str() {
                Some(file) => read_pcm16(&folder.join(file)),
                None => Clip {
                    samples: Vec::new(),
                    rate: 0,
                },
            };
            compare(folder, case, &compute(&clip));
            n_found += 1;
        }
        assert_eq!(n_found, n_cases, "cases of {prefix}");
    }
}

fn compare(folder: &Path, case: &Value, actual: &[f32]) {
    let expected = load_npy(folder.join(text(case, "output")));
    let rtol = case["rtol"].as_f64().unwrap();
    let atol = case["atol"].as_f64().unwrap();
    assert_close(actual.to_vec(), expected, rtol, atol);
}

fn text<'a>(case: &'a Value, key: &str) -> &'a str {
    case[key].as_str().unwrap()
}
