use std::ops::Range;

use ndarray::{ArrayViewMut2, s};

use super::log_mel::{LogScale, Reference};
use super::shape::check_share;
use super::{Measure, numbered};
use crate::frames::Frame;
use crate::signal::{check_positive, check_range};
use crate::{Frames, SpeechError};

/// Settings of the spectral contrast.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct ContrastConfig {
    /// Number of octaves; default 6. There is one value more, for the band below.
    pub n_bands: usize,
    /// Where the first octave begins in Hz; default 200.
    #[doc(alias = "fmin")]
    pub min_frequency: f64,
    /// Share of the bins of a band that make its peak and its valley; default 0.02. At least one bin does.
    pub quantile: f64,
    /// How many dB below the loudest peak, or valley, of all frames one is cut; default 80 as in librosa, `None` for
    /// streams, which do not know the loudest frame.
    pub top_db: Option<f64>,
}

impl Default for ContrastConfig {
    fn default() -> Self {
        Self {
            n_bands: 6,
            min_frequency: 200.0,
            quantile: 0.02,
            top_db: Some(80.0),
        }
    }
}

#[derive(Debug)]
pub(super) struct Contrast {
    bands: Vec<Band>,
    sorted: Vec<f64>,
    log: LogScale,
}

#[derive(Debug)]
struct Band {
    bins: Range<usize>,
    /// How many bins make a peak or a valley.
    n_extreme: usize,
}

impl Contrast {
    pub(super) fn new(config: &ContrastConfig, frames: &Frames) -> Result<Self, SpeechError> {
        check_range("n_bands", config.n_bands, 1, 30)?;
        check_positive("min_frequency", config.min_frequency)?;
        check_share("quantile", config.quantile)?;
        let log = LogScale::Decibel {
            min_power: 1e-10,
            reference: Reference::Power(1.0),
            top_db: config.top_db,
        };
        log.check()?;
        let edge = |band: usize| match band {
            0 => 0.0,
            _ => config.min_frequency * 2.0_f64.powi(i32::try_from(band).unwrap_or(0) - 1),
        };
        let nyquist = f64::from(frames.config().sample_rate) / 2.0;
        let n_bins = frames.n_bins();
        let mut bands = Vec::new();
        for band in 0..=config.n_bands {
            let (low, high) = (edge(band), edge(band + 1));
            let first = (0..n_bins).find(|&bin| frames.bin_hz(bin) >= low);
            let last = (0..n_bins).rfind(|&bin| frames.bin_hz(bin) <= high);
            // As in librosa a band begins with the bin below its edge, all but the last end before their last bin, and
            // the last one reaches to the end of the spectrum.
            let is_last = band == config.n_bands;
            let begin = first.map(|first| first.saturating_sub(usize::from(band > 0)));
            let end = if is_last { Some(n_bins) } else { last };
            let bins = begin.zip(end).map(|(begin, end)| begin..end);
            let Some(bins) = bins.filter(|bins| low < nyquist && !bins.is_empty()) else {
                return Err(SpeechError::FrequencyRange {
                    min_frequency: low,
                    max_frequency: high,
                    nyquist,
                });
            };
            let n_counted = bins.len() + usize::from(!is_last);
            let n_extreme = (config.quantile * n_counted as f64).round_ties_even();
            bands.push(Band {
                n_extreme: (n_extreme as usize).clamp(1, bins.len()),
                bins,
            });
        }
        Ok(Self {
            sorted: Vec::with_capacity(n_bins),
            bands,
            log,
        })
    }
}

/// The raw numbers are the peaks, then the valleys.
impl Measure for Contrast {
    fn names(&self) -> Vec<String> {
        numbered("contrast", self.bands.len())
    }

    fn raw_len(&self) -> usize {
        2 * self.bands.len()
    }

    fn needs_magnitude(&self) -> bool {
        true
    }

    fn needs_whole_signal(&self) -> bool {
        self.log.needs_whole_signal()
    }

    fn measure(&mut self, frame: &Frame<'_>, raw: &mut [f64]) {
        let (peaks, valleys) = raw.split_at_mut(self.bands.len());
        for ((band, peak), valley) in self.bands.iter().zip(peaks).zip(valleys) {
            self.sorted.clear();
            self.sorted
                .extend_from_slice(&frame.magnitude[band.bins.clone()]);
            let n = band.n_extreme;
            let mean = |extremes: &mut [f64]| {
                // A fixed order makes the sum independent of how the rest was arranged.
                extremes.sort_unstable_by(f64::total_cmp);
                extremes.iter().sum::<f64>() / n as f64
            };
            let from_top = self.sorted.len() - n;
            self.sorted.select_nth_unstable_by(n - 1, f64::total_cmp);
            *valley = mean(&mut self.sorted[..n]);
            self.sorted.select_nth_unstable_by(from_top, f64::total_cmp);
            *peak = mean(&mut self.sorted[from_top..]);
        }
        self.log.apply(raw);
    }

    fn level(&self, mut raw: ArrayViewMut2<'_, f64>) {
        let n = self.bands.len();
        self.log.level(raw.slice_mut(s![.., ..n]));
        self.log.level(raw.slice_mut(s![.., n..]));
    }

    fn finish(&self, raw: &[f64], values: &mut [f64]) {
        let (peaks, valleys) = raw.split_at(self.bands.len());
        for ((value, peak), valley) in values.iter_mut().zip(peaks).zip(valleys) {
            *value = peak - valley;
        }
    }
}
