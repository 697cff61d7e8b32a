//! Computing with elements of which more or less is known: what graphs do with shapes.

use emo_tensor::ElementType;

use super::{
    op::Op,
    value::{CONTENT_LEN, Content, Entry},
};

/// The first input's elements as another type; none where they might change.
pub(super) fn cast(op: &Op<'_>, to: ElementType) -> Option<Content> {
    match (op.content(0)?.into_owned(), to) {
        (content @ Content::Integers(_), ElementType::I64) => Some(content),
        (Content::Integers(entries), ElementType::I32) => {
            let fits = |entry: &Entry| entry.int().is_none_or(|value| i32::try_from(value).is_ok());
            entries
                .iter()
                .all(fits)
                .then_some(Content::Integers(entries))
        }
        (Content::Integers(entries), ElementType::Bool) => {
            let truth = |entry: &Entry| match entry {
                Entry::Int(value) => Entry::Int(i64::from(*value != 0)),
                Entry::Symbol(_) | Entry::Unknown => Entry::Unknown,
            };
            Some(Content::Integers(entries.iter().map(truth).collect()))
        }
        // Shapes are often scaled as floating-point numbers, which hold integers of this size exactly.
        (Content::Integers(entries), ElementType::F32 | ElementType::F64) => {
            const EXACT: i64 = 1 << 24;
            let float = |entry: &Entry| {
                let value = entry.int().filter(|value| value.abs() <= EXACT)?;
                Some(f64::from(i32::try_from(value).ok()?))
            };
            Some(Content::Floats(
                entries.iter().map(float).collect::<Option<_>>()?,
            ))
        }
        (Content::Floats(values), ElementType::I64 | ElementType::I32) => {
            let integer = |&value: &f64| {
                let small = value.is_finite() && value.abs() < f64::from(i32::MAX);
                #[expect(
                    clippy::cast_possible_truncation,
                    reason = "a small finite number, cut off towards zero as ONNX defines it"
                )]
                small.then_some(Entry::Int(value as i64))
            };
            Some(Content::Integers(
                values.iter().map(integer).collect::<Option<_>>()?,
            ))
        }
        (content @ Content::Floats(_), ElementType::F64) => Some(content),
        _ => None,
    }
}

/// What adding, subtracting, multiplying, dividing or comparing two inputs of integers gives.
pub(super) fn arithmetic(op: &Op<'_>) -> Option<Content> {
    let combine = match op.schema.op_type() {
        "Add" => add,
        "Sub" => subtract,
        "Mul" => multiply,
        "Div" => divide,
        "Equal" => |left: &Entry, right: &Entry| compare(left, right, |left, right| left == right),
        "Greater" => |left: &Entry, right: &Entry| compare(left, right, |left, right| left > right),
        "Less" => |left: &Entry, right: &Entry| compare(left, right, |left, right| left < right),
        "Min" => |left: &Entry, right: &Entry| extreme(left, right, i64::min),
        "Max" => |left: &Entry, right: &Entry| extreme(left, right, i64::max),
        "Mod" => modulo,
        _ => return None,
    };
    if op.n_inputs() != 2 || op.has_attribute("fmod") {
        return None;
    }
    let left = op.entries(0)?;
    let right = op.entries(1)?;
    Some(Content::Integers(zip(&left, &right, combine)?))
}

/// The elements that `Where` takes.
pub(super) fn choose(op: &Op<'_>) -> Option<Content> {
    let condition = op.entries(0)?;
    let left = op.entries(1)?;
    let right = op.entries(2)?;
    let len = condition.len().max(left.len()).max(right.len());
    let all = [&condition, &left, &right];
    if len > CONTENT_LEN || all.iter().any(|entries| ![1, len].contains(&entries.len())) {
        return None;
    }
    let at = |entries: &[Entry], index: usize| {
        let entry = entries.get(if entries.len() == 1 { 0 } else { index });
        entry.cloned().unwrap_or(Entry::Unknown)
    };
    let entry = |index| match at(&condition, index) {
        Entry::Int(0) => at(&right, index),
        Entry::Int(_) => at(&left, index),
        _ => {
            let entry = at(&left, index);
            if entry == at(&right, index) {
                entry
            } else {
                Entry::Unknown
            }
        }
    };
    Some(Content::Integers((0..len).map(entry).collect()))
}

/// Pairs elements where both have equally many or one has a single one; more general broadcasting is left out.
fn zip(
    left: &[Entry],
    right: &[Entry],
    combine: fn(&Entry, &Entry) -> Entry,
) -> Option<Vec<Entry>> {
    Some(match (left, right) {
        ([left], _) => right.iter().map(|right| combine(left, right)).collect(),
        (_, [right]) => left.iter().map(|left| combine(left, right)).collect(),
        _ if left.len() == right.len() => {
            let pairs = left.iter().zip(right);
            pairs.map(|(left, right)| combine(left, right)).collect()
        }
        _ => return None,
    })
}

fn known(value: Option<i64>) -> Entry {
    value.map_or(Entry::Unknown, Entry::Int)
}

fn add(left: &Entry, right: &Entry) -> Entry {
    match (left, right) {
        (Entry::Int(left), Entry::Int(right)) => known(left.checked_add(*right)),
        (Entry::Int(0), other) | (other, Entry::Int(0)) => other.clone(),
        _ => Entry::Unknown,
    }
}

fn subtract(left: &Entry, right: &Entry) -> Entry {
    match (left, right) {
        (Entry::Int(left), Entry::Int(right)) => known(left.checked_sub(*right)),
        (left, Entry::Int(0)) => left.clone(),
        (Entry::Symbol(left), Entry::Symbol(right)) if left == right => Entry::Int(0),
        _ => Entry::Unknown,
    }
}

fn multiply(left: &Entry, right: &Entry) -> Entry {
    match (left, right) {
        (Entry::Int(left), Entry::Int(right)) => known(left.checked_mul(*right)),
        (Entry::Int(0), _) | (_, Entry::Int(0)) => Entry::Int(0),
        (Entry::Int(1), other) | (other, Entry::Int(1)) => other.clone(),
        _ => Entry::Unknown,
    }
}

fn divide(left: &Entry, right: &Entry) -> Entry {
    match (left, right) {
        // Division cuts off towards zero.
        (Entry::Int(left), Entry::Int(right)) => known(left.checked_div(*right)),
        (left, Entry::Int(1)) => left.clone(),
        _ => Entry::Unknown,
    }
}

fn modulo(left: &Entry, right: &Entry) -> Entry {
    match (left, right) {
        // The result has the divisor's sign.
        (Entry::Int(left), Entry::Int(right)) => known(
            left.checked_rem(*right)
                .and_then(|rest| rest.checked_add(*right))
                .and_then(|rest| rest.checked_rem(*right)),
        ),
        _ => Entry::Unknown,
    }
}

fn compare(left: &Entry, right: &Entry, holds: fn(i64, i64) -> bool) -> Entry {
    match (left, right) {
        (Entry::Int(left), Entry::Int(right)) => Entry::Int(holds(*left, *right).into()),
        (Entry::Symbol(left), Entry::Symbol(right)) if left == right => {
            Entry::Int(holds(0, 0).into())
        }
        // No extent is negative.
        (Entry::Symbol(_), Entry::Int(right)) if *right < 0 => Entry::Int(holds(0, *right).into()),
        (Entry::Int(left), Entry::Symbol(_)) if *left < 0 => Entry::Int(holds(*left, 0).into()),
        _ => Entry::Unknown,
    }
}

fn extreme(left: &Entry, right: &Entry, choose: fn(i64, i64) -> i64) -> Entry {
    match (left, right) {
        (Entry::Int(left), Entry::Int(right)) => Entry::Int(choose(*left, *right)),
        (left, right) if left == right => left.clone(),
        _ => Entry::Unknown,
    }
}
