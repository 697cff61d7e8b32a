//! Settings that are attributes in one version and inputs in another.

use super::editor::{Editor, set_input, trim};
use crate::{Attribute, Node, OnnxError};

impl Editor<'_> {
    /// Makes an input of a list of integers.
    pub(super) fn ints_to_input(
        &mut self,
        node: &mut Node,
        attribute: &str,
        index: usize,
    ) -> Result<(), OnnxError> {
        let values = node.ints(attribute)?.map(<[i64]>::to_vec);
        node.attributes.remove(attribute);
        if let Some(values) = values {
            let hint = format!("{}.{attribute}", node.output(0).unwrap_or_default());
            let name = self.add_ints(&hint, &values);
            set_input(node, index, name);
        }
        Ok(())
    }

    /// Makes an attribute of an input, which must be constant.
    pub(super) fn input_to_ints(
        &mut self,
        node: &mut Node,
        index: usize,
        attribute: &str,
    ) -> Result<(), OnnxError> {
        let Some(name) = node.input(index) else {
            return Ok(());
        };
        let value = self.integers(name).map(Attribute::Ints);
        self.input_to_attribute(node, index, attribute, value)
    }

    /// Makes an input of a number, of the type that the first input has.
    pub(super) fn float_to_input(
        &mut self,
        node: &mut Node,
        attribute: &str,
        index: usize,
    ) -> Result<(), OnnxError> {
        if !node.attributes.contains_key(attribute) {
            return Ok(());
        }
        let value = node.float(attribute, 0.0)?;
        let x = self.input(node, 0)?;
        let hint = format!("{}.{attribute}", node.output(0).unwrap_or_default());
        let name = self.add_number(node, &hint, &x, value.into())?;
        node.attributes.remove(attribute);
        set_input(node, index, name);
        Ok(())
    }

    /// Makes an attribute of an input of one number, which must be constant.
    pub(super) fn input_to_float(
        &mut self,
        node: &mut Node,
        index: usize,
        attribute: &str,
    ) -> Result<(), OnnxError> {
        let Some(name) = node.input(index) else {
            return Ok(());
        };
        #[expect(clippy::cast_possible_truncation, reason = "attributes are of 32 bits")]
        let value = self.float(name).map(|value| Attribute::Float(value as f32));
        self.input_to_attribute(node, index, attribute, value)
    }

    fn input_to_attribute(
        &self,
        node: &mut Node,
        index: usize,
        attribute: &str,
        value: Option<Attribute>,
    ) -> Result<(), OnnxError> {
        let Some(value) = value else {
            return Err(self.error(node, "an input that would be an attribute is not constant"));
        };
        node.attributes.insert(attribute.to_owned(), value);
        set_input(node, index, String::new());
        trim(node);
        Ok(())
    }
}
