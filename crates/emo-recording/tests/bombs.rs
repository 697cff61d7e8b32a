//! Small files that claim to be large: a value or an error that names the place, within 64 MiB for the whole process.

use std::io::{self, Cursor, Read};

use emo_recording::{
    CsvConfig, RecordingError, read_brainvision, read_csv, read_edf, read_wfdb,
    read_wfdb_annotations, read_xdf,
};
use emo_testing::{CappedAllocator, error_chain};

mod writers;

use writers::{brainvision, edf, wfdb, xdf};

#[global_allocator]
static ALLOCATOR: CappedAllocator = CappedAllocator::in_total(64 << 20);

#[test]
fn edf_headers_that_announce_much() {
    let file = edf::interrupted().encode();
    // Three signals: the samples in a data record stand behind 216 bytes of each.
    let at = 256 + 3 * 216;
    for (offset, text) in [(236, "99999999"), (at, "10000000"), (at + 16, "16000000")] {
        let mut file = file.clone();
        file[offset..offset + 8].copy_from_slice(text.as_bytes());
        assert!(matches!(
            read_edf(file.as_slice()),
            Err(RecordingError::TruncatedRecord { .. })
        ));
    }
}

#[test]
fn brainvision_markers_far_beyond_the_data() {
    let header = brainvision::USUAL.header();
    let markers = "x\n[Marker Infos]\nMk1=New Segment,,999999999999999999,999999999999999999,0\nMk2=a,,1,1,0\n";
    let read = |markers: &str, n_channels: &str| {
        let header = header.replace("Channels=2", n_channels);
        read_brainvision(header.as_bytes(), "x", |name| match name {
            "x.vmrk" => Ok(Cursor::new(markers.as_bytes().to_vec())),
            name => brainvision::USUAL.file(name),
        })
    };
    let recording = read(markers, "Channels=2").unwrap();
    assert!(recording.channels[0].gaps.is_empty());
    assert!(recording.annotations.iter().all(|a| a.onset.is_finite()));
    let error = read(markers, "Channels=99999999999999999999").unwrap_err();
    assert!(error_chain(&error).contains("NumberOfChannels"));
    // Ten thousand segments among two samples are one gap each at most.
    let segments: String = (1..10_000)
        .map(|n| format!("Mk{n}=New Segment,,{},1,0\n", n % 5 + 1))
        .collect();
    let recording = read(&format!("x\n[Marker Infos]\n{segments}"), "Channels=2").unwrap();
    assert_eq!(recording.channels[0].gaps.len(), 4);
}

#[test]
fn wfdb_records_that_name_a_file_many_times() {
    let data = vec![0; 100_000];
    let open = |name: &str| match name {
        "a.hea" => Ok(Cursor::new(b"a 1 100 50000\na.dat 16\n".to_vec())),
        "a.dat" => Ok(Cursor::new(data.clone())),
        _ => Err(io::Error::from(io::ErrorKind::NotFound)),
    };
    let segments = format!("x/60000 1 100\n{}", "a 50000\n".repeat(60_000));
    let error = read_wfdb(segments.as_bytes(), "x", open).unwrap_err();
    assert!(error_chain(&error).ends_with("expected a file that no other signals are in"));
    let frame = "x 2 100 99999999999\na.dat 16x60000\na.dat 16x1\n";
    let error = read_wfdb(frame.as_bytes(), "x", open).unwrap_err();
    assert!(
        error_chain(&error).contains("has 100000 bytes"),
        "{}",
        error_chain(&error)
    );
    // What an offset passes over is not kept.
    let header = "x 1 100 5\na.dat 16+999999999999\n";
    let error = read_wfdb(header.as_bytes(), "x", |name| match name {
        "a.dat" => Ok(io::repeat(0).take(1 << 24)),
        _ => Err(io::ErrorKind::NotFound.into()),
    })
    .unwrap_err();
    assert!(error_chain(&error).contains("has 16777216 bytes, expected 999999999999"));
    assert!(read_wfdb_annotations(wfdb::annotations().as_slice()).is_ok());
}

#[test]
fn xdf_chunks_and_streams_that_announce_much() {
    let header = || xdf::stream_header(1, 1, "double64", "4");
    let mut samples = 1_u32.to_le_bytes().to_vec();
    samples.push(8);
    samples.extend(u64::MAX.to_le_bytes());
    let file = xdf::file(&[header(), xdf::chunk(3, &samples)]);
    let error = read_xdf(file.as_slice()).unwrap_err();
    assert!(error_chain(&error).ends_with("what is left of it has 0 bytes, expected 1"));
    let huge = [&[8][..], &u64::MAX.to_le_bytes(), &[3, 0]].concat();
    let error = read_xdf(xdf::file(&[header(), huge]).as_slice()).unwrap_err();
    assert!(matches!(
        error,
        RecordingError::WrongLength { actual: 0, .. }
    ));
    // A string that is longer than its chunk.
    let mut text = 2_u32.to_le_bytes().to_vec();
    text.extend([1, 1, 8]);
    text.extend(1_f64.to_le_bytes());
    text.push(8);
    text.extend((1_u64 << 40).to_le_bytes());
    let strings = xdf::stream_header(2, 1, "string", "0");
    let file = xdf::file(&[header(), strings, xdf::chunk(3, &text)]);
    assert!(matches!(
        read_xdf(file.as_slice()).unwrap_err(),
        RecordingError::WrongLength {
            required: 0x100_0000_0000,
            ..
        }
    ));
    // Many streams of many channels, none with a sample.
    let streams: Vec<_> = (0..100)
        .map(|stream| xdf::stream_header(stream, 4096, "int8", "1"))
        .collect();
    assert!(matches!(
        read_xdf(xdf::file(&streams).as_slice()).unwrap_err(),
        RecordingError::TooMany { .. }
    ));
}

#[test]
fn tables_of_markers_and_endless_lines() {
    let endless = io::repeat(b'%').take(1 << 33);
    let error = read_csv(endless, &CsvConfig::default()).unwrap_err();
    assert!(matches!(error, RecordingError::LineTooLong { line: 1, .. }));
    // Comments without end take time, but no memory.
    let comments = b"%OpenBCI\n".repeat(100_000);
    let error = read_csv(comments.as_slice(), &CsvConfig::default()).unwrap_err();
    assert!(matches!(error, RecordingError::TooFewRows { .. }));
    for header in ["a/".repeat(20_000), "title:sampling:".repeat(2_000)] {
        assert!(read_csv(header.as_bytes(), &CsvConfig::default()).is_err());
    }
}
