//! Programs that show the crates of emo-fusion together.
