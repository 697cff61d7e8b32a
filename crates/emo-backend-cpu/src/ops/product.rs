use emo_backend::{BackendError, emo_tensor::ElementType};

use super::{How, Lowered, NodeContext, elementwise::refused, value_ref::ValueRef};
use crate::{
    kernel::Kernel,
    kernels::{
        gemm::Strided,
        matmul::{Factor, MatMul},
        product,
    },
    number::with_number,
};

/// The products of a batch of matrices, the second of which are no weights.
pub(super) struct Product {
    /// Rows and columns of the products and how many elements each of their elements sums.
    pub(super) extents: (usize, usize, usize),
    pub(super) strides: (Strided, Strided),
    /// Where the factors of each product start.
    pub(super) batches: Vec<(usize, usize)>,
}

impl Product {
    /// The products as a node's only output.
    pub(super) fn lower(
        self,
        context: &NodeContext<'_>,
        a: &ValueRef,
        b: &ValueRef,
        shape: Vec<usize>,
    ) -> Result<Vec<Lowered>, BackendError> {
        let element_type = a.element_type;
        if b.element_type != element_type {
            return Err(context.malformed(format!(
                "operands of types {element_type} and {}",
                b.element_type
            )));
        }
        if !with_number!(element_type, _T => true, else false) {
            return Err(refused(context, element_type));
        }
        let (m, n, k) = self.extents;
        let (a_strides, b_strides) = self.strides;
        // Sums of nothing are for the general kernel, too.
        let kernel: Box<dyn Kernel> = if element_type == ElementType::F32 && k > 0 {
            let factor = Factor::Input(b_strides);
            Box::new(MatMul::new(
                context.level,
                self.extents,
                a_strides,
                factor,
                self.batches,
            ))
        } else {
            Box::new(product::Product {
                m,
                n,
                k,
                a: a_strides,
                b: b_strides,
                batches: self.batches,
            })
        };
        Ok(vec![Lowered::new(
            element_type,
            shape,
            How::Compute {
                reads: vec![a.number(), b.number()],
                kernel,
            },
        )])
    }

    /// The products on the way to a node's outputs.
    pub(super) fn step(
        self,
        context: &NodeContext<'_>,
        a: &ValueRef,
        b: &ValueRef,
        shape: Vec<usize>,
    ) -> Result<ValueRef, BackendError> {
        let mut lowered = self.lower(context, a, b, shape)?;
        Ok(context.push(lowered.swap_remove(0)))
    }
}
