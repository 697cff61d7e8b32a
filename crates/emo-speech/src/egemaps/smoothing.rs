/// Replaces each value by the mean of it and its neighbours; outside are the first and the last value.
pub(super) fn smooth(values: &mut [f64]) {
    replace(values, mean);
}

/// The same over values that are not zero, a zero staying zero.
pub(super) fn smooth_non_zero(values: &mut [f64]) {
    replace(values, mean_non_zero);
}

pub(super) fn mean(window: [f64; 3]) -> f64 {
    (window[0] + window[1] + window[2]) / 3.0
}

/// The middle one of three values, smoothed over those that are not zero.
pub(super) fn mean_non_zero(window: [f64; 3]) -> f64 {
    if window[1] == 0.0 {
        return 0.0;
    }
    let count = window.iter().filter(|&&x| x != 0.0).count();
    window.iter().sum::<f64>() / count as f64
}

fn replace(values: &mut [f64], smoothed: fn([f64; 3]) -> f64) {
    let mut before = values.first().copied().unwrap_or(0.0);
    for index in 0..values.len() {
        let value = values[index];
        let after = values.get(index + 1).copied().unwrap_or(value);
        values[index] = smoothed([before, value, after]);
        before = value;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(smooth: fn(&mut [f64]), values: &[f64], expected: &[f64]) {
        let mut actual = values.to_vec();
        smooth(&mut actual);
        assert_eq!(actual, expected);
    }

    #[test]
    fn edges_count_twice() {
        check(smooth, &[3.0, 6.0, 0.0], &[4.0, 3.0, 2.0]);
        check(smooth, &[5.0], &[5.0]);
        check(smooth, &[], &[]);
    }

    #[test]
    fn zeros_neither_count_nor_change() {
        let values = [0.0, 3.0, 0.0, 0.0, 2.0, 4.0, 3.0];
        let expected = [0.0, 3.0, 0.0, 0.0, 3.0, 3.0, 10.0 / 3.0];
        check(smooth_non_zero, &values, &expected);
    }
}
