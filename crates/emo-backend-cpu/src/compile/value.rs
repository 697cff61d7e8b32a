use std::rc::Rc;

use emo_backend::emo_tensor::ElementType;

use crate::{
    buffer::{Buffer, Slice},
    form::Form,
    layout::Storage,
    ops::{Operand, Scales},
};

/// Elements that are known before the model runs.
#[derive(Debug, Clone)]
pub(super) enum Constant<'m> {
    Model {
        slice: Slice<'m>,
        /// That of an initializer of the model's own graph.
        name: Option<&'m str>,
    },
    Folded(Rc<Buffer>),
}

impl Constant<'_> {
    pub(super) fn slice(&self) -> Slice<'_> {
        match self {
            Self::Model { slice, .. } => *slice,
            Self::Folded(buffer) => buffer.slice(buffer.len()),
        }
    }
}

/// A named value of the graph.
#[derive(Debug, Clone)]
pub(super) struct Value<'m> {
    pub(super) element_type: ElementType,
    pub(super) shape: Vec<usize>,
    pub(super) form: Form,
    pub(super) state: State<'m>,
    /// What each element is to be multiplied by, and what is to be subtracted before, if the elements stand for
    /// numbers of type `f32` that nobody has needed yet.
    pub(super) scales: Option<Rc<Scales>>,
}

#[derive(Debug, Clone)]
pub(super) enum State<'m> {
    Constant(Constant<'m>),
    /// What `storage` holds; `is_view` if it goes by another name there.
    Stored {
        storage: Storage,
        is_view: bool,
    },
}

impl<'m> Value<'m> {
    pub(super) fn plain(element_type: ElementType, shape: Vec<usize>, state: State<'m>) -> Self {
        Self {
            element_type,
            shape,
            form: Form::PLAIN,
            state,
            scales: None,
        }
    }

    pub(super) fn as_constant(&self) -> Option<Slice<'_>> {
        match &self.state {
            State::Constant(constant) => Some(constant.slice()),
            State::Stored { .. } => None,
        }
    }

    pub(super) fn as_operand(&self) -> Operand<'_> {
        Operand {
            element_type: self.element_type,
            shape: &self.shape,
            constant: self.as_constant(),
            form: self.form,
            scales: self.scales.as_deref(),
        }
    }
}
