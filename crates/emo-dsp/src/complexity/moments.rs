use std::ops::RangeInclusive;

use crate::DspError;
use crate::filter::check_finite;

pub(crate) fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// The standard deviation whose squares are divided by `n − ddof`.
pub(crate) fn standard_deviation(values: &[f64], ddof: i32) -> f64 {
    let centre = mean(values);
    let squares: f64 = values.iter().map(|x| (x - centre).powi(2)).sum();
    (squares / (values.len() as f64 - f64::from(ddof))).sqrt()
}

/// Whether patterns of `order` samples, `delay` apart, can be looked for.
pub(super) fn check_order(
    order: usize,
    orders: RangeInclusive<usize>,
    expected: &'static str,
    delay: usize,
) -> Result<(), DspError> {
    let invalid = |name, value: usize, expected| DspError::InvalidSetting {
        name,
        value: value as f64,
        expected,
    };
    if !orders.contains(&order) {
        return Err(invalid("order", order, expected));
    }
    if delay == 0 {
        return Err(invalid("delay", delay, "1 or more"));
    }
    Ok(())
}

/// Refuses a signal below `required` samples or with a sample that is not finite.
pub(crate) fn check_signal(signal: &[f64], required: usize) -> Result<(), DspError> {
    if signal.len() < required {
        return Err(DspError::SignalTooShort {
            actual: signal.len(),
            required,
        });
    }
    check_finite(signal)
}

pub(crate) fn is_constant(signal: &[f64]) -> bool {
    signal.iter().all(|&x| x == signal[0])
}

/// `Σ ln cᵢ` of counts of at least 1: the product is carried as far as `f64` reaches, so that logarithms are few.
pub(crate) fn sum_of_logs(counts: impl Iterator<Item = u32>) -> f64 {
    const FULL: f64 = 1e290;
    let (mut sum, mut product) = (0.0, 1.0_f64);
    for count in counts {
        product *= f64::from(count);
        if product > FULL {
            sum += product.ln();
            product = 1.0;
        }
    }
    sum + product.ln()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logarithms_are_summed() {
        for counts in [vec![], vec![1, 1], vec![7; 1000], vec![u32::MAX; 100]] {
            let expected: f64 = counts.iter().map(|&c| f64::from(c).ln()).sum();
            let actual = sum_of_logs(counts.into_iter());
            assert!((actual - expected).abs() <= 1e-13 * expected);
        }
    }
}
