use crate::Frames;

/// Where peaks of a spectrum are looked for, in Hz; librosa's range.
const PEAK_RANGE: std::ops::Range<f64> = 150.0..4000.0;

/// The lowest peak that counts, as a share of the largest value of its spectrum.
const PEAK_THRESHOLD: f64 = 0.1;

/// Number of steps of a pitch class that a tuning is told from.
const N_STEPS: usize = 100;

/// Peaks of many spectra: frequency in Hz and height.
#[derive(Debug)]
pub(crate) struct PitchPeaks {
    bin_hz: f64,
    peaks: Vec<(f64, f64)>,
}

impl PitchPeaks {
    pub(crate) fn new(frames: &Frames) -> Self {
        Self {
            bin_hz: frames.bin_hz(1),
            peaks: Vec::new(),
        }
    }

    /// Adds the peaks of one spectrum, each located by a parabola through it and its neighbours.
    pub(crate) fn push(&mut self, spectrum: &[f64]) {
        let largest = spectrum.iter().copied().fold(0.0, f64::max);
        let threshold = PEAK_THRESHOLD * largest;
        for (bin, neighbours) in (1..).zip(spectrum.windows(3)) {
            let &[before, height, after] = neighbours else {
                continue;
            };
            let cut = |x: f64| if x > threshold { x } else { 0.0 };
            let is_peak = cut(height) > cut(before) && cut(height) >= cut(after);
            if !is_peak || !PEAK_RANGE.contains(&(bin as f64 * self.bin_hz)) {
                continue;
            }
            let slope = (after - before) / 2.0;
            let curvature = after + before - 2.0 * height;
            let shift = if slope.abs() >= curvature.abs() {
                0.0
            } else {
                -slope / curvature
            };
            self.peaks.push((
                (bin as f64 + shift) * self.bin_hz,
                height + 0.5 * slope * shift,
            ));
        }
    }

    /// The most frequent deviation, in pitch classes of which an octave has `n_classes`, of the higher half of the peaks.
    pub(crate) fn tuning(&self, n_classes: usize) -> f64 {
        let mut heights: Vec<f64> = self.peaks.iter().map(|peak| peak.1).collect();
        if heights.is_empty() {
            return 0.0;
        }
        heights.sort_unstable_by(f64::total_cmp);
        let middle = heights.len() / 2;
        let median = if heights.len() % 2 == 1 {
            heights[middle]
        } else {
            (heights[middle - 1] + heights[middle]) / 2.0
        };
        let edge = |step: usize| step as f64 / N_STEPS as f64 - 0.5;
        let mut counts = [0_usize; N_STEPS];
        for &(hz, _) in self.peaks.iter().filter(|peak| peak.1 >= median) {
            let mut residual = (n_classes as f64 * (hz / 27.5).log2()).rem_euclid(1.0);
            if residual >= 0.5 {
                residual -= 1.0;
            }
            let step = (1..N_STEPS)
                .find(|&step| residual < edge(step))
                .unwrap_or(N_STEPS);
            counts[step - 1] += 1;
        }
        let most = counts.iter().max().copied().unwrap_or(0);
        edge(counts.iter().position(|&count| count == most).unwrap_or(0))
    }
}
