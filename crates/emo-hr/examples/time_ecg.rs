//! CPU time from an electrocardiogram to beats and to variability, for `peers/time_neurokit.py`.
//!
//! ```text
//! cargo run --release -p emo-hr --example time_ecg -- ECG.npy RATE
//! ```
//! Prints a line for each task: method, task and microseconds, with tabs between. The array is of `f32`.

#![allow(clippy::print_stdout, reason = "a program prints its results")]

use std::error::Error;
use std::fs;
use std::hint::black_box;
use std::time::Instant;

use emo_hr::{
    ArtifactConfig, ArtifactCorrector, EcgConfig, EcgDetector, EcgMethod, HrError, Hrv, HrvConfig,
    Polarity, Refinement, RrSeries, SampleRate,
};
use ndarray::Array1;

/// Seconds for which a task is repeated.
const BUDGET: f64 = 0.3;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [path, rate] = arguments.as_slice() else {
        return Err("an array and its sample rate are needed".into());
    };
    let ecg: Array1<f32> = ndarray_npy::read_npy(path)?;
    let ecg = ecg.to_vec();
    let rate = SampleRate::from_hz(rate.parse()?)?;
    let corrector = ArtifactCorrector::new(&ArtifactConfig::default())?;
    let hrv = Hrv::new(&HrvConfig::neurokit())?;
    for (name, method) in [
        ("neurokit", EcgMethod::NeuroKit),
        ("pantompkins1985", EcgMethod::PanTompkins1985),
        ("hamilton2002", EcgMethod::Hamilton2002),
        ("elgendi2010", EcgMethod::Elgendi2010),
        ("emrich2023", EcgMethod::VisibilityGraph),
        ("rhythm", EcgMethod::Rhythm),
    ] {
        let mut config = EcgConfig::new(rate);
        config.method = method;
        let detector = EcgDetector::new(&config)?;
        config.polarity = Polarity::Upright;
        config.refinement = Refinement::AsMarked;
        let as_peer = EcgDetector::new(&config)?;
        print_time(name, "clean", || as_peer.clean(&ecg))?;
        print_time(name, "beats as the peer marks them", || as_peer.beats(&ecg))?;
        print_time(name, "beats", || detector.beats(&ecg))?;
        print_time(name, "beats and quality", || detector.detect(&ecg))?;
        print_time(name, "beats to variability", || {
            let beats = detector.beats(&ecg)?;
            let corrected = corrector.correct(&beats)?.beats;
            Ok(hrv.compute(&RrSeries::from_beats(&corrected)?))
        })?;
    }
    Ok(())
}

fn print_time<T>(
    method: &str,
    name: &str,
    task: impl Fn() -> Result<T, HrError>,
) -> Result<(), Box<dyn Error>> {
    black_box(task()?);
    let (start, before) = (Instant::now(), cpu_seconds());
    let mut n = 0.0;
    while start.elapsed().as_secs_f64() < BUDGET {
        black_box(task()?);
        n += 1.0;
    }
    let spent = match (before, cpu_seconds()) {
        (Some(before), Some(after)) => after - before,
        _ => start.elapsed().as_secs_f64(),
    };
    println!("{method}\t{name}\t{:.1}", spent / n * 1e6);
    Ok(())
}

/// What this thread has used so far, where Linux tells.
fn cpu_seconds() -> Option<f64> {
    let text = fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    let nanoseconds: f64 = text.split_whitespace().next()?.parse().ok()?;
    Some(nanoseconds * 1e-9)
}
