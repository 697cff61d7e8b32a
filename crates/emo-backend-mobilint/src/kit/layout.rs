//! Arrays of a model as the NPU has them: height, width, channels.

use emo_onnx::{Graph, Node};
use emo_quant::ndarray::{ArrayD, IxDyn};

use super::{Channels, KitError};

/// How an array of the model becomes one of `[height, width, channels]`: axes are exchanged, and extents of 1 put in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Hwc {
    /// The model's axes, the batch included, in the order of the result.
    pub(super) axes: Vec<usize>,
    pub(super) shape: [usize; 3],
}

impl Hwc {
    /// That of an array of `shape` behind a batch axis of 1.
    ///
    /// The vendor says nothing about fewer than three axes. A signal is laid along the height here, a feature vector along
    /// the channels.
    pub(super) fn new(shape: &[usize], channels: Channels) -> Result<Self, KitError> {
        let hwc = |axes: &[usize], shape: [usize; 3]| {
            Ok(Self {
                axes: axes.to_vec(),
                shape,
            })
        };
        match (shape, channels) {
            (&[1, a], _) => hwc(&[0, 1], [1, 1, a]),
            (&[1, a, b], Channels::First) => hwc(&[0, 2, 1], [b, 1, a]),
            (&[1, a, b], Channels::Last) => hwc(&[0, 1, 2], [a, 1, b]),
            (&[1, a, b], Channels::Absent) => hwc(&[0, 1, 2], [a, b, 1]),
            (&[1, a, b, c], Channels::First) => hwc(&[0, 2, 3, 1], [b, c, a]),
            (&[1, a, b, c], Channels::Last) => hwc(&[0, 1, 2, 3], [a, b, c]),
            _ => Err(KitError::Input {
                actual: format!("of shape {shape:?}"),
                expected: "a batch of 1 and one to three axes, of which the channels are one if there are three",
            }),
        }
    }

    /// The array in the new order.
    pub(super) fn apply(&self, array: &ArrayD<f32>) -> ArrayD<f32> {
        let turned = array.view().permuted_axes(IxDyn(&self.axes));
        let values: Vec<f32> = turned.iter().copied().collect();
        ArrayD::from_shape_vec(IxDyn(&self.shape), values).expect(
            "the axes are those of the array, and their extents multiply to as many elements",
        )
    }
}

/// Where the channels of the model's input are, as far as what reads it tells.
pub(super) fn derived(graph: &Graph, input: &str, rank: usize) -> Channels {
    match rank {
        3 if is_convolved(graph, input) => Channels::First,
        3 => Channels::Absent,
        _ => Channels::First,
    }
}

/// Whether a convolution, or another operator that knows channels, is the first to read the value behind operators that
/// compute each element alone.
fn is_convolved(graph: &Graph, input: &str) -> bool {
    const ELEMENTWISE: &[&str] = &[
        "Add", "Cast", "Clip", "Div", "Dropout", "Identity", "Mul", "Relu", "Sub",
    ];
    const WITH_CHANNELS: &[&str] = &[
        "AveragePool",
        "BatchNormalization",
        "Conv",
        "ConvTranspose",
        "GlobalAveragePool",
        "InstanceNormalization",
        "MaxPool",
    ];
    let mut wanted = vec![input];
    for node in graph.nodes() {
        let is = |ops: &[&str], node: &Node| ops.iter().any(|op| node.is(op));
        if !node.inputs.iter().any(|name| wanted.contains(&&**name)) {
            continue;
        }
        if is(WITH_CHANNELS, node) {
            return true;
        }
        if is(ELEMENTWISE, node) {
            wanted.extend(node.outputs.iter().map(String::as_str));
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use emo_onnx::{GraphBuilder, Model, Window};
    use emo_quant::ndarray::{Array1, Array3};
    use emo_tensor::ElementType;

    use super::*;

    #[test]
    fn elements_go_where_the_npu_has_them() {
        for (shape, channels, expected, first) in [
            (vec![1, 6], Channels::First, [1, 1, 6], [0.0, 1.0, 2.0]),
            (vec![1, 2, 3], Channels::First, [3, 1, 2], [0.0, 3.0, 1.0]),
            (vec![1, 2, 3], Channels::Last, [2, 1, 3], [0.0, 1.0, 2.0]),
            (vec![1, 2, 3], Channels::Absent, [2, 3, 1], [0.0, 1.0, 2.0]),
            (
                vec![1, 2, 3, 1],
                Channels::First,
                [3, 1, 2],
                [0.0, 3.0, 1.0],
            ),
            (vec![1, 1, 2, 3], Channels::Last, [1, 2, 3], [0.0, 1.0, 2.0]),
        ] {
            let hwc = Hwc::new(&shape, channels).unwrap();
            let array = Array1::from_iter((0..6).map(|n| n as f32));
            let array = array.into_shape_with_order(IxDyn(&shape)).unwrap();
            let turned = hwc.apply(&array);
            assert_eq!(turned.shape(), expected, "{shape:?} {channels:?}");
            let begin: Vec<f32> = turned.iter().copied().take(3).collect();
            assert_eq!(begin, first, "{shape:?} {channels:?}");
        }
        for shape in [vec![2, 3], vec![1], vec![1, 2, 3, 4, 5]] {
            assert!(Hwc::new(&shape, Channels::First).is_err());
        }
        assert!(Hwc::new(&[1, 2, 3, 4], Channels::Absent).is_err());
    }

    fn model(with_reshape: bool) -> Model {
        let mut graph = GraphBuilder::new("g");
        let x = graph.input("x", ElementType::F32, &[1, 4, 9]);
        let scale = graph.initializer("scale", Array1::from_elem(1, 2.0_f32).into_dyn());
        let mut y = graph.node("scaled", "Mul", &[&x, &scale], []);
        if with_reshape {
            let shape = graph.initializer("shape", Array1::from(vec![1_i64, 4, 9]).into_dyn());
            y = graph.node("shaped", "Reshape", &[&y, &shape], []);
        }
        let z = graph.conv(
            "conv",
            &y,
            Array3::ones((2, 4, 3)),
            None,
            &Window::default(),
        );
        graph.output_of(&z);
        graph.build(13).unwrap()
    }

    #[test]
    fn a_convolution_says_where_the_channels_are() {
        assert_eq!(derived(model(false).graph(), "x", 3), Channels::First);
        assert_eq!(derived(model(true).graph(), "x", 3), Channels::Absent);
        assert_eq!(derived(model(true).graph(), "x", 4), Channels::First);
    }
}
