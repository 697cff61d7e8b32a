use ndarray::{Array2, Axis};

use crate::SpeechError;
use crate::signal::check_range;

/// Splits a magnitude spectrogram, `[n_bins, n_frames]`, into what lasts over frames and what spreads over frequencies:
/// the harmonic and the percussive part, whose sum it is.
///
/// As `librosa.decompose.hpss` 0.11 with a margin of 1 and power 2: each bin is divided in proportion to the squares of
/// the medians of the `kernel_len` bins around it in time and in frequency; the spectrogram is mirrored at its edges. An
/// even `kernel_len` reaches one bin further back.
///
/// # Errors
/// [`SpeechError::ConfigOutOfRange`] unless `kernel_len` is 1 to 1025; [`SpeechError::EmptySignal`] without a bin;
/// [`SpeechError::Magnitude`] for a negative or non-finite value.
///
/// # Example
/// ```
/// use ndarray::array;
///
/// let tone_and_click = array![[0.0_f32, 0.0, 1.0, 0.0], [1.0, 1.0, 1.0, 1.0], [0.0, 0.0, 1.0, 0.0]];
/// let (harmonic, percussive) = emo_speech::harmonic_percussive(&tone_and_click, 3)?;
/// assert_eq!(harmonic.row(1).to_vec(), [1.0, 1.0, 0.5, 1.0]);
/// assert_eq!(percussive.column(2).to_vec(), [1.0, 0.5, 1.0]);
/// # Ok::<(), emo_speech::SpeechError>(())
/// ```
///
/// # References
/// D. FitzGerald, Harmonic/percussive separation using median filtering, Proceedings of the 13th International Conference
/// on Digital Audio Effects, 2010.
#[doc(alias = "hpss")]
pub fn harmonic_percussive(
    magnitude: &Array2<f32>,
    kernel_len: usize,
) -> Result<(Array2<f32>, Array2<f32>), SpeechError> {
    check_range("kernel_len", kernel_len, 1, 1025)?;
    if magnitude.is_empty() {
        return Err(SpeechError::EmptySignal);
    }
    let is_bad = |x: &f32| !(0.0..=f32::MAX).contains(x);
    if let Some(((bin, frame), &value)) = magnitude.indexed_iter().find(|(_, x)| is_bad(x)) {
        return Err(SpeechError::Magnitude { bin, frame, value });
    }
    let lasting = medians(magnitude, kernel_len, Axis(1));
    let spreading = medians(magnitude, kernel_len, Axis(0));
    let mut harmonic = magnitude.clone();
    let mut percussive = magnitude.clone();
    ndarray::Zip::from(&mut harmonic)
        .and(&mut percussive)
        .and(&lasting)
        .and(&spreading)
        .for_each(|harmonic, percussive, &lasting, &spreading| {
            let larger = lasting.max(spreading);
            let share = if larger < f32::MIN_POSITIVE {
                0.5
            } else {
                let square = |x: f32| (f64::from(x) / f64::from(larger)).powi(2);
                square(lasting) / (square(lasting) + square(spreading))
            };
            *harmonic = (f64::from(*harmonic) * share) as f32;
            *percussive = (f64::from(*percussive) * (1.0 - share)) as f32;
        });
    Ok((harmonic, percussive))
}

/// The median of the `kernel_len` values around each, along one axis.
fn medians(values: &Array2<f32>, kernel_len: usize, axis: Axis) -> Array2<f32> {
    let mut result = values.clone();
    let mut padded = Vec::new();
    let mut sorted = Vec::new();
    let lanes = values.lanes(axis).into_iter();
    for (lane, mut output) in lanes.zip(result.lanes_mut(axis)) {
        let n = lane.len();
        let (before, len) = (kernel_len / 2, n + kernel_len - 1);
        // The first and the last value are repeated in the mirror, which turns round as often as it must.
        let mirrored = |i: usize| {
            let position = (i + 2 * n * kernel_len - before) % (2 * n);
            position.min(2 * n - 1 - position)
        };
        padded.clear();
        padded.extend((0..len).map(|i| lane[mirrored(i)]));
        sorted.clear();
        sorted.extend_from_slice(&padded[..kernel_len]);
        sorted.sort_unstable_by(f32::total_cmp);
        output[0] = sorted[kernel_len / 2];
        for i in 1..n {
            slide(&mut sorted, padded[i - 1], padded[i - 1 + kernel_len]);
            output[i] = sorted[kernel_len / 2];
        }
    }
    result
}

/// Replaces a value of a sorted list.
fn slide(sorted: &mut [f32], old: f32, new: f32) {
    let from = sorted.partition_point(|x| x.total_cmp(&old).is_lt());
    let to = sorted.partition_point(|x| x.total_cmp(&new).is_lt());
    if to > from {
        sorted.copy_within(from + 1..to, from);
        sorted[to - 1] = new;
    } else {
        sorted.copy_within(to..from, to + 1);
        sorted[to] = new;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sliding_medians_are_medians() {
        let row: Vec<f32> = (0..40).map(|n| ((n * n) as f32 * 0.7).sin()).collect();
        for n in [1, 2, 5, 40] {
            for kernel_len in [1, 3, 4, 9, 31] {
                let values = Array2::from_shape_vec((1, n), row[..n].to_vec()).unwrap();
                let mirrored = |mut i: isize| {
                    let n = isize::try_from(n).unwrap();
                    while !(0..n).contains(&i) {
                        i = if i < 0 { -1 - i } else { 2 * n - 1 - i };
                    }
                    row[usize::try_from(i).unwrap()]
                };
                let actual = medians(&values, kernel_len, Axis(1));
                for i in 0..n {
                    let first =
                        isize::try_from(i).unwrap() - isize::try_from(kernel_len / 2).unwrap();
                    let mut window: Vec<f32> = (0..isize::try_from(kernel_len).unwrap())
                        .map(|k| mirrored(first + k))
                        .collect();
                    window.sort_unstable_by(f32::total_cmp);
                    assert_eq!(actual[[0, i]], window[kernel_len / 2]);
                }
            }
        }
    }

    #[test]
    fn what_is_no_magnitude_is_named() {
        let values = ndarray::array![[0.0, 1.0], [2.0, -1.0]];
        assert!(matches!(
            harmonic_percussive(&values, 3),
            Err(SpeechError::Magnitude { bin: 1, frame: 1, value }) if value == -1.0
        ));
    }
}
