//! Small files that stand for hours, and recordings with nearly nothing in them: a value or an error that names the
//! place, within 64 MiB for the whole process.
#![cfg(all(feature = "flac", feature = "mp3", feature = "ogg", feature = "wav"))]
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::time::Duration;

use emo_speech::{
    Decoder, DecoderConfig, EnergyVad, EnergyVadConfig, GmmVad, GmmVadConfig, SeedFeatures,
    SeedFeaturesConfig, SpeechError, TrimConfig, decode_bytes, quality, resample, trim,
};
use emo_testing::{CappedAllocator, fixture};

#[global_allocator]
static ALLOCATOR: CappedAllocator = CappedAllocator::in_total(64 << 20);

/// The remainder of a polynomial division, highest bit first.
fn crc(bytes: &[u8], n_bits: u32, polynomial: u32) -> u32 {
    let mask = u32::MAX >> (32 - n_bits);
    bytes.iter().fold(0, |mut crc, &byte| {
        crc ^= u32::from(byte) << (n_bits - 8);
        for _ in 0..8 {
            let carry = crc >> (n_bits - 1) & 1;
            crc = ((crc << 1) ^ (carry * polynomial)) & mask;
        }
        crc
    })
}

/// FLAC of one channel with 16 bits in frames of 65,535 zeros each, which take 14 bytes.
fn silent_flac(sample_rate: u32, n_frames: u32, announced: u64) -> Vec<u8> {
    let mut file = b"fLaC\x80\x00\x00\x22\xff\xff\xff\xff\0\0\0\0\0\0".to_vec();
    let packed = u64::from(sample_rate) << 44 | 15 << 36 | announced;
    file.extend_from_slice(&packed.to_be_bytes());
    file.extend_from_slice(&[0; 16]);
    for number in 0..n_frames {
        let mut frame = vec![0xff, 0xf8, 0x70, 0x08];
        let character = char::from_u32(number).unwrap();
        frame.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
        frame.extend_from_slice(&[0xff, 0xfe]);
        frame.push(crc(&frame, 8, 0x07) as u8);
        frame.extend_from_slice(&[0, 0, 0]);
        frame.extend_from_slice(&(crc(&frame, 16, 0x8005) as u16).to_be_bytes());
        file.extend(frame);
    }
    file
}

/// The headers of a real file, then pages of 255 packets of one byte: long blocks without a spectrum.
fn silent_ogg(n_pages: u32) -> Vec<u8> {
    let real = std::fs::read(fixture("emo-speech/espeak_en_m.ogg")).unwrap();
    let mut starts = (0..real.len()).filter(|&k| real[k..].starts_with(b"OggS"));
    // The identification is a page of its own, comment and setup share the next two or less.
    let first_audio = starts
        .find(|&k| u64::from_le_bytes(real[k + 6..k + 14].try_into().unwrap()) != 0)
        .unwrap();
    let serial = &real[14..18];
    let mut file = real[..first_audio].to_vec();
    let n_header_pages = file.windows(4).filter(|w| w == b"OggS").count() as u32;
    for page in 0..n_pages {
        let mut bytes = b"OggS\0\0".to_vec();
        bytes.extend_from_slice(&(u64::from(page + 1) * 255 * 1024).to_le_bytes());
        bytes.extend_from_slice(serial);
        bytes.extend_from_slice(&(n_header_pages + page).to_le_bytes());
        bytes.extend_from_slice(&[0; 4]);
        bytes.push(255);
        bytes.extend_from_slice(&[1; 255]);
        bytes.extend_from_slice(&[0b0000_1110; 255]);
        let sum = crc(&bytes, 32, 0x04c1_1db7).to_le_bytes();
        bytes[22..26].copy_from_slice(&sum);
        file.extend(bytes);
    }
    file
}

fn is_too_long(error: &SpeechError) -> bool {
    matches!(
        error,
        SpeechError::TooLong { .. } | SpeechError::TooManySamples { .. }
    )
}

#[test]
fn the_silent_files_are_what_they_should_be() {
    let audio = decode_bytes(&silent_flac(8_000, 10, 655_350)).unwrap();
    assert_eq!(audio.n_frames(), 655_350);
    assert!(audio.samples().iter().all(|&x| x == 0.0));
    let audio = decode_bytes(&silent_ogg(2)).unwrap();
    assert!(audio.n_frames() > 250_000, "{}", audio.n_frames());
    assert!(audio.samples().iter().all(|&x| x == 0.0));
}

#[test]
fn ten_hours_of_silence_are_refused() {
    // 10 h at 1 kHz are 36 million samples: 7.7 kB.
    let flac = silent_flac(1_000, 550, 0);
    assert!(flac.len() < 8_000, "{}", flac.len());
    assert!(is_too_long(&decode_bytes(&flac).err().unwrap()));
    // The first kilobyte of it: more than an hour.
    assert!(is_too_long(&decode_bytes(&flac[..1_000]).err().unwrap()));
    // 150 pages of 537 bytes are a quarter of an hour at 22.05 kHz, of which a minute is decoded.
    let mut config = DecoderConfig::default();
    config.max_duration = Duration::from_secs(60);
    let error = Decoder::new(config.clone()).decode_bytes(&silent_ogg(150));
    assert!(is_too_long(&error.err().unwrap()));

    config.max_duration = Duration::MAX;
    config.max_samples = 1_000_000;
    let error = Decoder::new(config).decode_bytes(&flac).err().unwrap();
    assert!(matches!(
        error,
        SpeechError::TooManySamples { limit: 1_000_000 }
    ));
}

#[test]
fn a_header_that_announces_hours_is_refused_before_decoding() {
    let flac = silent_flac(48_000, 1, 10 * 3600 * 48_000);
    assert!(is_too_long(&decode_bytes(&flac).err().unwrap()));
    // The encoder's tag counts frames; one that is not true has no effect.
    let mut mp3 = std::fs::read(fixture("emo-speech/espeak_en_m_2s_tag.mp3")).unwrap();
    let tag = mp3
        .windows(4)
        .position(|w| w == b"Info" || w == b"Xing")
        .unwrap();
    mp3[tag + 8..tag + 12].copy_from_slice(&0x00ff_ffff_u32.to_be_bytes());
    for len in [1_000, mp3.len()] {
        let n_frames = decode_bytes(&mp3[..len]).map_or(0, |audio| audio.n_frames());
        assert!(n_frames < 50_000, "{n_frames}");
    }
}

/// A WAV of 32-bit floats.
fn float_wav(sample_rate: u32, samples: &[f32]) -> Vec<u8> {
    let data_len = 4 * samples.len() as u32;
    let mut bytes = b"RIFF".to_vec();
    bytes.extend_from_slice(&(36 + data_len).to_le_bytes());
    bytes.extend_from_slice(b"WAVEfmt \x10\0\0\0\x03\0\x01\0");
    bytes.extend_from_slice(&sample_rate.to_le_bytes());
    bytes.extend_from_slice(&(4 * sample_rate).to_le_bytes());
    bytes.extend_from_slice(b"\x04\0\x20\0data");
    bytes.extend_from_slice(&data_len.to_le_bytes());
    bytes.extend(samples.iter().flat_map(|x| x.to_le_bytes()));
    bytes
}

#[test]
fn one_sample_is_a_recording() {
    let audio = decode_bytes(&float_wav(16_000, &[0.5])).unwrap();
    let mono = audio.to_mono();
    assert_eq!(mono, [0.5]);
    assert_eq!(resample(&mono, 16_000, 22_050).unwrap().len(), 2);
    assert_eq!(trim(&mono, &TrimConfig::default()).unwrap(), 0..1);
    assert!(matches!(
        quality(&mono, 16_000),
        Err(SpeechError::SignalTooShort {
            actual: 1,
            required: 400
        })
    ));
    let mut vad = GmmVad::new(GmmVadConfig::new(16_000)).unwrap();
    assert_eq!(vad.detect(&mono).unwrap(), [false; 0]);
    let mut vad = EnergyVad::new(EnergyVadConfig::new(16_000)).unwrap();
    assert_eq!(vad.detect(&mono).unwrap(), [false; 0]);
}

#[test]
fn a_number_that_is_none_is_named_by_its_place() {
    for bad in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
        let mut samples = vec![0.1; 30_000];
        samples[23_456] = bad;
        let audio = decode_bytes(&float_wav(16_000, &samples)).unwrap();
        let mono = audio.to_mono();
        let mut features = SeedFeatures::new(SeedFeaturesConfig::default()).unwrap();
        for result in [
            features.compute(&mono, 16_000).map(drop),
            resample(&mono, 16_000, 8_000).map(drop),
            quality(&mono, 16_000).map(drop),
            trim(&mono, &TrimConfig::default()).map(drop),
            GmmVad::new(GmmVadConfig::new(16_000))
                .unwrap()
                .detect(&mono)
                .map(drop),
        ] {
            assert!(matches!(
                result,
                Err(SpeechError::NonFiniteSample { index: 23_456, .. })
            ));
        }
    }
}

#[test]
fn no_sample_is_no_recording() {
    assert!(decode_bytes(&float_wav(16_000, &[])).is_err());
    assert!(decode_bytes(&silent_flac(16_000, 0, 0)).is_err());
}
