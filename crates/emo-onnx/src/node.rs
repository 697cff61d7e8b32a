use std::collections::BTreeMap;

use emo_tensor::Tensor;

use crate::OnnxError;

/// The value of a node's attribute.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Attribute {
    /// A single number.
    Float(f32),
    /// A single integer; ONNX writes flags as 0 and 1.
    Int(i64),
    /// UTF-8 text.
    String(String),
    /// A tensor, as in `Constant`.
    Tensor(Tensor),
    /// A list of numbers.
    Floats(Vec<f32>),
    /// A list of integers, as in `pads`.
    Ints(Vec<i64>),
    /// A list of texts.
    Strings(Vec<String>),
}

/// One operator of a graph.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// The node's name; may be empty, and need not be unique.
    pub name: String,
    /// The operator, as ONNX spells it (`Conv`, `Gemm`, …).
    pub op_type: String,
    /// The operator set's domain; empty for ONNX's own.
    pub domain: String,
    /// Names of the values read, in the operator's order; an empty name stands for an absent optional input.
    pub inputs: Vec<String>,
    /// Names of the values written, in the operator's order; an empty name stands for one that nobody reads.
    pub outputs: Vec<String>,
    /// The attributes that are present.
    pub attributes: BTreeMap<String, Attribute>,
}

impl Node {
    /// How errors call this node: its name and operator, or its first output where it has no name.
    pub fn label(&self) -> String {
        let name = if self.name.is_empty() {
            self.outputs.first().map_or("", String::as_str)
        } else {
            &self.name
        };
        format!("{name} ({})", self.op_type)
    }

    /// The integer `name`, or `default` where it is absent.
    ///
    /// # Errors
    /// [`OnnxError::Attribute`] if it is present as something else.
    pub fn int(&self, name: &str, default: i64) -> Result<i64, OnnxError> {
        match self.attributes.get(name) {
            None => Ok(default),
            Some(Attribute::Int(value)) => Ok(*value),
            Some(_) => Err(self.wrong_attribute(name, "an integer")),
        }
    }

    /// The number `name`, or `default` where it is absent.
    ///
    /// # Errors
    /// [`OnnxError::Attribute`] if it is present as something else.
    pub fn float(&self, name: &str, default: f32) -> Result<f32, OnnxError> {
        match self.attributes.get(name) {
            None => Ok(default),
            Some(Attribute::Float(value)) => Ok(*value),
            Some(_) => Err(self.wrong_attribute(name, "a number")),
        }
    }

    /// The list of integers `name`, if it is present.
    ///
    /// # Errors
    /// [`OnnxError::Attribute`] if it is present as something else.
    pub fn ints(&self, name: &str) -> Result<Option<&[i64]>, OnnxError> {
        match self.attributes.get(name) {
            None => Ok(None),
            Some(Attribute::Ints(values)) => Ok(Some(values)),
            Some(_) => Err(self.wrong_attribute(name, "a list of integers")),
        }
    }

    /// The text `name`, or `default` where it is absent.
    ///
    /// # Errors
    /// [`OnnxError::Attribute`] if it is present as something else.
    pub fn string<'n>(&'n self, name: &str, default: &'n str) -> Result<&'n str, OnnxError> {
        match self.attributes.get(name) {
            None => Ok(default),
            Some(Attribute::String(value)) => Ok(value),
            Some(_) => Err(self.wrong_attribute(name, "a text")),
        }
    }

    fn wrong_attribute(&self, attribute: &str, expected: &'static str) -> OnnxError {
        OnnxError::Attribute {
            node: self.label(),
            attribute: attribute.to_owned(),
            expected,
        }
    }
}
