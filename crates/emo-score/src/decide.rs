mod abstain;
mod affect;
mod conformal;
mod ema;
mod hmm;
mod hysteresis;
mod one_euro;

pub use self::{
    abstain::{Abstention, AbstentionConfig, AbstentionReason, Decision, disagreement},
    affect::{Affect, AffectConcept, AffectMap},
    conformal::{AdaptiveConformal, Conformal, ConformalScore},
    ema::Ema,
    hmm::{FixedLagViterbi, Hmm, HmmFilter},
    hysteresis::Hysteresis,
    one_euro::{OneEuro, OneEuroConfig, OneEuroScores},
};
