//! Files that lie, are cut or are noise: an error, no panic, no memory that only a header claims.
#![cfg(all(
    feature = "aac",
    feature = "flac",
    feature = "mp3",
    feature = "ogg",
    feature = "wav"
))]
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::LazyLock;

use emo_speech::decode_bytes;
use emo_testing::CappedAllocator;
use proptest::prelude::*;

/// An allocation from a claimed length aborts the test.
#[global_allocator]
static ALLOCATOR: CappedAllocator = CappedAllocator::per_request(64 << 20);

static SEEDS: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
    [
        "short_s24.wav",
        "short_ulaw.wav",
        "short_stereo.wav",
        "espeak_en_m.flac",
        "espeak_en_m_2s_tag.mp3",
        "espeak_en_m.mp3",
        "espeak_en_m.ogg",
        "espeak_en_m_2s.m4a",
        "espeak_en_m_2s.aac",
    ]
    .iter()
    .map(|name| {
        let bytes = std::fs::read(emo_testing::fixture("emo-speech").join(name)).unwrap();
        bytes[..bytes.len().min(24_000)].to_vec()
    })
    .collect()
});

/// A WAV header of 16-bit mono at 16 kHz with the given fields, followed by ten samples.
fn wav(n_channels: u16, sample_rate: u32, data_len: u32) -> Vec<u8> {
    let mut bytes = b"RIFF\xff\xff\xff\x7fWAVEfmt \x10\x00\x00\x00\x01\x00".to_vec();
    bytes.extend_from_slice(&n_channels.to_le_bytes());
    bytes.extend_from_slice(&sample_rate.to_le_bytes());
    bytes.extend_from_slice(&sample_rate.wrapping_mul(2).to_le_bytes());
    bytes.extend_from_slice(&n_channels.wrapping_mul(2).to_le_bytes());
    bytes.extend_from_slice(b"\x10\x00data");
    bytes.extend_from_slice(&data_len.to_le_bytes());
    bytes.extend_from_slice(&[0; 20]);
    bytes
}

#[test]
fn the_honest_header_is_read() {
    assert_eq!(decode_bytes(&wav(1, 16_000, 20)).unwrap().n_frames(), 10);
}

#[test]
fn headers_that_claim_too_much_are_refused() {
    for bytes in [
        wav(1, 16_000, 0),
        wav(1, 16_000, 0xffff_fffe),
        wav(1, 16_000, 0x8000_0000),
        wav(1, 0, 20),
        wav(1, 1, 20),
        wav(1, u32::MAX, 20),
        wav(0, 16_000, 20),
        wav(27, 16_000, 20),
        wav(u16::MAX, 16_000, 20),
    ] {
        assert!(decode_bytes(&bytes).is_err());
    }
}

#[test]
fn chunks_and_tags_that_claim_gigabytes_are_refused() {
    let flac_block =
        |kind: u8| [b"fLaC".as_slice(), &[kind, 0xff, 0xff, 0xff], &[0xff; 64]].concat();
    let comment = b"\xff\xff\xff\xfevendor".as_slice();
    for bytes in [
        [b"RIFF\xff\xff\xff\xffWAVELIST\xff\xff\xff\xf0INFOIART\xff\xff\xff\xf0".as_slice(), b"abcd"].concat(),
        [b"RIFF\xff\xff\xff\xffWAVEfmt \xff\xff\xff\xff".as_slice(), &[1; 40]].concat(),
        flac_block(0x00),
        flac_block(0x04),
        flac_block(0x05),
        flac_block(0x06),
        [b"fLaC\x84\x00\x00\x40".as_slice(), comment].concat(),
        b"ID3\x04\x00\x00\x7f\x7f\x7f\x7fTIT2\x7f\x7f\x7f\x7f\x00\x00\x03abc".to_vec(),
        b"ID3\x03\x00\x00\x7f\x7f\x7f\x7fAPIC\xff\xff\xff\xff\x00\x00\x00image/png\x00".to_vec(),
        b"APETAGEX\xd0\x07\x00\x00\xff\xff\xff\x7f\x01\x00\x00\x00\x00\x00\x00\x80\0\0\0\0\0\0\0\0\xff\xff\xff\x7f\0\0\0\0key\0v".to_vec(),
    ] {
        assert!(decode_bytes(&bytes).is_err());
    }
}

#[test]
fn every_seed_cut_anywhere_ends_in_a_value() {
    for seed in SEEDS.iter() {
        for len in (0..seed.len().min(600)).chain((600..seed.len()).step_by(997)) {
            let _ = decode_bytes(&seed[..len]);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn noise_ends_in_a_value(bytes in prop::collection::vec(any::<u8>(), 0..2000)) {
        let _ = decode_bytes(&bytes);
    }

    #[test]
    fn noise_behind_a_marker_ends_in_a_value(
        marker in prop::sample::select(vec![
            &b"RIFF\xff\xff\xff\xffWAVEfmt "[..], b"fLaC\x00\x00\x00\x22", b"OggS\x00\x02", b"\xff\xfb\x90\x64",
            b"ID3\x04\x00\x00", b"APETAGEX", b"\x00\x00\x00\x10ftypM4A \x00\x00\x00\x00\x00\x00\x07\xd0moov", b"\xff\xf1\x5c\x40",
        ]),
        bytes in prop::collection::vec(any::<u8>(), 0..2000),
    ) {
        let _ = decode_bytes(&[marker, &bytes].concat());
    }

    #[test]
    fn damaged_files_end_in_a_value(
        seed in 0..SEEDS.len(),
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..20),
        headers_only in any::<bool>(),
    ) {
        let mut bytes = SEEDS[seed].clone();
        let reach = if headers_only { 200 } else { bytes.len() };
        for (index, value) in damage {
            bytes[index.index(reach)] = value;
        }
        if let Ok(audio) = decode_bytes(&bytes) {
            prop_assert!(audio.n_frames() > 0);
        }
    }
}
