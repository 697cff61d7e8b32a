use crate::cascade::{run_whole, run_whole_backward};
use crate::fft::checked_len;
use crate::{DspError, Section};

/// Values that are looked at together, in which a search for one of them cannot be.
const CHECKED_TOGETHER: usize = 256;

pub(crate) fn check_finite(signal: &[f64]) -> Result<(), DspError> {
    match first_non_finite(signal) {
        Some(index) => Err(DspError::NonFinite {
            index,
            value: signal[index],
        }),
        None => Ok(()),
    }
}

pub(crate) fn check_overflow(result: &[f64]) -> Result<(), DspError> {
    match first_non_finite(result) {
        Some(index) => Err(DspError::Overflow { index }),
        None => Ok(()),
    }
}

fn first_non_finite(values: &[f64]) -> Option<usize> {
    let all_finite = |block: &[f64]| block.iter().fold(true, |all, x| all & x.is_finite());
    let mut blocks = values.chunks(CHECKED_TOGETHER);
    let block = blocks.position(|block| !all_finite(block))?;
    let start = block * CHECKED_TOGETHER;
    let within = values[start..].iter().position(|x| !x.is_finite())?;
    Some(start + within)
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
    filtfilt_padded(sections, min_len - 1, signal)
}

pub(crate) fn filtfilt_padded(
    sections: &[Section],
    pad_len: usize,
    signal: &[f64],
) -> Result<Vec<f64>, DspError> {
    check_finite(signal)?;
    let mut out = odd_extended(signal, pad_len)?;
    let first = out[0];
    run_whole(sections, first, &mut out);
    let last = out[out.len() - 1];
    run_whole_backward(sections, last, &mut out);
    out.truncate(pad_len + signal.len());
    out.drain(..pad_len);
    check_overflow(&out)?;
    Ok(out)
}

/// `signal` with `edge` samples more at each end: the signal turned by half a revolution about its end point, then
/// zeros where it is shorter than that.
pub(crate) fn odd_extended(signal: &[f64], edge: usize) -> Result<Vec<f64>, DspError> {
    let (Some(first), Some(last)) = (signal.first(), signal.last()) else {
        return Err(DspError::SignalTooShort {
            actual: 0,
            required: 1,
        });
    };
    checked_len("padding", edge.saturating_add(1))?;
    let turned = edge.min(signal.len() - 1);
    let zeros = || std::iter::repeat_n(0.0, edge - turned);
    let before = signal[1..=turned].iter().map(|value| 2.0 * first - value);
    let after = signal[signal.len() - 1 - turned..signal.len() - 1]
        .iter()
        .map(|value| 2.0 * last - value);
    let mut out = Vec::with_capacity(signal.len() + 2 * edge);
    out.extend(zeros());
    out.extend(before.rev());
    out.extend_from_slice(signal);
    out.extend(after.rev());
    out.extend(zeros());
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn odd_extension_turns_the_signal_about_its_ends() {
        // The example of SciPy's `odd_ext` documentation.
        let extended = odd_extended(&[1.0, 2.0, 3.0, 4.0, 5.0], 2).unwrap();
        assert_eq!(extended, [-1.0, 0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0]);
        let extended = odd_extended(&[1.0, 2.0], 2).unwrap();
        assert_eq!(extended, [0.0, 0.0, 1.0, 2.0, 3.0, 0.0]);
        assert_eq!(odd_extended(&[3.0], 1).unwrap(), [0.0, 3.0, 0.0]);
        assert!(odd_extended(&[], 1).is_err());
        assert!(odd_extended(&[1.0], usize::MAX).is_err());
    }
}
