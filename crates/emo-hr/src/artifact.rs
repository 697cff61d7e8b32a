use std::ops::Range;

use crate::interval_filter::quantile;
use crate::{Beats, HrError};

/// Which reading of the method corrects the beats.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum ArtifactForm {
    /// The paper's: every beat is judged once and by itself, and corrected beats lie between samples.
    #[default]
    Paper,
    /// NeuroKit2's: the last two beats are not judged, a beat after one that is neither normal nor ectopic is judged
    /// with it and passed over if its difference grows, and corrected beats are cut to whole samples.
    NeuroKit,
}

/// Settings of [`ArtifactCorrector`].
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct ArtifactConfig {
    /// Thresholds are so many times the quartile deviation. Default: 5.2.
    pub alpha: f64,
    /// Slope of the line below which a difference and its neighbour are ectopic. Default: 0.13.
    pub c1: f64,
    /// Offset of that line. Default: 0.17.
    pub c2: f64,
    /// Beats over which quartiles are taken, an odd number. Default: 91.
    pub quartile_window: usize,
    /// Beats over which the median interval is taken, an odd number. Default: 11.
    pub median_window: usize,
    /// Which reading of the method. Default: [`ArtifactForm::Paper`].
    pub form: ArtifactForm,
    /// Passes at most; further ones are made while each finds fewer artefacts than the one before. Default: 100, which
    /// is as good as no limit. 1 judges and corrects once.
    pub max_passes: usize,
}

impl Default for ArtifactConfig {
    fn default() -> Self {
        Self {
            alpha: 5.2,
            c1: 0.13,
            c2: 0.17,
            quartile_window: 91,
            median_window: 11,
            form: ArtifactForm::default(),
            max_passes: 100,
        }
    }
}

/// Beats that are not what they seem, by their index.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Artifacts {
    /// Too early, with a pause after, or the reverse.
    pub ectopic: Vec<usize>,
    /// Before these a beat was missed.
    pub missed: Vec<usize>,
    /// No beats.
    pub extra: Vec<usize>,
    /// The interval that ended with these is too long or too short.
    pub long_short: Vec<usize>,
}

impl Artifacts {
    /// How many there are.
    pub fn count(&self) -> usize {
        self.lists().map(<[usize]>::len).iter().sum()
    }

    /// All lists in the order of the fields.
    pub fn lists(&self) -> [&[usize]; 4] {
        [&self.ectopic, &self.missed, &self.extra, &self.long_short]
    }

    /// Those of the beats in `range`, counted from its start.
    #[must_use]
    pub fn part(&self, range: Range<usize>) -> Self {
        let [ectopic, missed, extra, long_short] = self.lists().map(|list| {
            let inside = list.iter().filter(|beat| range.contains(beat));
            inside.map(|beat| beat - range.start).collect()
        });
        Self {
            ectopic,
            missed,
            extra,
            long_short,
        }
    }
}

/// The quantities by which beats are judged, one per beat.
///
/// NaN where a threshold is 0: there the intervals are alike, and no beat is an artefact.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct ArtifactSpace {
    /// The interval that ended with a beat in seconds, of the first one the mean interval.
    pub rr: Vec<f64>,
    /// Its difference from the interval before, relative to its threshold.
    pub drr: Vec<f64>,
    /// Its difference from the median interval, doubled below 0, relative to its threshold.
    pub mrr: Vec<f64>,
    /// The larger (of a negative difference the smaller) of the two neighbouring `drr`.
    pub s12: Vec<f64>,
    /// The smaller (of a negative difference the larger) of the next two `drr`.
    pub s22: Vec<f64>,
    /// The median interval.
    median: Vec<f64>,
    /// The threshold of `mrr` in seconds.
    threshold: Vec<f64>,
}

/// What [`ArtifactCorrector::correct`] returns.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Correction {
    /// The beats after correction.
    pub beats: Beats,
    /// What the first pass found, by the index of the beat as given.
    pub artifacts: Artifacts,
    /// What the last pass that was applied found, by the index of the beat before that pass.
    pub last_pass: Artifacts,
    /// Passes that were applied.
    pub n_passes: usize,
}

/// Finds ectopic, missed, extra, long and short beats, and corrects them.
///
/// An ectopic, long or short beat moves halfway between its neighbours, a missed one is added halfway, an extra one is
/// removed. Thresholds follow the person's own variability. Meant for five beats and more; fewer are returned as given.
///
/// ```
/// use emo_hr::{ArtifactConfig, ArtifactCorrector, Beats, SampleRate};
///
/// // A beat every 0.8 s, a little more or less; the one at 20 s is missing.
/// let at: Vec<usize> = (1..60).filter(|n| *n != 25).map(|n| n * 200 + n * n % 7).collect();
/// let beats = Beats::new(at, 12_000, SampleRate::from_hz(250.0)?)?;
/// let correction = ArtifactCorrector::new(&ArtifactConfig::default())?.correct(&beats)?;
/// assert_eq!(correction.artifacts.missed, [24]);
/// assert_eq!(correction.beats.positions().len(), 59);
/// # Ok::<(), emo_hr::HrError>(())
/// ```
///
/// # References
/// J. A. Lipponen, M. P. Tarvainen (2019). A robust algorithm for heart rate variability time series artefact correction
/// using novel beat classification. Journal of Medical Engineering and Technology 43(3).
/// doi:10.1080/03091902.2019.1640306.
#[derive(Debug, Clone)]
#[doc(alias = "Kubios")]
#[doc(alias = "fixpeaks")]
pub struct ArtifactCorrector {
    config: ArtifactConfig,
}

/// Beats below which nothing is judged: a beat, two before and two after.
const MIN_BEATS: usize = 5;

impl ArtifactCorrector {
    /// Checks the settings.
    ///
    /// # Errors
    /// [`HrError::InvalidSetting`] for constants that are not finite and above 0, windows that are not odd, or no pass.
    pub fn new(config: &ArtifactConfig) -> Result<Self, HrError> {
        let constants = [
            ("alpha", config.alpha),
            ("c1", config.c1),
            ("c2", config.c2),
        ];
        for (name, value) in constants {
            if !(value.is_finite() && value > 0.0) {
                return Err(HrError::InvalidSetting {
                    name,
                    value,
                    expected: "a finite number above 0",
                });
            }
        }
        let windows = [
            ("quartile_window", config.quartile_window),
            ("median_window", config.median_window),
        ];
        for (name, value) in windows {
            if value % 2 == 0 {
                return Err(HrError::InvalidSetting {
                    name,
                    value: value as f64,
                    expected: "an odd number",
                });
            }
        }
        if config.max_passes == 0 {
            return Err(HrError::InvalidSetting {
                name: "max_passes",
                value: 0.0,
                expected: "at least 1",
            });
        }
        Ok(Self {
            config: config.clone(),
        })
    }

    /// The beats after correction, and what was wrong.
    ///
    /// # Errors
    /// [`HrError::BeatsNotAscending`] never for beats that a detector found: only if a correction would bring two beats
    /// onto one sample, as where beats are a sample apart.
    pub fn correct(&self, beats: &Beats) -> Result<Correction, HrError> {
        let first = self.artifacts(beats);
        let mut last = first.clone();
        let mut corrected = self.corrected(beats, &first)?;
        let mut n_passes = 1;
        while n_passes < self.config.max_passes {
            let next = self.artifacts(&corrected);
            if next.count() >= last.count() {
                break;
            }
            corrected = self.corrected(&corrected, &next)?;
            last = next;
            n_passes += 1;
        }
        Ok(Correction {
            beats: corrected,
            artifacts: first,
            last_pass: last,
            n_passes,
        })
    }

    /// The quantities by which the beats are judged.
    pub fn space(&self, beats: &Beats) -> ArtifactSpace {
        let hz = beats.sample_rate().hz();
        let mut rr = first_is_mean(beats.positions());
        rr.iter_mut().for_each(|rr| *rr /= hz);
        let mut drr = first_is_mean(&rr);
        let half = self.config.quartile_window / 2;
        let first_threshold = self.threshold(&drr, half);
        relate(&mut drr, &first_threshold);
        let median = running(&rr, self.config.median_window / 2, |sorted| {
            quantile(sorted, 0.5)
        });
        let mut mrr: Vec<f64> = rr
            .iter()
            .zip(&median)
            .map(|(rr, median)| {
                let difference = rr - median;
                if difference < 0.0 {
                    2.0 * difference
                } else {
                    difference
                }
            })
            .collect();
        let threshold = self.threshold(&mrr, half);
        relate(&mut mrr, &threshold);
        let (s12, s22) = neighbours(&drr);
        ArtifactSpace {
            rr,
            drr,
            mrr,
            s12,
            s22,
            median,
            threshold,
        }
    }

    /// `alpha` times half the distance of the quartiles of the magnitudes around each value.
    fn threshold(&self, values: &[f64], half: usize) -> Vec<f64> {
        let magnitudes: Vec<f64> = values.iter().map(|x| x.abs()).collect();
        running(&magnitudes, half, |sorted| {
            self.config.alpha * ((quantile(sorted, 0.75) - quantile(sorted, 0.25)) / 2.0)
        })
    }

    fn artifacts(&self, beats: &Beats) -> Artifacts {
        let mut found = Artifacts::default();
        if beats.positions().len() < MIN_BEATS {
            return found;
        }
        let space = self.space(beats);
        let n = space.rr.len();
        match self.config.form {
            ArtifactForm::Paper => {
                for i in 1..n {
                    if space.drr[i].abs() > 1.0 {
                        if self.is_ectopic(&space, i) {
                            found.ectopic.push(i);
                        } else {
                            self.judge(&space, i, &mut found);
                        }
                    }
                }
            }
            ArtifactForm::NeuroKit => {
                let mut i = 0;
                while i + 2 < n {
                    // NaN passes the first of these and fails all others, as in the peer.
                    if space.drr[i].abs() <= 1.0 {
                        i += 1;
                    } else if self.is_ectopic(&space, i) {
                        found.ectopic.push(i);
                        i += 1;
                    } else if !(space.drr[i].abs() > 1.0 || space.mrr[i].abs() > 3.0) {
                        i += 1;
                    } else {
                        self.judge(&space, i, &mut found);
                        let grows = space.drr[i + 1].abs() < space.drr[i + 2].abs();
                        if grows {
                            self.judge(&space, i + 1, &mut found);
                        }
                        i += 1 + usize::from(grows);
                    }
                }
            }
        }
        found
    }

    fn is_ectopic(&self, space: &ArtifactSpace, i: usize) -> bool {
        let ArtifactConfig { c1, c2, .. } = self.config;
        let (drr, s12) = (space.drr[i], space.s12[i]);
        drr > 1.0 && s12 < -c1 * drr - c2 || drr < -1.0 && s12 > -c1 * drr + c2
    }

    /// Whether a beat is extra, missed, or long or short.
    fn judge(&self, space: &ArtifactSpace, i: usize, found: &mut Artifacts) {
        let (drr, s22) = (space.drr[i], space.s22[i]);
        let is_long = drr > 1.0 && s22 < -1.0;
        let is_short = drr < -1.0 && s22 > 1.0;
        if !(is_long || is_short || space.mrr[i].abs() > 3.0) {
            return;
        }
        let (median, threshold) = (space.median[i], space.threshold[i]);
        let halves = (space.rr[i] / 2.0 - median).abs() < threshold;
        let joins = space
            .rr
            .get(i + 1)
            .is_some_and(|next| (space.rr[i] + next - median).abs() < threshold);
        if is_short && joins {
            found.extra.push(i);
        } else if is_long && halves {
            found.missed.push(i);
        } else {
            found.long_short.push(i);
        }
    }

    fn corrected(&self, beats: &Beats, artifacts: &Artifacts) -> Result<Beats, HrError> {
        let whole = self.config.form == ArtifactForm::NeuroKit;
        let cut = |place: f64| if whole { place.trunc() } else { place };
        let Artifacts {
            extra,
            missed,
            ectopic,
            long_short,
        } = artifacts;
        let mut at: Vec<f64> = beats
            .positions()
            .iter()
            .enumerate()
            .filter(|(i, _)| extra.binary_search(i).is_err())
            .map(|(_, &place)| place)
            .collect();
        let missed = shifted(missed, extra, |i| i - 1);
        for &i in missed.iter().rev() {
            if i > 1 && i < at.len() {
                at.insert(i, cut(at[i - 1] + (at[i] - at[i - 1]) / 2.0));
            }
        }
        for misplaced in [ectopic, long_short] {
            let misplaced = shifted(misplaced, extra, |i| i - 1);
            let misplaced = shifted(&misplaced, &missed, |i| i + 1);
            let before = at.clone();
            for &i in &misplaced {
                if i > 1 && i + 1 < before.len() {
                    at[i] = cut(before[i - 1] + (before[i + 1] - before[i - 1]) / 2.0);
                }
            }
            at.sort_unstable_by(f64::total_cmp);
            at.dedup();
        }
        Beats::at(at, beats.n_samples(), beats.sample_rate())
    }
}

/// Indices after beats were removed from or added before others: each that is above one of `sources`, in turn, moves.
fn shifted(indices: &[usize], sources: &[usize], step: fn(usize) -> usize) -> Vec<usize> {
    let mut moved: Vec<usize> = indices
        .iter()
        .map(|&index| {
            sources.iter().fold(
                index,
                |index, &source| {
                    if index > source { step(index) } else { index }
                },
            )
        })
        .collect();
    moved.sort_unstable();
    moved.dedup();
    moved
}

/// Differences, and in place of the first their mean; 0 of a single value.
fn first_is_mean(values: &[f64]) -> Vec<f64> {
    let differences = values.windows(2).map(|pair| pair[1] - pair[0]);
    let n = values.len().saturating_sub(1).max(1);
    let mean = differences.clone().sum::<f64>() / n as f64;
    values
        .first()
        .map(|_| mean)
        .into_iter()
        .chain(differences)
        .collect()
}

/// Divides by thresholds; NaN where one is 0.
fn relate(values: &mut [f64], thresholds: &[f64]) {
    for (value, threshold) in values.iter_mut().zip(thresholds) {
        *value = if *threshold == 0.0 {
            f64::NAN
        } else {
            *value / threshold
        };
    }
}

/// A statistic of the sorted values up to `half` to each side; fewer at the ends.
fn running(values: &[f64], half: usize, statistic: impl Fn(&[f64]) -> f64) -> Vec<f64> {
    let half = half.min(values.len());
    let mut sorted: Vec<f64> = Vec::with_capacity(2 * half + 2);
    let place = |sorted: &[f64], value: f64| sorted.partition_point(|x| *x < value);
    for &value in values.iter().take(half) {
        sorted.insert(place(&sorted, value), value);
    }
    (0..values.len())
        .map(|i| {
            if let Some(&new) = values.get(i + half) {
                sorted.insert(place(&sorted, new), new);
            }
            if let Some(old) = i.checked_sub(half + 1) {
                sorted.remove(place(&sorted, values[old]));
            }
            statistic(&sorted)
        })
        .collect()
}

/// The subspaces of neighbours; the ends are mirrored.
fn neighbours(drr: &[f64]) -> (Vec<f64>, Vec<f64>) {
    let n = drr.len();
    // What is `ahead` places after `i`, mirrored at the last and the first.
    let at = |i: usize, ahead: isize| {
        let place = i as isize + ahead;
        let last = n as isize - 1;
        let place = if place < 0 { -place } else { place };
        let place = if place > last {
            2 * last - place
        } else {
            place
        };
        drr[place.clamp(0, last) as usize]
    };
    let s12 = (0..n).map(|i| match drr[i] {
        x if x > 0.0 => at(i, -1).max(at(i, 1)),
        x if x < 0.0 => at(i, -1).min(at(i, 1)),
        _ => 0.0,
    });
    let s22 = (0..n).map(|i| match drr[i] {
        x if x >= 0.0 => at(i, 1).min(at(i, 2)),
        x if x < 0.0 => at(i, 1).max(at(i, 2)),
        _ => 0.0,
    });
    (s12.collect(), s22.collect())
}

#[cfg(test)]
mod tests {
    use emo_dsp::SampleRate;
    use emo_testing::{assert_close, fixture, load_npy};

    use super::*;

    fn golden(name: &str) -> Vec<f64> {
        load_npy(fixture(format!("emo-hr/{name}.npy")))
            .iter()
            .copied()
            .collect()
    }

    fn beats(at: Vec<f64>) -> Beats {
        let rate = SampleRate::from_hz(1000.0).expect("a valid rate");
        let n_samples = at.last().map_or(1, |last| *last as usize + 2);
        Beats::at(at, n_samples, rate).expect("valid beats")
    }

    fn corrector(form: ArtifactForm) -> ArtifactCorrector {
        let config = ArtifactConfig {
            form,
            ..ArtifactConfig::default()
        };
        ArtifactCorrector::new(&config).expect("a valid configuration")
    }

    #[test]
    fn corrected_beats_and_spaces_are_neurokits() {
        let raw = beats(golden("in_peaks_artefacts_60s"));
        let corrector = corrector(ArtifactForm::NeuroKit);
        let correction = corrector.correct(&raw).expect("valid beats");
        assert_eq!(correction.beats.positions(), golden("hr_fixpeaks_iter_60s"));
        let classes = |name: &str| -> Vec<usize> {
            let indices = golden(&format!("hr_fixclass_{name}_once_60s"));
            indices.iter().map(|&i| i as usize).collect()
        };
        assert_eq!(correction.artifacts.ectopic, classes("ectopic"));
        assert_eq!(correction.artifacts.missed, classes("missed"));
        assert_eq!(correction.artifacts.extra, classes("extra"));
        assert_eq!(correction.artifacts.long_short, classes("longshort"));
        let space = corrector.space(&raw);
        assert_close(space.drr, golden("hr_fixspace_drrs_60s"), 1e-9, 1.1e-11);
        assert_close(space.mrr, golden("hr_fixspace_mrrs_60s"), 1e-9, 6.34e-12);
    }

    #[test]
    fn what_was_done_to_beats_is_undone() {
        // What the script did: beat 12 moved early, beat 30 removed, one put in after the then 45th.
        let raw = beats(golden("in_peaks_artefacts_60s"));
        let correction = corrector(ArtifactForm::Paper)
            .correct(&raw)
            .expect("valid beats");
        assert_eq!(correction.artifacts.missed, [30]);
        assert_eq!(correction.artifacts.extra, [46]);
        assert!(
            correction.artifacts.ectopic.contains(&12)
                || correction.artifacts.long_short.contains(&12)
        );
        let intervals = correction.beats.intervals_s();
        let steps = intervals.windows(2).map(|pair| (pair[1] - pair[0]).abs());
        assert!(steps.fold(0.0, f64::max) < 0.2, "{intervals:?}");
        assert!(raw.intervals_s().iter().any(|interval| *interval > 1.4));
    }

    #[test]
    fn few_and_even_beats_are_returned_as_given() {
        for form in [ArtifactForm::Paper, ArtifactForm::NeuroKit] {
            for n in [0, 1, 2, 4, 5, 60] {
                let given = beats((0..n).map(|i| f64::from(i) * 800.0).collect());
                let correction = corrector(form).correct(&given).expect("valid beats");
                assert_eq!(correction.beats, given);
                assert_eq!(correction.artifacts.count(), 0);
            }
        }
    }

    #[test]
    fn bad_settings_are_named() {
        for change in [
            (|c| c.alpha = 0.0) as fn(&mut ArtifactConfig),
            |c| c.c1 = f64::NAN,
            |c| c.quartile_window = 90,
            |c| c.median_window = 0,
            |c| c.max_passes = 0,
        ] {
            let mut config = ArtifactConfig::default();
            change(&mut config);
            assert!(matches!(
                ArtifactCorrector::new(&config),
                Err(HrError::InvalidSetting { .. })
            ));
        }
    }
}
