use crate::kernels::movement::MAX_RANK;

/// How `N` arrays are read side by side, row by row: neighbouring axes that lie alike in all are one.
#[derive(Debug, Clone)]
pub(crate) struct Walk<const N: usize> {
    outer: Vec<Axis<N>>,
    inner: Axis<N>,
}

/// One axis and how each array is stepped along it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Axis<const N: usize> {
    pub(crate) extent: usize,
    pub(crate) steps: [usize; N],
}

impl<const N: usize> Walk<N> {
    /// Strides are 0 along repeated axes. `None` if more than [`MAX_RANK`] axes remain after merging.
    pub(crate) fn new(shape: &[usize], strides: [&[usize]; N]) -> Option<Self> {
        let mut axes: Vec<Axis<N>> = Vec::new();
        for (index, &extent) in shape.iter().enumerate() {
            let steps = strides.map(|strides| strides[index]);
            let axis = Axis { extent, steps };
            match axes.last_mut() {
                _ if extent == 1 => {}
                Some(outer) if outer.steps == steps.map(|step| step.wrapping_mul(extent)) => {
                    *outer = Axis {
                        // Wraps around only beside an axis without elements.
                        extent: outer.extent.wrapping_mul(extent),
                        steps,
                    };
                }
                _ => axes.push(axis),
            }
        }
        let inner = axes.pop().unwrap_or(Axis {
            extent: 1,
            steps: [1; N],
        });
        (axes.len() < MAX_RANK).then_some(Self { outer: axes, inner })
    }

    /// The axis within a row.
    pub(crate) fn inner(&self) -> Axis<N> {
        self.inner
    }

    /// Where each row starts in each array.
    pub(crate) fn rows(&self) -> Rows<'_, N> {
        Rows {
            outer: &self.outer,
            left: self.outer.iter().map(|axis| axis.extent).product(),
            index: [0; MAX_RANK],
            starts: [0; N],
        }
    }

    pub(crate) fn bytes(&self) -> usize {
        size_of_val(&*self.outer)
    }
}

/// The rows of a [`Walk`].
#[derive(Debug)]
pub(crate) struct Rows<'a, const N: usize> {
    outer: &'a [Axis<N>],
    left: usize,
    index: [usize; MAX_RANK],
    starts: [usize; N],
}

impl<const N: usize> Iterator for Rows<'_, N> {
    type Item = [usize; N];

    #[inline]
    fn next(&mut self) -> Option<[usize; N]> {
        self.left = self.left.checked_sub(1)?;
        let starts = self.starts;
        for (index, axis) in self.index.iter_mut().zip(self.outer).rev() {
            *index += 1;
            let back = if *index < axis.extent {
                0
            } else {
                *index = 0;
                axis.extent
            };
            for (start, step) in self.starts.iter_mut().zip(axis.steps) {
                *start = *start + step - back * step;
            }
            if back == 0 {
                break;
            }
        }
        Some(starts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shape::{broadcast_strides, strides};

    #[test]
    fn axes_that_lie_alike_are_one_row() {
        let shape = [2, 3, 4];
        let own = strides(&shape);
        let walk = Walk::new(&shape, [&own, &own]).unwrap();
        assert_eq!(walk.rows().collect::<Vec<_>>(), [[0, 0]]);
        assert_eq!(
            walk.inner(),
            Axis {
                extent: 24,
                steps: [1, 1]
            }
        );
    }

    /// As a hostile model may have it: no element, but extents that overflow when multiplied.
    #[test]
    fn extents_beside_an_empty_axis_may_overflow() {
        let shape = [0, 1 << 40, 1 << 40];
        assert!(Walk::new(&shape, [&strides(&shape)]).is_some());
    }

    #[test]
    fn repeated_axes_start_over() {
        let shape = [2, 3, 4];
        let walk = Walk::new(
            &shape,
            [
                &broadcast_strides(&[2, 1, 4], &shape),
                &broadcast_strides(&[3, 1], &shape),
            ],
        )
        .unwrap();
        let expected = [[0, 0], [0, 1], [0, 2], [4, 0], [4, 1], [4, 2]];
        assert_eq!(walk.rows().collect::<Vec<_>>(), expected);
        assert_eq!(walk.inner().steps, [1, 0]);
    }
}
