#![deny(
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss
)]

use std::io::{BufReader, Read};

use emo_dsp::SampleRate;

use crate::bdf_status::{STATUS, triggers};
use crate::edf_annotations::read_lists;
use crate::edf_header::{Format, Header, Scaling, Signal};
use crate::{Annotation, Channel, Gap, MAX_SAMPLES, Recording, RecordingError, StartTime};

/// Whether a file that starts with these bytes is EDF or BDF.
pub(crate) fn is_edf(start: &[u8]) -> bool {
    start.starts_with(b"0       ") || start.starts_with(b"\xffBIOSEMI")
}

/// A file of EDF or BDF as it stands: whole numbers and how they are scaled.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct EdfFile {
    /// When the first data record began; none if the header's date is none.
    pub start: Option<StartTime>,
    /// The signals but those of annotations, at least one.
    pub signals: Vec<EdfSignal>,
    /// The annotations, and the triggers of a BDF `Status` signal, by onset.
    pub annotations: Vec<Annotation>,
}

/// One signal of [`EdfFile`].
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct EdfSignal {
    /// Its name.
    pub label: String,
    /// Unit of the physical values; none if the file names none.
    pub unit: Option<String>,
    /// What measured it, as the file says.
    pub transducer: String,
    /// The filters that it went through, as the file says.
    pub prefilter: String,
    /// Samples per second.
    pub sample_rate: SampleRate,
    /// The digital values: of 16 bits in EDF, of 24 in BDF.
    pub digital: Vec<i32>,
    /// Where the recorder stopped and went on later.
    pub gaps: Vec<Gap>,
    scaling: Scaling,
}

impl EdfSignal {
    /// The physical values, in [`unit`](Self::unit).
    pub fn physical(&self) -> impl Iterator<Item = f64> {
        let scaling = self.scaling;
        self.digital
            .iter()
            .map(move |&digital| scaling.physical(digital))
    }
}

/// Reads a recording in EDF, EDF+ (EDF+C, EDF+D), BDF or BDF+ (BDF+C, BDF+D).
///
/// Each sample is `(digital − digital minimum) · (physical range) / (digital range) + physical minimum`, in the unit of
/// the header. A number of data records of −1, which a recorder leaves that was cut off, is taken from the length of
/// the data.
///
/// - *Start*: that of the first data record, to fractions of a second where EDF+ gives them. The century of a year of
///   two digits is 1985 to 2084.
/// - *Annotations*: those of all annotation signals, by onset, counted from that start.
/// - *Interrupted recordings* (EDF+D, BDF+D): where a data record begins at least half a sample of the fastest signal
///   later than its predecessor ends, all channels get a [`Gap`].
/// - *Triggers of BDF*: where the low 16 bits of the signal `Status` change to a number other than 0, an annotation with
///   that number as its text, `Status` as its source, and the time for which it stands as its duration. The signal
///   itself is a channel too.
/// - The identifications of patient and recording are passed over.
///
/// # Errors
/// - [`RecordingError::TruncatedHeader`] and [`RecordingError::InvalidHeader`] for a header that is cut or not EDF: a
///   number that is not ASCII digits, a length other than 256 bytes for each signal and 256 more, more than
///   [`MAX_SIGNALS`](crate::MAX_SIGNALS) signals, a physical or digital range of 0.
/// - [`RecordingError::TruncatedRecord`] if the last data record is cut, or is missing.
/// - [`RecordingError::TrailingBytes`] for data beyond the announced records.
/// - [`RecordingError::InvalidAnnotation`] and [`RecordingError::OverlappingRecord`] in EDF+ and BDF+.
/// - [`RecordingError::NoSignals`] for annotations alone.
/// - [`RecordingError::TooManySamples`] beyond [`MAX_SAMPLES`], [`RecordingError::TooMany`] beyond
///   [`MAX_ANNOTATIONS`](crate::MAX_ANNOTATIONS).
/// - [`RecordingError::Io`] if reading fails.
///
/// # References
/// - B. Kemp, A. Värri, A. C. Rosa, K. D. Nielsen, J. Gade (1992). A simple format for exchange of digitized
///   polygraphic recordings. Electroencephalography and Clinical Neurophysiology 82(5).
///   doi:10.1016/0013-4694(92)90009-7.
/// - B. Kemp, J. Olivan (2003). European data format 'plus' (EDF+), an EDF alike standard format for the exchange of
///   physiological data. Clinical Neurophysiology 114(9). doi:10.1016/S1388-2457(03)00123-8.
pub fn read_edf(reader: impl Read) -> Result<Recording, RecordingError> {
    let file = read_records(reader, |scaling, digital| narrow(scaling.physical(digital)))?;
    let to_channel = |(signal, sample_rate, samples): (Signal, SampleRate, Vec<f32>)| Channel {
        unit: signal.unit,
        sample_rate: Some(sample_rate),
        gaps: gaps_of(&file.gaps, signal.samples_per_record),
        ..Channel::new(signal.label, samples)
    };
    Ok(Recording {
        channels: file.signals.into_iter().map(to_channel).collect(),
        annotations: file.annotations,
        start: file.start,
    })
}

/// Reads a file as [`read_edf`], but keeps its whole numbers.
///
/// ```no_run
/// use emo_recording::read_edf_digital;
///
/// let file = read_edf_digital(std::fs::File::open("sleep.edf")?)?;
/// let first = &file.signals[0];
/// println!("{}: {:?} = {:?} {:?}", first.label, first.digital.first(), first.physical().next(), first.unit);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// As [`read_edf`].
pub fn read_edf_digital(reader: impl Read) -> Result<EdfFile, RecordingError> {
    let file = read_records(reader, |_, digital| digital)?;
    let to_signal = |(signal, sample_rate, digital): (Signal, SampleRate, Vec<i32>)| {
        Some(EdfSignal {
            gaps: gaps_of(&file.gaps, signal.samples_per_record),
            scaling: signal.scaling?,
            label: signal.label,
            unit: signal.unit,
            transducer: signal.transducer,
            prefilter: signal.prefilter,
            sample_rate,
            digital,
        })
    };
    Ok(EdfFile {
        start: file.start,
        signals: file.signals.into_iter().filter_map(to_signal).collect(),
        annotations: file.annotations,
    })
}

struct Records<T> {
    start: Option<StartTime>,
    signals: Vec<(Signal, SampleRate, Vec<T>)>,
    annotations: Vec<Annotation>,
    /// The records after a gap, and how long it was.
    gaps: Vec<(usize, f64)>,
}

fn gaps_of(gaps: &[(usize, f64)], samples_per_record: usize) -> Vec<Gap> {
    let to_gap = |&(record, seconds): &(usize, f64)| Gap {
        sample: record * samples_per_record,
        seconds,
    };
    gaps.iter().map(to_gap).collect()
}

fn read_records<T>(
    reader: impl Read,
    convert: impl Fn(&Scaling, i32) -> T,
) -> Result<Records<T>, RecordingError> {
    let mut reader = BufReader::new(reader);
    let header = Header::read(&mut reader)?;
    let format = header.format;
    let required = header.record_len;
    let mut samples: Vec<Vec<T>> = header.signals.iter().map(|_| Vec::new()).collect();
    let mut status = Vec::new();
    let mut annotations = Vec::new();
    let mut clock = RecordClock::new(&header);
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
        n_samples += required / format.sample_len();
        if n_samples > MAX_SAMPLES {
            return Err(RecordingError::TooManySamples { limit: MAX_SAMPLES });
        }
        let mut rest = bytes.as_slice();
        let mut onset = None;
        for (signal, samples) in header.signals.iter().zip(&mut samples) {
            let (data, after) = rest.split_at(format.sample_len() * signal.samples_per_record);
            rest = after;
            let Some(scaling) = &signal.scaling else {
                let own = read_lists(record, data, &mut annotations)?;
                onset = onset.or(own);
                continue;
            };
            match format {
                Format::Edf => samples.extend(data.as_chunks().0.iter().map(|&pair| {
                    let digital = i16::from_le_bytes(pair);
                    convert(scaling, i32::from(digital))
                })),
                Format::Bdf => samples.extend(data.as_chunks().0.iter().map(|&[a, b, c]| {
                    let digital = i32::from_le_bytes([0, a, b, c]) >> 8;
                    convert(scaling, digital)
                })),
            }
            if format == Format::Bdf && signal.label == STATUS {
                let words = data.as_chunks().0.iter();
                status.extend(words.map(|&[a, b, _]| u16::from_le_bytes([a, b])));
            }
        }
        clock.tick(record, onset)?;
        record += 1;
    }
    if reader.by_ref().take(1).read_to_end(&mut bytes)? > 0 {
        return Err(RecordingError::TrailingBytes { n_records: record });
    }
    let first_onset = clock.first_onset;
    for annotation in &mut annotations {
        annotation.onset -= first_onset;
    }
    let start = header.start.map(|start| start.after(first_onset));
    let gaps = clock.gaps;
    let signals: Vec<_> = header
        .signals
        .into_iter()
        .zip(samples)
        .filter_map(|(signal, samples)| {
            let sample_rate = signal.scaling?.sample_rate;
            Some((signal, sample_rate, samples))
        })
        .collect();
    if let Some((signal, sample_rate, _)) = signals.iter().find(|(x, ..)| x.label == STATUS) {
        let gaps = gaps_of(&gaps, signal.samples_per_record);
        triggers(&status, *sample_rate, &gaps, &mut annotations)?;
    }
    annotations.sort_by(|a, b| a.onset.total_cmp(&b.onset));
    Ok(Records {
        start,
        signals,
        annotations,
        gaps,
    })
}

/// When data records begin.
struct RecordClock {
    is_interrupted: bool,
    record_seconds: f64,
    /// How far a record may be from where its predecessor ends: half a sample of the fastest signal.
    tolerance: f64,
    first_onset: f64,
    /// The record with which the present stretch began, and when.
    stretch: (u64, f64),
    gaps: Vec<(usize, f64)>,
}

impl RecordClock {
    fn new(header: &Header) -> Self {
        let scalings = header.signals.iter().filter_map(|signal| signal.scaling);
        let fastest = scalings.map(|scaling| scaling.sample_rate.hz());
        Self {
            is_interrupted: header.is_interrupted,
            record_seconds: header.record_seconds,
            tolerance: 0.5 / fastest.fold(f64::MIN_POSITIVE, f64::max),
            first_onset: 0.0,
            stretch: (0, 0.0),
            gaps: Vec::new(),
        }
    }

    /// Takes note of a record's onset; only interrupted recordings need one in each.
    fn tick(&mut self, record: u64, onset: Option<f64>) -> Result<(), RecordingError> {
        if record == 0 {
            self.first_onset = onset.unwrap_or(0.0);
            self.stretch = (0, self.first_onset);
        }
        if !self.is_interrupted {
            return Ok(());
        }
        let onset = onset.ok_or(RecordingError::InvalidAnnotation {
            record,
            offset: 0,
            value: String::new(),
            expected: "the onset of the record",
        })?;
        let (first, begin) = self.stretch;
        let end = begin + (record - first) as f64 * self.record_seconds;
        if onset < end - self.tolerance {
            return Err(RecordingError::OverlappingRecord { record, onset, end });
        }
        if onset >= end + self.tolerance {
            let index = usize::try_from(record).unwrap_or(usize::MAX);
            self.gaps.push((index, onset - end));
            self.stretch = (record, onset);
        }
        Ok(())
    }
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

    fn digital(name: &str) -> EdfFile {
        let file = std::fs::File::open(fixture(format!("emo-recording/{name}")));
        read_edf_digital(file.expect("the fixture")).expect("a valid file")
    }

    fn golden(name: &str) -> Vec<f64> {
        load_npy(fixture(format!("emo-recording/{name}.npy")))
            .iter()
            .copied()
            .collect()
    }

    #[test]
    fn digital_samples_are_pyedflibs() {
        for kind in ["edf", "bdf"] {
            let file = digital(&format!("eeg4_pyedflib.{kind}"));
            let actual = file.signals.into_iter().flat_map(|signal| signal.digital);
            let expected = golden(&format!("file_{kind}_pyedflib_digital"));
            assert_close(actual, expected, 0.0, 0.0);
        }
    }

    #[test]
    fn physical_samples_are_those_of_pyedflib_edfio_and_mne() {
        for kind in ["edf", "bdf"] {
            let file = digital(&format!("eeg4_pyedflib.{kind}"));
            for (name, step) in [
                ("pyedflib_physical", 1),
                ("edfio_physical_every16", 16),
                ("mne_uv_every16", 16),
            ] {
                let signals = file.signals.iter();
                let actual = signals.flat_map(|signal| signal.physical().step_by(step));
                assert_close(
                    actual,
                    golden(&format!("file_{kind}_{name}")),
                    1e-12,
                    2.72e-8,
                );
            }
        }
        for (kind, atol) in [
            ("edf", [2.35e-8, 2.04e-8, 2.15e-8]),
            ("bdf", [2.21e-8, 2.15e-8, 0.0]),
        ] {
            let file = digital(&format!("mixed_edfio.{kind}"));
            for ((index, signal), atol) in file.signals.iter().enumerate().zip(atol) {
                let expected = golden(&format!("file_mixed_edfio_{kind}_{index}"));
                assert_close(signal.physical(), expected, 1e-12, atol);
            }
        }
    }
}
