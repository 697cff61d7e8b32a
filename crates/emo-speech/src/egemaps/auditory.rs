use std::f64::consts::PI;

/// Number of mel bands.
const N_BANDS: usize = 26;
/// Lower and upper edge of the bands in Hz.
const BAND_EDGES: (f64, f64) = (20.0, 8_000.0);
/// Number of cepstral coefficients, from the first.
pub(super) const N_CEPSTRA: usize = 4;
/// Length of the cepstral lifter.
const LIFTER: f64 = 22.0;
/// From intensity to loudness, after S. S. Stevens.
const COMPRESSION: f64 = 0.33;
/// The least power of a band before the ear's weighting.
const MIN_BAND_POWER: f64 = 9.3e-10;
/// HTK's cepstra are those of samples as 16-bit integers, the least band power being 1.
const HTK_SCALE: f64 = 32_767.0 * 32_767.0;

/// Mel bands of a power spectrum, and what is made of them: loudness and cepstra.
#[derive(Debug, Clone)]
pub(super) struct Auditory {
    bands: Vec<Band>,
    /// Equal-loudness weight of each band.
    loudness_weights: [f64; N_BANDS],
    /// Cosines times lifter.
    cosines: [[f64; N_BANDS]; N_CEPSTRA],
    powers: [f64; N_BANDS],
}

#[derive(Debug, Clone)]
struct Band {
    first_bin: usize,
    weights: Vec<f64>,
}

impl Auditory {
    pub(super) fn new(n_bins: usize, bin_hz: f64) -> Self {
        let high = BAND_EDGES.1.min(bin_hz * (n_bins - 1) as f64);
        let (low_mel, high_mel) = (mel(BAND_EDGES.0), mel(high));
        let edge =
            |index: usize| low_mel + (high_mel - low_mel) * index as f64 / (N_BANDS + 1) as f64;
        // HTK rounds the range of bins inwards, so that the lowest bin may be left out of its band.
        let first = (BAND_EDGES.0 / bin_hz + 1.5) as usize;
        let last = ((high / bin_hz - 0.5) as usize).min(n_bins - 1);
        let bands = (0..N_BANDS)
            .map(|b| Band::new(first..=last, bin_hz, [edge(b), edge(b + 1), edge(b + 2)]))
            .collect();
        let mut loudness_weights = [0.0; N_BANDS];
        for (b, weight) in loudness_weights.iter_mut().enumerate() {
            *weight = equal_loudness(hz(edge(b + 1)));
        }
        Self {
            bands,
            loudness_weights,
            cosines: cosines(),
            powers: [0.0; N_BANDS],
        }
    }

    /// Sums the squared magnitudes of a frame by band.
    pub(super) fn set_frame(&mut self, magnitudes: &[f64]) {
        for (power, band) in self.powers.iter_mut().zip(&self.bands) {
            *power = band
                .weights
                .iter()
                .zip(&magnitudes[band.first_bin..])
                .map(|(weight, magnitude)| weight * magnitude * magnitude)
                .sum();
        }
    }

    /// Perceived loudness: the mean over the bands of the compressed, weighted powers.
    pub(super) fn loudness(&self) -> f64 {
        let sum: f64 = self
            .powers
            .iter()
            .zip(&self.loudness_weights)
            .map(|(power, weight)| (power.max(MIN_BAND_POWER) * weight).powf(COMPRESSION))
            .sum();
        sum / N_BANDS as f64
    }

    /// Mel-frequency cepstral coefficients 1 to 4 as HTK defines them.
    pub(super) fn cepstra(&self) -> [f64; N_CEPSTRA] {
        let logs = self.powers.map(|power| (power * HTK_SCALE).max(1.0).ln());
        self.cosines
            .map(|row| row.iter().zip(&logs).map(|(c, log)| c * log).sum())
    }
}

impl Band {
    fn new(bins: std::ops::RangeInclusive<usize>, bin_hz: f64, edges: [f64; 3]) -> Self {
        let [low, centre, high] = edges;
        let weight = |bin: usize| {
            let m = mel(bin as f64 * bin_hz);
            ((m - low) / (centre - low)).min((high - m) / (high - centre))
        };
        let mut inside = bins.filter(|&bin| weight(bin) > 0.0).peekable();
        let first_bin = inside.peek().copied().unwrap_or(0);
        Self {
            first_bin,
            weights: inside.map(weight).collect(),
        }
    }
}

fn mel(hz: f64) -> f64 {
    1127.0 * (hz / 700.0).ln_1p()
}

fn hz(mel: f64) -> f64 {
    700.0 * (mel / 1127.0).exp_m1()
}

/// The equal-loudness curve of H. Hermansky, Perceptual linear predictive (PLP) analysis of speech, 1990, with the term
/// for high frequencies. That term has the power 7 and these constants because openSMILE's has, as measured.
fn equal_loudness(hz: f64) -> f64 {
    let w2 = (2.0 * PI * hz).powi(2);
    let low = (w2 + 56.8e6) * w2 * w2 / ((w2 + 6.3e6).powi(2) * (w2 + 0.38e9));
    low * 1e32 / (w2.powf(3.5) + 1.7e31)
}

fn cosines() -> [[f64; N_BANDS]; N_CEPSTRA] {
    let mut rows = [[0.0; N_BANDS]; N_CEPSTRA];
    for (index, row) in rows.iter_mut().enumerate() {
        let k = (index + 1) as f64;
        let lifter = 1.0 + LIFTER / 2.0 * (PI * k / LIFTER).sin();
        let scale = lifter * (2.0 / N_BANDS as f64).sqrt();
        for (band, value) in row.iter_mut().enumerate() {
            *value = scale * (PI * k * (band as f64 + 0.5) / N_BANDS as f64).cos();
        }
    }
    rows
}
