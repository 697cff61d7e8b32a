#![deny(
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss
)]

use crate::HrError;

/// What a heart-rate strap sends in one notification of the characteristic 0x2A37, Heart Rate Measurement.
///
/// ```
/// use emo_hr::{HeartRateMeasurement, SensorContact};
///
/// // 71 bpm with contact, and two intervals of 1024 and 768 parts of 1024 s.
/// let packet = [0b1_0110, 71, 0x00, 0x04, 0x00, 0x03];
/// let measurement = HeartRateMeasurement::parse(&packet)?;
/// assert_eq!(measurement.bpm(), 71);
/// assert_eq!(measurement.contact(), SensorContact::Detected);
/// assert_eq!(measurement.energy_kilojoules(), None);
/// assert_eq!(measurement.rr_ms().collect::<Vec<_>>(), [1000.0, 750.0]);
/// # Ok::<(), emo_hr::HrError>(())
/// ```
///
/// # References
/// - Bluetooth SIG. Heart Rate Service 1.0, section 3.1; GATT Specification Supplement, Heart Rate Measurement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HeartRateMeasurement<'p> {
    bpm: u16,
    contact: SensorContact,
    energy_kilojoules: Option<u16>,
    rr: &'p [[u8; 2]],
}

/// Whether the sensor touches skin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SensorContact {
    /// The sensor cannot tell.
    NotSupported,
    /// It can, and it does not.
    NotDetected,
    /// It does.
    Detected,
}

const WIDE_RATE: u8 = 1;
const CONTACT: u8 = 1 << 1;
const CONTACT_SUPPORTED: u8 = 1 << 2;
const ENERGY: u8 = 1 << 3;
const INTERVALS: u8 = 1 << 4;

impl<'p> HeartRateMeasurement<'p> {
    /// Reads the bytes of a notification. Nothing is allocated.
    ///
    /// Bits 5 to 7 of the flags are reserved and not looked at.
    ///
    /// # Errors
    /// [`HrError::PacketLength`] for a packet that is shorter than its flags say, that goes on where there are no
    /// intervals, or that ends within one.
    pub fn parse(packet: &'p [u8]) -> Result<Self, HrError> {
        let mut rest = packet;
        let mut take = |len: usize| -> Result<u16, HrError> {
            let missing = HrError::PacketLength {
                actual: packet.len(),
                expected: packet.len() - rest.len() + len,
            };
            let (taken, after) = rest.split_at_checked(len).ok_or(missing)?;
            rest = after;
            let value = taken.iter().rev();
            Ok(value.fold(0, |value: u16, &byte| value << 8 | u16::from(byte)))
        };
        let [flags, ..] = take(1)?.to_le_bytes();
        let bpm = take(if flags & WIDE_RATE == 0 { 1 } else { 2 })?;
        let energy_kilojoules = if flags & ENERGY == 0 {
            None
        } else {
            Some(take(2)?)
        };
        let (rr, left) = rest.as_chunks();
        let is_whole = left.is_empty() && (flags & INTERVALS != 0 || rr.is_empty());
        if !is_whole {
            let announced = packet.len() - rest.len();
            return Err(HrError::PacketLength {
                actual: packet.len(),
                expected: if flags & INTERVALS == 0 {
                    announced
                } else {
                    packet.len() + 1
                },
            });
        }
        Ok(Self {
            bpm,
            contact: match (flags & CONTACT_SUPPORTED, flags & CONTACT) {
                (0, _) => SensorContact::NotSupported,
                (_, 0) => SensorContact::NotDetected,
                _ => SensorContact::Detected,
            },
            energy_kilojoules,
            rr,
        })
    }

    /// The heart rate in beats per minute, as the sensor averages it; 0 for none.
    pub fn bpm(&self) -> u16 {
        self.bpm
    }

    /// Whether the sensor touches skin.
    pub fn contact(&self) -> SensorContact {
        self.contact
    }

    /// The energy spent since it was reset, if the packet has it. 65,535 also stands for more.
    pub fn energy_kilojoules(&self) -> Option<u16> {
        self.energy_kilojoules
    }

    /// The intervals between beats in milliseconds, oldest first; a packet can have none. Each is exact: a multiple of
    /// 1000/1024 ms.
    pub fn rr_ms(&self) -> impl ExactSizeIterator<Item = f64> {
        self.rr
            .iter()
            .map(|&bytes| f64::from(u16::from_le_bytes(bytes)) * 1000.0 / 1024.0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Rate, contact, energy and intervals in 1024ths.
    type Expected = (u16, SensorContact, Option<u16>, &'static [u16]);

    #[track_caller]
    fn check(packet: &[u8], (bpm, contact, energy, rr): Expected) {
        let measurement = HeartRateMeasurement::parse(packet).expect("a valid packet");
        assert_eq!(measurement.bpm(), bpm);
        assert_eq!(measurement.contact(), contact);
        assert_eq!(measurement.energy_kilojoules(), energy);
        let ms: Vec<f64> = rr.iter().map(|&n| f64::from(n) / 1024.0 * 1e3).collect();
        assert_eq!(measurement.rr_ms().collect::<Vec<_>>(), ms);
    }

    #[test]
    fn every_flag() {
        use SensorContact::{Detected, NotDetected, NotSupported};
        check(&[0, 60], (60, NotSupported, None, &[]));
        check(&[0b10, 60], (60, NotSupported, None, &[]));
        check(&[0b100, 60], (60, NotDetected, None, &[]));
        check(&[0b110, 60], (60, Detected, None, &[]));
        check(&[1, 0x2c, 0x01], (300, NotSupported, None, &[]));
        check(
            &[0b1000, 60, 0xff, 0xff],
            (60, NotSupported, Some(65_535), &[]),
        );
        check(&[0b1_0000, 60], (60, NotSupported, None, &[]));
        check(
            &[0b1_0000, 60, 0xff, 0xff],
            (60, NotSupported, None, &[65_535]),
        );
        check(
            &[0b1111_1111, 60, 0, 1, 2, 0xe8, 3, 0, 4],
            (60, Detected, Some(0x201), &[1000, 1024]),
        );
    }

    #[test]
    fn lengths_are_those_of_the_flags() {
        for (packet, expected) in [
            (&[][..], 1),
            (&[0], 2),
            (&[1, 60], 3),
            (&[0b1000, 60, 1], 4),
            (&[0, 60, 1], 2),
            (&[0b1_0000, 60, 1], 4),
            (&[0b1_0000, 60, 1, 2, 3], 6),
        ] {
            let error = HrError::PacketLength {
                actual: packet.len(),
                expected,
            };
            assert_eq!(
                HeartRateMeasurement::parse(packet),
                Err(error),
                "{packet:?}"
            );
        }
    }

    proptest! {
        #[test]
        fn what_was_written_is_read(
            bpm in any::<u16>(),
            is_wide in any::<bool>(),
            contact in 0_u8..4,
            energy in any::<Option<u16>>(),
            rr in proptest::collection::vec(any::<u16>(), 0..20),
            reserved in 0_u8..8,
        ) {
            let bpm = if is_wide { bpm } else { bpm % 256 };
            let flags = u8::from(is_wide)
                | contact << 1
                | u8::from(energy.is_some()) << 3
                | u8::from(!rr.is_empty()) << 4
                | reserved << 5;
            let mut packet = vec![flags];
            packet.extend(bpm.to_le_bytes().iter().take(1 + usize::from(is_wide)));
            packet.extend(energy.iter().flat_map(|energy| energy.to_le_bytes()));
            packet.extend(rr.iter().flat_map(|rr| rr.to_le_bytes()));
            let measurement = HeartRateMeasurement::parse(&packet).expect("a valid packet");
            prop_assert_eq!(measurement.bpm(), bpm);
            prop_assert_eq!(measurement.energy_kilojoules(), energy);
            let read: Vec<f64> = measurement.rr_ms().map(|ms| ms * 1.024).collect();
            let written: Vec<f64> = rr.iter().map(|&rr| f64::from(rr)).collect();
            prop_assert_eq!(read, written);
        }

        #[test]
        fn no_bytes_panic(packet in proptest::collection::vec(any::<u8>(), 0..40)) {
            if let Ok(measurement) = HeartRateMeasurement::parse(&packet) {
                prop_assert!(measurement.rr_ms().len() <= packet.len() / 2);
            }
        }
    }
}
