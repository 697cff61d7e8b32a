//! Times of the speech features.
fn main() {}
