//! Speech features for emotion recognition: decoding, resampling, MFCC, zero-crossing rate and RMS as librosa computes them
