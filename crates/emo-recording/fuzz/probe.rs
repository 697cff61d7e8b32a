//! What must hold of any bytes.
#![allow(dead_code, reason = "each target uses some of it")]

use std::io::{self, Cursor};

use emo_recording::{
    AbsentValues, Channel, CsvConfig, CsvProfile, DecimalMark, Recording, RecordingError,
    read_brainvision, read_csv, read_edf, read_edf_digital, read_empatica, read_wfdb,
    read_wfdb_annotations, read_xdf,
};

/// A set of files that one of them names, cut out of one input at zero-separated marks.
pub(crate) const MARK: &[u8] = b"\n%%file ";

/// The first byte says as what the rest is read.
pub(crate) fn bytes(bytes: &[u8]) {
    let Some((&kind, rest)) = bytes.split_first() else {
        return;
    };
    match kind {
        b'e' => edf(rest),
        b'x' => recording(read_xdf(rest)),
        b'a' => {
            if let Ok((annotations, rate)) = read_wfdb_annotations(rest) {
                assert!(annotations.len() <= rest.len() && rate != Some(0.0));
            }
        }
        b'b' => {
            let files = Files::of(rest);
            recording(read_brainvision(files.first, "x", |name| files.open(name)));
        }
        b'w' => {
            let files = Files::of(rest);
            recording(read_wfdb(files.first, "x", |name| files.open(name)));
        }
        b'4' => {
            let files = Files::of(rest);
            recording(read_empatica(|name| files.open(name)));
        }
        b'c' => csv(rest, &CsvConfig::default()),
        b'r' => {
            let mut config = CsvConfig::default();
            config.profile = CsvProfile::RrIntervals;
            csv(rest, &config);
        }
        b'm' => {
            let mut config = CsvConfig::default();
            config.absent = AbsentValues::Mark;
            config.decimal = DecimalMark::Comma;
            csv(rest, &config);
        }
        _ => {}
    }
}

pub(crate) fn edf(bytes: &[u8]) {
    let physical = read_edf(bytes);
    if let Ok(digital) = read_edf_digital(bytes) {
        let physical = physical.as_ref().expect("the same file");
        assert_eq!(digital.signals.len(), physical.channels.len());
        for (signal, channel) in digital.signals.iter().zip(&physical.channels) {
            assert!(
                signal
                    .physical()
                    .map(|x| x as f32)
                    .eq(channel.samples.iter().copied())
            );
        }
    }
    recording(physical);
}

pub(crate) fn csv(bytes: &[u8], config: &CsvConfig) {
    recording(read_csv(bytes, config));
}

/// What a recording promises.
pub(crate) fn recording(recording: Result<Recording, RecordingError>) {
    let recording = match recording {
        Ok(recording) => recording,
        Err(error) => {
            assert!(!error.to_string().is_empty());
            return;
        }
    };
    assert!(!recording.channels.is_empty());
    recording.channels.iter().for_each(channel);
    let onsets = recording.annotations.iter().map(|a| a.onset);
    assert!(onsets.clone().all(f64::is_finite));
    assert!(onsets.is_sorted());
    assert!(
        recording
            .start
            .is_none_or(|start| start.unix_seconds.is_finite())
    );
}

fn channel(channel: &Channel) {
    let n_samples = channel.samples.len();
    let is_missing = |sample: usize| channel.missing.iter().any(|range| range.contains(&sample));
    for (sample, value) in channel.samples.iter().enumerate().take(2000) {
        assert!(value.is_finite() != is_missing(sample), "{sample}: {value}");
    }
    let ends = channel
        .missing
        .iter()
        .flat_map(|range| [range.start, range.end]);
    assert!(ends.clone().is_sorted() && ends.max().is_none_or(|end| end <= n_samples));
    assert!(channel.gaps.is_sorted_by(|a, b| a.sample < b.sample));
    assert!(
        channel
            .gaps
            .iter()
            .all(|gap| gap.sample < n_samples && gap.seconds.is_finite())
    );
    if let Some(times) = &channel.times {
        assert_eq!(times.len(), n_samples);
        assert!(times.iter().all(|time| time.is_finite()));
    }
    let segments: Vec<_> = channel.segments().collect();
    assert!(segments.windows(2).all(|pair| pair[0].end <= pair[1].start));
    let n_missing: usize = channel.missing.iter().map(ExactSizeIterator::len).sum();
    let n_present: usize = segments.iter().map(ExactSizeIterator::len).sum();
    assert_eq!(n_missing + n_present, n_samples);
    assert!(channel.start.is_finite());
    let has_time = channel.times.is_some() || channel.sample_rate.is_some();
    assert_eq!(channel.time_of(0).is_some(), has_time && n_samples > 0);
    if let Ok(microvolts) = channel.to_microvolts() {
        assert_eq!(microvolts.len(), n_samples);
    }
}

/// Files in one input: `first`, then each after a mark and a line with its name.
pub(crate) struct Files<'a> {
    pub(crate) first: &'a [u8],
    rest: Vec<(&'a [u8], &'a [u8])>,
}

impl<'a> Files<'a> {
    pub(crate) fn of(bytes: &'a [u8]) -> Self {
        let mut parts = Vec::new();
        let mut from = 0;
        while let Some(at) = bytes[from..]
            .windows(MARK.len())
            .position(|part| part == MARK)
        {
            parts.push(&bytes[from..from + at]);
            from += at + MARK.len();
        }
        parts.push(&bytes[from..]);
        let named = |part: &&'a [u8]| {
            let end = part.iter().position(|&byte| byte == b'\n')?;
            Some((&part[..end], &part[end + 1..]))
        };
        Self {
            first: parts[0],
            rest: parts[1..].iter().filter_map(named).collect(),
        }
    }

    pub(crate) fn open(&self, name: &str) -> io::Result<Cursor<&'a [u8]>> {
        let mut files = self.rest.iter();
        files
            .find(|(own, _)| *own == name.as_bytes())
            .map(|&(_, content)| Cursor::new(content))
            .ok_or_else(|| io::ErrorKind::NotFound.into())
    }
}
