//! Which windows are beyond repair, and why.

use std::ops::Range;

use emo_fusion::{
    eeg::{ChannelMeasures, EegError, Quality, QualityConfig, RejectionConfig, SampleRate},
    ndarray::{Array2, ArrayView1, s},
    pipeline::Stretch,
};

use crate::cleaning::Cleaned;

/// Share of a window that may stand still; our choice: 0.4 s of 4 s, as no electrode in contact does.
const MAX_FLAT: f64 = 0.1;

/// Power of the mains over that of 1–45 Hz at which the line term of [`Quality`] is 0.
const MAX_LINE_RATIO: f64 = 1.0;

/// Excess kurtosis; our choice: EEG has about 0, electrode pops have tens.
const MAX_KURTOSIS: f64 = 8.0;

/// Equal samples at a channel's extreme of the recording from which on they are at the amplifier's limit.
const RAIL_RUN: usize = 3;

/// Why a channel's window is rejected, the worst first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reason {
    Flat,
    Saturated,
    Line,
    Amplitude,
    Kurtosis,
}

impl Reason {
    pub(crate) const ALL: [Self; 5] = [
        Self::Flat,
        Self::Saturated,
        Self::Line,
        Self::Amplitude,
        Self::Kurtosis,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Flat => "flat",
            Self::Saturated => "saturated",
            Self::Line => "line noise",
            Self::Amplitude => "amplitude",
            Self::Kurtosis => "kurtosis",
        }
    }

    /// What rejects a window.
    pub(crate) fn limit(self) -> String {
        let limits = RejectionConfig::default();
        let uv = |limit: Option<f64>| limit.map_or("–".to_owned(), |uv| uv.to_string());
        match self {
            Self::Flat => format!(
                "over {:.0} % stand still, or under {} µV from peak to peak",
                100.0 * MAX_FLAT,
                uv(limits.min_peak_to_peak_uv)
            ),
            Self::Saturated => format!("{RAIL_RUN} equal samples at the channel's limit"),
            Self::Line => "mains above the power of 1–45 Hz".to_owned(),
            Self::Amplitude => format!(
                "over {} µV from peak to peak, or a step over {} µV",
                uv(limits.max_peak_to_peak_uv),
                uv(limits.max_step_uv)
            ),
            Self::Kurtosis => format!("excess above {MAX_KURTOSIS}, as of blinks and pops"),
        }
    }
}

/// A set of reasons.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Reasons(u8);

impl Reasons {
    fn with(self, reason: Reason, applies: bool) -> Self {
        Self(self.0 | u8::from(applies) << reason as u8)
    }

    pub(crate) fn has(self, reason: Reason) -> bool {
        self.0 >> reason as u8 & 1 == 1
    }

    pub(crate) fn is_empty(self) -> bool {
        self.0 == 0
    }

    pub(crate) fn worst(self) -> Option<Reason> {
        Reason::ALL.into_iter().find(|&reason| self.has(reason))
    }
}

/// Before or after cleaning.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Stage {
    Recorded,
    Cleaned,
}

/// A window and what was found in each channel.
pub(crate) struct Window {
    pub(crate) samples: Range<usize>,
    /// In seconds after the recording's start.
    pub(crate) span: Range<f64>,
    pub(crate) before: Vec<Reasons>,
    pub(crate) after: Vec<Reasons>,
    /// Of the recording as it is.
    pub(crate) recorded: Vec<ChannelMeasures>,
    /// Samples at the amplifier's limit, by channel, as a share.
    pub(crate) railed: Vec<f64>,
    /// From 0 to 1, before cleaning.
    pub(crate) quality: Vec<f32>,
}

impl Window {
    /// The channels that are rejected.
    pub(crate) fn n_rejected(&self, stage: Stage) -> usize {
        let reasons = match stage {
            Stage::Recorded => &self.before,
            Stage::Cleaned => &self.after,
        };
        reasons.iter().filter(|reasons| !reasons.is_empty()).count()
    }

    pub(crate) fn is_rejected(&self, stage: Stage) -> bool {
        self.n_rejected(stage) > 0
    }
}

/// All windows that lie within one stretch.
pub(crate) struct Judged {
    pub(crate) windows: Vec<Window>,
}

impl Judged {
    pub(crate) fn new(
        recorded: &Array2<f32>,
        cleaned: &Cleaned,
        rate: SampleRate,
        window_s: f64,
    ) -> Result<Self, String> {
        let len = (window_s * rate.hz()).round() as usize;
        let longest = cleaned
            .stretches
            .iter()
            .map(|stretch| stretch.samples.len())
            .max();
        let longest = longest.unwrap_or_default();
        if len > longest || len == 0 {
            return Err(format!(
                "--window {window_s}: a window has {len} samples, the longest stretch without a gap {longest} \
                 ({:.2} s at {} Hz)",
                longest as f64 / rate.hz(),
                rate.hz(),
            ));
        }
        let mut config = QualityConfig::new(rate);
        config.line_hz = cleaned.line_hz;
        let failed = |error: EegError| format!("--window {window_s}: {error}");
        let quality = Quality::new(&config).map_err(failed)?;
        let rails: Vec<[f32; 2]> = recorded
            .rows()
            .into_iter()
            .map(|row| rails(row, &cleaned.stretches))
            .collect();
        let mut windows = Vec::new();
        for stretch in &cleaned.stretches {
            for index in 0..stretch.samples.len() / len {
                let begin = stretch.samples.start + index * len;
                let samples = begin..begin + len;
                let start_s = stretch.start_s + (index * len) as f64 / rate.hz();
                let part = |signal: &Array2<f32>| {
                    quality
                        .compute(&signal.slice(s![.., samples.clone()]))
                        .map_err(failed)
                };
                let (raw, filtered, clean) = (
                    part(recorded)?,
                    part(&cleaned.filtered)?,
                    part(&cleaned.cleaned)?,
                );
                let railed: Vec<f64> = rails
                    .iter()
                    .zip(recorded.rows())
                    .map(|(rails, row)| railed(row.slice(s![samples.clone()]), *rails))
                    .collect();
                let (mut before, mut after) = (Vec::new(), Vec::new());
                for (channel, &railed) in railed.iter().enumerate() {
                    let raw = &raw.measures()[channel];
                    let (filtered, clean) =
                        (&filtered.measures()[channel], &clean.measures()[channel]);
                    let lost = Reasons::default()
                        .with(Reason::Flat, is_flat(raw, filtered))
                        .with(Reason::Saturated, railed > 0.0 && !is_flat(raw, filtered));
                    before.push(judge(lost, raw.line_ratio, filtered));
                    after.push(judge(lost, clean.line_ratio, clean));
                }
                windows.push(Window {
                    span: start_s..start_s + len as f64 / rate.hz(),
                    before,
                    after,
                    recorded: raw.measures().to_vec(),
                    railed,
                    quality: filtered.channels().to_vec(),
                    samples,
                });
            }
        }
        Ok(Self { windows })
    }

    /// Rejected windows before and after cleaning.
    pub(crate) fn rejected(&self) -> (usize, usize) {
        let count = |stage| self.windows.iter().filter(|w| w.is_rejected(stage)).count();
        (count(Stage::Recorded), count(Stage::Cleaned))
    }

    /// Windows that one channel rejects, before and after cleaning.
    pub(crate) fn rejected_by(&self, channel: usize) -> (usize, usize) {
        let before = self
            .windows
            .iter()
            .filter(|w| !w.before[channel].is_empty());
        let after = self.windows.iter().filter(|w| !w.after[channel].is_empty());
        (before.count(), after.count())
    }
}

/// What cleaning cannot bring back is lost before and after.
fn judge(lost: Reasons, line_ratio: Option<f64>, measures: &ChannelMeasures) -> Reasons {
    let limits = RejectionConfig::default();
    let above = |value: f64, limit: Option<f64>| limit.is_some_and(|limit| value > limit);
    lost.with(
        Reason::Line,
        line_ratio.is_some_and(|ratio| ratio > MAX_LINE_RATIO),
    )
    .with(
        Reason::Amplitude,
        above(measures.peak_to_peak_uv, limits.max_peak_to_peak_uv)
            || above(measures.step_uv, limits.max_step_uv),
    )
    .with(Reason::Kurtosis, measures.kurtosis > MAX_KURTOSIS)
}

fn is_flat(recorded: &ChannelMeasures, filtered: &ChannelMeasures) -> bool {
    let limit = RejectionConfig::default().min_peak_to_peak_uv;
    recorded.flat > MAX_FLAT || limit.is_some_and(|limit| filtered.peak_to_peak_uv < limit)
}

/// The lowest and the highest value of a channel, where several samples in a row stand at them; else NaN.
fn rails(row: ArrayView1<'_, f32>, stretches: &[Stretch]) -> [f32; 2] {
    let there = || {
        stretches
            .iter()
            .flat_map(|stretch| row.slice(s![stretch.samples.clone()]).to_vec())
    };
    let low = there().fold(f32::INFINITY, f32::min);
    let high = there().fold(f32::NEG_INFINITY, f32::max);
    [low, high].map(|rail| {
        let mut run = 0;
        let is_rail = there().any(|x| {
            run = if x == rail { run + 1 } else { 0 };
            run >= RAIL_RUN
        });
        if is_rail && low < high {
            rail
        } else {
            f32::NAN
        }
    })
}

/// The share of samples that stand at a limit, several in a row.
fn railed(samples: ArrayView1<'_, f32>, rails: [f32; 2]) -> f64 {
    let samples = samples.to_vec();
    let at_rail: usize = samples
        .chunk_by(|a, b| a == b)
        .filter(|run| run.len() >= RAIL_RUN && rails.contains(&run[0]))
        .map(<[f32]>::len)
        .sum();
    at_rail as f64 / samples.len() as f64
}
