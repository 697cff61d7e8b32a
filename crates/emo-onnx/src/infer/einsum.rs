//! Einstein's summation, in NumPy's notation.

use std::collections::BTreeMap;

use super::op::{Op, Outputs};
use crate::{Dim, OnnxError, limits};

/// A letter of the equation, or one of the axes that an ellipsis stands for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Term {
    Ellipsis,
    Letter(char),
}

pub(super) fn einsum(op: &Op<'_>, out: &mut Outputs) -> Result<(), OnnxError> {
    let equation = op.text("equation", "")?;
    let invalid = || OnnxError::Attribute {
        node: op.node.label(),
        attribute: "equation".to_owned(),
        expected: "an equation of letters, commas, ellipses and an arrow",
    };
    let (left, right) = match equation.split_once("->") {
        Some((left, right)) => (left, Some(terms(right).ok_or_else(invalid)?)),
        None => (equation, None),
    };
    let mut extents: BTreeMap<char, Dim> = BTreeMap::new();
    let mut counts: BTreeMap<char, usize> = BTreeMap::new();
    let mut ellipsis: Option<Vec<Dim>> = Some(Vec::new());
    let mut n_terms = 0;
    for (input, text) in left.split(',').enumerate() {
        n_terms += 1;
        let terms = terms(text).ok_or_else(invalid)?;
        let n_letters = terms.iter().filter(|term| **term != Term::Ellipsis).count();
        let has_ellipsis = n_letters < terms.len();
        for term in &terms {
            if let Term::Letter(letter) = term {
                *counts.entry(*letter).or_default() += 1;
                // An extent of 1 is stretched to any other.
                extents.entry(*letter).or_insert(Dim::Fixed(1));
            }
        }
        let ranks = n_letters..=if has_ellipsis { usize::MAX } else { n_letters };
        let Some(shape) = op.ranked(input, ranks)? else {
            if has_ellipsis {
                ellipsis = None;
            }
            for term in terms {
                if let Term::Letter(letter) = term
                    && let Some(extent @ Dim::Fixed(1)) = extents.get_mut(&letter)
                {
                    *extent = Dim::Unknown;
                }
            }
            continue;
        };
        let mut dims = shape;
        for term in terms {
            match term {
                Term::Ellipsis => {
                    let (hidden, rest) = dims.split_at(shape.len() - n_letters);
                    dims = rest;
                    ellipsis = op.broadcast([ellipsis.as_deref(), Some(hidden)])?;
                }
                Term::Letter(letter) => {
                    let Some((dim, rest)) = dims.split_first() else {
                        return Err(invalid());
                    };
                    dims = rest;
                    if let Some(known) = extents.get_mut(&letter) {
                        *known = match (&*known, dim) {
                            (Dim::Fixed(1), dim) => dim.clone(),
                            (known, Dim::Fixed(1)) => known.clone(),
                            (known, dim) => op.equal("the extents of one letter", known, dim)?,
                        };
                    }
                }
            }
        }
    }
    if n_terms != op.n_inputs() {
        return Err(op.extents("the numbers of inputs and of terms", op.n_inputs(), n_terms));
    }
    // Without an arrow: the ellipsis, then letters that occur once, in the order of the alphabet.
    let right = right.unwrap_or_else(|| {
        let once = counts.iter().filter(|(_, count)| **count == 1);
        let letters = once.map(|(letter, _)| Term::Letter(*letter));
        std::iter::once(Term::Ellipsis).chain(letters).collect()
    });
    let mut result = Vec::new();
    for term in right {
        match term {
            Term::Ellipsis => match &ellipsis {
                Some(dims) => result.extend_from_slice(dims),
                None => return Ok(()),
            },
            Term::Letter(letter) => result.push(extents.get(&letter).ok_or_else(invalid)?.clone()),
        }
    }
    out.shape(0, result);
    Ok(())
}

/// The letters of a term, in which an ellipsis occurs at most once.
fn terms(text: &str) -> Option<Vec<Term>> {
    let mut terms = Vec::new();
    let mut rest = text.trim();
    while let Some(first) = rest.chars().next() {
        // Every letter is an axis.
        if terms.len() > limits::RANK {
            return None;
        }
        if let Some(after) = rest.strip_prefix("...") {
            if terms.contains(&Term::Ellipsis) {
                return None;
            }
            terms.push(Term::Ellipsis);
            rest = after;
        } else if first.is_ascii_alphabetic() {
            terms.push(Term::Letter(first));
            rest = rest.get(1..)?;
        } else if first == ' ' {
            rest = rest.get(1..)?;
        } else {
            return None;
        }
    }
    Some(terms)
}
