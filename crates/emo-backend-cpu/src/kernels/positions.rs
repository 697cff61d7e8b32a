use crate::{
    buffer::Slice,
    kernel::{Fault, Inputs},
    shape::normalize_axis,
};

/// Positions along axes, counted from either end, of either integer type that ONNX allows for them.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Positions<'a> {
    I32(&'a [i32]),
    I64(&'a [i64]),
}

impl<'a> Positions<'a> {
    /// `None` for elements of another type.
    pub(crate) fn new(slice: Slice<'a>) -> Option<Self> {
        match slice {
            Slice::I32(values) => Some(Self::I32(values)),
            Slice::I64(values) => Some(Self::I64(values)),
            _ => None,
        }
    }

    /// Operand `index` of a kernel.
    pub(crate) fn of(inputs: &'a Inputs<'_>, index: usize) -> Self {
        Self::new(inputs.slice(index)).expect("element types are checked when the plan is made")
    }

    fn len(self) -> usize {
        match self {
            Self::I32(values) => values.len(),
            Self::I64(values) => values.len(),
        }
    }

    /// The position that element `index` names along an axis of `extent`; 0 for one outside, which
    /// [`check`](Self::check) refuses.
    pub(crate) fn at(self, index: usize, extent: usize) -> usize {
        normalize_axis(self.value(index), extent).unwrap_or(0)
    }

    fn value(self, index: usize) -> i64 {
        match self {
            Self::I32(values) => values[index].into(),
            Self::I64(values) => values[index],
        }
    }

    /// Refuses positions outside; `extents` are those of the axes that neighbouring elements count along in turn.
    pub(crate) fn check(self, extents: &[usize]) -> Result<(), Fault> {
        if extents.is_empty() {
            return Ok(());
        }
        for (index, &extent) in (0..self.len()).zip(extents.iter().cycle()) {
            let position = self.value(index);
            if normalize_axis(position, extent).is_none() {
                return Err(Fault::Index {
                    index: position,
                    extent,
                });
            }
        }
        Ok(())
    }
}
