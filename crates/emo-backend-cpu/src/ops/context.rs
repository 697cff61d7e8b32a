use std::{cell::RefCell, collections::BTreeSet};

use emo_backend::{BackendError, emo_tensor::ElementType};
use emo_onnx::{Node, OnnxError};

use crate::{
    buffer::{Buffer, Scalar, Slice},
    error::CpuError,
    form::Form,
    kernel::Kernel,
    kernels::{
        cast::convert,
        interleave::{Deinterleave, Interleave, Shift},
    },
    shape::{element_count, normalize_axis},
    simd::Level,
};

/// One operand of a node that is being compiled.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Operand<'a> {
    pub(crate) element_type: ElementType,
    pub(crate) shape: &'a [usize],
    /// Its elements, where they are known before the model runs.
    pub(crate) constant: Option<Slice<'a>>,
    /// How the elements lie in memory; plain unless the operator takes other forms.
    pub(crate) form: Form,
    /// What the elements stand for, if they are integers in place of numbers of type `f32`.
    pub(crate) scales: Option<&'a Scales>,
}

/// One scale and zero point for a whole tensor, or one for each step along an axis:
/// an element stands for `(x − zero_point) · scale`.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Scales {
    pub(crate) scales: Vec<f32>,
    pub(crate) zero_points: Vec<i32>,
    /// `None` for a whole tensor.
    pub(crate) axis: Option<usize>,
}

/// A node that is being compiled.
#[derive(Debug)]
pub(crate) struct NodeContext<'a> {
    pub(crate) node: &'a Node,
    pub(crate) opset: i64,
    pub(crate) level: Level,
    /// The most bytes that any one value may take.
    pub(crate) memory_limit: usize,
    /// `None` for an optional input that is left out.
    pub(crate) inputs: Vec<Option<Operand<'a>>>,
    /// How many outputs, counted to the last one that anybody reads.
    pub(crate) wanted: usize,
    /// What is computed on the way to the outputs.
    pub(crate) steps: RefCell<Vec<Lowered>>,
}

/// What becomes of one output of a node.
#[derive(Debug)]
pub(crate) struct Lowered {
    pub(crate) element_type: ElementType,
    pub(crate) shape: Vec<usize>,
    /// How its elements lie in memory, if they are computed.
    pub(crate) form: Form,
    pub(crate) how: How,
    /// What its elements stand for, if they are integers in place of numbers of type `f32`.
    pub(crate) scales: Option<Scales>,
}

/// Where an output's elements come from.
///
/// Numbers below that of the node's inputs stand for those, the others for what
/// [`NodeContext::step`] returned.
#[derive(Debug)]
pub(crate) enum How {
    /// The elements of this value, in the same order.
    Alias(usize),
    /// Known before the model runs.
    Constant(Buffer),
    /// Computed from these values.
    Compute {
        reads: Vec<usize>,
        kernel: Box<dyn Kernel>,
    },
}

impl Lowered {
    pub(crate) fn new(element_type: ElementType, shape: Vec<usize>, how: How) -> Self {
        Self {
            element_type,
            shape,
            form: Form::PLAIN,
            how,
            scales: None,
        }
    }

    pub(crate) fn compute(
        element_type: ElementType,
        shape: Vec<usize>,
        reads: Vec<usize>,
        kernel: impl Kernel + 'static,
    ) -> Vec<Self> {
        let how = How::Compute {
            reads,
            kernel: Box::new(kernel),
        };
        vec![Self::new(element_type, shape, how)]
    }

    /// The first input under another shape.
    pub(crate) fn alias(element_type: ElementType, shape: Vec<usize>) -> Vec<Self> {
        vec![Self::new(element_type, shape, How::Alias(0))]
    }

    /// With the elements in another order or kept otherwise.
    pub(crate) fn in_form(self, form: Form) -> Self {
        Self { form, ..self }
    }

    /// With integers in place of the numbers that they stand for.
    pub(crate) fn standing_for(self, scales: Scales) -> Self {
        Self {
            scales: Some(scales),
            ..self
        }
    }
}

impl<'a> NodeContext<'a> {
    /// The backend does not execute the node in this form.
    pub(crate) fn unsupported(&self, reason: impl Into<String>) -> BackendError {
        BackendError::Unsupported {
            node: self.node.label(),
            reason: reason.into(),
        }
    }

    /// An input is computed while the model runs, but is needed before.
    pub(crate) fn not_constant(&self, index: usize) -> BackendError {
        BackendError::NotConstant {
            node: self.node.label(),
            input: self.node.inputs.get(index).cloned().unwrap_or_default(),
        }
    }

    /// The node contradicts its operator's definition.
    pub(crate) fn malformed(&self, reason: impl Into<String>) -> BackendError {
        CpuError::Node {
            node: self.node.label(),
            reason: reason.into(),
        }
        .into()
    }

    /// Computes a value on the way to the outputs; the number by which they read it.
    pub(crate) fn step(
        &self,
        element_type: ElementType,
        shape: Vec<usize>,
        reads: Vec<usize>,
        kernel: impl Kernel + 'static,
    ) -> usize {
        let kernel = Box::new(kernel);
        self.push(Lowered::new(
            element_type,
            shape,
            How::Compute { reads, kernel },
        ))
        .number()
    }

    /// The number by which to read an input `[batch, channels, …]` with the channels last, and integers of 8 bits
    /// as `u8`, those of type `i8` each 128 larger.
    ///
    /// `None` if it lies in yet another order.
    pub(crate) fn channels_last(&self, index: usize) -> Result<Option<usize>, BackendError> {
        let operand = self.input(index)?;
        let wanted = Form::channels_last(operand.shape);
        let element_type = operand.element_type;
        let mut form = operand.form;
        let mut number = self.as_bytes(index)?;
        form.shifted |= element_type == ElementType::I8;
        match (form.interleaved, wanted.interleaved) {
            (from, to) if from == to => {}
            (None, Some(to)) => {
                form.interleaved = Some(to);
                let kernel = Interleave::new(to.channels, to.positions);
                number = self.step_in_form(element_type, operand.shape, form, number, kernel);
            }
            _ => return Ok(None),
        }
        Ok(Some(number))
    }

    /// The number by which to read integers of 8 bits as `u8`, those of type `i8` each 128 larger; others as they
    /// are.
    pub(crate) fn as_bytes(&self, index: usize) -> Result<usize, BackendError> {
        let operand = self.input(index)?;
        if operand.element_type != ElementType::I8 || operand.form.shifted {
            return Ok(index);
        }
        let form = operand.form.with_shift(true);
        Ok(self.step_in_form(ElementType::I8, operand.shape, form, index, Shift))
    }

    /// The number by which to read an input in row-major order, and integers as [`as_bytes`](Self::as_bytes) has them.
    pub(crate) fn row_major_bytes(&self, index: usize) -> Result<usize, BackendError> {
        let operand = self.input(index)?;
        let number = self.as_bytes(index)?;
        let Some(order) = operand.form.interleaved else {
            return Ok(number);
        };
        let form = Form::PLAIN.with_shift(operand.element_type == ElementType::I8);
        let kernel = Deinterleave::new(order.channels, order.positions);
        Ok(self.step_in_form(operand.element_type, operand.shape, form, number, kernel))
    }

    fn step_in_form(
        &self,
        element_type: ElementType,
        shape: &[usize],
        form: Form,
        read: usize,
        kernel: impl Kernel + 'static,
    ) -> usize {
        let how = How::Compute {
            reads: vec![read],
            kernel: Box::new(kernel),
        };
        self.push(Lowered::new(element_type, shape.to_vec(), how).in_form(form))
            .number()
    }

    pub(crate) fn input(&self, index: usize) -> Result<Operand<'a>, BackendError> {
        self.optional(index)
            .ok_or_else(|| self.malformed(format!("input {index} is missing")))
    }

    pub(crate) fn optional(&self, index: usize) -> Option<Operand<'a>> {
        self.inputs.get(index).copied().flatten()
    }

    /// Whether some operand's elements are integers that stand for numbers.
    pub(crate) fn is_scaled(&self) -> bool {
        let mut operands = self.inputs.iter().flatten();
        operands.any(|operand| operand.scales.is_some())
    }

    /// An input that must be of type `f32`.
    pub(crate) fn f32_input(&self, index: usize) -> Result<Operand<'a>, BackendError> {
        let operand = self.input(index)?;
        if operand.element_type != ElementType::F32 {
            return Err(self.unsupported(format!(
                "input {index} holds {} elements, only f32 is executed",
                operand.element_type
            )));
        }
        Ok(operand)
    }

    /// The elements of an input that must be constant and of type `T`.
    pub(crate) fn constant<T: Scalar>(
        &self,
        index: usize,
    ) -> Result<Option<&'a [T]>, BackendError> {
        let Some(operand) = self.optional(index) else {
            return Ok(None);
        };
        let constant = operand.constant.ok_or_else(|| self.not_constant(index))?;
        T::slice(constant).map(Some).ok_or_else(|| {
            self.unsupported(format!(
                "input {index} holds {} elements, expected {}",
                operand.element_type,
                T::TYPE
            ))
        })
    }

    /// The elements of an input that must be present, constant and of type `T`.
    pub(crate) fn required_constant<T: Scalar>(
        &self,
        index: usize,
    ) -> Result<&'a [T], BackendError> {
        self.constant(index)?
            .ok_or_else(|| self.malformed(format!("input {index} is missing")))
    }

    /// The integers of a constant input of either integer type that ONNX allows for indices.
    pub(crate) fn constant_indices(&self, index: usize) -> Result<Option<Vec<i64>>, BackendError> {
        match self.optional(index) {
            Some(Operand {
                element_type: ElementType::I32,
                ..
            }) => Ok(self
                .constant::<i32>(index)?
                .map(|values| values.iter().copied().map(i64::from).collect())),
            _ => Ok(self.constant::<i64>(index)?.map(<[i64]>::to_vec)),
        }
    }

    /// A list of integers that is an attribute before `since` and the constant input `index` from then on.
    pub(crate) fn ints_or_input(
        &self,
        name: &str,
        since: i64,
        index: usize,
    ) -> Result<Option<Vec<i64>>, BackendError> {
        if self.opset < since {
            Ok(self.ints(name)?.map(<[i64]>::to_vec))
        } else if self.node.attributes.contains_key(name) {
            Err(self.malformed(format!(
                "attribute `{name}` became an input in opset {since}, the model is for {}",
                self.opset
            )))
        } else {
            self.constant_indices(index)
        }
    }

    /// The only element of a constant input, converted to `T` as by `Cast`.
    pub(crate) fn number<T: Scalar>(&self, index: usize) -> Result<T, BackendError> {
        match self.constant_as(index)?[..] {
            [value] => Ok(value),
            ref values => Err(self.malformed(format!(
                "input {index} has {} elements, expected one",
                values.len()
            ))),
        }
    }

    /// The elements of a constant input, converted to `T` as by `Cast`.
    pub(crate) fn constant_as<T: Scalar>(&self, index: usize) -> Result<Vec<T>, BackendError> {
        let operand = self.input(index)?;
        let constant = operand.constant.ok_or_else(|| self.not_constant(index))?;
        self.check_memory(&format!("input {index}"), operand.shape)?;
        let len = element_count(operand.shape).unwrap_or(0);
        let buffer = convert(constant, operand.element_type, len, T::TYPE);
        let values = buffer
            .as_ref()
            .and_then(|buffer| T::slice(buffer.slice(len)));
        Ok(values.unwrap_or_default().to_vec())
    }

    pub(crate) fn int(&self, name: &str, default: i64) -> Result<i64, BackendError> {
        self.node.int(name, default).map_err(from_onnx)
    }

    pub(crate) fn float(&self, name: &str, default: f32) -> Result<f32, BackendError> {
        self.node.float(name, default).map_err(from_onnx)
    }

    pub(crate) fn ints(&self, name: &str) -> Result<Option<&'a [i64]>, BackendError> {
        self.node.ints(name).map_err(from_onnx)
    }

    pub(crate) fn string<'n>(
        &'n self,
        name: &str,
        default: &'n str,
    ) -> Result<&'n str, BackendError> {
        self.node.string(name, default).map_err(from_onnx)
    }

    /// A flag, written as 0 or 1.
    pub(crate) fn flag(&self, name: &str, default: i64) -> Result<bool, BackendError> {
        match self.int(name, default)? {
            0 => Ok(false),
            1 => Ok(true),
            other => Err(self.malformed(format!("attribute `{name}` is {other}, expected 0 or 1"))),
        }
    }

    /// An axis of `rank`, counted from either end.
    pub(crate) fn axis(&self, axis: i64, rank: usize) -> Result<usize, BackendError> {
        normalize_axis(axis, rank)
            .ok_or_else(|| self.malformed(format!("axis {axis} of a tensor with {rank} axes")))
    }

    /// Distinct axes of `rank`, in ascending order.
    pub(crate) fn axes(&self, axes: &[i64], rank: usize) -> Result<Vec<usize>, BackendError> {
        let mut normalized = BTreeSet::new();
        for &axis in axes {
            if !normalized.insert(self.axis(axis, rank)?) {
                return Err(self.malformed(format!("axes {axes:?} repeat one")));
            }
        }
        Ok(normalized.into_iter().collect())
    }

    /// Refuses an array of this shape, with elements of 4 bytes, that is larger than the model may use.
    pub(crate) fn check_memory(&self, what: &str, shape: &[usize]) -> Result<(), BackendError> {
        let required = element_count(shape)
            .and_then(|count| count.checked_mul(size_of::<f32>()))
            .unwrap_or(usize::MAX);
        if required > self.memory_limit {
            return Err(CpuError::Memory {
                what: format!("{what} of node {}", self.node.label()),
                required,
                limit: self.memory_limit,
            }
            .into());
        }
        Ok(())
    }

    /// An extent, a count or a position that must not be negative.
    pub(crate) fn extent(&self, what: &str, value: i64) -> Result<usize, BackendError> {
        usize::try_from(value).map_err(|_| self.malformed(format!("{what} is {value}")))
    }
}

/// A malformed node, in the words of the graph's reader.
pub(crate) fn from_onnx(error: OnnxError) -> BackendError {
    BackendError::Model {
        source: Box::new(error),
    }
}
