use emo_dsp::{DspError, FilterBand, SampleRate, Sos};

/// How breathing is filtered out of a heart rate. All are Butterworth filters, forward and backward.
///
/// # References
/// D. Makowski et al. (2021). NeuroKit2: a Python toolbox for neurophysiological signal processing. Behavior Research
/// Methods 53. doi:10.3758/s13428-020-01516-y.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum EdrMethod {
    /// 0.1–0.4 Hz, order 2, as van Gent et al. (2019), doi:10.1016/j.trf.2019.09.015.
    #[default]
    VanGent2019,
    /// 0.1–0.7 Hz, order 6, as Sarkar et al. (2015).
    Sarkar2015,
    /// 1/15–1 Hz, order 6, as Charlton et al. (2016), doi:10.1088/0967-3334/37/4/610.
    Charlton2016,
    /// Below 0.5 Hz, order 6, as Soni and Muniyandi (2019), doi:10.4103/ijoy.IJOY_9_18.
    Soni2019,
}

impl EdrMethod {
    pub(crate) fn filter(self, bpm: &[f64], rate: SampleRate) -> Result<Vec<f64>, DspError> {
        let band = |low_hz, high_hz| FilterBand::BandPass { low_hz, high_hz };
        let (order, band) = match self {
            Self::VanGent2019 => (2, band(0.1, 0.4)),
            Self::Sarkar2015 => (6, band(0.1, 0.7)),
            Self::Charlton2016 => (6, band(4.0 / 60.0, 1.0)),
            Self::Soni2019 => (6, FilterBand::LowPass { cutoff_hz: 0.5 }),
        };
        Sos::butterworth(order, band, rate)?.filtfilt(bpm)
    }
}
