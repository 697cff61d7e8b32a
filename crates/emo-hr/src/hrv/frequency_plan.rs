use emo_dsp::{BandPower, Detrend, SampleRate, Welch, WelchConfig};

use crate::HrError;
use crate::interpolation::Interpolation;
use crate::spline::Spline;

use super::frequency::{planned, power_by};
use super::spectrum::{FftLen, SegmentLen, Spectrum, SpectrumMethod};
use super::tachogram::TachogramEnd;
use super::{FrequencyConfig, FrequencyDomain};

/// The frequency domain of window after window, planned once: what [`HrvStream::frequency`](crate::HrvStream::frequency)
/// uses. Allocates only for a window with more intervals, or longer, than any before.
#[derive(Debug, Clone)]
pub struct FrequencyPlan {
    config: FrequencyConfig,
    detrend: Detrend,
    rate_hz: f64,
    segment_len: usize,
    welch: Welch,
    bands: [Option<BandPower>; 5],
    spline: Spline,
    times_s: Vec<f64>,
    intervals_ms: Vec<f64>,
    tachogram: Vec<f64>,
    spectrum: Spectrum,
}

impl FrequencyPlan {
    /// Plans the spectrum and the bands.
    ///
    /// # Errors
    /// - [`HrError::InvalidSetting`] unless the spectrum is Welch's with segments of so many values, from a cubic or
    ///   quadratic tachogram that ends within the intervals, at 1 to 1000 Hz, and without a lowest number of periods;
    ///   [`FrequencyConfig::default`] is such.
    /// - [`HrError::Dsp`] for lengths that have no transform or a band that is not one.
    pub fn new(config: &FrequencyConfig) -> Result<Self, HrError> {
        let spectrum = &config.spectrum;
        let invalid = |name, value, expected| HrError::InvalidSetting {
            name,
            value,
            expected,
        };
        let SpectrumMethod::Welch {
            segment: SegmentLen::Samples(segment_len),
            fft,
            window,
            detrend,
        } = spectrum.method
        else {
            return Err(invalid(
                "method",
                0.0,
                "Welch, segments of a number of values",
            ));
        };
        let degree = match spectrum.interpolation {
            Interpolation::Cubic => 3,
            Interpolation::Quadratic => 2,
            _ => return Err(invalid("interpolation", 0.0, "cubic or quadratic")),
        };
        if spectrum.end != TachogramEnd::Within {
            return Err(invalid("end", 0.0, "within the intervals"));
        }
        if config.min_periods != 0.0 {
            return Err(invalid("min_periods", config.min_periods, "0"));
        }
        let rate_hz = spectrum.rate_hz;
        if !(1.0..=1000.0).contains(&rate_hz) {
            return Err(invalid("rate_hz", rate_hz, "1 to 1000"));
        }
        let mut welch = WelchConfig::new(SampleRate::from_hz(rate_hz)?, segment_len);
        welch.fft_len = match fft {
            FftLen::Segments(times) => times.saturating_mul(segment_len),
            FftLen::Samples(len) => len.max(segment_len),
        };
        welch.window = window;
        welch.detrend = detrend;
        let welch = Welch::new(&welch)?;
        let (n_bins, bin_hz) = (welch.n_bins(), welch.bin_hz());
        let mut bands = [const { None }; 5];
        for (band, band_hz) in bands.iter_mut().zip(config.bands_hz) {
            if let Some(band_hz) = band_hz {
                *band = planned(band_hz, config, n_bins, bin_hz)?;
            }
        }
        Ok(Self {
            config: config.clone(),
            detrend: spectrum.detrend,
            rate_hz,
            segment_len,
            welch,
            bands,
            spline: Spline::empty(degree),
            times_s: Vec::new(),
            intervals_ms: Vec::new(),
            tachogram: Vec::new(),
            spectrum: Spectrum {
                density: vec![0.0; n_bins],
                bin_hz,
                duration_s: 0.0,
            },
        })
    }

    /// The frequency domain of intervals with their ends in seconds; `None` for a tachogram shorter than a segment.
    pub(crate) fn compute(
        &mut self,
        intervals: impl Iterator<Item = (f64, f64)>,
    ) -> Result<Option<FrequencyDomain>, HrError> {
        self.times_s.clear();
        self.intervals_ms.clear();
        for (ms, end_s) in intervals {
            self.times_s.push(end_s);
            self.intervals_ms.push(ms);
        }
        let (Some(start_s), Some(end_s)) = (self.times_s.first(), self.times_s.last()) else {
            return Ok(None);
        };
        let step = 1.0 / self.rate_hz;
        let len = ((end_s - start_s) / step).ceil() as usize;
        // A stream holds at most 65,536 intervals of a minute, but gaps between them may be of any length.
        let longest = 1 << 26;
        if self.times_s.len() < 4 || len < self.segment_len.max(8) || len > longest {
            return Ok(None);
        }
        self.spline.fit(&self.times_s, &self.intervals_ms);
        let (spline, start_s) = (&self.spline, *start_s);
        self.tachogram.clear();
        self.tachogram
            .extend((0..len).map(|i| spline.at(start_s + i as f64 * step)));
        self.detrend.apply(&mut self.tachogram);
        self.welch
            .compute_into(&self.tachogram, &mut self.spectrum.density)?;
        self.spectrum.duration_s = len as f64 / self.rate_hz;
        let (bands, spectrum) = (&self.bands, &self.spectrum);
        FrequencyDomain::by(spectrum, &self.config, |i, _| match &bands[i] {
            Some(band) => power_by(band, spectrum),
            None => Ok(None),
        })
        .map(Some)
    }
}
