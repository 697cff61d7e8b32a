use crate::EegError;

/// Names of the 10-20 system of 1958 and what the 10-10 system calls the same places.
///
/// American Clinical Neurophysiology Society (2016). Guideline 2: guidelines for standard electrode position
/// nomenclature. Journal of Clinical Neurophysiology 33(4). doi:10.1097/WNP.0000000000000316.
const RENAMED: [(&str, &str); 4] = [("t3", "t7"), ("t4", "t8"), ("t5", "p7"), ("t6", "p8")];

/// Prefixes that name the kind of the signal.
const PREFIXES: [&str; 4] = ["eeg ", "eeg_", "eeg-", "eeg:"];

/// What follows a channel's name where a file names its reference: a common one, linked ears, the average, or one ear
/// or mastoid.
const REFERENCES: [&str; 8] = ["-ref", "-le", "-avg", "-av", "-a1", "-a2", "-m1", "-m2"];

/// The index among `available` of each channel in `wanted`, in the order of `wanted`.
///
/// Names are compared as [`normalize_channel_name`] gives them, so `"EEG T3-REF"` in a file is `"T7"` for a model.
///
/// # Errors
/// - [`EegError::MissingChannel`] for a name that fits none.
/// - [`EegError::AmbiguousChannel`] for a name that fits several, as `"T7"` where there are `"T3"` and `"T7"`.
/// - [`EegError::RepeatedChannel`] if two of the names mean the same channel.
pub fn pick_channels<A: AsRef<str>, W: AsRef<str>>(
    available: &[A],
    wanted: &[W],
) -> Result<Vec<usize>, EegError> {
    let names: Vec<String> = available
        .iter()
        .map(|name| normalize_channel_name(name.as_ref()))
        .collect();
    let all = || available.iter().map(|n| n.as_ref().to_owned()).collect();
    let mut picked: Vec<usize> = Vec::new();
    for name in wanted {
        let name = name.as_ref();
        let normal = normalize_channel_name(name);
        let matching: Vec<usize> = (0..names.len()).filter(|&i| names[i] == normal).collect();
        let index = match *matching.as_slice() {
            [index] => index,
            [] => {
                return Err(EegError::MissingChannel {
                    wanted: name.to_owned(),
                    available: all(),
                });
            }
            _ => {
                return Err(EegError::AmbiguousChannel {
                    wanted: name.to_owned(),
                    matching: matching
                        .iter()
                        .map(|&i| available[i].as_ref().to_owned())
                        .collect(),
                    available: all(),
                });
            }
        };
        if let Some(earlier) = picked.iter().position(|&other| other == index) {
            return Err(EegError::RepeatedChannel {
                first: wanted[earlier].as_ref().to_owned(),
                second: name.to_owned(),
                channel: available[index].as_ref().to_owned(),
            });
        }
        picked.push(index);
    }
    Ok(picked)
}

/// A channel's name in the form in which names are compared.
///
/// Lower case, without surrounding spaces, without the prefix `EEG` that EDF+ prescribes for signal types, without
/// trailing dots (as in PhysioNet's `Fp1.`) and without a suffix that names the reference (`-REF`, `-LE`, `-AVG`, `-AV`,
/// `-A1`, `-A2`, `-M1`, `-M2`); T3, T4, T5 and T6 become T7, T8, P7 and P8. A difference of two places on the scalp, as
/// `F3-C3`, keeps both.
///
/// ```
/// # use emo_eeg::normalize_channel_name;
/// for name in ["Fp1", " FP1.. ", "EEG Fp1-Ref", "EEG FP1-LE", "Fp1-M2"] {
///     assert_eq!(normalize_channel_name(name), "fp1");
/// }
/// assert_eq!(normalize_channel_name("EEG T3"), "t7");
/// assert_eq!(normalize_channel_name("F3-C3"), "f3-c3");
/// ```
pub fn normalize_channel_name(name: &str) -> String {
    let lower = name.trim().to_lowercase();
    let bare = PREFIXES
        .iter()
        .find_map(|prefix| lower.strip_prefix(prefix))
        .unwrap_or(&lower)
        .trim();
    let bare = bare.trim_end_matches('.');
    let bare = REFERENCES
        .iter()
        .find_map(|suffix| bare.strip_suffix(suffix))
        .unwrap_or(bare);
    let bare = bare.trim_end_matches('.').trim();
    RENAMED
        .iter()
        .find(|(old, _)| *old == bare)
        .map_or(bare, |(_, new)| new)
        .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(available: &[&str], wanted: &[&str], expected: Result<&[usize], &str>) {
        let actual = pick_channels(available, wanted).map_err(|error| error.to_string());
        assert_eq!(
            actual,
            expected.map(<[usize]>::to_vec).map_err(str::to_owned)
        );
    }

    #[test]
    fn channels_are_found_by_any_of_their_names() {
        check(&["O1", "Fp1", "Fz"], &["Fp1", "O1"], Ok(&[1, 0]));
        check(&["Fp1.", "Fc5.", "F3.."], &["F3", "FC5"], Ok(&[2, 1]));
        check(
            &["EEG T3-REF", "EEG T4-Ref", "EEG  T5", "t6"],
            &["T7", "T8", "P7", "P8"],
            Ok(&[0, 1, 2, 3]),
        );
        check(&["T7"], &["T3"], Ok(&[0]));
        check(&["Fp1"], &[], Ok(&[]));
    }

    #[test]
    fn missing_ambiguous_and_repeated_channels_are_named() {
        check(
            &["Fp1", "Fp2"],
            &["Cz"],
            Err("channel \"Cz\" is missing; there are: Fp1, Fp2"),
        );
        check(
            &["T3", "Cz", "EEG T7"],
            &["T7"],
            Err("channel \"T7\" is ambiguous, it fits T3, EEG T7; there are: T3, Cz, EEG T7"),
        );
        check(
            &["Cz", "T3"],
            &["T3", "Cz", "T7"],
            Err("channels \"T3\" and \"T7\" are the same channel \"T3\""),
        );
    }
}
