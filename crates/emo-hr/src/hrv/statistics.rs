/// What a sum of squared deviations is divided by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[doc(alias = "ddof")]
pub enum Deviation {
    /// One less than the number of values, as for a sample of a longer series.
    #[default]
    Sample,
    /// The number of values.
    Population,
}

impl Deviation {
    pub(crate) fn divisor(self, n: usize) -> f64 {
        match self {
            Self::Sample => n as f64 - 1.0,
            Self::Population => n as f64,
        }
    }

    /// The standard deviation; NaN below two values (`Sample`) or one (`Population`).
    pub(crate) fn of(self, values: impl Iterator<Item = f64> + Clone) -> f64 {
        // Taken from the first value, so that equal values deviate by exactly 0.
        let Some(first) = values.clone().next() else {
            return f64::NAN;
        };
        let (n, sum) = values
            .clone()
            .fold((0, 0.0), |(n, sum), value| (n + 1, sum + (value - first)));
        let mean = sum / n as f64;
        let squares: f64 = values
            .map(|value| (value - first - mean) * (value - first - mean))
            .sum();
        (squares / self.divisor(n)).sqrt()
    }
}

/// The mean; NaN of nothing.
pub(crate) fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// The value below which `percent` of a sorted, non-empty series lie, by straight lines between its values.
pub(crate) fn percentile(sorted: &[f64], percent: f64) -> f64 {
    let place = percent / 100.0 * (sorted.len() - 1) as f64;
    let left = place as usize;
    let (from, to) = (sorted[left], sorted[(left + 1).min(sorted.len() - 1)]);
    // As numpy: from the nearer end, so that equal ends give just that value.
    let t = place - left as f64;
    if t >= 0.5 {
        to - (to - from) * (1.0 - t)
    } else {
        from + (to - from) * t
    }
}

pub(crate) fn sorted(values: &[f64]) -> Vec<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    sorted
}

/// Slope and intercept of the line of least squares; not finite below two different places.
pub(crate) fn line(points: &[(f64, f64)]) -> (f64, f64) {
    let n = points.len() as f64;
    let x = points.iter().map(|p| p.0).sum::<f64>() / n;
    let y = points.iter().map(|p| p.1).sum::<f64>() / n;
    let (over, under) = points.iter().fold((0.0, 0.0), |(over, under), p| {
        (over + (p.0 - x) * (p.1 - y), under + (p.0 - x) * (p.0 - x))
    });
    (over / under, y - over / under * x)
}

/// `value`, unless it is not a number that means something.
pub(crate) fn finite(value: f64) -> Option<f64> {
    value.is_finite().then_some(value)
}
