//! Spatial filters that set channels against others: references, bipolar channels and Laplacians by neighbours.

use ndarray::Array2;

use crate::{EegError, SpatialFilter, channel_positions, pick_channels};

impl SpatialFilter {
    /// All channels against the average of those that are not in `bad`.
    ///
    /// The bad channels are referenced too; only the average does without them.
    ///
    /// # Errors
    /// Those of [`pick_channels`] for a name in `bad`; [`EegError::NoChannels`] without channels;
    /// [`EegError::TooFewChannels`] if fewer than two are good.
    #[doc(alias = "CAR")]
    pub fn average_reference<A: AsRef<str>, B: AsRef<str>>(
        channels: &[A],
        bad: &[B],
    ) -> Result<Self, EegError> {
        let bad = pick_channels(channels, bad)?;
        let good: Vec<usize> = (0..channels.len()).filter(|i| !bad.contains(i)).collect();
        if !channels.is_empty() && good.len() < 2 {
            return Err(EegError::TooFewChannels {
                what: "an average reference",
                actual: good.len(),
                required: 2,
            });
        }
        Self::against(channels, &good)
    }

    /// All channels against the average of `references`, which are channels themselves: linked ears (`["A1", "A2"]`),
    /// linked mastoids (`["M1", "M2"]`), or a single one.
    ///
    /// # Errors
    /// Those of [`pick_channels`] for a name in `references`; [`EegError::NoChannels`] without channels or references.
    pub fn linked_reference<A: AsRef<str>, R: AsRef<str>>(
        channels: &[A],
        references: &[R],
    ) -> Result<Self, EegError> {
        let references = pick_channels(channels, references)?;
        if references.is_empty() {
            return Err(EegError::NoChannels);
        }
        Self::against(channels, &references)
    }

    /// The difference of each pair of channels, the first minus the second, called `first-second`.
    ///
    /// # Errors
    /// Those of [`pick_channels`] for each pair; [`EegError::NoChannels`] without channels or pairs.
    pub fn bipolar<A: AsRef<str>, P: AsRef<str>>(
        channels: &[A],
        pairs: &[(P, P)],
    ) -> Result<Self, EegError> {
        let mut matrix = Array2::zeros((pairs.len(), channels.len()));
        let mut outputs = Vec::with_capacity(pairs.len());
        for (row, (first, second)) in pairs.iter().enumerate() {
            let picked = pick_channels(channels, &[first, second])?;
            matrix[[row, picked[0]]] = 1.0;
            matrix[[row, picked[1]]] = -1.0;
            outputs.push(format!("{}-{}", first.as_ref(), second.as_ref()));
        }
        Self::from_matrix(channels, &outputs, matrix)
    }

    /// The small Laplacian: each centre minus the mean of its neighbours.
    ///
    /// [`nearest_channels`] finds neighbours where no scheme names them.
    ///
    /// ```
    /// use emo_eeg::{SpatialFilter, nearest_channels};
    ///
    /// let device = ["C3", "Cz", "C4", "FC1", "FC2", "CP1", "CP2", "O1"];
    /// let neighbours = nearest_channels(&device, "Cz", 4)?;
    /// assert!(!neighbours.contains(&"C3") && !neighbours.contains(&"O1"));
    /// let cz = SpatialFilter::laplacian(&device, &[("Cz", &neighbours)])?;
    /// assert_eq!(cz.matrix().row(0).to_vec(), [0.0, 1.0, 0.0, -0.25, -0.25, -0.25, -0.25, 0.0]);
    /// # Ok::<(), emo_eeg::EegError>(())
    /// ```
    ///
    /// # Errors
    /// Those of [`pick_channels`] for each centre with its neighbours; [`EegError::NoChannels`] without channels or
    /// centres; [`EegError::TooFewChannels`] for a centre without neighbours.
    ///
    /// # References
    /// B. Hjorth (1975). An on-line transformation of EEG scalp potentials into orthogonal source derivations.
    /// Electroencephalography and Clinical Neurophysiology 39(5). doi:10.1016/0013-4694(75)90056-5.
    pub fn laplacian<A: AsRef<str>, N: AsRef<str>>(
        channels: &[A],
        centres: &[(&str, &[N])],
    ) -> Result<Self, EegError> {
        let mut matrix = Array2::zeros((centres.len(), channels.len()));
        let mut outputs = Vec::with_capacity(centres.len());
        for (row, (centre, neighbours)) in centres.iter().enumerate() {
            if neighbours.is_empty() {
                return Err(EegError::TooFewChannels {
                    what: "a Laplacian",
                    actual: 1,
                    required: 2,
                });
            }
            let mut names = vec![*centre];
            names.extend(neighbours.iter().map(AsRef::as_ref));
            let picked = pick_channels(channels, &names)?;
            matrix[[row, picked[0]]] = 1.0;
            for &column in &picked[1..] {
                matrix[[row, column]] = -1.0 / neighbours.len() as f64;
            }
            outputs.push(*centre);
        }
        Self::from_matrix(channels, &outputs, matrix)
    }

    /// All channels against the mean of those at `references`, which are indices of channels.
    fn against<A: AsRef<str>>(channels: &[A], references: &[usize]) -> Result<Self, EegError> {
        let mut matrix = Array2::eye(channels.len());
        for &column in references {
            matrix.column_mut(column).map_inplace(|weight| {
                *weight -= 1.0 / references.len() as f64;
            });
        }
        Self::from_matrix(channels, channels, matrix)
    }
}

/// The `n` channels nearest to `centre` on the sphere, the nearest first; equally near ones in the order of `channels`.
///
/// # Errors
/// - [`EegError::UnknownPosition`] for a channel without a place in the 10-10 system.
/// - Those of [`pick_channels`] for `centre`.
/// - [`EegError::TooFewChannels`] if there are fewer than `n` others.
pub fn nearest_channels<'a, A: AsRef<str>>(
    channels: &'a [A],
    centre: &str,
    n: usize,
) -> Result<Vec<&'a str>, EegError> {
    let positions = channel_positions(channels)?;
    let at = pick_channels(channels, &[centre])?[0];
    let mut others: Vec<(f64, usize)> = (0..channels.len())
        .filter(|&other| other != at)
        .map(|other| (positions.row(at).dot(&positions.row(other)), other))
        .collect();
    if others.len() < n {
        return Err(EegError::TooFewChannels {
            what: "a neighbourhood",
            actual: channels.len(),
            required: n.saturating_add(1),
        });
    }
    others.sort_by(|a, b| b.0.total_cmp(&a.0));
    Ok(others[..n]
        .iter()
        .map(|&(_, index)| channels[index].as_ref())
        .collect())
}
