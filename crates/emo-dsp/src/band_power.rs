use std::ops::Range;

use crate::DspError;

/// How close to a band's edge a bin counts as on it, in bins: frequencies carry rounding.
const ON_EDGE: f64 = 1e-9;

/// How the bins of a band become its power.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Integration {
    /// Simpson's rule, with Cartwright's correction for an even number of bins; as SciPy's `simpson`.
    #[default]
    Simpson,
    /// The trapezoid rule.
    Trapezoid,
    /// The sum of all bins, each as wide as their distance.
    Rectangle,
}

/// Which bins on its edges a band holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum BandEdges {
    /// The lower one, so that neighbouring bands share no bin: `low ≤ f < high`.
    #[default]
    HalfOpen,
    /// Both: `low ≤ f ≤ high`.
    Closed,
}

impl BandEdges {
    /// The bins of a band among `n_bins` from 0 Hz in steps of `bin_hz`, as those of [`Welch`](crate::Welch).
    ///
    /// A bin within a billionth of a step of an edge counts as on it.
    ///
    /// # Errors
    /// - [`DspError::InvalidSetting`] for a `bin_hz` that is not a finite number above 0.
    /// - [`DspError::ReversedBand`] unless `0 ≤ low_hz < high_hz`.
    /// - [`DspError::EmptyBand`] for a band without bins.
    pub fn bins(
        self,
        [low_hz, high_hz]: [f64; 2],
        n_bins: usize,
        bin_hz: f64,
    ) -> Result<Range<usize>, DspError> {
        if !(bin_hz.is_finite() && bin_hz > 0.0) {
            return Err(DspError::InvalidSetting {
                name: "bin_hz",
                value: bin_hz,
                expected: "a finite number above 0",
            });
        }
        if !(low_hz >= 0.0 && low_hz < high_hz) {
            return Err(DspError::ReversedBand { low_hz, high_hz });
        }
        // Casts saturate, for edges beyond any spectrum.
        let begin = (low_hz / bin_hz - ON_EDGE).ceil() as usize;
        let end = match self {
            Self::HalfOpen => (high_hz / bin_hz - ON_EDGE).ceil(),
            Self::Closed => (high_hz / bin_hz + ON_EDGE).floor() + 1.0,
        };
        let bins = begin..(end as usize).min(n_bins);
        if bins.is_empty() {
            return Err(DspError::EmptyBand {
                low_hz,
                high_hz,
                n_bins,
                bin_hz,
            });
        }
        Ok(bins)
    }
}

/// What the power of bands is divided by.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
#[non_exhaustive]
pub enum RelativeTo {
    /// Nothing: absolute power.
    #[default]
    Absolute,
    /// The power of the whole spectrum.
    Whole,
    /// The power between two frequencies in Hz, by the same rule.
    Range {
        /// Lower edge.
        low_hz: f64,
        /// Upper edge.
        high_hz: f64,
    },
}

/// Settings of [`BandPower`].
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct BandPowerConfig {
    /// Lower and upper edge of each band in Hz; the first at least 0 and below the second.
    pub bands_hz: Vec<[f64; 2]>,
    /// Default: Simpson's rule.
    pub integration: Integration,
    /// Default: half-open.
    pub edges: BandEdges,
    /// Default: absolute.
    pub relative_to: RelativeTo,
}

impl BandPowerConfig {
    /// The defaults for these bands.
    pub fn new(bands_hz: impl Into<Vec<[f64; 2]>>) -> Self {
        Self {
            bands_hz: bands_hz.into(),
            integration: Integration::default(),
            edges: BandEdges::default(),
            relative_to: RelativeTo::default(),
        }
    }
}

/// Power in bands of a spectrum that is given as a density.
///
/// ```
/// use emo_dsp::{BandPower, BandPowerConfig};
///
/// // 2 units per hertz in bins of 0.5 Hz, up to 64 Hz.
/// let density = [2.0; 129];
/// let bands = BandPower::new(&BandPowerConfig::new([[8.0, 13.0], [13.0, 30.0]]), 129, 0.5)?;
/// // Half-open bands end with the last bin below their upper edge.
/// assert_eq!(bands.compute(&density)?, [2.0 * 4.5, 2.0 * 16.5]);
/// # Ok::<(), emo_dsp::DspError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct BandPower {
    bins: Vec<Range<usize>>,
    total: Option<Range<usize>>,
    n_bins: usize,
    bin_hz: f64,
    integration: Integration,
}

impl BandPower {
    /// Finds each band's bins among `n_bins` from 0 Hz in steps of `bin_hz`, as those of [`Welch`](crate::Welch).
    ///
    /// # Errors
    /// - [`DspError::ReversedBand`] unless `0 ≤ low < high` holds for each band.
    /// - [`DspError::EmptyBand`] for a band without bins.
    /// - [`DspError::InvalidSetting`] for a `bin_hz` that is not a finite number above 0.
    pub fn new(config: &BandPowerConfig, n_bins: usize, bin_hz: f64) -> Result<Self, DspError> {
        let find = |band: [f64; 2]| config.edges.bins(band, n_bins, bin_hz);
        let total = match config.relative_to {
            RelativeTo::Absolute => None,
            RelativeTo::Whole => Some(0..n_bins),
            RelativeTo::Range { low_hz, high_hz } => Some(find([low_hz, high_hz])?),
        };
        Ok(Self {
            bins: config
                .bands_hz
                .iter()
                .copied()
                .map(find)
                .collect::<Result<_, _>>()?,
            total,
            n_bins,
            bin_hz,
            integration: config.integration,
        })
    }

    /// The number of bands.
    pub fn n_bands(&self) -> usize {
        self.bins.len()
    }

    /// The power of each band: the density's unit times hertz, or a share.
    ///
    /// # Errors
    /// - [`DspError::LengthMismatch`] for a spectrum of another length than planned for.
    /// - [`DspError::NonFinite`] for a NaN or infinite bin.
    /// - [`DspError::NoPower`] for relative power where the total is not above 0.
    pub fn compute(&self, density: &[f64]) -> Result<Vec<f64>, DspError> {
        let mut powers = vec![0.0; self.bins.len()];
        self.compute_into(density, &mut powers)?;
        Ok(powers)
    }

    /// Writes the power of each band, without allocating.
    ///
    /// # Errors
    /// As [`compute`](Self::compute), and [`DspError::LengthMismatch`] unless `powers` holds a value for each band.
    pub fn compute_into(&self, density: &[f64], powers: &mut [f64]) -> Result<(), DspError> {
        for (name, actual, expected) in [
            ("density", density.len(), self.n_bins),
            ("powers", powers.len(), self.bins.len()),
        ] {
            if actual != expected {
                return Err(DspError::LengthMismatch {
                    name,
                    actual,
                    expected,
                });
            }
        }
        crate::filter::check_finite(density)?;
        let power = |bins: &Range<usize>| self.integrate(&density[bins.clone()]);
        let total = match &self.total {
            None => 1.0,
            Some(bins) => power(bins),
        };
        if total <= 0.0 {
            return Err(DspError::NoPower { total });
        }
        for (value, bins) in powers.iter_mut().zip(&self.bins) {
            *value = power(bins) / total;
        }
        Ok(())
    }

    fn integrate(&self, density: &[f64]) -> f64 {
        self.bin_hz
            * match self.integration {
                Integration::Rectangle => density.iter().sum(),
                Integration::Trapezoid => trapezoid(density),
                Integration::Simpson => simpson(density),
            }
    }
}

fn trapezoid(values: &[f64]) -> f64 {
    let ends = (values[0] + values[values.len() - 1]) / 2.0;
    values.iter().sum::<f64>() - ends
}

/// The rule over an odd number of values; for an even one, the last interval is that of the parabola through the last
/// three (K. V. Cartwright (2017). Simpson's rule cumulative integration with MS Excel and irregularly-spaced data.
/// Journal of Mathematical Sciences and Mathematics Education 12(2)).
fn simpson(values: &[f64]) -> f64 {
    let len = values.len();
    if len <= 2 {
        return trapezoid(values);
    }
    let odd = len - 1 + len % 2;
    let sum: f64 = values[..odd]
        .iter()
        .enumerate()
        .map(|(n, value)| match n {
            0 => *value,
            n if n == odd - 1 => *value,
            n if n % 2 == 1 => 4.0 * value,
            _ => 2.0 * value,
        })
        .sum();
    let last = if odd == len {
        0.0
    } else {
        5.0 / 12.0 * values[len - 1] + 2.0 / 3.0 * values[len - 2] - values[len - 3] / 12.0
    };
    sum / 3.0 + last
}

#[cfg(test)]
mod tests {
    use emo_testing::assert_close;

    use super::*;

    #[test]
    fn parabolas_are_integrated_exactly() {
        for n_bins in 3..12 {
            let density: Vec<f64> = (0..n_bins).map(|n| (n as f64).powi(2)).collect();
            let end = (n_bins - 1) as f64;
            let config = BandPowerConfig {
                edges: BandEdges::Closed,
                ..BandPowerConfig::new([[0.0, end]])
            };
            let bands = BandPower::new(&config, n_bins, 1.0).unwrap();
            assert_close(
                bands.compute(&density).unwrap(),
                [end.powi(3) / 3.0],
                1e-12,
                0.0,
            );
        }
    }

    #[test]
    fn neighbouring_bands_share_no_bin() {
        let config = BandPowerConfig {
            integration: Integration::Rectangle,
            ..BandPowerConfig::new([[0.0, 0.3], [0.3, 0.9], [0.9, 1.1]])
        };
        // 3 · 0.1 is a little above 0.3.
        let bands = BandPower::new(&config, 11, 0.1).unwrap();
        assert_close(
            bands.compute(&[10.0; 11]).unwrap(),
            [3.0, 6.0, 2.0],
            1e-12,
            0.0,
        );
    }

    #[test]
    fn bands_out_of_range_are_named() {
        let error = |band: [f64; 2]| {
            BandPower::new(&BandPowerConfig::new([band]), 129, 0.5).expect_err("an invalid band")
        };
        for band in [[4.0, 4.0], [5.0, 4.0], [-1.0, 4.0], [f64::NAN, 1.0]] {
            assert!(matches!(error(band), DspError::ReversedBand { .. }));
        }
        for band in [[65.0, 70.0], [0.1, 0.2], [1e300, f64::INFINITY]] {
            assert!(matches!(error(band), DspError::EmptyBand { .. }));
        }
        let config = BandPowerConfig {
            relative_to: RelativeTo::Whole,
            ..BandPowerConfig::new([[1.0, 4.0]])
        };
        let bands = BandPower::new(&config, 3, 1.0).unwrap();
        assert_eq!(
            bands.compute(&[0.0; 3]),
            Err(DspError::NoPower { total: 0.0 })
        );
        assert!(matches!(
            bands.compute(&[0.0; 4]),
            Err(DspError::LengthMismatch { .. })
        ));
    }
}
