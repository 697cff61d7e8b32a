use emo_backend::{BackendError, emo_tensor::ElementType};
use emo_onnx::Node;

use super::{Compiler, value::Value};
use crate::{
    form::Form,
    kernel::Kernel,
    kernels::{
        interleave::{Deinterleave, Shift},
        quantize::{Dequantize, QuantAxis},
    },
    ops::{Forms, How, Lowered, Scales},
    simd::Level,
};

impl<'m> Compiler<'m> {
    /// Converts operands to forms that an operator takes.
    pub(super) fn bring_into_form(
        &mut self,
        node: &'m Node,
        forms: Forms,
        operands: &mut [Option<Value<'m>>],
    ) -> Result<(), BackendError> {
        let in_one_order = forms == Forms::Elementwise && in_one_order(operands);
        for (index, (operand, name)) in operands.iter_mut().zip(&node.inputs).enumerate() {
            let Some(value) = operand.take() else {
                continue;
            };
            let per_axis = value
                .scales
                .as_ref()
                .is_some_and(|scales| scales.axis.is_some());
            *operand = Some(match forms {
                Forms::Passed if index == 0 && !per_axis => value,
                Forms::Elementwise if in_one_order => {
                    self.kept(name, value, |compiler, name, value| {
                        let value = compiler.unscaled(name, value)?;
                        compiler.unshifted(name, value)
                    })?
                }
                _ => self.plain(name, value)?,
            });
        }
        Ok(())
    }

    /// Numbers as such, in row-major order.
    pub(super) fn plain(
        &mut self,
        name: &'m str,
        value: Value<'m>,
    ) -> Result<Value<'m>, BackendError> {
        self.kept(name, value, |compiler, name, value| {
            let value = compiler.unscaled(name, value)?;
            let value = compiler.row_major(name, value)?;
            compiler.unshifted(name, value)
        })
    }

    /// Converts a value, for all that read it from now on.
    fn kept(
        &mut self,
        name: &'m str,
        value: Value<'m>,
        convert: impl FnOnce(&mut Self, &str, Value<'m>) -> Result<Value<'m>, BackendError>,
    ) -> Result<Value<'m>, BackendError> {
        if value.scales.is_none() && value.form == Form::PLAIN {
            return Ok(value);
        }
        let value = convert(self, name, value)?;
        self.values.insert(name, value.clone());
        Ok(value)
    }

    /// Puts numbers in the place of integers that stand for them.
    pub(super) fn unscaled(
        &mut self,
        name: &str,
        value: Value<'m>,
    ) -> Result<Value<'m>, BackendError> {
        let Some(scales) = value.scales.clone() else {
            return Ok(value);
        };
        let value = match scales.axis {
            Some(_) => self.row_major(name, value)?,
            None => value,
        };
        let kernel = dequantize(self.level, &value, &scales);
        let form = value.form.with_shift(false);
        self.converted(name, value, ElementType::F32, form, kernel)
    }

    fn unshifted(&mut self, name: &str, value: Value<'m>) -> Result<Value<'m>, BackendError> {
        if !value.form.shifted {
            return Ok(value);
        }
        let (element_type, form) = (value.element_type, value.form.with_shift(false));
        self.converted(name, value, element_type, form, Box::new(Shift))
    }

    fn row_major(&mut self, name: &str, value: Value<'m>) -> Result<Value<'m>, BackendError> {
        let Some(interleaved) = value.form.interleaved else {
            return Ok(value);
        };
        let form = Form {
            interleaved: None,
            ..value.form
        };
        let element_type = value.element_type;
        let kernel = Box::new(Deinterleave::new(
            interleaved.channels,
            interleaved.positions,
        ));
        let scales = value.scales.clone();
        let value = self.converted(name, value, element_type, form, kernel)?;
        Ok(Value { scales, ..value })
    }

    fn converted(
        &mut self,
        name: &str,
        value: Value<'m>,
        to: ElementType,
        form: Form,
        kernel: Box<dyn Kernel>,
    ) -> Result<Value<'m>, BackendError> {
        let how = How::Compute {
            reads: vec![0],
            kernel,
        };
        let lowered = Lowered::new(to, value.shape.clone(), how).in_form(form);
        self.place(name, name, lowered, &[Some(value)])
    }
}

/// Whether all operands with more than one element have one shape and lie in one order.
fn in_one_order(operands: &[Option<Value<'_>>]) -> bool {
    let mut large = operands
        .iter()
        .flatten()
        .filter(|operand| operand.shape.iter().any(|&extent| extent != 1));
    let Some(first) = large.next() else {
        return true;
    };
    large.all(|operand| {
        operand.shape == first.shape && operand.form.interleaved == first.form.interleaved
    })
}

/// Computes the numbers that integers stand for; those with several scales are in row-major order.
fn dequantize(level: Level, value: &Value<'_>, scales: &Scales) -> Box<dyn Kernel> {
    let shift = if value.form.shifted { 128 } else { 0 };
    let axis = QuantAxis {
        scales: scales.scales.clone(),
        zero_points: scales
            .zero_points
            .iter()
            .map(|point| point + shift)
            .collect(),
        inner: match scales.axis {
            None => usize::MAX,
            Some(axis) => value.shape[axis + 1..].iter().product(),
        },
    };
    let kernel = Dequantize::new(level, axis);
    if matches!(value.element_type, ElementType::I8 | ElementType::U8) {
        Box::new(kernel.of_bytes())
    } else {
        Box::new(kernel)
    }
}
