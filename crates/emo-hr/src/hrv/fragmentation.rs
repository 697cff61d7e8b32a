use crate::{HrError, RrSeries};

use super::spec::{HrvSpec, SHARE, TURNS};
use super::statistics::finite;

/// Intervals from which a stretch of one direction counts as long.
const LONG: usize = 3;
/// Turns in a row from which a stretch counts as alternating.
const ALTERNATING: usize = 4;

/// How often the heart turns between getting faster and slower.
///
/// All are shares from 0 to 1, and `None` for a series that never changes. The definitions are NeuroKit2's, which
/// differ from the paper's in two points: a stretch of equal intervals separates two turns, and `pas` is the share of
/// runs of turns that are long, not of the intervals in them.
///
/// # References
/// M. D. Costa, R. B. Davis, A. L. Goldberger (2017). Heart rate fragmentation: a new approach to the analysis of
/// cardiac interbeat interval dynamics. Frontiers in Physiology 8:255. doi:10.3389/fphys.2017.00255.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Fragmentation {
    /// Turns by the number of intervals.
    pub pip: f64,
    /// Inverse of the average length of stretches that get only longer or only shorter.
    pub ials: Option<f64>,
    /// Share of those stretches that are shorter than three intervals.
    pub pss: Option<f64>,
    /// Share of the runs of turns, one at each interval, that are four or longer.
    pub pas: Option<f64>,
}

impl Fragmentation {
    /// The indices of a series.
    ///
    /// # Errors
    /// [`HrError::TooFewIntervals`] below two intervals.
    pub fn compute(rr: &RrSeries) -> Result<Self, HrError> {
        rr.require(2)?;
        let signs: Vec<i8> = rr
            .differences()
            .map(|d| if d > 0.0 { 1 } else { -i8::from(d < 0.0) })
            .collect();
        let turns: Vec<bool> = signs.windows(2).map(|pair| pair[0] != pair[1]).collect();
        let stretches = runs(&signs, |sign| *sign != 0);
        let alternations = runs(&turns, |turn| *turn);
        let sum: usize = stretches.iter().sum();
        let share = |lens: &[usize], counts: &dyn Fn(usize) -> bool| {
            let n = lens.iter().filter(|len| counts(**len)).count();
            finite(n as f64 / lens.len() as f64)
        };
        Ok(Self {
            pip: turns.iter().filter(|turn| **turn).count() as f64 / (signs.len() + 1) as f64,
            ials: finite(stretches.len() as f64 / sum as f64),
            pss: share(&stretches, &|len| len < LONG),
            pas: share(&alternations, &|len| len >= ALTERNATING),
        })
    }

    pub(crate) fn values(&self) -> [Option<f64>; 4] {
        [Some(self.pip), self.ials, self.pss, self.pas]
    }
}

/// What `values` gives, in its order.
pub(crate) const SPECS: [HrvSpec; 4] = [
    HrvSpec::new("PIP", "", TURNS, SHARE),
    HrvSpec::new("IALS", "", TURNS, SHARE),
    HrvSpec::new("PSS", "", TURNS, SHARE),
    HrvSpec::new("PAS", "", TURNS, SHARE),
];

/// Lengths of the runs of equal elements that count.
fn runs<T: PartialEq>(elements: &[T], counts: impl Fn(&T) -> bool) -> Vec<usize> {
    elements
        .chunk_by(|a, b| a == b)
        .filter(|run| counts(&run[0]))
        .map(<[T]>::len)
        .collect()
}
