/// The quantile of `sorted` values at `share` in `[0, 1]`, linear between neighbours, as numpy's default.
pub(crate) fn quantile(sorted: &[f64], share: f64) -> f64 {
    let place = share * (sorted.len() - 1) as f64;
    between(sorted, place as usize, place.fract())
}

/// The quantile at `part` of `parts`. Its place is exact: where it is a value's own, that value is returned.
pub(crate) fn quantile_of(sorted: &[f64], part: usize, parts: usize) -> f64 {
    let place = part * (sorted.len() - 1);
    between(sorted, place / parts, (place % parts) as f64 / parts as f64)
}

fn between(sorted: &[f64], below: usize, part: f64) -> f64 {
    let last = sorted.len() - 1;
    let (a, b) = (sorted[below.min(last)], sorted[(below + 1).min(last)]);
    // The side that is nearer is the starting point, so that the ends and equal neighbours come out exactly.
    if part < 0.5 {
        a + (b - a) * part
    } else {
        b - (b - a) * (1.0 - part)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `numpy.quantile([1, 2, 4, 8], q)`.
    #[test]
    fn it_is_numpys() {
        for (share, expected) in [(0.0, 1.0), (0.25, 1.75), (0.5, 3.0), (0.9, 6.8), (1.0, 8.0)] {
            assert!(
                (quantile(&[1.0, 2.0, 4.0, 8.0], share) - expected).abs() < 1e-14,
                "{share}"
            );
        }
        assert_eq!(quantile(&[3.0], 0.7), 3.0);
        assert_eq!(quantile_of(&[1.0, 2.0, 4.0, 8.0], 5, 15), 2.0);
        assert!((quantile_of(&[1.0, 2.0, 4.0, 8.0], 9, 10) - 6.8).abs() < 1e-14);
    }
}
