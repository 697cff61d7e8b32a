/// The unit in which an entropy is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum EntropyUnit {
    /// Natural logarithm.
    Nats,
    /// Logarithm to base 2.
    Bits,
    /// The share of the largest value possible, 0 to 1: divided by the logarithm of the number of outcomes.
    Share,
}

impl EntropyUnit {
    /// An entropy of `nats` over `outcomes` in this unit; at most one outcome leaves nothing to be uncertain about.
    pub(crate) fn convert(self, nats: f64, outcomes: f64) -> f64 {
        // Rounding may leave −0.0 or a little less.
        let nats = nats.max(0.0);
        match self {
            Self::Nats => nats,
            Self::Bits => nats / std::f64::consts::LN_2,
            Self::Share if outcomes <= 1.0 => 0.0,
            Self::Share => (nats / outcomes.ln()).min(1.0),
        }
    }
}

/// `−Σ p·ln p` for the counts or weights `values`, which sum to `total`; those of 0 add nothing.
pub(crate) fn entropy_nats(values: impl Iterator<Item = f64>, total: f64) -> f64 {
    values
        .filter(|&value| value > 0.0)
        .map(|value| {
            let p = value / total;
            -p * p.ln()
        })
        .sum()
}
