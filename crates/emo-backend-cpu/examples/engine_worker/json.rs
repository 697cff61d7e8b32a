//! The little JSON that the answers need.

use std::fmt::{Display, Write};

/// An object of values that are JSON already.
pub(crate) fn object(fields: &[(&str, &str)]) -> String {
    let fields = fields
        .iter()
        .map(|(name, value)| format!("{}: {value}", string(name)));
    format!("{{{}}}", fields.collect::<Vec<_>>().join(", "))
}

pub(crate) fn error(message: &str) -> String {
    object(&[("err", &string(message))])
}

pub(crate) fn list(numbers: &[impl Display]) -> String {
    let numbers = numbers.iter().map(ToString::to_string);
    format!("[{}]", numbers.collect::<Vec<_>>().join(", "))
}

/// Lists in a list; what is no number is spelled as Python's `json` reads it.
pub(crate) fn rows(rows: &[Vec<f32>]) -> String {
    let number = |&x: &f32| match x {
        x if x.is_nan() => "NaN".to_owned(),
        f32::INFINITY => "Infinity".to_owned(),
        f32::NEG_INFINITY => "-Infinity".to_owned(),
        x => f64::from(x).to_string(),
    };
    let row = |row: &Vec<f32>| list(&row.iter().map(number).collect::<Vec<_>>());
    list(&rows.iter().map(row).collect::<Vec<_>>())
}

fn string(text: &str) -> String {
    let mut quoted = String::from('"');
    for character in text.chars() {
        match character {
            '"' | '\\' => quoted.extend(['\\', character]),
            character if character.is_control() => {
                write!(quoted, "\\u{:04x}", u32::from(character))
                    .expect("a string takes what is written");
            }
            character => quoted.push(character),
        }
    }
    quoted.push('"');
    quoted
}
