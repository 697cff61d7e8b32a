use super::output::Output;
use super::spectrum::channel_bands;
use crate::channel_pairs::ratio;
use crate::{
    ChannelPairs, EegError, arousal_index, frontal_alpha_asymmetry, gaussian_entropy, valence_index,
};

/// The pairs of frontal alpha asymmetry.
const FRONTAL: [(&str, &str); 3] = [("F3", "F4"), ("F7", "F8"), ("AF3", "AF4")];

/// What is computed of pairs of channels, from the powers of their bands.
#[derive(Debug, Clone)]
pub(super) struct AsymmetryFeatures {
    left_right: ChannelPairs,
    front_back: ChannelPairs,
    frontal: Vec<ChannelPairs>,
    /// F3 and F4, where they are among the channels.
    f3_f4: Option<(usize, usize)>,
    rhythms: Option<[usize; 3]>,
    n_bands: usize,
}

impl AsymmetryFeatures {
    pub(super) fn new(channels: &[String], n_bands: usize, rhythms: Option<[usize; 3]>) -> Self {
        // A pair of which a channel is absent is no error here.
        let frontal: Vec<ChannelPairs> = FRONTAL
            .iter()
            .filter_map(|pair| ChannelPairs::named(channels, std::slice::from_ref(pair)).ok())
            .collect();
        let f3_f4 = ChannelPairs::named(channels, &FRONTAL[..1]).ok();
        Self {
            left_right: ChannelPairs::left_right(channels),
            front_back: ChannelPairs::front_back(channels),
            frontal: if rhythms.is_some() {
                frontal
            } else {
                Vec::new()
            },
            f3_f4: f3_f4
                .map(|pair| pair.indices()[0])
                .filter(|_| rhythms.is_some()),
            rhythms,
            n_bands,
        }
    }

    pub(super) fn names(&self, bands: &[&str]) -> Vec<String> {
        let mut names = Vec::new();
        for (pairs, kind) in [
            (&self.left_right, "dasm"),
            (&self.left_right, "rasm"),
            (&self.front_back, "dcau"),
        ] {
            for pair in pairs.names() {
                names.extend(bands.iter().map(|band| format!("{pair}_{band}_{kind}")));
            }
        }
        let frontal = self.frontal.iter().flat_map(ChannelPairs::names);
        names.extend(frontal.map(|pair| format!("{pair}_faa")));
        if self.f3_f4.is_some() {
            names.extend(["arousal", "valence"].map(str::to_owned));
        }
        names
    }

    /// Of `powers`, `[channels, width]`, whose first columns are the bands'.
    pub(super) fn compute(
        &self,
        powers: &[f64],
        width: usize,
        out: &mut Output<'_>,
    ) -> Result<(), EegError> {
        let entropy =
            |channel: usize, band: usize| gaussian_entropy(powers[channel * width + band]);
        let undefined = |measure, reason| EegError::Undefined { measure, reason };
        for (pairs, is_ratio) in [
            (&self.left_right, false),
            (&self.left_right, true),
            (&self.front_back, false),
        ] {
            for &(first, second) in pairs.indices() {
                for band in 0..self.n_bands {
                    let entropies = entropy(first, band).zip(entropy(second, band));
                    let value = match entropies {
                        None => Err(undefined("asymmetry", "a band has no power")),
                        Some((a, b)) if is_ratio => ratio(a, b).ok_or(undefined(
                            "asymmetry",
                            "the second entropy is within 1e-6 of 0",
                        )),
                        Some((a, b)) => Ok(a - b),
                    };
                    out.put_result(value)?;
                }
            }
        }
        let Some(rhythms) = self.rhythms else {
            return Ok(());
        };
        let bands = |channel: usize| channel_bands(&powers[channel * width..], rhythms);
        for &(left, right) in self.frontal.iter().flat_map(ChannelPairs::indices) {
            out.put_result(frontal_alpha_asymmetry(
                bands(left).alpha,
                bands(right).alpha,
            ))?;
        }
        if let Some((f3, f4)) = self.f3_f4 {
            out.put_result(arousal_index(&bands(f3), &bands(f4)))?;
            out.put_result(valence_index(&bands(f3), &bands(f4)))?;
        }
        Ok(())
    }
}
