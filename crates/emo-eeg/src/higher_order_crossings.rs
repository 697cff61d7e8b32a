use crate::EegError;
use crate::statistics::check_channel;

/// Higher-order crossings: how often the channel without its mean, its differences, the differences of these and so on
/// change their sign, as shares of the number of samples.
///
/// The first of `crossings` is that of the channel itself; each further difference weighs high frequencies more.
/// `differences` is memory that is used over again.
///
/// # Errors
/// - [`EegError::SignalTooShort`] unless there is a sample more than there are `crossings`.
/// - [`EegError::NonFinite`] for a NaN or infinite sample.
///
/// ```
/// # use emo_eeg::higher_order_crossings;
/// let mut crossings = [0.0; 2];
/// higher_order_crossings(&[1.0, -1.0, 1.0, -1.0], &mut crossings, &mut Vec::new())?;
/// assert_eq!(crossings, [0.75, 0.5]);
/// # Ok::<(), emo_eeg::EegError>(())
/// ```
///
/// # References
/// P. C. Petrantonakis, L. J. Hadjileontiadis (2010). Emotion recognition from EEG using higher order crossings. IEEE
/// Transactions on Information Technology in Biomedicine 14(2). doi:10.1109/TITB.2009.2034649.
#[doc(alias = "HOC")]
pub fn higher_order_crossings(
    samples: &[f64],
    crossings: &mut [f64],
    differences: &mut Vec<f64>,
) -> Result<(), EegError> {
    check_channel(samples, crossings.len() + 1)?;
    let n = samples.len() as f64;
    let mean = samples.iter().sum::<f64>() / n;
    differences.clear();
    differences.extend(samples.iter().map(|x| x - mean));
    for count in crossings {
        let changes = differences
            .windows(2)
            .filter(|x| (x[0] < 0.0) != (x[1] < 0.0))
            .count();
        *count = changes as f64 / n;
        for i in 1..differences.len() {
            differences[i - 1] = differences[i] - differences[i - 1];
        }
        differences.pop();
    }
    Ok(())
}
