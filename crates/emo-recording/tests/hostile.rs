//! Files that lie, are cut or are noise: an error or a recording, no panic, no memory that only a header claims.

use std::io::Read;

use emo_recording::{CsvConfig, Recording, RecordingError, read_csv, read_edf};
use emo_testing::CappedAllocator;
use proptest::prelude::*;

/// An allocation from a claimed length aborts the test.
#[global_allocator]
static ALLOCATOR: CappedAllocator = CappedAllocator::per_request(4 << 20);

fn seed() -> Vec<u8> {
    let path = emo_testing::fixture("emo-recording/mixed_edfio.edf");
    std::fs::read(path).expect("the fixture")
}

fn check(result: Result<Recording, RecordingError>) {
    if let Ok(recording) = result {
        assert!(!recording.channels.is_empty());
        for channel in recording.channels {
            assert!(channel.samples.iter().all(|sample| sample.is_finite()));
            let _ = channel.to_microvolts();
        }
    }
}

/// Replaces `len` bytes at `offset` of the fixture by `text`, padded with spaces.
fn changed(changes: &[(usize, usize, &str)]) -> Vec<u8> {
    let mut bytes = seed();
    for &(offset, len, text) in changes {
        let text = format!("{text:<len$}");
        bytes[offset..offset + len].copy_from_slice(text.as_bytes());
    }
    bytes
}

/// Where the samples in a data record of the fixture's first signal stand: four signals, 216 bytes before each.
const SAMPLES: usize = 256 + 4 * 216;

#[test]
fn the_honest_header_is_read() {
    assert!(read_edf(seed().as_slice()).is_ok());
}

#[test]
fn headers_that_claim_too_much_are_refused() {
    for changes in [
        &[(236, 8, "99999999")][..],
        &[(252, 4, "512"), (184, 8, "131328")],
        &[(252, 4, "9999"), (184, 8, "2560000")],
        &[(SAMPLES, 8, "99999999")],
        &[(SAMPLES, 8, "33000000")],
        &[(SAMPLES, 8, "33000000"), (236, 8, "-1")],
        &[(SAMPLES, 8, "8000000"), (SAMPLES + 8, 8, "8000000")],
        &[(SAMPLES, 8, "-128")],
        &[(SAMPLES, 8, "18446744073709551744")],
    ] {
        let changes: Vec<_> = changes
            .iter()
            .map(|&(offset, len, text)| (offset, len, &text[..text.len().min(len)]))
            .collect();
        assert!(
            read_edf(changed(&changes).as_slice()).is_err(),
            "{changes:?}"
        );
    }
}

#[test]
fn an_endless_line_ends_in_an_error() {
    for byte in *b"1,;\t\" #" {
        let endless = std::io::repeat(byte).take(1 << 33);
        assert!(matches!(
            read_csv(endless, &CsvConfig::default()),
            Err(RecordingError::LineTooLong { line: 1, .. })
        ));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn arbitrary_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..2000)) {
        check(read_edf(bytes.as_slice()));
        check(read_csv(bytes.as_slice(), &CsvConfig::default()));
    }

    #[test]
    fn truncated_files_are_refused(len in 0_usize..7260) {
        prop_assert!(read_edf(&seed()[..len]).is_err());
    }

    #[test]
    fn flipped_bits_never_panic(flips in prop::collection::vec((0_usize..1400, 0_u8..8), 1..6)) {
        let mut bytes = seed();
        for (index, bit) in flips {
            bytes[index] ^= 1 << bit;
        }
        check(read_edf(bytes.as_slice()));
    }

    #[test]
    fn replaced_header_digits_never_panic(changes in prop::collection::vec((180_usize..1280, b' '..=b'9'), 1..8)) {
        let mut bytes = seed();
        for (index, byte) in changes {
            bytes[index] = byte;
        }
        check(read_edf(bytes.as_slice()));
    }

    #[test]
    fn tables_of_odd_characters_never_panic(text in "([0-9a-zA-Z.,;\t\"#()\\[\\] \r\n+-]|e|nan|time|\u{b5}){0,200}") {
        check(read_csv(text.as_bytes(), &CsvConfig::default()));
    }

    #[test]
    fn tables_of_numbers_come_back(
        rows in (1_usize..6).prop_flat_map(|n| {
            prop::collection::vec(prop::collection::vec(-1e6_f32..1e6, n), 1..20)
        }),
        delimiter in prop::sample::select(vec![",", ";", "\t"]),
    ) {
        let line = |row: &Vec<f32>| {
            let cells: Vec<String> = row.iter().map(f32::to_string).collect();
            cells.join(delimiter)
        };
        let text: Vec<String> = rows.iter().map(line).collect();
        let recording = read_csv(text.join("\n").as_bytes(), &CsvConfig::default()).expect("a valid table");
        for (index, channel) in recording.channels.iter().enumerate() {
            let expected: Vec<f32> = rows.iter().map(|row| row[index]).collect();
            prop_assert_eq!(&channel.samples, &expected);
        }
    }
}
