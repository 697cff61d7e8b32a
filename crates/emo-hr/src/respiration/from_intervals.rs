use crate::{HrError, RrSeries, Spectrum, SpectrumConfig, SpectrumMethod};

/// Where breathing is looked for, in Hz.
pub(super) const BAND_HZ: [f64; 2] = [0.1, 0.5];
/// Distance from the highest bin up to which power counts as its, in Hz.
const PEAK_HZ: f64 = 0.02;
/// Share of the power in the band that it must hold.
const MIN_SHARE: f64 = 0.3;

/// Breaths per minute, from 6 to 30, in intervals between beats alone.
///
/// Where the Lomb–Scargle spectrum is highest between 0.1 and 0.5 Hz, if 0.02 Hz on either side hold at least 0.3 of
/// the power in this band; `None` otherwise. A slow breath falls into the band of blood pressure waves, so `None` and
/// 6 per minute are the likely answers below 8 per minute. Whatever else moves intervals periodically is taken for breath,
/// as the uneven motor of a tape recorder; of an ECG, [`respiration_rate_from_heights`](crate::respiration_rate_from_heights)
/// does not depend on the clock.
///
/// # Errors
/// [`HrError::TooFewIntervals`] below four intervals.
pub fn respiration_rate(rr: &RrSeries) -> Result<Option<f64>, HrError> {
    let config = SpectrumConfig {
        method: SpectrumMethod::LombScargle { step_hz: 0.001 },
        ..SpectrumConfig::default()
    };
    let spectrum = Spectrum::compute(rr, &config)?;
    let bins = spectrum.density.iter().enumerate();
    let bins = bins.map(|(k, power)| (k as f64 * spectrum.bin_hz, *power));
    Ok(highest_rate(&bins.collect::<Vec<_>>()))
}

/// Breaths per minute at the highest of `bins`, pairs of frequencies in Hz and powers, if what is near it holds enough.
pub(super) fn highest_rate(bins: &[(f64, f64)]) -> Option<f64> {
    let bins = || {
        let band = BAND_HZ[0] - 1e-9..=BAND_HZ[1] + 1e-9;
        bins.iter().filter(move |(hz, _)| band.contains(hz))
    };
    let total: f64 = bins().map(|(_, power)| power).sum();
    let (peak_hz, _) = bins().reduce(|best, bin| if bin.1 > best.1 { bin } else { best })?;
    let near = bins().filter(|(hz, _)| (hz - peak_hz).abs() <= PEAK_HZ + 1e-9);
    let held: f64 = near.map(|(_, power)| power).sum();
    (total > 0.0 && held >= MIN_SHARE * total).then_some(60.0 * peak_hz)
}
