use crate::ImageError;

/// Where a face lies in an upright picture, in pixels.
///
/// A box may reach beyond the picture, as a detector's boxes do: the part outside is clipped off.
/// A box that covers no pixel is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct FaceBox {
    /// Left edge: the column of its first pixel.
    pub x: i32,
    /// Upper edge: the row of its first pixel.
    pub y: i32,
    /// Columns.
    pub width: u32,
    /// Rows.
    pub height: u32,
}

/// A part of a picture that has at least one pixel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Region {
    pub(crate) left: usize,
    pub(crate) top: usize,
    pub(crate) width: usize,
    pub(crate) height: usize,
}

impl FaceBox {
    /// The part of the box that lies in a picture of the given size.
    pub(crate) fn clip(
        &self,
        image_width: usize,
        image_height: usize,
    ) -> Result<Region, ImageError> {
        let columns = clip_axis(self.x, self.width, image_width);
        let rows = clip_axis(self.y, self.height, image_height);
        let (Some((left, width)), Some((top, height))) = (columns, rows) else {
            return Err(ImageError::BoxOutside {
                x: self.x,
                y: self.y,
                width: self.width,
                height: self.height,
                image_width,
                image_height,
            });
        };
        Ok(Region {
            left,
            top,
            width,
            height,
        })
    }
}

/// Start and length of what `len` pixels from `start` on share with `0..limit`.
fn clip_axis(start: i32, len: u32, limit: usize) -> Option<(usize, usize)> {
    let end = i64::from(start) + i64::from(len);
    let first = usize::try_from(start.max(0)).ok()?;
    let last = usize::try_from(end).ok()?.min(limit);
    (first < last).then(|| (first, last - first))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn boxes_are_clipped() {
        struct Case {
            start: i32,
            len: u32,
            expected: Option<(usize, usize)>,
        }
        let cases = [
            Case {
                start: 2,
                len: 3,
                expected: Some((2, 3)),
            },
            Case {
                start: -2,
                len: 3,
                expected: Some((0, 1)),
            },
            Case {
                start: 8,
                len: 30,
                expected: Some((8, 2)),
            },
            Case {
                start: -5,
                len: 5,
                expected: None,
            },
            Case {
                start: 10,
                len: 1,
                expected: None,
            },
            Case {
                start: 3,
                len: 0,
                expected: None,
            },
            Case {
                start: i32::MIN,
                len: u32::MAX,
                expected: Some((0, 10)),
            },
            Case {
                start: i32::MAX,
                len: u32::MAX,
                expected: None,
            },
        ];
        for Case {
            start,
            len,
            expected,
        } in cases
        {
            assert_eq!(clip_axis(start, len, 10), expected, "{len} from {start} on");
        }
    }

    proptest! {
        #[test]
        fn a_clipped_box_lies_in_the_picture(
            x: i32, y: i32, width: u32, height: u32,
            image_width in 1_usize..5000, image_height in 1_usize..5000,
        ) {
            let face = FaceBox { x, y, width, height };
            if let Ok(region) = face.clip(image_width, image_height) {
                prop_assert!(region.width > 0 && region.left + region.width <= image_width);
                prop_assert!(region.height > 0 && region.top + region.height <= image_height);
            }
        }
    }
}
