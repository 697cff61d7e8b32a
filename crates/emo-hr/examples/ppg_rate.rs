//! Our heart rate from the PPG of a wrist device against the device's own: median absolute error per subject.
//!
//! ```text
//! cargo run --release -p emo-hr --example ppg_rate -- [folder of Stress-Predict]
//! ```

#![allow(clippy::print_stdout, reason = "a program prints its results")]

use std::collections::BTreeMap;
use std::error::Error;
use std::fs;
use std::path::Path;

use emo_hr::{Interpolation, PpgConfig, PpgDetector, PpgMethod, SampleRate};
use ndarray_npy::NpzReader;

/// The device averages over about ten seconds.
const AVERAGE_SECONDS: usize = 10;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args()
        .nth(1)
        .unwrap_or_else(|| "../shared/data/hr/stress_predict_e4".to_owned());
    let device = device_rates(&fs::read_to_string(Path::new(&folder).join("hr_1hz.csv"))?)?;
    let mut signals = NpzReader::new(fs::File::open(Path::new(&folder).join("bvp_int16.npz"))?)?;
    let methods = [
        ("rhythm", PpgMethod::Rhythm),
        ("Elgendi 2013", PpgMethod::Elgendi2013),
        ("MSPTDfast", PpgMethod::MsptdFast),
    ];
    println!("median absolute error in bpm");
    print!("{:8}", "subject");
    for (name, _) in methods {
        print!("{name:>14}");
    }
    println!();
    let mut all: [Vec<f32>; 3] = Default::default();
    for (subject, rates) in &device {
        let ppg: ndarray::Array1<i16> = signals.by_name(subject)?;
        let ppg: Vec<f32> = ppg.iter().map(|&value| f32::from(value) / 10.0).collect();
        print!("{subject:8}");
        for (errors, (_, method)) in all.iter_mut().zip(methods) {
            let mut config = PpgConfig::new(SampleRate::from_hz(64.0)?);
            config.method = method;
            let detection = PpgDetector::new(&config)?.detect(&ppg)?;
            let ours = detection.beats.heart_rate_1hz(Interpolation::Linear)?;
            let mut here: Vec<f32> = rates
                .iter()
                .filter_map(|&(second, bpm)| {
                    let from = (second + 1).saturating_sub(AVERAGE_SECONDS);
                    let window = ours.get(from..=second)?;
                    let mean = window.iter().sum::<f32>() / window.len() as f32;
                    Some((mean - bpm).abs())
                })
                .collect();
            print!("{:14.2}", median(&mut here));
            errors.append(&mut here);
        }
        println!();
    }
    print!("{:8}", "all");
    for errors in &mut all {
        print!("{:14.2}", median(errors));
    }
    println!();
    Ok(())
}

fn median(values: &mut [f32]) -> f32 {
    values.sort_unstable_by(f32::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f32::NAN)
}

/// Seconds and the rates at them, by subject.
type Rates = BTreeMap<String, Vec<(usize, f32)>>;

fn device_rates(csv: &str) -> Result<Rates, Box<dyn Error>> {
    let mut rates = Rates::new();
    for line in csv.lines().skip(1) {
        let mut fields = line.split(',');
        let mut next = || fields.next().ok_or("a line has three fields");
        let (subject, second, bpm) = (next()?, next()?, next()?);
        let second: f64 = second.parse()?;
        rates
            .entry(subject.to_owned())
            .or_default()
            .push((second as usize, bpm.parse()?));
    }
    Ok(rates)
}
