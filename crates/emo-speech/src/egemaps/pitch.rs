use super::octave::OctaveScale;

/// The pitch that is looked for, in Hz.
const RANGE_HZ: std::ops::RangeInclusive<f64> = 55.0..=1_000.0;
/// Number of harmonics that are summed.
const N_HARMONICS: usize = 15;
/// Weight of a harmonic relative to the one below it.
const COMPRESSION: f64 = 0.85;
/// Number of candidates of a frame.
pub(super) const N_CANDIDATES: usize = 6;

/// A possible pitch and how periodic the frame is with it.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Candidate {
    pub(super) hz: f64,
    /// From 0 to below 1.
    pub(super) voicing: f64,
}

/// Candidates of one frame, the strongest first; unused places have 0 Hz.
pub(super) type Candidates = [Candidate; N_CANDIDATES];

/// Pitch candidates by sub-harmonic summation after D. J. Hermes, 1988.
#[derive(Debug, Clone)]
pub(super) struct PitchMeter {
    scale: OctaveScale,
    /// Distance of each harmonic in points and its weight.
    harmonics: [(usize, f64); N_HARMONICS],
    sum: Vec<f64>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Peak {
    position: f64,
    /// Of the highest point, by which peaks are ranked.
    height: f64,
    /// Of the parabola through it.
    score: f64,
}

impl PitchMeter {
    pub(super) fn new(n_bins: usize, bin_hz: f64) -> Self {
        let scale = OctaveScale::new(n_bins, bin_hz);
        let mut weight = 1.0 / N_HARMONICS as f64;
        let harmonics = std::array::from_fn(|index| {
            let octaves = ((index + 1) as f64).log2();
            let harmonic = ((octaves * scale.points_per_octave()) as usize, weight);
            weight *= COMPRESSION;
            harmonic
        });
        Self {
            harmonics,
            sum: vec![0.0; n_bins],
            scale,
        }
    }

    pub(super) fn measure(&mut self, magnitudes: &[f64]) -> Candidates {
        let spectrum = self.scale.transform(magnitudes);
        self.sum.fill(0.0);
        for &(distance, weight) in &self.harmonics {
            let harmonic = spectrum.get(distance..).unwrap_or_default();
            for (sum, value) in self.sum.iter_mut().zip(harmonic) {
                *sum += weight * value;
            }
        }
        let mean = self.sum.iter().sum::<f64>() / self.sum.len() as f64;
        let (peaks, n_peaks) = self.strongest_peaks();
        let mut candidates = Candidates::default();
        let mut places = candidates.iter_mut();
        for peak in &peaks[..n_peaks] {
            let hz = self.scale.hz(peak.position);
            if RANGE_HZ.contains(&hz) && peak.score > 0.0 {
                let place = places.next().expect("there are as many places as peaks");
                *place = Candidate {
                    hz,
                    voicing: (1.0 - mean / peak.score).max(0.0),
                };
            }
        }
        // The voicing grows with the score.
        let best = (0..N_CANDIDATES)
            .filter(|&i| candidates[i].hz > 0.0)
            .max_by(|&i, &j| candidates[i].voicing.total_cmp(&candidates[j].voicing));
        candidates.swap(0, best.unwrap_or(0));
        candidates
    }

    /// The highest peaks of the whole scale, by height, and their number.
    fn strongest_peaks(&self) -> ([Peak; N_CANDIDATES], usize) {
        let mut peaks = [Peak::default(); N_CANDIDATES];
        let mut n_peaks = 0;
        for (index, window) in self.sum.windows(3).enumerate() {
            let [left, height, right] = [window[0], window[1], window[2]];
            if height <= left || height <= right {
                continue;
            }
            let place = peaks[..n_peaks].partition_point(|peak| peak.height >= height);
            if place < N_CANDIDATES {
                n_peaks = (n_peaks + 1).min(N_CANDIDATES);
                peaks[place..n_peaks].rotate_right(1);
                let offset = 0.5 * (left - right) / (left - 2.0 * height + right);
                peaks[place] = Peak {
                    position: (index + 1) as f64 + offset,
                    height,
                    score: height - 0.25 * (left - right) * offset,
                };
            }
        }
        (peaks, n_peaks)
    }
}
