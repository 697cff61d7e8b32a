use std::{
    collections::HashMap,
    fmt::{self, Write as _},
};

use crate::{Model, graph::present};

impl Model {
    /// The graph as a picture for Graphviz (`dot -Tsvg`): operators as boxes, and the values that go from one to
    /// another as arrows with their types. Constants are left out; subgraphs count as part of their node.
    pub fn to_dot(&self) -> String {
        let mut text = String::new();
        // Writing to a string does not fail.
        let _ = self.write_dot(&mut text);
        text
    }

    /// The graph as a picture for Mermaid, as Markdown renders it in a block of that name.
    pub fn to_mermaid(&self) -> String {
        let mut text = String::new();
        let _ = self.write_mermaid(&mut text);
        text
    }

    fn write_dot(&self, out: &mut String) -> fmt::Result {
        let escape = |text: &str| text.escape_debug().to_string().replace("\\'", "'");
        writeln!(out, "digraph \"{}\" {{", escape(self.graph().name()))?;
        writeln!(out, "  node [shape=box];")?;
        let drawing = Drawing::new(self);
        for Shape {
            id,
            label,
            is_value,
        } in &drawing.shapes
        {
            let shape = if *is_value { ", shape=ellipse" } else { "" };
            writeln!(out, "  {id} [label=\"{}\"{shape}];", escape(label))?;
        }
        for (from, to, label) in &drawing.arrows {
            writeln!(out, "  {from} -> {to} [label=\"{}\"];", escape(label))?;
        }
        writeln!(out, "}}")
    }

    fn write_mermaid(&self, out: &mut String) -> fmt::Result {
        // What would end a label or begin something else is written by its number.
        let escape = |text: &str| {
            let mut escaped = String::with_capacity(text.len());
            for character in text.chars() {
                match character {
                    ' ' | '.' | '_' | ',' | ':' | '/' | '-' => escaped.push(character),
                    c if c.is_alphanumeric() => escaped.push(c),
                    c => {
                        let _ = write!(escaped, "#{};", u32::from(c));
                    }
                }
            }
            escaped
        };
        writeln!(out, "flowchart TD")?;
        let drawing = Drawing::new(self);
        for Shape {
            id,
            label,
            is_value,
        } in &drawing.shapes
        {
            match is_value {
                true => writeln!(out, "  {id}([\"{}\"])", escape(label))?,
                false => writeln!(out, "  {id}[\"{}\"]", escape(label))?,
            }
        }
        for (from, to, label) in &drawing.arrows {
            match label.is_empty() {
                true => writeln!(out, "  {from} --> {to}")?,
                false => writeln!(out, "  {from} -->|\"{}\"| {to}", escape(label))?,
            }
        }
        Ok(())
    }
}

struct Shape {
    id: String,
    label: String,
    is_value: bool,
}

/// Boxes and arrows, whatever draws them.
struct Drawing {
    shapes: Vec<Shape>,
    arrows: Vec<(String, String, String)>,
}

impl Drawing {
    fn new(model: &Model) -> Self {
        let inference = model.infer().ok();
        let type_of = |name: &str| {
            let value = inference
                .as_ref()
                .and_then(|inference| inference.value(name));
            value.map_or_else(String::new, ToString::to_string)
        };
        let graph = model.graph();
        let mut shapes = Vec::new();
        let mut arrows = Vec::new();
        let mut sources: HashMap<&str, String> = HashMap::new();
        for (index, info) in graph.inputs().iter().enumerate() {
            let id = format!("in{index}");
            sources.insert(&info.name, id.clone());
            shapes.push(Shape {
                id,
                label: info.name.clone(),
                is_value: true,
            });
        }
        for (index, node) in graph.nodes().iter().enumerate() {
            let id = format!("n{index}");
            let label = match node.name.as_str() {
                "" => node.op_type.clone(),
                name => format!("{} {name}", node.op_type),
            };
            for name in present(&node.inputs).chain(node.captures()) {
                if let Some(source) = sources.get(name) {
                    arrows.push((source.clone(), id.clone(), type_of(name)));
                }
            }
            for name in present(&node.outputs) {
                sources.insert(name, id.clone());
            }
            shapes.push(Shape {
                id,
                label,
                is_value: false,
            });
        }
        for (index, info) in graph.outputs().iter().enumerate() {
            let id = format!("out{index}");
            if let Some(source) = sources.get(info.name.as_str()) {
                arrows.push((source.clone(), id.clone(), type_of(&info.name)));
            }
            shapes.push(Shape {
                id,
                label: info.name.clone(),
                is_value: true,
            });
        }
        Self { shapes, arrows }
    }
}
