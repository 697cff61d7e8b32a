//! Replays the fuzz targets' seeds and regressions, under an allocator that ends the process at 256 MiB.
#![allow(
    clippy::unwrap_used,
    reason = "a test ends at the first thing that is wrong"
)]

use std::{env, fs, path::Path};

use arbitrary::{Arbitrary as _, Unstructured};
use emo_testing::{CappedAllocator, fixture};
use proptest::{collection::vec, prelude::*};

#[path = "../fuzz/probe.rs"]
mod probe;
#[path = "../fuzz/spec.rs"]
mod spec;
#[path = "../fuzz/table.rs"]
mod table;
mod writers;

/// Set to write `fuzz/seeds/bytes` anew.
const REGENERATE: &str = "EMO_RECORDING_REGENERATE";

#[global_allocator]
static ALLOCATOR: CappedAllocator = CappedAllocator::in_total(256 << 20);

fn replay(folder: &Path) -> usize {
    let mut n_files = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            probe::bytes(&fs::read(path).unwrap());
            n_files += 1;
        }
    }
    n_files
}

/// A first file, and others after marks.
fn joined(kind: u8, first: &[u8], others: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let mut bytes = [&[kind], first].concat();
    for (name, content) in others {
        bytes.extend(probe::MARK);
        bytes.extend(name.as_bytes());
        bytes.push(b'\n');
        bytes.extend(content);
    }
    bytes
}

fn seeds() -> Vec<(String, Vec<u8>)> {
    use writers::{brainvision, csv, edf, wfdb, xdf};
    let mut seeds = vec![
        (
            "interrupted.edf",
            joined(b'e', &edf::interrupted().encode(), &[]),
        ),
        ("triggers.bdf", joined(b'e', &edf::triggers().encode(), &[])),
        ("small.xdf", joined(b'x', &xdf::small(), &[])),
        ("annotations.atr", joined(b'a', &wfdb::annotations(), &[])),
        ("intervals.txt", joined(b'r', b"857\n843\n850\n", &[])),
        (
            "commas.csv",
            joined(b'm', b"time;x\n0,25;1,5\n0,5;\n0,75;-2\n3,0;nan\n", &[]),
        ),
        (
            "e4",
            joined(
                b'4',
                b"",
                &[
                    ("BVP.csv", csv::E4_BVP.into()),
                    ("ACC.csv", csv::E4_ACC.into()),
                    ("IBI.csv", csv::E4_IBI.into()),
                    ("tags.csv", csv::E4_TAGS.into()),
                ],
            ),
        ),
    ];
    let files = [
        ("x.eeg", brainvision::USUAL.data()),
        ("x.vmrk", brainvision::USUAL.markers().into()),
    ];
    let header = brainvision::USUAL.header();
    seeds.push(("usual.vhdr", joined(b'b', header.as_bytes(), &files)));
    let mut seeds: Vec<_> = seeds
        .into_iter()
        .map(|(name, bytes)| (name.to_owned(), bytes))
        .collect();
    for format in ["16", "24", "32", "80", "212"] {
        let files = [
            ("x.dat", wfdb::data(format, &wfdb::NUMBERS)),
            ("x.atr", wfdb::annotations()),
        ];
        let header = wfdb::header(format);
        let bytes = joined(b'w', header.as_bytes(), &files);
        seeds.push((format!("format{format}.hea"), bytes));
    }
    for (name, text) in csv::ALL {
        seeds.push((format!("{name}.csv"), joined(b'c', text.as_bytes(), &[])));
    }
    seeds
}

#[test]
fn seeds_and_regressions_pass() {
    let fuzz = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz");
    let folder = fuzz.join("seeds/bytes");
    let seeds = seeds();
    for (name, bytes) in &seeds {
        let path = folder.join(name);
        if env::var_os(REGENERATE).is_some() {
            fs::write(&path, bytes).unwrap();
        }
        assert!(&fs::read(path).unwrap() == bytes, "{name}");
    }
    assert_eq!(replay(&folder), seeds.len());
    replay(&fuzz.join("regressions"));
    for (kind, name) in [
        (b'e', "mixed_edfio.edf"),
        (b'e', "mixed_edfio.bdf"),
        (b'e', "eeg4_pyedflib.edf"),
        (b'e', "eeg4_pyedflib.bdf"),
        (b'x', "xdf/streams.xdf"),
        (b'a', "wfdb/f212.atr"),
    ] {
        let path = fixture(format!("emo-recording/{name}"));
        probe::bytes(&joined(kind, &fs::read(path).unwrap(), &[]));
    }
}

/// Seeds that no reader accepts would test nothing.
#[test]
fn seeds_are_valid() {
    use emo_recording::{read_brainvision, read_edf, read_wfdb, read_xdf};
    for (name, bytes) in seeds() {
        let files = probe::Files::of(&bytes[1..]);
        let result = match bytes[0] {
            b'e' => read_edf(files.first),
            b'x' => read_xdf(files.first),
            b'b' => read_brainvision(files.first, "x", |name| files.open(name)),
            b'w' => read_wfdb(files.first, "x", |name| files.open(name)),
            _ => continue,
        };
        assert!(result.is_ok(), "{name}: {result:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(2000) })]

    #[test]
    fn files_that_are_nearly_right_pass(bytes in vec(any::<u8>(), 0..3000)) {
        if let Ok(file) = spec::File::arbitrary_take_rest(Unstructured::new(&bytes)) {
            file.probe();
        }
    }

    #[test]
    fn tables_that_are_nearly_right_pass(bytes in vec(any::<u8>(), 0..2000)) {
        if let Ok(table) = table::Table::arbitrary_take_rest(Unstructured::new(&bytes)) {
            table.probe();
        }
    }

    #[test]
    fn seeds_with_changes_pass(
        seed in any::<prop::sample::Index>(),
        changes in vec((any::<prop::sample::Index>(), any::<u8>()), 0..8),
        cut in any::<prop::sample::Index>(),
        is_cut in any::<bool>(),
    ) {
        let seeds = seeds();
        let mut bytes = seeds[seed.index(seeds.len())].1.clone();
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        if is_cut {
            bytes.truncate(cut.index(bytes.len()));
        }
        probe::bytes(&bytes);
    }
}
