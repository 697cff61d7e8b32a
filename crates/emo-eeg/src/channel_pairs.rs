use ndarray::{Array2, ArrayRef2};

use crate::{EegError, pick_channels, standard_channel_name};

/// Denominators nearer to 0 than this make a ratio meaningless.
const SMALLEST_DENOMINATOR: f32 = 1e-6;

/// Which region behind mirrors a region in front.
const MIRRORED: [(&str, &str); 5] = [
    ("Fp", "O"),
    ("AF", "PO"),
    ("F", "P"),
    ("FC", "CP"),
    ("FT", "TP"),
];

/// Pairs of channels whose features are compared: left and right, front and back, or any.
///
/// ```
/// use emo_eeg::ChannelPairs;
/// use emo_eeg::ndarray::arr2;
///
/// let pairs = ChannelPairs::left_right(&["Fp1", "Fz", "Fp2"]);
/// assert_eq!(pairs.indices(), [(0, 2)]);
/// // Differential entropies [channels, bands]; the difference is DASM.
/// let entropies = arr2(&[[2.0, 1.0], [0.0, 0.0], [1.5, 1.25]]);
/// assert_eq!(pairs.differences(&entropies)?, arr2(&[[0.5, -0.25]]));
/// # Ok::<(), emo_eeg::EegError>(())
/// ```
///
/// # References
/// - R.-N. Duan, J.-Y. Zhu, B.-L. Lu (2013). Differential entropy feature for EEG-based emotion classification. NER.
///   doi:10.1109/NER.2013.6695876.
/// - W.-L. Zheng, B.-L. Lu (2015). Investigating critical frequency bands and channels for EEG-based emotion
///   recognition with deep neural networks. IEEE Transactions on Autonomous Mental Development 7(3).
///   doi:10.1109/TAMD.2015.2431497.
#[derive(Debug, Clone, PartialEq, Eq)]
#[doc(alias = "DASM")]
#[doc(alias = "RASM")]
#[doc(alias = "DCAU")]
pub struct ChannelPairs {
    n_channels: usize,
    indices: Vec<(usize, usize)>,
    names: Vec<String>,
}

impl ChannelPairs {
    /// Each channel on the left, which the 10-10 system numbers odd, with its even counterpart on the right, in the
    /// order of the left ones; channels without a counterpart are in no pair.
    pub fn left_right<N: AsRef<str>>(channels: &[N]) -> Self {
        Self::matching(channels, |region, place| {
            let number: u32 = place.parse().ok()?;
            (number % 2 == 1).then(|| format!("{region}{}", number + 1))
        })
    }

    /// Each channel in front with its counterpart behind (Fp and O, AF and PO, F and P, FC and CP, FT and TP, at the
    /// same number or on the midline), in the order of the front ones.
    pub fn front_back<N: AsRef<str>>(channels: &[N]) -> Self {
        Self::matching(channels, |region, place| {
            let (_, behind) = MIRRORED.iter().find(|(front, _)| *front == region)?;
            Some(format!("{behind}{place}"))
        })
    }

    /// These pairs, by name.
    ///
    /// # Errors
    /// [`EegError::MissingChannel`], [`EegError::AmbiguousChannel`] or [`EegError::RepeatedChannel`] as
    /// [`pick_channels`].
    pub fn named<N: AsRef<str>, P: AsRef<str>>(
        channels: &[N],
        pairs: &[(P, P)],
    ) -> Result<Self, EegError> {
        let indices = pairs
            .iter()
            .map(|(first, second)| {
                let picked = pick_channels(channels, &[first, second])?;
                Ok((picked[0], picked[1]))
            })
            .collect::<Result<_, EegError>>()?;
        Ok(Self::of(channels, indices))
    }

    /// The indices of the channels of each pair.
    pub fn indices(&self) -> &[(usize, usize)] {
        &self.indices
    }

    /// The names of the pairs: `"Fp1-Fp2"`.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// First less second of features `[channels, features]`, as `[pairs, features]`. Of differential entropies: DASM
    /// for left and right, DCAU for front and back.
    ///
    /// # Errors
    /// [`EegError::ChannelCount`] for another number of channels than names were given.
    pub fn differences(&self, features: &ArrayRef2<f32>) -> Result<Array2<f32>, EegError> {
        self.combined(features, |a, b| Ok(a - b))
    }

    /// First over second of features `[channels, features]`, as `[pairs, features]`. Of differential entropies: RASM.
    ///
    /// # Errors
    /// - [`EegError::ChannelCount`] for another number of channels than names were given.
    /// - [`EegError::Undefined`] if a second one is within 1e-6 of 0.
    pub fn ratios(&self, features: &ArrayRef2<f32>) -> Result<Array2<f32>, EegError> {
        self.combined(features, |a, b| {
            ratio(f64::from(a), f64::from(b))
                .map(|ratio| ratio as f32)
                .ok_or(EegError::Undefined {
                    measure: "ratio of a pair of channels",
                    reason: "the second feature is within 1e-6 of 0",
                })
        })
    }

    fn combined(
        &self,
        features: &ArrayRef2<f32>,
        combine: impl Fn(f32, f32) -> Result<f32, EegError>,
    ) -> Result<Array2<f32>, EegError> {
        let (actual, n_features) = features.dim();
        if actual != self.n_channels {
            return Err(EegError::ChannelCount {
                actual,
                expected: self.n_channels,
            });
        }
        let mut combined = Array2::zeros((self.indices.len(), n_features));
        for (mut row, &(first, second)) in combined.rows_mut().into_iter().zip(&self.indices) {
            let pairs = features.row(first).into_iter().zip(features.row(second));
            for (value, (&a, &b)) in row.iter_mut().zip(pairs) {
                *value = combine(a, b)?;
            }
        }
        Ok(combined)
    }

    /// Every channel that has a partner, by the region and the place of its name.
    fn matching<N: AsRef<str>>(
        channels: &[N],
        partner: impl Fn(&str, &str) -> Option<String>,
    ) -> Self {
        let standard: Vec<Option<&str>> = channels
            .iter()
            .map(|name| standard_channel_name(name.as_ref()))
            .collect();
        let pair = |(first, name): (usize, &Option<&str>)| {
            let name = (*name)?;
            let split = name.find(|c: char| c.is_ascii_digit() || c == 'z')?;
            let (region, place) = name.split_at(split);
            let partner = partner(region, place)?;
            let second = standard
                .iter()
                .position(|name| *name == Some(partner.as_str()))?;
            Some((first, second))
        };
        let indices = standard.iter().enumerate().filter_map(pair).collect();
        Self::of(channels, indices)
    }

    fn of<N: AsRef<str>>(channels: &[N], indices: Vec<(usize, usize)>) -> Self {
        let name = |i: usize| {
            let name = channels[i].as_ref();
            standard_channel_name(name).unwrap_or(name)
        };
        Self {
            n_channels: channels.len(),
            names: indices
                .iter()
                .map(|&(first, second)| format!("{}-{}", name(first), name(second)))
                .collect(),
            indices,
        }
    }
}

/// A ratio, where the denominator is far enough from 0.
pub(crate) fn ratio(a: f64, b: f64) -> Option<f64> {
    let ratio = a / b;
    (b.abs() >= f64::from(SMALLEST_DENOMINATOR) && ratio.is_finite()).then_some(ratio)
}
