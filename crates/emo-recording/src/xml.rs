#![deny(
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss
)]

/// The most elements within each other.
const MAX_DEPTH: usize = 32;

/// What is wrong with a text that should be XML, and at which byte.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct XmlError {
    pub(crate) offset: usize,
    pub(crate) expected: &'static str,
}

/// Walks through a text of XML and calls `visit` at each element's end, with the names of the elements that it is in,
/// its own last, and the text directly within it, without surrounding spaces.
///
/// Attributes, comments and instructions are passed over; a document type is refused, and with it own entities.
pub(crate) fn walk<'t>(
    text: &'t str,
    mut visit: impl FnMut(&[&'t str], &str),
) -> Result<(), XmlError> {
    let mut path: Vec<&str> = Vec::new();
    let mut texts: Vec<String> = Vec::new();
    let mut rest = text;
    let error = |rest: &str, expected| XmlError {
        offset: text.len() - rest.len(),
        expected,
    };
    while let Some(at) = rest.find('<') {
        let (before, tag) = rest.split_at_checked(at).unwrap_or((rest, ""));
        if let Some(own) = texts.last_mut() {
            unescape(before, own).map_err(|expected| error(rest, expected))?;
        }
        let ends = |end: &'static str| {
            let (inner, after) = tag.split_once(end)?;
            Some((inner, after))
        };
        if tag.starts_with("<!--") {
            (_, rest) = ends("-->").ok_or_else(|| error(tag, "an end of the comment"))?;
        } else if let Some(start) = tag.strip_prefix("<![CDATA[") {
            let (inner, after) = start
                .split_once("]]>")
                .ok_or_else(|| error(tag, "an end of the text"))?;
            if let Some(own) = texts.last_mut() {
                own.push_str(inner);
            }
            rest = after;
        } else if tag.starts_with("<?") {
            (_, rest) = ends("?>").ok_or_else(|| error(tag, "an end of the instruction"))?;
        } else if tag.starts_with("<!") {
            return Err(error(tag, "no document type"));
        } else if let Some(name) = tag.strip_prefix("</") {
            let (name, after) = name
                .split_once('>')
                .ok_or_else(|| error(tag, "an end of the tag"))?;
            if path.last() != Some(&name.trim()) {
                return Err(error(tag, "the end of the element that is open"));
            }
            visit(&path, texts.pop().unwrap_or_default().trim());
            path.pop();
            rest = after;
        } else {
            let len = tag_len(tag).ok_or_else(|| error(tag, "an end of the tag"))?;
            let (tag_text, after) = tag.split_at_checked(len).unwrap_or((tag, ""));
            let inner = tag_text.trim_start_matches('<').trim_end_matches('>');
            let is_empty = inner.ends_with('/');
            let name = inner
                .split([' ', '\t', '\r', '\n', '/'])
                .next()
                .unwrap_or_default();
            if name.is_empty() {
                return Err(error(tag, "an element's name"));
            }
            if path.len() >= MAX_DEPTH {
                return Err(error(tag, "at most 32 elements within each other"));
            }
            path.push(name);
            if is_empty {
                visit(&path, "");
                path.pop();
            } else {
                texts.push(String::new());
            }
            rest = after;
        }
    }
    if path.is_empty() {
        Ok(())
    } else {
        Err(error("", "the end of all elements"))
    }
}

/// The length of a tag that may hold `>` in the quotes of an attribute.
fn tag_len(tag: &str) -> Option<usize> {
    let mut quote = None;
    for (at, byte) in tag.bytes().enumerate() {
        match (quote, byte) {
            (None, b'>') => return Some(at + 1),
            (None, b'"' | b'\'') => quote = Some(byte),
            (Some(open), _) if open == byte => quote = None,
            _ => {}
        }
    }
    None
}

fn unescape(text: &str, into: &mut String) -> Result<(), &'static str> {
    const EXPECTED: &str = "a known entity after &";
    let mut parts = text.split('&');
    into.push_str(parts.next().unwrap_or_default());
    for part in parts {
        let (entity, after) = part.split_once(';').ok_or(EXPECTED)?;
        let character = match entity {
            "lt" => '<',
            "gt" => '>',
            "amp" => '&',
            "quot" => '"',
            "apos" => '\'',
            _ => {
                let number = entity.strip_prefix('#').ok_or(EXPECTED)?;
                let code = match number.strip_prefix('x') {
                    Some(hex) => u32::from_str_radix(hex, 16),
                    None => number.parse(),
                };
                code.ok().and_then(char::from_u32).ok_or(EXPECTED)?
            }
        };
        into.push(character);
        into.push_str(after);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leaves(text: &str) -> Result<Vec<String>, XmlError> {
        let mut found = Vec::new();
        walk(text, |path, text| {
            found.push(format!("{}={text}", path.join("/")));
        })?;
        Ok(found)
    }

    #[test]
    fn elements_and_their_texts() {
        let text = "<?xml version=\"1.0\"?>\n<info a='>'><!-- <x> --><name> A &amp; B&#x21;</name>\n\
                    <desc/><c><![CDATA[<1>]]></c></info>\n";
        let expected = ["info/name=A & B!", "info/desc=", "info/c=<1>", "info="];
        assert_eq!(leaves(text).expect("well-formed"), expected);
        assert_eq!(leaves("").expect("nothing"), [""; 0]);
    }

    #[test]
    fn what_is_not_well_formed_is_placed() {
        for (text, offset, expected) in [
            ("<a>", 3, "the end of all elements"),
            ("<a></b>", 3, "the end of the element that is open"),
            ("</a>", 0, "the end of the element that is open"),
            ("<a><b", 3, "an end of the tag"),
            ("<a b=\">", 0, "an end of the tag"),
            ("<a>&b;</a>", 3, "a known entity after &"),
            ("<a>&#xd800;</a>", 3, "a known entity after &"),
            ("<!DOCTYPE a>", 0, "no document type"),
            ("<a>< b></a>", 3, "an element's name"),
        ] {
            assert_eq!(leaves(text), Err(XmlError { offset, expected }), "{text}");
        }
        let deep = "<a>".repeat(33);
        assert!(matches!(leaves(&deep), Err(XmlError { offset: 96, .. })));
    }
}
