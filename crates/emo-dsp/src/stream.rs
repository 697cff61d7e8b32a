use crate::cascade::{Stage, run};
use crate::filter::{check_finite, check_overflow};
use crate::{DspError, Section};

/// A filter with its state, for a signal that arrives in pieces.
///
/// However the signal is cut, the output is that of the whole, bit for bit. Made by [`Sos::stream`](crate::Sos::stream)
/// or [`Sos::stream_from`](crate::Sos::stream_from); allocates nothing while it runs.
#[derive(Debug, Clone)]
pub struct SosStream {
    stages: Vec<Stage>,
}

impl SosStream {
    /// In the steady state of a constant input.
    pub(crate) fn new(sections: &[Section], mut value: f64) -> Self {
        let steady = |&section: &Section| Stage::steady(section, &mut value);
        Self {
            stages: sections.iter().map(steady).collect(),
        }
    }

    /// Filters the next piece of the signal in place.
    ///
    /// # Errors
    /// - [`DspError::NonFinite`] for a NaN or infinite sample; the piece and the state are left as they were, so a
    ///   caller may mend the piece and go on.
    /// - [`DspError::Overflow`] if the result leaves the range of `f64`; the stream is of no further use then.
    pub fn process(&mut self, piece: &mut [f64]) -> Result<(), DspError> {
        check_finite(piece)?;
        self.run(piece);
        check_overflow(piece)
    }

    pub(crate) fn run(&mut self, piece: &mut [f64]) {
        run(&mut self.stages, piece);
    }

    pub(crate) fn states(&self) -> impl Iterator<Item = [f64; 2]> + '_ {
        let states = self.stages.iter();
        states.map(|stage| stage.state.map(|[state]| state))
    }
}

#[cfg(test)]
mod tests {
    use emo_testing::{assert_close, fixture, load_npy};

    use crate::{DspError, FilterBand, SampleRate, Sos};

    fn broad() -> Sos {
        let band = FilterBand::BandPass {
            low_hz: 1.0,
            high_hz: 40.0,
        };
        let rate = SampleRate::from_hz(128.0).expect("a valid rate");
        Sos::butterworth(4, band, rate).expect("a valid design")
    }

    #[test]
    fn the_steady_state_is_scipys() {
        let states = broad().steady_state();
        let expected = load_npy(fixture("emo-dsp/dsp_sosfilt_zi_bp1_40_o4.npy"));
        assert_close(states.concat(), expected.iter().copied(), 1e-7, 9.37e-11);
    }

    #[test]
    fn a_refused_piece_leaves_the_stream_usable() {
        let filter = broad();
        let signal: Vec<f64> = (0..64).map(|n| f64::from(n % 7)).collect();
        let mut stream = filter.stream();
        let mut bad = [1.0, f64::NAN, f64::INFINITY];
        assert!(matches!(
            stream.process(&mut bad),
            Err(DspError::NonFinite { index: 1, .. })
        ));
        assert_eq!(bad[0], 1.0);
        let mut out = signal.clone();
        stream.process(&mut out).expect("finite samples");
        assert_eq!(out, filter.filter(&signal).expect("finite samples"));
    }
}
