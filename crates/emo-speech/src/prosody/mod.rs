//! How somebody speaks: fundamental frequency, voice quality, formants, loudness and pace.

mod band_limit;
mod burg;
mod centred_frames;
mod correlation;
mod difference;
mod first_maximum;
mod formants;
mod frame_times;
mod harmonicity;
mod intensity;
mod lanes;
mod nuclei;
mod perturbation;
mod pitch_path;
mod pitch_states;
mod pitch_track;
mod pitch_tracker;
mod pulses;
mod pyin;
mod round_trip;
mod sinc;
mod summary;
mod yin;

pub use burg::linear_prediction;
pub use formants::{Formant, FormantTrack, FormantTracker, FormantTrackerConfig};
pub use frame_times::FrameTimes;
pub use harmonicity::{Harmonicity, HarmonicityConfig, HarmonicityTrack};
pub use intensity::{Intensity, IntensityConfig, IntensityTrack};
pub use nuclei::syllable_nuclei;
pub use perturbation::{Jitter, PeriodLimits, Shimmer, jitter, shimmer};
pub use pitch_track::{PitchFrame, PitchTrack};
pub use pitch_tracker::{PitchMethod, PitchTracker, PitchTrackerConfig};
pub use pulses::glottal_pulses;
pub use pyin::{Pyin, PyinConfig, PyinFrame, PyinStream};
pub use summary::{PROSODY_NAMES, Prosody};
pub use yin::{Yin, YinConfig, YinFrame};
