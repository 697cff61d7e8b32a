/// The least power whose logarithm is taken, -140 dB.
const MIN_POWER: f64 = 1e-14;
/// Upper end of the alpha ratio, the Hammarberg index and the flux, in Hz.
const TOP_HZ: f64 = 5_000.0;

/// Spectral balance and change of one frame.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct SpectralShape {
    /// Power from 1 to 5 kHz above that below 1 kHz, in dB: higher in bright voices.
    pub(super) alpha_ratio: f64,
    /// The strongest bin below 2 kHz above the strongest from 2 to 5 kHz, in dB.
    pub(super) hammarberg_index: f64,
    /// Slope of the spectrum in dB from 0 to 500 Hz, in dB per Hz.
    pub(super) slope_low: f64,
    /// The same from 500 to 1500 Hz.
    pub(super) slope_high: f64,
    /// Root of the mean squared change of the magnitudes below 5 kHz since the frame before; 0 in the first.
    pub(super) flux: f64,
}

/// Computes [`SpectralShape`] frame by frame.
#[derive(Debug, Clone)]
pub(super) struct ShapeMeter {
    one_khz: usize,
    two_khz: usize,
    /// One more than the last bin up to 5 kHz.
    end: usize,
    slopes: [Slope; 2],
    decibels: Vec<f64>,
    previous: Vec<f64>,
    is_first: bool,
}

/// Regression of the spectrum in dB over a band; a bin at an edge counts by its share.
#[derive(Debug, Clone)]
struct Slope {
    first_bin: usize,
    weights: Vec<f64>,
}

impl ShapeMeter {
    pub(super) fn new(n_bins: usize, bin_hz: f64) -> Self {
        let first_at = |hz: f64| ((hz / bin_hz).ceil() as usize).min(n_bins);
        let slopes = [(0.0, 500.0), (500.0, 1_500.0)].map(|(low, high)| {
            let top = bin_hz * (n_bins - 1) as f64;
            Slope::new(f64::min(low, top), f64::min(high, top), bin_hz)
        });
        Self {
            one_khz: first_at(1_000.0),
            two_khz: first_at(2_000.0),
            end: ((TOP_HZ / bin_hz).floor() as usize + 1).min(n_bins),
            decibels: vec![0.0; slopes[1].end().max(slopes[0].end())],
            slopes,
            previous: vec![0.0; first_at(TOP_HZ)],
            is_first: true,
        }
    }

    /// Forgets the frame before.
    pub(super) fn reset(&mut self) {
        self.is_first = true;
    }

    pub(super) fn measure(&mut self, magnitudes: &[f64]) -> SpectralShape {
        let power = |range: &[f64]| range.iter().map(|m| m * m).sum::<f64>();
        let peak = |range: &[f64]| range.iter().fold(0.0, |max: f64, &m| max.max(m * m));
        let (low, high) = magnitudes[..self.end].split_at(self.one_khz.min(self.end));
        let (dull, bright) = magnitudes[..self.end].split_at(self.two_khz.min(self.end));
        for (decibel, magnitude) in self.decibels.iter_mut().zip(magnitudes) {
            *decibel = to_db(magnitude * magnitude);
        }
        let slope = |slope: &Slope| slope.apply(&self.decibels);
        let shape = SpectralShape {
            alpha_ratio: ratio_db(power(high), power(low)),
            hammarberg_index: ratio_db(peak(dull), peak(bright)),
            slope_low: slope(&self.slopes[0]),
            slope_high: slope(&self.slopes[1]),
            flux: self.flux(magnitudes),
        };
        for (previous, magnitude) in self.previous.iter_mut().zip(magnitudes) {
            *previous = *magnitude;
        }
        self.is_first = false;
        shape
    }

    fn flux(&self, magnitudes: &[f64]) -> f64 {
        if self.is_first {
            return 0.0;
        }
        let changes = magnitudes.iter().zip(&self.previous).map(|(a, b)| a - b);
        let sum: f64 = changes.map(|change| change * change).sum();
        (sum / self.previous.len() as f64).sqrt()
    }
}

impl Slope {
    fn new(low: f64, high: f64, bin_hz: f64) -> Self {
        let (low, high) = (low / bin_hz, high / bin_hz);
        let (first_bin, last_bin) = (low.floor() as usize, high.floor() as usize);
        let shares: Vec<f64> = (first_bin..=last_bin)
            .map(|bin| match bin {
                _ if bin == first_bin => 1.0 - low.fract(),
                _ if bin == last_bin && high.fract() > 0.0 => high.fract(),
                _ => 1.0,
            })
            .collect();
        // The number of points is that of the steps between them, and the shares at the edges are squared in the sum
        // of squares, as in openSMILE: hence the slope of a constant spectrum is not zero.
        let count = (last_bin - first_bin) as f64;
        let weighted = |bin: usize, share: f64| bin as f64 * bin_hz * share;
        let points = || (first_bin..).zip(&shares);
        let sum: f64 = points().map(|(bin, &share)| weighted(bin, share)).sum();
        let squares: f64 = points()
            .map(|(bin, &share)| weighted(bin, share).powi(2))
            .sum();
        let denominator = count * squares - sum * sum;
        let weights = points()
            .map(|(bin, &share)| {
                if denominator == 0.0 {
                    0.0
                } else {
                    (count * weighted(bin, share) - sum * share) / denominator
                }
            })
            .collect();
        Self { first_bin, weights }
    }

    fn end(&self) -> usize {
        self.first_bin + self.weights.len()
    }

    fn apply(&self, decibels: &[f64]) -> f64 {
        let points = self.weights.iter().zip(&decibels[self.first_bin..]);
        points.map(|(weight, decibel)| weight * decibel).sum()
    }
}

fn to_db(power: f64) -> f64 {
    10.0 * power.max(MIN_POWER).log10()
}

/// 0 where neither or only one of the two holds anything.
fn ratio_db(above: f64, below: f64) -> f64 {
    if above > 0.0 && below > 0.0 {
        let ratio = above / below;
        // Equal but for rounding, which matters: what is 0 does not count in the functionals.
        if (ratio - 1.0).abs() < f64::from(f32::EPSILON) {
            return 0.0;
        }
        10.0 * ratio.log10()
    } else {
        0.0
    }
}
