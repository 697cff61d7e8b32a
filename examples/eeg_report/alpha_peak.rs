//! The frequency of the alpha rhythm.

use emo_fusion::eeg::{AperiodicSlope, AperiodicSlopeConfig};

/// Where the rhythm is looked for, in Hz.
const RANGE_HZ: [f64; 2] = [7.0, 13.0];

/// How far a peak has to stand out of the rest of the spectrum, in dB; our choice.
const MIN_PROMINENCE_DB: f64 = 1.5;

/// The frequency in Hz at which a density with bins `bin_hz` apart stands out most, once its slope is taken off, and by
/// how many dB; none where nothing does.
pub(crate) fn alpha_peak(density: &[f64], bin_hz: f64, line_hz: f64) -> Option<(f64, f64)> {
    let mut config = AperiodicSlopeConfig::default();
    config.line_hz = line_hz;
    let mut slope = AperiodicSlope::new(&config, density.len(), bin_hz).ok()?;
    let exponent = slope.compute(density).ok()?;
    let hz = |bin: usize| bin as f64 * bin_hz;
    let level = |bin: usize| 10.0 * (density[bin].log10() - exponent * hz(bin).log10());
    let [low, high] = config.range_hz;
    let [from, to] = config.without_hz;
    let mut rest: Vec<f64> = (1..density.len())
        .filter(|&bin| (low..=high).contains(&hz(bin)) && !(from..=to).contains(&hz(bin)))
        .map(level)
        .collect();
    rest.sort_by(f64::total_cmp);
    let ground = *rest.get(rest.len() / 2)?;
    let is_peak = |bin: &usize| level(*bin) >= level(bin - 1) && level(*bin) > level(bin + 1);
    let peak = (2..density.len() - 1)
        .filter(|&bin| (RANGE_HZ[0]..=RANGE_HZ[1]).contains(&hz(bin)))
        .filter(is_peak)
        .max_by(|&a, &b| level(a).total_cmp(&level(b)))?;
    let prominence = level(peak) - ground;
    if prominence < MIN_PROMINENCE_DB {
        return None;
    }
    // The vertex of the parabola through the peak and its neighbours.
    let (before, at, after) = (level(peak - 1), level(peak), level(peak + 1));
    let shift = 0.5 * (before - after) / (before - 2.0 * at + after);
    Some((hz(peak) + shift * bin_hz, prominence))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 1/f with a bump at `peak_hz`, in bins of half a hertz.
    fn spectrum(peak_hz: f64, height: f64) -> Vec<f64> {
        (0..129)
            .map(|bin| {
                let hz = 0.5 * f64::from(bin.max(1));
                (1.0 + height * (-((hz - peak_hz) / 1.2).powi(2)).exp()) / hz
            })
            .collect()
    }

    #[test]
    fn a_rhythm_is_found_between_the_bins() {
        for peak_hz in [8.2, 9.75, 11.4] {
            let (found, _) = alpha_peak(&spectrum(peak_hz, 5.0), 0.5, 50.0).unwrap();
            assert!((found - peak_hz).abs() < 0.1, "{found} for {peak_hz}");
        }
    }

    #[test]
    fn a_slope_alone_has_none() {
        assert_eq!(alpha_peak(&spectrum(10.0, 0.0), 0.5, 50.0), None);
        assert_eq!(alpha_peak(&spectrum(10.0, 0.1), 0.5, 50.0), None);
        assert_eq!(alpha_peak(&[0.0; 129], 0.5, 50.0), None);
    }
}
