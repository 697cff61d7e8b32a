//! Decoding against what other decoders make of the same files, and what is refused.
#![cfg(all(
    feature = "aac",
    feature = "flac",
    feature = "mp3",
    feature = "ogg",
    feature = "wav"
))]
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::time::Duration;

use emo_speech::{Audio, Decoder, DecoderConfig, SpeechError, decode_bytes, decode_file};
use emo_testing::{assert_close, error_chain, fixture, load_npy};

fn read(name: &str) -> Vec<u8> {
    std::fs::read(fixture("emo-speech").join(name)).unwrap()
}

fn decode(name: &str) -> Audio {
    decode_file(fixture("emo-speech").join(name)).unwrap()
}

fn expected(name: &str) -> Vec<f64> {
    load_npy(fixture("emo-speech").join(name))
        .into_iter()
        .collect()
}

#[test]
fn every_wav_encoding_is_decoded_as_by_libsndfile() {
    for encoding in ["u8", "s24", "s32", "f32", "ulaw", "alaw", "stereo"] {
        let audio = decode(&format!("short_{encoding}.wav"));
        assert_eq!(audio.sample_rate(), 22_050);
        assert_eq!(audio.n_frames(), 5512);
        let expected = expected(&format!("decode_wav_{encoding}.npy"));
        let actual = audio.samples().iter().copied().take(expected.len());
        assert_close(actual, expected, 1e-7, 1e-9);
    }
}

#[test]
fn mono_is_the_mean_over_the_channels() {
    let mono = decode("short_stereo.wav").to_mono();
    assert_eq!(mono.len(), 5512);
    let expected = expected("decode_wav_stereo_mono.npy");
    assert_close(mono.into_iter().take(1024), expected, 1e-6, 1e-8);
}

#[test]
fn flac_is_lossless() {
    let audio = decode("espeak_en_m.flac");
    assert_eq!((audio.n_frames(), audio.n_channels()), (70_560, 1));
    assert_eq!(audio.duration(), Duration::from_millis(3200));
    let actual = audio.samples()[4096..8192].iter().copied();
    assert_close(actual, expected("decode_flac.npy"), 0.0, 0.0);
}

#[test]
fn lossy_formats_are_decoded_as_by_libsndfile() {
    struct Case {
        file: &'static str,
        reference: &'static str,
        n_frames: usize,
    }
    let cases = [
        Case {
            file: "espeak_en_m.ogg",
            reference: "decode_ogg.npy",
            n_frames: 138_055,
        },
        Case {
            file: "espeak_en_m.mp3",
            reference: "decode_mp3.npy",
            n_frames: 139_392,
        },
        Case {
            file: "espeak_en_m_2s_tag.mp3",
            reference: "decode_mp3_tag.npy",
            n_frames: 44_100,
        },
        // 1,024 samples of the encoder's delay come first, which FFmpeg leaves out of an M4A file.
        Case {
            file: "espeak_en_m_2s.m4a",
            reference: "decode_m4a.npy",
            n_frames: 46_080,
        },
        Case {
            file: "espeak_en_m_2s.aac",
            reference: "decode_aac.npy",
            n_frames: 46_080,
        },
    ];
    for case in cases {
        let audio = decode(case.file);
        assert_eq!(audio.n_frames(), case.n_frames, "{}", case.file);
        let delay = if case.file.ends_with("m4a") { 1024 } else { 0 };
        let actual = audio.samples()[4096 + delay..8192 + delay].iter().copied();
        assert_close(actual, expected(case.reference), 0.0, 1e-4);
    }
}

#[test]
fn a_tag_before_and_after_an_mp3_is_skipped() {
    let plain = read("espeak_en_m_2s_tag.mp3");
    // ID3v2.4 of 300 bytes: one text frame "TIT2" of 290 bytes; ID3v1 of 128 bytes.
    let mut tagged = b"ID3\x04\x00\x00\x00\x00\x02\x2cTIT2\x00\x00\x02\x22\x00\x00\x03".to_vec();
    tagged.resize(10 + 300, b'a');
    tagged.extend_from_slice(&plain);
    tagged.extend_from_slice(b"TAG");
    tagged.resize(tagged.len() + 125, b' ');
    assert_eq!(
        decode_bytes(&tagged).unwrap(),
        decode_bytes(&plain).unwrap()
    );
}

#[test]
fn the_ways_to_decode_agree() {
    let bytes = read("short_s24.wav");
    let audio = decode("short_s24.wav");
    assert_eq!(decode_bytes(&bytes).unwrap(), audio);
    assert_eq!(
        Decoder::default().decode_reader(bytes.as_slice()).unwrap(),
        audio
    );
}

#[test]
fn a_wav_of_unknown_length_is_read_to_its_end() {
    let mut bytes = read("inband_44100.wav");
    let whole = decode_bytes(&bytes).unwrap();
    bytes[4..8].fill(0xff);
    bytes[40..44].fill(0xff);
    assert_eq!(decode_bytes(&bytes).unwrap(), whole);
}

#[test]
fn opus_is_named_as_not_supported() {
    let error = decode_bytes(&read("tone_opus.ogg")).unwrap_err();
    assert!(
        matches!(error, SpeechError::UnsupportedFormat { .. }),
        "{error}"
    );
}

#[test]
fn what_is_not_audio_is_refused() {
    assert!(matches!(decode_bytes(b""), Err(SpeechError::NoAudio)));
    for bytes in [
        &b"time,hr\n0,61\n"[..],
        &[0; 4096],
        b"RIFF",
        b"\x89PNG\r\n\x1a\n",
        b"fLaC",
        b"OggS",
    ] {
        assert!(decode_bytes(bytes).is_err());
    }
}

#[test]
fn the_error_names_the_file_and_the_reason() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("notes.wav");
    std::fs::write(&path, "not audio").unwrap();
    let message = error_chain(&decode_file(&path).unwrap_err());
    assert!(message.contains("notes.wav"), "{message}");
    assert!(message.contains("not supported"), "{message}");

    let message = error_chain(&decode_file(folder.path()).unwrap_err());
    assert!(message.ends_with("not a regular file"), "{message}");
    let missing = decode_file(folder.path().join("missing.wav")).unwrap_err();
    assert!(missing.to_string().contains("missing.wav"));
}

#[test]
fn a_file_that_ends_early_is_refused() {
    for name in [
        "inband_44100.wav",
        "short_u8.wav",
        "espeak_en_m.flac",
        "espeak_en_m_2s_tag.mp3",
        "espeak_en_m_2s.m4a",
    ] {
        let bytes = read(name);
        for share in [4, 2] {
            let error = decode_bytes(&bytes[..bytes.len() - bytes.len() / share]).unwrap_err();
            // The atoms of an MPEG-4 file must be whole before anything is decoded.
            let is_named = match error {
                SpeechError::TruncatedAudio { .. } => true,
                SpeechError::MalformedAudio { frame: 0, .. } => name.ends_with("m4a"),
                _ => false,
            };
            assert!(is_named, "{name}: {error}");
        }
    }
}

#[test]
fn limits_hold_exactly() {
    let bytes = read("inband_44100.wav");
    let decode = |edit: fn(&mut DecoderConfig)| {
        let mut config = DecoderConfig::default();
        edit(&mut config);
        Decoder::new(config).decode_bytes(&bytes)
    };
    assert!(decode(|c| c.max_samples = 22_050).is_ok());
    assert!(matches!(
        decode(|c| c.max_samples = 22_049),
        Err(SpeechError::TooManySamples { limit: 22_049 })
    ));
    assert!(decode(|c| c.max_duration = Duration::from_millis(500)).is_ok());
    assert!(matches!(
        decode(|c| c.max_duration = Duration::from_millis(499)),
        Err(SpeechError::TooLong { .. })
    ));
    assert!(decode(|c| c.max_bytes = 44_144).is_ok());
    assert!(matches!(
        decode(|c| c.max_bytes = 44_143),
        Err(SpeechError::TooManyBytes { limit: 44_143 })
    ));
}
