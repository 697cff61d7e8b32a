/// The mean of each value and its neighbours; outside are the first and the last value.
pub(super) fn smooth(values: &[f64]) -> Vec<f64> {
    windows(values)
        .map(|w| (w[0] + w[1] + w[2]) / 3.0)
        .collect()
}

/// The same over values that are not zero, a zero staying zero.
pub(super) fn smooth_non_zero(values: &[f64]) -> Vec<f64> {
    windows(values).map(mean_non_zero).collect()
}

/// The middle one of three values, smoothed over those that are not zero.
pub(super) fn mean_non_zero(window: [f64; 3]) -> f64 {
    if window[1] == 0.0 {
        return 0.0;
    }
    let count = window.iter().filter(|&&x| x != 0.0).count();
    window.iter().sum::<f64>() / count as f64
}

fn windows(values: &[f64]) -> impl Iterator<Item = [f64; 3]> {
    let last = values.len().saturating_sub(1);
    (0..values.len()).map(move |i| [i.saturating_sub(1), i, (i + 1).min(last)].map(|i| values[i]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edges_count_twice() {
        assert_eq!(smooth(&[3.0, 6.0, 0.0]), [4.0, 3.0, 2.0]);
        assert_eq!(smooth(&[5.0]), [5.0]);
        assert!(smooth(&[]).is_empty());
    }

    #[test]
    fn zeros_neither_count_nor_change() {
        let values = [0.0, 3.0, 0.0, 0.0, 2.0, 4.0, 3.0];
        let expected = [0.0, 3.0, 0.0, 0.0, 3.0, 3.0, 10.0 / 3.0];
        assert_eq!(smooth_non_zero(&values), expected);
    }
}
