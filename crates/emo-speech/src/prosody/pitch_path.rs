use super::first_maximum::first_maximum;
use super::pitch_tracker::PitchTrackerConfig;

/// A period that a frame may have, or none.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Candidate {
    /// In Hz; 0 for no voice.
    pub(super) frequency: f64,
    pub(super) strength: f64,
}

/// The candidates of one frame, the first being that it is not voiced.
#[derive(Debug, Clone)]
pub(super) struct FrameCandidates {
    pub(super) intensity: f64,
    pub(super) candidates: Vec<Candidate>,
}

/// The candidate of each frame that together lose least to jumps, by dynamic programming.
///
/// # References
/// P. Boersma, Accurate short-term analysis of the fundamental frequency and the harmonics-to-noise ratio of a sampled
/// sound, IFA Proceedings 17, 1993, pages 97–110, Eqs. 23 to 27.
pub(super) fn best_path(frames: &[FrameCandidates], config: &PitchTrackerConfig) -> Vec<Candidate> {
    // Costs hold for frames 10 ms apart.
    let correction = 0.01 / config.time_step;
    let jump_cost = config.octave_jump_cost * correction;
    let voicing_cost = config.voiced_unvoiced_cost * correction;
    let is_voiced = |c: &Candidate| c.frequency > 0.0 && c.frequency < config.ceiling;

    let mut scores: Vec<f64> = Vec::new();
    let mut next_scores: Vec<f64> = Vec::new();
    // The octaves of the voiced candidates, of the latest frame and of the one before.
    let octave = |c: &Candidate| is_voiced(c).then(|| c.frequency.log2());
    let mut octaves: Vec<Option<f64>> = Vec::new();
    let mut octaves_before: Vec<Option<f64>> = Vec::new();
    let highest = config.ceiling.log2();
    let mut came_from: Vec<Vec<usize>> = Vec::with_capacity(frames.len());
    for (index, frame) in frames.iter().enumerate() {
        let unvoiced = unvoiced_strength(frame.intensity, config);
        next_scores.clear();
        std::mem::swap(&mut octaves, &mut octaves_before);
        octaves.clear();
        octaves.extend(frame.candidates.iter().map(octave));
        let mut origins = Vec::with_capacity(frame.candidates.len());
        for (candidate, octave) in frame.candidates.iter().zip(&octaves) {
            let own = match octave {
                Some(octave) => candidate.strength - config.octave_cost * (highest - octave),
                None => unvoiced,
            };
            let (mut best, mut origin) = (f64::NEG_INFINITY, 0);
            if index == 0 {
                best = own;
            } else {
                for (number, (before, score)) in octaves_before.iter().zip(&scores).enumerate() {
                    let cost = match (before, octave) {
                        (None, None) => 0.0,
                        (Some(before), Some(octave)) => jump_cost * (before - octave).abs(),
                        _ => voicing_cost,
                    };
                    let total = score - cost + own;
                    if total > best {
                        (best, origin) = (total, number);
                    }
                }
            }
            next_scores.push(best);
            origins.push(origin);
        }
        came_from.push(origins);
        std::mem::swap(&mut scores, &mut next_scores);
    }

    let mut place = first_maximum(&scores);
    let mut path = Vec::with_capacity(frames.len());
    for (frame, origins) in frames.iter().zip(&came_from).rev() {
        let chosen = frame.candidates[place];
        path.push(if is_voiced(&chosen) {
            chosen
        } else {
            Candidate {
                frequency: 0.0,
                strength: 0.0,
            }
        });
        place = origins[place];
    }
    path.reverse();
    path
}

/// What it is worth that a frame has no voice: more, the quieter it is.
fn unvoiced_strength(intensity: f64, config: &PitchTrackerConfig) -> f64 {
    let quiet = if config.silence_threshold > 0.0 {
        2.0 - intensity * (1.0 + config.voicing_threshold) / config.silence_threshold
    } else {
        0.0
    };
    config.voicing_threshold + quiet.max(0.0)
}
