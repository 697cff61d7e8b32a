use emo_backend::emo_tensor::ElementType;

/// A value that needs a place in memory from one step to another.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Lifetime {
    pub(crate) element_type: ElementType,
    pub(crate) len: usize,
    /// The step that writes it.
    pub(crate) first: usize,
    /// The last step that reads it.
    pub(crate) last: usize,
}

/// A place for each value, and the type and length of each place; values that live at different times share one.
///
/// `lifetimes` are in the order in which they begin. A value's place is not reused in the step that reads it
/// last, so that no step writes what it reads.
pub(crate) fn assign_slots(lifetimes: &[Lifetime]) -> (Vec<usize>, Vec<(ElementType, usize)>) {
    let mut slots: Vec<(ElementType, usize)> = Vec::new();
    let mut busy_until: Vec<usize> = Vec::new();
    let assigned = lifetimes
        .iter()
        .map(|value| {
            let free = (0..slots.len()).filter(|&slot| {
                slots[slot].0 == value.element_type && busy_until[slot] < value.first
            });
            // The smallest that holds the value, or else the largest, which grows.
            let best = free.min_by_key(|&slot| {
                let len = slots[slot].1;
                (len < value.len, len.abs_diff(value.len))
            });
            let slot = best.unwrap_or_else(|| {
                slots.push((value.element_type, 0));
                busy_until.push(0);
                slots.len() - 1
            });
            slots[slot].1 = slots[slot].1.max(value.len);
            busy_until[slot] = value.last;
            slot
        })
        .collect();
    (assigned, slots)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn values_that_live_together_never_share_a_slot(
            values in prop::collection::vec((0_usize..3, 1_usize..50, 0_usize..6, 0_usize..2), 0..40),
        ) {
            let mut first = 0;
            let lifetimes: Vec<_> = values
                .iter()
                .map(|&(gap, len, life, kind)| {
                    first += gap;
                    let element_type = [ElementType::F32, ElementType::I8][kind];
                    Lifetime { element_type, len, first, last: first + life }
                })
                .collect();
            let (assigned, slots) = assign_slots(&lifetimes);
            for (i, a) in lifetimes.iter().enumerate() {
                prop_assert_eq!(slots[assigned[i]].0, a.element_type);
                prop_assert!(slots[assigned[i]].1 >= a.len);
                for (j, b) in lifetimes.iter().enumerate().skip(i + 1) {
                    let apart = a.last < b.first || b.last < a.first;
                    prop_assert!(apart || assigned[i] != assigned[j]);
                }
            }
        }
    }
}
