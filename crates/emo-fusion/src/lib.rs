//! Emotion recognition on a device: heart rate, EEG, speech and face in, one trustworthy score per emotion out
