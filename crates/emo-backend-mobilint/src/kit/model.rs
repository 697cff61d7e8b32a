//! The model as the compiler takes it.

use emo_onnx::{Dim, Model, ValueType};
use emo_tensor::ElementType;

use super::{KitError, SampleLayout, operators};

/// The operator set that the vendor's examples export for.
pub(super) const OPSET: i64 = 13;

/// A model of one input and static shapes in operator set 13, and what it takes and gives.
#[derive(Debug, Clone)]
pub(super) struct Prepared {
    pub(super) model: Model,
    pub(super) input: Value,
    pub(super) outputs: Vec<Value>,
    /// The nodes that stay on the CPU, if a part may.
    pub(super) on_cpu: Vec<String>,
}

/// A value's name and fixed shape.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Value {
    pub(super) name: String,
    pub(super) shape: Vec<usize>,
}

/// Converts a model, and refuses one that the compiler would refuse or misread.
pub(super) fn prepared(model: &Model, layout: SampleLayout) -> Result<Prepared, KitError> {
    let mut model = model.clone();
    let quantizing = operators::quantizing(model.graph());
    if !quantizing.is_empty() {
        return Err(KitError::Quantized { nodes: quantizing });
    }
    model.specialize_batch(1)?;
    if model.opset() != OPSET {
        model.convert_opset(OPSET)?;
    }
    if let Some(error) = model.check().into_iter().next() {
        return Err(error.into());
    }
    let on_cpu = operators::unknown(model.graph());
    if layout == SampleLayout::Hwc && !on_cpu.is_empty() {
        return Err(KitError::Operators { nodes: on_cpu });
    }
    check_shapes(&model)?;
    let input = input(&model)?;
    let outputs = model.graph().outputs().iter();
    let outputs = outputs
        .map(|info| value(&info.name, &info.value_type))
        .collect::<Result<_, _>>()?;
    Ok(Prepared {
        input,
        outputs,
        on_cpu,
        model,
    })
}

/// All shapes of the outermost graph must be fixed.
fn check_shapes(model: &Model) -> Result<(), KitError> {
    let inference = model.infer()?;
    let nodes = model.graph().nodes().iter();
    for name in nodes.flat_map(|node| &node.outputs) {
        let declared = inference.value(name);
        let is_fixed = inference.fixed_shape(name).is_some();
        if !name.is_empty() && !is_fixed {
            return Err(KitError::OpenShape {
                value: name.clone(),
                declared: declared
                    .map_or_else(|| "of an unknown type".to_owned(), |kind| kind.to_string()),
            });
        }
    }
    Ok(())
}

fn input(model: &Model) -> Result<Value, KitError> {
    let wrong = |actual: String| KitError::Input {
        actual,
        expected: "one input of f32 with a batch of 1",
    };
    let inputs = model.graph().inputs();
    let [info] = inputs else {
        let names: Vec<_> = inputs.iter().map(|info| info.name.as_str()).collect();
        return Err(wrong(format!("[{}]", names.join(", "))));
    };
    let value = value(&info.name, &info.value_type)?;
    let is_real = matches!(info.tensor(), Some((ElementType::F32, _)));
    if !is_real || value.shape.first() != Some(&1) || value.shape.contains(&0) {
        return Err(wrong(format!("`{}`, {}", info.name, info.value_type)));
    }
    Ok(value)
}

fn value(name: &str, kind: &ValueType) -> Result<Value, KitError> {
    let fixed = |dim: &Dim| match dim {
        Dim::Fixed(extent) => Some(*extent),
        Dim::Symbol(_) | Dim::Unknown => None,
    };
    let shape = kind.tensor().and_then(|(_, shape)| shape);
    match shape.and_then(|dims| dims.iter().map(fixed).collect()) {
        Some(shape) => Ok(Value {
            name: name.to_owned(),
            shape,
        }),
        None => Err(KitError::OpenShape {
            value: name.to_owned(),
            declared: kind.to_string(),
        }),
    }
}
