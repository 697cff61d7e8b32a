// Made by `make_table.py` with onnx 1.23.2; not to be edited.

/// A line for each operator: its name, and the versions of the operator set that changed it.
pub(super) static VERSIONS: &str = "\
Abs 1 6 13\n\
Acos 7 22\n\
Acosh 9 22\n\
Add 1 6 7 13 14\n\
AffineGrid 20\n\
And 1 7\n\
ArgMax 1 11 12 13\n\
ArgMin 1 11 12 13\n\
Asin 7 22\n\
Asinh 9 22\n\
Atan 7 22\n\
Atanh 9 22\n\
Attention 23 24 25\n\
AveragePool 1 7 10 11 19 22\n\
BatchNormalization 1 6 7 9 14 15\n\
Bernoulli 15 22\n\
BitCast 26\n\
BitShift 11\n\
BitwiseAnd 18\n\
BitwiseNot 18\n\
BitwiseOr 18\n\
BitwiseXor 18\n\
BlackmanWindow 17\n\
Cast 1 6 9 13 19 21 23 24 25\n\
CastLike 15 19 21 23 24 25\n\
CausalConvWithState 27\n\
Ceil 1 6 13\n\
Celu 12\n\
CenterCropPad 18\n\
Clip 1 6 11 12 13\n\
Col2Im 18\n\
Compress 9 11\n\
Concat 1 4 11 13\n\
ConcatFromSequence 11\n\
Constant 1 9 11 12 13 19 21 23 24 25\n\
ConstantOfShape 9 20 21 23 24 25\n\
Conv 1 11 22\n\
ConvInteger 10\n\
ConvTranspose 1 11 22\n\
Cos 7 22\n\
Cosh 9 22\n\
CumProd 26\n\
CumSum 11 14\n\
DFT 17 20\n\
DeformConv 19 22\n\
DepthToSpace 1 11 13\n\
DequantizeLinear 10 13 19 21 23 24 25\n\
Det 11 22\n\
Div 1 6 7 13 14\n\
Dropout 1 6 7 10 12 13 22\n\
DynamicQuantizeLinear 11\n\
Einsum 12\n\
Elu 1 6 22\n\
Equal 1 7 11 13 19\n\
Erf 9 13\n\
Exp 1 6 13\n\
Expand 8 13\n\
EyeLike 9 22\n\
Flatten 1 9 11 13 21 23 24 25\n\
Floor 1 6 13\n\
GRU 1 3 7 14 22\n\
Gather 1 11 13\n\
GatherElements 11 13\n\
GatherND 11 12 13\n\
Gelu 20\n\
Gemm 1 6 7 9 11 13\n\
GlobalAveragePool 1 22\n\
GlobalLpPool 1 2 22\n\
GlobalMaxPool 1 22\n\
Greater 1 7 9 13\n\
GreaterOrEqual 12 16\n\
GridSample 16 20 22\n\
GroupNormalization 18 21\n\
HammingWindow 17\n\
HannWindow 17\n\
HardSigmoid 1 6 22\n\
HardSwish 14 22\n\
Hardmax 1 11 13\n\
Identity 1 13 14 16 19 21 23 24 25\n\
If 1 11 13 16 19 21 23 24 25\n\
ImageDecoder 20\n\
InstanceNormalization 1 6 22\n\
IsInf 10 20\n\
IsNaN 9 13 20\n\
LRN 1 13\n\
LSTM 1 7 14 22\n\
LayerNormalization 17\n\
LeakyRelu 1 6 16\n\
Less 1 7 9 13\n\
LessOrEqual 12 16\n\
LinearAttention 27\n\
Log 1 6 13\n\
LogSoftmax 1 11 13\n\
Loop 1 11 13 16 19 21 23 24 25\n\
LpNormalization 1 22\n\
LpPool 1 2 11 18 22\n\
MatMul 1 9 13\n\
MatMulInteger 10\n\
Max 1 6 8 12 13\n\
MaxPool 1 8 10 11 12 22\n\
MaxRoiPool 1 22\n\
MaxUnpool 9 11 22\n\
Mean 1 6 8 13\n\
MeanVarianceNormalization 9 13\n\
MelWeightMatrix 17\n\
Min 1 6 8 12 13\n\
Mish 18 22\n\
Mod 10 13\n\
Mul 1 6 7 13 14\n\
Multinomial 7 22\n\
Neg 1 6 13\n\
NegativeLogLikelihoodLoss 12 13 22\n\
NonMaxSuppression 10 11\n\
NonZero 9 13\n\
Not 1\n\
OneHot 9 11\n\
Optional 15\n\
OptionalGetElement 15 18\n\
OptionalHasElement 15 18\n\
Or 1 7\n\
PRelu 1 6 7 9 16\n\
Pad 1 2 11 13 18 19 21 23 24 25\n\
Pow 1 7 12 13 15\n\
QLinearConv 10\n\
QLinearMatMul 10 21\n\
QuantizeLinear 10 13 19 21 23 24 25\n\
RMSNormalization 23\n\
RNN 1 7 14 22\n\
RandomNormal 1 22\n\
RandomNormalLike 1 22\n\
RandomUniform 1 22\n\
RandomUniformLike 1 22\n\
Range 11 27\n\
Reciprocal 1 6 13\n\
ReduceL1 1 11 13 18\n\
ReduceL2 1 11 13 18\n\
ReduceLogSum 1 11 13 18\n\
ReduceLogSumExp 1 11 13 18\n\
ReduceMax 1 11 12 13 18 20\n\
ReduceMean 1 11 13 18\n\
ReduceMin 1 11 12 13 18 20\n\
ReduceProd 1 11 13 18\n\
ReduceSum 1 11 13\n\
ReduceSumSquare 1 11 13 18\n\
RegexFullMatch 20\n\
Relu 1 6 13 14\n\
Reshape 1 5 13 14 19 21 23 24 25\n\
Resize 10 11 13 18 19\n\
ReverseSequence 10\n\
RoiAlign 10 16 22\n\
RotaryEmbedding 23\n\
Round 11 22\n\
STFT 17\n\
Scan 8 9 11 16 19 21 23 24 25\n\
Scatter 9 11\n\
ScatterElements 11 13 16 18\n\
ScatterND 11 13 16 18\n\
Selu 1 6 22\n\
SequenceAt 11\n\
SequenceConstruct 11\n\
SequenceEmpty 11\n\
SequenceErase 11\n\
SequenceInsert 11\n\
SequenceLength 11\n\
SequenceMap 17\n\
Shape 1 13 15 19 21 23 24 25\n\
Shrink 9\n\
Sigmoid 1 6 13\n\
Sign 9 13\n\
Sin 7 22\n\
Sinh 9 22\n\
Size 1 13 19 21 23 24 25\n\
Slice 1 10 11 13\n\
Softmax 1 11 13\n\
SoftmaxCrossEntropyLoss 12 13\n\
Softplus 1 22\n\
Softsign 1 22\n\
SpaceToDepth 1 13\n\
Split 1 2 11 13 18\n\
SplitToSequence 11 24\n\
Sqrt 1 6 13\n\
Squeeze 1 11 13 21 23 24 25\n\
StringConcat 20\n\
StringNormalizer 10\n\
StringSplit 20\n\
Sub 1 6 7 13 14\n\
Sum 1 6 8 13\n\
Swish 24\n\
Tan 7 22\n\
Tanh 1 6 13\n\
TensorScatter 24\n\
TfIdfVectorizer 9\n\
ThresholdedRelu 10 22\n\
Tile 1 6 13\n\
TopK 1 10 11 24\n\
Transpose 1 13 21 23 24 25\n\
Trilu 14\n\
Unique 11\n\
Unsqueeze 1 11 13 21 23 24 25\n\
Upsample 1 7 9 10\n\
Where 9 16\n\
Xor 1 7\n\
";
