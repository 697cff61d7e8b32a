//! Trying many settings, and a record of all that was tried.

mod journal;
mod space;

use std::path::Path;

use emo_onnx::Model;

use self::journal::Journal;
pub use self::space::{Refinement, SearchSpace, Trial};
use crate::{QuantError, QuantizeConfig, Quantizer, Runner};

/// What a search tries settings on: data to calibrate with, and other data to judge with.
///
/// Trials run side by side with the feature `rayon`, so a bench hands out runners instead of being one.
pub trait Bench: Sync {
    /// What runs models on the calibration data.
    ///
    /// # Errors
    /// [`QuantError::Runner`] if there is no such thing.
    fn calibration(&self) -> Result<Box<dyn Runner + '_>, QuantError>;

    /// How good a model is on the data to judge with.
    ///
    /// # Errors
    /// [`QuantError::Runner`] if the model cannot be run.
    fn judge(&self, model: &Model) -> Result<Judgement, QuantError>;

    /// A number that is another one for other data, so that a record is not continued with those.
    fn fingerprint(&self) -> u64;
}

/// How good a model is.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Judgement {
    /// The part of the samples that it classifies rightly, or, where there are no labels, as the float model does.
    pub accuracy: f64,
    /// The ratio of signal to noise of its first output in dB; none for the float model itself.
    pub sqnr_db: Option<f64>,
    /// How long a run takes in µs, if that was measured.
    pub latency_us: Option<f64>,
}

/// What one trial gave.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
#[non_exhaustive]
pub struct Record {
    /// The settings.
    pub trial: Trial,
    /// The bytes of the quantized model's file.
    pub bytes: usize,
    /// Multiplications and additions of one run, if they are known.
    pub macs: Option<u64>,
    /// How good it is.
    pub judgement: Judgement,
    /// Its accuracy by that of the float model.
    pub accuracy_increase_ratio: f64,
    /// The float model's bytes by its own.
    pub compression_ratio: f64,
    /// The product of these two.
    pub efficiency: f64,
}

/// All trials of a search, the best first.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct SearchResult {
    /// The bytes of the float model's file.
    pub float_bytes: usize,
    /// How good it is.
    pub float: Judgement,
    /// By falling efficiency; among equal ones by falling ratio of signal to noise.
    pub records: Vec<Record>,
}

impl SearchResult {
    /// The records that no other one is better than in accuracy, bytes and latency at once (the latter if both know
    /// theirs), in the same order.
    pub fn pareto(&self) -> Vec<&Record> {
        let all = &self.records;
        all.iter()
            .filter(|record| !all.iter().any(|other| dominates(other, record)))
            .collect()
    }
}

/// Whether a record is as good as another one everywhere and better somewhere.
fn dominates(left: &Record, right: &Record) -> bool {
    let latencies = (left.judgement.latency_us, right.judgement.latency_us);
    let (slower, faster) = match latencies {
        (Some(left), Some(right)) => (left > right, left < right),
        _ => (false, false),
    };
    let (accuracy, other) = (left.judgement.accuracy, right.judgement.accuracy);
    accuracy >= other
        && left.bytes <= right.bytes
        && !slower
        && (accuracy > other || left.bytes < right.bytes || faster)
}

/// Quantizes the model with all settings of the space and ranks what comes out by the seed's efficiency: the ratio of
/// accuracies times the ratio of bytes.
///
/// With `journal`, each finished trial is written to that file, one line of JSON each; a search that finds one of the
/// same model and data does not repeat what stands in it. The file is always whole: it is written anew beside the old
/// one, which it then replaces. `progress` is told how many trials are done, of how many, and what the last one gave;
/// it may be called from several threads.
///
/// Settings that the space does not name are those of `base`. The same settings give the same model again
/// ([`Trial::config`]).
///
/// # Errors
/// The first of [`Quantizer::quantize_with`] and [`Bench::judge`], and [`QuantError::Journal`] for a record that cannot
/// be read or written or belongs to something else. What was finished stands in the journal.
pub fn search(
    model: &Model,
    base: &QuantizeConfig,
    space: &SearchSpace,
    bench: &dyn Bench,
    journal: Option<&Path>,
    progress: &(dyn Fn(usize, usize, &Record) + Sync),
) -> Result<SearchResult, QuantError> {
    let bytes = model.to_bytes();
    let float = bench.judge(model)?;
    let journal = Journal::open(journal, fingerprint(&bytes), bench.fingerprint())?;
    let trials = space.trials();
    let n_trials = trials.len();
    let attempt = |trial: &Trial| -> Result<Record, QuantError> {
        if let Some(record) = journal.find(trial) {
            return Ok(record);
        }
        let quantizer = Quantizer::new(model, trial.config(base)?)?;
        let quantized = match trial.needs_data() {
            true => quantizer.quantize(&mut *bench.calibration()?)?,
            false => quantizer.quantize_weights()?,
        };
        let judgement = bench.judge(quantized.model())?;
        let n_bytes = quantized.model().to_bytes().len();
        let compression_ratio = bytes.len() as f64 / n_bytes.max(1) as f64;
        let accuracy_increase_ratio = match float.accuracy > 0.0 {
            true => judgement.accuracy / float.accuracy,
            false => 0.0,
        };
        let record = Record {
            trial: trial.clone(),
            bytes: n_bytes,
            macs: quantized
                .float_model()
                .summary()
                .ok()
                .filter(|summary| summary.macs_unknown == 0)
                .map(|summary| summary.macs),
            judgement,
            accuracy_increase_ratio,
            compression_ratio,
            efficiency: accuracy_increase_ratio * compression_ratio,
        };
        let done = journal.add(record.clone())?;
        progress(done, n_trials, &record);
        Ok(record)
    };
    #[cfg(feature = "rayon")]
    let records: Result<Vec<Record>, QuantError> = {
        use rayon::iter::{IntoParallelRefIterator, ParallelIterator};
        trials.par_iter().map(attempt).collect()
    };
    #[cfg(not(feature = "rayon"))]
    let records: Result<Vec<Record>, QuantError> = trials.iter().map(attempt).collect();
    let mut records = records?;
    let sqnr = |record: &Record| record.judgement.sqnr_db.unwrap_or(f64::INFINITY);
    records.sort_by(|left, right| {
        right
            .efficiency
            .total_cmp(&left.efficiency)
            .then(sqnr(right).total_cmp(&sqnr(left)))
    });
    Ok(SearchResult {
        float_bytes: bytes.len(),
        float,
        records,
    })
}

/// The hash FNV-1a of 64 bits: for telling files apart, not against forgery.
///
/// # References
/// G. Fowler, L. C. Noll, K.-P. Vo, D. Eastlake, "The FNV Non-Cryptographic Hash Algorithm",
/// <https://datatracker.ietf.org/doc/draft-eastlake-fnv/>.
pub fn fingerprint(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, &byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Granularity, Method, Symmetry};

    fn record(accuracy: f64, bytes: usize, latency_us: Option<f64>) -> Record {
        Record {
            trial: Trial {
                method: Method::Max,
                granularity: Granularity::PerChannel,
                symmetry: Symmetry::Affine,
                bits: 8,
                refinement: Refinement::Plain,
            },
            bytes,
            macs: None,
            judgement: Judgement {
                accuracy,
                sqnr_db: None,
                latency_us,
            },
            accuracy_increase_ratio: 1.0,
            compression_ratio: 1.0,
            efficiency: 1.0,
        }
    }

    #[test]
    fn the_front_holds_what_nothing_is_better_than() {
        let records = vec![
            record(0.9, 100, Some(5.0)),
            record(0.8, 50, Some(4.0)),
            record(0.8, 60, Some(4.5)),
            record(0.9, 100, Some(6.0)),
            record(0.7, 60, Some(1.0)),
        ];
        let result = SearchResult {
            float_bytes: 400,
            float: Judgement {
                accuracy: 0.9,
                sqnr_db: None,
                latency_us: None,
            },
            records,
        };
        let front: Vec<usize> = result.pareto().iter().map(|record| record.bytes).collect();
        assert_eq!(front, [100, 50, 60]);
    }

    #[test]
    fn the_hash_is_that_of_its_authors() {
        // From the draft's test vectors.
        assert_eq!(fingerprint(b""), 0xcbf2_9ce4_8422_2325);
        assert_eq!(fingerprint(b"a"), 0xaf63_dc4c_8601_ec8c);
        assert_eq!(fingerprint(b"foobar"), 0x8594_4171_f739_67e8);
    }
}
