use super::Respiration;

/// Height between neighbouring extremes, relative to the median one, up to which an extreme is ignored; as NeuroKit2.
const MIN_RELATIVE_HEIGHT: f64 = 0.3;

/// Where breaths begin and where they turn: troughs and peaks of a signal, one after the other from a trough to a
/// peak, so that there are as many of each.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Breaths {
    troughs: Vec<usize>,
    peaks: Vec<usize>,
}

impl Breaths {
    /// The samples at which inspiration begins.
    pub fn troughs(&self) -> &[usize] {
        &self.troughs
    }

    /// The samples at which expiration begins.
    pub fn peaks(&self) -> &[usize] {
        &self.peaks
    }
}

impl Respiration {
    /// The breaths, as NeuroKit2 finds them by default: extremes between two crossings of 0, without those that hardly
    /// stand out. No breath at all is a result.
    ///
    /// # References
    /// D. Khodadad et al. (2018). Optimized breath detection algorithm in electrical impedance tomography.
    /// Physiological Measurement 39(9). doi:10.1088/1361-6579/aad7e6.
    pub fn breaths(&self) -> Breaths {
        let signal = self.signal();
        let mut extremes = outstanding(signal, &extremes(signal));
        // From a trough to a peak.
        if let [first, second, ..] = extremes[..]
            && signal[first] > signal[second]
        {
            extremes.remove(0);
        }
        if let [.., before, last] = extremes[..]
            && signal[last] < signal[before]
        {
            extremes.pop();
        }
        if extremes.len() < 2 {
            return Breaths::default();
        }
        Breaths {
            troughs: extremes[..extremes.len() - 1]
                .iter()
                .copied()
                .step_by(2)
                .collect(),
            peaks: extremes[1..].iter().copied().step_by(2).collect(),
        }
    }
}

/// The highest or lowest sample, the first of equals, from each crossing of 0 to the next.
fn extremes(signal: &[f64]) -> Vec<usize> {
    let crossings: Vec<usize> = signal
        .windows(2)
        .enumerate()
        .filter(|(_, pair)| pair[0] * pair[1] < 0.0)
        .map(|(i, _)| i)
        .collect();
    let between = crossings.windows(2);
    between
        .map(|ends| {
            let rises = signal[ends[0]] < 0.0;
            let value = |i: usize| if rises { signal[i] } else { -signal[i] };
            (ends[0]..ends[1]).fold(
                ends[0],
                |best, i| if value(i) > value(best) { i } else { best },
            )
        })
        .collect()
}

/// The extremes that stand out from the next one; of those, where two follow that rise or fall the same way, the one
/// in between is left out.
fn outstanding(signal: &[f64], extremes: &[usize]) -> Vec<usize> {
    let heights: Vec<f64> = extremes
        .windows(2)
        .map(|pair| (signal[pair[1]] - signal[pair[0]]).abs())
        .collect();
    if heights.is_empty() {
        return Vec::new();
    }
    let mut ascending = heights.clone();
    ascending.sort_unstable_by(f64::total_cmp);
    let half = ascending.len() / 2;
    let median = if ascending.len() % 2 == 1 {
        ascending[half]
    } else {
        (ascending[half - 1] + ascending[half]) / 2.0
    };
    let high: Vec<usize> = extremes
        .iter()
        .zip(&heights)
        .filter(|(_, height)| **height > MIN_RELATIVE_HEIGHT * median)
        .map(|(extreme, _)| *extreme)
        .collect();
    let turns = |i: usize| {
        let (before, here, after) = (signal[high[i - 1]], signal[high[i]], signal[high[i + 1]]);
        (here > before) != (after > here) && here != before && after != here
    };
    (0..high.len())
        .filter(|&i| i == 0 || i + 1 == high.len() || turns(i))
        .map(|i| high[i])
        .collect()
}
