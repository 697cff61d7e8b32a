use std::f64::consts::{FRAC_1_SQRT_2, FRAC_PI_4};

use crate::{HrError, RrSeries};

use super::spec::{HrvSpec, PERCENT, POSITIVE, SHARE, TURNS};
use super::statistics::finite;

/// How decelerations (an interval longer than the one before) and accelerations of the heart share its variability.
///
/// Shares run from 0 to 1, the indices of Guzik, Porta and the slope and area index from 0 to 100; they are `None` if
/// nothing is shared, as in a constant series.
///
/// # References
/// - J. Piskorski, P. Guzik (2011). Asymmetric properties of long-term and total heart rate variability. Medical and
///   Biological Engineering and Computing 49(11). doi:10.1007/s11517-011-0834-z.
/// - C. Yan et al. (2017). Area asymmetry of heart rate variability signal. BioMedical Engineering OnLine 16:112.
///   doi:10.1186/s12938-017-0402-3.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Asymmetry {
    /// Guzik's index: distance from the line of identity that decelerations hold.
    pub guzik: Option<f64>,
    /// Slope index: angle to that line that decelerations hold.
    pub slope: Option<f64>,
    /// Area index: sectors to that line that decelerations hold.
    pub area: Option<f64>,
    /// Porta's index: accelerations among the changes.
    pub porta: Option<f64>,
    /// Deceleration's and acceleration's share of SD1².
    pub c1: Option<(f64, f64)>,
    /// Their parts of SD1, in ms.
    pub sd1: (f64, f64),
    /// Their shares of SD2².
    pub c2: Option<(f64, f64)>,
    /// Their parts of SD2, in ms.
    pub sd2: (f64, f64),
    /// Their shares of the whole variance.
    pub total: Option<(f64, f64)>,
    /// Their parts of SDNN, in ms.
    pub sdnn: (f64, f64),
}

impl Asymmetry {
    /// The indices of a series.
    ///
    /// # Errors
    /// [`HrError::TooFewIntervals`] below three intervals, or if fewer than two follow upon another.
    pub fn compute(rr: &RrSeries) -> Result<Self, HrError> {
        rr.require(3)?;
        let n = rr.pairs().count();
        if n < 2 {
            return Err(HrError::TooFewIntervals {
                actual: n,
                required: 2,
            });
        }
        let centre = rr
            .pairs()
            .fold((0.0, 0.0), |sum, pair| (sum.0 + pair.0, sum.1 + pair.1));
        let centre = (centre.0 + centre.1) / n as f64;
        let mut parts = Parts::default();
        for (x, y) in rr.pairs() {
            parts.add(x, y, x + y - centre);
        }
        let divisor = (n - 1) as f64;
        let sd1 = parts.across.map(|squares| (squares / divisor).sqrt());
        let still = 0.5 * parts.along_still;
        let sd2 = parts
            .along
            .map(|squares| ((squares + still) / divisor).sqrt());
        let sdnn = [0, 1].map(|i| (0.5 * (sd1[i] * sd1[i] + sd2[i] * sd2[i])).sqrt());
        Ok(Self {
            guzik: percent(parts.distance),
            slope: percent(parts.angle),
            area: percent(parts.sector),
            porta: percent([parts.n[1], parts.n[0]]),
            c1: shares(sd1),
            sd1: sd1.into(),
            c2: shares(sd2),
            sd2: sd2.into(),
            total: shares(sdnn),
            sdnn: sdnn.into(),
        })
    }

    pub(crate) fn values(&self) -> [Option<f64>; 16] {
        let first = |shares: Option<(f64, f64)>| shares.map(|shares| shares.0);
        let second = |shares: Option<(f64, f64)>| shares.map(|shares| shares.1);
        [
            self.guzik,
            self.slope,
            self.area,
            self.porta,
            first(self.c1),
            second(self.c1),
            Some(self.sd1.0),
            Some(self.sd1.1),
            first(self.c2),
            second(self.c2),
            Some(self.sd2.0),
            Some(self.sd2.1),
            first(self.total),
            second(self.total),
            Some(self.sdnn.0),
            Some(self.sdnn.1),
        ]
    }
}

/// What `values` gives, in its order.
pub(crate) const SPECS: [HrvSpec; 16] = [
    HrvSpec::new("GI", "%", TURNS, PERCENT),
    HrvSpec::new("SI", "%", TURNS, PERCENT),
    HrvSpec::new("AI", "%", TURNS, PERCENT),
    HrvSpec::new("PI", "%", TURNS, PERCENT),
    HrvSpec::new("C1d", "", TURNS, SHARE),
    HrvSpec::new("C1a", "", TURNS, SHARE),
    HrvSpec::new("SD1d", "ms", TURNS, POSITIVE),
    HrvSpec::new("SD1a", "ms", TURNS, POSITIVE),
    HrvSpec::new("C2d", "", TURNS, SHARE),
    HrvSpec::new("C2a", "", TURNS, SHARE),
    HrvSpec::new("SD2d", "ms", TURNS, POSITIVE),
    HrvSpec::new("SD2a", "ms", TURNS, POSITIVE),
    HrvSpec::new("Cd", "", TURNS, SHARE),
    HrvSpec::new("Ca", "", TURNS, SHARE),
    HrvSpec::new("SDNNd", "ms", TURNS, POSITIVE),
    HrvSpec::new("SDNNa", "ms", TURNS, POSITIVE),
];

/// Sums over decelerations and accelerations, in this order.
#[derive(Default)]
struct Parts {
    n: [f64; 2],
    distance: [f64; 2],
    angle: [f64; 2],
    sector: [f64; 2],
    across: [f64; 2],
    along: [f64; 2],
    along_still: f64,
}

impl Parts {
    fn add(&mut self, x: f64, y: f64, beyond_centre: f64) {
        let along = (beyond_centre * FRAC_1_SQRT_2).powi(2);
        if x == y {
            self.along_still += along;
            return;
        }
        let i = usize::from(y < x);
        let distance = (y - x).abs() * FRAC_1_SQRT_2;
        let angle = (FRAC_PI_4 - (y / x).atan()).abs();
        self.n[i] += 1.0;
        self.distance[i] += distance;
        self.angle[i] += angle;
        self.sector[i] += 0.5 * angle * (x * x + y * y);
        self.across[i] += distance * distance;
        self.along[i] += along;
    }
}

/// The first part of the sum, from 0 to 100.
fn percent(parts: [f64; 2]) -> Option<f64> {
    finite(100.0 * parts[0] / (parts[0] + parts[1]))
}

/// The parts of the sum of squares.
fn shares(deviations: [f64; 2]) -> Option<(f64, f64)> {
    let squares = deviations.map(|deviation| deviation * deviation);
    let sum = squares[0] + squares[1];
    Some((finite(squares[0] / sum)?, finite(squares[1] / sum)?))
}
