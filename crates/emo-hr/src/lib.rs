//! Heart rate from ECG, PPG or heart-rate series: beats, rate, quality and windows for models
