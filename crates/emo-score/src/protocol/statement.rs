use std::fmt;

use crate::{LeakReport, Pairing, ScoreError, Split, SplitKind};

/// Under which conditions a result came about. A [`Report`](crate::Report) cannot be made without one, and results
/// of different protocols cannot be compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Protocol {
    split: SplitKind,
    pairing: Pairing,
    leaks: Option<LeakReport>,
    leaky: bool,
}

impl Protocol {
    /// States a split and a pairing whose leaks nobody has looked for; reports say so.
    pub fn unchecked(split: SplitKind, pairing: Pairing) -> Self {
        Self {
            split,
            pairing,
            leaks: None,
            leaky: false,
        }
    }

    /// States a split that was checked for leaks.
    ///
    /// # Errors
    /// [`ScoreError::Leak`] if there is one that a split of this kind promises not to have. Others are named in
    /// reports.
    pub fn checked(split: &Split, pairing: Pairing, leaks: LeakReport) -> Result<Self, ScoreError> {
        leaks.refuse(split.kind())?;
        Ok(Self {
            split: split.kind(),
            pairing,
            leaks: Some(leaks),
            leaky: false,
        })
    }

    /// States a split that leaks and is meant to: to show what a leak does to a figure, beside the honest one.
    /// Reports call it leaky, and it compares with nothing else.
    pub fn leaky(split: &Split, pairing: Pairing, leaks: LeakReport) -> Self {
        Self {
            split: split.kind(),
            pairing,
            leaks: Some(leaks),
            leaky: true,
        }
    }

    /// What the split keeps apart.
    pub fn split(&self) -> SplitKind {
        self.split
    }

    /// How samples were joined.
    pub fn pairing(&self) -> Pairing {
        self.pairing
    }

    /// What a leak check found, `None` if there was none.
    pub fn leaks(&self) -> Option<&LeakReport> {
        self.leaks.as_ref()
    }

    /// Whether the protocol was said to be [`leaky`](Self::leaky).
    pub fn is_leaky(&self) -> bool {
        self.leaky
    }

    /// What the leak check says, in words: `not checked`, `none found`, or counts by kind.
    pub fn leak_statement(&self) -> String {
        match &self.leaks {
            None => "not checked".to_owned(),
            Some(report) if report.is_clean() => "none found".to_owned(),
            Some(report) => {
                let found: Vec<String> = report
                    .leaks()
                    .iter()
                    .map(|leak| {
                        format!("{} on both sides ({} pairs of samples)", leak.kind, leak.n)
                    })
                    .collect();
                found.join(", ")
            }
        }
    }

    /// Refuses to set results of two protocols side by side.
    ///
    /// # Errors
    /// [`ScoreError::Incomparable`] if split or pairing differ, or one of the two is leaky.
    pub fn ensure_comparable(&self, other: &Self) -> Result<(), ScoreError> {
        if (self.split, self.pairing, self.leaky) == (other.split, other.pairing, other.leaky) {
            return Ok(());
        }
        Err(ScoreError::Incomparable {
            left: self.to_string(),
            right: other.to_string(),
        })
    }
}

impl fmt::Display for Protocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "split {}, pairing {}, leaks {}",
            self.split,
            self.pairing,
            self.leak_statement()
        )?;
        if self.leaky {
            f.write_str(", a leaky protocol")?;
        }
        Ok(())
    }
}
