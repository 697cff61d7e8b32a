/// Where the largest value stands, the first one of several; 0 if there is none.
pub(super) fn first_maximum(values: &[f64]) -> usize {
    let mut best = 0;
    for (index, value) in values.iter().enumerate() {
        if *value > values[best] {
            best = index;
        }
    }
    best
}
