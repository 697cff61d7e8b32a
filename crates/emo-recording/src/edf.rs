#![deny(
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss
)]

use std::io::{BufReader, Read};

use crate::edf_header::{Header, Scaling};
use crate::{Channel, MAX_SAMPLES, Recording, RecordingError};

/// Whether a file that starts with these bytes is EDF.
pub(crate) fn is_edf(start: &[u8]) -> bool {
    start == b"0       "
}

/// Whether a file that starts with these bytes is BDF.
pub(crate) fn is_bdf(start: &[u8]) -> bool {
    start == b"\xffBIOSEMI"
}

/// Reads a recording in EDF, or in EDF+ without interruptions (EDF+C).
///
/// Each sample is `(digital − digital minimum) · (physical range) / (digital range) + physical minimum`, in the unit of
/// the header. Annotation signals are passed over. A number of data records of −1, which a recorder leaves that was cut
/// off, is taken from the length of the data.
///
/// # Errors
/// - [`RecordingError::Unsupported`] for EDF+D and BDF.
/// - [`RecordingError::TruncatedHeader`] and [`RecordingError::InvalidHeader`] for a header that is cut or not EDF: a
///   number that is not ASCII digits, a length other than 256 bytes for each signal and 256 more, more than
///   [`MAX_SIGNALS`](crate::MAX_SIGNALS) signals, a physical or digital range of 0.
/// - [`RecordingError::TruncatedRecord`] if the last data record is cut, or is missing.
/// - [`RecordingError::TrailingBytes`] for data beyond the announced records.
/// - [`RecordingError::NoSignals`] for annotations alone.
/// - [`RecordingError::TooManySamples`] beyond [`MAX_SAMPLES`].
/// - [`RecordingError::Io`] if reading fails.
///
/// # References
/// - B. Kemp, A. Värri, A. C. Rosa, K. D. Nielsen, J. Gade (1992). A simple format for exchange of digitized
///   polygraphic recordings. Electroencephalography and Clinical Neurophysiology 82(5).
///   doi:10.1016/0013-4694(92)90009-7.
/// - B. Kemp, J. Olivan (2003). European data format 'plus' (EDF+), an EDF alike standard format for the exchange of
///   physiological data. Clinical Neurophysiology 114(9). doi:10.1016/S1388-2457(03)00123-8.
pub fn read_edf(reader: impl Read) -> Result<Recording, RecordingError> {
    let to_channel = |(signal, digital): (DigitalSignal, Vec<i16>)| Channel {
        samples: digital
            .into_iter()
            .map(|digital| narrow(signal.scaling.physical(digital)))
            .collect(),
        name: signal.label,
        unit: signal.unit,
        sample_rate: Some(signal.scaling.sample_rate),
    };
    let channels = read_digital(reader)?.into_iter().map(to_channel).collect();
    Ok(Recording { channels })
}

struct DigitalSignal {
    label: String,
    unit: Option<String>,
    scaling: Scaling,
}

fn read_digital(reader: impl Read) -> Result<Vec<(DigitalSignal, Vec<i16>)>, RecordingError> {
    let mut reader = BufReader::new(reader);
    let mut start = Vec::new();
    reader.by_ref().take(8).read_to_end(&mut start)?;
    if is_bdf(&start) {
        return Err(RecordingError::Unsupported { format: "BDF" });
    }
    let mut reader = start.as_slice().chain(reader);
    let header = Header::read(&mut reader)?;
    let required = header.record_len;
    let mut samples = vec![Vec::new(); header.signals.len()];
    let mut n_samples = 0_usize;
    let mut bytes = Vec::new();
    let mut record = 0_u64;
    while header.n_records != Some(record) {
        bytes.clear();
        reader
            .by_ref()
            .take(required as u64)
            .read_to_end(&mut bytes)?;
        // Without an announced number, the data end with the file.
        if bytes.is_empty() && header.n_records.is_none() && record > 0 {
            break;
        }
        if bytes.len() < required {
            return Err(RecordingError::TruncatedRecord {
                record,
                actual: bytes.len(),
                required,
            });
        }
        n_samples += required / 2;
        if n_samples > MAX_SAMPLES {
            return Err(RecordingError::TooManySamples { limit: MAX_SAMPLES });
        }
        let mut rest = bytes.as_slice();
        for (signal, samples) in header.signals.iter().zip(&mut samples) {
            let (data, after) = rest.split_at(2 * signal.samples_per_record);
            rest = after;
            if signal.scaling.is_some() {
                let pairs = data.as_chunks::<2>().0.iter();
                samples.extend(pairs.map(|&pair| i16::from_le_bytes(pair)));
            }
        }
        record += 1;
    }
    if reader.by_ref().take(1).read_to_end(&mut bytes)? > 0 {
        return Err(RecordingError::TrailingBytes { n_records: record });
    }
    Ok(header
        .signals
        .into_iter()
        .zip(samples)
        .filter_map(|(signal, samples)| {
            let scaling = signal.scaling?;
            let signal = DigitalSignal {
                label: signal.label,
                unit: signal.unit,
                scaling,
            };
            Some((signal, samples))
        })
        .collect())
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "the header is refused unless all samples are within range, and rounding is wanted"
)]
fn narrow(physical: f64) -> f32 {
    physical as f32
}

#[cfg(test)]
mod tests {
    use emo_testing::{assert_close, fixture, load_npy};

    use super::*;

    fn digital(name: &str) -> Vec<(DigitalSignal, Vec<i16>)> {
        let file = std::fs::File::open(fixture(format!("emo-recording/{name}.edf")));
        read_digital(file.expect("the fixture")).expect("a valid file")
    }

    fn physical(signals: &[(DigitalSignal, Vec<i16>)], index: usize) -> Vec<f64> {
        signals
            .get(index)
            .map_or_else(Vec::new, |(signal, samples)| {
                samples
                    .iter()
                    .map(|&digital| signal.scaling.physical(digital))
                    .collect()
            })
    }

    fn golden(name: &str) -> Vec<f64> {
        load_npy(fixture(format!("emo-recording/{name}.npy")))
            .iter()
            .copied()
            .collect()
    }

    #[test]
    fn digital_samples_are_pyedflibs() {
        let actual = digital("eeg4_pyedflib").into_iter().flat_map(|(_, x)| x);
        assert_close(actual, golden("file_edf_pyedflib_digital"), 0.0, 0.0);
    }

    #[test]
    fn physical_samples_are_those_of_pyedflib_edfio_and_mne() {
        let signals = digital("eeg4_pyedflib");
        for (name, step) in [
            ("file_edf_pyedflib_physical", 1),
            ("file_edf_edfio_physical_every16", 16),
            ("file_edf_mne_uv_every16", 16),
        ] {
            let actual = (0..4).flat_map(|i| physical(&signals, i).into_iter().step_by(step));
            assert_close(actual, golden(name), 1e-12, 2.72e-8);
        }
        let signals = digital("mixed_edfio");
        for index in 0..3 {
            let expected = golden(&format!("file_mixed_edfio_edf_{index}"));
            assert_close(physical(&signals, index), expected, 1e-12, 2.04e-8);
        }
    }
}
