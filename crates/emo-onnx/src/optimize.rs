//! Changing graphs: passes propose patches, one place applies and checks them.

mod patch;
mod view;

use std::fmt;

pub(crate) use self::view::{collect_names, fixed, fresh_name};
pub use self::{patch::Patch, view::GraphView};
use crate::{Dim, Graph, Inference, Model, OnnxError, ValueInfo, reader};

/// A kind of change that leaves what a model computes as it is.
///
/// # For implementors
/// A pass looks and proposes; it changes nothing itself. It need not propose all that there is at once: passes are
/// asked again until none has a proposal. What it proposes must bring the graph closer to a form in which it has
/// nothing to propose. Names of the graph's inputs and outputs stay; of a graph with subgraphs only the outermost
/// level is changed, and what subgraphs read counts as read.
///
/// # Example
/// A pass that replaces division by a constant 2 with multiplication:
/// ```
/// use emo_onnx::{GraphBuilder, GraphView, Model, OnnxError, Pass, Patch};
/// use emo_tensor::{ElementType, Tensor};
/// use ndarray::arr1;
///
/// #[derive(Debug)]
/// struct HalveByMultiplying;
///
/// impl Pass for HalveByMultiplying {
///     fn name(&self) -> &'static str {
///         "halve by multiplying"
///     }
///
///     fn propose(&self, view: &GraphView<'_>) -> Result<Vec<Patch>, OnnxError> {
///         let mut patches = Vec::new();
///         for (index, node) in view.nodes_of("Div") {
///             let divisor = view.constant_input(node, 1).and_then(Tensor::as_array::<f32>);
///             if divisor.is_some_and(|divisor| divisor.iter().all(|&x| x == 2.0)) {
///                 let half = view.fresh_name("half");
///                 let mut multiply = node.clone();
///                 multiply.op_type = "Mul".to_owned();
///                 multiply.inputs[1] = half.clone();
///                 patches.push(
///                     Patch::new(format!("{} divides by 2", node.label()))
///                         .replace(index, multiply)
///                         .add_constant(half, arr1(&[0.5_f32]).into_dyn()),
///                 );
///             }
///         }
///         Ok(patches)
///     }
/// }
///
/// let mut graph = GraphBuilder::new("g");
/// let x = graph.input("x", ElementType::F32, &[1, 3]);
/// let two = graph.initializer("two", arr1(&[2.0_f32]).into_dyn());
/// let y = graph.node("y", "Div", &[&x, &two], []);
/// graph.output(&y, ElementType::F32, &[1, 3]);
/// let mut model = graph.build(17)?;
///
/// let report = model.optimize(&[&HalveByMultiplying])?;
/// assert_eq!(report.applied()[0].reason, "y (Div) divides by 2");
/// assert_eq!(model.graph().nodes()[0].op_type, "Mul");
/// # Ok::<(), OnnxError>(())
/// ```
pub trait Pass: fmt::Debug {
    /// What the pass does, in a few words for a log.
    fn name(&self) -> &'static str;

    /// The changes that the pass would make to this graph.
    ///
    /// # Errors
    /// Those of a model that contradicts itself. That there is nothing to change is no error.
    fn propose(&self, view: &GraphView<'_>) -> Result<Vec<Patch>, OnnxError>;
}

/// A change that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Applied {
    /// The name of the pass.
    pub pass: &'static str,
    /// What was changed and why.
    pub reason: String,
}

/// What [`Model::optimize`] did.
///
/// Its `Display` is one line per change.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OptimizeReport {
    applied: Vec<Applied>,
    nodes_before: usize,
    nodes_after: usize,
}

impl OptimizeReport {
    /// The changes in the order in which they were made.
    pub fn applied(&self) -> &[Applied] {
        &self.applied
    }

    /// How many nodes the graph had.
    pub fn nodes_before(&self) -> usize {
        self.nodes_before
    }

    /// How many nodes it has.
    pub fn nodes_after(&self) -> usize {
        self.nodes_after
    }
}

impl fmt::Display for OptimizeReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{} changes, {} → {} nodes",
            self.applied.len(),
            self.nodes_before,
            self.nodes_after
        )?;
        for Applied { pass, reason } in &self.applied {
            writeln!(f, "{pass}: {reason}")?;
        }
        Ok(())
    }
}

/// How often the list of passes is gone through before it counts as endless. A round in which nothing changes is
/// the last one; chains of changes that enable each other take a few.
const MAX_ROUNDS: usize = 64;
/// How often one pass is asked in a round. A pass whose proposals get in each other's way is asked again for each.
const MAX_REPEATS: usize = 1024;

impl Model {
    /// Changes the graph by these passes, in this order, until none of them has a proposal; returns what was done.
    ///
    /// After each step the graph is checked as one that was read from a file, types and shapes are inferred anew,
    /// and those of the outputs are held against what they were. On an error the model is as it was before.
    ///
    /// [`default_passes`](crate::default_passes) are those for a model that is to run on a CPU. Only the outermost
    /// graph is changed, not what is inside of subgraphs and functions.
    ///
    /// *Cost*: each change infers types and shapes once; in all that is in proportion to the number of nodes times
    /// the number of changes.
    ///
    /// # Errors
    /// [`OnnxError::Opset`] for a model whose operators are of a version before 7, which meant other things; those of
    /// [`infer`](Model::infer) if the model contradicts itself; [`OnnxError::Pass`] if what a pass
    /// proposes is no sound graph or changes the type of an output, and [`OnnxError::Unsettled`] if the passes find
    /// no end.
    pub fn optimize(&mut self, passes: &[&dyn Pass]) -> Result<OptimizeReport, OnnxError> {
        reader::check_known_opset(self.opset())?;
        let mut model = self.clone();
        let mut inference = model.infer()?;
        let mut report = OptimizeReport {
            applied: Vec::new(),
            nodes_before: model.graph().nodes().len(),
            nodes_after: 0,
        };
        for _ in 0..MAX_ROUNDS {
            let n_applied = report.applied.len();
            for &pass in passes {
                run(&mut model, &mut inference, pass, &mut report)?;
            }
            if report.applied.len() == n_applied {
                report.nodes_after = model.graph().nodes().len();
                *self = model;
                return Ok(report);
            }
        }
        Err(OnnxError::Unsettled {
            pass: report.applied.last().map_or("", |applied| applied.pass),
            rounds: MAX_ROUNDS,
        })
    }
}

/// Applies what one pass proposes until it proposes nothing.
fn run(
    model: &mut Model,
    inference: &mut Inference,
    pass: &dyn Pass,
    report: &mut OptimizeReport,
) -> Result<(), OnnxError> {
    for _ in 0..MAX_REPEATS {
        let patches = pass.propose(&GraphView::new(model, inference))?;
        if patches.is_empty() {
            return Ok(());
        }
        let wrong = |source| OnnxError::Pass {
            pass: pass.name(),
            source: Box::new(source),
        };
        let mut graph = model.take_graph();
        let reasons = patch::apply(&mut graph, patches);
        let applied = reasons.into_iter().map(|reason| Applied {
            pass: pass.name(),
            reason,
        });
        report.applied.extend(applied);
        let changed = model.with_graph(graph, model.opset()).map_err(wrong)?;
        let inferred = changed.infer().map_err(wrong)?;
        check_outputs(changed.graph(), inference, &inferred).map_err(wrong)?;
        *model = changed;
        *inference = inferred;
    }
    Err(OnnxError::Unsettled {
        pass: pass.name(),
        rounds: MAX_REPEATS,
    })
}

/// Checks that nothing is known of the outputs that contradicts what was known before.
fn check_outputs(graph: &Graph, before: &Inference, after: &Inference) -> Result<(), OnnxError> {
    for ValueInfo { name, .. } in graph.outputs() {
        let (Some(before), Some(after)) = (before.value(name), after.value(name)) else {
            continue;
        };
        let agree = match (before.tensor(), after.tensor()) {
            (Some((left, left_shape)), Some((right, right_shape))) => {
                let shapes_agree = match (left_shape, right_shape) {
                    (Some(left), Some(right)) => {
                        let mut pairs = left.iter().zip(right);
                        left.len() == right.len()
                            && pairs.all(|pair| match pair {
                                (Dim::Fixed(left), Dim::Fixed(right)) => left == right,
                                _ => true,
                            })
                    }
                    _ => true,
                };
                left == right && shapes_agree
            }
            _ => true,
        };
        if !agree {
            return Err(OnnxError::Declared {
                value: name.clone(),
                declared: before.to_string(),
                inferred: after.to_string(),
            });
        }
    }
    Ok(())
}
