use crate::EegError;
use crate::statistics::check_channel;

/// The low-pass filter of Daubechies' wavelet with four vanishing moments, db4: the shortest with eight taps whose
/// squares at even shifts add up to one. I. Daubechies (1988), doi:10.1002/cpa.3160410705, table 1; signs and order as
/// PyWavelets has them for taking apart.
const DB4: [f64; 8] = [
    -0.010_597_401_785_069_032,
    0.032_883_011_666_885_2,
    0.030_841_381_835_560_764,
    -0.187_034_811_719_093_09,
    -0.027_983_769_416_859_854,
    0.630_880_767_929_858_9,
    0.714_846_570_552_915_7,
    0.230_377_813_308_896_5,
];

/// The longest channel that is taken apart, in samples.
const MAX_LEN: usize = 1 << 24;

/// The most levels into which a channel is taken apart.
const MAX_LEVELS: usize = 6;

/// A channel taken apart by the wavelet db4 into halves of its spectrum, and these into halves, up to six times.
///
/// As PyWavelets' `wavedec(x, "db4", level=min(dwt_max_level(n, 8), 6))` with its symmetric edges, which is what
/// mne-features takes energies of. At 128 Hz, the details of levels 1 to 6 are about 32–64, 16–32, 8–16, 4–8, 2–4 and
/// 1–2 Hz, and the approximation is what is below.
///
/// # References
/// - I. Daubechies (1988). Orthonormal bases of compactly supported wavelets. Communications on Pure and Applied
///   Mathematics 41(7). doi:10.1002/cpa.3160410705.
/// - J. F. Kaiser (1990). On a simple algorithm to calculate the 'energy' of a signal. ICASSP.
///   doi:10.1109/ICASSP.1990.115702.
#[derive(Debug, Clone)]
pub struct WaveletDecomposition {
    len: usize,
    /// Details of level 1, 2, … and the approximation of the last level.
    parts: Vec<Vec<f64>>,
    approximation: Vec<f64>,
}

impl WaveletDecomposition {
    /// Takes memory for channels of `len` samples.
    ///
    /// # Errors
    /// - [`EegError::SignalTooShort`] below 28 samples, which are not enough for two levels.
    /// - [`EegError::InvalidSetting`] above 2²⁴ samples.
    pub fn new(len: usize) -> Result<Self, EegError> {
        let required = 4 * (DB4.len() - 1);
        if len < required {
            return Err(EegError::SignalTooShort {
                actual: len,
                required,
            });
        }
        if len > MAX_LEN {
            return Err(EegError::InvalidSetting {
                name: "len",
                value: len as f64,
                expected: "28 to 2^24 samples",
            });
        }
        let n_levels = (len / (DB4.len() - 1)).ilog2() as usize;
        let mut parts = Vec::new();
        let mut rest = len;
        for _ in 0..n_levels.min(MAX_LEVELS) {
            rest = (rest + DB4.len() - 1) / 2;
            parts.push(vec![0.0; rest]);
        }
        parts.push(vec![0.0; rest]);
        Ok(Self {
            len,
            parts,
            approximation: vec![0.0; len],
        })
    }

    /// How often the spectrum is halved, 2 to 6.
    pub fn n_levels(&self) -> usize {
        self.parts.len() - 1
    }

    /// Takes a channel apart.
    ///
    /// # Errors
    /// - [`EegError::SignalTooShort`] unless `samples` has the length of [`new`](Self::new).
    /// - [`EegError::NonFinite`] for a NaN or infinite sample.
    pub fn compute(&mut self, samples: &[f64]) -> Result<(), EegError> {
        check_channel(samples, self.len)?;
        if samples.len() != self.len {
            return Err(EegError::SignalTooShort {
                actual: self.len,
                required: samples.len(),
            });
        }
        self.approximation.clear();
        self.approximation.extend_from_slice(samples);
        let n_levels = self.n_levels();
        for level in 0..n_levels {
            // The next approximation is built in the place of the last part, which the last level leaves it in.
            let (details, rest) = self.parts.split_at_mut(n_levels);
            let details = &mut details[level];
            let next = &mut rest[0];
            next.resize(details.len(), 0.0);
            halve(&self.approximation, next, details);
            self.approximation.clone_from(next);
        }
        Ok(())
    }

    /// The details of `level`, from 1 for the upper half of the spectrum; of the channel computed last.
    ///
    /// # Panics
    /// For a level of 0 or above [`n_levels`](Self::n_levels).
    pub fn details(&self, level: usize) -> &[f64] {
        assert!(
            (1..=self.n_levels()).contains(&level),
            "there is no level {level}"
        );
        &self.parts[level - 1]
    }

    /// What is left below the last level's details.
    pub fn approximation(&self) -> &[f64] {
        &self.parts[self.n_levels()]
    }

    /// The sum of squares of each level's details, from level 1: mne-features' `wavelet_coef_energy`.
    pub fn energies(&self) -> impl Iterator<Item = f64> + '_ {
        let details = &self.parts[..self.n_levels()];
        details.iter().map(|part| part.iter().map(|x| x * x).sum())
    }

    /// [`teager_kaiser`] of the approximation, then of the details from the last level to the first: mne-features'
    /// `teager_kaiser_energy`.
    pub fn teager_kaiser(&self) -> impl Iterator<Item = [f64; 2]> + '_ {
        self.parts.iter().rev().map(|part| teager_kaiser(part))
    }
}

/// Mean and standard deviation (`ddof` 1) of the Teager–Kaiser energy `x[n]² − x[n − 1]·x[n + 1]`; 0 and 0 below 4
/// samples.
pub fn teager_kaiser(samples: &[f64]) -> [f64; 2] {
    if samples.len() < 4 {
        return [0.0; 2];
    }
    let energies = || samples.windows(3).map(|x| x[1] * x[1] - x[0] * x[2]);
    let n = (samples.len() - 2) as f64;
    let mean = energies().sum::<f64>() / n;
    let squares: f64 = energies().map(|energy| (energy - mean).powi(2)).sum();
    [mean, (squares / (n - 1.0)).sqrt()]
}

/// Every second sample of the two convolutions, with the signal mirrored at its ends.
fn halve(signal: &[f64], low: &mut [f64], high: &mut [f64]) {
    let n = signal.len() as isize;
    let mirrored = |i: isize| {
        // Mirrors as often as a short signal needs it.
        let i = i.rem_euclid(2 * n);
        signal[if i < n { i } else { 2 * n - 1 - i } as usize]
    };
    for (k, (low, high)) in low.iter_mut().zip(high).enumerate() {
        let end = 2 * k + 1;
        let inside = (end + 1)
            .checked_sub(DB4.len())
            .and_then(|start| signal.get(start..=end));
        let samples: [f64; DB4.len()] = match inside.and_then(|x| x.try_into().ok()) {
            Some(samples) => samples,
            None => std::array::from_fn(|j| mirrored((end + 1 + j) as isize - DB4.len() as isize)),
        };
        let (mut l, mut h) = (0.0, 0.0);
        for (j, (tap, x)) in DB4.iter().zip(samples.iter().rev()).enumerate() {
            l += tap * x;
            // The high-pass filter is the low-pass filter backwards with every second sign turned.
            let mirror = DB4[DB4.len() - 1 - j];
            h += if j % 2 == 0 { -mirror } else { mirror } * x;
        }
        (*low, *high) = (l, h);
    }
}
