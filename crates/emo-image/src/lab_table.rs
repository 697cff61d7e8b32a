use crate::colour::lab_under;

/// CIE L*a*b* of floating-point colours as OpenCV's `COLOR_RGB2Lab` computes it: straight lines in a
/// table of 33 levels per channel, between which there are 16 steps.
///
/// It is up to 0.3 off the formula, which [`colour::lab`](crate::colour::lab) follows, and needs no powers
/// or roots per pixel.
///
/// # Example
/// ```
/// use emo_image::LabTable;
///
/// let [lightness, a, b] = LabTable::new().lab([1.0, 1.0, 1.0]);
/// assert_eq!(lightness, 100.0);
/// assert!(a.abs() < 0.1 && b.abs() < 0.1);
/// ```
///
/// # References
/// CIE 15:2004, *Colorimetry*; IEC 61966-2-1:1999 (sRGB).
#[derive(Debug, Clone)]
#[doc(alias = "COLOR_RGB2Lab")]
pub struct LabTable {
    /// L/100, (a + 128)/256 and (b + 128)/256 in [`ONE`] at the nodes, red first, blue last.
    nodes: Vec<[i16; 3]>,
}

/// One with 14 fractional bits.
const ONE: i32 = 1 << 14;
/// Nodes per channel.
const NODES: usize = 33;
/// Steps between two nodes.
const STEPS: i32 = 16;

impl LabTable {
    /// The table.
    pub fn new() -> Self {
        let levels = || (0..NODES).map(|node| node as f64 / (NODES - 1) as f64);
        let nodes = levels()
            .flat_map(|r| levels().flat_map(move |g| levels().map(move |b| node([r, g, b]))));
        Self {
            nodes: nodes.collect(),
        }
    }

    /// Lightness from 0 to 100 and the two opponent axes of a colour from 0 to 1, to which it is
    /// clipped.
    pub fn lab(&self, rgb: [f32; 3]) -> [f32; 3] {
        let fixed = rgb.map(|level| {
            let level = if level.is_nan() {
                0.0
            } else {
                level.clamp(0.0, 1.0)
            };
            (level * ONE as f32).round_ties_even() as i32
        });
        let first = fixed.map(|level| (level >> 9) as usize);
        let second = first.map(|node| (node + 1).min(NODES - 1));
        let share = fixed.map(|level| level >> 5 & (STEPS - 1));
        let mut sums = [0; 3];
        for corner in 0..8 {
            let (mut weight, mut place) = (1, 0);
            for (channel, ((lower, upper), share)) in
                first.iter().zip(second).zip(share).enumerate()
            {
                let (node, share) = match corner >> channel & 1 {
                    0 => (*lower, STEPS - share),
                    _ => (upper, share),
                };
                place = place * NODES + node;
                weight *= share;
            }
            for (sum, value) in sums.iter_mut().zip(self.nodes[place]) {
                *sum += weight * i32::from(value);
            }
        }
        let [l, a, b] = sums.map(|sum| ((sum + (1 << 11)) >> 12) as f32 / ONE as f32);
        [l * 100.0, a * 256.0 - 128.0, b * 256.0 - 128.0]
    }
}

impl Default for LabTable {
    fn default() -> Self {
        Self::new()
    }
}

fn node(rgb: [f64; 3]) -> [i16; 3] {
    // OpenCV's white point, of which the last digits are its own; below the threshold this is the straight line of L* as
    // well.
    let white = [0.950_456, 1.0, 1.088_754];
    let [lightness, a, b] = lab_under(white, rgb, 216.0 / 24389.0, 841.0 / 108.0);
    let fixed = |value: f64| (value * f64::from(ONE)).round_ties_even() as i16;
    [
        fixed(lightness / 100.0),
        fixed((a + 128.0) / 256.0),
        fixed((b + 128.0) / 256.0),
    ]
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_table_follows_the_formula(rgb in prop::array::uniform3(any::<u8>())) {
            let exact = crate::colour::lab(rgb);
            static TABLE: std::sync::LazyLock<LabTable> = std::sync::LazyLock::new(LabTable::new);
            let table = TABLE.lab(rgb.map(|level| f32::from(level) / 255.0));
            // In dark colours, over the width of a node, the roots are far from straight lines.
            let limit = if rgb.iter().any(|level| *level < 32) { 12.0 } else { 0.6 };
            for (value, expected) in table.iter().zip(exact) {
                prop_assert!((f64::from(*value) - expected).abs() < limit, "{value} {expected}");
            }
        }
    }

    #[test]
    fn colours_beyond_the_range_are_clipped() {
        let table = LabTable::new();
        let colours = [
            [2.0, f32::INFINITY, 1.5],
            [-1.0, f32::NAN, f32::NEG_INFINITY],
        ];
        assert_eq!(colours.map(|colour| table.lab(colour)[0]), [100.0, 0.0]);
    }
}
