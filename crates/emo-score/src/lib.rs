//! Class scores: labels, fusion rules at the decision level, and metrics
