//! Descriptors of the extended Geneva minimalistic acoustic parameter set.

mod auditory;
mod formants;
mod harmonics;
mod octave;
mod pitch;
pub(crate) mod roots;
mod shape;
mod spectrum;
mod viterbi;
