//! Replays the fuzz targets' seeds and regressions, under an allocator that ends the process at 256 MiB.
#![cfg(all(
    feature = "aac",
    feature = "flac",
    feature = "mp3",
    feature = "ogg",
    feature = "wav"
))]
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

/// Set to write `fuzz/seeds/decode` anew.
const REGENERATE: &str = "EMO_SPEECH_REGENERATE";

#[global_allocator]
static ALLOCATOR: CappedAllocator = CappedAllocator::in_total(256 << 20);

fn replay(folder: &Path) -> usize {
    let mut n_files = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            probe::decode(&fs::read(path).unwrap());
            n_files += 1;
        }
    }
    n_files
}

/// 50 samples of 16 bits in a WAV with the plain header and in one with the extensible.
fn seeds() -> [(&'static str, Vec<u8>); 2] {
    let samples: Vec<u8> = (0..50_i16)
        .flat_map(|n| (n * 600 - 15_000).to_le_bytes())
        .collect();
    let wav = |format: &[u8]| {
        let body_len = 4 + 8 + format.len() + 8 + samples.len();
        let mut file = b"RIFF".to_vec();
        file.extend((body_len as u32).to_le_bytes());
        file.extend(b"WAVEfmt ");
        file.extend((format.len() as u32).to_le_bytes());
        file.extend(format);
        file.extend(b"data");
        file.extend((samples.len() as u32).to_le_bytes());
        file.extend(&samples);
        file
    };
    let plain = *b"\x01\0\x01\0\x40\x1f\0\0\x80\x3e\0\0\x02\0\x10\0";
    let mut extensible = plain.to_vec();
    extensible[..2].copy_from_slice(&[0xfe, 0xff]);
    extensible.extend(b"\x16\0\x10\0\x04\0\0\0\x01\0\0\0\0\0\x10\0\x80\0\0\xaa\0\x38\x9b\x71");
    [
        ("plain.wav", wav(&plain)),
        ("extensible.wav", wav(&extensible)),
    ]
}

#[test]
fn seeds_and_regressions_pass() {
    let fuzz = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz");
    for (name, bytes) in seeds() {
        let path = fuzz.join("seeds/decode").join(name);
        if env::var_os(REGENERATE).is_some() {
            fs::write(&path, &bytes).unwrap();
        }
        assert!(fs::read(path).unwrap() == bytes, "{name}");
        let audio = emo_speech::decode_bytes(&bytes).unwrap();
        assert_eq!(audio.n_frames(), 50, "{name}");
        assert_eq!(audio.samples()[25], 0.0, "{name}");
    }
    let folders = [
        fuzz.join("seeds/decode"),
        fuzz.join("regressions"),
        fixture("emo-speech"),
    ];
    let n_files: usize = folders.iter().map(|folder| replay(folder)).sum();
    assert!(n_files > 40, "{n_files}");
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(1000) })]

    #[test]
    fn files_that_are_nearly_right_pass(bytes in vec(any::<u8>(), 0..3000)) {
        if let Ok(file) = spec::File::arbitrary_take_rest(Unstructured::new(&bytes)) {
            probe::decode(&file.encode());
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(100) })]

    #[test]
    fn any_samples_pass(bytes in vec(any::<u8>(), 0..6000)) {
        if let Ok(signal) = probe::Signal::arbitrary_take_rest(Unstructured::new(&bytes)) {
            probe::signal(&signal);
        }
    }
}
