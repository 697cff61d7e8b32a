//! What must hold of any bytes.

use emo_hr::{HeartRateMeasurement, HrError, SensorContact};

/// A packet that is read says what its bytes do and nothing else; one that is refused has not the length of its flags.
pub(crate) fn packet(bytes: &[u8]) {
    let flags = bytes.first().copied().unwrap_or(0);
    let measurement = match HeartRateMeasurement::parse(bytes) {
        Ok(measurement) => measurement,
        Err(HrError::PacketLength { actual, expected }) => {
            assert_eq!(actual, bytes.len());
            assert_ne!(expected, actual);
            // Without intervals there is one right length, and cut to it the packet is read.
            if flags & 1 << 4 == 0 && expected < actual {
                assert!(HeartRateMeasurement::parse(&bytes[..expected]).is_ok());
            }
            return;
        }
        Err(error) => unreachable!("{error}"),
    };
    let mut written = vec![flags];
    let bpm = measurement.bpm();
    if flags & 1 == 0 {
        written.push(u8::try_from(bpm).expect("a rate of one byte"));
    } else {
        written.extend(bpm.to_le_bytes());
    }
    assert_eq!(
        measurement.energy_kilojoules().is_some(),
        flags & 1 << 3 != 0
    );
    written.extend(
        measurement
            .energy_kilojoules()
            .map(u16::to_le_bytes)
            .into_iter()
            .flatten(),
    );
    let n_intervals = measurement.rr_ms().len();
    for ms in measurement.rr_ms() {
        let parts = ms * 1.024;
        assert!(
            parts.fract() == 0.0 && (0.0..=65_535.0).contains(&parts),
            "{ms}"
        );
        written.extend((parts as u16).to_le_bytes());
    }
    assert_eq!(written, bytes);
    assert_eq!(measurement.rr_ms().count(), n_intervals);
    let contact = match flags >> 1 & 3 {
        0b00 | 0b01 => SensorContact::NotSupported,
        0b10 => SensorContact::NotDetected,
        _ => SensorContact::Detected,
    };
    assert_eq!(measurement.contact(), contact);
}
