use emo_dsp::{FilterBand, SampleRate, Sos};

use crate::detection::beats_of;
use crate::fiducial::{Search, is_inverted};
use crate::signal::{check_len, checked, narrowed};
use crate::{BeatStream, BeatStreamConfig, Beats, Detection, HrError, Refinement};

mod elgendi;
mod gradient;
mod hamilton;
mod pan_tompkins;
mod visibility_graph;

use gradient::Gradient;

/// The lowest rate at which the shortest average of [`Gradient`] holds a sample.
const MIN_RATE_HZ: f64 = 10.0;

/// How R peaks are found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum EcgMethod {
    /// Ours, and that of [`BeatStream`](crate::BeatStream): the likeliest sequence of peaks of the power between 7 and
    /// 30 Hz, by their heights and by how evenly they follow. The beats are those of a stream with the same settings that
    /// is given the whole signal. The cleaned signal, and with it the quality, is that of [`EcgMethod::NeuroKit`].
    #[default]
    Rhythm,
    /// NeuroKit2's own: a complex is a stretch in which the signal is steeper than 1.5 times its surroundings; the most
    /// prominent peak in it is the R peak. Peaks within 0.3 s of the one before are dropped, and so is one within the
    /// first 0.3 s. Cleaning removes what is below 0.5 Hz (Butterworth, order 5, forward and backward) and averages over
    /// a period of the mains (two samples below a rate of 100 Hz).
    ///
    /// # References
    /// D. Makowski et al. (2021). NeuroKit2: a Python toolbox for neurophysiological signal processing. Behavior Research
    /// Methods 53. doi:10.3758/s13428-020-01516-y. The detector itself has no publication of its own.
    NeuroKit,
    /// The integrated square of the slope between 5 and 15 Hz, two running levels and search-back. As NeuroKit2, which
    /// keeps one pair of levels, integrates over 0.12 s and does not tell T waves.
    ///
    /// # References
    /// J. Pan, W. J. Tompkins (1985). A real-time QRS detection algorithm. IEEE Transactions on Biomedical Engineering
    /// 32(3). doi:10.1109/TBME.1985.325532.
    PanTompkins1985,
    /// The averaged magnitude of the slope between 8 and 16 Hz against a threshold between the means of the last eight
    /// beats and the last eight other peaks, with search-back.
    ///
    /// # References
    /// P. Hamilton (2002). Open source ECG analysis. Computers in Cardiology 29. doi:10.1109/CIC.2002.1166717.
    Hamilton2002,
    /// Two averages of the magnitude between 8 and 20 Hz: where that over 0.12 s exceeds that over 0.6 s there is a
    /// complex.
    ///
    /// # References
    /// M. Elgendi, M. Jonkman, F. De Boer (2010). Frequency bands effects on QRS detection. Proceedings of BIOSIGNALS
    /// 2010. doi:10.5220/0002742704280431.
    Elgendi2010,
    /// The signal above 4 Hz (Butterworth, order 2, forward and backward), in which each maximum is weighted by how many
    /// lower ones are reached from it, hop by hop, along lines of sight (FastNVG), and the threshold of Pan and Tompkins.
    /// As NeuroKit2's `emrich2023`.
    ///
    /// # References
    /// - T. Koka, M. Muma (2022). Fast and sample accurate R-peak detection for noisy ECG using visibility graphs.
    ///   44th Annual International Conference of the IEEE Engineering in Medicine and Biology Society.
    ///   doi:10.1109/EMBC48229.2022.9871266.
    /// - J. Emrich, T. Koka, S. Wirth, M. Muma (2023). Accelerated sample-accurate R-peak detectors based on visibility
    ///   graphs. 31st European Signal Processing Conference. doi:10.23919/EUSIPCO58844.2023.10290007.
    #[doc(alias = "emrich2023")]
    #[doc(alias = "FastNVG")]
    VisibilityGraph,
}

/// Which way an R peak points.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Polarity {
    /// As the signal shows: inverted if in most stretches of 2 s the sample farthest from the mean is below it.
    #[default]
    Detect,
    /// Up.
    Upright,
    /// Down: the lead's electrodes are swapped.
    Inverted,
}

/// Settings of [`EcgDetector`].
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct EcgConfig {
    /// Rate of the samples, 10 Hz to 50 kHz and above twice the method's band; 100 Hz and more are usual.
    pub sample_rate: SampleRate,
    /// Frequency of the mains in Hz, at least 10, at most half the sample rate where that is 100 Hz and more. Default: 50 Hz, as
    /// NeuroKit2.
    pub line_hz: f64,
    /// How R peaks are found. Default: [`EcgMethod::Rhythm`].
    pub method: EcgMethod,
    /// Which way R peaks point. Default: as the signal shows.
    pub polarity: Polarity,
    /// Where in a beat it is placed. Default: on its peak, to a fraction of a sample.
    pub refinement: Refinement,
}

impl EcgConfig {
    /// The defaults for samples at `sample_rate`.
    pub fn new(sample_rate: SampleRate) -> Self {
        Self {
            sample_rate,
            line_hz: 50.0,
            method: EcgMethod::default(),
            polarity: Polarity::default(),
            refinement: Refinement::default(),
        }
    }
}

/// Finds the R peaks of an electrocardiogram.
///
/// Works offline, on a whole signal of one lead in any unit.
#[derive(Debug, Clone)]
#[doc(alias = "QRS")]
pub struct EcgDetector {
    config: EcgConfig,
    gradient: Gradient,
    /// The method [`EcgMethod::Rhythm`] before its first sample.
    stream: BeatStream,
    /// The band in which the method looks; none for the gradient method.
    band: Option<Band>,
    /// Where the R peak lies about what the method marks.
    search: Search,
}

/// A method's filter.
#[derive(Debug, Clone)]
enum Band {
    /// Causal, from the steady state of the signal's mean.
    Forward(Sos),
    ZeroPhase(Sos),
}

impl EcgDetector {
    /// Designs the filters.
    ///
    /// # Errors
    /// - [`HrError::SampleRateTooLow`] below 10 Hz, [`HrError::SampleRateTooHigh`] above 50 kHz.
    /// - [`HrError::InvalidSetting`] for a mains frequency out of range.
    /// - [`HrError::Dsp`] for a rate at which the method's band cannot be filtered.
    pub fn new(config: &EcgConfig) -> Result<Self, HrError> {
        let hz = config.sample_rate.hz();
        if hz < MIN_RATE_HZ {
            return Err(HrError::SampleRateTooLow {
                actual_hz: hz,
                required_hz: MIN_RATE_HZ,
            });
        }
        let band = |order, low_hz, high_hz| {
            let band = FilterBand::BandPass { low_hz, high_hz };
            Sos::butterworth(order, band, config.sample_rate).map(Band::Forward)
        };
        // How far a mark trails its R peak: the delay of the band-pass, and of the average where that is marked.
        let (band, search) = match config.method {
            EcgMethod::Rhythm | EcgMethod::NeuroKit => (None, Search::AtMark),
            EcgMethod::PanTompkins1985 => {
                (Some(band(1, 5.0, 15.0)?), Search::seconds(0.2, 0.0, hz))
            }
            EcgMethod::Hamilton2002 => (Some(band(1, 8.0, 16.0)?), Search::seconds(0.16, 0.0, hz)),
            EcgMethod::Elgendi2010 => (Some(band(2, 8.0, 20.0)?), Search::seconds(0.1, 0.02, hz)),
            EcgMethod::VisibilityGraph => {
                let edge = FilterBand::HighPass { cutoff_hz: 4.0 };
                let filter = Sos::butterworth(2, edge, config.sample_rate)?;
                (
                    Some(Band::ZeroPhase(filter)),
                    Search::seconds(0.02, 0.02, hz),
                )
            }
        };
        let stream = BeatStream::new(&BeatStreamConfig {
            line_hz: config.line_hz,
            polarity: config.polarity,
            refinement: config.refinement,
            ..BeatStreamConfig::ecg(config.sample_rate)
        })?;
        Ok(Self {
            stream,
            gradient: Gradient::new(config.sample_rate, config.line_hz)?,
            config: config.clone(),
            band,
            search,
        })
    }

    /// The shortest signal that is taken, in samples: 0.75 s, or what the filters' padding needs if that is more.
    pub fn min_len(&self) -> usize {
        self.gradient.min_len()
    }

    /// The signal in which the method looks, as long as the input and in its unit.
    ///
    /// # Errors
    /// - [`HrError::SignalTooShort`] below [`min_len`](Self::min_len) samples.
    /// - [`HrError::NonFinite`] for a NaN or infinite sample.
    /// - [`HrError::Dsp`] if the result leaves the range of `f32`.
    pub fn clean(&self, ecg: &[f32]) -> Result<Vec<f32>, HrError> {
        narrowed(&self.cleaned(&checked(ecg)?)?)
    }

    /// The R peaks, the cleaned signal and its quality. No beat at all is a result, with quality 0.
    ///
    /// # Errors
    /// As [`clean`](Self::clean).
    pub fn detect(&self, ecg: &[f32]) -> Result<Detection, HrError> {
        let rate = self.config.sample_rate;
        let wide = self.checked(ecg)?;
        let mut detection = if self.config.method == EcgMethod::Rhythm {
            let (positions, inverted) = self.stream.clone().beats_of(ecg);
            let mut upright = self.gradient.cleaned(&wide)?;
            turn(&mut upright, inverted);
            Detection::new(&wide, &upright, inverted, rate, |_| positions)
        } else {
            let ready = self.ready(&wide)?;
            let cleaned = ready.looked_at();
            Detection::new(&wide, cleaned, ready.inverted, rate, |cleaned| {
                self.positions(cleaned, &ready)
            })
        }?;
        detection.ecg = Some(self.config.clone());
        Ok(detection)
    }

    /// The R peaks alone, those of [`detect`](Self::detect), in less time.
    ///
    /// # Errors
    /// As [`clean`](Self::clean), but for results beyond the range of `f32`.
    ///
    /// ```
    /// use emo_hr::{EcgConfig, EcgDetector, SampleRate};
    ///
    /// // Spikes at 75 bpm.
    /// let ecg: Vec<f32> = (0..5000)
    ///     .map(|n| (-(n as f32 % 200.0 - 100.0).powi(2) / 8.0).exp())
    ///     .collect();
    /// let detector = EcgDetector::new(&EcgConfig::new(SampleRate::from_hz(250.0)?))?;
    /// let beats = detector.beats(&ecg)?;
    /// assert_eq!(beats.indices().len(), 25);
    /// assert_eq!(beats, detector.detect(&ecg)?.beats);
    /// # Ok::<(), emo_hr::HrError>(())
    /// ```
    pub fn beats(&self, ecg: &[f32]) -> Result<Beats, HrError> {
        let rate = self.config.sample_rate;
        let wide = self.checked(ecg)?;
        if self.config.method == EcgMethod::Rhythm {
            // What is constant but for rounding has no beats for the stream either.
            return Beats::at(self.stream.clone().beats_of(ecg).0, ecg.len(), rate);
        }
        let ready = self.ready(&wide)?;
        beats_of(&wide, ready.looked_at(), rate, |cleaned| {
            self.positions(cleaned, &ready)
        })
    }

    fn checked(&self, ecg: &[f32]) -> Result<Vec<f64>, HrError> {
        let wide = checked(ecg)?;
        check_len(ecg.len(), self.min_len())?;
        Ok(wide)
    }

    /// Cleans the signal and turns it upright.
    fn ready(&self, wide: &[f64]) -> Result<Ready, HrError> {
        let mut in_band = self.in_band(wide)?;
        // Where peaks are left as marked in a lead that is known, the band is all that is needed.
        let needs_broad = in_band.is_none()
            || self.config.refinement != Refinement::AsMarked
            || self.config.polarity == Polarity::Detect;
        let mut broad = if needs_broad {
            self.gradient.cleaned(wide)?
        } else {
            Vec::new()
        };
        let inverted = match self.config.polarity {
            Polarity::Upright => false,
            Polarity::Inverted => true,
            Polarity::Detect => is_inverted(&broad, self.config.sample_rate.hz()),
        };
        turn(&mut broad, inverted);
        if let Some(band) = &mut in_band {
            turn(band, inverted);
        }
        Ok(Ready {
            broad,
            in_band,
            inverted,
        })
    }

    fn positions(&self, cleaned: &[f64], ready: &Ready) -> Vec<f64> {
        let marks = self.marks(cleaned);
        let hz = self.config.sample_rate.hz();
        self.config
            .refinement
            .positions(&marks, &ready.broad, self.search, hz)
    }

    pub(crate) fn cleaned(&self, ecg: &[f64]) -> Result<Vec<f64>, HrError> {
        check_len(ecg.len(), self.min_len())?;
        match self.in_band(ecg)? {
            Some(cleaned) => Ok(cleaned),
            None => self.gradient.cleaned(ecg),
        }
    }

    /// The signal in the method's band.
    fn in_band(&self, ecg: &[f64]) -> Result<Option<Vec<f64>>, HrError> {
        match &self.band {
            None => Ok(None),
            Some(Band::ZeroPhase(filter)) => Ok(Some(filter.filtfilt(ecg)?)),
            Some(Band::Forward(filter)) => {
                let mean = ecg.iter().sum::<f64>() / ecg.len() as f64;
                Ok(Some(filter.filter_from(mean, ecg)?))
            }
        }
    }

    fn marks(&self, cleaned: &[f64]) -> Vec<usize> {
        let hz = self.config.sample_rate.hz();
        match self.config.method {
            EcgMethod::Rhythm | EcgMethod::NeuroKit => self.gradient.marks(cleaned),
            EcgMethod::PanTompkins1985 => pan_tompkins::marks(cleaned, hz),
            EcgMethod::Hamilton2002 => hamilton::marks(cleaned, hz),
            EcgMethod::Elgendi2010 => elgendi::marks(cleaned, hz),
            EcgMethod::VisibilityGraph => visibility_graph::marks(cleaned, hz),
        }
    }
}

/// A signal in which beats can be looked for.
struct Ready {
    /// Without drift and mains, in which peaks are placed; empty if nobody asks.
    broad: Vec<f64>,
    /// In the method's band, if it has one.
    in_band: Option<Vec<f64>>,
    inverted: bool,
}

impl Ready {
    /// Where the method looks.
    fn looked_at(&self) -> &[f64] {
        self.in_band.as_ref().unwrap_or(&self.broad)
    }
}

fn turn(signal: &mut [f64], inverted: bool) {
    if inverted {
        signal.iter_mut().for_each(|x| *x = -*x);
    }
}

#[cfg(test)]
mod tests {
    use emo_testing::{assert_close, fixture, load_npy};

    use super::*;

    const METHODS: [(&str, EcgMethod); 5] = [
        ("neurokit", EcgMethod::NeuroKit),
        ("pantompkins1985", EcgMethod::PanTompkins1985),
        ("hamilton2002", EcgMethod::Hamilton2002),
        ("elgendi2010", EcgMethod::Elgendi2010),
        ("emrich2023", EcgMethod::VisibilityGraph),
    ];
    const SIGNALS: [(&str, f64); 3] = [
        ("ecg_250", 250.0),
        ("ecg_500_noisy", 500.0),
        ("ecg_128", 128.0),
    ];

    fn golden(name: &str) -> Vec<f64> {
        load_npy(fixture(format!("emo-hr/{name}.npy")))
            .iter()
            .copied()
            .collect()
    }

    fn config(hz: f64, method: EcgMethod) -> EcgConfig {
        let mut config = EcgConfig::new(SampleRate::from_hz(hz).expect("a valid rate"));
        config.method = method;
        config
    }

    fn detector(hz: f64, method: EcgMethod) -> EcgDetector {
        EcgDetector::new(&config(hz, method)).expect("a valid configuration")
    }

    fn narrow(signal: &[f64]) -> Vec<f32> {
        signal.iter().map(|&x| x as f32).collect()
    }

    #[test]
    fn marks_are_neurokits() {
        for (signal, hz) in SIGNALS {
            let ecg = golden(&format!("in_{signal}"));
            for (name, method) in METHODS {
                let mut config = config(hz, method);
                config.refinement = Refinement::AsMarked;
                let detector = EcgDetector::new(&config).expect("a valid configuration");
                let cleaned = detector.cleaned(&ecg).expect("a valid signal");
                let expected = golden(&format!("hr_rpeaks_{name}_{signal}"));
                let marks: Vec<f64> = detector.marks(&cleaned).iter().map(|&i| i as f64).collect();
                assert_eq!(marks, expected, "{name} on {signal}");
                let detection = detector.detect(&narrow(&ecg)).expect("a valid signal");
                assert_eq!(
                    detection.beats.positions(),
                    expected,
                    "{name} on {signal} in f32"
                );
                assert!(!detection.inverted, "{name} on {signal}");
            }
        }
    }

    #[test]
    fn cleaned_signals_are_neurokits() {
        let check = |name, signal, hz, method, atol| {
            let ecg = golden(&format!("in_{signal}"));
            let detector = detector(hz, method);
            let cleaned = detector.cleaned(&ecg).expect("a valid signal");
            let expected = golden(&format!("hr_clean_{name}_{signal}_every7"));
            let actual = cleaned.iter().copied().step_by(7);
            assert_close(actual, expected.iter().copied(), 1e-6, atol);
            let narrow = detector.clean(&narrow(&ecg)).expect("a valid signal");
            let largest = expected.iter().fold(0.0_f64, |a, b| a.max(b.abs()));
            assert_close(
                narrow.iter().copied().step_by(7),
                expected,
                1e-6,
                2e-5 * largest,
            );
        };
        for (signal, hz) in SIGNALS {
            check("neurokit", signal, hz, EcgMethod::NeuroKit, 1.3e-9);
        }
        for (name, method) in &METHODS[1..] {
            check(*name, "ecg_128", 128.0, *method, 6.7e-10);
        }
    }

    #[test]
    fn refined_peaks_of_all_methods_are_those_of_the_gradient_method() {
        for (signal, hz) in SIGNALS {
            let ecg = narrow(&golden(&format!("in_{signal}")));
            let reference = detector(hz, EcgMethod::NeuroKit)
                .detect(&ecg)
                .expect("a valid signal");
            let reference = reference.beats.positions();
            for (name, method) in &METHODS[1..] {
                let detection = detector(hz, *method).detect(&ecg).expect("a valid signal");
                let found = detection.beats.positions();
                let n_equal = found.iter().filter(|at| reference.contains(at)).count();
                // The methods differ in whether they take beats at the ends; NeuroKit2's graph misses some in between.
                let n_left_out = match method {
                    EcgMethod::VisibilityGraph => 4,
                    _ => 2,
                };
                assert!(
                    n_equal + n_left_out >= reference.len(),
                    "{name} on {signal}: {n_equal} of {}",
                    reference.len()
                );
            }
        }
    }

    #[test]
    fn inverted_leads_give_the_same_beats() {
        for (signal, hz) in SIGNALS {
            let ecg = narrow(&golden(&format!("in_{signal}")));
            let turned: Vec<f32> = ecg.iter().map(|x| 7.0 - x).collect();
            for (name, method) in METHODS {
                let upright = detector(hz, method).detect(&ecg).expect("a valid signal");
                let found = detector(hz, method)
                    .detect(&turned)
                    .expect("a valid signal");
                assert!(found.inverted, "{name} on {signal}");
                assert_eq!(
                    found.beats.indices(),
                    upright.beats.indices(),
                    "{name} on {signal}"
                );
                let mut told = config(hz, method);
                told.polarity = Polarity::Inverted;
                let mut told = EcgDetector::new(&told)
                    .and_then(|detector| detector.detect(&turned))
                    .expect("a valid signal");
                // All but the settings.
                told.ecg.clone_from(&found.ecg);
                assert_eq!(told, found, "{name} on {signal}");
            }
        }
    }
}
