use super::{
    control, einsum, elementwise as each, generate, image, index, matmul, normalize,
    op::{Op, Outputs},
    recurrent, reduce, reshape, resize, signal, window,
};
use crate::OnnxError;

/// Finds the shapes of a node's outputs, and their types where the schema leaves them open.
pub(super) type Rule = fn(&Op<'_>, &mut Outputs) -> Result<(), OnnxError>;

/// The rule for an operator of ONNX's own; none where nothing but types is inferred.
pub(super) fn find(op_type: &str) -> Option<Rule> {
    Some(match op_type {
        "Abs"
        | "Acos"
        | "Acosh"
        | "Asin"
        | "Asinh"
        | "Atan"
        | "Atanh"
        | "BitwiseNot"
        | "Ceil"
        | "Celu"
        | "Clip"
        | "Cos"
        | "Cosh"
        | "Elu"
        | "Erf"
        | "Exp"
        | "Floor"
        | "Gelu"
        | "HardSigmoid"
        | "HardSwish"
        | "IsInf"
        | "IsNaN"
        | "LRN"
        | "LeakyRelu"
        | "Log"
        | "LpNormalization"
        | "MeanVarianceNormalization"
        | "Mish"
        | "Not"
        | "Reciprocal"
        | "Relu"
        | "ReverseSequence"
        | "RegexFullMatch"
        | "RotaryEmbedding"
        | "Round"
        | "Selu"
        | "Shrink"
        | "Sigmoid"
        | "Sign"
        | "Sin"
        | "Sinh"
        | "Softplus"
        | "Softsign"
        | "Sqrt"
        | "Swish"
        | "Tan"
        | "Tanh"
        | "TensorScatter"
        | "ThresholdedRelu" => each::same,
        "Hardmax" | "LogSoftmax" | "Softmax" => each::along_axis,
        "CumProd" | "CumSum" => each::along_axis_input,
        "BitCast" => each::bit_cast,
        "Cast" => each::cast,
        "CastLike" => each::cast_like,
        "Dropout" => each::dropout,
        "OptionalHasElement" | "SequenceLength" => each::scalar,
        "EyeLike" => each::eye_like,
        "Identity" => each::identity,
        "Neg" => each::negate,
        "PRelu" => each::prelu,
        "Bernoulli" | "RandomNormalLike" | "RandomUniformLike" => each::typed_like,
        "Trilu" => each::trilu,
        "And" | "BitShift" | "BitwiseAnd" | "BitwiseOr" | "BitwiseXor" | "GreaterOrEqual"
        | "LessOrEqual" | "Mean" | "Or" | "Pow" | "Sum" | "Xor" => each::broadcast,
        "Add" | "Div" | "Equal" | "Greater" | "Less" | "Max" | "Min" | "Mod" | "Mul" | "Sub" => {
            each::arithmetic
        }
        "Where" => each::choose,

        "BatchNormalization" => normalize::batch,
        "GroupNormalization" | "InstanceNormalization" => normalize::instance,
        "LayerNormalization" | "RMSNormalization" => normalize::layer,
        "DequantizeLinear" => normalize::dequantize,
        "DynamicQuantizeLinear" => normalize::dynamic_quantize,
        "QuantizeLinear" => normalize::quantize,

        "AveragePool" | "LpPool" | "MaxPool" => window::pool,
        "CausalConvWithState" => window::causal_conv,
        "Conv" => window::conv,
        "ConvInteger" => window::conv_integer,
        "ConvTranspose" => window::conv_transpose,
        "DeformConv" => window::deform_conv,
        "GlobalAveragePool" | "GlobalLpPool" | "GlobalMaxPool" => window::global_pool,
        "MaxUnpool" => window::unpool,
        "QLinearConv" => window::qlinear_conv,

        "Attention" => matmul::attention,
        "Det" => matmul::det,
        "Einsum" => einsum::einsum,
        "Gemm" => matmul::gemm,
        "MatMul" | "MatMulInteger" => matmul::matmul,
        "QLinearMatMul" => matmul::qlinear,

        "ArgMax" | "ArgMin" => reduce::arg,
        "Multinomial" => reduce::multinomial,
        "NegativeLogLikelihoodLoss" | "SoftmaxCrossEntropyLoss" => reduce::loss,
        "NonZero" => reduce::non_zero,
        "ReduceL1" | "ReduceL2" | "ReduceLogSum" | "ReduceLogSumExp" | "ReduceMax"
        | "ReduceMean" | "ReduceMin" | "ReduceProd" | "ReduceSum" | "ReduceSumSquare" => {
            reduce::reduce
        }
        "TopK" => reduce::top_k,
        "Unique" => reduce::unique,

        "CenterCropPad" => reshape::center_crop_pad,
        "Col2Im" => reshape::col2im,
        "DepthToSpace" => reshape::depth_to_space,
        "Expand" => reshape::expand,
        "Flatten" => reshape::flatten,
        "Pad" => reshape::pad,
        "Reshape" => reshape::reshape,
        "SpaceToDepth" => reshape::space_to_depth,
        "Squeeze" => reshape::squeeze,
        "Tile" => reshape::tile,
        "Transpose" => reshape::transpose,
        "Unsqueeze" => reshape::unsqueeze,

        "Compress" => index::compress,
        "Concat" => index::concat,
        "Gather" => index::gather,
        "GatherElements" => index::gather_elements,
        "GatherND" => index::gather_nd,
        "OneHot" => index::one_hot,
        "Scatter" | "ScatterElements" => index::scatter,
        "ScatterND" => index::scatter_nd,
        "Slice" => index::slice,
        "Split" => index::split,

        "BlackmanWindow" | "HammingWindow" | "HannWindow" => generate::window,
        "Constant" => generate::constant,
        "ConstantOfShape" => generate::constant_of_shape,
        "MelWeightMatrix" => generate::mel_weight_matrix,
        "RandomNormal" | "RandomUniform" => generate::random,
        "Range" => generate::range,
        "Shape" => generate::shape,
        "Size" => generate::size,

        "Resize" => resize::resize,
        "Upsample" => resize::upsample,

        "AffineGrid" => image::affine_grid,
        "GridSample" => image::grid_sample,
        "ImageDecoder" => image::decode,
        "MaxRoiPool" => image::max_roi_pool,
        "NonMaxSuppression" => image::non_max_suppression,
        "RoiAlign" => image::roi_align,

        "GRU" | "LSTM" | "RNN" => recurrent::recurrent,
        "DFT" => signal::dft,
        "STFT" => signal::stft,

        "If" => control::branch,
        "Loop" => control::repeat,
        "Scan" => control::scan,
        _ => return None,
    })
}
