//! The passes of this crate: changes of a graph that leave what it computes as it is.
//!
//! Results stay within rounding: `f32` outputs within 10⁻⁵ of the largest one. What a pass needs to know and cannot
//! find out from the file (an extent, a constant) keeps it from proposing anything; it never guesses. Weights are
//! computed anew where they are of `f32` or `f64`; those of half precision stay, since rounding them once more would
//! show. Nodes inside of subgraphs (`If`, `Loop`, `Scan`) and of functions stay as well
//! ([`Model::inline_functions`](crate::Model::inline_functions) puts the latter into the graph).
//!
//! ONNX has no operator for a convolution together with the activation behind it, so no pass joins the two;
//! [`Model::fusible_activations`](crate::Model::fusible_activations) names the pairs for backends that do.

mod activations;
mod affine;
mod duplicates;
mod fold_constants;
mod layer;
mod no_ops;
mod numbers;
mod pads;
mod reshapes;
mod separable;
mod transposes;
mod unused;

pub(crate) use self::fold_constants::constant as constant_value;
pub use self::{
    activations::FusibleActivation,
    affine::FoldAffine,
    duplicates::MergeDuplicates,
    fold_constants::{Evaluator, FoldConstants},
    no_ops::RemoveNoOps,
    pads::MergePads,
    reshapes::MergeReshapes,
    separable::{ReorderSeparable, SeparablePair},
    transposes::CleanTransposes,
    unused::RemoveUnused,
};
use crate::Pass;

/// The passes for a model that is to run on a CPU, in the order in which they help each other most.
///
/// To fold what needs to be computed as well, put a [`FoldConstants`] with an evaluator before them.
pub fn default_passes() -> [&'static dyn Pass; 10] {
    const FOLD_CONSTANTS: FoldConstants<'static> = FoldConstants::NEW;
    [
        &FOLD_CONSTANTS,
        &RemoveNoOps,
        &MergeReshapes,
        &CleanTransposes,
        &FoldAffine,
        &MergePads,
        &ReorderSeparable,
        &RemoveNoOps,
        &MergeDuplicates,
        &RemoveUnused,
    ]
}
