use std::rc::Rc;

use emo_backend::{BackendError, emo_tensor::ElementType};
use emo_onnx::Node;

use super::{
    Compiler,
    value::{Constant, State, Value},
};
use crate::{
    buffer::{Buffer, Slice},
    form::Form,
    kernels::byte_table::ByteTable,
    ops::{Forms, How, Lowered, Operator},
};

/// How many bytes there are.
const TABLE_LEN: usize = 256;

impl<'m> Compiler<'m> {
    /// An element-wise function of bytes that stand for numbers, and perhaps of single constants, as a table of what it
    /// is of each byte.
    pub(super) fn tabulated(
        &mut self,
        node: &'m Node,
        operator: &Operator,
        operands: &[Option<Value<'m>>],
    ) -> Result<Option<Lowered>, BackendError> {
        let Some((Some(first), others)) = operands.split_first() else {
            return Ok(None);
        };
        let is_kept_as_bytes = match first.element_type {
            ElementType::I8 => first.form.shifted,
            element_type => element_type == ElementType::U8,
        };
        let is_of_one_scale = matches!(&first.scales, Some(scales) if scales.axis.is_none())
            && first.as_constant().is_none();
        let others_are_numbers = others.iter().flatten().all(|other| {
            other.scales.is_none()
                && other.as_constant().is_some()
                && other.shape.iter().all(|&extent| extent == 1)
        });
        if operator.forms != Forms::Elementwise
            || !is_kept_as_bytes
            || !is_of_one_scale
            || !others_are_numbers
        {
            return Ok(None);
        }
        let label = node.label();
        let bytes = Buffer::U8((0..=u8::MAX).collect());
        let every_byte = Value {
            shape: vec![TABLE_LEN],
            form: Form::PLAIN.with_shift(first.form.shifted),
            state: State::Constant(Constant::Folded(Rc::new(bytes))),
            ..first.clone()
        };
        let mut known = operands.to_vec();
        known[0] = Some(self.unscaled(&label, every_byte)?);
        let (outputs, steps) = self.lower(node, &known, |context| (operator.lower)(context))?;
        let mut outputs = outputs.into_iter();
        let (Some(lowered), None, true) = (outputs.next(), outputs.next(), steps.is_empty()) else {
            return Ok(None);
        };
        if lowered.element_type != ElementType::F32 || lowered.shape != [TABLE_LEN] {
            return Ok(None);
        }
        let values = self.place(&label, &label, lowered, &known)?;
        let Some(Slice::F32(table)) = values.as_constant() else {
            return Ok(None);
        };
        let Some(kernel) = ByteTable::new(self.level, table) else {
            return Ok(None);
        };
        let how = How::Compute {
            reads: vec![0],
            kernel: Box::new(kernel),
        };
        let form = first.form.with_shift(false);
        Ok(Some(
            Lowered::new(ElementType::F32, first.shape.clone(), how).in_form(form),
        ))
    }
}
