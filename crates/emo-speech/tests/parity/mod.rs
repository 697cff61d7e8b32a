//! The folder of shared references: its manifest, inputs and tolerances.

use std::path::{Path, PathBuf};

use emo_testing::{assert_close, load_npy, shared};
use serde_json::Value;

/// The input of a case.
pub(crate) struct Clip {
    pub(crate) samples: Vec<f32>,
    pub(crate) rate: u32,
}

impl Clip {
    /// 2.5 s from 0.6 s, as librosa's and Kaldi's references have it.
    pub(crate) fn cut(&self) -> Self {
        self.part(0.6, 3.1)
    }

    /// The samples between two times in seconds, which are rounded down to whole samples.
    pub(crate) fn part(&self, begin: f64, end: f64) -> Self {
        let at = |seconds: f64| (seconds * f64::from(self.rate)) as usize;
        Self {
            samples: self.samples[at(begin)..at(end).min(self.samples.len())].to_vec(),
            rate: self.rate,
        }
    }
}

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

/// Samples of a WAV file with the plain 44-byte header and one channel of 16 bits.
fn read_pcm16(path: &Path) -> Clip {
    let bytes = std::fs::read(path).unwrap();
    assert_eq!(&bytes[36..40], b"data");
    Clip {
        rate: u32::from_le_bytes(bytes[24..28].try_into().unwrap()),
        samples: bytes[44..]
            .chunks_exact(2)
            .map(|pair| f32::from(i16::from_le_bytes([pair[0], pair[1]])) / 32768.0)
            .collect(),
    }
}
