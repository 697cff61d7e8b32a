use std::collections::{BTreeMap, BTreeSet};

use emo_onnx::{GraphBuilder, Model, OnnxError, ValueType};

/// The same model with short names for all but inputs, outputs and the nodes of layers.
///
/// In a small network names take as many bytes as weights. A graph with subgraphs keeps its names, since these may
/// refer to them.
pub(crate) fn compact(model: &Model) -> Result<Model, OnnxError> {
    let graph = model.graph();
    let has_subgraphs = graph
        .nodes()
        .iter()
        .any(|node| node.subgraphs().next().is_some());
    let is_open = |value_type: &ValueType| !matches!(value_type.tensor(), Some((_, Some(_))));
    if has_subgraphs
        || !graph.opaque_initializers().is_empty()
        || graph.inputs().iter().any(|info| is_open(&info.value_type))
    {
        return Ok(model.clone());
    }
    let kept: BTreeSet<&str> = graph
        .inputs()
        .iter()
        .chain(graph.outputs())
        .map(|info| info.name.as_str())
        .collect();
    let mut names = Names {
        kept,
        given: BTreeMap::new(),
        next: 0,
    };
    let mut builder = GraphBuilder::new(graph.name());
    for info in graph.inputs() {
        if let Some((element_type, Some(shape))) = info.tensor() {
            builder.input_of(&info.name, element_type, shape.iter().cloned());
        }
    }
    // Constants are named as they are read, so that those beside each other have names of the same kind.
    for node in graph.nodes() {
        let mut node = node.clone();
        for name in node.inputs.iter_mut().chain(&mut node.outputs) {
            *name = names.of(name);
        }
        builder.push(node);
    }
    for (name, tensor) in graph.initializers() {
        builder.initializer(&names.of(name), tensor.clone());
    }
    for info in graph.outputs() {
        builder.output_of(&info.name);
    }
    let mut compacted = builder.build(model.opset())?;
    compacted.metadata_mut().clone_from(model.metadata());
    Ok(compacted)
}

struct Names<'g> {
    kept: BTreeSet<&'g str>,
    given: BTreeMap<String, String>,
    next: usize,
}

impl Names<'_> {
    fn of(&mut self, name: &str) -> String {
        if name.is_empty() || self.kept.contains(name) {
            return name.to_owned();
        }
        if let Some(given) = self.given.get(name) {
            return given.clone();
        }
        let given = loop {
            let given = letters(self.next);
            self.next += 1;
            if !self.kept.contains(given.as_str()) {
                break given;
            }
        };
        self.given.insert(name.to_owned(), given.clone());
        given
    }
}

/// `a` to `z`, `aa` and so on.
fn letters(mut number: usize) -> String {
    let mut name = Vec::new();
    loop {
        name.push(b'a' + (number % 26) as u8);
        number /= 26;
        if number == 0 {
            break;
        }
        number -= 1;
    }
    name.reverse();
    name.into_iter().map(char::from).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_count_in_letters_and_none_comes_twice() {
        assert_eq!(letters(0), "a");
        assert_eq!(letters(25), "z");
        assert_eq!(letters(26), "aa");
        assert_eq!(letters(26 * 27), "aaa");
        let all: BTreeSet<String> = (0..2000).map(letters).collect();
        assert_eq!(all.len(), 2000);
    }
}
