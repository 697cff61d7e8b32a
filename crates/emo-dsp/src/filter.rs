use crate::{DspError, Section, SosStream};

pub(crate) fn check_finite(signal: &[f64]) -> Result<(), DspError> {
    match signal.iter().position(|value| !value.is_finite()) {
        Some(index) => Err(DspError::NonFinite {
            index,
            value: signal[index],
        }),
        None => Ok(()),
    }
}

pub(crate) fn check_overflow(result: &[f64]) -> Result<(), DspError> {
    match result.iter().position(|value| !value.is_finite()) {
        Some(index) => Err(DspError::Overflow { index }),
        None => Ok(()),
    }
}

pub(crate) fn filtfilt(
    sections: &[Section],
    min_len: usize,
    signal: &[f64],
) -> Result<Vec<f64>, DspError> {
    if signal.len() < min_len {
        return Err(DspError::SignalTooShort {
            actual: signal.len(),
            required: min_len,
        });
    }
    check_finite(signal)?;
    let edge = min_len - 1;
    let mut out = odd_extended(signal, edge);
    for _ in 0..2 {
        SosStream::new(sections, out[0]).run(&mut out);
        out.reverse();
    }
    out.truncate(edge + signal.len());
    out.drain(..edge);
    check_overflow(&out)?;
    Ok(out)
}

/// `signal` with `edge` samples more at each end: the signal turned by half a revolution about its end point.
///
/// `signal` must be longer than `edge`.
fn odd_extended(signal: &[f64], edge: usize) -> Vec<f64> {
    let (first, last) = (signal[0], signal[signal.len() - 1]);
    let before = signal[1..=edge]
        .iter()
        .rev()
        .map(|value| 2.0 * first - value);
    let after = signal[signal.len() - 1 - edge..signal.len() - 1]
        .iter()
        .rev()
        .map(|value| 2.0 * last - value);
    before.chain(signal.iter().copied()).chain(after).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn odd_extension_turns_the_signal_about_its_ends() {
        // The example of SciPy's `odd_ext` documentation.
        let extended = odd_extended(&[1.0, 2.0, 3.0, 4.0, 5.0], 2);
        assert_eq!(extended, [-1.0, 0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0]);
    }
}
