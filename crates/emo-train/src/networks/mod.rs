mod eeg;
mod face;
mod heart_rate;
mod speech;

use crate::TrainError;

pub use eeg::{EegMlp, EegMlpConfig};
pub use face::{FaceCnn, FaceCnnConfig};
pub use heart_rate::{HeartRateCnn, HeartRateCnnConfig};
pub use speech::{SpeechCnn, SpeechCnnConfig};

fn check_count(setting: &'static str, count: usize) -> Result<(), TrainError> {
    if count == 0 {
        return Err(TrainError::Setting {
            setting,
            value: 0.0,
            expected: "at least 1",
        });
    }
    Ok(())
}

fn check_dropout(dropout: f64) -> Result<(), TrainError> {
    if !(0.0..1.0).contains(&dropout) {
        return Err(TrainError::Setting {
            setting: "dropout",
            value: dropout,
            expected: "in [0, 1)",
        });
    }
    Ok(())
}
