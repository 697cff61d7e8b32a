use std::f64::consts::PI;

/// How the samples of a frame are weighted before the transform.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Window {
    /// The first `len` points of the Hann window of `len + 1` points, as librosa and SciPy have it for spectra.
    #[default]
    PeriodicHann,
    /// Hann, zero at both ends.
    Hann,
    /// 0.54 − 0.46 cos, 0.08 at both ends; HTK's window.
    Hamming,
    /// Hann to the power of 0.85, Kaldi's window.
    Povey,
    /// 1 throughout, as python_speech_features has it.
    #[doc(alias = "boxcar")]
    Rectangular,
}

impl Window {
    /// The weights of a frame of `len` samples. A symmetric window of a single sample is 1.
    pub fn weights(self, len: usize) -> Vec<f64> {
        let span = match self {
            Self::PeriodicHann => len,
            _ => len.saturating_sub(1),
        };
        let cosine = |n: usize| (2.0 * PI * n as f64 / span as f64).cos();
        (0..len)
            .map(|n| match self {
                Self::Rectangular => 1.0,
                _ if span == 0 => 1.0,
                Self::PeriodicHann | Self::Hann => 0.5 - 0.5 * cosine(n),
                Self::Hamming => 0.54 - 0.46 * cosine(n),
                Self::Povey => (0.5 - 0.5 * cosine(n)).powf(0.85),
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_have_their_defining_points() {
        let check = |window: Window, len, expected: &[f64]| {
            emo_testing::assert_close(window.weights(len), expected.to_vec(), 0.0, 1e-15);
        };
        check(Window::PeriodicHann, 4, &[0.0, 0.5, 1.0, 0.5]);
        check(Window::Hann, 5, &[0.0, 0.5, 1.0, 0.5, 0.0]);
        check(Window::Hamming, 3, &[0.08, 1.0, 0.08]);
        check(
            Window::Povey,
            5,
            &[0.0, 0.5_f64.powf(0.85), 1.0, 0.5_f64.powf(0.85), 0.0],
        );
        check(Window::Rectangular, 2, &[1.0, 1.0]);
        check(Window::Hamming, 1, &[1.0]);
    }
}
