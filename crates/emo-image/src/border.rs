/// What lies beyond a picture's edge. In the examples the picture is `abcd`.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum Border {
    /// The outermost pixel, repeated: `aaa|abcd|ddd`. Scikit-image calls it `edge`, SciPy `nearest`.
    #[doc(alias = "BORDER_REPLICATE")]
    Replicate,
    /// The mirror about the outermost pixel: `dcb|abcd|cba`. SciPy calls it `mirror`.
    #[doc(alias = "BORDER_REFLECT_101")]
    Reflect101,
    /// The mirror about the picture's edge: `cba|abcd|dcb`. SciPy calls it `reflect`.
    #[doc(alias = "BORDER_REFLECT")]
    Reflect,
    /// One level.
    #[doc(alias = "BORDER_CONSTANT")]
    Constant(f32),
}

impl Border {
    /// The pixel among `len` that stands at `index`, or `None` for a constant.
    pub(crate) fn index(self, index: isize, len: usize) -> Option<usize> {
        if let Ok(inside) = usize::try_from(index)
            && inside < len
        {
            return Some(inside);
        }
        let len = len as isize;
        let within = match self {
            Self::Constant(_) => return None,
            Self::Replicate => index.clamp(0, len - 1),
            Self::Reflect101 if len == 1 => 0,
            Self::Reflect101 => {
                let phase = index.rem_euclid(2 * len - 2);
                phase.min(2 * len - 2 - phase)
            }
            Self::Reflect => {
                let phase = index.rem_euclid(2 * len);
                phase.min(2 * len - 1 - phase)
            }
        };
        Some(within as usize)
    }

    pub(crate) fn constant(self) -> f32 {
        match self {
            Self::Constant(level) => level,
            _ => 0.0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edges_as_documented() {
        let picture = [b'a', b'b', b'c', b'd'];
        for (border, expected) in [
            (Border::Replicate, "aaaaabcddddd"),
            (Border::Reflect101, "cdcbabcdcbab"),
            (Border::Reflect, "dcbaabcddcba"),
        ] {
            let text: String = (-4..8)
                .map(|i| char::from(picture[border.index(i, 4).unwrap()]))
                .collect();
            assert_eq!(text, expected, "{border:?}");
        }
        assert_eq!(Border::Reflect101.index(-5, 1), Some(0));
        assert_eq!(Border::Constant(0.0).index(-1, 4), None);
    }
}
