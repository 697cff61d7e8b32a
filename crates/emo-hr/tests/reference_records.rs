//! Reference recordings: beats of the visibility-graph detector to the sample where NeuroKit2 finds them, quality that falls
//! with noise, shapes of pulses.

use std::{fs, path::Path};

use emo_hr::{
    EcgConfig, EcgDetector, EcgMethod, PpgConfig, PpgDetector, PulseShapeConfig, PulseShapes,
    Refinement, SampleRate,
};
use emo_testing::{fixture, load_npy, shared};
use ndarray_npy::NpzReader;

fn beats(lead: &[f32]) -> Vec<f64> {
    let mut config = EcgConfig::new(SampleRate::from_hz(360.0).expect("a valid rate"));
    config.method = EcgMethod::VisibilityGraph;
    config.refinement = Refinement::AsMarked;
    let detector = EcgDetector::new(&config).expect("a valid configuration");
    let detection = detector.detect(lead).expect("a valid signal");
    detection.beats.positions().into()
}

fn golden(record: &str) -> Vec<f64> {
    let name = format!("emo-hr/hr_rpeaks_emrich2023_mitdb_{record}.npy");
    load_npy(fixture(name)).iter().copied().collect()
}

fn record_100() -> Option<Vec<f32>> {
    let file = shared("data/reference/ecg_mitdb100/mitdb100.npz")?;
    let file = fs::File::open(file).expect("a readable file");
    let mut arrays = NpzReader::new(file).expect("an archive");
    let adc: ndarray::Array2<i16> = arrays.by_name("adc").expect("the samples");
    let millivolts = |value: &i16| (f32::from(*value) - 1024.0) / 200.0;
    Some(adc.column(0).iter().map(millivolts).collect())
}

fn record_118(folder: &Path, record: &str) -> Vec<f32> {
    let text = fs::read_to_string(folder.join(format!("{record}.csv"))).expect("samples");
    text.lines()
        .filter_map(|line| line.split(',').next()?.trim().parse().ok())
        .collect()
}

#[test]
fn beats_of_record_100_are_neurokits() {
    let Some(lead) = record_100() else {
        return;
    };
    assert_eq!(beats(&lead), golden("100"));
}

#[test]
fn beats_of_record_118_are_neurokits_at_each_noise_level() {
    let Some(folder) = shared("data/reference/ecg_noise_stress_118") else {
        return;
    };
    for record in ["118e12", "118e06", "118e00"] {
        let lead = record_118(&folder, record);
        assert_eq!(beats(&lead), golden(record), "{record}");
    }
}

/// The mean index and the mean share of what is not baseline, over the windows of a recording.
fn qualities(lead: &[f32]) -> [f64; 2] {
    let rate = SampleRate::from_hz(360.0).expect("a valid rate");
    let detector = EcgDetector::new(&EcgConfig::new(rate)).expect("a valid configuration");
    let detection = detector.detect(lead).expect("a valid signal");
    let windows = detection.window_qualities(lead).expect("the same signal");
    let mean = |values: Vec<f64>| values.iter().sum::<f64>() / windows.len() as f64;
    let share = |share: Option<f64>| share.expect("a rate above 80 Hz");
    let qrs = mean(windows.iter().map(|w| share(w.qrs_share)).collect());
    let found = [
        mean(windows.iter().map(|w| w.combined).collect()),
        mean(windows.iter().map(|w| share(w.baseline)).collect()),
    ];
    eprintln!("combined and baseline {found:.3?}, share of the complex {qrs:.3}");
    found
}

/// From 6 to 0 dB the index, a mean over twelve windows, does not fall (`docs/heart.md`); the share of what is not baseline
/// falls throughout.
#[test]
fn quality_falls_with_noise() {
    let Some((lead, folder)) = record_100().zip(shared("data/reference/ecg_noise_stress_118"))
    else {
        return;
    };
    let [clean, db12, db06, db00] = [
        lead,
        record_118(&folder, "118e12"),
        record_118(&folder, "118e06"),
        record_118(&folder, "118e00"),
    ]
    .map(|lead| qualities(&lead));
    assert!(clean[0] > 0.9 && clean[0] > db12[0], "{clean:?} {db12:?}");
    assert!(db12[0] > db06[0].max(db00[0]), "{db12:?} {db06:?} {db00:?}");
    let baselines = [clean, db12, db06, db00].map(|[_, baseline]| baseline);
    assert!(baselines.is_sorted_by(|a, b| a > b), "{baselines:?}");
}

#[test]
fn pulses_of_wrists_have_plausible_shapes() {
    let Some(file) = shared("data/hr/stress_predict_e4/bvp_int16.npz") else {
        return;
    };
    let file = fs::File::open(file).expect("a readable file");
    let mut arrays = NpzReader::new(file).expect("an archive");
    let shapes = PulseShapes::new(&PulseShapeConfig::default()).expect("valid settings");
    let detector = PpgDetector::new(&PpgConfig::new(SampleRate::from_hz(64.0).expect("a rate")));
    let detector = detector.expect("a valid configuration");
    let names = arrays.names().expect("names");
    for name in names.iter().take(6) {
        let ppg: ndarray::Array1<i16> = arrays.by_name(name).expect("the samples");
        let ppg: Vec<f32> = ppg
            .iter()
            .take(64 * 600)
            .map(|&x| f32::from(x) / 10.0)
            .collect();
        let beats = detector.detect(&ppg).expect("a valid signal").beats;
        let found = shapes.compute(&ppg, &beats).expect("a finite signal");
        assert!(
            found.len() * 10 > beats.indices().len() * 9,
            "{name}: {}",
            found.len()
        );
        let median = |mut values: Vec<f64>| {
            values.sort_unstable_by(f64::total_cmp);
            values[values.len() / 2]
        };
        let rise = median(found.iter().map(|shape| shape.rise_s).collect());
        let relative = median(found.iter().map(|shape| shape.relative_amplitude).collect());
        let width = median(found.iter().filter_map(|shape| shape.widths_s[1]).collect());
        let b_a = median(
            found
                .iter()
                .filter_map(|s| Some(s.acceleration?.b_a))
                .collect(),
        );
        eprintln!(
            "{name}: rise {rise:.3} s, width {width:.3} s, b/a {b_a:.2}, relative {relative:.2}"
        );
        // A systole rises for 0.1 to 0.4 s, and no width exceeds the pulse.
        assert!((0.1..0.4).contains(&rise), "{name}: {rise}");
        assert!((0.9..1.1).contains(&relative) && b_a < 0.0, "{name}");
        for shape in &found {
            let widths: Vec<f64> = shape.widths_s.iter().flatten().copied().collect();
            assert!(
                widths.is_sorted_by(|wide, narrow| wide >= narrow),
                "{name}: {shape:?}"
            );
            assert!(
                shape.amplitude > 0.0 && shape.rise_s > 0.0,
                "{name}: {shape:?}"
            );
        }
    }
}
