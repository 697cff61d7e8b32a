use crate::ScoreError;

/// A place in the plane of pleasure and arousal.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct Affect {
    /// From displeasure, −1, to pleasure, 1.
    pub valence: f32,
    /// From sleepiness, −1, to arousal, 1.
    pub arousal: f32,
}

/// The eight concepts that divide Russell's circle of affect, by their angle from pleasure.
///
/// # References
/// J. A. Russell, *A circumplex model of affect*, Journal of Personality and Social Psychology 39(6), 1980,
/// doi:10.1037/h0077714.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case"))]
pub enum AffectConcept {
    /// 0°.
    Pleasure,
    /// 45°.
    Excitement,
    /// 90°.
    Arousal,
    /// 135°.
    Distress,
    /// 180°.
    Displeasure,
    /// 225°.
    Depression,
    /// 270°.
    Sleepiness,
    /// 315°.
    Relaxation,
}

impl AffectConcept {
    /// All of them, in the order of their angles.
    pub const ALL: [Self; 8] = [
        Self::Pleasure,
        Self::Excitement,
        Self::Arousal,
        Self::Distress,
        Self::Displeasure,
        Self::Depression,
        Self::Sleepiness,
        Self::Relaxation,
    ];

    /// The angle from pleasure, in degrees.
    pub fn degrees(self) -> f32 {
        45.0 * self as u8 as f32
    }

    /// The place on the unit circle.
    pub fn affect(self) -> Affect {
        let angle = f64::from(self.degrees()).to_radians();
        Affect {
            valence: angle.cos() as f32,
            arousal: angle.sin() as f32,
        }
    }
}

/// Where classes lie in the plane of pleasure and arousal.
///
/// The table is data: take it from the literature and say from where. Eight angles of Russell's circle come with
/// [`from_concepts`](Self::from_concepts).
///
/// ```
/// use emo_score::{AffectConcept::*, AffectMap};
///
/// // Happy, calm, sad, angry.
/// let map = AffectMap::from_concepts([Pleasure, Relaxation, Depression, Distress]);
/// let affect = map.affect(&[0.5, 0.5, 0.0, 0.0])?;
/// assert!(affect.valence > 0.8 && affect.arousal < 0.0);
/// # Ok::<(), emo_score::ScoreError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(remote = "Self", deny_unknown_fields))]
pub struct AffectMap {
    source: String,
    classes: Vec<Affect>,
}

impl AffectMap {
    /// Of a place for each class, in the order of the scores, with valence and arousal in `[−1, 1]`, and where the
    /// table is from.
    ///
    /// # Errors
    /// [`ScoreError::Parameter`].
    pub fn new(
        source: impl Into<String>,
        classes: impl Into<Vec<Affect>>,
    ) -> Result<Self, ScoreError> {
        let map = Self {
            source: source.into(),
            classes: classes.into(),
        };
        map.check()?;
        Ok(map)
    }

    /// Of the concept of Russell's circle that each class, in the order of the scores, comes closest to. Which that is
    /// remains the caller's judgement.
    pub fn from_concepts(concepts: impl IntoIterator<Item = AffectConcept>) -> Self {
        Self {
            source: "J. A. Russell, A circumplex model of affect, 1980, doi:10.1037/h0077714"
                .to_owned(),
            classes: concepts.into_iter().map(AffectConcept::affect).collect(),
        }
    }

    /// Where the table is from.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// The mean place of the classes, weighted by their scores: `Σ_c p(c) (v_c, a_c)`.
    ///
    /// # Errors
    /// [`ScoreError::RuleClasses`].
    pub fn affect(&self, scores: &[f32]) -> Result<Affect, ScoreError> {
        if scores.len() != self.classes.len() {
            return Err(ScoreError::RuleClasses {
                expected: self.classes.len(),
                actual: scores.len(),
            });
        }
        let sum = |axis: fn(&Affect) -> f32| -> f32 {
            let terms = scores.iter().zip(&self.classes);
            terms
                .map(|(score, class)| f64::from(*score) * f64::from(axis(class)))
                .sum::<f64>() as f32
        };
        Ok(Affect {
            valence: sum(|class| class.valence),
            arousal: sum(|class| class.arousal),
        })
    }

    fn check(&self) -> Result<(), ScoreError> {
        let mut numbers = self
            .classes
            .iter()
            .flat_map(|class| [class.valence, class.arousal]);
        match numbers.find(|number| !(-1.0..=1.0).contains(number)) {
            Some(value) => Err(ScoreError::Parameter {
                name: "valence or arousal",
                value: f64::from(value),
                expected: "a number from -1 to 1",
            }),
            None => Ok(()),
        }
    }
}

checked_serde!(AffectMap);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn concepts_lie_on_the_circle_of_the_paper() {
        let angles = AffectConcept::ALL.map(AffectConcept::degrees);
        assert_eq!(angles, [0.0, 45.0, 90.0, 135.0, 180.0, 225.0, 270.0, 315.0]);
        let map = AffectMap::from_concepts(AffectConcept::ALL);
        let centre = map.affect(&[0.125; 8]).unwrap();
        assert!(centre.valence.abs() < 1e-6 && centre.arousal.abs() < 1e-6);
        let mut scores = [0.0; 8];
        scores[3] = 1.0;
        let distress = map.affect(&scores).unwrap();
        let root = 0.5_f32.sqrt();
        assert!((distress.valence + root).abs() < 1e-6);
        assert!((distress.arousal - root).abs() < 1e-6);
        assert!(map.affect(&[1.0]).is_err());
        let outside = Affect {
            valence: 1.5,
            arousal: 0.0,
        };
        assert!(AffectMap::new("nowhere", [outside]).is_err());
    }
}
