use std::fmt;

/// One index of an equation of sums: a letter, or the axis that an ellipsis stands for, counted from its last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Label {
    Ellipsis(usize),
    Letter(char),
}

impl fmt::Display for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ellipsis(_) => f.write_str("..."),
            Self::Letter(letter) => letter.fmt(f),
        }
    }
}

/// Which axes of which operand are which axes of the result, in Einstein's notation.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Equation {
    /// Of each operand, one for each axis.
    pub(super) operands: Vec<Vec<Label>>,
    pub(super) output: Vec<Label>,
}

impl Equation {
    /// Reads an equation for operands with these numbers of axes; what is wrong with it where it cannot be read.
    pub(super) fn parse(text: &str, ranks: &[usize]) -> Result<Self, String> {
        let text: String = text.chars().filter(|c| !c.is_whitespace()).collect();
        let (left, right) = match text.split_once("->") {
            Some((left, right)) => (left, Some(right)),
            None => (&*text, None),
        };
        let terms: Vec<&str> = left.split(',').collect();
        if terms.len() != ranks.len() {
            return Err(format!(
                "{} terms for {} operands",
                terms.len(),
                ranks.len()
            ));
        }
        let operands = terms
            .iter()
            .zip(ranks)
            .map(|(term, &rank)| {
                let letters = term.chars().filter(|&c| c != '.').count();
                let omitted = rank
                    .checked_sub(letters)
                    .ok_or_else(|| format!("term `{term}` for an operand with {rank} axes"))?;
                let labels = labels(term, omitted)?;
                if labels.len() == rank {
                    Ok(labels)
                } else {
                    Err(format!("term `{term}` for an operand with {rank} axes"))
                }
            })
            .collect::<Result<Vec<_>, _>>()?;
        let all = || operands.iter().flatten().copied();
        let omitted = all()
            .filter_map(|label| match label {
                Label::Ellipsis(index) => Some(index + 1),
                Label::Letter(_) => None,
            })
            .max()
            .unwrap_or(0);
        let output = match right {
            Some(right) => labels(right, omitted)?,
            // The axes of the ellipsis, then the letters that occur once, in alphabetical order.
            None => {
                let mut letters: Vec<Label> = all()
                    .filter(|&label| {
                        matches!(label, Label::Letter(_))
                            && all().filter(|&l| l == label).count() == 1
                    })
                    .collect();
                letters.sort_unstable();
                (0..omitted)
                    .rev()
                    .map(Label::Ellipsis)
                    .chain(letters)
                    .collect()
            }
        };
        for (index, label) in output.iter().enumerate() {
            if output[..index].contains(label) || !all().any(|other| other == *label) {
                return Err(format!(
                    "its result has {label} twice, or no operand has it"
                ));
            }
        }
        if right.is_some_and(|right| omitted > 0 && !right.contains('.')) {
            return Err("its result leaves out the ellipsis".to_owned());
        }
        Ok(Self { operands, output })
    }
}

/// The labels of one term, whose ellipsis stands for `omitted` axes.
fn labels(term: &str, omitted: usize) -> Result<Vec<Label>, String> {
    let (before, after) = match term.split_once("...") {
        Some((before, after)) => (before, Some(after)),
        None => (term, None),
    };
    let ellipsis = match after {
        Some(_) => omitted,
        None => 0,
    };
    let letter = |c: char| {
        if c.is_ascii_alphabetic() {
            Ok(Label::Letter(c))
        } else {
            Err(format!("`{c}` in term `{term}`"))
        }
    };
    before
        .chars()
        .map(letter)
        .chain((0..ellipsis).rev().map(|index| Ok(Label::Ellipsis(index))))
        .chain(after.unwrap_or_default().chars().map(letter))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{
        Equation,
        Label::{Ellipsis, Letter},
    };

    fn letters(text: &str) -> Vec<super::Label> {
        text.chars().map(Letter).collect()
    }

    #[test]
    fn results_that_are_left_out_have_the_single_letters_in_order() {
        let equation = Equation::parse("b j i, jk B", &[3, 3]).unwrap();
        assert_eq!(equation.operands, [letters("bji"), letters("jkB")]);
        assert_eq!(equation.output, letters("Bbik"));
    }

    #[test]
    fn an_ellipsis_stands_for_the_axes_that_are_left() {
        let equation = Equation::parse("...ij,j...->...i", &[4, 2]).unwrap();
        let (one, two) = (Ellipsis(0), Ellipsis(1));
        let (i, j) = (Letter('i'), Letter('j'));
        assert_eq!(equation.operands, [vec![two, one, i, j], vec![j, one]]);
        assert_eq!(equation.output, [two, one, i]);
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        for (text, ranks) in [
            ("ij", &[2, 2][..]),
            ("ij", &[3]),
            ("ijk", &[2]),
            ("i1", &[2]),
            ("ij->ii", &[2]),
            ("ij->k", &[2]),
            ("i..", &[2]),
            ("......", &[2]),
            ("...i->i", &[2]),
            ("i->->", &[1]),
        ] {
            assert!(Equation::parse(text, ranks).is_err(), "{text}");
        }
    }
}
