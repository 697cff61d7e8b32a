//! The visibility-graph detector on the reference recordings, to the sample where NeuroKit2 finds the beats.

use std::fs;

use emo_hr::{EcgConfig, EcgDetector, EcgMethod, Refinement, SampleRate};
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

#[test]
fn beats_of_record_100_are_neurokits() {
    let Some(file) = shared("data/reference/ecg_mitdb100/mitdb100.npz") else {
        return;
    };
    let file = fs::File::open(file).expect("a readable file");
    let mut arrays = NpzReader::new(file).expect("an archive");
    let adc: ndarray::Array2<i16> = arrays.by_name("adc").expect("the samples");
    let millivolts = |value: &i16| (f32::from(*value) - 1024.0) / 200.0;
    let lead: Vec<f32> = adc.column(0).iter().map(millivolts).collect();
    assert_eq!(beats(&lead), golden("100"));
}

#[test]
fn beats_of_record_118_are_neurokits_at_each_noise_level() {
    let Some(folder) = shared("data/reference/ecg_noise_stress_118") else {
        return;
    };
    for record in ["118e12", "118e06", "118e00"] {
        let text = fs::read_to_string(folder.join(format!("{record}.csv"))).expect("samples");
        let lead: Vec<f32> = text
            .lines()
            .filter_map(|line| line.split(',').next()?.trim().parse().ok())
            .collect();
        assert_eq!(beats(&lead), golden(record), "{record}");
    }
}
