use emo_backend::{
    BackendError,
    emo_tensor::{ElementType, Overflow},
};

use super::{How, Lowered, NodeContext};
use crate::{
    buffer::{Buffer, Scalar},
    kernel::Kernel,
    kernels::{
        binary::{Binary, BinaryOp},
        cast::Cast,
    },
    number::{Number, with_integer, with_number},
    shape::{broadcast, broadcast_strides},
};

/// A value at hand while a node is lowered: one of its inputs, or what a step on the way to its outputs computes.
#[derive(Debug, Clone)]
pub(super) struct ValueRef {
    number: usize,
    pub(super) element_type: ElementType,
    pub(super) shape: Vec<usize>,
}

impl ValueRef {
    /// The number by which kernels read it.
    pub(super) fn number(&self) -> usize {
        self.number
    }

    /// The node's only output.
    pub(super) fn finish(self) -> Vec<Lowered> {
        vec![self.lowered()]
    }

    /// One of the node's outputs.
    pub(super) fn lowered(self) -> Lowered {
        Lowered::new(self.element_type, self.shape, How::Alias(self.number))
    }
}

impl NodeContext<'_> {
    /// An input that must be present.
    pub(super) fn value(&self, index: usize) -> Result<ValueRef, BackendError> {
        let operand = self.input(index)?;
        Ok(ValueRef {
            number: index,
            element_type: operand.element_type,
            shape: operand.shape.to_vec(),
        })
    }

    /// A step on the way to the outputs.
    pub(super) fn push(&self, lowered: Lowered) -> ValueRef {
        let (element_type, shape) = (lowered.element_type, lowered.shape.clone());
        let mut steps = self.steps.borrow_mut();
        steps.push(lowered);
        ValueRef {
            number: self.inputs.len() + steps.len() - 1,
            element_type,
            shape,
        }
    }

    /// A constant of the operator's own.
    pub(super) fn fixed(&self, shape: Vec<usize>, elements: Buffer) -> ValueRef {
        self.push(Lowered::new(
            elements.element_type(),
            shape,
            How::Constant(elements),
        ))
    }

    /// A scalar that the type holds exactly, or as `f32`.
    pub(super) fn scalar(
        &self,
        element_type: ElementType,
        value: f64,
    ) -> Result<ValueRef, BackendError> {
        let elements = with_number!(
            element_type,
            T => {
                let number = <T as Number>::from_f64(value);
                (element_type == ElementType::F32 || number.to_f64() == value)
                    .then(|| T::buffer(vec![number]))
            },
            else None
        );
        let elements = elements.ok_or_else(|| {
            self.unsupported(format!("the factor {value} for {element_type} elements"))
        })?;
        Ok(self.fixed(vec![], elements))
    }

    /// What a kernel computes of other values.
    pub(super) fn computed(
        &self,
        element_type: ElementType,
        shape: Vec<usize>,
        reads: &[&ValueRef],
        kernel: impl Kernel + 'static,
    ) -> ValueRef {
        let reads = reads.iter().map(|value| value.number).collect();
        self.push(Lowered::new(
            element_type,
            shape,
            How::Compute {
                reads,
                kernel: Box::new(kernel),
            },
        ))
    }

    /// The same elements under another shape with as many.
    pub(super) fn reshaped(&self, value: &ValueRef, shape: Vec<usize>) -> ValueRef {
        ValueRef {
            shape,
            ..value.clone()
        }
    }

    /// The elements converted to another type.
    pub(super) fn converted(&self, value: &ValueRef, to: ElementType) -> ValueRef {
        if value.element_type == to {
            return value.clone();
        }
        let kernel = Cast {
            from: value.element_type,
            overflow: Overflow::Saturate,
        };
        self.computed(to, value.shape.clone(), &[value], kernel)
    }

    /// An operation on two values of one type with broadcasting.
    pub(super) fn combined(
        &self,
        op: BinaryOp,
        a: &ValueRef,
        b: &ValueRef,
    ) -> Result<ValueRef, BackendError> {
        let element_type = a.element_type;
        if b.element_type != element_type {
            return Err(self.malformed(format!(
                "operands of types {element_type} and {}",
                b.element_type
            )));
        }
        let executed = if element_type == ElementType::Bool {
            matches!(
                op,
                BinaryOp::And | BinaryOp::Or | BinaryOp::Xor | BinaryOp::Equal
            )
        } else if op.is_bitwise() {
            with_integer!(element_type, _T => true, else false)
        } else {
            with_number!(element_type, _T => true, else false)
        };
        if !executed {
            return Err(self.unsupported(format!("{element_type} elements")));
        }
        let shape = broadcast(&a.shape, &b.shape).ok_or_else(|| {
            self.malformed(format!(
                "shapes {:?} and {:?} do not broadcast",
                a.shape, b.shape
            ))
        })?;
        let strides = [
            &*broadcast_strides(&a.shape, &shape),
            &*broadcast_strides(&b.shape, &shape),
        ];
        let kernel = Binary::new(op, element_type, &shape, strides)
            .ok_or_else(|| self.unsupported(format!("broadcasting to {} axes", shape.len())))?;
        let result = if op.is_comparison() {
            ElementType::Bool
        } else {
            element_type
        };
        Ok(self.computed(result, shape, &[a, b], kernel))
    }
}
