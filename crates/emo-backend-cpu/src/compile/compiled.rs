use emo_onnx::Model;

use crate::{buffer::Buffer, plan::Plan};

/// A plan, but for constants that are initializers of the model.
pub(crate) struct Compiled {
    pub(super) plan: Plan,
    /// Names of initializers and the constants that they are.
    pub(super) missing: Vec<(String, usize)>,
}

impl Compiled {
    /// The plan with copies of the initializers that it needs.
    pub(crate) fn with(self, model: &Model) -> Plan {
        let initializers = model.graph().initializers();
        self.complete(|name| Buffer::from_tensor(initializers.get(name)?))
    }

    /// The plan with the initializers that it needs themselves.
    pub(crate) fn with_owned(self, model: Model) -> Plan {
        let mut initializers = model.into_initializers();
        self.complete(|name| Buffer::from_owned(initializers.remove(name)?))
    }

    fn complete(mut self, mut find: impl FnMut(&str) -> Option<Buffer>) -> Plan {
        for (name, constant) in self.missing {
            self.plan.constants[constant] =
                find(&name).expect("the compiler read this initializer's elements");
        }
        self.plan
    }
}
