//! Decisions of `GmmVad` on recordings, for `peers/compare_vad.py`: `voice_activity FILE…` prints a line for each file, with a
//! group of digits, 0 or 1 for every frame, for each mode and frame length.
#![expect(clippy::print_stdout, reason = "a program prints")]

use std::error::Error;
use std::time::Duration;

use emo_speech::{GmmVad, GmmVadConfig, VadMode, decode_file};

const MODES: [VadMode; 4] = [
    VadMode::Quality,
    VadMode::LowBitrate,
    VadMode::Aggressive,
    VadMode::VeryAggressive,
];

fn main() -> Result<(), Box<dyn Error>> {
    for path in std::env::args().skip(1) {
        let audio = decode_file(&path)?;
        let samples = audio.to_mono();
        let mut groups = Vec::new();
        for mode in MODES {
            for millis in [10, 20, 30] {
                let mut config = GmmVadConfig::new(audio.sample_rate());
                config.mode = mode;
                config.frame = Duration::from_millis(millis);
                let decisions = GmmVad::new(config)?.detect(&samples)?;
                groups.push(
                    decisions
                        .iter()
                        .map(|&d| if d { '1' } else { '0' })
                        .collect(),
                );
            }
        }
        let line: Vec<String> = groups;
        println!("{}", line.join(" "));
    }
    Ok(())
}
