/// A named range of frequencies.
///
/// The edges are those of a filter, where the gain is 1/√2 per pass, so neighbouring bands overlap a little.
#[derive(Debug, Clone, PartialEq)]
pub struct Band {
    /// What reports call it.
    pub name: String,
    /// Lower edge in Hz.
    pub low_hz: f64,
    /// Upper edge in Hz.
    pub high_hz: f64,
}

impl Band {
    /// A band from `low_hz` to `high_hz`.
    pub fn new(name: impl Into<String>, low_hz: f64, high_hz: f64) -> Self {
        Self {
            name: name.into(),
            low_hz,
            high_hz,
        }
    }

    /// Delta 1–4 Hz, theta 4–8 Hz, alpha 8–14 Hz, beta 14–31 Hz, gamma 31–45 Hz.
    ///
    /// Theta to beta are the defaults of TorchEEG's `BandDifferentialEntropy`; its gamma ends at 49 Hz, which is the
    /// mains of most countries once a filter's slope is counted. A model decides: give [`DifferentialEntropyConfig`]
    /// the bands that it was trained with.
    ///
    /// [`DifferentialEntropyConfig`]: crate::DifferentialEntropyConfig
    pub fn defaults() -> Vec<Self> {
        vec![
            Self::new("delta", 1.0, 4.0),
            Self::new("theta", 4.0, 8.0),
            Self::new("alpha", 8.0, 14.0),
            Self::new("beta", 14.0, 31.0),
            Self::new("gamma", 31.0, 45.0),
        ]
    }
}
