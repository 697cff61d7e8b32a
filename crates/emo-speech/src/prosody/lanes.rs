//! Sums that do not wait for each other: the order of addition differs from that of a plain loop.

const LANES: usize = 8;

/// Σ aₙ bₙ over the shorter of both.
pub(super) fn dot(a: &[f64], b: &[f64]) -> f64 {
    let len = a.len().min(b.len());
    let (a, a_rest) = a[..len].as_chunks::<LANES>();
    let (b, b_rest) = b[..len].as_chunks::<LANES>();
    let mut sums = [0.0; LANES];
    for (a, b) in a.iter().zip(b) {
        for lane in 0..LANES {
            sums[lane] += a[lane] * b[lane];
        }
    }
    let rest: f64 = a_rest.iter().zip(b_rest).map(|(a, b)| a * b).sum();
    sums.iter().sum::<f64>() + rest
}

/// Σ aₙ.
pub(super) fn sum(a: &[f64]) -> f64 {
    let (a, rest) = a.as_chunks::<LANES>();
    let mut sums = [0.0; LANES];
    for a in a {
        for lane in 0..LANES {
            sums[lane] += a[lane];
        }
    }
    sums.iter().chain(rest).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_are_those_of_a_plain_loop() {
        // Whole numbers, so that the order does not matter.
        let (a, b): (Vec<f64>, Vec<f64>) =
            (0..45).map(|n| (f64::from(n % 7), f64::from(n))).unzip();
        for len in [0, 1, 7, 8, 9, 16, 45] {
            let plain: f64 = a[..len].iter().zip(&b).map(|(a, b)| a * b).sum();
            assert_eq!(dot(&a[..len], &b), plain);
            assert_eq!(sum(&a[..len]), a[..len].iter().sum::<f64>());
        }
    }
}
