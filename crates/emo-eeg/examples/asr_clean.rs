//! Cleans a recording by artefact subspace reconstruction.
//!
//! `cargo run --release -p emo-eeg --example asr_clean -- IN.npy OUT.npy RATE [CUTOFF [REPEAT [MIXING.npy THRESHOLD.npy]]] [--median N]`
//!
//! IN holds `[channels, samples]` in µV as `f32`. The recording is its own calibration, unless there are
//! matrices of another one. With --median, thresholds are medians over as many fits, or with 0 those of the best one. With REPEAT, all of it is done as often, to be timed from outside.

use std::error::Error;

use emo_eeg::ndarray::Array2;
use emo_eeg::{Asr, AsrConfig, AsrFit, CleanWindows, SampleRate};
use ndarray_npy::{read_npy, write_npy};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments: Vec<String> = std::env::args().skip(1).collect();
    let at = arguments.iter().position(|argument| argument == "--median");
    let median: Vec<String> = at.map_or_else(Vec::new, |at| arguments.drain(at..).collect());
    let [input, output, rate, rest @ ..] = arguments.as_slice() else {
        return Err(
            "usage: asr_clean IN.npy OUT.npy RATE [CUTOFF [REPEAT [MIXING THRESHOLD]]]".into(),
        );
    };
    let recording: Array2<f32> = read_npy(input)?;
    let mut config = AsrConfig::new(SampleRate::from_hz(rate.parse()?)?);
    match median.get(1).map(|text| text.parse()).transpose()? {
        Some(0) => config.fit = AsrFit::Best,
        Some(n_best) => config.fit = AsrFit::Median { n_best },
        None => {}
    }
    if let Some(cutoff) = rest.first() {
        config.cutoff = cutoff.parse()?;
    }
    let repeat: usize = rest.get(1).map_or(Ok(1), |text| text.parse())?;
    let mut cleaned = recording.clone();
    for _ in 0..repeat {
        let asr = match rest.get(2..) {
            Some([mixing, threshold]) => {
                Asr::from_matrices(&config, read_npy(mixing)?, read_npy(threshold)?)?
            }
            _ => Asr::calibrate(&config, &recording)?,
        };
        cleaned = asr.clean(&recording)?;
    }
    write_npy(output, &cleaned)?;
    let share = CleanWindows::find(&config, &recording)?.share();
    eprintln!("calibrated on {:.0} % of the recording", 100.0 * share);
    Ok(())
}
