//! The suite passes a backend that keeps the contract and names how others break it.

use emo_backend::{
    Backend, BackendError, ModelSource, Session, check_tensors,
    conformance::{Example, ModelCase, Tolerance, Violation, check_backend},
    emo_tensor::{ElementType, Tensor, TensorInfo, TensorView, TensorViewMut},
};
use ndarray::arr2;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Flaw {
    None,
    /// Takes tensors of any number, type and shape.
    Unchecked,
    /// Leaves the last score as it was.
    Incomplete,
    /// Adds how often it ran.
    Remembers,
    /// Reads inputs as if they were row-major, whatever their strides.
    Flat,
    /// Loads anything.
    Credulous,
    /// Does more than double.
    Wrong,
}

/// Doubles its input. A model is the text `double`.
#[derive(Debug)]
struct Doubling(Flaw);

#[derive(Debug)]
struct DoublingSession {
    flaw: Flaw,
    inputs: Vec<TensorInfo>,
    outputs: Vec<TensorInfo>,
    runs: f32,
}

impl Backend for Doubling {
    fn name(&self) -> &'static str {
        "doubling"
    }

    fn check(&self) -> Result<(), BackendError> {
        Ok(())
    }

    fn load(&self, source: &ModelSource<'_>) -> Result<Box<dyn Session>, BackendError> {
        if *source.read()? != *b"double" && self.0 != Flaw::Credulous {
            return Err(BackendError::Model {
                source: "not the text `double`".into(),
            });
        }
        let info = |name| vec![TensorInfo::new(name, ElementType::F32, vec![2, 3])];
        Ok(Box::new(DoublingSession {
            flaw: self.0,
            inputs: info("x"),
            outputs: info("y"),
            runs: 0.0,
        }))
    }
}

impl Session for DoublingSession {
    fn inputs(&self) -> &[TensorInfo] {
        &self.inputs
    }

    fn outputs(&self) -> &[TensorInfo] {
        &self.outputs
    }

    fn run(
        &mut self,
        inputs: &[TensorView<'_>],
        outputs: &mut [TensorViewMut<'_>],
    ) -> Result<(), BackendError> {
        if self.flaw != Flaw::Unchecked {
            check_tensors(self, inputs, outputs)?;
        }
        let ([TensorView::F32(x)], [TensorViewMut::F32(y)]) = (inputs, outputs) else {
            return Ok(());
        };
        let count = if self.flaw == Flaw::Incomplete { 5 } else { 6 };
        let factor = if self.flaw == Flaw::Wrong { 2.01 } else { 2.0 };
        let offset = if self.flaw == Flaw::Remembers {
            self.runs
        } else {
            0.0
        };
        let flat = x
            .as_slice_memory_order()
            .filter(|_| self.flaw == Flaw::Flat);
        let read: Vec<f32> = match flat {
            Some(flat) => flat.to_vec(),
            None => x.iter().copied().collect(),
        };
        for (y, x) in y.iter_mut().zip(read).take(count) {
            *y = factor * x + offset;
        }
        self.runs += 1.0;
        Ok(())
    }
}

fn violation(flaw: Flaw) -> Option<Violation> {
    let example = |factor: f32| {
        let x = arr2(&[[1.0_f32, -2.0, 3.0], [4.0, 5.5, 0.0]]).into_dyn() * factor;
        Example {
            outputs: vec![Tensor::from(&x * 2.0)],
            inputs: vec![x.into()],
        }
    };
    let case = ModelCase {
        name: "double",
        source: ModelSource::Bytes(b"double".into()),
        examples: vec![example(1.0), example(-3.0)],
        tolerance: Tolerance {
            absolute: 0.0,
            relative: 1e-6,
        },
    };
    check_backend(&Doubling(flaw), &[case]).err()
}

#[test]
fn a_backend_that_keeps_the_contract_passes() {
    assert!(violation(Flaw::None).is_none());
}

#[test]
fn each_flaw_is_found() {
    for (flaw, expected) in [
        (
            Flaw::Unchecked,
            "model `double`: one input too many is accepted",
        ),
        (
            Flaw::Credulous,
            "model `double`: an empty model is accepted",
        ),
        (
            Flaw::Incomplete,
            "model `double`, example 0, a run: element 5 of output 0 is NaN, expected 0 within",
        ),
        (
            Flaw::Remembers,
            "model `double`, example 0, after refused calls: element 0",
        ),
        (
            Flaw::Flat,
            "model `double`, example 0, arrays with the first axis fastest: element 1",
        ),
        (
            Flaw::Wrong,
            "model `double`, example 0, a run: element 0 of output 0 is 2.00999",
        ),
    ] {
        let text = violation(flaw).map(|violation| violation.to_string());
        assert!(
            text.as_deref()
                .is_some_and(|text| text.starts_with(expected)),
            "{flaw:?}: {text:?}"
        );
    }
}

#[test]
fn a_missing_file_is_named() {
    let path = std::path::PathBuf::from("no-such-folder/model.bin");
    let error = ModelSource::Path(path).read().expect_err("it is missing");
    assert_eq!(
        error.to_string(),
        "cannot read model `no-such-folder/model.bin`"
    );
}
