use crate::{normalize_channel_name, standard_channel_name};

/// Words of which one in a name says that a channel records something else than the brain.
const OTHER_WORDS: [&str; 43] = [
    "abdomen",
    "airflow",
    "aux",
    "battery",
    "bpm",
    "breath",
    "bvp",
    "chin",
    "counter",
    "cpap",
    "ecg",
    "eda",
    "ekg",
    "emg",
    "eog",
    "event",
    "events",
    "flow",
    "gsr",
    "heog",
    "hr",
    "index",
    "leg",
    "loc",
    "mag",
    "marker",
    "markers",
    "nasal",
    "photo",
    "ppg",
    "pulse",
    "roc",
    "sao",
    "scr",
    "snore",
    "spo",
    "status",
    "sync",
    "temp",
    "temperature",
    "thorax",
    "timestamp",
    "veog",
];

/// Beginnings of words that say the same.
const OTHER_BEGINNINGS: [&str; 12] = [
    "acc", "ecg", "ekg", "emg", "eog", "gyro", "heog", "pleth", "resp", "stim", "trig", "veog",
];

/// The leads of an electrocardiogram.
const HEART_LEADS: [&str; 15] = [
    "i", "ii", "iii", "avf", "avl", "avr", "mli", "mlii", "mliii", "v1", "v2", "v3", "v4", "v5",
    "v6",
];

/// What a channel records, by its name alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ChannelKind {
    /// EEG: a place of the 10-10 system or a difference of two, or a name that begins with `EEG`.
    Eeg,
    /// Something else: heart, eyes, muscles, breathing, skin, movement, triggers.
    Other,
    /// The name does not say.
    Unknown,
}

impl ChannelKind {
    /// Judges a name as files write it.
    ///
    /// ```
    /// use emo_eeg::ChannelKind;
    ///
    /// assert_eq!(ChannelKind::of_name("EEG T3-REF"), ChannelKind::Eeg);
    /// assert_eq!(ChannelKind::of_name("F3-C3"), ChannelKind::Eeg);
    /// assert_eq!(ChannelKind::of_name("EMG chin"), ChannelKind::Other);
    /// assert_eq!(ChannelKind::of_name("EXG Channel 0"), ChannelKind::Unknown);
    /// ```
    pub fn of_name(name: &str) -> Self {
        if is_scalp(name) {
            return Self::Eeg;
        }
        let name = name.trim().to_lowercase();
        let mut words = name
            .split(|c: char| !c.is_alphabetic())
            .filter(|word| !word.is_empty());
        if words.clone().next() == Some("eeg") {
            return Self::Eeg;
        }
        let is_other = |word: &str| {
            OTHER_WORDS.contains(&word) || OTHER_BEGINNINGS.iter().any(|b| word.starts_with(b))
        };
        if HEART_LEADS.contains(&name.as_str()) || words.any(is_other) {
            Self::Other
        } else {
            Self::Unknown
        }
    }
}

/// Whether a name is one place of the 10-10 system, or a difference of two.
fn is_scalp(name: &str) -> bool {
    let is_place = |name: &str| standard_channel_name(name).is_some();
    is_place(name)
        || normalize_channel_name(name)
            .split_once('-')
            .is_some_and(|(first, second)| is_place(first) && is_place(second))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_say_what_is_recorded() {
        for (expected, names) in [
            (
                ChannelKind::Eeg,
                &[
                    "Fp1",
                    "EEG Fpz-Cz",
                    "EEG 001",
                    "T3",
                    "Fc5.",
                    "O2-M1",
                    "EEG",
                    "f7-t3",
                ][..],
            ),
            (
                ChannelKind::Other,
                &[
                    "ECG",
                    "EKG1",
                    "ECG II",
                    "MLII",
                    "V5",
                    "EOG horizontal",
                    "HEOG",
                    "VEOGL",
                    "EOG-L",
                    "LOC",
                    "EMG1",
                    "EMG submental",
                    "Resp oro-nasal",
                    "Respiration",
                    "Status",
                    "TRIG",
                    "Trigger In",
                    "STIM 1",
                    "Accel Channel 0",
                    "ACC_X",
                    "Gyro_Z",
                    "SpO2",
                    "Right AUX",
                    "AUX_LEFT",
                    "Temp rectal",
                    "Event marker",
                    "GSR",
                    "PPG",
                    "Pleth",
                    "Sample Index",
                ],
            ),
            (
                ChannelKind::Unknown,
                &["EXG Channel 3", "column 1", "E12", "ch4", "A", "", "left"],
            ),
        ] {
            for name in names {
                assert_eq!(ChannelKind::of_name(name), expected, "{name}");
            }
        }
    }
}
