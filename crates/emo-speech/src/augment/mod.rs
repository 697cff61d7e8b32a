mod augmenter;
mod noise;
mod random;
mod shift;
mod vocoder;

pub use augmenter::{Augmentation, Augmenter, AugmenterConfig};
pub use noise::add_noise;
pub use shift::shift;
pub use vocoder::{pitch_shift, time_stretch};
