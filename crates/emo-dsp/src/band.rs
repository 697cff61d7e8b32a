/// Which frequencies a filter lets through; edges in hertz.
///
/// At the edges the gain is 1/√2 for a Butterworth filter, the ripple's for a Chebyshev filter and ½ for a
/// [`Fir::windowed`](crate::Fir::windowed) one.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum FilterBand {
    /// From 0 Hz to the cut-off.
    LowPass {
        /// Upper edge.
        cutoff_hz: f64,
    },
    /// From the cut-off to the Nyquist frequency.
    HighPass {
        /// Lower edge.
        cutoff_hz: f64,
    },
    /// Between two edges.
    BandPass {
        /// Lower edge.
        low_hz: f64,
        /// Upper edge.
        high_hz: f64,
    },
    /// Everything but what is between two edges.
    BandStop {
        /// Lower edge.
        low_hz: f64,
        /// Upper edge.
        high_hz: f64,
    },
}
