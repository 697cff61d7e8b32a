//! Replays the fuzz target's seeds and regressions.
#![allow(
    clippy::unwrap_used,
    reason = "a test ends at the first thing that is wrong"
)]

use std::{env, fs, path::Path};

use emo_hr::HeartRateMeasurement;
use proptest::{collection::vec, prelude::*};

#[path = "../fuzz/probe.rs"]
mod probe;

/// Set to write `fuzz/seeds/packet` anew.
const REGENERATE: &str = "EMO_HR_REGENERATE";

/// Packets as straps send them, each with its name.
const SEEDS: [(&str, &[u8]); 8] = [
    ("rate", &[0, 72]),
    ("rate_contact", &[0b110, 72]),
    ("rate_no_contact", &[0b100, 0]),
    ("wide_rate", &[1, 0x2c, 0x01]),
    ("energy", &[0b1110, 72, 0x39, 0x05]),
    ("interval", &[0b1_0000, 72, 0x55, 0x03]),
    (
        "intervals",
        &[0b1_0110, 143, 0xb0, 0x01, 0xa8, 0x01, 0xad, 0x01],
    ),
    (
        "everything",
        &[0b1_1111, 0x48, 0x00, 0xff, 0xff, 0x00, 0x00, 0xff, 0xff],
    ),
];

fn replay(folder: &Path) -> usize {
    let mut n_files = 0;
    for entry in fs::read_dir(folder).unwrap() {
        probe::packet(&fs::read(entry.unwrap().path()).unwrap());
        n_files += 1;
    }
    n_files
}

#[test]
fn seeds_and_regressions_pass() {
    let fuzz = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz");
    let folder = fuzz.join("seeds/packet");
    for (name, bytes) in SEEDS {
        if env::var_os(REGENERATE).is_some() {
            fs::write(folder.join(name), bytes).unwrap();
        }
        assert_eq!(fs::read(folder.join(name)).unwrap(), bytes, "{name}");
        assert!(HeartRateMeasurement::parse(bytes).is_ok(), "{name}");
    }
    assert_eq!(replay(&folder), SEEDS.len());
    replay(&fuzz.join("regressions"));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(4000) })]

    #[test]
    fn any_bytes_pass(bytes in vec(any::<u8>(), 0..40)) {
        probe::packet(&bytes);
    }

    #[test]
    fn seeds_with_changes_pass(
        seed in 0..SEEDS.len(),
        changes in vec((any::<prop::sample::Index>(), any::<u8>()), 0..4),
        len in any::<prop::sample::Index>(),
        more in vec(any::<u8>(), 0..3),
    ) {
        let mut bytes = SEEDS[seed].1.to_vec();
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        bytes.truncate(1 + len.index(bytes.len()));
        bytes.extend(more);
        probe::packet(&bytes);
    }
}
