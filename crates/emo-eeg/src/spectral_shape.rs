use emo_dsp::LineFit;

use crate::EegError;

/// Most bins of which all pairs are compared.
const MAX_BINS: usize = 4096;

/// Bins of the longest spectrum.
const MAX_SPECTRUM: usize = 1 << 26;

/// The frequency in Hz below which a share of a spectrum's power lies: the first bin where the sum from 0 Hz reaches
/// it, as mne-features.
///
/// `power` holds the bins from 0 Hz in steps of `bin_hz`; `share` is 0.5 for the median frequency, 0.95 for the edge.
///
/// # Errors
/// - [`EegError::InvalidSetting`] for a share outside 0 to 1.
/// - [`EegError::Undefined`] for a spectrum without power.
///
/// ```
/// # use emo_eeg::spectral_edge;
/// assert_eq!(spectral_edge(&[0.0, 1.0, 2.0, 1.0], 0.5, 0.5)?, 1.0);
/// # Ok::<(), emo_eeg::EegError>(())
/// ```
pub fn spectral_edge(power: &[f64], bin_hz: f64, share: f64) -> Result<f64, EegError> {
    if !(0.0..=1.0).contains(&share) {
        return Err(EegError::InvalidSetting {
            name: "share",
            value: share,
            expected: "0 to 1",
        });
    }
    let total: f64 = power.iter().sum();
    if !(total > 0.0 && total.is_finite()) {
        return Err(EegError::Undefined {
            measure: "spectral edge",
            reason: "the spectrum has no finite power",
        });
    }
    let mut sum = 0.0;
    let reached = power.iter().position(|p| {
        sum += p;
        sum >= share * total
    });
    // All bins together reach the whole.
    let bin = reached.unwrap_or(power.len() - 1);
    Ok(bin as f64 * bin_hz)
}

/// The straight line through the logarithms of a spectrum's power over those of frequency, both to base 10, from
/// `low_hz` to `high_hz`, both included.
///
/// # Errors
/// - [`EegError::Undefined`] for a power in that range that is not above 0.
/// - [`EegError::Dsp`] for fewer than two bins in it.
pub fn spectral_line(
    power: &[f64],
    bin_hz: f64,
    low_hz: f64,
    high_hz: f64,
) -> Result<LineFit, EegError> {
    let bins = || {
        let all = power.iter().enumerate().skip(1);
        all.map(move |(bin, &p)| (bin as f64 * bin_hz, p))
            .filter(move |&(hz, _)| (low_hz..=high_hz).contains(&hz))
    };
    if bins().any(|(_, p)| p <= 0.0) {
        return Err(EegError::Undefined {
            measure: "spectral slope",
            reason: "a bin has no power",
        });
    }
    Ok(LineFit::through(
        bins().map(|(hz, p)| (hz.log10(), p.log10())),
    )?)
}

/// Settings of [`AperiodicSlope`].
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct AperiodicSlopeConfig {
    /// Where the fit begins and ends, in Hz. Default: 2 to 40.
    pub range_hz: [f64; 2],
    /// What is left out of it, in Hz: where rhythms stand out. Default: 7 to 14.
    pub without_hz: [f64; 2],
    /// The mains; 2 Hz to both sides of it are left out. Default: 50.
    pub line_hz: f64,
}

impl Default for AperiodicSlopeConfig {
    fn default() -> Self {
        Self {
            range_hz: [2.0, 40.0],
            without_hz: [7.0, 14.0],
            line_hz: 50.0,
        }
    }
}

/// The slope of the part of a spectrum that is no rhythm: the exponent of `1/f`, negative.
///
/// The median of the slopes between all pairs of bins (Theil–Sen), of the logarithm of power over that of frequency,
/// without the bins where alpha and the mains stand out. The intent of Donoghue et al. (2020), not their fit.
///
/// # References
/// - H. Theil (1950). A rank-invariant method of linear and polynomial regression analysis. Proceedings of the KNAW 53.
/// - T. Donoghue et al. (2020). Parameterizing neural power spectra into periodic and aperiodic components. Nature
///   Neuroscience 23. doi:10.1038/s41593-020-00744-x.
#[derive(Debug, Clone)]
pub struct AperiodicSlope {
    /// The bins of the fit and the logarithm of their frequency.
    bins: Vec<(usize, f64)>,
    n_bins: usize,
    logs: Vec<f64>,
    slopes: Vec<f64>,
}

impl AperiodicSlope {
    /// Picks the bins of spectra with `n_bins` bins from 0 Hz in steps of `bin_hz`.
    ///
    /// # Errors
    /// [`EegError::InvalidSetting`] for bins that are not a finite number of hertz above 0 apart, more than 2²⁶ of them,
    /// or if fewer than 3 are left, or more than 4096, of which there are eight million pairs.
    pub fn new(
        config: &AperiodicSlopeConfig,
        n_bins: usize,
        bin_hz: f64,
    ) -> Result<Self, EegError> {
        let [low, high] = config.range_hz;
        let [from, to] = config.without_hz;
        let kept = |hz: f64| {
            hz > 0.0
                && (low..=high).contains(&hz)
                && !(from..=to).contains(&hz)
                && (hz - config.line_hz).abs() > 2.0
        };
        let invalid = |name, value, expected| {
            Err(EegError::InvalidSetting {
                name,
                value,
                expected,
            })
        };
        if !(bin_hz > 0.0 && bin_hz.is_finite()) {
            return invalid("bin_hz", bin_hz, "a finite number above 0");
        }
        if n_bins > MAX_SPECTRUM {
            return invalid("n_bins", n_bins as f64, "at most 2^26");
        }
        let bins: Vec<(usize, f64)> = (0..n_bins)
            .map(|bin| (bin, bin as f64 * bin_hz))
            .filter(|&(_, hz)| kept(hz))
            .map(|(bin, hz)| (bin, hz.ln()))
            .take(MAX_BINS + 1)
            .collect();
        if !(3..=MAX_BINS).contains(&bins.len()) {
            return invalid(
                "range_hz",
                bins.len() as f64,
                "3 to 4096 bins of the spectrum",
            );
        }
        let n_pairs = bins.len() * (bins.len() - 1) / 2;
        Ok(Self {
            logs: Vec::with_capacity(bins.len()),
            slopes: Vec::with_capacity(n_pairs),
            bins,
            n_bins,
        })
    }

    /// The slope of a spectrum.
    ///
    /// # Errors
    /// - [`EegError::SignalTooShort`] unless it has the bins of [`new`](Self::new).
    /// - [`EegError::Undefined`] if one of the bins has no finite power.
    pub fn compute(&mut self, power: &[f64]) -> Result<f64, EegError> {
        if power.len() != self.n_bins {
            return Err(EegError::SignalTooShort {
                actual: power.len(),
                required: self.n_bins,
            });
        }
        self.logs.clear();
        self.logs
            .extend(self.bins.iter().map(|&(bin, _)| power[bin].ln()));
        if self.logs.iter().any(|log| !log.is_finite()) {
            return Err(EegError::Undefined {
                measure: "aperiodic slope",
                reason: "a bin has no finite power",
            });
        }
        self.slopes.clear();
        for (i, (&(_, x), y)) in self.bins.iter().zip(&self.logs).enumerate() {
            let later = self.bins[i + 1..].iter().zip(&self.logs[i + 1..]);
            self.slopes
                .extend(later.map(|(&(_, x2), y2)| (y2 - y) / (x2 - x)));
        }
        let middle = self.slopes.len() / 2;
        let (below, &mut upper, _) = self.slopes.select_nth_unstable_by(middle, f64::total_cmp);
        if self.bins.len() * (self.bins.len() - 1) / 2 % 2 == 1 {
            return Ok(upper);
        }
        let lower = below.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        Ok((lower + upper) / 2.0)
    }
}
