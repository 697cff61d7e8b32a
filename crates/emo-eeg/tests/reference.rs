//! Real EEG of which something is known.

use std::fs::read_to_string;

use emo_dsp::{Welch, WelchConfig};
use emo_eeg::SampleRate;
use emo_testing::{assert_close, shared};

/// Share of 8 to 12.5 Hz in the power of 1 to 40 Hz, by spectra of two seconds.
fn alpha_share(name: &str) -> Option<f64> {
    let path = shared(format!("data/reference/biosppy/{name}.txt"))?;
    let text = read_to_string(path).expect("a readable file");
    let samples: Vec<f64> = text
        .lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| line.trim().parse().expect("a number"))
        .collect();
    let rate = SampleRate::from_hz(125.0).expect("a valid rate");
    let welch = Welch::new(&WelchConfig::new(rate, 250)).expect("valid settings");
    let density = welch.compute(&samples).expect("minutes");
    let power = |low: f64, high: f64| -> f64 {
        let bins = density.iter().enumerate();
        bins.filter(|(bin, _)| (low..=high).contains(&(*bin as f64 * welch.bin_hz())))
            .map(|(_, power)| power)
            .sum()
    };
    Some(power(8.0, 12.5) / power(1.0, 40.0))
}

#[test]
fn the_alpha_rhythm_doubles_when_the_eyes_close() {
    if let (Some(open), Some(closed)) = (alpha_share("eeg_eo"), alpha_share("eeg_ec")) {
        eprintln!("open {open:.4}, closed {closed:.4}");
        assert_close([open, closed], [0.05, 0.10], 0.0, 0.01);
    }
}
