use ndarray::Array2;

use crate::{EegError, normalize_channel_name};

/// The places of the 10-10 system and their directions seen from the head's centre: x to the right ear, y to the
/// nose, z to the crown, each of length 1.
///
/// Electrode positions on a template of the average head in millimetres, as published with the 10-5 system by
/// R. Oostenveld, P. Praamstra (2001). The five percent electrode system for high-resolution EEG and ERP measurements.
/// Clinical Neurophysiology 112(4). doi:10.1016/S1388-2457(00)00527-7. Divided by their length and rounded to five
/// digits.
#[rustfmt::skip]
const PLACES: [(&str, [f64; 3]); 90] = [
    ("Fp1", [-0.32999, 0.94073, -0.07836]),
    ("Fpz", [0.00127, 0.99981, -0.01941]),
    ("Fp2", [0.33090, 0.94040, -0.07843]),
    ("AF9", [-0.52266, 0.68399, -0.50891]),
    ("AF7", [-0.62008, 0.77535, -0.11974]),
    ("AF5", [-0.52782, 0.84651, 0.06945]),
    ("AF3", [-0.38940, 0.88781, 0.24527]),
    ("AF1", [-0.20917, 0.90482, 0.37088]),
    ("AFz", [0.00262, 0.91582, 0.40158]),
    ("AF2", [0.22279, 0.90263, 0.36828]),
    ("AF4", [0.40439, 0.88014, 0.24862]),
    ("AF6", [0.53247, 0.84364, 0.06897]),
    ("AF8", [0.62033, 0.77516, -0.11968]),
    ("AF10", [0.53379, 0.67597, -0.50807]),
    ("F9", [-0.73308, 0.43557, -0.52237]),
    ("F7", [-0.84763, 0.51240, -0.13777]),
    ("F5", [-0.78468, 0.58469, 0.20596]),
    ("F3", [-0.59522, 0.62919, 0.49983]),
    ("F1", [-0.31461, 0.65140, 0.69043]),
    ("Fz", [0.00353, 0.66079, 0.75057]),
    ("F2", [0.33560, 0.65499, 0.67702]),
    ("F4", [0.60662, 0.63551, 0.47763]),
    ("F6", [0.79146, 0.58070, 0.19074]),
    ("F8", [0.84611, 0.51457, -0.13900]),
    ("F10", [0.73927, 0.43124, -0.51721]),
    ("FT9", [-0.84825, 0.14697, -0.50879]),
    ("FT7", [-0.97610, 0.17063, -0.13456]),
    ("FC5", [-0.92902, 0.22431, 0.29429]),
    ("FC3", [-0.70812, 0.26729, 0.65355]),
    ("FC1", [-0.37536, 0.28664, 0.88145]),
    ("FCz", [0.00405, 0.29514, 0.95544]),
    ("FC2", [0.38602, 0.29340, 0.87459]),
    ("FC4", [0.71749, 0.27324, 0.64074]),
    ("FC6", [0.92958, 0.23301, 0.28563]),
    ("FT8", [0.97373, 0.18348, -0.13485]),
    ("FT10", [0.84814, 0.14484, -0.50959]),
    ("T9", [-0.86068, -0.15861, -0.48381]),
    ("T7", [-0.97657, -0.18587, -0.10845]),
    ("C5", [-0.92795, -0.15905, 0.33706]),
    ("C3", [-0.70688, -0.12580, 0.69606]),
    ("C1", [-0.37171, -0.10264, 0.92266]),
    ("Cz", [0.00398, -0.09107, 0.99584]),
    ("C2", [0.39004, -0.09964, 0.91539]),
    ("C4", [0.72099, -0.11709, 0.68298]),
    ("C6", [0.93416, -0.14301, 0.32694]),
    ("T8", [0.97888, -0.17282, -0.10919]),
    ("T10", [0.85912, -0.16429, -0.48469]),
    ("TP9", [-0.79552, -0.43219, -0.42468]),
    ("TP7", [-0.87664, -0.47559, -0.07292]),
    ("CP5", [-0.81834, -0.47862, 0.31821]),
    ("CP3", [-0.61861, -0.45755, 0.63873]),
    ("CP1", [-0.32643, -0.43469, 0.83934]),
    ("CPz", [0.00350, -0.42970, 0.90296]),
    ("CP2", [0.35165, -0.43125, 0.83088]),
    ("CP4", [0.63765, -0.44644, 0.62777]),
    ("CP6", [0.83149, -0.46006, 0.31141]),
    ("TP8", [0.88032, -0.46867, -0.07337]),
    ("TP10", [0.79520, -0.43410, -0.42333]),
    ("P9", [-0.65426, -0.66104, -0.36739]),
    ("P7", [-0.70195, -0.71182, -0.02410]),
    ("P5", [-0.63705, -0.72245, 0.26877]),
    ("P3", [-0.48096, -0.71488, 0.50757]),
    ("P1", [-0.25107, -0.70641, 0.66177]),
    ("Pz", [0.00280, -0.70060, 0.71355]),
    ("P2", [0.27593, -0.69576, 0.66316]),
    ("P4", [0.49850, -0.70352, 0.50651]),
    ("P6", [0.64265, -0.71853, 0.26592]),
    ("P8", [0.70683, -0.70695, -0.02458]),
    ("P10", [0.65588, -0.66028, -0.36586]),
    ("PO9", [-0.46598, -0.83203, -0.30097]),
    ("PO7", [-0.48998, -0.87138, 0.02495]),
    ("PO5", [-0.43004, -0.88220, 0.19181]),
    ("PO3", [-0.32164, -0.88845, 0.32742]),
    ("PO1", [-0.16716, -0.89663, 0.41001]),
    ("POz", [0.00189, -0.89611, 0.44383]),
    ("PO2", [0.17495, -0.89592, 0.40832]),
    ("PO4", [0.32450, -0.88972, 0.32110]),
    ("PO6", [0.43960, -0.87750, 0.19172]),
    ("PO8", [0.49519, -0.86844, 0.02429]),
    ("PO10", [0.46625, -0.83174, -0.30136]),
    ("O1", [-0.25233, -0.96467, 0.07583]),
    ("Oz", [0.00093, -0.99196, 0.12655]),
    ("O2", [0.25640, -0.96361, 0.07561]),
    ("O9", [-0.24454, -0.93957, -0.23960]),
    ("Iz", [0.00004, -0.98158, -0.19106]),
    ("O10", [0.24451, -0.93934, -0.24052]),
    ("M1", [-0.72604, -0.37948, -0.57346]),
    ("M2", [0.72471, -0.38020, -0.57467]),
    ("A1", [-0.76514, -0.22214, -0.60433]),
    ("A2", [0.76388, -0.22267, -0.60573]),
];

/// The places of the 10-10 system with their directions on the unit sphere: 88 on the scalp, of which M1 and M2 lie
/// behind the ears, and the ear lobes A1 and A2.
///
/// x points to the right ear, y to the nose, z to the crown. These are the positions that MNE-Python calls
/// `colin27_1020` (formerly `standard_1020`), seen from their origin.
///
/// ```
/// let left = emo_eeg::montage().filter(|(_, [x, _, _])| *x < -0.05).count();
/// assert_eq!(left, 40);
/// ```
///
/// # References
/// R. Oostenveld, P. Praamstra (2001). The five percent electrode system for high-resolution EEG and ERP measurements.
/// Clinical Neurophysiology 112(4). doi:10.1016/S1388-2457(00)00527-7.
#[doc(alias = "10-10")]
#[doc(alias = "10-20")]
pub fn montage() -> impl ExactSizeIterator<Item = (&'static str, [f64; 3])> {
    PLACES
        .iter()
        .map(|&(name, direction)| (name, unit(direction)))
}

/// How the 10-10 system spells a channel's name: `"AFz"` for `"EEG AFZ-REF"`, `"T7"` for `"t3"`; `None` for a name that
/// it does not have.
pub fn standard_channel_name(name: &str) -> Option<&'static str> {
    place(name).map(|(standard, _)| *standard)
}

/// The direction of a channel on the unit sphere, as [`montage`] has it; `None` for a name that the 10-10 system does
/// not have.
pub fn channel_position(name: &str) -> Option<[f64; 3]> {
    place(name).map(|&(_, direction)| unit(direction))
}

/// The directions of channels on the unit sphere, `[channels, 3]`.
///
/// # Errors
/// [`EegError::UnknownPosition`] for a name that the 10-10 system does not have.
pub fn channel_positions<A: AsRef<str>>(channels: &[A]) -> Result<Array2<f64>, EegError> {
    let mut positions = Array2::zeros((channels.len(), 3));
    for (mut row, name) in positions.rows_mut().into_iter().zip(channels) {
        let name = name.as_ref();
        let position = channel_position(name).ok_or_else(|| EegError::UnknownPosition {
            channel: name.to_owned(),
        })?;
        row.iter_mut().zip(position).for_each(|(to, x)| *to = x);
    }
    Ok(positions)
}

fn unit([x, y, z]: [f64; 3]) -> [f64; 3] {
    let length = (x * x + y * y + z * z).sqrt();
    [x, y, z].map(|coordinate| coordinate / length)
}

fn place(name: &str) -> Option<&'static (&'static str, [f64; 3])> {
    let normal = normalize_channel_name(name);
    PLACES
        .iter()
        .find(|(standard, _)| standard.eq_ignore_ascii_case(&normal))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_lie_on_the_unit_sphere_and_mirror_each_other() {
        for (name, [x, y, z]) in montage() {
            assert!((x * x + y * y + z * z - 1.0).abs() < 1e-15, "{name}");
            // The template is a real head: its halves differ by up to 3 degrees.
            let digits = name.trim_start_matches(char::is_alphabetic);
            if let Ok(number) = digits.parse::<u32>() {
                let mirrored = if number % 2 == 0 {
                    number - 1
                } else {
                    number + 1
                };
                let other = name.replace(digits, &mirrored.to_string());
                let [a, b, c] = channel_position(&other).unwrap();
                let cosine = -x * a + y * b + z * c;
                assert!(
                    cosine > 3_f64.to_radians().cos(),
                    "{name} {other}: {cosine}"
                );
                assert_eq!(number % 2 == 1, x < 0.0, "{name}");
            }
        }
    }

    #[test]
    fn names_are_spelled_as_the_system_does() {
        for (name, expected) in [
            ("EEG FP1-REF", Some("Fp1")),
            ("afz", Some("AFz")),
            ("T5", Some("P7")),
            ("FT10.", Some("FT10")),
            ("ECG", None),
            ("Fp1-F7", None),
            ("", None),
        ] {
            assert_eq!(standard_channel_name(name), expected, "{name}");
        }
    }

    #[test]
    fn a_channel_without_a_place_is_named() {
        assert_eq!(
            channel_positions(&["Cz", "EOG"]),
            Err(EegError::UnknownPosition {
                channel: "EOG".to_owned()
            })
        );
    }
}
