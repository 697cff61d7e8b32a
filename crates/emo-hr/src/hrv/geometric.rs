use std::ops::Range;

/// How the triangle of TINN is fitted to the histogram of the intervals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TriangleFit {
    /// To the histogram as it is, by the squared errors within the triangle.
    #[default]
    Histogram,
    /// Likewise, but the triangle begins above the shortest interval and only its end is fitted, as NeuroKit2 0.2.13.
    EndOnly,
    /// To the histogram smoothed by a Gaussian of two bins, by the squared errors everywhere, as pyHRV for short
    /// recordings.
    Smoothed,
}

/// Bins that a Gaussian of two bins reaches to each side: four deviations.
const GAUSS_REACH: usize = 8;

/// Squared error from which NeuroKit2 finds no triangle.
const HISTOGRAM_LIMIT: f64 = 16_384.0;

/// A histogram of positive values, its first bin from 0.
#[derive(Debug)]
pub(crate) struct Histogram {
    bin: f64,
    counts: Vec<usize>,
}

impl Histogram {
    pub(crate) fn new(values: &[f64], bin: f64) -> Self {
        let highest = values.iter().copied().fold(0.0, f64::max);
        let mut counts = vec![0; (highest / bin).ceil() as usize];
        let last = counts.len() - 1;
        for value in values {
            // The last bin holds its upper edge too.
            counts[((value / bin) as usize).min(last)] += 1;
        }
        Self { bin, counts }
    }

    /// The largest count.
    pub(crate) fn highest(&self) -> usize {
        self.counts.iter().copied().max().unwrap_or(0)
    }

    /// Where the best triangle begins and ends; the same place twice if there is none.
    ///
    /// Its two sides are fitted apart, since neither changes the other's error.
    pub(crate) fn triangle(&self, sorted: &[f64], fit: TriangleFit) -> (f64, f64) {
        let counts: Vec<f64> = self.counts.iter().map(|&count| count as f64).collect();
        let (counts, begins, ends, limit) = match fit {
            TriangleFit::Histogram | TriangleFit::EndOnly => {
                let (low, high) = (sorted[0], sorted[sorted.len() - 1]);
                let begins = (low / self.bin) as usize + 1;
                let ends = (0..counts.len()).rfind(|&m| (m as f64) * self.bin < high);
                (counts, begins, ends.unwrap_or(0), HISTOGRAM_LIMIT)
            }
            TriangleFit::Smoothed => {
                let filled = |count: &usize| *count > 0;
                let begins = self.counts.iter().position(filled).unwrap_or(0);
                let ends = self.counts.iter().rposition(filled).unwrap_or(0);
                (smoothed(&counts), begins, ends, f64::INFINITY)
            }
        };
        let outside = match fit {
            TriangleFit::Histogram | TriangleFit::EndOnly => 0.0,
            TriangleFit::Smoothed => 1.0,
        };
        let (peak, height) = highest(&counts);
        let sums = Sums::new(&counts);
        let left = |n: usize| {
            let slope = height / (peak - n) as f64;
            sums.error(n..peak + 1, -(n as f64), slope, outside)
        };
        let right = |m: usize| {
            let slope = height / (m - peak) as f64;
            sums.error(peak + 1..m + 1, -(m as f64), -slope, outside)
        };
        let begins = match fit {
            TriangleFit::EndOnly => begins..peak.min(begins + 1),
            _ => begins..peak,
        };
        match (least(begins, left), least(peak + 1..ends + 1, right)) {
            (Some((n, left)), Some((m, right)))
                if left + right + outside * sums.squares() < limit =>
            {
                (n as f64 * self.bin, m as f64 * self.bin)
            }
            _ => (0.0, 0.0),
        }
    }
}

/// Running sums over the bins before each one: of the counts, times the bin's index, and squared.
struct Sums(Vec<[f64; 3]>);

impl Sums {
    fn new(counts: &[f64]) -> Self {
        let mut sums = vec![[0.0; 3]];
        for (i, count) in counts.iter().enumerate() {
            let [zeroth, first, squares] = sums[i];
            sums.push([
                zeroth + count,
                first + i as f64 * count,
                squares + count * count,
            ]);
        }
        Self(sums)
    }

    fn squares(&self) -> f64 {
        self.0[self.0.len() - 1][2]
    }

    /// Squared distance of bins from `slope · (i + shift)`, less `outside` times their squares.
    fn error(&self, bins: Range<usize>, shift: f64, slope: f64, outside: f64) -> f64 {
        let between = |k: usize| self.0[bins.end][k] - self.0[bins.start][k];
        let weighted = between(1) + shift * between(0);
        // Both sides run over whole numbers from or down to 0.
        let n = bins.len() as f64;
        let (low, high) = (bins.start as f64 + shift, bins.end as f64 - 1.0 + shift);
        let squares = (n * (low * low + low * high + high * high) + n * (high - low) / 2.0) / 3.0;
        (1.0 - outside) * between(2) - 2.0 * slope * weighted + slope * slope * squares
    }
}

/// The first place of the least error.
fn least(places: Range<usize>, error: impl Fn(usize) -> f64) -> Option<(usize, f64)> {
    places
        .map(|place| (place, error(place)))
        .min_by(|a, b| a.1.total_cmp(&b.1))
}

/// The first of the largest values.
fn highest(values: &[f64]) -> (usize, f64) {
    values
        .iter()
        .copied()
        .enumerate()
        .fold(
            (0, 0.0),
            |best, (i, value)| {
                if value > best.1 { (i, value) } else { best }
            },
        )
}

/// Weighted means by a Gaussian with a deviation of two bins, ends mirrored, as SciPy's `gaussian_filter1d`.
fn smoothed(counts: &[f64]) -> Vec<f64> {
    let weight = |offset: usize| (-0.5 * (offset as f64 / 2.0).powi(2)).exp();
    let total: f64 = weight(0) + 2.0 * (1..=GAUSS_REACH).map(weight).sum::<f64>();
    let n = counts.len() as isize;
    let at = |i: isize| {
        let i = i.rem_euclid(2 * n);
        counts[(if i < n { i } else { 2 * n - 1 - i }) as usize]
    };
    (0..n)
        .map(|i| {
            let sides: f64 = (1..=GAUSS_REACH)
                .map(|offset| weight(offset) * (at(i - offset as isize) + at(i + offset as isize)))
                .sum();
            (weight(0) * at(i) + sides) / total
        })
        .collect()
}
