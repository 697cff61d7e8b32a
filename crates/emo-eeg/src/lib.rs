//! EEG recordings, channel selection by name, and differential-entropy features
