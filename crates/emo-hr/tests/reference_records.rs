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
    let agreement = mean(windows.iter().filter_map(|w| w.agreement).collect());
    let template = mean(windows.iter().map(|w| w.template).collect());
    eprintln!(
        "combined and baseline {found:.3?}, share of the complex {qrs:.3}, template {template:.3}, agreement {agreement:.3}"
    );
    found
}

/// Means over windows; the share of what is not baseline falls as well.
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
    let combined = [clean, db12, db06, db00].map(|[combined, _]| combined);
    assert!(combined.is_sorted_by(|a, b| a > b), "{combined:?}");
    let baselines = [clean, db12, db06, db00].map(|[_, baseline]| baseline);
    assert!(baselines.is_sorted_by(|a, b| a > b), "{baselines:?}");
}

/// Windows with wrong beats have lower qualities than those without, in noise of electrodes (that of record 118, backward
/// and forward) and in white noise, at four levels each.
#[test]
fn quality_tells_windows_with_errors() {
    let Some((lead, folder)) = record_100().zip(shared("data/reference/ecg_noise_stress_118"))
    else {
        return;
    };
    let beats = record_100_beats();
    let (loud, quiet) = (record_118(&folder, "118e00"), record_118(&folder, "118e12"));
    let electrodes: Vec<f32> = loud.iter().zip(&quiet).map(|(a, b)| a - b).collect();
    let electrodes: Vec<f32> = electrodes
        .iter()
        .rev()
        .chain(&electrodes)
        .copied()
        .collect();
    let mut random = emo_testing::noise(7);
    let white: Vec<f32> = electrodes.iter().map(|_| random()).collect();
    let (first, n) = (200_000, electrodes.len());
    let truth: Vec<f64> = beats
        .iter()
        .map(|beat| beat - first as f64)
        .filter(|beat| (0.0..n as f64).contains(beat))
        .collect();
    let lead = &lead[first..first + n];
    let rate = SampleRate::from_hz(360.0).expect("a valid rate");
    let detector = EcgDetector::new(&EcgConfig::new(rate)).expect("a valid configuration");
    // The qualities of windows whose beats are right, and of those with more than a tenth wrong.
    let (mut right, mut wrong) = (Vec::new(), Vec::new());
    for noise in [electrodes, white] {
        let scale = deviation(lead) / deviation(&noise);
        for level in [1.0, 2.0, 4.0, 8.0] {
            let noisy = lead
                .iter()
                .zip(&noise)
                .map(|(x, noise)| x + level * scale * noise);
            let noisy: Vec<f32> = noisy.collect();
            let detection = detector.detect(&noisy).expect("a valid signal");
            let windows = detection.window_qualities(&noisy).expect("the same signal");
            let starts = windows.iter().map(|window| window.start as f64);
            let ends = starts.clone().skip(1).chain([n as f64]);
            for ((window, start), end) in windows.iter().zip(starts).zip(ends) {
                let within = |beats: &[f64]| -> Vec<f64> {
                    let inside = beats.iter().filter(|beat| (start..end).contains(beat));
                    inside.copied().collect()
                };
                let (truth, found) = (within(&truth), within(detection.beats.positions()));
                let is_close = |found: &f64| truth.iter().any(|beat| (beat - found).abs() <= 27.0);
                let n_right = found.iter().filter(|found| is_close(found)).count();
                let f1 = 2.0 * n_right as f64 / (truth.len() + found.len()) as f64;
                if f1 == 1.0 {
                    right.push(window.combined);
                } else if f1 < 0.9 {
                    wrong.push(window.combined);
                }
            }
        }
    }
    let above = |a: &f64| right.iter().filter(|right| *right > a).count();
    let pairs = right.len() * wrong.len();
    let share = wrong.iter().map(above).sum::<usize>() as f64 / pairs as f64;
    eprintln!(
        "{} right, {} wrong, {share:.3} in order",
        right.len(),
        wrong.len()
    );
    assert!(
        right.len() > 50 && wrong.len() > 50,
        "{} {}",
        right.len(),
        wrong.len()
    );
    assert!(share > 0.95, "{share}");
}

fn record_100_beats() -> Vec<f64> {
    let file = shared("data/reference/ecg_mitdb100/beats.csv").expect("beside the samples");
    let text = fs::read_to_string(file).expect("beats");
    let beats = text.lines().skip(1).filter_map(|line| line.split_once(','));
    beats
        .filter(|(_, symbol)| symbol.trim() != "+")
        .filter_map(|(sample, _)| sample.parse().ok())
        .collect()
}

fn deviation(signal: &[f32]) -> f32 {
    let n = signal.len() as f32;
    let mean = signal.iter().sum::<f32>() / n;
    (signal.iter().map(|x| (x - mean).powi(2)).sum::<f32>() / n).sqrt()
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

/// The intervals of record 100 swing at 0.167 Hz throughout, as steadily as a motor; the heights of its R peaks move with
/// the breath, and both leads say so.
#[test]
fn breaths_of_record_100_are_in_the_heights_of_both_leads() {
    let Some(file) = shared("data/reference/ecg_mitdb100/mitdb100.npz") else {
        return;
    };
    let file = fs::File::open(file).expect("a readable file");
    let mut arrays = NpzReader::new(file).expect("an archive");
    let adc: ndarray::Array2<i16> = arrays.by_name("adc").expect("the samples");
    let rate = SampleRate::from_hz(360.0).expect("a valid rate");
    let detector = EcgDetector::new(&EcgConfig::new(rate)).expect("a valid configuration");
    let rates = [0, 1].map(|lead| {
        let lead: Vec<f32> = adc.column(lead).iter().map(|&x| f32::from(x)).collect();
        let detection = detector.detect(&lead).expect("a valid signal");
        let seconds = detection.beats.positions().iter().map(|p| p / 360.0);
        let beats: Vec<(f64, f64)> = seconds
            .zip(detection.heights(&lead).expect("the same signal"))
            .collect();
        let windows = (0..30).map(|k| {
            let span = f64::from(k) * 60.0..f64::from(k + 1) * 60.0;
            let inside = beats.iter().filter(|(time, _)| span.contains(time));
            let (times, heights): (Vec<f64>, Vec<f64>) = inside.copied().unzip();
            emo_hr::respiration_rate_from_heights(&times, &heights).expect("enough beats")
        });
        windows.collect::<Vec<_>>()
    });
    eprintln!("{rates:.1?}");
    let both: Vec<(f64, f64)> = rates[0]
        .iter()
        .zip(&rates[1])
        .filter_map(|(a, b)| a.zip(*b))
        .collect();
    assert!(both.len() >= 20, "{rates:.1?}");
    for (a, b) in &both {
        assert!(
            (a - b).abs() <= 2.0 && (15.0..24.0).contains(a),
            "{rates:.1?}"
        );
    }
}
